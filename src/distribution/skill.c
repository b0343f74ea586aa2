/*
 * Skills by name: each is a bit, so that asking whether a member may have a
 * call is one instruction, and a name, so that a snapshot finds it again in
 * an engine of another configuration, where it is another bit.
 */
#include "engine.h"

#include <inttypes.h>
#include <string.h>

uint64_t tw__skill_bit(const struct tw_engine *engine, const char *name)
{
	uint32_t i;

	for (i = 0; i < engine->skill_count; ++i) {
		if (!strcmp(engine->skill[i], name))
			return (uint64_t)1 << i;
	}
	return 0;
}

void tw__skills_free(struct tw_engine *engine)
{
	while (engine->skill_count)
		tw_free(engine->skill[--engine->skill_count]);
}

/* A step past the last one is the end of the plan: nothing is asked there. */
void tw__call_skills(struct tw_call *call)
{
	call->skills_needed = call->skills;
	if (call->step < call->plan->step_count &&
	    tw__call_step(call)->any_skills)
		call->skills_needed = 0;
}

tw_status tw_engine_add_skill(uint64_t *out, tw_engine *engine,
			      const char *name, tw_error *err)
{
	tw_status status;
	char *copy;

	if (!out || !engine)
		return tw__fail(err, TW_EINVAL, "no engine given");
	status = tw__name_check("skill", name, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	if (tw__skill_bit(engine, name))
		return tw__fail_at(err, TW_EEXIST, 0, "name",
				   "skill \"%s\" exists", name);
	if (engine->skill_count >= TW_SKILLS_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, "name",
				   "skill \"%s\" would be the %uth: %u at "
				   "most", name, TW_SKILLS_MAX + 1,
				   TW_SKILLS_MAX);
	copy = tw_strdup(name);
	if (!copy)
		return tw__fail_oom(err);
	engine->skill[engine->skill_count] = copy;
	*out = (uint64_t)1 << engine->skill_count++;
	return TW_OK;
}

tw_status tw_engine_find_skill(uint64_t *out, const tw_engine *engine,
			       const char *name, tw_error *err)
{
	uint64_t bit;

	if (!out || !engine || !name)
		return tw__fail(err, TW_EINVAL, "no engine or name given");
	bit = tw__skill_bit(engine, name);
	if (!bit)
		return tw__fail(err, TW_ENOTFOUND, "no skill \"%.80s\"",
				name);
	*out = bit;
	return TW_OK;
}
