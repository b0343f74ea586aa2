/*
 * A purse: one limit, and what is spent, reserved and left of it in one
 * period. Sums saturate instead of failing: whoever reserves more than
 * 9.2e9 units has long met every limit.
 */
#include "budget.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

#define HOUR_S 3600

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	if (tw__add_i64(&sum, a, b))
		return sum;
	return a > 0 ? INT64_MAX : INT64_MIN;
}

/* The hour on the wall. One that is shown twice, or cut short by a change of
 * the clock, is two periods: an hour's limit is for an hour at most. */
static void hour(tw_time range[2], const tw_zone *zone, tw_time at)
{
	tw_time change;
	tw_civil civil;

	tw_zone_local(&civil, zone, at);
	range[0] = at - ((int64_t)civil.minute * 60 + civil.second) *
		TW_SECOND - civil.microsecond;
	range[1] = range[0] + HOUR_S * TW_SECOND;
	change = tw_zone_next_change(zone, range[0]);
	while (change <= at) {
		range[0] = change;
		change = tw_zone_next_change(zone, change);
	}
	if (change < range[1])
		range[1] = change;
}

tw_status tw__budget_period(tw_time range[2], uint32_t period,
			    const tw_zone *zone, tw_time at, tw_error *err)
{
	tw_status status;

	if (period != TW_PERIOD_HOUR)
		return tw_period_range(&range[0], &range[1], period, zone, at,
				       err);
	/* the same bounds of years as of a day's period */
	status = tw_period_range(&range[0], &range[1], TW_PERIOD_DAY, zone,
				 at, err);
	if (!status)
		hour(range, zone, at);
	return status;
}

struct tw__money *tw__purse_find(const struct tw__purse *purse, tw_time at)
{
	for (size_t i = purse->money_count; i-- > 0;) {
		struct tw__money *money = &purse->money[i];

		if (at >= money->from && at < money->to)
			return money;
	}
	return NULL;
}

tw_status tw__purse_money(struct tw__money **out, struct tw__purse *purse,
			  const tw_zone *zone, tw_time at, bool stored,
			  tw_error *err)
{
	struct tw__money *money = tw__purse_find(purse, at);
	tw_time range[2];
	tw_status status;

	*out = money;
	if (money)
		return TW_OK;
	status = tw__budget_period(range, purse->period, zone, at, err);
	if (status)
		return status;
	if (tw__grow((void **)&purse->money, &purse->money_capacity,
		     purse->money_count + 1, sizeof(*purse->money)))
		return tw__fail_oom(err);
	money = &purse->money[purse->money_count++];
	memset(money, 0, sizeof(*money));
	money->from = range[0];
	money->to = range[1];
	if (!stored) {
		money->known = true;
		money->granted = purse->hard;
	}
	*out = money;
	return TW_OK;
}

void tw__purse_forget(struct tw__purse *purse, tw_time until)
{
	size_t kept = 0;

	for (size_t i = 0; i < purse->money_count; ++i) {
		const struct tw__money *money = &purse->money[i];

		if (money->to > until || money->used)
			purse->money[kept++] = *money;
	}
	purse->money_count = kept;
}

int64_t tw__purse_free(const struct tw__purse *purse,
		       const struct tw__money *money)
{
	int64_t rest;

	if (purse->hard < 0)
		return TW_NO_LIMIT;
	if (!money->known)
		return 0;
	rest = add(money->granted, -money->used);
	return rest > 0 ? rest : 0;
}

static int64_t total_of(const struct tw__money *money)
{
	return add(add(money->spent, money->used), money->others_used);
}

int64_t tw__purse_left(const struct tw__purse *purse,
		       const struct tw__money *money)
{
	int64_t rest;

	if (purse->hard < 0)
		return TW_NO_LIMIT;
	rest = add(purse->hard, -add(add(money->spent, money->used),
				     money->others));
	return rest > 0 ? rest : 0;
}

uint32_t tw__purse_use(const struct tw__purse *purse,
		       struct tw__money *money, int64_t amount)
{
	uint32_t told = 0;
	int64_t total;

	money->used = add(money->used, amount);
	assert(money->used >= 0);
	if (amount > 0)
		money->taken = add(money->taken, amount);
	total = total_of(money);
	if (purse->soft >= 0 && total >= purse->soft && amount > 0)
		told |= TW_BUDGET_SOFT;
	if (purse->hard >= 0 && total >= purse->hard && amount > 0)
		told |= TW_BUDGET_HARD;
	told &= ~(uint32_t)money->told;
	money->told |= (uint8_t)told;
	return told;
}

uint32_t tw__purse_state(const struct tw__purse *purse,
			 const struct tw__money *money)
{
	int64_t total = total_of(money);

	if (purse->hard >= 0 && total >= purse->hard)
		return TW_BUDGET_IS_HARD;
	if (purse->soft >= 0 && total >= purse->soft)
		return TW_BUDGET_IS_SOFT;
	return TW_BUDGET_IS_OK;
}

int64_t tw__projection(int64_t total, tw_time from, tw_time to, tw_time at)
{
	int64_t value;

	if (at >= to || at <= from)
		return total;
	if (tw__i128_narrow(&value, tw__div_round((tw__i128)total *
			    (to - from), at - from, TW_ROUND_HALF_UP), NULL))
		return INT64_MAX;
	return value;
}

void tw__purse_describe(tw_budget_state *out, const struct tw__purse *purse,
			const struct tw__money *money, tw_time at)
{
	out->period = purse->period;
	out->from = money->from;
	out->to = money->to;
	out->state = tw__purse_state(purse, money);
	out->spent_nanos = money->spent;
	out->reserved_nanos = add(money->used, money->others_used);
	out->leased_nanos = add(money->granted > money->used ?
				money->granted : money->used, money->others);
	out->left_nanos = purse->hard < 0 ? TW_BUDGET_NONE :
		tw__purse_left(purse, money);
	out->soft_nanos = purse->soft;
	out->hard_nanos = purse->hard;
	out->max_price_nanos = purse->max_price;
	out->projected_nanos = tw__projection(total_of(money), money->from,
					      money->to, at);
	snprintf(out->name, sizeof(out->name), "%s", purse->name);
	snprintf(out->department, sizeof(out->department), "%s",
		 purse->department);
	snprintf(out->trunk, sizeof(out->trunk), "%s", purse->trunk);
	if (money->other_currency)
		snprintf(out->reason, sizeof(out->reason), "calls in another "
			 "currency are not counted");
}
