/*
 * Ring n: the first so many ready members of the best tier at once, by order.
 * Whenever one of them refuses or has rung for its time, the next one rings
 * in its place. More than one and not all: a caller waits for the fastest of
 * three, and the other thirty go on working.
 */
#include "policy.h"

static uint32_t width(const struct tw_pool *pool, int64_t rung_us)
{
	(void)rung_us;
	return pool->ring_count;
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_next(look, tier, 0);

	look->why = TW_WHY_RING_N;
	look->a = look->pool->ring_count;
	look->b = tier->tier;
	return member;
}

const struct tw_policy tw__policy_ring_n = {
	.id = TW_POLICY_RING_N, .name = "ring_n", .width = width,
	.pick = pick
};
