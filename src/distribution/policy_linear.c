/*
 * Linear hunt: from the top for every call. Keeps no state between calls;
 * what was tried for this call is in the call's marks, so a higher member
 * that comes free while a lower one rings is next.
 */
#include "policy.h"

static const struct tw_member *pick(struct tw_look *look,
				    const struct tw_tier *tier)
{
	const struct tw_member *member;
	size_t i;

	for (i = 0; i < tier->count; ++i) {
		member = tw__tier_member(look, tier, i);
		if (!tw__look_ready(look, member))
			continue;
		look->why = TW_WHY_LINEAR;
		look->a = member->tier;
		look->b = member->order;
		return member;
	}
	return NULL;
}

const struct tw_policy tw__policy_linear = {
	TW_POLICY_LINEAR, "linear", false, 0, pick, NULL
};
