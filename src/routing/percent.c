/*
 * Shares by weight, deterministic and exact: Tijdeman's chairman assignment.
 * Before each call every trunk that could take it is owed its share of one
 * call; among those owed enough the one goes first whose limit is reached
 * soonest. So no trunk is ever a whole call away from its share, which slots
 * of a percent each, or draws, cannot promise (traps 5 and 6).
 *
 * What is owed is kept in whole weights: the weights of all that could take a
 * call are one call. A trunk that is out is neither owed nor charged, and one
 * that is passed over for its price is owed one call at most: nobody is
 * flooded on his return.
 */
#include "order.h"

#include <stdio.h>

#include "base/decimal.h"

/* Those among whom one call is shared. */
struct share {
	int64_t weight;            /* together */
	int64_t count;
};

static void add(struct share *share, const struct tw_carrier *trunk)
{
	share->weight += trunk->weight;
	share->count += trunk->weight > 0;
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
	const int64_t owed = trunk->lag + trunk->weight;
	const int64_t parts = share->count < 2 ? 2 : 2 * share->count - 2;

	if (!trunk->weight) {
		bid->late |= TW_LATE_WEIGHT;
		return;
	}
	if (!is_due(share, owed))
		bid->late |= TW_LATE_TURN;
	/* how long until it is owed all it may be: fits, weights and counts
	 * are 10^6 and 10^4 at most, and owed is within one call */
	bid->num = share->weight * (parts - 1) - owed * parts;
	bid->den = trunk->weight;
	bid->tie = (int64_t)trunk->begun;   /* so that second ranks vary */
}

static void key(struct tw__bids *bids, uint32_t tier)
{
	struct share share = { 0, 0 };

	for (size_t i = 0; i < bids->count; ++i) {
		if (tw__bid_is_of(&bids->bid[i], tier))
			add(&share, bids->bid[i].trunk);
	}
	for (size_t i = 0; i < bids->count; ++i) {
		if (tw__bid_is_of(&bids->bid[i], tier))
			key_bid(&bids->bid[i], &share);
	}
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

/* Nobody is owed, or has had, more than one call too many: what goes beyond
 * is the others', by their weights. */
static void level(struct tw_router *router, struct tw_carrier *begun,
		  const struct share *share, tw_time now)
{
	int64_t over = 0, rest = 0, given = 0;

	for (size_t i = 0; i < router->carrier_count; ++i) {
		struct tw_carrier *one = &router->carrier[i];
		int64_t most = one->lag < 0 ? -share->weight : share->weight;

		if (!takes_part(router, one, begun, now))
			continue;
		if (one->lag > share->weight || one->lag < -share->weight) {
			over += one->lag - most;
			one->lag = most;
		} else {
			rest += one->weight;
		}
	}
	for (size_t i = 0; over && rest && i < router->carrier_count; ++i) {
		struct tw_carrier *one = &router->carrier[i];
		int64_t part;

		if (!takes_part(router, one, begun, now) ||
		    one->lag == share->weight || one->lag == -share->weight)
			continue;
		part = (int64_t)((tw__i128)over * one->weight / rest);
		one->lag += part;
		given += part;
	}
	if (begun->lag != share->weight && begun->lag != -share->weight)
		begun->lag += over - given;
}

void tw__percent_begun(struct tw_router *router, struct tw_carrier *trunk,
		       tw_time now)
{
	struct share share = { 0, 0 };

	if (tw__router_policy(router, trunk->tier) != TW_ROUTE_PERCENT ||
	    !trunk->weight)
		return;
	for (size_t i = 0; i < router->carrier_count; ++i) {
		struct tw_carrier *one = &router->carrier[i];

		if (!takes_part(router, one, trunk, now))
			continue;
		add(&share, one);
		one->lag += one->weight;
	}
	trunk->lag -= share.weight;
	level(router, trunk, &share, now);
}
