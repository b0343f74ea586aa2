/*
 * Longest idle: who has had nothing to do for the longest time. The clock is
 * the target's, over all of its pools: a person who just hung up for another
 * pool has not been idle here. It starts at the latest of last call's end,
 * wrap-up's end, becoming ready and the last offer left unanswered; an offer
 * lost to somebody faster does not touch it. Equal clocks go by order.
 */
#include "policy.h"

static int64_t key(const struct tw_member *member)
{
	return member->target->idle_since;
}

static struct tw_member *pick(struct tw_look *look, struct tw_tier *tier)
{
	struct tw_member *member = tw__look_first(look, tier);
	tw_time since;

	if (member) {
		since = member->target->idle_since;
		look->why = TW_WHY_LONGEST_IDLE;
		look->a = since == TW_TIME_MIN ? -1 :
			look->engine->now - since;
	}
	return member;
}

const struct tw_policy tw__policy_longest_idle = {
	.id = TW_POLICY_LONGEST_IDLE, .name = "longest_idle", .key = key,
	.pick = pick
};
