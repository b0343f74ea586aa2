/*
 * Calls that come and go: their places, their ids, who is first of two. What
 * a call does while it is here is turn.c's.
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
	tw__timer_init(&call->widen, TW_TIMER_WIDEN, call);
	call->free_next = engine->call_free;
	engine->call_free = call;
	return call;
}

void tw__call_free(struct tw_call *call)
{
	if (!call)
		return;
	tw__tried_free(&call->tried);
	tw_free(call->hops);
	tw_free(call);
}

/* Overflow of the key cannot be: both terms are far from the limits. */
static void call_start(struct tw_engine *engine, struct tw_call *call,
		       const tw_call_options *o)
{
	engine->call_free = call->free_next;
	++call->generation;
	call->id = call->generation << TW_SLOT_BITS | call->slot;
	call->phase = TW_PHASE_BETWEEN;
	call->arrival = ++engine->arrivals;
	call->step_why = TW_WHY_ARRIVED;
	call->entered = o->entered && o->entered < engine->now ? o->entered :
		engine->now;
	if (!o->entered && tw__resume_take(&call->entered, engine,
					   o->affinity, o->plan.id))
		call->step_why = TW_WHY_RESUMED;
	call->key = call->entered - o->priority * engine->priority_us;
	call->affinity = o->affinity;
	call->skills = call->skills_needed = o->skills_needed;
	call->preferred = tw__target_of(engine, o->preferred);
	call->plan = engine->plan[o->plan.id - 1];
	call->step = 0;
	call->is_ticket = o->ticket != 0;
	call->told_position = 0;
	call->told_s = UINT32_MAX;
	call->pool = NULL;
	call->ring_prev = call->ring_next = NULL;
	call->saw_open = call->saw_busy = call->saw_other = false;
	++engine->calls;
}

void tw__call_end(struct tw_engine *engine, struct tw_call *call)
{
	assert(!call->offer && !call->talk && !call->pool);
	tw__timer_stop(&engine->heap, &call->timer);
	tw__engine_not_due(engine, call);
	tw_free(call->hops);
	call->hops = NULL;
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
	if (call->phase == TW_PHASE_RING || call->phase == TW_PHASE_WAIT)
		tw__call_step_over(engine, call);
	tw__call_end(engine, call);
	--engine->arrivals;
	tw__queue_cut(&engine->decisions, decisions);
	tw__queue_cut(&engine->events, events);
}

/* An own policy that does wrong refuses the call: nobody holds its id yet who
 * could be told that it went on without. */
static tw_status arrive(tw_call_id *out, struct tw_engine *engine,
			struct tw_call *call, const tw_call_options *o,
			tw_error *err)
{
	tw_call_id id;
	const size_t decisions = engine->decisions.count;
	const size_t events = engine->events.count;
	bool is_refused;

	call_start(engine, call, o);
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

static tw_status check_enter(const struct tw_engine *engine,
			     const tw_call_options *o, tw_error *err)
{
	if (!tw__plan_of(engine, o->plan))
		return tw__fail(err, TW_ENOTFOUND, "no plan of id %" PRIu32,
				o->plan.id);
	if (o->preferred.id && !tw__target_of(engine, o->preferred))
		return tw__fail_at(err, TW_ENOTFOUND, 0, "preferred",
				   "no target of id %" PRIu32,
				   o->preferred.id);
	if (o->ticket && !(engine->host & TW_HOST_CALLBACK))
		return tw__fail_at(err, TW_EREFUSED, 0, "ticket", "this host "
				   "did not say that it calls back "
				   "(TW_HOST_CALLBACK)");
	if (o->priority > TW_PRIORITY_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "priority",
				   "priority %" PRIu32 "; write 0 to %u",
				   o->priority, TW_PRIORITY_MAX);
	if (o->entered && o->entered < TW_TIME_FIRST)
		return tw__fail_at(err, TW_EINVAL, 0, "entered",
				   "entered %" PRId64 " is before the year 1",
				   o->entered);
	if (engine->calls >= engine->calls_max)
		return tw__fail(err, TW_EBUSY, "%" PRIu32 " calls are in the "
				"engine, its calls_max", engine->calls);
	if (engine->events.count >= TW_UNREAD_MAX)
		return tw__fail(err, TW_EBUSY, "%zu event rows are unread; "
				"read them by tw_engine_next_event()",
				engine->events.count);
	return TW_OK;
}

tw_status tw_call_enter_as(tw_call_id *out, tw_engine *engine,
			   const tw_call_options *options, tw_time now,
			   tw_error *err)
{
	struct tw_call *call;
	tw_call_options o;
	tw_status status;

	if (!out || !engine || !options)
		return tw__fail(err, TW_EINVAL, "no engine or options given");
	status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = check_enter(engine, &o, err);
	if (!status)
		status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	/* Rows from here on are the call's own, see take_back(). */
	if ((engine->due || engine->freed) && tw__engine_run(engine))
		return tw__fail_oom(err);
	if ((!engine->call_free && !call_new(engine)) ||
	    tw__engine_reserve(engine, 1, 0))
		return tw__fail_oom(err);
	call = engine->call_free;
	return arrive(out, engine, call, &o, err);
}

tw_status tw_call_enter(tw_call_id *out, tw_engine *engine, tw_plan_id plan,
			tw_time now, tw_error *err)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;

	o.plan = plan;
	return tw_call_enter_as(out, engine, &o, now, err);
}

bool tw__call_is_before(const struct tw_call *a, const struct tw_call *b)
{
	return a->key != b->key ? a->key < b->key : a->arrival < b->arrival;
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

/* Who hangs up is known by his call alone, and among 100,000 each thing that
 * it leads to is a wait: they are waited for together. */
static void fetch_talk(const struct tw_call *call)
{
	const char *offer = (const char *)call->talk;

	if (!offer)
		return;
	__builtin_prefetch(offer, 1);
	__builtin_prefetch(offer + TW_LINE, 1);
	__builtin_prefetch(call->talk_target, 1);
	__builtin_prefetch(call->talk_member, 1);
}

tw_status tw_call_leave(tw_engine *engine, tw_call_id call, tw_time now,
			tw_error *err)
{
	struct tw_call *c = engine ? tw__call_of(engine, call) : NULL;
	tw_status status;

	if (!c)
		return tw__fail(err, TW_ENOTFOUND, "call %" PRIu64 " is not "
				"in the engine", call.id);
	fetch_talk(c);
	status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	if (c->phase == TW_PHASE_WAIT) {
		if (tw__engine_reserve(engine, 0, 1))
			return tw__fail_oom(err);
		tw__wait_over(engine, c, TW_OUTCOME_CANCELLED,
			      TW_WHY_WAITED_LEFT);
	}
	if (c->phase == TW_PHASE_WAIT || c->phase == TW_PHASE_RING)
		tw__resume_keep(engine, c);
	while (c->offer)
		tw__offer_cancel(engine, c->offer, TW_OUTCOME_CANCELLED,
				 TW_WHY_CALLER_LEFT, 0);
	if (c->phase == TW_PHASE_RING || c->phase == TW_PHASE_WAIT)
		tw__call_step_over(engine, c);
	if (c->talk)
		tw__offer_end(engine, c->talk, TW_OUTCOME_ANSWERED,
			      TW_WHY_TALK_ENDED, 0);
	tw__call_end(engine, c);
	return tw__engine_follow(engine, TW_OK, err);
}
