/*
 * Weighted random: chance in exact proportion to the weights of the ready
 * ones, at every rank of a fallback order and not only the first. No slots,
 * no percent: weights are added up as they are.
 */
#include "policy.h"

static uint64_t share(const struct tw_member *member)
{
	return member->weight;
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_drawn(look, tier);

	look->why = TW_WHY_WEIGHTED_RANDOM;
	look->a = member ? member->weight : 0;
	look->b = (int64_t)tier->share.total;
	return member;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	(void)member;
	(void)tw__draw(&engine->chance);
}

const struct tw_policy tw__policy_weighted_random = {
	.id = TW_POLICY_WEIGHTED_RANDOM, .name = "weighted_random",
	.share = share,
	.enter = tw__share_enter, .leave = tw__share_leave,
	.pick = pick, .offered = offered
};
