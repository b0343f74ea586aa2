/**
 * @file src/rating/columns.c  Many calls at once
 *
 * Decides how columns become calls and where their charges go. Refuses to
 * know any rule: each row takes the way of tw_rating_rate(), less the texts
 * of a charge that no column has. A bad row is that row's status; a bad
 * column refuses the batch before anything is written.
 */
#include "deck.h"

#include <string.h>

/* No number is as long; what is longer is not one. */
#define TEXT_MAX 31

/* Calls that are on their way at once. */
#define BLOCK 32

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

/* A row as far as it can be read. */
struct call {
	char number[TEXT_MAX + 1];
	char caller[TEXT_MAX + 1];
	struct tw_question question;
	tw_status status;
};

/* Without an error text: writing one takes longer than rating. */
static tw_status read_call(struct call *call, const tw_rating_columns *columns,
			   size_t row)
{
	const struct text_column numbers = numbers_of(columns);
	const struct text_column callers = callers_of(columns);
	tw_rating_request request = TW_RATING_REQUEST_INIT;

	if (!read_text(call->number, &numbers, row))
		return TW_EINVAL;
	request.number = call->number;
	if (has_callers(columns)) {
		if (!read_text(call->caller, &callers, row))
			return TW_EINVAL;
		request.caller = call->caller;
	}
	request.direction = columns->directions ? columns->directions[row] :
		columns->direction;
	request.relation = columns->relations ? columns->relations[row] : 0;
	request.answer = columns->answers[row];
	request.duration_us = columns->durations_us[row];

	return tw__question_read(&call->question, &request, NULL);
}

/* The prices of a large deck lie far from the processor, and a call that
 * waits for its own holds up the next. Asked for together, they come together:
 * at 380,000 prefixes a batch takes 0.4 of the time. */
static void fetch_early(const tw_deck *deck, const struct call *call)
{
	uint32_t at;

	if (call->status)
		return;
	at = tw__prefix_longest(deck->prefixes, call->question.number,
				call->question.number_length);
	if (at != TW_PREFIX_NONE) {
		__builtin_prefetch(&deck->rows[at]);
		__builtin_prefetch(&deck->notes[at]);
	}
}

static void put(int64_t *column, size_t row, tw_status status, int64_t value)
{
	if (column)
		column[row] = status ? INT64_MIN : value;
}

/* A row's number lies in a cache line of its own: look only when asked. */
static int64_t index_of(const tw_deck *deck, const struct tw_rate_row *row)
{
	/* TW_RATE_NONE, of an internal call, is -1 here. */
	return row ? (int64_t)tw__note_of(deck, row)->index : -1;
}

static void put_row(const tw_charge_columns *out, size_t row,
		    tw_status status, const struct tw_sum *sum)
{
	if (out->statuses)
		out->statuses[row] = status;
	put(out->costs, row, status, sum->cost_nanos);
	put(out->nets, row, status, sum->net_nanos);
	put(out->vats, row, status, sum->vat_nanos);
	put(out->charged_s, row, status, sum->charged_s);
}

static uint64_t rate_block(const tw_charge_columns *to, const tw_deck *deck,
			   const tw_rating_columns *from, size_t first)
{
	size_t count = from->count - first < BLOCK ? from->count - first :
		BLOCK;
	struct call calls[BLOCK];
	uint64_t priced = 0;

	for (size_t i = 0; i < count; i++)
		calls[i].status = read_call(&calls[i], from, first + i);
	for (size_t i = 0; i < count; i++)
		fetch_early(deck, &calls[i]);
	for (size_t i = 0; i < count; i++) {
		const struct tw_rate_row *found = NULL;
		struct tw_sum sum = { 0 };
		tw_status status = calls[i].status;

		if (!status)
			status = tw__rate(&sum, &found, deck,
					  &calls[i].question, NULL);
		put_row(to, first + i, status, &sum);
		if (to->rate_indexes)
			put(to->rate_indexes, first + i, status,
			    index_of(deck, found));
		priced += status == TW_OK;
	}

	return priced;
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

	for (size_t i = 0; i < from.count; i += BLOCK)
		priced += rate_block(&to, deck, &from, i);
	if (out_priced)
		*out_priced = priced;

	return TW_OK;
}
