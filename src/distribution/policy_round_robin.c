/*
 * Round robin: the next member after the one offered last, one cursor per
 * tier, because an overflow to tier 1 must not restart the turn in tier 0.
 * The cursor is the `order` of the member, not its index: adding members
 * neither skips nor repeats anybody. It moves at the offer, not at the
 * answer; else two calls of one instant would ring the same person.
 */
#include "policy.h"

struct cursor {
	bool set;
	uint32_t order;
};

/* Index of the first member whose order is greater than the cursor's. */
static size_t after(const struct tw_look *look, const struct tw_tier *tier,
		    const struct cursor *cursor)
{
	size_t low = 0, high = tier->count;

	if (!cursor->set)
		return 0;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (tw__tier_member(look, tier, mid)->order <= cursor->order)
			low = mid + 1;
		else
			high = mid;
	}
	return low < tier->count ? low : 0;
}

static const struct tw_member *pick(struct tw_look *look,
				    const struct tw_tier *tier)
{
	const struct cursor *cursor = tier->state;
	size_t at = after(look, tier, cursor);
	const struct tw_member *member;
	size_t i;

	for (i = 0; i < tier->count; ++i) {
		member = tw__tier_member(look, tier, at);
		if (++at == tier->count)
			at = 0;
		if (!tw__look_ready(look, member))
			continue;
		look->why = TW_WHY_ROUND_ROBIN;
		look->a = cursor->set ? (int64_t)cursor->order : -1;
		return member;
	}
	return NULL;
}

static void offered(struct tw_tier *tier, const struct tw_member *member)
{
	struct cursor *cursor = tier->state;

	cursor->set = true;
	cursor->order = member->order;
}

const struct tw_policy tw__policy_round_robin = {
	TW_POLICY_ROUND_ROBIN, "round_robin", false, sizeof(struct cursor),
	pick, offered
};
