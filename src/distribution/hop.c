/*
 * Plan steps: a call goes on with another plan and does not come back. Two
 * cities may name each other as their overflow, so a call remembers which
 * plans it has been through: it enters none twice, and there is an end to how
 * many it sees. Whether the step's hours are right is call.c's to ask.
 */
#include "engine.h"

#include <assert.h>

tw_status tw__hop_reserve(struct tw_call *call)
{
	if (!call->hops)
		call->hops = tw_calloc(1, sizeof(*call->hops));
	return call->hops ? TW_OK : TW_ENOMEM;
}

uint32_t tw__hop_why_not(const struct tw_call *call)
{
	const struct tw_plan *plan = tw__call_step(call)->plan;
	const struct tw_hops *hops = call->hops;
	uint32_t i;

	if (plan == call->plan)
		return TW_WHY_VISITED;
	for (i = 0; i < hops->count; ++i) {
		if (hops->plan[i] == plan->id)
			return TW_WHY_VISITED;
	}
	return hops->count == TW_HOPS_MAX ? TW_WHY_HOPS : TW_WHY_NONE;
}

void tw__hop(struct tw_engine *engine, struct tw_call *call)
{
	struct tw_hops *hops = call->hops;

	assert(hops->count < TW_HOPS_MAX);
	hops->plan[hops->count++] = call->plan->id;
	call->plan = tw__call_step(call)->plan;
	call->step = 0;
	call->step_why = TW_WHY_OTHER_PLAN;
	tw__engine_due(engine, call);
}

uint32_t tw__hop_from(const struct tw_call *call)
{
	return call->hops->plan[call->hops->count - 1];
}
