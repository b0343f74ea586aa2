/*
 * Calls on their way through a plan. A call that needs a choice is due; its
 * turn either finishes one step's choice or moves it to the next step. All
 * memory of a turn is taken before its first change, so a turn that fails
 * for memory has changed nothing and is simply still due.
 */
#include "policy.h"

#include <assert.h>
#include <inttypes.h>

static struct tw_call *call_new(struct tw_engine *engine)
{
	struct tw_call *call;

	if (engine->call_count >= TW_SLOT_MASK ||
	    tw__grow((void **)&engine->call, &engine->call_capacity,
		     engine->call_count + 1, sizeof(*engine->call)))
		return NULL;
	call = tw_calloc(1, sizeof(*call));
	if (!call)
		return NULL;
	engine->call[engine->call_count++] = call;
	if (tw__engine_reserve_timers(engine)) {
		--engine->call_count;
		tw_free(call);
		return NULL;
	}
	call->slot = (uint32_t)engine->call_count;
	tw__timer_init(&call->timer, TW_TIMER_CALL, call);
	call->free_next = engine->call_free;
	engine->call_free = call;
	return call;
}

void tw__call_free(struct tw_call *call)
{
	if (!call)
		return;
	tw__tried_free(&call->tried);
	tw_free(call);
}

static void call_start(struct tw_engine *engine, struct tw_call *call,
		       const struct tw_plan *plan)
{
	engine->call_free = call->free_next;
	++call->generation;
	call->id = call->generation << TW_SLOT_BITS | call->slot;
	call->phase = TW_PHASE_BETWEEN;
	call->arrival = ++engine->arrivals;
	call->plan = plan;
	call->step = 0;
	call->step_why = TW_WHY_ARRIVED;
	call->pool = NULL;
	call->saw_open = call->saw_busy = call->saw_other = false;
	++engine->calls;
}

/* Nothing may be left of it anywhere. */
static void call_end(struct tw_engine *engine, struct tw_call *call)
{
	assert(!call->offer && !call->talk && !call->pool);
	tw__timer_stop(&engine->heap, &call->timer);
	tw__engine_not_due(engine, call);
	call->id = 0;
	call->phase = TW_PHASE_FREE;
	call->free_next = engine->call_free;
	engine->call_free = call;
	--engine->calls;
}

/* Back to where it was before: the call has rung nobody, and all rows since
 * are its own. */
static void take_back(struct tw_engine *engine, struct tw_call *call,
		      size_t decisions, size_t events)
{
	if (call->phase == TW_PHASE_RING)
		tw__call_step_over(engine, call);
	call_end(engine, call);
	--engine->arrivals;
	tw__queue_cut(&engine->decisions, decisions);
	tw__queue_cut(&engine->events, events);
}

/* An own policy that does wrong refuses the call: nobody holds its id yet who
 * could be told that it went on without. */
static tw_status arrive(tw_call_id *out, struct tw_engine *engine,
			struct tw_call *call, const struct tw_plan *plan,
			tw_error *err)
{
	tw_call_id id;
	const size_t decisions = engine->decisions.count;
	const size_t events = engine->events.count;
	bool is_refused;

	call_start(engine, call, plan);
	id.id = call->id;               /* it may be over at once */
	engine->entering = call;
	tw__engine_due(engine, call);
	(void)tw__engine_run(engine);   /* what is left stays due */
	engine->entering = NULL;
	is_refused = engine->is_refused;
	engine->is_refused = false;
	if (is_refused) {
		take_back(engine, call, decisions, events);
		return tw__engine_follow(engine, TW_OK, err);
	}
	*out = id;
	return TW_OK;
}

tw_status tw_call_enter(tw_call_id *out, tw_engine *engine, tw_plan_id plan,
			tw_time now, tw_error *err)
{
	struct tw_call *call;
	tw_status status;

	if (!out || !engine)
		return tw__fail(err, TW_EINVAL, "no engine given");
	if (!plan.id || plan.id > engine->plan_count)
		return tw__fail(err, TW_ENOTFOUND, "no plan of id %" PRIu32,
				plan.id);
	if (engine->calls >= engine->calls_max)
		return tw__fail(err, TW_EBUSY, "%" PRIu32 " calls are in the "
				"engine, its calls_max", engine->calls);
	if (engine->events.count >= TW_UNREAD_MAX)
		return tw__fail(err, TW_EBUSY, "%zu event rows are unread; "
				"read them by tw_engine_next_event()",
				engine->events.count);
	status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	if (engine->due && tw__engine_run(engine))
		return tw__fail_oom(err);
	if ((!engine->call_free && !call_new(engine)) ||
	    tw__engine_reserve(engine, 1, 0))
		return tw__fail_oom(err);
	call = engine->call_free;
	return arrive(out, engine, call, engine->plan[plan.id - 1], err);
}

