/*
 * Round robin: the next member after the one offered last, one cursor per
 * tier, because an overflow to tier 1 must not restart the turn in tier 0.
 * The cursor is the `order` of the member, not its index: adding members
 * neither skips nor repeats anybody. It moves at the offer, unless the pool
 * says at the answer: then who did not answer is next for the next call too.
 */
#include "policy.h"

struct cursor {
	bool set;
	uint32_t order;
	size_t place;     /* where it stood: a hint */
};

/* Place of the first member whose order is greater than the cursor's. */
static size_t after(const struct tw_level *tier, const struct cursor *cursor)
{
	if (!cursor->set)
		return 0;
	if (cursor->place < tier->member_count &&
	    tier->member[cursor->place]->order == cursor->order)
		return cursor->place + 1;
	return tw__tier_after(tier, cursor->order);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	const struct cursor *cursor = tier->state;
	struct tw_member *member = tw__look_next(look, tier,
						 after(tier, cursor));

	if (!member)
		member = tw__look_next(look, tier, 0);
	if (member) {
		look->why = TW_WHY_ROUND_ROBIN;
		look->a = cursor->set ? (int64_t)cursor->order : -1;
	}
	return member;
}

static void move(const struct tw_member *member)
{
	struct cursor *cursor = member->tier->state;

	cursor->set = true;
	cursor->order = member->order;
	cursor->place = member->place;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	(void)engine;
	if (member->pool->advance_on == TW_ADVANCE_OFFER)
		move(member);
}

static void answered(struct tw_member *member, const struct tw_offer *offer)
{
	(void)offer;
	if (member->pool->advance_on == TW_ADVANCE_ANSWER)
		move(member);
}

static const struct tw_saved saved[] = {
	TW_SAVED(cursor, set, BOOL),
	TW_SAVED(cursor, order, NUMBER),
};

const struct tw_policy tw__policy_round_robin = {
	.id = TW_POLICY_ROUND_ROBIN, .name = "round_robin",
	.state_size = sizeof(struct cursor), .pick = pick,
	.offered = offered, .answered = answered,
	.saved = { saved, TW_ARRAY_COUNT(saved) }
};
