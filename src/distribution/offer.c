/*
 * Offers: one reservation of one target for one call, with its owner and its
 * deadline, so that nothing stays reserved when either goes away. Choosing
 * and reserving are one step: between them no other verb can run.
 */
#include "policy.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static tw_status offer_new(struct tw_engine *engine)
{
	struct tw_offer *offer;

	if (engine->offer_count >= TW_SLOT_MASK ||
	    tw__grow((void **)&engine->offer, &engine->offer_capacity,
		     engine->offer_count + 1, sizeof(*engine->offer)))
		return TW_ENOMEM;
	offer = tw_calloc(1, sizeof(*offer));
	if (!offer)
		return TW_ENOMEM;
	engine->offer[engine->offer_count++] = offer;
	if (tw__engine_reserve_timers(engine)) {
		--engine->offer_count;
		tw_free(offer);
		return TW_ENOMEM;
	}
	offer->slot = (uint32_t)engine->offer_count;
	tw__timer_init(&offer->timer, TW_TIMER_OFFER, offer);
	offer->next = engine->offer_free;
	engine->offer_free = offer;
	++engine->offer_free_count;
	return TW_OK;
}

tw_status tw__offers_reserve(struct tw_engine *engine, size_t count)
{
	while (engine->offer_free_count < count) {
		if (offer_new(engine))
			return TW_ENOMEM;
	}
	return TW_OK;
}

static struct tw_offer *offer_take(struct tw_engine *engine)
{
	struct tw_offer *offer = engine->offer_free;

	assert(offer);
	engine->offer_free = offer->next;
	--engine->offer_free_count;
	++offer->generation;
	offer->id = offer->generation << TW_SLOT_BITS | offer->slot;
	return offer;
}

/* Until the pool's ring time or the step's end, whichever is first. */
static void set_limit(struct tw_offer *offer, const struct tw_call *call)
{
	int64_t left = call->step_until == TW_TIME_MAX ? INT64_MAX :
		call->step_until - offer->offered;
	int64_t ring = offer->pool->ring_us;

	if (!ring && tw__step_waits(tw__call_step(call)))
		ring = TW_QUEUE_RING_US;
	offer->is_full_ring = ring && ring <= left;
	offer->until = offer->is_full_ring ? offer->offered + ring :
		call->step_until;
}

static void link_call(struct tw_offer *offer, struct tw_call *call)
{
	offer->call = call;
	offer->prev = NULL;
	offer->next = call->offer;
	if (call->offer)
		call->offer->prev = offer;
	call->offer = offer;
	++call->ringing;
}

static void unlink_call(struct tw_offer *offer)
{
	if (offer->prev)
		offer->prev->next = offer->next;
	else
		offer->call->offer = offer->next;
	if (offer->next)
		offer->next->prev = offer->prev;
	--offer->call->ringing;
	offer->prev = offer->next = NULL;
}

static struct tw__event_row *add_row(struct tw_queue *queue,
				     const struct tw_offer *offer,
				     uint32_t why, int64_t a)
{
	struct tw__event_row *row = tw__queue_add(queue);

	row->why = why;
	row->a = a;
	row->call = offer->call->id;
	row->offer = offer->id;
	row->target = offer->target->id;
	row->pool = offer->pool->id;
	row->step = offer->step;
	row->plan = offer->call->plan->id;
	row->until = offer->until;
	row->offered = offer->offered;
	row->answered = offer->answered;
	return row;
}

void tw__offer_make(struct tw_look *look, struct tw_member *member)
{
	struct tw_engine *engine = look->engine;
	struct tw_call *call = look->call;
	struct tw_offer *offer = offer_take(engine);
	struct tw__event_row *row;

	offer->member = member;
	offer->target = member->target;
	offer->pool = member->pool;
	offer->step = call->step;
	offer->offered = engine->now;
	offer->answered = 0;
	offer->is_confirming = false;
	set_limit(offer, call);
	link_call(offer, call);
	tw__target_hold(engine, member->target);
	++engine->ringing;
	tw__tried_add(&call->tried, member->slot);
	if (call->tier < member->tier->tier)
		call->tier = member->tier->tier;
	/* At the step's end the call's own timer ends it. */
	if (offer->until < call->step_until)
		tw__timer_arm(&engine->heap, &offer->timer, offer->until);
	row = add_row(&engine->decisions, offer, look->why, look->a);
	row->b = look->b;
	row->kind = TW_DECISION_OFFER;
	row->ticket = call->is_ticket;
	++engine->offers;
	if (offer->pool->policy->offered)
		offer->pool->policy->offered(engine, member);
}

