/**
 * @file src/accounts/spread.c  An amount given out in proportion
 *
 * Decides who gets the last kopecks: whoever's exact part was cut most. So
 * parts add up, and nobody is a whole coin away from what is his, which
 * neither rounding each nor leaving the rest to the last one can promise.
 */
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "spread.h"

struct rest {
	tw__i128 left;           /* of the division */
	size_t place;
};

static int by_rest(const void *x, const void *y)
{
	const struct rest *a = x, *b = y;

	if (a->left != b->left)
		return a->left > b->left ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

static size_t largest(const struct tw__weights *weights)
{
	size_t best = 0;

	for (size_t i = 1; i < weights->count; i++) {
		if (weights->rows[i] > weights->rows[best])
			best = i;
	}
	return best;
}

tw_status tw__spread(int64_t *out, int64_t amount,
		     const struct tw__weights *weights, int64_t unit,
		     tw_error *err)
{
	int64_t sign = amount < 0 ? -1 : 1;
	tw__i128 whole = (tw__i128)amount * sign, total = 0, units, given = 0;
	struct rest *rests;

	for (size_t i = 0; i < weights->count; i++)
		total += weights->rows[i];
	if (total <= 0)
		return tw__fail(err, TW_EINVAL, "nothing to spread by");
	rests = tw_calloc(weights->count, sizeof(*rests));
	if (!rests)
		return tw__fail_oom(err);
	units = whole / unit;
	for (size_t i = 0; i < weights->count; i++) {
		tw__i128 part = units * weights->rows[i];

		rests[i] = (struct rest){ part % total, i };
		out[i] = (int64_t)(part / total);
		given += part / total;
	}
	qsort(rests, weights->count, sizeof(*rests), by_rest);
	for (size_t i = 0; given < units; i++, given++)
		out[rests[i].place]++;
	for (size_t i = 0; i < weights->count; i++)
		out[i] *= unit * sign;
	out[largest(weights)] += (int64_t)(whole % unit) * sign;
	tw_free(rests);
	return TW_OK;
}
