/*
 * Plans: the ordered steps of a number. A step that could never work is
 * refused here, with its number, and not discovered by the first caller; a
 * voicemail step for a host without one is accepted, because plans are
 * shared between hosts, and is passed over with a row that says so.
 */
#include "engine.h"

#include <inttypes.h>

struct tw_plan *tw__plan_of(const struct tw_engine *engine, tw_plan_id id)
{
	if (!id.id || id.id > engine->plan_count ||
	    engine->plan[id.id - 1]->is_gone)
		return NULL;
	return engine->plan[id.id - 1];
}

void tw__plan_free(struct tw_plan *plan)
{
	if (!plan)
		return;
	tw_free(plan->step);
	tw_free(plan->name);
	tw_free(plan);
}

tw_status tw_engine_add_plan(tw_plan_id *out, tw_engine *engine,
			     const char *name, tw_error *err)
{
	struct tw_plan *plan;
	tw_status status;

	if (!out || !engine)
		return tw__fail(err, TW_EINVAL, "no engine given");
	status = tw__name_check("plan", name, err);
	if (!status)
		status = tw__names_admit(&engine->plans, "plan", name, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	if (tw__grow((void **)&engine->plan, &engine->plan_capacity,
		     engine->plan_count + 1, sizeof(*engine->plan)) ||
	    tw__names_reserve(&engine->plans))
		return tw__fail_oom(err);
	plan = tw_calloc(1, sizeof(*plan));
	if (!plan)
		return tw__fail_oom(err);
	plan->name = tw_strdup(name);
	if (!plan->name) {
		tw_free(plan);
		return tw__fail_oom(err);
	}
	engine->plan[engine->plan_count++] = plan;
	plan->id = (uint32_t)engine->plan_count;
	tw__names_put(&engine->plans, plan->name, plan->id);
	out->id = plan->id;
	return TW_OK;
}

tw_status tw_engine_find_plan(tw_plan_id *out, const tw_engine *engine,
			      const char *name, tw_error *err)
{
	if (!out || !engine || !name)
		return tw__fail(err, TW_EINVAL, "no engine or name given");
	return tw__names_find(&out->id, &engine->plans, "plan", name, err);
}

static tw_status check_wait(struct tw_step *step, const tw_step_options *o,
			    tw_error *err)
{
	uint32_t retry_ms = o->retry_ms ? o->retry_ms : 5000;

	if (o->wait_ms && (o->wait_ms < TW_RING_MS_MIN ||
			   o->wait_ms > TW_PAUSE_MS_MAX))
		return tw__fail_at(err, TW_EINVAL, 0, "wait_ms",
				   "a wait of %" PRIu32 " ms; write 0 or %u "
				   "to %u", o->wait_ms, TW_RING_MS_MIN,
				   TW_PAUSE_MS_MAX);
	if (o->join > TW_NEED_READY || o->leave > TW_NEED_STAFFED)
		return tw__fail_at(err, TW_EINVAL, 0, o->join > TW_NEED_READY
				   ? "join" : "leave", "a queue asks for "
				   "nobody, reachable, staffed or (to join) "
				   "ready members");
	if (retry_ms < TW_RING_MS_MIN || retry_ms > TW_RETRY_MS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "retry_ms",
				   "retry_ms %" PRIu32 "; write 0 or %u to %u",
				   retry_ms, TW_RING_MS_MIN, TW_RETRY_MS_MAX);
	if (o->announce_ms && (o->announce_ms < TW_ANNOUNCE_MS_MIN ||
			       o->announce_ms > TW_RETRY_MS_MAX))
		return tw__fail_at(err, TW_EINVAL, 0, "announce_ms",
				   "announce_ms %" PRIu32 "; write 0 or %u "
				   "to %u", o->announce_ms,
				   TW_ANNOUNCE_MS_MIN, TW_RETRY_MS_MAX);
	step->announce_us = (int64_t)o->announce_ms * 1000;
	step->ring_us = (int64_t)o->wait_ms * 1000;
	step->retry_us = (int64_t)retry_ms * 1000;
	step->length_max = o->length_max;
	step->join = o->join;
	step->leave = o->leave;
	return TW_OK;
}

const char *tw_plan_name(const tw_engine *engine, tw_plan_id plan)
{
	if (!engine || !plan.id || plan.id > engine->plan_count)
		return "?";
	return engine->plan[plan.id - 1]->name;
}

static tw_status check_pool(struct tw_step *step,
			    const struct tw_engine *engine,
			    const tw_step_options *o, tw_error *err)
{
	step->pool = tw__pool_of(engine, o->pool);
	if (!step->pool)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "pool",
				   "a step that rings needs a pool; none of "
				   "id %" PRIu32, o->pool.id);
	if (o->any_skills > 1)
		return tw__fail_at(err, TW_EINVAL, 0, "any_skills",
				   "any_skills %" PRIu32 " is not 0 or 1",
				   o->any_skills);
	step->any_skills = o->any_skills != 0;
	step->reserve = o->reserve;
	if (o->kind == TW_STEP_QUEUE || o->kind == TW_STEP_CALLBACK)
		return check_wait(step, o, err);
	if (o->ring_ms < TW_RING_MS_MIN || o->ring_ms > TW_RING_MS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "ring_ms",
				   "a step of %" PRIu32 " ms; write %u to %u",
				   o->ring_ms, TW_RING_MS_MIN,
				   TW_RING_MS_MAX);
	step->ring_us = (int64_t)o->ring_ms * 1000;
	return TW_OK;
}

