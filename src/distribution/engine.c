/*
 * The engine as a whole: what is due next and what is to be read. Choices
 * are made from a list of calls and a list of freed targets, not by calling
 * each other, so no verb recurses and the order is that of arrival. Calls
 * with nobody ringing come before ringing calls that could use one more; see
 * give.c for those that wait.
 */
#include "own.h"
#include "policy.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define TIME_LAST  (253402300800LL * TW_SECOND)   /* year 10000 */

#define HOST_ALL (TW_HOST_PLAY | TW_HOST_DTMF | TW_HOST_RECORD | \
		  TW_HOST_VOICEMAIL | TW_HOST_TRANSFER | TW_HOST_CALLBACK)

tw_status tw_engine_new(tw_engine **out, const tw_engine_options *options,
			tw_error *err)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	struct tw_engine *engine;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the engine");
	status = options ? tw__import(&o, sizeof(o), options, err) : TW_OK;
	if (status)
		return status;
	if (o.host & ~HOST_ALL)
		return tw__fail_at(err, TW_EINVAL, 0, "host",
				   "host 0x%" PRIx32 " has capabilities this "
				   "library does not know", o.host);
	if (!o.calls_max || o.calls_max > TW_CALLS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "calls_max",
				   "calls_max %" PRIu32 "; write 1 to %u",
				   o.calls_max, TW_CALLS_MAX);
	engine = tw_calloc(1, sizeof(*engine));
	if (!engine)
		return tw__fail_oom(err);
	engine->host = o.host;
	engine->calls_max = o.calls_max;
	engine->priority_us = (int64_t)o.priority_ms * 1000;
	engine->resume_us = (int64_t)o.resume_ms * 1000;
	engine->now = TW_TIME_MIN;
	engine->chance.state = o.seed;
	status = tw__own_take(engine, &o, err);
	if (status) {
		tw_engine_free(engine);
		return status;
	}
	*out = engine;
	return TW_OK;
}

static void free_configuration(struct tw_engine *engine)
{
	size_t i;

	for (i = 0; i < engine->target_count; ++i)
		tw__target_free(engine, engine->target[i]);
	for (i = 0; i < engine->pool_count; ++i)
		tw__pool_free(engine->pool[i]);
	for (i = 0; i < engine->schedule_count; ++i)
		tw__schedule_free(engine->schedule[i]);
	for (i = 0; i < engine->plan_count; ++i)
		tw__plan_free(engine->plan[i]);
	for (i = 0; i < engine->old_plan_count; ++i)
		tw__plan_free(engine->old_plan[i]);
	for (i = 0; i < engine->ghost_count; ++i)
		tw__pool_free(engine->ghost[i]);
	tw_free(engine->old_plan);
	tw_free(engine->ghost);
	tw_free(engine->target);
	tw__slab_free(&engine->target_slab);
	tw_free(engine->pool);
	tw_free(engine->schedule);
	tw_free(engine->plan);
	tw__names_free(&engine->targets);
	tw__names_free(&engine->pools);
	tw__names_free(&engine->schedules);
	tw__names_free(&engine->plans);
	tw__skills_free(engine);
}

void tw_engine_free(tw_engine *engine)
{
	size_t i;

	if (!engine)
		return;
	for (i = 0; i < engine->call_count; ++i)
		tw__call_free(engine->call[i]);
	for (i = 0; i < engine->offer_count; ++i)
		tw_free(engine->offer[i]);
	tw_free(engine->call);
	tw_free(engine->offer);
	free_configuration(engine);
	tw__own_free(engine);
	tw__heap_free(&engine->heap);
	tw__heap_free(&engine->resting);
	tw_free(engine->drops.drop);
	tw__queue_free(&engine->decisions);
	tw__queue_free(&engine->events);
	tw_free(engine);
}

/* Whose rest ends between two ticks is ready at its instant all the same:
 * the call that arrives then must find it. */
static void rested(struct tw_engine *engine)
{
	struct tw_timer *timer;

	while ((timer = tw__heap_first(&engine->resting)) != NULL &&
	       timer->at <= engine->now) {
		struct tw_target *target = timer->owner;

		tw__timer_stop(&engine->resting, timer);
		target->is_resting = false;
		tw__target_freed(engine, target);
	}
}

tw_status tw__engine_check(const struct tw_engine *engine, tw_error *err)
{
	if (engine->is_asking)
		return tw__fail(err, TW_EREFUSED, "a policy may not call the "
				"engine that asks it");
	return TW_OK;
}