static struct tw_row row_of(const struct tw_call *call, uint32_t kind,
			    uint32_t why)
{
	return (struct tw_row){
		.kind = kind, .why = why, .call = call->id,
		.step = call->step,
		.pool = call->pool ? call->pool->id : 0
	};
}

/* Out of its ring step, whose offers are over already. */
void tw__call_step_over(struct tw_engine *engine, struct tw_call *call)
{
	assert(call->phase == TW_PHASE_RING && !call->offer);
	tw__timer_stop(&engine->heap, &call->timer);
	if (call->pool->policy->parallel)
		tw__pool_ring_remove(call->pool, call);
	call->pool = NULL;
}

void tw__call_step_leave(struct tw_engine *engine, struct tw_call *call,
			 uint32_t why)
{
	struct tw_offer *offer;

	while ((offer = call->offer) != NULL) {
		if (offer->is_full_ring && offer->until <= engine->now)
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

/* Room for whatever one turn in this step can write. */
static tw_status reserve_turn(struct tw_engine *engine, struct tw_call *call)
{
	const struct tw_pool *pool = NULL;
	size_t offers = 1;

	if (call->step < call->plan->step_count)
		pool = call->plan->step[call->step].pool;
	if (pool && pool->policy->parallel)
		offers = pool->count[TW_STANDING_READY];
	if (tw__tried_reserve(&call->tried, offers) ||
	    tw__offers_reserve(engine, offers))
		return TW_ENOMEM;
	/* each offer: its row now and its cancel later */
	return tw__engine_reserve(engine, 1 + 2 * offers, 1 + offers);
}

static void end(struct tw_engine *engine, struct tw_call *call,
		const struct tw_row *row)
{
	tw__queue_push(&engine->decisions, row);
	call_end(engine, call);
}

static void end_of_plan(struct tw_engine *engine, struct tw_call *call)
{
	struct tw_row row = row_of(call, TW_DECISION_END,
				   TW_WHY_PLAN_RAN_OUT);

	row.outcome = TW_OUTCOME_UNANSWERED;
	row.sip_code = 480;
	if (!call->saw_open) {
		row.outcome = TW_OUTCOME_CLOSED;
		row.why = TW_WHY_ALL_CLOSED;
	} else if (call->saw_busy && !call->saw_other) {
		row.sip_code = 486;
		row.why = TW_WHY_ALL_BUSY;
	}
	end(engine, call, &row);
}

static void skip_step(struct tw_engine *engine, struct tw_call *call,
		      uint32_t why)
{
	struct tw_row row = row_of(call, 0, why);

	row.offered = row.ended = engine->now;
	tw__queue_push(&engine->events, &row);
	call->step_why = TW_WHY_STEP_SKIPPED;
	++call->step;
	tw__engine_due(engine, call);
}

static void start_ring(struct tw_engine *engine, struct tw_call *call,
		       const struct tw_step *step)
{
	call->phase = TW_PHASE_RING;
	call->pool = step->pool;
	call->tier = 0;
	call->step_until = engine->now + step->ring_us;
	call->slots = (uint32_t)step->pool->member_count;
	tw__tried_clear(&call->tried);
	tw__timer_arm(&engine->heap, &call->timer, call->step_until);
	if (step->pool->policy->parallel)
		tw__pool_ring_add(step->pool, call);
}

/* Why the step is not for this call now, or TW_WHY_NONE. */
static uint32_t why_not_step(const struct tw_engine *engine,
			     const struct tw_step *step)
{
	if (step->when != TW_WHEN_ALWAYS) {
		bool is_open = tw__schedule_is_open(step->schedule,
						    engine->now);

		if (is_open != (step->when == TW_WHEN_OPEN))
			return is_open ? TW_WHY_OPEN_NOW : TW_WHY_CLOSED_NOW;
	}
	if (step->kind == TW_STEP_VOICEMAIL &&
	    !(engine->host & TW_HOST_VOICEMAIL))
		return TW_WHY_NO_VOICEMAIL;
	return TW_WHY_NONE;
}

static void enter_step(struct tw_engine *engine, struct tw_call *call)
{
	const struct tw_step *step = &call->plan->step[call->step];
	uint32_t why = why_not_step(engine, step);
	struct tw_row row;

	if (why) {
		skip_step(engine, call, why);
		return;
	}
	call->saw_open = true;
	if (step->kind == TW_STEP_RING)
		start_ring(engine, call, step);
	row = row_of(call, TW_DECISION_STEP, call->step_why);
	row.a = (int64_t)call->step - 1;
	if (step->kind == TW_STEP_RING)
		row.until = call->step_until;
	if (step->kind == TW_STEP_VOICEMAIL) {
		call->phase = TW_PHASE_VOICEMAIL;
		row.kind = TW_DECISION_VOICEMAIL;
		row.why = TW_WHY_VOICEMAIL;
	}
	if (step->kind == TW_STEP_REJECT) {
		row.kind = TW_DECISION_END;
		row.why = TW_WHY_REJECT_STEP;
		row.outcome = TW_OUTCOME_REJECTED;
		row.sip_code = step->sip_code;
		end(engine, call, &row);
		return;
	}
	tw__queue_push(&engine->decisions, &row);
}

/* @return whether anybody of the tier rings now */
static bool offer_tier(struct tw_look *look, struct tw_tier *tier)
{
	const struct tw_policy *policy = look->pool->policy;
	struct tw_member *member;
	bool is_ringing = false;

	look->from = 0;
	while (tier->count[TW_STANDING_READY] > 0 &&
	       (member = policy->pick(look, tier)) != NULL) {
		tw__offer_make(look, member);
		if (policy->offered)
			policy->offered(member);
		is_ringing = true;
		if (!policy->parallel)
			break;
	}
	return is_ringing;
}

/* One row with the counts and not one for each member: a busy company of
 * 1,000 would write a million rows a day about who was busy. Who it was is
 * asked with tw_engine_explain(). */
static void pass(struct tw_engine *engine, struct tw_call *call)
{
	const uint32_t *count = call->pool->count;
	struct tw_row row = row_of(call, 0, TW_WHY_NOBODY_READY);

	row.a = count[TW_STANDING_BUSY];
	row.b = count[TW_STANDING_AWAY];
	row.offered = row.ended = engine->now;
	tw__queue_push(&engine->events, &row);
	if (count[TW_STANDING_BUSY])
		call->saw_busy = true;
	if (count[TW_STANDING_AWAY])
		call->saw_other = true;
	tw__call_step_leave(engine, call, TW_WHY_NOBODY_LEFT);
}

/* The next step, for a call that has a policy that does wrong. */
static void fail(struct tw_engine *engine, struct tw_call *call)
{
	struct tw_row row = row_of(call, 0, TW_WHY_POLICY_FAILED);

	if (engine->entering == call) {
		engine->is_refused = true;
		return;
	}
	row.a = call->pool->policy->id;
	row.offered = row.ended = engine->now;
	tw__queue_push(&engine->events, &row);
	call->saw_other = true;
	tw__call_step_leave(engine, call, TW_WHY_NOBODY_LEFT);
}

static void choose(struct tw_engine *engine, struct tw_call *call)
{
	struct tw_look look = { .engine = engine, .call = call,
				.pool = call->pool };
	size_t i;

	for (i = 0; i < call->pool->tier_count; ++i) {
		if (offer_tier(&look, call->pool->tier[i]))
			return;
		if (look.is_failed) {
			fail(engine, call);
			return;
		}
	}
	pass(engine, call);
}

tw_status tw__call_turn(struct tw_engine *engine, struct tw_call *call)
{
	if (reserve_turn(engine, call))
		return TW_ENOMEM;
	tw__engine_not_due(engine, call);
	if (call->phase == TW_PHASE_BETWEEN) {
		if (call->step >= call->plan->step_count) {
			end_of_plan(engine, call);
			return TW_OK;
		}
		enter_step(engine, call);
	}
	if (call->phase != TW_PHASE_RING || call->offer)
		return TW_OK;
	/* A tick that comes late may find the step over as well. */
	if (call->step_until <= engine->now)
		tw__call_step_leave(engine, call, TW_WHY_TIME_UP);
	else
		choose(engine, call);
	return TW_OK;
}

struct tw_call *tw__call_of(const struct tw_engine *engine,
			    tw_call_id id)
{
	uint64_t slot = id.id & TW_SLOT_MASK;

	if (!slot || slot > engine->call_count ||
	    engine->call[slot - 1]->id != id.id)
		return NULL;
	return engine->call[slot - 1];
}

tw_status tw_call_leave(tw_engine *engine, tw_call_id call, tw_time now,
			tw_error *err)
{
	struct tw_call *c = engine ? tw__call_of(engine, call) : NULL;
	tw_status status;

	if (!c)
		return tw__fail(err, TW_ENOTFOUND, "call %" PRIu64 " is not "
				"in the engine", call.id);
	status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	while (c->offer)
		tw__offer_cancel(engine, c->offer, TW_OUTCOME_CANCELLED,
				 TW_WHY_CALLER_LEFT, 0);
	if (c->phase == TW_PHASE_RING)
		tw__call_step_over(engine, c);
	if (c->talk)
		tw__offer_end(engine, c->talk, TW_OUTCOME_ANSWERED,
			      TW_WHY_TALK_ENDED, 0);
	call_end(engine, c);
	return tw__engine_follow(engine, TW_OK, err);
}
