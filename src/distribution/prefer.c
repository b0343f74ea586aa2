/*
 * Preferred steps: a call rings the one target it asks for (who served the
 * caller last, the manager of the account) before the others of a pool get
 * it. Who is not ready is passed over at once, with a row that says why: the
 * pool's own step comes next, and callers do not wait for one person unless a
 * plan lets them.
 */
#include "policy.h"

static struct tw_member *preferred(const struct tw_call *call)
{
	const struct tw_target *target = call->preferred;
	size_t i;

	for (i = 0; target && i < target->member_count; ++i) {
		if (target->member[i]->pool == tw__call_step(call)->pool)
			return target->member[i];
	}
	return NULL;
}

uint32_t tw__prefer_why_not(const struct tw_call *call)
{
	if (!call->preferred)
		return TW_WHY_NO_WISH;
	return preferred(call) ? TW_WHY_NONE : TW_WHY_NO_MEMBER;
}

bool tw__prefer_choose(struct tw_look *look)
{
	struct tw_member *member = preferred(look->call);
	const uint32_t *count = look->pool->count;

	if (!tw__target_is_ready(member->target) ||
	    !tw__look_may(look, member) ||
	    count[TW_STANDING_READY] <= tw__call_step(look->call)->reserve)
		return false;
	look->why = TW_WHY_PREFERRED;
	tw__offer_make(look, member);
	return true;
}

void tw__prefer_pass(struct tw_engine *engine, struct tw_call *call)
{
	const struct tw_member *member = preferred(call);
	struct tw__event_row *row = tw__call_row(&engine->events, call, 0,
						 TW_WHY_NONE);

	row->target = member->target->id;
	row->offered = row->ended = engine->now;
	row->why = tw__target_why_not(member->target, engine->now, &row->a,
				      &row->b);
	if (!row->why)
		row->why = member->is_barred ? TW_WHY_NO_DTMF :
			call->skills_needed & ~member->skills ?
			TW_WHY_SKILLS :
			tw__tried_has(&call->tried, member->slot) ?
			TW_WHY_TRIED : TW_WHY_RESERVED;
	if (row->why == TW_WHY_SKILLS)
		row->a = (int64_t)(call->skills_needed & ~member->skills);
	if (row->why == TW_WHY_RESERVED) {
		row->a = call->pool->count[TW_STANDING_READY];
		row->b = tw__call_step(call)->reserve;
	}
	if (row->why == TW_WHY_UNREACHABLE || row->why == TW_WHY_PAUSED)
		call->saw_other = true;
	else
		call->saw_busy = true;
}
