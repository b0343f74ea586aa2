/*
 * Calls on their way through a plan. A call that needs a choice is due; its
 * turn either finishes one step's choice or moves it to the next step. All
 * memory of a turn is taken before its first change, so a turn that fails
 * for memory has changed nothing and is simply still due.
 */
#include "policy.h"

#include <assert.h>

struct tw__event_row *tw__call_row(struct tw_queue *queue,
				   const struct tw_call *call, uint32_t kind,
				   uint32_t why)
{
	struct tw__event_row *row = tw__queue_add(queue);

	row->kind = kind;
	row->why = why;
	row->call = call->id;
	row->step = call->step;
	row->plan = call->plan->id;
	row->pool = call->pool ? call->pool->id : 0;
	return row;
}

void tw__call_afresh(struct tw_call *call)
{
	call->tier = 0;
	call->slots = (uint32_t)call->pool->member_count;
	tw__tried_clear(&call->tried);
}

bool tw__call_is_parallel(const struct tw_call *call)
{
	return call->pool->policy->width &&
		tw__call_step(call)->kind != TW_STEP_PREFERRED;
}

void tw__call_ring(struct tw_engine *engine, struct tw_call *call)
{
	call->phase = TW_PHASE_RING;
	call->step_since = engine->now;
	tw__call_afresh(call);
	if (tw__call_is_parallel(call))
		tw__pool_ring_add(call->pool, call);
	if (tw__call_is_parallel(call) && call->pool->policy->widens)
		tw__timer_arm(&engine->heap, &call->widen,
			      engine->now + call->pool->delay_us);
}

void tw__call_ring_over(struct tw_engine *engine, struct tw_call *call)
{
	assert(call->phase == TW_PHASE_RING && !call->offer);
	tw__timer_stop(&engine->heap, &call->widen);
	if (tw__call_is_parallel(call))
		tw__pool_ring_remove(call->pool, call);
}

/* Out of its ring or queue step, whose offers are over already. */
void tw__call_step_over(struct tw_engine *engine, struct tw_call *call)
{
	tw__timer_stop(&engine->heap, &call->timer);
	if (call->phase == TW_PHASE_WAIT)
		tw__wait_leave(engine, call);
	else
		tw__call_ring_over(engine, call);
	call->pool = NULL;
}

void tw__call_step_leave(struct tw_engine *engine, struct tw_call *call,
			 uint32_t why)
{
	struct tw_offer *offer;

	while ((offer = call->offer) != NULL) {
		if (offer->is_confirming)
			tw__offer_cancel(engine, offer, TW_OUTCOME_NO_ANSWER,
					 TW_WHY_NO_KEY, 0);
		else if (offer->is_full_ring && offer->until <= engine->now)
			tw__offer_cancel(engine, offer, TW_OUTCOME_NO_ANSWER,
					 TW_WHY_RANG,
					 offer->until - offer->offered);
		else
			tw__offer_cancel(engine, offer, TW_OUTCOME_EXPIRED,
					 TW_WHY_STEP_OVER, 0);
	}
	tw__call_step_over(engine, call);
	call->phase = TW_PHASE_BETWEEN;
	call->step_why = why;
	++call->step;
	tw__engine_due(engine, call);
}

/* A call in line may change its mind only in its turn, which can write. */
void tw__call_time_up(struct tw_engine *engine, struct tw_call *call)
{
	if (call->phase == TW_PHASE_WAIT)
		tw__engine_due(engine, call);
	else if (call->step_until > engine->now)   /* rings: told later */
		tw__wait_arm(engine, call, engine->now +
			     tw__call_step(call)->announce_us);
	else
		tw__call_step_leave(engine, call, TW_WHY_TIME_UP);
}

tw_status tw__call_reserve(struct tw_engine *engine, struct tw_call *call,
			   const struct tw_pool *pool)
{
	size_t offers = 1;

	if (pool)
		offers = tw__pool_width(pool, call->phase == TW_PHASE_RING ?
					engine->now - call->step_since : 0);
	if (pool && offers > pool->count[TW_STANDING_READY])
		offers = pool->count[TW_STANDING_READY];
	if (tw__tried_reserve(&call->tried, offers) ||
	    tw__offers_reserve(engine, offers))
		return TW_ENOMEM;
	/* each offer: its row now and its cancel later */
	return tw__engine_reserve(engine, 1 + 2 * offers, 1 + offers);
}

/* Room for whatever one turn in this step can write. */
static tw_status reserve_turn(struct tw_engine *engine, struct tw_call *call)
{
	const struct tw_step *step = NULL;

	if (call->step < call->plan->step_count)
		step = tw__call_step(call);
	tw__call_skills(call);
	if (step && step->kind == TW_STEP_PLAN && tw__hop_reserve(call))
		return TW_ENOMEM;
	if (step && tw__step_waits(step) && !call->offer) {
		if (tw__wait_reserve(call))
			return TW_ENOMEM;
		return tw__engine_reserve(engine, 1, 1);
	}
	return tw__call_reserve(engine, call, step ? step->pool : NULL);
}

