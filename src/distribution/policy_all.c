/*
 * Ring all: everyone of the best tier that has anybody ready, at once.
 * Keeps no state: its only cursor is where this look at the tier stands.
 */
#include "policy.h"

static uint32_t width(const struct tw_pool *pool, int64_t rung_us)
{
	(void)pool;
	(void)rung_us;
	return UINT32_MAX;
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_next(look, tier, look->from);

	if (member) {
		look->from = (size_t)member->place + 1;
		look->why = TW_WHY_ALL;
		look->a = tier->tier;
	}
	return member;
}

const struct tw_policy tw__policy_all = {
	.id = TW_POLICY_ALL, .name = "all", .width = width, .pick = pick
};
