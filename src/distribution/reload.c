/*
 * Another configuration under live calls. It is a value: an engine made from
 * it that never had a call. What moves comes over as in a snapshot, so that
 * there is one rule of what survives and not two, and then both engines
 * change places, which cannot fail. Before that nothing of the running one
 * has changed. What is different is found here; what is gone, and whether
 * calls still use it, is found by the restore.
 */
#include "restore.h"

#include <stdio.h>
#include <string.h>

struct difference {
	const struct tw_engine *was;
	const struct tw_engine *now;
	struct tw_engine_changes *changes;
	bool is_oom;
};

static void tell(struct difference *d, uint32_t change, const char *kind,
		 const char *name, const char *detail)
{
	if (tw__news_add(d->changes, change, kind, name, detail))
		d->is_oom = true;
}

/* NULL: the running engine has none of the name. */
static const struct tw_target *target_was(const struct difference *d,
					  const char *name)
{
	uint32_t id = tw__names_get(&d->was->targets, name);
	const struct tw_target *t = id ? d->was->target[id - 1] : NULL;

	return t && !t->is_gone ? t : NULL;
}

static const struct tw_pool *pool_was(const struct difference *d,
				      const char *name)
{
	uint32_t id = tw__names_get(&d->was->pools, name);
	const struct tw_pool *p = id ? d->was->pool[id - 1] : NULL;

	return p && !p->is_gone ? p : NULL;
}

static const struct tw_plan *plan_was(const struct difference *d,
				      const char *name)
{
	uint32_t id = tw__names_get(&d->was->plans, name);
	const struct tw_plan *p = id ? d->was->plan[id - 1] : NULL;

	return p && !p->is_gone ? p : NULL;
}

static void compare_target(struct difference *d, const struct tw_target *t)
{
	const struct tw_target *was = target_was(d, t->name);

	if (!was)
		tell(d, TW_ENGINE_NEW, "target", t->name, "");
	else if (was->kind != t->kind || was->capacity != t->capacity ||
		 was->wrap_up_us != t->wrap_up_us ||
		 was->busy_us != t->busy_us ||
		 was->no_answer_us != t->no_answer_us ||
		 was->rejected_us != t->rejected_us ||
		 was->unreachable_us != t->unreachable_us)
		tell(d, TW_ENGINE_CHANGED, "target", t->name,
		     "has other options");
}

static const struct tw_member *member_was(const struct difference *d,
					  const struct tw_pool *was,
					  const char *name)
{
	const struct tw_target *target = target_was(d, name);
	size_t i;

	for (i = 0; target && i < target->member_count; ++i) {
		if (target->member[i]->pool == was)
			return target->member[i];
	}
	return NULL;
}

static void compare_members(struct difference *d, const struct tw_pool *pool,
			    const struct tw_pool *was)
{
	char detail[TW_NAME_MAX + 48];
	size_t i;

	for (i = 0; i < pool->member_count; ++i) {
		const struct tw_member *now = pool->member[i];
		const struct tw_member *m = member_was(d, was,
						       now->target->name);

		if (m && m->tier->tier == now->tier->tier &&
		    m->order == now->order && m->weight == now->weight &&
		    m->skills == now->skills && m->confirm == now->confirm)
			continue;
		snprintf(detail, sizeof(detail), m ?
			 "has other options in pool %s" : "is in pool %s",
			 pool->name);
		tell(d, m ? TW_ENGINE_CHANGED : TW_ENGINE_NEW, "member",
		     now->target->name, detail);
	}
}

static void compare_pool(struct difference *d, const struct tw_pool *pool)
{
	const struct tw_pool *was = pool_was(d, pool->name);

	if (!was) {
		tell(d, TW_ENGINE_NEW, "pool", pool->name, "");
		return;
	}
	if (strcmp(was->policy->name, pool->policy->name) ||
	    was->ring_us != pool->ring_us ||
	    was->ring_count != pool->ring_count ||
	    was->delay_us != pool->delay_us ||
	    was->advance_on != pool->advance_on || was->idle != pool->idle)
		tell(d, TW_ENGINE_CHANGED, "pool", pool->name,
		     "has other options");
	compare_members(d, pool, was);
}