tw_status tw__engine_set_now(struct tw_engine *engine, tw_time now,
			     tw_error *err)
{
	tw_status status = tw__engine_check(engine, err);

	if (status)
		return status;
	if (now < TW_TIME_FIRST || now >= TIME_LAST)
		return tw__fail_at(err, TW_EINVAL, 0, "now",
				   "now %" PRId64 " is outside of the years 1 "
				   "to 9999", now);
	if (engine->now < now) {
		engine->now = now;
		rested(engine);
	}
	return TW_OK;
}

tw_status tw__engine_reserve(struct tw_engine *engine, size_t decisions,
			     size_t events)
{
	/* A cancel for each offer; ends are written in turns, which reserve
	 * for themselves: a million waiting calls must not hold a million
	 * rows. */
	size_t owed = engine->ringing;

	if (tw__queue_reserve(&engine->decisions, owed + decisions))
		return TW_ENOMEM;
	owed = (size_t)engine->ringing + engine->talks;
	return tw__queue_reserve(&engine->events, owed + events);
}

tw_status tw__engine_reserve_timers(struct tw_engine *engine)
{
	if (tw__heap_reserve(&engine->resting, engine->target_count))
		return TW_ENOMEM;
	return tw__heap_reserve(&engine->heap, 2 * engine->call_count +
				engine->offer_count);
}

void tw__engine_due(struct tw_engine *engine, struct tw_call *call)
{
	if (call->is_due)
		return;
	call->is_due = true;
	call->due_prev = engine->due_last;
	call->due_next = NULL;
	if (engine->due_last)
		engine->due_last->due_next = call;
	else
		engine->due = call;
	engine->due_last = call;
}

void tw__engine_not_due(struct tw_engine *engine, struct tw_call *call)
{
	if (!call->is_due)
		return;
	call->is_due = false;
	if (call->due_prev)
		call->due_prev->due_next = call->due_next;
	else
		engine->due = call->due_next;
	if (call->due_next)
		call->due_next->due_prev = call->due_prev;
	else
		engine->due_last = call->due_prev;
	call->due_prev = call->due_next = NULL;
}

tw_status tw__engine_run(struct tw_engine *engine)
{
	struct tw_target *target;

	for (;;) {
		if (engine->due) {
			if ((engine->waiting && engine->freed &&
			     tw__give_before(engine, engine->due)) ||
			    tw__call_turn(engine, engine->due))
				return TW_ENOMEM;
			if (engine->is_refused)
				return TW_OK;
			continue;
		}
		target = engine->freed;
		if (!target)
			return TW_OK;
		if (tw__give(engine, target))
			return TW_ENOMEM;
		if (engine->is_refused)
			return TW_OK;
		engine->freed = target->next_freed;
		if (!engine->freed)
			engine->freed_last = NULL;
		target->is_freed = false;
	}
}

tw_status tw__engine_follow(struct tw_engine *engine, tw_status status,
			    tw_error *err)
{
	(void)tw__engine_run(engine);   /* what is left stays due */
	if (status || !engine->has_fault)
		return status;
	engine->has_fault = false;
	return tw__fail(err, TW_EREFUSED, "%s", engine->fault);
}

static void run_timer(struct tw_engine *engine, struct tw_timer *timer)
{
	switch (timer->kind) {
	case TW_TIMER_OFFER:
		tw__offer_ring_over(engine, timer->owner);
		break;
	case TW_TIMER_WIDEN:
		tw__call_widen(engine, timer->owner);
		break;
	default:
		assert(timer->kind == TW_TIMER_CALL);
		tw__call_time_up(engine, timer->owner);
	}
}

tw_status tw_engine_tick(tw_engine *engine, tw_time now, tw_error *err)
{
	struct tw_timer *timer;
	tw_status status;

	if (!engine)
		return tw__fail(err, TW_EINVAL, "no engine given");
	status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	if (tw__engine_run(engine))
		return tw__fail_oom(err);
	while ((timer = tw__heap_first(&engine->heap)) != NULL &&
	       timer->at <= engine->now) {
		tw__timer_stop(&engine->heap, timer);
		run_timer(engine, timer);
		if (tw__engine_run(engine))
			return tw__fail_oom(err);
	}
	return tw__engine_follow(engine, TW_OK, err);
}

