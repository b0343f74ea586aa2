/*
 * The order of bids. What a permission avoids comes behind all that none
 * does. Else tiers come one after another, whatever their policies;
 * in a tier the policy's key decides, a fraction compared by cross products,
 * because a rounded quotient would make equals of what is not. The place in
 * the router ends every tie, so the order is total and a sort that is not
 * stable cannot show.
 */
#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

/* ---- the policies that need nothing but the bid ---- */

static void key_cost(struct tw__bids *bids, uint32_t tier)
{
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (tw__bid_is_of(bid, tier))
			bid->num = bid->expected.nanos;
	}
}

static void say_cost(char *reason, size_t size, const struct tw__bid *bid,
		     const struct tw__bid *first)
{
	if (bid == first)
		snprintf(reason, size, "least cost for this call");
	else if (bid->expected.nanos == first->expected.nanos)
		snprintf(reason, size, "same cost, after %.63s by priority or "
			 "place", first->trunk->trunk);
	else
		snprintf(reason, size, "dearer than %.63s",
			 first->trunk->trunk);
}

static void key_priority(struct tw__bids *bids, uint32_t tier)
{
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!tw__bid_is_of(bid, tier))
			continue;
		bid->num = bid->trunk->priority;
		bid->tie = bids->one_currency ? bid->expected.nanos : 0;
	}
}

static void say_priority(char *reason, size_t size,
			 const struct tw__bid *bid,
			 const struct tw__bid *first)
{
	if (bid == first)
		snprintf(reason, size, "priority %u", bid->trunk->priority);
	else if (bid->num == first->num)
		snprintf(reason, size, "priority %u too, after %.63s by cost "
			 "or place", bid->trunk->priority,
			 first->trunk->trunk);
	else
		snprintf(reason, size, "priority %u, after %.63s",
			 bid->trunk->priority, first->trunk->trunk);
}

static void key_prefix(struct tw__bids *bids, uint32_t tier)
{
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!tw__bid_is_of(bid, tier))
			continue;
		bid->num = -(int64_t)strlen(bid->prefix);
		bid->tie = bids->one_currency ? bid->expected.nanos : 0;
	}
}

static void say_prefix(char *reason, size_t size, const struct tw__bid *bid,
		       const struct tw__bid *first)
{
	if (bid == first)
		snprintf(reason, size, "longest code, %s", bid->prefix);
	else if (bid->num == first->num)
		snprintf(reason, size, "code as long, after %.63s by cost or "
			 "place", first->trunk->trunk);
	else
		snprintf(reason, size, "shorter code %s than %.63s has",
			 bid->prefix, first->trunk->trunk);
}

static const struct tw__order by_cost = {
	TW_ROUTE_LEAST_COST, "least_cost", true, key_cost, say_cost
};
static const struct tw__order by_priority = {
	TW_ROUTE_PRIORITY, "priority", false, key_priority, say_priority
};
static const struct tw__order by_prefix = {
	TW_ROUTE_LONGEST_PREFIX, "longest_prefix", false, key_prefix,
	say_prefix
};

static const struct tw__order *const all[] = {
	&by_cost, &by_priority, &tw__order_percent, &tw__order_load,
	&tw__order_used, &tw__order_quality, &tw__order_quality_cost,
	&by_prefix,
};

const struct tw__order *tw__order_of(uint32_t policy)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); ++i) {
		if (all[i]->id == policy)
			return all[i];
	}
	return NULL;
}

const char *tw_route_policy_name(uint32_t policy)
{
	const struct tw__order *order = tw__order_of(policy);

	return order ? order->name : "?";
}

tw_status tw_route_policy_find(uint32_t *out, const char *name,
			       tw_error *err)
{
	if (!out || !name)
		return tw__fail(err, TW_EINVAL, "no name of a policy given");
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); ++i) {
		if (!strcmp(all[i]->name, name)) {
			*out = all[i]->id;
			return TW_OK;
		}
	}
	return tw__fail(err, TW_ENOTFOUND, "no policy \"%.40s\"", name);
}

/* ---- the sort ---- */

/* Usable before capped before blocked before unpriced before the rest. */
static int rank(tw_status verdict)
{
	switch (verdict) {
	case TW_OK:       return 0;
	case TW_EBUSY:    return 1;
	case TW_EREFUSED: return 2;
	case TW_ENOPRICE: return 3;
	default:          return 4;
	}
}

static int sign(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_keys(const struct tw__bid *a, const struct tw__bid *b)
{
	const tw__i128 x = (tw__i128)a->num * b->den;
	const tw__i128 y = (tw__i128)b->num * a->den;

	if (x != y)
		return x < y ? -1 : 1;
	return sign(a->tie, b->tie);
}

int tw__bid_compare(const struct tw__bid *a, const struct tw__bid *b)
{
	int order = rank(a->verdict) - rank(b->verdict);

	if (order)
		return order;
	if (a->verdict == TW_OK) {
		order = tw__bid_is_avoided(a) - tw__bid_is_avoided(b);
		if (!order)
			order = sign(a->trunk->tier, b->trunk->tier);
		if (!order)
			order = sign(a->late, b->late);
	}
	if (!order)
		order = compare_keys(a, b);
	if (!order)
		order = sign(a->trunk->priority, b->trunk->priority);
	if (!order)
		order = a->trunk < b->trunk ? -1 : 1;
	return order;
}

static int compare(const void *left, const void *right)
{
	return tw__bid_compare(*(struct tw__bid *const *)left,
			       *(struct tw__bid *const *)right);
}

static const struct tw__order *order_in(const struct tw__bids *bids,
					uint32_t tier)
{
	return tw__order_of(tw__router_policy(bids->router, tier));
}

void tw__order_bids(struct tw__bids *bids)
{
	const struct tw_router *router = bids->router;

	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		bids->sorted[i] = bid;
		bid->policy = tw__router_policy(router, bid->trunk->tier);
		bid->num = bid->is_priced && bid->verdict != TW_ECONFLICT ?
			bid->expected.nanos : INT64_MAX;
		bid->den = 1;
		bid->tie = 0;
	}
	for (uint32_t i = 0; i < router->tier_count; ++i) {
		const uint32_t tier = router->tier[i].number;

		order_in(bids, tier)->key(bids, tier);
	}
	qsort(bids->sorted, bids->count, sizeof(struct tw__bid *), compare);
}
