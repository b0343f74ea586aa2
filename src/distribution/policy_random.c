/*
 * Random: every ready member is as likely, whatever its weight. The state of
 * chance moves on with each offer and not with each look, so asking who would
 * be next does not change who is.
 */
#include "policy.h"

static uint64_t share(const struct tw_member *member)
{
	(void)member;
	return 1;
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_drawn(look, tier);

	look->why = TW_WHY_RANDOM;
	look->a = (int64_t)tier->share.total;
	return member;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	(void)member;
	(void)tw__draw(&engine->chance);
}

const struct tw_policy tw__policy_random = {
	.id = TW_POLICY_RANDOM, .name = "random", .share = share,
	.pick = pick, .offered = offered
};
