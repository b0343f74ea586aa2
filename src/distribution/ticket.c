/*
 * Tickets: a place in line without a channel. The caller hangs up, the place
 * and its age stay, and when it is the ticket's turn a member is offered like
 * for any other call; the host dials the caller once the member has answered.
 * So callbacks are begun for members that are there, and never overtake who
 * came before them. Tickets wait for members who have gone home, too.
 */
#include "engine.h"

#include <inttypes.h>

static tw_status check(const struct tw_engine *engine,
		       const struct tw_call *call, tw_time until, tw_time now,
		       tw_error *err)
{
	if (!(engine->host & TW_HOST_CALLBACK))
		return tw__fail(err, TW_EREFUSED, "this host did not say that "
				"it calls back (TW_HOST_CALLBACK)");
	if (call->phase != TW_PHASE_WAIT)
		return tw__fail(err, TW_ECONFLICT, "call %" PRIu64 " does not "
				"wait in line", call->id);
	if (until <= now)
		return tw__fail_at(err, TW_EINVAL, 0, "until",
				   "a ticket until %" PRId64 " is over",
				   until);
	return TW_OK;
}

tw_status tw_call_callback(tw_engine *engine, tw_call_id call, tw_time until,
			   tw_time now, tw_error *err)
{
	struct tw_call *c = engine ? tw__call_of(engine, call) : NULL;
	tw_status status;
	bool was_ticket;

	if (!c)
		return tw__fail(err, TW_ENOTFOUND, "call %" PRIu64 " is not "
				"in the engine", call.id);
	status = check(engine, c, until, now, err);
	if (!status)
		status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	was_ticket = c->is_ticket;
	c->is_ticket = true;   /* on other terms, so in another line */
	if (tw__wait_reserve(c)) {
		c->is_ticket = was_ticket;
		return tw__fail_oom(err);
	}
	tw__wait_leave(engine, c);
	c->step_until = until;
	tw__wait_join(engine, c);
	tw__timer_stop(&engine->heap, &c->timer);
	tw__wait_arm(engine, c, until);
	return tw__engine_follow(engine, TW_OK, err);
}

static void give_back(struct tw_engine *engine, struct tw_call *call)
{
	while (call->offer)
		tw__offer_cancel(engine, call->offer, TW_OUTCOME_EXPIRED,
				 TW_WHY_REQUEUED, 0);
	if (call->phase == TW_PHASE_WAIT)
		tw__wait_over(engine, call, TW_OUTCOME_EXPIRED,
			      TW_WHY_WAITED_MOVED);
	if (call->phase == TW_PHASE_RING || call->phase == TW_PHASE_WAIT)
		tw__call_step_over(engine, call);
	if (call->talk)
		tw__offer_end(engine, call->talk, TW_OUTCOME_ANSWERED,
			      TW_WHY_REQUEUED, 0);
	if (call->hops)
		call->hops->count = 0;
}

static void start_again(struct tw_engine *engine, struct tw_call *call,
			const struct tw_plan *plan, bool keep_age)
{
	if (!keep_age) {
		call->key += engine->now - call->entered;
		call->entered = engine->now;
		call->arrival = ++engine->arrivals;
	}
	call->told_position = 0;
	call->told_s = UINT32_MAX;
	call->plan = plan;
	call->step = 0;
	call->step_why = TW_WHY_REQUEUED;
	call->phase = TW_PHASE_BETWEEN;
	call->saw_open = call->saw_busy = call->saw_other = false;
	tw__engine_due(engine, call);
}

tw_status tw_call_requeue(tw_engine *engine, tw_call_id call, tw_plan_id plan,
			  int keep_age, tw_time now, tw_error *err)
{
	struct tw_call *c = engine ? tw__call_of(engine, call) : NULL;
	const struct tw_plan *p;
	tw_status status;

	if (!c)
		return tw__fail(err, TW_ENOTFOUND, "call %" PRIu64 " is not "
				"in the engine", call.id);
	p = plan.id ? tw__plan_of(engine, plan) : c->plan;
	if (!p)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "plan",
				   "no plan of id %" PRIu32, plan.id);
	status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	if (tw__engine_reserve(engine, 0, 1))
		return tw__fail_oom(err);
	give_back(engine, c);
	start_again(engine, c, p, keep_age != 0);
	return tw__engine_follow(engine, TW_OK, err);
}
