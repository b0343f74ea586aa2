/*
 * The table of policies, and the one question they may ask about a member.
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

bool tw__look_ready(struct tw_look *look, const struct tw_member *member)
{
	struct tw_call *call = look->call;
	uint8_t *mark;

	/* Joined after the call entered the step: from the next one on. */
	if (member->slot >= call->mark_count)
		return false;
	mark = &call->mark[member->slot];
	if (*mark & TW_MARK_TRIED)
		return false;
	if (tw__target_is_ready(member->target, look->engine->now))
		return true;
	if (!(*mark & TW_MARK_TOLD)) {
		*mark |= TW_MARK_TOLD;
		tw__call_pass_over(look->engine, call, member->target);
	}
	return false;
}