/* Both or neither, and of one name: ids are each engine's own. */
static bool is_same_name(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool is_same_step(const struct tw_step *a, const struct tw_step *b)
{
	return a->kind == b->kind && a->ring_us == b->ring_us &&
		a->when == b->when && a->sip_code == b->sip_code &&
		a->reserve == b->reserve && a->length_max == b->length_max &&
		a->join == b->join && a->leave == b->leave &&
		a->retry_us == b->retry_us &&
		a->announce_us == b->announce_us &&
		a->any_skills == b->any_skills &&
		is_same_name(a->pool ? a->pool->name : NULL,
			     b->pool ? b->pool->name : NULL) &&
		is_same_name(a->schedule ? a->schedule->name : NULL,
			     b->schedule ? b->schedule->name : NULL) &&
		is_same_name(a->plan ? a->plan->name : NULL,
			     b->plan ? b->plan->name : NULL);
}

static void compare_plan(struct difference *d, const struct tw_plan *plan)
{
	const struct tw_plan *was = plan_was(d, plan->name);
	size_t i = 0;

	if (!was) {
		tell(d, TW_ENGINE_NEW, "plan", plan->name, "");
		return;
	}
	if (was->step_count == plan->step_count) {
		while (i < plan->step_count &&
		       is_same_step(&was->step[i], &plan->step[i]))
			++i;
		if (i == plan->step_count)
			return;
	}
	tell(d, TW_ENGINE_CHANGED, "plan", plan->name, "has other steps");
}

static tw_status compare(struct tw_engine_changes *changes,
			 const struct tw_engine *was,
			 const struct tw_engine *now)
{
	struct difference d = { was, now, changes, false };
	size_t i;

	for (i = 0; i < now->target_count; ++i)
		compare_target(&d, now->target[i]);
	for (i = 0; i < now->pool_count; ++i)
		compare_pool(&d, now->pool[i]);
	for (i = 0; i < now->plan_count; ++i)
		compare_plan(&d, now->plan[i]);
	return d.is_oom ? TW_ENOMEM : TW_OK;
}

/* Who was gone while its calls went on, and so was away, is a new one now. */
static void come_back(const struct tw_engine *engine, struct tw_engine *fresh)
{
	size_t i, k;

	for (i = 0; i < engine->target_count; ++i) {
		const struct tw_target *was = engine->target[i];
		uint32_t id = tw__names_get(&fresh->targets, was->name);
		struct tw_target *t = id ? fresh->target[id - 1] : NULL;

		if (!was->is_gone || !t)
			continue;
		t->state = TW_TARGET_AVAILABLE;
		t->idle_since = engine->now;
		for (k = 0; k < t->member_count; ++k)
			tw__member_was_used(t->member[k], TW_USE_CALL,
					    t->member[k]->pool,
					    t->idle_since);
	}
}

/* Nothing may fail from here on. Who is ready may be new to a pool in which
 * calls wait. */
static void change_places(struct tw_engine *engine, struct tw_engine *fresh)
{
	struct tw_engine was = *engine;
	size_t i;

	come_back(engine, fresh);
	*engine = *fresh;
	*fresh = was;
	tw__own_moved(engine);
	tw__own_moved(fresh);
	tw_engine_free(fresh);
	for (i = 0; i < engine->target_count; ++i)
		tw__target_freed(engine, engine->target[i]);
}

static tw_status check(struct tw_engine *engine, struct tw_engine *fresh,
		       tw_error *err)
{
	tw_status status;

	if (!engine || !fresh || engine == fresh)
		return tw__fail(err, TW_EINVAL, "a running engine and another "
				"one, made from the new configuration, are "
				"needed");
	status = tw__engine_check(engine, err);
	if (!status)
		status = tw__engine_check(fresh, err);
	if (!status)
		status = tw__restore_is_new(fresh, err);
	return status;
}

tw_status tw_engine_reload(tw_engine_changes **changes, tw_engine *engine,
			   tw_engine *fresh, tw_time now, tw_error *err)
{
	struct tw_restore r = { .engine = fresh };
	void *state = NULL;
	tw_status status = check(engine, fresh, err);
	size_t size = 0;

	/* before anything else: it may be no time at all */
	if (!status)
		status = tw__engine_set_now(engine, now, err);
	if (!status)
		status = tw_engine_snapshot(&state, &size, engine, err);
	if (status)
		return status;
	r.changes = tw__news_new();
	if (!r.changes || compare(r.changes, engine, fresh))
		status = tw__fail_oom(err);
	else
		status = tw__restore(&r, state, size, err);
	tw_free(state);
	if (!status && changes) {
		*changes = r.changes;
		r.changes = NULL;
	}
	tw__restore_free(&r);
	if (status)
		return status;
	change_places(engine, fresh);
	/* what an own policy does wrong is for the next verb to tell: here it
	 * would read as a reload that was not done */
	(void)tw__engine_run(engine);
	return TW_OK;
}
