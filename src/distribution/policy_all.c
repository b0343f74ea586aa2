/*
 * Ring all: everyone of the best tier that has anybody ready, at once.
 * Keeps no state: its only cursor is where this look at the tier stands.
 */
#include "policy.h"

static const struct tw_member *pick(struct tw_look *look,
				    const struct tw_tier *tier)
{
	const struct tw_member *member;

	while (look->from < tier->count) {
		member = tw__tier_member(look, tier, look->from++);
		if (!tw__look_ready(look, member))
			continue;
		look->why = TW_WHY_ALL;
		look->a = member->tier;
		return member;
	}
	return NULL;
}

const struct tw_policy tw__policy_all = {
	TW_POLICY_ALL, "all", true, 0, pick, NULL
};