tw_time tw_engine_deadline(const tw_engine *engine)
{
	const struct tw_timer *timer, *rest;
	tw_time at = TW_TIME_MAX;

	if (!engine)
		return at;
	if (engine->due || engine->freed || engine->has_fault)
		return engine->now;
	timer = tw__heap_first(&engine->heap);
	if (timer)
		at = timer->at;
	rest = tw__heap_first(&engine->resting);
	return rest && rest->at < at ? rest->at : at;
}

/* Gives out what the caller's release of the struct has room for. */
static void hand_out(void *out, uint32_t size, void *in, uint32_t known)
{
	memcpy(in, &size, sizeof(size));
	memcpy(out, in, size < known ? size : known);
}

/* All but its size. */
static void fill_decision(tw_decision *d, const struct tw_engine *engine,
			  const struct tw__event_row *row)
{
	const bool is_told = row->kind == TW_DECISION_ANNOUNCE;

	d->kind = row->kind;
	d->call.id = row->call;
	d->offer.id = row->offer;
	d->target.id = row->target;
	d->pool.id = row->pool;
	d->step = row->step;
	d->outcome = row->outcome;
	d->sip_code = row->sip_code;
	d->until = row->until;
	d->plan.id = row->plan;
	d->ticket = row->ticket;
	d->position = row->position;
	d->reserved = 0;
	d->wait_low_us = is_told ? row->a : 0;
	d->wait_high_us = is_told ? row->b : 0;
	tw__reason(d->reason, sizeof(d->reason), engine, row);
}

/* Rows are written where the host wants them, unless its struct is of an
 * older release: a copy costs as much as half of the choice. */
static void give_decision(tw_decision *out, const struct tw_engine *engine,
			  const struct tw__event_row *row)
{
	tw_decision d;

	if (out->size >= sizeof(*out)) {
		fill_decision(out, engine, row);
		return;
	}
	d = (tw_decision)TW_DECISION_INIT;
	fill_decision(&d, engine, row);
	hand_out(out, out->size, &d, sizeof(d));
}

tw_status tw_engine_next(tw_decision *out, tw_engine *engine, tw_error *err)
{
	const struct tw__event_row *row;

	if (!out || !engine || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no engine, or a decision "
				"without TW_DECISION_INIT");
	if (engine->is_asking)
		return tw__engine_check(engine, err);
	row = tw__queue_first(&engine->decisions);
	if (!row)
		return TW_ITER_END;
	give_decision(out, engine, row);
	tw__queue_drop(&engine->decisions);
	return TW_OK;
}

static void fill_event(tw_offer_event *e, const struct tw_engine *engine,
		       const struct tw__event_row *row)
{
	e->outcome = row->outcome;
	e->call.id = row->call;
	e->offer.id = row->offer;
	e->target.id = row->target;
	e->pool.id = row->pool;
	e->step = row->step;
	e->offered = row->offered;
	e->answered = row->answered;
	e->ended = row->ended;
	e->plan.id = row->plan;
	e->reserved = 0;
	tw__reason(e->reason, sizeof(e->reason), engine, row);
}

static void give_event(tw_offer_event *out, const struct tw_engine *engine,
		       const struct tw__event_row *row)
{
	tw_offer_event e;

	if (out->size >= sizeof(*out)) {
		fill_event(out, engine, row);
		return;
	}
	e = (tw_offer_event)TW_OFFER_EVENT_INIT;
	fill_event(&e, engine, row);
	hand_out(out, out->size, &e, sizeof(e));
}

tw_status tw_engine_next_event(tw_offer_event *out, tw_engine *engine,
			       tw_error *err)
{
	const struct tw__event_row *row;

	if (!out || !engine || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no engine, or an event "
				"without TW_OFFER_EVENT_INIT");
	if (engine->is_asking)
		return tw__engine_check(engine, err);
	row = tw__queue_first(&engine->events);
	if (!row)
		return TW_ITER_END;
	give_event(out, engine, row);
	tw__queue_drop(&engine->events);
	return TW_OK;
}

tw_status tw_engine_stats_read(tw_engine_stats *out, const tw_engine *engine,
			       tw_error *err)
{
	tw_engine_stats s = TW_ENGINE_STATS_INIT;

	if (!out || !engine || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no engine, or figures "
				"without TW_ENGINE_STATS_INIT");
	s.calls = engine->calls;
	s.offers = engine->ringing;
	s.talks = engine->talks;
	s.slots_held = engine->held;
	s.waiting = engine->waiting;
	hand_out(out, out->size, &s, sizeof(s));
	return TW_OK;
}