/* Neither ready nor idle for so long from now on. */
static void rest(struct tw_engine *engine, struct tw_offer *offer,
		 int64_t pause_us, uint32_t why)
{
	if (pause_us <= 0)
		return;
	tw__target_was_used(offer->target, offer->pool,
			    why == TW_WHY_WRAP_UP ? TW_USE_WRAP_UP :
			    TW_USE_OFFER, engine->now + pause_us);
	tw__target_rest(engine, offer->target, pause_us, why);
}

static int64_t back_off(const struct tw_target *target, uint32_t outcome)
{
	switch (outcome) {
	case TW_OUTCOME_NO_ANSWER:
		return target->no_answer_us;
	case TW_OUTCOME_REJECTED:
		return target->rejected_us;
	case TW_OUTCOME_UNREACHABLE:
		return target->unreachable_us;
	default:
		return 0;
	}
}

/* Lost races leave the idle clock alone; every other end restarts it, also
 * one the caller caused: else who never answers would stay the first. */
static void touch_target(struct tw_engine *engine, struct tw_offer *offer,
			 uint32_t outcome)
{
	struct tw_target *target = offer->target;
	const struct tw_step *step = tw__call_step(offer->call);

	if (outcome == TW_OUTCOME_LOST_RACE)
		return;
	tw__target_was_used(target, offer->pool,
			    outcome == TW_OUTCOME_ANSWERED ? TW_USE_CALL :
			    TW_USE_OFFER, engine->now);
	if (tw__step_waits(step) && outcome >= TW_OUTCOME_BUSY &&
	    outcome <= TW_OUTCOME_CONGESTED)
		rest(engine, offer, step->retry_us, TW_WHY_BACK_OFF);
	if (outcome == TW_OUTCOME_ANSWERED)
		rest(engine, offer, target->wrap_up_us, TW_WHY_WRAP_UP);
	if (outcome == TW_OUTCOME_BUSY)
		rest(engine, offer, target->busy_us, TW_WHY_FOUND_BUSY);
	rest(engine, offer, back_off(target, outcome), TW_WHY_BACK_OFF);
}

/* Free again, its policy told of the end before and after. */
static void let_go(struct tw_engine *engine, struct tw_offer *offer,
		   uint32_t outcome)
{
	const struct tw_policy *policy = offer->pool->policy;
	const bool is_talk = outcome == TW_OUTCOME_ANSWERED;
	const struct tw_end end = {
		.outcome = outcome, .now = engine->now,
		.wrap_up_us = is_talk ? offer->target->wrap_up_us : 0,
		.failed = !is_talk && outcome != TW_OUTCOME_LOST_RACE
	};

	if (policy->ends)
		policy->ends(offer->member, offer, &end);
	touch_target(engine, offer, outcome);
	tw__target_let_go(engine, offer->target);
	if (policy->ended)
		policy->ended(offer->member, offer, &end);
}

void tw__offer_end(struct tw_engine *engine, struct tw_offer *offer,
		   uint32_t outcome, uint32_t why, int64_t a)
{
	struct tw__event_row *row = add_row(&engine->events, offer, why, a);
	struct tw_call *call = offer->call;

	row->outcome = outcome;
	row->ended = engine->now;
	tw__timer_stop(&engine->heap, &offer->timer);
	if (call->talk == offer) {
		call->talk = NULL;
		--engine->talks;
	} else {
		unlink_call(offer);
		--engine->ringing;
		if (outcome == TW_OUTCOME_BUSY)
			call->saw_busy = true;
		else
			call->saw_other = true;
	}
	let_go(engine, offer, outcome);
	offer->id = 0;
	offer->call = NULL;
	offer->next = engine->offer_free;
	engine->offer_free = offer;
	++engine->offer_free_count;
}

void tw__offer_cancel(struct tw_engine *engine, struct tw_offer *offer,
		      uint32_t outcome, uint32_t why, int64_t a)
{
	struct tw__event_row *row = add_row(&engine->decisions, offer, why, a);

	row->kind = TW_DECISION_CANCEL;
	row->outcome = outcome;
	tw__offer_end(engine, offer, outcome, why, a);
}

/* The last one to fail makes its call due for another choice; so does any,
 * where the next one is to ring in its place. */
