/*
 * What can ring: its capacity, whether it is ready, how long it has been
 * idle. One object however many pools it is in, so that no count has to be
 * copied between pools. Does not know which call should get it.
 */
#include "engine.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct tw_target *tw__target_of(const struct tw_engine *engine,
				tw_target_id id)
{
	if (!id.id || id.id > engine->target_count)
		return NULL;
	return engine->target[id.id - 1];
}

struct tw_target *tw__target_take(struct tw_engine *engine)
{
	struct tw_target *target = tw__slab_take(&engine->target_slab,
						 sizeof(*target));

	if (!target)
		return NULL;
	target->ready_at = TW_TIME_MIN;
	tw__timer_init(&target->timer, TW_TIMER_TARGET, target);
	return target;
}

void tw__target_free(struct tw_engine *engine, struct tw_target *target)
{
	if (!target)
		return;
	tw_free(target->member);
	tw_free(target->name);
	tw__slab_give(&engine->target_slab, target);
}

static tw_status check_rests(const tw_target_options *o, tw_error *err)
{
	const struct {
		uint32_t ms;
		const char *field;
	} rests[] = {
		{ o->wrap_up_ms, "wrap_up_ms" }, { o->busy_ms, "busy_ms" },
		{ o->no_answer_ms, "no_answer_ms" },
		{ o->rejected_ms, "rejected_ms" },
		{ o->unreachable_ms, "unreachable_ms" }
	};
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(rests); ++i) {
		if (rests[i].ms > TW_PAUSE_MS_MAX)
			return tw__fail_at(err, TW_EINVAL, 0, rests[i].field,
					   "target \"%s\": a pause is a day "
					   "at most", o->name);
	}
	return TW_OK;
}

static tw_status check(const tw_target_options *o, tw_error *err)
{
	tw_status status = tw__name_check("target", o->name, err);

	if (status)
		return status;
	if (o->kind < TW_TARGET_PHONE || o->kind > TW_TARGET_MOBILE)
		return tw__fail_at(err, TW_EINVAL, 0, "kind",
				   "target \"%s\": kind %" PRIu32 " is not "
				   "phone, landline or mobile", o->name,
				   o->kind);
	if (!o->capacity || o->capacity > TW_CAPACITY_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "capacity",
				   "target \"%s\": capacity %" PRIu32 "; "
				   "write 1 to %u", o->name, o->capacity,
				   TW_CAPACITY_MAX);
	return check_rests(o, err);
}

static uint64_t hash(const char *name)
{
	uint64_t h = 14695981039346656037u;   /* FNV-1a */

	for (; *name; ++name)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	return tw__mix(h);
}

static tw_status target_new(struct tw_target **out, struct tw_engine *engine,
			    const tw_target_options *o)
{
	struct tw_target *target = tw__target_take(engine);

	if (!target)
		return TW_ENOMEM;
	target->name = tw_strdup(o->name);
	if (!target->name) {
		tw__target_free(engine, target);
		return TW_ENOMEM;
	}
	target->name_hash = hash(o->name);
	target->kind = o->kind;
	target->capacity = o->capacity;
	target->state = TW_TARGET_AVAILABLE;
	target->wrap_up_us = (int64_t)o->wrap_up_ms * 1000;
	target->busy_us = (int64_t)o->busy_ms * 1000;
	target->no_answer_us = (int64_t)o->no_answer_ms * 1000;
	target->rejected_us = (int64_t)o->rejected_ms * 1000;
	target->unreachable_us = (int64_t)o->unreachable_ms * 1000;
	*out = target;
	return TW_OK;
}