static void end_of_plan(struct tw_engine *engine, struct tw_call *call)
{
	struct tw__event_row *row = tw__call_row(&engine->decisions, call,
						 TW_DECISION_END,
						 TW_WHY_PLAN_RAN_OUT);

	row->outcome = TW_OUTCOME_UNANSWERED;
	row->sip_code = 480;
	if (!call->saw_open) {
		row->outcome = TW_OUTCOME_CLOSED;
		row->why = TW_WHY_ALL_CLOSED;
	} else if (call->saw_busy && !call->saw_other) {
		row->sip_code = 486;
		row->why = TW_WHY_ALL_BUSY;
	}
	tw__call_end(engine, call);
}

static void skip_step(struct tw_engine *engine, struct tw_call *call,
		      uint32_t why, int64_t a)
{
	struct tw__event_row *row = tw__call_row(&engine->events, call, 0,
						 why);

	row->a = a;
	row->offered = row->ended = engine->now;
	/* Open, though not for this call. */
	if (why == TW_WHY_LINE_FULL || why == TW_WHY_NOT_READY)
		call->saw_open = call->saw_busy = true;
	if (why == TW_WHY_NOT_REACHABLE || why == TW_WHY_NOT_STAFFED)
		call->saw_open = call->saw_other = true;
	call->step_why = TW_WHY_STEP_SKIPPED;
	++call->step;
	tw__engine_due(engine, call);
}

static void start_pool(struct tw_engine *engine, struct tw_call *call,
		       const struct tw_step *step)
{
	call->pool = step->pool;
	call->step_until = step->ring_us ? engine->now + step->ring_us :
		TW_TIME_MAX;
	/* The first announcement comes at once, unless somebody is ready. */
	tw__wait_arm(engine, call, engine->now);
	if (tw__step_waits(step))
		tw__wait_join(engine, call);
	else
		tw__call_ring(engine, call);
}

/* Why the step is not for this call now, or TW_WHY_NONE. */
static uint32_t why_not_step(const struct tw_engine *engine,
			     const struct tw_call *call, int64_t *a)
{
	const struct tw_step *step = tw__call_step(call);

	if (step->when != TW_WHEN_ALWAYS) {
		/* of an old plan: a schedule that is gone is closed */
		bool is_open = step->schedule &&
			tw__schedule_is_open(step->schedule, engine->now);

		if (is_open != (step->when == TW_WHEN_OPEN))
			return is_open ? TW_WHY_OPEN_NOW : TW_WHY_CLOSED_NOW;
	}
	if (step->kind == TW_STEP_VOICEMAIL &&
	    !(engine->host & TW_HOST_VOICEMAIL))
		return TW_WHY_NO_VOICEMAIL;
	if (step->kind == TW_STEP_CALLBACK &&
	    !(engine->host & TW_HOST_CALLBACK))
		return TW_WHY_NO_CALLBACK;
	if (tw__step_waits(step))
		return tw__wait_why_not(call, a);
	if (step->kind == TW_STEP_PLAN)
		return tw__hop_why_not(call);
	if (step->kind == TW_STEP_PREFERRED)
		return tw__prefer_why_not(call);
	return TW_WHY_NONE;
}

static void enter_step(struct tw_engine *engine, struct tw_call *call)
{
	const struct tw_step *step = tw__call_step(call);
	int64_t a = 0;
	uint32_t why = why_not_step(engine, call, &a);
	bool is_new_ticket;
	struct tw__event_row *row;

	if (why) {
		skip_step(engine, call, why, a);
		return;
	}
	if (step->kind == TW_STEP_PLAN) {
		tw__hop(engine, call);
		return;
	}
	call->saw_open = true;
	is_new_ticket = step->kind == TW_STEP_CALLBACK && !call->is_ticket;
	call->is_ticket |= is_new_ticket;
	if (step->pool)
		start_pool(engine, call, step);
	row = tw__call_row(&engine->decisions, call, TW_DECISION_STEP,
			   call->step_why);
	row->a = call->step_why == TW_WHY_OTHER_PLAN ?
		tw__hop_from(call) : (int64_t)call->step - 1;
	if (step->pool)
		row->until = call->step_until;
	if (is_new_ticket) {
		row->kind = TW_DECISION_CALLBACK;
		row->why = TW_WHY_CALLBACK;
	}
	if (step->kind == TW_STEP_VOICEMAIL) {
		call->phase = TW_PHASE_VOICEMAIL;
		row->kind = TW_DECISION_VOICEMAIL;
		row->why = TW_WHY_VOICEMAIL;
	}
	if (step->kind == TW_STEP_REJECT) {
		row->kind = TW_DECISION_END;
		row->why = TW_WHY_REJECT_STEP;
		row->outcome = TW_OUTCOME_REJECTED;
		row->sip_code = step->sip_code;
		tw__call_end(engine, call);
	}
}

/* Whether the step leaves all that are ready now to others. */
static bool is_reserved(const struct tw_look *look)
{
	uint32_t reserve = tw__call_step(look->call)->reserve;

	return reserve && look->pool->count[TW_STANDING_READY] <= reserve;
}

