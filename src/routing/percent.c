/*
 * Shares by weight, deterministic and exact: Tijdeman's chairman assignment.
 * Before each call every trunk that could take it is owed its share of one
 * call; among those owed enough the one goes first whose limit is reached
 * soonest. So no trunk is ever a whole call away from its share, which slots
 * of a percent each, or draws, cannot promise (traps 5 and 6).
 *
 * That is who goes first. Who is tried when he fails is drawn by weight among
 * those that are left, one after another (RFC 2782): were it whose turn is
 * next, those with small weights would carry what a large one fails, since
 * their turn is always near while his was just now (trap 7).
 *
 * What a trunk is owed is kept in weights, and a call is what the weights of
 * all that could take it make together. When others can, it is the same part
 * of a call still, and together they are owed nothing: so a trunk that is out
 * is neither owed nor charged, and one that is passed over for its price is
 * owed one call at most. Nobody is flooded on his return.
 */
#include "order.h"

#include <stdio.h>

#include "base/decimal.h"
#include "base/logs.h"

#define UNIT 1024      /* of a weight, for parts of one */
#define DRAWS (UINT64_C(1) << 20)   /* salts of their own */

/* Those among whom one call is shared. */
struct share {
	int64_t weight;            /* together: one call */
	int64_t count;
	int64_t lag;               /* together: others' business */
};

static int64_t weight_of(const struct tw_carrier *trunk)
{
	return (int64_t)trunk->weight * UNIT;
}

static void add(struct share *share, const struct tw_carrier *trunk)
{
	share->weight += weight_of(trunk);
	share->count += trunk->weight > 0;
}

/* The same part of a call, where a call is these weights. */
static int64_t lag_in(const struct share *share,
		      const struct tw_carrier *trunk)
{
	return !trunk->lag_of || trunk->lag_of == share->weight ? trunk->lag :
		(int64_t)((tw__i128)trunk->lag * share->weight /
			  trunk->lag_of);
}

/* With this call counted. */
static int64_t owed_to(const struct share *share,
		       const struct tw_carrier *trunk)
{
	return lag_in(share, trunk) + weight_of(trunk) -
		(int64_t)((tw__i128)share->lag * weight_of(trunk) /
			  share->weight);
}

/* Owed 1/(2n-2) of a call at least, with this call counted: else its turn is
 * not yet. A trunk alone always has it. */
static bool is_due(const struct share *share, int64_t owed)
{
	return share->count < 2 ||
		(tw__i128)owed * (2 * share->count - 2) >= share->weight;
}

static void key_bid(struct tw__bid *bid, const struct share *share)
{
	const struct tw_carrier *trunk = bid->trunk;
	const int64_t parts = share->count < 2 ? 2 : 2 * share->count - 2;

	int64_t owed;

	if (!trunk->weight) {
		bid->late |= TW_LATE_WEIGHT;
		return;
	}
	owed = owed_to(share, trunk);
	if (!is_due(share, owed))
		bid->late |= TW_LATE_TURN;
	/* how long until it is owed all it may be: fits, since all weights are
	 * 10^13 at most, parts 2 * 10^4, and owed is within some calls */
	bid->num = share->weight * (parts - 1) - owed * parts;
	bid->den = weight_of(trunk);
}

/* Waits that are exponential by weight end in the order of such draws. */
static void draw(struct tw__bid *bid, const struct tw_router *router)
{
	const uint64_t place = (uint64_t)(bid->trunk - router->carrier);

	bid->late |= TW_LATE_TURN;
	bid->num = ((int64_t)64 << TW_LOG_BITS) -
		tw__log2(tw__chance(router, DRAWS + place) | 1);
	bid->den = bid->trunk->weight;
}

static void draw_others(struct tw__bids *bids, uint32_t tier,
			struct tw__bid *first)
{
	first->late &= (uint8_t)~TW_LATE_TURN;
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (bid != first && tw__bid_is_of(bid, tier) &&
		    bid->trunk->weight)
			draw(bid, bids->router);
	}
}

static void key(struct tw__bids *bids, uint32_t tier)
{
	struct share share = { 0, 0, 0 };
	struct tw__bid *first = NULL;

	for (size_t i = 0; i < bids->count; ++i) {
		if (tw__bid_is_of(&bids->bid[i], tier))
			add(&share, bids->bid[i].trunk);
	}
	for (size_t i = 0; i < bids->count; ++i) {
		if (tw__bid_is_of(&bids->bid[i], tier))
			share.lag += lag_in(&share, bids->bid[i].trunk);
	}
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!tw__bid_is_of(bid, tier))
			continue;
		key_bid(bid, &share);
		if (!first || tw__bid_compare(bid, first) < 0)
			first = bid;
	}
	if (first)
		draw_others(bids, tier, first);
}

static void say(char *reason, size_t size, const struct tw__bid *bid,
		const struct tw__bid *first)
{
	if (!bid->trunk->weight)
		snprintf(reason, size, "weight 0: when nobody else can");
	else if (bid == first)
		snprintf(reason, size, "its turn by weight %u",
			 bid->trunk->weight);
	else
		snprintf(reason, size, "weight %u, its turn is after %.63s",
			 bid->trunk->weight, first->trunk->trunk);
}

const struct tw__order tw__order_percent = {
	TW_ROUTE_PERCENT, "percent", false, key, say
};

/* ---- what a call that began leaves behind ---- */

static bool takes_part(const struct tw_router *router,
		       const struct tw_carrier *one,
		       const struct tw_carrier *begun, tw_time now)
{
	return one->tier == begun->tier && one->weight &&
		(one == begun || tw__trunk_is_open(router, one, now));
}

/* Nobody is owed, or has had, more than one call too many. */
static int64_t within(int64_t lag, int64_t call)
{
	return lag > call ? call : lag < -call ? -call : lag;
}

static struct share share_of(const struct tw_router *router,
			     const struct tw_carrier *begun, tw_time now)
{
	struct share share = { 0, 0, 0 };

	for (size_t i = 0; i < router->carrier_count; ++i) {
		if (takes_part(router, &router->carrier[i], begun, now))
			add(&share, &router->carrier[i]);
	}
	for (size_t i = 0; i < router->carrier_count; ++i) {
		if (takes_part(router, &router->carrier[i], begun, now))
			share.lag += lag_in(&share, &router->carrier[i]);
	}
	return share;
}

void tw__percent_begun(struct tw_router *router, struct tw_carrier *trunk,
		       tw_time now)
{
	struct share share;
	int64_t others = 0;

	if (tw__router_policy(router, trunk->tier) != TW_ROUTE_PERCENT ||
	    !trunk->weight)
		return;
	share = share_of(router, trunk, now);
	for (size_t i = 0; i < router->carrier_count; ++i) {
		struct tw_carrier *one = &router->carrier[i];

		if (!takes_part(router, one, trunk, now))
			continue;
		one->lag = within(owed_to(&share, one), share.weight);
		one->lag_of = share.weight;
		if (one != trunk)
			others += one->lag;
	}
	/* what the others are owed, it has had; roundings end here */
	trunk->lag = within(-others, share.weight);
}
