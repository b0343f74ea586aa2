/**
 * @file src/accounts/tariff_merge.c  What a new sheet makes of the old rates
 *
 * Decides, code by code, which old rows live on in the next version and what
 * a reader should be told: new, dearer, cheaper, ended, unchanged. Pure. A
 * code is (prefix, direction, caller prefix, relation) and the part of a price
 * that a row states (band, second of the call).
 */
#include <stdlib.h>
#include <string.h>
#include "tariff.h"

/* Rows by code and start, without moving them. */
struct order {
	const tw_rate **rows;
	size_t count;
};

int tw__rate_compare_code(const tw_rate *a, const tw_rate *b)
{
	int diff = strcmp(a->prefix, b->prefix);

	if (!diff)
		diff = strcmp(a->caller_prefix, b->caller_prefix);
	if (!diff)
		diff = (a->direction > b->direction) -
			(a->direction < b->direction);
	if (!diff)
		diff = (a->relation > b->relation) -
			(a->relation < b->relation);
	if (!diff)
		diff = strcmp(a->band, b->band);
	if (!diff)
		diff = (a->from_s > b->from_s) - (a->from_s < b->from_s);
	return diff;
}

static int compare_rows(const void *x, const void *y)
{
	const tw_rate *a = *(const tw_rate *const *)x;
	const tw_rate *b = *(const tw_rate *const *)y;
	int diff = tw__rate_compare_code(a, b);

	return diff ? diff : (a->from > b->from) - (a->from < b->from);
}

static tw_status make_order(struct order *out, const struct tw__rates *rates,
			    tw_error *err)
{
	out->count = rates->count;
	out->rows = tw_calloc(rates->count + 1, sizeof(*out->rows));
	if (!out->rows)
		return tw__fail_oom(err);
	for (size_t i = 0; i < rates->count; i++)
		out->rows[i] = &rates->rows[i];
	qsort(out->rows, out->count, sizeof(*out->rows), compare_rows);
	return TW_OK;
}

/* Rows [*first, end) of one code. */
struct span {
	const tw_rate *const *rows;
	size_t count;
};

static struct span take_span(const struct order *order, size_t *at)
{
	struct span span = { &order->rows[*at], 0 };

	while (*at < order->count &&
	       tw__rate_compare_code(order->rows[*at], span.rows[0]) == 0) {
		span.count++;
		(*at)++;
	}
	return span;
}

static const tw_rate *last_priced(const struct span *span)
{
	for (size_t i = span->count; i-- > 0; ) {
		if (span->rows[i]->status == TW_RATE_PRICED)
			return span->rows[i];
		if (span->rows[i]->status == TW_RATE_ENDED)
			return NULL;
	}
	return NULL;
}

/* > 0: b is dearer. Equal prices are told apart by what a short call pays. */
static int compare_price(const tw_rate *a, const tw_rate *b)
{
	const int64_t pair[][2] = {
		{ a->price_nanos, b->price_nanos },
		{ a->connect_fee_nanos, b->connect_fee_nanos },
		{ a->first_inc_s, b->first_inc_s },
		{ a->next_inc_s, b->next_inc_s },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(pair); i++) {
		if (pair[i][0] != pair[i][1])
			return pair[i][1] > pair[i][0] ? 1 : -1;
	}
	return 0;
}

static void count_code(tw_tariff_diff *diff, const struct span *old,
		       const struct span *sheet)
{
	const tw_rate *a = last_priced(old), *b = last_priced(sheet);
	int dearer;

	if (!a && !b) {
		/* refused before and after */
		diff->unchanged += old->count && sheet->count;
		diff->fresh += !old->count && sheet->rows[sheet->count - 1]
			->status == TW_RATE_BLOCKED;
		return;
	}
	if (!a) {
		diff->fresh++;
		return;
	}
	if (!b) {
		diff->ended++;
		return;
	}
	dearer = compare_price(a, b);
	diff->increase += dearer > 0;
	diff->decrease += dearer < 0;
	diff->unchanged += dearer == 0;
}

static tw_status carry(struct tw__rates *out, const struct tw__merge *merge,
		       const struct span *old, tw_time until, tw_error *err)
{
	for (size_t i = 0; i < old->count; i++) {
		tw_rate rate = *old->rows[i];
		int64_t origin = merge->before->origins[
			old->rows[i] - merge->before->rows];
		tw_status status;

		if (rate.to > until)
			rate.to = until;
		if (rate.from >= rate.to || rate.to <= merge->starts)
			continue;
		status = tw__rates_add(out, &rate, origin, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status merge_code(struct tw__rates *out,
			    const struct tw__merge *merge,
			    const struct span *old, const struct span *sheet,
			    tw_error *err)
{
	/* a price from next month leaves the old one until then; a code that
	 * a full sheet lacks is gone at once */
	tw_time until = sheet->count ? sheet->rows[0]->from :
		merge->partial ? TW_TIME_MAX : TW_TIME_MIN;
	tw_status status = carry(out, merge, old, until, err);

	for (size_t i = 0; !status && i < sheet->count; i++) {
		if (sheet->rows[i]->status != TW_RATE_ENDED)
			status = tw__rates_add(out, sheet->rows[i], 0, err);
	}
	return status;
}

static tw_status merge_all(struct tw__rates *out, tw_tariff_diff *diff,
			   const struct tw__merge *merge,
			   const struct order order[2], tw_error *err)
{
	const struct order *old = &order[0], *sheet = &order[1];
	size_t i = 0, j = 0;

	while (i < old->count || j < sheet->count) {
		struct span a = { NULL, 0 }, b = { NULL, 0 };
		int side = i == old->count ? 1 : j == sheet->count ? -1 :
			tw__rate_compare_code(old->rows[i], sheet->rows[j]);
		tw_status status;

		if (side <= 0)
			a = take_span(old, &i);
		if (side >= 0)
			b = take_span(sheet, &j);
		if (b.count || !merge->partial)
			count_code(diff, &a, &b);
		else
			diff->unchanged++;
		status = merge_code(out, merge, &a, &b, err);
		if (status)
			return status;
	}
	return TW_OK;
}

tw_status tw__tariff_merge(struct tw__rates *out, tw_tariff_diff *diff,
			   const struct tw__merge *merge, tw_error *err)
{
	struct order order[2] = { { NULL, 0 }, { NULL, 0 } };
	struct tw__rates rates = { 0 };
	tw_status status = make_order(&order[0], merge->before, err);

	if (!status)
		status = make_order(&order[1], merge->sheet, err);
	if (!status)
		status = merge_all(&rates, diff, merge, order, err);
	tw_free(order[0].rows);
	tw_free(order[1].rows);
	if (status) {
		tw__rates_free(&rates);
		return status;
	}
	*out = rates;
	return TW_OK;
}