/* @return whether anybody of the tier rings now */
static bool offer_tier(struct tw_look *look, struct tw_level *tier)
{
	const struct tw_policy *policy = look->pool->policy;
	struct tw_member *member;
	bool is_ringing = false;

	look->from = 0;
	while (tw__bits_any(&tier->ready) && !is_reserved(look) &&
	       tw__call_room(look->call, look->engine->now) > 0 &&
	       (member = policy->pick(look, tier)) != NULL) {
		tw__offer_make(look, member);
		is_ringing = true;
	}
	return is_ringing;
}

/* One row with the counts and not one for each member: a busy company of
 * 1,000 would write a million rows a day about who was busy. Who it was is
 * asked with tw_engine_explain(). */
static void pass(struct tw_engine *engine, struct tw_call *call)
{
	const uint32_t *count = call->pool->count;
	struct tw__event_row *row = tw__call_row(&engine->events, call, 0,
						 TW_WHY_NOBODY_READY);

	row->a = count[TW_STANDING_BUSY];
	row->b = count[TW_STANDING_AWAY] + count[TW_STANDING_PAUSED];
	if (row->a)
		call->saw_busy = true;
	if (row->b)
		call->saw_other = true;
	if (tw__call_step(call)->reserve && count[TW_STANDING_READY]) {
		row->why = TW_WHY_RESERVED;
		row->a = count[TW_STANDING_READY];
		row->b = tw__call_step(call)->reserve;
		call->saw_busy = true;
	}
	row->offered = row->ended = engine->now;
}

/* The next step, for a call that has a policy that does wrong. */
static void fail(struct tw_engine *engine, struct tw_call *call)
{
	struct tw__event_row *row;

	if (engine->entering == call) {
		engine->is_refused = true;
		return;
	}
	row = tw__call_row(&engine->events, call, 0, TW_WHY_POLICY_FAILED);
	row->a = call->pool->policy->id;
	row->offered = row->ended = engine->now;
	call->saw_other = true;
	tw__call_step_leave(engine, call, TW_WHY_NOBODY_LEFT);
}

bool tw__call_choose(struct tw_engine *engine, struct tw_call *call)
{
	struct tw_look look = { .engine = engine, .call = call,
				.pool = call->pool };
	size_t i;

	if (tw__call_step(call)->kind == TW_STEP_PREFERRED)
		return tw__prefer_choose(&look);
	for (i = 0; i < call->pool->tier_count; ++i) {
		/* who joins others that ring: of no worse tier */
		if (call->offer && call->pool->tier[i]->tier > call->tier)
			break;
		if (offer_tier(&look, call->pool->tier[i]))
			return true;
		if (look.is_failed) {
			fail(engine, call);
			return true;
		}
	}
	return false;
}

struct tw_member *tw__call_peek(struct tw_engine *engine, struct tw_call *call)
{
	const struct tw_look look = { .engine = engine, .call = call,
				      .pool = call->pool };
	struct tw_member *member = NULL;
	size_t i;

	for (i = 0; i < call->pool->tier_count && !member; ++i)
		member = tw__look_next(&look, call->pool->tier[i], 0);
	return member;
}

void tw__call_widen(struct tw_engine *engine, struct tw_call *call)
{
	tw__timer_arm(&engine->heap, &call->widen,
		      engine->now + call->pool->delay_us);
	tw__engine_due(engine, call);
}

/* Nobody rings: another member, the line again, or the next step. While
 * somebody does: more of them, or nothing. */
static void ring_turn(struct tw_engine *engine, struct tw_call *call)
{
	const uint32_t kind = tw__call_step(call)->kind;

	/* A tick that comes late may find the step over as well. */
	if (call->step_until <= engine->now) {
		tw__call_step_leave(engine, call, TW_WHY_TIME_UP);
	} else if (call->offer) {
		(void)tw__call_choose(engine, call);
	} else if (tw__step_waits(tw__call_step(call))) {
		tw__call_ring_over(engine, call);
		tw__wait_join(engine, call);
	} else if (!tw__call_choose(engine, call)) {
		if (kind == TW_STEP_PREFERRED)
			tw__prefer_pass(engine, call);
		else
			pass(engine, call);
		tw__call_step_leave(engine, call, TW_WHY_NOBODY_LEFT);
	}
}

tw_status tw__call_turn(struct tw_engine *engine, struct tw_call *call)
{
	if (reserve_turn(engine, call))
		return TW_ENOMEM;
	tw__engine_not_due(engine, call);
	if (call->phase == TW_PHASE_BETWEEN) {
		if (call->step >= call->plan->step_count)
			end_of_plan(engine, call);
		else
			enter_step(engine, call);
	} else if (call->phase == TW_PHASE_WAIT) {
		tw__wait_turn(engine, call);
		return TW_OK;
	}
	if (call->phase == TW_PHASE_RING &&
	    tw__call_room(call, engine->now) > 0)
		ring_turn(engine, call);
	return TW_OK;
}
