/*
 * Linear hunt: from the top for every call. Keeps no state between calls;
 * what was tried for this call is the call's, so a higher member
 * that comes free while a lower one rings is next.
 */
#include "policy.h"

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_next(look, tier, 0);

	if (member) {
		look->why = TW_WHY_LINEAR;
		look->a = tier->tier;
		look->b = member->order;
	}
	return member;
}

const struct tw_policy tw__policy_linear = {
	.id = TW_POLICY_LINEAR, .name = "linear", .pick = pick
};