static void ended_alone(struct tw_engine *engine, struct tw_call *call)
{
	uint32_t room = tw__call_room(call, engine->now);

	if (!call->offer || (room && room < UINT32_MAX - call->ringing))
		tw__engine_due(engine, call);
}

void tw__offer_ring_over(struct tw_engine *engine, struct tw_offer *offer)
{
	struct tw_call *call = offer->call;

	tw__offer_cancel(engine, offer, TW_OUTCOME_NO_ANSWER,
			 offer->is_confirming ? TW_WHY_NO_KEY : TW_WHY_RANG,
			 offer->until - offer->offered);
	ended_alone(engine, call);
}

/* An offer that was made once and is over is a conflict, not a stranger:
 * hosts report late all the time (CANCEL and 200 cross on the wire). */
tw_status tw__offer_at(struct tw_offer **out, struct tw_engine *engine,
		       tw_offer_id id, tw_time now, tw_error *err)
{
	uint64_t slot = id.id & TW_SLOT_MASK;
	struct tw_offer *offer;

	if (!engine)
		return tw__fail(err, TW_EINVAL, "no engine given");
	if (!slot || slot > engine->offer_count)
		return tw__fail(err, TW_ENOTFOUND, "no offer of id %" PRIu64,
				id.id);
	offer = engine->offer[slot - 1];
	if (!(id.id >> TW_SLOT_BITS) ||
	    id.id >> TW_SLOT_BITS > offer->generation)
		return tw__fail(err, TW_ENOTFOUND, "no offer of id %" PRIu64,
				id.id);
	if (offer->id != id.id)
		return tw__fail(err, TW_ECONFLICT, "offer %" PRIu64 " is over;"
				" end its leg as lost_race", id.id);
	*out = offer;
	return tw__engine_set_now(engine, now, err);
}

void tw__offer_win(struct tw_engine *engine, struct tw_offer *offer)
{
	struct tw_call *call = offer->call;

	unlink_call(offer);
	tw__timer_stop(&engine->heap, &offer->timer);
	offer->answered = engine->now;
	--engine->ringing;
	++engine->talks;
	tw__offer_talks(offer);
	while (call->offer)
		tw__offer_cancel(engine, call->offer, TW_OUTCOME_LOST_RACE,
				 TW_WHY_ELSEWHERE, offer->target->id);
	if (tw__step_waits(tw__call_step(call)) && call->pool->lines.waiting)
		tw__pace_answer(&call->pool->pace, engine->now);
	tw__call_step_over(engine, call);
	call->phase = TW_PHASE_TALK;
	if (offer->pool->policy->answered)
		offer->pool->policy->answered(offer->member, offer);
}

tw_status tw_offer_answered(tw_engine *engine, tw_offer_id offer,
			    tw_time now, tw_error *err)
{
	struct tw_offer *o;
	tw_status status = tw__offer_at(&o, engine, offer, now, err);

	if (status)
		return status;
	if (o->call->talk == o)
		return TW_OK;   /* told twice counts once */
	if (!o->member->confirm)
		tw__offer_win(engine, o);
	else if (!o->is_confirming && tw__engine_reserve(engine, 1, 0))
		return tw__fail_oom(err);
	else if (!o->is_confirming)
		tw__confirm_ask(engine, o);
	return tw__engine_follow(engine, TW_OK, err);
}

tw_status tw_offer_failed(tw_engine *engine, tw_offer_id offer,
			  uint32_t outcome, tw_time now, tw_error *err)
{
	struct tw_call *call;
	struct tw_offer *o;
	tw_status status;

	if (outcome < TW_OUTCOME_BUSY || outcome > TW_OUTCOME_CONGESTED)
		return tw__fail_at(err, TW_EINVAL, 0, "outcome",
				   "an offer does not fail as \"%s\"; write "
				   "busy, no_answer, rejected, unreachable or "
				   "congested", tw_outcome_name(outcome));
	status = tw__offer_at(&o, engine, offer, now, err);
	if (status)
		return status;
	call = o->call;
	if (call->talk == o)
		return tw__fail(err, TW_ECONFLICT, "offer %" PRIu64 " is "
				"answered; end its talk by tw_call_leave()",
				offer.id);
	tw__offer_end(engine, o, outcome, TW_WHY_HOST_SAID, 0);
	ended_alone(engine, call);
	return tw__engine_follow(engine, TW_OK, err);
}
