/*
 * Ranks of members by what they have had to do. What counts as that is each
 * policy's; here is what they share: ties rotate. A tie that always went to
 * the first would give that one every call for as long as nobody answers.
 */
#include "policy.h"

static tw_turn turn_of(const struct tw_member *member)
{
	return tw__turn(member->load + member->extra, member->turn);
}

struct tw_member *tw__load_first(const struct tw_look *look,
				 struct tw_level *tier)
{
	return tier->rank.is_kept ? tw__look_ranked(look, &tier->rank) :
		tw__look_few(look, tier, turn_of);
}

void tw__load_enter(struct tw_member *member)
{
	tw__ranks_add(&member->tier->rank, member,
		      member->load + member->extra, member->turn);
}

void tw__load_leave(struct tw_member *member)
{
	tw__ranks_remove(&member->tier->rank, member);
}

void tw__load_moved(struct tw_member *member)
{
	if (member->is_ranked)
		tw__ranks_move(&member->tier->rank, member,
			       member->load + member->extra, member->turn);
}

void tw__load_offered(struct tw_engine *engine, struct tw_member *member)
{
	member->turn = engine->offers;
	tw__load_moved(member);
}
