/**
 * @file src/rating/columns.c  Many calls at once
 *
 * Decides how columns become calls and where their charges go. Refuses to
 * know any rule: each row is rated by tw_rating_rate() itself, so that a
 * batch and a loop never differ. A bad row is that row's status; a bad column
 * refuses the batch before anything is written.
 */
#include "deck.h"

#include <string.h>

/* No number is as long; what is longer is not one. */
#define TEXT_MAX 31

struct text_column {
	const char *name;       /* of its errors */
	const char *data;
	const int32_t *offsets;
	size_t stride;
};

static tw_status check_text(const struct text_column *c, size_t count,
			    tw_error *err)
{
	if (c->stride && c->offsets)
		return tw__fail_at(err, TW_EINVAL, 0, c->name, "a column of "
			"texts has a stride or offsets, not both");
	if (!c->stride && !c->offsets)
		return tw__fail_at(err, TW_EINVAL, 0, c->name,
			"a column of texts has a stride or offsets");
	if (!c->data)
		return tw__fail_at(err, TW_EINVAL, 0, c->name,
				   "offsets without the texts between them");
	if (c->stride)
		return TW_OK;

	if (c->offsets[0] < 0)
		return tw__fail_at(err, TW_EINVAL, 0, c->name,
				   "the first offset is below 0");
	for (size_t i = 0; i < count; i++) {
		if (c->offsets[i + 1] < c->offsets[i])
			return tw__fail_at(err, TW_EINVAL, 0, c->name,
				"offset %zu is below the one before it; "
				"offsets rise", i + 1);
	}

	return TW_OK;
}

static struct text_column numbers_of(const tw_rating_columns *columns)
{
	return (struct text_column){ "numbers", columns->numbers,
		columns->number_offsets, columns->number_stride };
}

static struct text_column callers_of(const tw_rating_columns *columns)
{
	return (struct text_column){ "callers", columns->callers,
		columns->caller_offsets, columns->caller_stride };
}

static bool has_callers(const tw_rating_columns *columns)
{
	return columns->callers || columns->caller_offsets;
}

static tw_status check_columns(const tw_rating_columns *columns,
			       tw_error *err)
{
	const struct text_column numbers = numbers_of(columns);
	const struct text_column callers = callers_of(columns);
	tw_status status;

	if (!columns->count)
		return TW_OK;
	if (!columns->answers)
		return tw__fail_at(err, TW_EINVAL, 0, "answers",
			"when a call was answered decides its price");
	if (!columns->durations_us)
		return tw__fail_at(err, TW_EINVAL, 0, "durations_us",
			"how long a call lasted decides its price");
	if (!columns->directions &&
	    (columns->direction < TW_DIRECTION_OUTBOUND ||
	     columns->direction > TW_DIRECTION_INTERNAL))
		return tw__fail_at(err, TW_EINVAL, 0, "direction", "a call "
			"is outbound, inbound, forward or internal");
	status = check_text(&numbers, columns->count, err);
	if (!status && has_callers(columns))
		status = check_text(&callers, columns->count, err);

	return status;
}

/* Terminates a text. A NUL inside would hide what stands behind it. */
static bool read_text(char out[TEXT_MAX + 1], const struct text_column *c,
		      size_t row)
{
	const char *text;
	size_t length;

	if (c->stride) {
		text = c->data + row * c->stride;
		length = c->stride;
		while (length && !text[length - 1])
			length--;
	}
	else {
		text = c->data + c->offsets[row];
		length = (size_t)(c->offsets[row + 1] - c->offsets[row]);
	}
	if (length > TEXT_MAX || memchr(text, '\0', length))
		return false;
	memcpy(out, text, length);
	out[length] = '\0';

	return true;
}

/* Without an error text: writing one takes longer than rating. */
static tw_status rate_row(tw_charge *charge, const tw_deck *deck,
			  const tw_rating_columns *columns, size_t row)
{
	const struct text_column numbers = numbers_of(columns);
	const struct text_column callers = callers_of(columns);
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	char number[TEXT_MAX + 1], caller[TEXT_MAX + 1];

	if (!read_text(number, &numbers, row))
		return TW_EINVAL;
	request.number = number;
	if (has_callers(columns)) {
		if (!read_text(caller, &callers, row))
			return TW_EINVAL;
		request.caller = caller;
	}
	request.direction = columns->directions ? columns->directions[row] :
		columns->direction;
	request.relation = columns->relations ? columns->relations[row] : 0;
	request.answer = columns->answers[row];
	request.duration_us = columns->durations_us[row];

	return tw_rating_rate(charge, deck, &request, NULL);
}

static void put(int64_t *column, size_t row, tw_status status, int64_t value)
{
	if (column)
		column[row] = status ? INT64_MIN : value;
}

static void put_row(const tw_charge_columns *out, size_t row,
		    tw_status status, const tw_charge *charge)
{
	if (out->statuses)
		out->statuses[row] = status;
	put(out->costs, row, status, charge->cost.nanos);
	put(out->nets, row, status, charge->net.nanos);
	put(out->vats, row, status, charge->vat.nanos);
	put(out->charged_s, row, status, charge->charged_s);
	/* TW_RATE_NONE, of an internal call, is -1 here. */
	put(out->rate_indexes, row, status, (int64_t)charge->rate_index);
}

tw_status tw_rating_rate_columns(tw_charge_columns *out, const tw_deck *deck,
				 const tw_rating_columns *columns,
				 uint64_t *out_priced, tw_error *err)
{
	tw_charge_columns to;
	tw_rating_columns from;
	uint64_t priced = 0;
	tw_status status;

	if (!deck)
		return tw__fail(err, TW_EINVAL, "no deck to ask");
	status = tw__import(&to, sizeof(to), out, err);
	if (!status)
		status = tw__import(&from, sizeof(from), columns, err);
	if (!status)
		status = check_columns(&from, err);
	if (status)
		return status;

	for (size_t i = 0; i < from.count; i++) {
		tw_charge charge = TW_CHARGE_INIT;
		tw_status row = rate_row(&charge, deck, &from, i);

		put_row(&to, i, row, &charge);
		priced += row == TW_OK;
	}
	if (out_priced)
		*out_priced = priced;

	return TW_OK;
}
