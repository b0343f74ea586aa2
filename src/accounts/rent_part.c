/**
 * @file src/accounts/rent_part.c  Coins of the days of an item
 *
 * Decides how kopecks are shared so that they add up, and which of them a day
 * has earned: no day takes back what those before it gave, or hangs on those
 * that follow. Refuses to know whose a day is.
 */
#include <string.h>
#include "base/decimal.h"
#include "rent_part.h"
#include "rent_share.h"

void tw__rent_parts_free(struct tw__rent_parts *parts)
{
	tw_free(parts->rows);
	memset(parts, 0, sizeof(*parts));
}

static bool same_period(const struct tw__rent_part *a,
			const struct tw__rent_part *b)
{
	return a->period.first == b->period.first &&
		a->period.days == b->period.days;
}

static bool same_part(const struct tw__rent_part *a,
		      const struct tw__rent_part *b)
{
	return a->department == b->department &&
		a->payee_kind == b->payee_kind && a->payee == b->payee &&
		tw__vat_same(&a->vat, &b->vat) && same_period(a, b);
}

tw_status tw__rent_parts_add(struct tw__rent_parts *parts,
			     const struct tw__rent_part *like, int at,
			     tw__i128 weight, tw_error *err)
{
	size_t i = 0;

	while (i < parts->count && !same_part(&parts->rows[i], like))
		i++;
	if (i == parts->count) {
		if (tw__grow((void **)&parts->rows, &parts->capacity,
			     parts->count + 1, sizeof(*parts->rows)))
			return tw__fail_oom(err);
		parts->rows[parts->count++] = *like;
	}
	parts->rows[i].days[at] += weight;
	parts->rows[i].weight += weight;
	return TW_OK;
}

/* One coin as a weight. */
static tw__i128 coin_of(const struct tw__rent_parts *parts,
			const struct tw__rent_part *part)
{
	return (tw__i128)part->period.days * TW__SHARE_WHOLE * parts->unit;
}

static bool concerns(const struct tw__rent_part *part,
		     const struct tw__rent_part *like, bool vat)
{
	return same_period(part, like) &&
		(!vat || tw__vat_same(&part->vat, &like->vat));
}

/* Whole coins first, then one more to the largest remainders. Of all parts of
 * a period, or (vat) of those with the same terms. */
static void spread(struct tw__rent_parts *parts,
		   const struct tw__rent_part *like, tw__i128 coin, bool vat)
{
	tw__i128 sum = 0, whole = 0, total;

	for (size_t i = 0; i < parts->count; i++) {
		struct tw__rent_part *part = &parts->rows[i];

		part->rest = -1;
		if (!concerns(part, like, vat))
			continue;
		sum += part->weight;
		part->rest = part->weight % coin;
		part->units = (int64_t)(part->weight / coin);
		whole += part->units;
		part->shared = true;
	}
	total = tw__div_round(sum, coin, TW_ROUND_HALF_UP);
	for (; whole < total; whole++) {
		struct tw__rent_part *most = &parts->rows[0];

		for (size_t i = 1; i < parts->count; i++) {
			if (parts->rows[i].rest > most->rest)
				most = &parts->rows[i];
		}
		most->units++;
		most->rest = -1;
	}
}

static void begin(struct tw__rent_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		parts->rows[i].shared = false;
}

static tw_status share_amounts(struct tw__rent_parts *parts, tw_error *err)
{
	begin(parts);
	for (size_t i = 0; i < parts->count; i++) {
		struct tw__rent_part *part = &parts->rows[i];
		tw_status status;

		if (!part->shared)
			spread(parts, part, coin_of(parts, part), false);
		status = tw__i128_narrow(&part->amount,
			(tw__i128)part->units * parts->unit, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status share_vat(struct tw__rent_parts *parts, tw_error *err)
{
	begin(parts);
	for (size_t i = 0; i < parts->count; i++)
		parts->rows[i].weight = (tw__i128)parts->rows[i].amount *
			parts->rows[i].vat.percent_nanos;
	for (size_t i = 0; i < parts->count; i++) {
		struct tw__rent_part *part = &parts->rows[i];
		tw_status status;

		if (!part->shared)
			spread(parts, part, tw__vat_divisor(&part->vat) *
			       parts->unit, true);
		status = tw__i128_narrow(&part->tax,
			(tw__i128)part->units * parts->unit, err);
		if (status)
			return status;
	}
	return TW_OK;
}

tw_status tw__rent_parts_share(struct tw__rent_parts *parts, tw_error *err)
{
	tw_status status = share_amounts(parts, err);

	return status ? status : share_vat(parts, err);
}

struct tw__rent_sum tw__rent_part_earned(const struct tw__rent_parts *parts,
					 const struct tw__rent_part *part,
					 int days)
{
	struct tw__rent_sum sum = { part->amount, part->tax };
	tw__i128 weight = 0;

	if (parts->first + days >= part->period.first + part->period.days)
		return sum;
	for (int i = 0; i < days; i++)
		weight += part->days[i];
	/* no more than the period's, which was seen to fit */
	sum.amount = (int64_t)(weight / coin_of(parts, part)) * parts->unit;
	sum.tax = (int64_t)((tw__i128)sum.amount * part->vat.percent_nanos /
		(tw__vat_divisor(&part->vat) * parts->unit)) * parts->unit;
	return sum;
}
