/**
 * @file src/accounts/tariff_codes.c  Rows by code
 *
 * Decides which rows are prices of the same thing and which of two prices is
 * the dearer one. Pure.
 */
#include <stdlib.h>
#include <string.h>
#include "tariff_codes.h"

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

int tw__rate_compare_price(const tw_rate *a, const tw_rate *b)
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

static int compare_rows(const void *x, const void *y)
{
	const tw_rate *a = *(const tw_rate *const *)x;
	const tw_rate *b = *(const tw_rate *const *)y;
	int diff = tw__rate_compare_code(a, b);

	return diff ? diff : (a->from > b->from) - (a->from < b->from);
}

tw_status tw__order_make(struct tw__order *out, const struct tw__rates *rates,
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

void tw__order_free(struct tw__order *order)
{
	tw_free(order->rows);
	order->rows = NULL;
}

/* Those that begin at *at, which moves behind them. */
static struct tw__code take_code(const struct tw__order *order, size_t *at)
{
	struct tw__code code = { &order->rows[*at], 0 };

	while (*at < order->count &&
	       tw__rate_compare_code(order->rows[*at], code.rows[0]) == 0) {
		code.count++;
		(*at)++;
	}
	return code;
}

bool tw__code_pair(struct tw__code out[2], const struct tw__order order[2],
		   size_t at[2])
{
	bool ended[2] = { at[0] == order[0].count, at[1] == order[1].count };
	int side = ended[0] ? 1 : ended[1] ? -1 : tw__rate_compare_code(
		order[0].rows[at[0]], order[1].rows[at[1]]);

	memset(out, 0, 2 * sizeof(*out));
	if (ended[0] && ended[1])
		return false;
	if (side <= 0)
		out[0] = take_code(&order[0], &at[0]);
	if (side >= 0)
		out[1] = take_code(&order[1], &at[1]);
	return true;
}