static tw_status check_when(struct tw_step *step,
			    const struct tw_engine *engine,
			    const tw_step_options *o, tw_error *err)
{
	if (o->when > TW_WHEN_CLOSED)
		return tw__fail_at(err, TW_EINVAL, 0, "when",
				   "when %" PRIu32 " is not always, open or "
				   "closed", o->when);
	step->when = o->when;
	if (o->when == TW_WHEN_ALWAYS)
		return TW_OK;
	step->schedule = tw__schedule_of(engine, o->schedule);
	if (!step->schedule)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "schedule",
				   "a step that depends on hours needs a "
				   "schedule; none of id %" PRIu32,
				   o->schedule.id);
	return TW_OK;
}

static tw_status check_step(struct tw_step *step,
			    const struct tw_engine *engine,
			    const tw_step_options *o, tw_error *err)
{
	tw_status status = check_when(step, engine, o, err);

	if (status)
		return status;
	step->kind = o->kind;
	switch (o->kind) {
	case TW_STEP_RING:
	case TW_STEP_QUEUE:
	case TW_STEP_CALLBACK:
	case TW_STEP_PREFERRED:
		return check_pool(step, engine, o, err);
	case TW_STEP_REJECT:
		if (o->sip_code < 400 || o->sip_code > 699)
			return tw__fail_at(err, TW_EINVAL, 0, "sip_code",
					   "reject with %" PRIu32 "; write "
					   "400 to 699", o->sip_code);
		step->sip_code = o->sip_code;
		return TW_OK;
	case TW_STEP_VOICEMAIL:
		return TW_OK;
	case TW_STEP_PLAN:
		step->plan = tw__plan_of(engine, o->plan);
		if (!step->plan)
			return tw__fail_at(err, TW_ENOTFOUND, 0, "plan",
					   "a plan step needs a plan; none "
					   "of id %" PRIu32, o->plan.id);
		return TW_OK;
	default:
		return tw__fail_at(err, TW_EINVAL, 0, "kind",
				   "step kind %" PRIu32 " is not ring, reject"
				   ", voicemail, queue, plan, callback or "
				   "preferred",
				   o->kind);
	}
}

bool tw__step_is_sound(const struct tw_step *step, bool has_pool)
{
	const int64_t most = (int64_t)TW_PAUSE_MS_MAX * 1000;
	const bool needs_pool = tw__step_waits(step) ||
		step->kind == TW_STEP_RING || step->kind == TW_STEP_PREFERRED;

	return step->kind >= TW_STEP_RING && step->kind <= TW_STEP_PREFERRED &&
		needs_pool == has_pool && step->when <= TW_WHEN_CLOSED &&
		step->join <= TW_NEED_READY && step->leave < TW_NEED_READY &&
		step->ring_us >= 0 && step->ring_us <= most &&
		step->retry_us >= 0 && step->retry_us <= most;
}

tw_status tw_plan_add_step(tw_engine *engine, tw_plan_id plan,
			   const tw_step_options *options, tw_error *err)
{
	struct tw_plan *p = engine ? tw__plan_of(engine, plan) : NULL;
	struct tw_step step = { 0 };
	tw_step_options o;
	tw_status status;

	if (!p)
		return tw__fail(err, TW_ENOTFOUND, "no plan of id %" PRIu32,
				plan.id);
	if (!options)
		return tw__fail(err, TW_EINVAL, "no step given");
	status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = check_step(&step, engine, &o, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (!status && step.plan == p)
		status = tw__fail_at(err, TW_EINVAL, 0, "plan",
				     "plan \"%s\" is its own overflow",
				     p->name);
	if (status)
		return status;
	if (p->step_count >= TW_THINGS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u steps",
				TW_THINGS_MAX);
	if (tw__grow((void **)&p->step, &p->step_capacity,
		     p->step_count + 1, sizeof(*p->step)))
		return tw__fail_oom(err);
	p->step[p->step_count++] = step;
	return TW_OK;
}