tw_status tw_engine_add_target(tw_target_id *out, tw_engine *engine,
			       const tw_target_options *options,
			       tw_error *err)
{
	struct tw_target *target = NULL;
	tw_target_options o;
	tw_status status;

	if (!out || !engine || !options)
		return tw__fail(err, TW_EINVAL, "no engine or options given");
	status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = check(&o, err);
	if (!status)
		status = tw__names_admit(&engine->targets, "target",
					 o.name, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	if (tw__grow((void **)&engine->target, &engine->target_capacity,
		     engine->target_count + 1, sizeof(*engine->target)) ||
	    tw__names_reserve(&engine->targets) ||
	    target_new(&target, engine, &o))
		return tw__fail_oom(err);
	engine->target[engine->target_count++] = target;
	if (tw__engine_reserve_timers(engine)) {
		--engine->target_count;
		tw__target_free(engine, target);
		return tw__fail_oom(err);
	}
	target->id = (uint32_t)engine->target_count;
	/* The clock starts at login: a newcomer is not idle since ever. */
	target->idle_since = engine->now;
	tw__names_put(&engine->targets, target->name, target->id);
	out->id = target->id;
	return TW_OK;
}

tw_status tw_engine_find_target(tw_target_id *out, const tw_engine *engine,
				const char *name, tw_error *err)
{
	if (!out || !engine || !name)
		return tw__fail(err, TW_EINVAL, "no engine or name given");
	return tw__names_find(&out->id, &engine->targets, "target", name, err);
}

const char *tw_target_name(const tw_engine *engine, tw_target_id target)
{
	const struct tw_target *t = engine ?
		tw__target_of(engine, target) : NULL;

	return t ? t->name : "?";
}

uint32_t tw_target_kind(const tw_engine *engine, tw_target_id target)
{
	const struct tw_target *t = engine ?
		tw__target_of(engine, target) : NULL;

	return t ? t->kind : 0;
}

uint32_t tw__target_why_not(const struct tw_target *target, tw_time now,
			    int64_t *a, int64_t *b)
{
	*a = *b = 0;
	if (target->state == TW_TARGET_UNREACHABLE)
		return TW_WHY_UNREACHABLE;
	if (target->state == TW_TARGET_PAUSED)
		return TW_WHY_PAUSED;
	if (target->held >= target->capacity) {
		*a = target->held;
		*b = target->capacity;
		return TW_WHY_IN_USE;
	}
	if (target->ready_at > now) {
		*a = target->ready_at - now;
		return target->ready_why;
	}
	return TW_WHY_NONE;
}

static tw_status target_at(struct tw_target **out, tw_engine *engine,
			   tw_target_id id, tw_time now, tw_error *err)
{
	if (!engine)
		return tw__fail(err, TW_EINVAL, "no engine given");
	*out = tw__target_of(engine, id);
	if (!*out)
		return tw__fail(err, TW_ENOTFOUND, "no target of id %" PRIu32,
				id.id);
	return tw__engine_set_now(engine, now, err);
}

static tw_status set_state(struct tw_engine *engine, struct tw_target *target,
			   uint32_t state, const char *pause, tw_error *err)
{
	memcpy(target->pause, pause, strlen(pause) + 1);
	if (target->state != state) {
		target->state = state;
		if (state == TW_TARGET_AVAILABLE)
			tw__target_was_used(target, NULL, TW_USE_RETURN,
					    engine->now);
		tw__target_freed(engine, target);
		tw__wait_lost(engine, target);
	}
	return tw__engine_follow(engine, TW_OK, err);
}

tw_status tw_target_set_state(tw_engine *engine, tw_target_id target,
			      uint32_t state, tw_time now, tw_error *err)
{
	struct tw_target *t = NULL;
	tw_status status;

	if (state < TW_TARGET_AVAILABLE || state > TW_TARGET_PAUSED)
		return tw__fail_at(err, TW_EINVAL, 0, "state",
				   "state %" PRIu32 " is not available, "
				   "unreachable or paused", state);
	status = target_at(&t, engine, target, now, err);
	return status ? status : set_state(engine, t, state, "", err);
}

tw_status tw_target_pause(tw_engine *engine, tw_target_id target,
			  const char *reason, tw_time now, tw_error *err)
{
	const char *text = reason ? reason : "";
	struct tw_target *t = NULL;
	tw_status status = TW_OK;

	if (*text)
		status = tw__name_check("reason", text, err);
	if (!status && strlen(text) > TW_PAUSE_TEXT_MAX)
		status = tw__fail_at(err, TW_EINVAL, 0, "reason",
				     "a reason has %u bytes at most",
				     TW_PAUSE_TEXT_MAX);
	if (!status)
		status = target_at(&t, engine, target, now, err);
	return status ? status : set_state(engine, t, TW_TARGET_PAUSED, text,
					   err);
}

tw_status tw_target_occupy(tw_engine *engine, tw_target_id target,
			   tw_time now, tw_error *err)
{
	struct tw_target *t = NULL;
	tw_status status = target_at(&t, engine, target, now, err);

	if (status)
		return status;
	if (t->held >= t->capacity) {
		status = tw__fail(err, TW_EBUSY, "target \"%s\" has all %"
				  PRIu32 " lines in use", t->name,
				  t->capacity);
	} else {
		tw__target_hold(engine, t);
		++t->outside;
	}
	/* others may have rested by now */
	return tw__engine_follow(engine, status, err);
}

tw_status tw_target_release(tw_engine *engine, tw_target_id target,
			    tw_time now, tw_error *err)
{
	struct tw_target *t = NULL;
	tw_status status = target_at(&t, engine, target, now, err);

	if (status)
		return status;
	if (!t->outside) {
		status = tw__fail(err, TW_EINVAL, "target \"%s\" holds no "
				  "line of tw_target_occupy(); release each "
				  "once", t->name);
	} else {
		--t->outside;
		tw__target_was_used(t, NULL, TW_USE_CALL, engine->now);
		tw__target_let_go(engine, t);
	}
	return tw__engine_follow(engine, status, err);
}
