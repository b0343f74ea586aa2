/*
 * Longest idle: who has had nothing to do for the longest time. The clock is
 * the member's and starts at the latest of last call's end, wrap-up's end,
 * becoming ready and the last offer left unanswered; an offer lost to
 * somebody faster does not touch it. Unless the pool says otherwise, calls
 * of all pools count: a person who just hung up for another one has not been
 * idle here. Equal clocks go by order.
 */
#include "policy.h"

static void again(struct tw_member *member)
{
	tw__ranks_add(&member->tier->rank, member, member->idle_since, 0);
}

static void enter(struct tw_member *member, uint32_t from)
{
	(void)from;
	again(member);
}

static void leave(struct tw_member *member)
{
	tw__ranks_remove(&member->tier->rank, member);
}

static void rank(struct tw_member *member)
{
	tw__ranks_move(&member->tier->rank, member, member->idle_since, 0);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_ranked(look, &tier->rank);
	tw_time since;

	if (member) {
		since = member->idle_since;
		look->why = TW_WHY_LONGEST_IDLE;
		look->a = since == TW_TIME_MIN ? -1 :
			look->engine->now - since;
	}
	return member;
}

const struct tw_policy tw__policy_longest_idle = {
	.id = TW_POLICY_LONGEST_IDLE, .name = "longest_idle",
	.has_ranks = true, .runs = true,
	.enter = enter, .leave = leave, .again = again, .rank = rank,
	.pick = pick
};
