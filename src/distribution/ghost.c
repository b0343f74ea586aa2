/*
 * Things of a snapshot by their number there. What the configuration has not
 * any more is made again, for the live calls that still use it: a target that
 * nobody offers, a pool without members, a member without a place in its
 * tier, a plan as it was. Each is made at its first use, so that what no call
 * uses is simply gone.
 */
#include "restore.h"

#include <string.h>

/* Room for one more. */
static bool more(struct tw_restore *r, void **list, size_t *count,
		 size_t *capacity)
{
	if (tw__grow(list, capacity, *count + 1, sizeof(void *))) {
		r->is_oom = true;
		return false;
	}
	return true;
}

static struct tw_target *make_target(struct tw_restore *r,
				     const struct tw_was_target *was)
{
	struct tw_target *target;

	if (!more(r, (void **)&r->new_target, &r->new_target_count,
		  &r->new_target_capacity))
		return NULL;
	target = tw__target_take(r->engine);
	if (!target || !(target->name = tw_strdup(was->name))) {
		tw__target_free(r->engine, target);
		r->is_oom = true;
		return NULL;
	}
	target->kind = was->saved.kind;
	target->capacity = 1;
	target->state = TW_TARGET_UNREACHABLE;
	target->standing = TW_STANDING_AWAY;
	target->is_gone = true;
	r->new_target[r->new_target_count++] = target;
	target->id = (uint32_t)(r->engine->target_count +
				r->new_target_count);
	return target;
}

struct tw_target *tw__was_target(struct tw_restore *r, uint32_t number)
{
	struct tw_was_target *was;

	if (!number || number > r->target_count) {
		tw__restore_wrong(r, "a target of no number");
		return NULL;
	}
	was = &r->target[number - 1];
	if (!was->to) {
		was->to = make_target(r, was);
		was->is_ghost = was->to != NULL;
	}
	return was->to;
}

/* One tier, without members, that those which are gone belong to. */
static struct tw_pool *make_pool(struct tw_restore *r, const char *name)
{
	struct tw_pool *pool = tw_calloc(1, sizeof(*pool));

	if (!pool) {
		r->is_oom = true;
		return NULL;
	}
	pool->policy = &tw__policy_linear;
	pool->is_gone = true;
	pool->name = tw_strdup(name);
	if (!pool->name ||
	    tw__grow((void **)&pool->tier, &pool->tier_capacity, 1,
		     sizeof(struct tw_level *)) ||
	    tw__tier_new(&pool->tier[0], pool, 0)) {
		tw__pool_free(pool);
		r->is_oom = true;
		return NULL;
	}
	pool->tier_count = 1;
	return pool;
}

struct tw_pool *tw__was_pool(struct tw_restore *r, uint32_t number)
{
	struct tw_was_pool *was;

	if (!number || number > r->pool_count) {
		tw__restore_wrong(r, "a pool of no number");
		return NULL;
	}
	was = &r->pool[number - 1];
	if (was->to)
		return was->to;
	if (!more(r, (void **)&r->new_pool, &r->new_pool_count,
		  &r->new_pool_capacity))
		return NULL;
	was->to = make_pool(r, was->name);
	if (!was->to)
		return NULL;
	was->is_ghost = true;
	r->new_pool[r->new_pool_count++] = was->to;
	was->to->id = (uint32_t)(r->engine->pool_count + r->new_pool_count);
	return was->to;
}

/* Beside the pool: has its number, and those who are not in it any more. */
static struct tw_pool *ghost_of(struct tw_restore *r, uint32_t number)
{
	struct tw_was_pool *was = &r->pool[number - 1];

	if (was->ghost)
		return was->ghost;
	if (!more(r, (void **)&r->new_ghost, &r->new_ghost_count,
		  &r->new_ghost_capacity))
		return NULL;
	was->ghost = make_pool(r, was->name);
	if (!was->ghost)
		return NULL;
	was->ghost->id = was->to->id;
	r->new_ghost[r->new_ghost_count++] = was->ghost;
	return was->ghost;
}

static struct tw_member *make_member(struct tw_restore *r,
				     struct tw_pool *pool,
				     struct tw_target *target)
{
	struct tw_member *member;
	size_t i;

	for (i = 0; i < pool->member_count; ++i) {
		if (pool->member[i]->target == target)
			return pool->member[i];
	}
	if (!more(r, (void **)&pool->member, &pool->member_count,
		  &pool->member_capacity))
		return NULL;
	member = tw__slab_take(&pool->members, sizeof(*member));
	if (!member) {
		r->is_oom = true;
		return NULL;
	}
	member->target = target;
	member->pool = pool;
	member->tier = pool->tier[0];
	member->slot = (uint32_t)pool->member_count;
	member->weight = 1;
	pool->member[pool->member_count++] = member;
	return member;
}

