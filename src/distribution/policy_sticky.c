/*
 * Sticky: who answered this caller last; else whom the caller's key meets,
 * see meet.c. A call without a key is its own key.
 */
#include "policy.h"

static void enter(struct tw_member *member, uint32_t from)
{
	(void)from;
	tw__meet_add(&member->tier->meet, member->place);
}

static void leave(struct tw_member *member)
{
	tw__meet_take(&member->tier->meet, member->place);
}

/* Of the group that stands there. @return them, chained before `aside` */
static struct tw_member *set_aside(const struct tw_look *look,
				   struct tw_level *tier, size_t place,
				   struct tw_member *aside)
{
	const size_t first = place & ~(size_t)63;
	uint64_t word = tier->meet.ready[place / 64];

	for (; word; word &= word - 1) {
		struct tw_member *member = tier->member[first +
			(size_t)__builtin_ctzll(word)];

		if (tw__look_may(look, member))
			continue;
		tw__meet_take(&tier->meet, member->place);
		member->aside = aside;
		aside = member;
	}
	return aside;
}

/* Where the key meets one whom the call may not have, all such ones of the
 * group are set aside and the others met: a pool where few have a skill is
 * asked once for each group, and not for each who lacks it. */
static struct tw_member *meet(const struct tw_look *look,
			      struct tw_level *tier, uint64_t key)
{
	struct tw_member *aside = NULL, *member = NULL;
	uint64_t turn = 0;
	size_t place;

	while ((place = tw__meet_find(&tier->meet, key, turn++)) !=
	       TW_MEET_NONE) {
		member = tier->member[place];
		if (tw__look_may(look, member))
			break;
		member = NULL;
		aside = set_aside(look, tier, place, aside);
	}
	for (; aside; aside = aside->aside)
		tw__meet_add(&tier->meet, aside->place);
	return member;
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	const struct tw_call *call = look->call;
	const uint64_t key = call ? call->affinity : 0;
	struct tw_member *member = tw__last_get(&look->pool->last, key);

	look->a = key != 0;
	look->why = TW_WHY_LAST;
	if (member && member->tier == tier &&
	    tw__target_is_ready(member->target) && tw__look_may(look, member))
		return member;
	look->why = TW_WHY_STICKY;
	return meet(look, tier, tw__mix(key ? key : call ? call->id :
					look->engine->arrivals + 1));
}

static void answered(struct tw_member *member, const struct tw_offer *offer)
{
	tw__last_put(&member->pool->last, offer->call->affinity, member);
}

const struct tw_policy tw__policy_sticky = {
	.id = TW_POLICY_STICKY, .name = "sticky", .meets = true,
	.enter = enter, .leave = leave, .pick = pick, .answered = answered
};
