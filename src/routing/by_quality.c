/*
 * Orders by quality: the best standing first, or the cheapest of those that
 * are as good as the best. One call in many goes to the trunk of which least
 * is known, because a carrier that was demoted and never asked again would
 * stay so for ever (trap 32).
 */
#include "order.h"

#include <stdio.h>

/* The usable bid of a tier with the fewest calls of late; NULL: not now. */
static struct tw__bid *explored(struct tw__bids *bids, uint32_t tier)
{
	const struct tw_router *router = bids->router;
	const int64_t half = router->rules.half_life_s * TW_SECOND;
	struct tw__bid *least = NULL;
	uint64_t fewest = UINT64_MAX;

	if (tw__chance(router, tier) % TW_WHOLE_PPM >=
	    router->rules.explore_ppm)
		return NULL;
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];
		uint64_t calls;

		if (!tw__bid_is_of(bid, tier) || bid->late)
			continue;
		calls = tw__fading_at(&bid->trunk->quality[bids->quality]
				      .calls, bids->now, half);
		if (calls < fewest) {
			fewest = calls;
			least = bid;
		}
	}
	return least;
}

static void key_quality(struct tw__bids *bids, uint32_t tier)
{
	struct tw__bid *first = explored(bids, tier);

	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!tw__bid_is_of(bid, tier))
			continue;
		bid->quality = tw__quality_standing(bids->router, bid->trunk,
			bids->quality, bids->now);
		bid->num = bid == first ? INT64_MIN :
			-(int64_t)bid->quality;
		bid->tie = bids->one_currency ? bid->expected.nanos : 0;
	}
}

/* The best of those that no band holds yet; -1: none is left. */
static int64_t best_left(const struct tw__bids *bids, uint32_t tier)
{
	int64_t best = -1;

	for (size_t i = 0; i < bids->count; ++i) {
		const struct tw__bid *bid = &bids->bid[i];

		if (tw__bid_is_of(bid, tier) && bid->num < 0 &&
		    bid->num != INT64_MIN && bid->quality > best)
			best = bid->quality;
	}
	return best;
}

/* Bands hang below the best of those that are left: a fixed grid would part
 * two that differ by a hair. */
static void key_quality_cost(struct tw__bids *bids, uint32_t tier)
{
	int64_t best, number = 0;

	key_quality(bids, tier);
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		/* a quality of 0 is one, too: -1 is "no band yet" */
		if (tw__bid_is_of(bid, tier) && bid->num != INT64_MIN)
			bid->num = -1;
	}
	while ((best = best_left(bids, tier)) >= 0) {
		for (size_t i = 0; i < bids->count; ++i) {
			struct tw__bid *bid = &bids->bid[i];

			if (tw__bid_is_of(bid, tier) && bid->num == -1 &&
			    best - bid->quality <=
			    bids->router->rules.band_ppm)
				bid->num = number;
		}
		++number;
	}
}

static void percent(char text[16], uint32_t ppm)
{
	snprintf(text, 16, "%u.%u %%", ppm / 10000, ppm / 1000 % 10);
}

static void say_quality(char *reason, size_t size, const struct tw__bid *bid,
			const struct tw__bid *first)
{
	char text[16];

	percent(text, bid->quality);
	if (bid->num == INT64_MIN)
		snprintf(reason, size, "one call in many to the least known: "
			 "at least %s good", text);
	else if (bid == first)
		snprintf(reason, size, "best quality: at least %s good",
			 text);
	else
		snprintf(reason, size, "at least %s good, after %.40s", text,
			 first->trunk->trunk);
}

static void say_quality_cost(char *reason, size_t size,
			     const struct tw__bid *bid,
			     const struct tw__bid *first)
{
	char text[16];

	percent(text, bid->quality);
	if (bid->num == INT64_MIN || (bid == first && bid->num))
		say_quality(reason, size, bid, first);
	else if (bid == first)
		snprintf(reason, size, "least cost among the best: at least "
			 "%s good", text);
	else if (bid->num == first->num)
		snprintf(reason, size, "as good (at least %s), dearer than "
			 "%.40s", text, first->trunk->trunk);
	else
		snprintf(reason, size, "at least %s good, after %.40s", text,
			 first->trunk->trunk);
}

const struct tw__order tw__order_quality = {
	TW_ROUTE_QUALITY, "quality", false, key_quality, say_quality
};
const struct tw__order tw__order_quality_cost = {
	TW_ROUTE_QUALITY_COST, "quality_cost", true, key_quality_cost,
	say_quality_cost
};
