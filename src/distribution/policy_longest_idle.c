/*
 * Longest idle: who has had nothing to do for the longest time. The clock is
 * the target's, over all of its pools: a person who just hung up for another
 * pool has not been idle here. It starts at the latest of last call's end,
 * wrap-up's end, becoming ready and the last offer left unanswered; an offer
 * lost to somebody faster does not touch it. Equal clocks go by order.
 */
#include "policy.h"

static const struct tw_member *pick(struct tw_look *look,
				    const struct tw_tier *tier)
{
	const struct tw_member *best = NULL, *member;
	size_t i;

	for (i = 0; i < tier->count; ++i) {
		member = tw__tier_member(look, tier, i);
		if (!tw__look_ready(look, member))
			continue;
		if (!best || member->target->idle_since <
			     best->target->idle_since)
			best = member;
	}
	if (best) {
		look->why = TW_WHY_LONGEST_IDLE;
		look->a = best->target->idle_since == TW_TIME_MIN ? -1 :
			look->engine->now - best->target->idle_since;
	}
	return best;
}

const struct tw_policy tw__policy_longest_idle = {
	TW_POLICY_LONGEST_IDLE, "longest_idle", false, 0, pick, NULL
};
