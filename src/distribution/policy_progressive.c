/*
 * Progressive: the first ready member by order rings, after the pool's delay
 * a second one as well, and so on; those before go on ringing. Whose place
 * comes free by a refusal is filled at once. The widening is a deadline of
 * the call like its others, so nothing waits for it.
 */
#include "policy.h"

/* A step is 600 s at most, a delay 1 s at least. */
static uint32_t width(const struct tw_pool *pool, int64_t rung_us)
{
	return 1 + (uint32_t)(rung_us / pool->delay_us);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_next(look, tier, 0);

	look->why = TW_WHY_PROGRESSIVE;
	look->a = look->call ? width(look->pool, look->engine->now -
				     look->call->step_since) : 1;
	look->b = tier->tier;
	return member;
}

const struct tw_policy tw__policy_progressive = {
	.id = TW_POLICY_PROGRESSIVE, .name = "progressive", .width = width,
	.widens = true,
	.pick = pick
};