struct tw_member *tw__was_member(struct tw_restore *r, uint32_t pool,
				 uint32_t target)
{
	struct tw_target *t = tw__was_target(r, target);
	struct tw_pool *p = t ? tw__was_pool(r, pool) : NULL;
	size_t i;

	if (!p)
		return NULL;
	for (i = 0; i < t->member_count; ++i) {
		if (t->member[i]->pool == p)
			return t->member[i];
	}
	p = ghost_of(r, pool);
	return p ? make_member(r, p, t) : NULL;
}

static bool is_same_step(const struct tw_restore *r,
			 const struct tw_was_step *was,
			 const struct tw_step *step)
{
	const struct tw_saved_table *t = &tw__saved_step;
	size_t i;

	for (i = 0; i < t->count; ++i) {
		if (memcmp((const char *)step + t->saved[i].at,
			   (const char *)&was->saved + t->saved[i].at,
			   t->saved[i].bytes))
			return false;
	}
	/* Something that is gone is the same as nothing that is there. */
	if (was->pool ? step->pool != r->pool[was->pool - 1].to ||
	    !step->pool : step->pool != NULL)
		return false;
	if (was->plan ? step->plan != r->plan[was->plan - 1].now ||
	    !step->plan : step->plan != NULL)
		return false;
	return was->schedule ?
		step->schedule == r->schedule[was->schedule - 1] &&
		step->schedule : !step->schedule;
}

static bool is_current(const struct tw_restore *r,
		       const struct tw_was_plan *was)
{
	size_t i;

	if (!was->is_current || !was->now || was->now->is_gone ||
	    was->now->step_count != was->step_count)
		return false;
	for (i = 0; i < was->step_count; ++i) {
		if (!is_same_step(r, &was->step[i], &was->now->step[i]))
			return false;
	}
	return true;
}

/* Its steps come later: they may lead to others that are made. */
static struct tw_plan *make_plan(struct tw_restore *r,
				 struct tw_was_plan *was)
{
	struct tw_plan *plan;

	if (!more(r, (void **)&r->new_plan, &r->new_plan_count,
		  &r->new_plan_capacity))
		return NULL;
	plan = tw_calloc(1, sizeof(*plan));
	if (!plan || !(plan->name = tw_strdup(was->name)) ||
	    (was->step_count &&
	     tw__grow((void **)&plan->step, &plan->step_capacity,
		      was->step_count, sizeof(*plan->step)))) {
		tw__plan_free(plan);
		r->is_oom = true;
		return NULL;
	}
	plan->step_count = was->step_count;
	r->new_plan[r->new_plan_count++] = plan;
	plan->is_gone = true;
	if (was->now)
		plan->id = was->now->id;
	else
		plan->id = (uint32_t)(r->engine->plan_count +
				      ++r->new_name_count);
	plan->old = (size_t)(was - r->plan) + 1;   /* until it has its place */
	was->to = plan;
	return plan;
}

static void fill_plan(struct tw_restore *r, const struct tw_was_plan *was)
{
	size_t i;

	for (i = 0; i < was->step_count; ++i) {
		struct tw_step *step = &was->to->step[i];

		*step = was->step[i].saved;
		if (was->step[i].pool)
			step->pool = tw__was_pool(r, was->step[i].pool);
		if (was->step[i].schedule)
			step->schedule =
				r->schedule[was->step[i].schedule - 1];
		if (was->step[i].plan)
			step->plan = tw__was_plan_now(r, was->step[i].plan);
	}
}

struct tw_plan *tw__was_plan_now(struct tw_restore *r, uint32_t number)
{
	struct tw_was_plan *was;

	if (!number || number > r->plan_count) {
		tw__restore_wrong(r, "a plan of no number");
		return NULL;
	}
	was = &r->plan[number - 1];
	if (was->now && !was->now->is_gone)
		return was->now;
	return was->to ? was->to : make_plan(r, was);
}

struct tw_plan *tw__was_plan(struct tw_restore *r, uint32_t number)
{
	struct tw_was_plan *was;

	if (!number || number > r->plan_count) {
		tw__restore_wrong(r, "a plan of no number");
		return NULL;
	}
	was = &r->plan[number - 1];
	if (!was->to && is_current(r, was))
		was->to = was->now;
	return was->to ? was->to : make_plan(r, was);
}

/* The steps of all that were made, and of those that are made by that. */
void tw__was_plans_fill(struct tw_restore *r)
{
	while (r->new_plan_filled < r->new_plan_count &&
	       !tw__restore_is_over(r)) {
		const struct tw_plan *plan =
			r->new_plan[r->new_plan_filled++];

		fill_plan(r, &r->plan[plan->old - 1]);
	}
}
