/*
 * The table of policies, and the questions they may ask about a tier. Who was
 * tried already is stepped over: that costs as much as was tried in this
 * step, and never as much as the tier has members.
 */
#include "policy.h"

static const struct tw_policy *const policies[] = {
	&tw__policy_all,
	&tw__policy_linear,
	&tw__policy_round_robin,
	&tw__policy_longest_idle
};

const struct tw_policy *tw__policy_by_id(uint32_t id)
{
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(policies); ++i) {
		if (policies[i]->id == id)
			return policies[i];
	}
	return NULL;
}

tw_status tw_policy_parse(uint32_t *out, const char *name, tw_error *err)
{
	size_t i;

	if (!out || !name)
		return tw__fail(err, TW_EINVAL, "no policy name given");
	for (i = 0; i < TW_ARRAY_COUNT(policies); ++i) {
		if (tw__str_eq(tw__str_of(name), policies[i]->name)) {
			*out = policies[i]->id;
			return TW_OK;
		}
	}
	return tw__fail_at(err, TW_ENOTFOUND, 0, "policy",
			   "no policy \"%.40s\"; write all, linear, "
			   "round_robin or longest_idle", name);
}

bool tw__look_may(const struct tw_look *look, const struct tw_member *member)
{
	const struct tw_call *call = look->call;

	if (member->is_barred)
		return false;
	if (!call)
		return true;
	/* Joined after the call entered the step: from the next one on. */
	if (member->slot >= call->slots)
		return false;
	return (member->skills & call->skills_needed) ==
		call->skills_needed && !tw__tried_has(&call->tried,
						      member->slot);
}

struct tw_member *tw__look_next(const struct tw_look *look,
				const struct tw_tier *tier, size_t from)
{
	size_t at = tw__bits_next(&tier->ready, from);

	for (; at != TW_BITS_NONE; at = tw__bits_next(&tier->ready, at + 1)) {
		if (tw__look_may(look, tier->member[at]))
			return tier->member[at];
	}
	return NULL;
}

struct tw_member *tw__look_first(const struct tw_look *look,
				 struct tw_tier *tier)
{
	struct tw_member *best, *aside = NULL;

	while ((best = tw__ranks_first(&tier->rank)) != NULL &&
	       !tw__look_may(look, best)) {
		tw__ranks_remove(&tier->rank, best);
		best->aside = aside;
		aside = best;
	}
	for (; aside; aside = aside->aside)
		tw__ranks_add(&tier->rank, aside,
			      look->pool->policy->key(aside));
	return best;
}
