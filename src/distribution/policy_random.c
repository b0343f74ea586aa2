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

/* Who may not have the call was no choice. Counted only where that may be:
 * most calls need no skill, and the total is known. */
static int64_t choices(const struct tw_look *look,
		       const struct tw_level *tier)
{
	const struct tw_member *member;
	int64_t count = 0;

	if (!look->call || !look->call->skills_needed)
		return (int64_t)tier->share.total;
	for (member = tw__look_next(look, tier, 0); member;
	     member = tw__look_next(look, tier, member->place + 1))
		++count;
	return count;
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_drawn(look, tier);

	look->why = TW_WHY_RANDOM;
	look->a = choices(look, tier);
	return member;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	(void)member;
	(void)tw__draw(&engine->chance);
}

const struct tw_policy tw__policy_random = {
	.id = TW_POLICY_RANDOM, .name = "random", .share = share,
	.enter = tw__share_enter, .leave = tw__share_leave,
	.pick = pick, .offered = offered
};
