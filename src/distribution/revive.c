/*
 * What was read of a snapshot is put in its place. Memory is taken before,
 * for the rows that live calls owe as well, so nothing here can fail.
 */
#include "restore.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Counts in the engine are those of its configuration alone so far. */
tw_status tw__revive_reserve(struct tw_restore *r)
{
	const size_t owed = (size_t)r->ringing + r->live_count;
	struct tw_engine *engine = r->engine;
	const size_t targets = engine->target_count + r->new_target_count;

	if (tw__grow((void **)&engine->target, &engine->target_capacity,
		     targets, sizeof(struct tw_target *)) ||
	    tw__grow((void **)&engine->pool, &engine->pool_capacity,
		     engine->pool_count + r->new_pool_count,
		     sizeof(struct tw_pool *)) ||
	    tw__grow((void **)&engine->ghost, &engine->ghost_capacity,
		     engine->ghost_count + r->new_ghost_count,
		     sizeof(struct tw_pool *)) ||
	    tw__grow((void **)&engine->plan, &engine->plan_capacity,
		     engine->plan_count + r->new_name_count,
		     sizeof(struct tw_plan *)) ||
	    tw__grow((void **)&engine->old_plan, &engine->old_plan_capacity,
		     engine->old_plan_count + r->new_plan_count,
		     sizeof(struct tw_plan *)))
		return TW_ENOMEM;
	if (tw__heap_reserve(&engine->resting, targets) ||
	    tw__heap_reserve(&engine->heap,
			     2 * r->call_count + r->offer_count) ||
	    tw__queue_reserve(&engine->decisions,
			      r->decisions.count + owed))
		return TW_ENOMEM;
	return tw__queue_reserve(&engine->events, r->events.count +
				 (size_t)r->ringing + r->talks);
}

static void adopt_ghosts(struct tw_restore *r)
{
	struct tw_engine *engine = r->engine;
	size_t i;

	for (i = 0; i < r->new_target_count; ++i)
		engine->target[engine->target_count++] = r->new_target[i];
	for (i = 0; i < r->new_pool_count; ++i)
		engine->pool[engine->pool_count++] = r->new_pool[i];
	for (i = 0; i < r->new_ghost_count; ++i)
		engine->ghost[engine->ghost_count++] = r->new_ghost[i];
	for (i = 0; i < r->new_plan_count; ++i) {
		struct tw_plan *plan = r->new_plan[i];

		plan->old = 0;
		if (plan->id > engine->plan_count) {
			engine->plan[engine->plan_count++] = plan;
			continue;
		}
		engine->old_plan[engine->old_plan_count++] = plan;
		plan->old = engine->old_plan_count;
	}
	r->new_target_count = r->new_pool_count = 0;
	r->new_ghost_count = r->new_plan_count = 0;
}

static int by_sequence(const void *left, const void *right)
{
	const struct tw_was_timer *a = left, *b = right;

	if (a->sequence == b->sequence)
		return 0;
	return a->sequence < b->sequence ? -1 : 1;
}

/* In its old order among those of the same instant. */
static void arm(struct tw_heap *heap, struct tw_timer *timer,
		const struct tw_was_timer *was)
{
	tw__timer_arm(heap, timer, was->at);
	timer->sequence = was->sequence;
}

static void arm_all(struct tw_restore *r)
{
	struct tw_engine *engine = r->engine;
	size_t i;

	if (r->timer_count)
		qsort(r->timer, r->timer_count, sizeof(*r->timer),
		      by_sequence);
	for (i = 0; i < r->timer_count; ++i)
		arm(&engine->heap, r->timer[i].timer, &r->timer[i]);
	engine->heap.sequence = r->saved.heap.sequence;
	engine->resting.sequence = r->saved.resting.sequence;
}

/* Out of every index first, because keys change. A ghost keeps being away:
 * only what it holds is of interest. */
static void revive_target(struct tw_engine *engine,
			  const struct tw_was_target *was)
{
	struct tw_target *target = was->to;

	target->held = was->saved.held;
	target->outside = was->saved.outside;
	engine->held += target->held;
	if (was->is_ghost)
		return;
	target->state = TW_TARGET_UNREACHABLE;
	tw__target_settle(target);
	tw__copy_saved(target, &was->saved, tw__saved_target.saved,
		       tw__saved_target.count);
	memcpy(target->pause, was->saved.pause, sizeof(target->pause));
	target->is_resting = was->timer.at != TW_TIME_MAX;
	if (target->is_resting)
		arm(&engine->resting, &target->timer, &was->timer);
	tw__target_settle(target);
}

/* Rest of a target that has its timer in the order of arming: equal ends
 * free in that order. */
static int by_rest(const void *left, const void *right)
{
	const struct tw_was_target *a = left, *b = right;

	return by_sequence(&a->timer, &b->timer);
}

/* As when a target or member is added to a running engine: nobody who is new
 * has been idle since ever. Who is not gets its own clock after this. */
static void start_clocks(struct tw_engine *engine)
{
	size_t i;

	for (i = 0; i < engine->target_count; ++i) {
		struct tw_target *target = engine->target[i];

		if (!target->is_gone && target->idle_since < engine->now)
			target->idle_since = engine->now;
	}
}

static void start_member_clocks(struct tw_engine *engine)
{
	size_t i, k;

	for (i = 0; i < engine->target_count; ++i) {
		const struct tw_target *target = engine->target[i];

		for (k = 0; k < target->member_count; ++k)
			tw__member_was_used(target->member[k], TW_USE_CALL,
					    target->member[k]->pool,
					    target->idle_since);
	}
}

static void revive_targets(struct tw_restore *r)
{
	size_t i;

	start_clocks(r->engine);
	if (r->target_count)
		qsort(r->target, r->target_count, sizeof(*r->target),
		      by_rest);
	for (i = 0; i < r->target_count; ++i) {
		if (r->target[i].to)
			revive_target(r->engine, &r->target[i]);
	}
	start_member_clocks(r->engine);
}

/* It came into the ranks by counters that were not its own. What another
 * policy counted is no count of this one, and the time of another tier is not
 * that of its own. */
static void revive_rank(const struct tw_was_pool *was,
			const struct tw_was_member *m)
{
	struct tw_member *member = m->to;
	const struct tw_policy *policy;

	if (!member)
		return;
	policy = member->pool->policy;
	if (policy->reweigh && m->weight && m->weight != member->weight)
		policy->reweigh(member, m->weight);
	else if (member->served >= member->weight)
		member->served = 0;
	member->begins = member->ends = 0;
	if (policy->again && !member->is_barred &&
	    tw__target_is_ready(member->target)) {
		policy->leave(member);
		policy->again(member);
	}
	if (!was->is_same)
		tw__member_reset(member);
	else if (m->tier != member->tier->tier)
		tw__member_begin(member);
}

/* What own policies have in it may be theirs to free. */
static void revive_state(const struct tw_was_pool *was,
			 struct tw_was_tier *tier)
{
	const struct tw_policy *policy = was->to ? was->to->policy : NULL;

	if (!tier->state)
		return;
	if (policy->clear)
		policy->clear(was->to, tier->to->state);
	memcpy(tier->to->state, tier->state, policy->state_size);
	tw_free(tier->state);
	tier->state = NULL;
}

static void revive_pools(struct tw_restore *r)
{
	size_t i, j;

	for (i = 0; i < r->pool_count; ++i) {
		struct tw_was_pool *was = &r->pool[i];

		for (j = 0; j < was->member_count; ++j) {
			if (was->member[j].to)
				tw__copy_saved(was->member[j].to,
					       &was->member[j].saved,
					       tw__saved_member.saved,
					       tw__saved_member.count);
		}
		for (j = 0; j < was->tier_count; ++j)
			revive_state(was, &was->tier[j]);
		if (was->to)
			was->to->pace = was->pace;
		if (was->last.size) {
			tw__last_free(&was->to->last);
			was->to->last = was->last;
			memset(&was->last, 0, sizeof(was->last));
		}
		for (j = 0; j < was->member_count; ++j)
			revive_rank(was, &was->member[j]);
		/* as when they are added to a running engine */
		for (j = 0; j < was->late_count; ++j)
			tw__member_begin(was->to->member[was->late[j]]);
	}
}

static void revive_calls(struct tw_restore *r)
{
	struct tw_engine *engine = r->engine;
	size_t i;

	tw_free(engine->call);
	engine->call = r->call;
	engine->call_count = engine->call_capacity = r->call_count;
	engine->calls = (uint32_t)r->live_count;
	engine->waiting = r->waiting;
	for (i = r->call_free_count; i > 0; --i) {
		struct tw_call *call = r->call[r->call_free[i - 1] - 1];

		call->free_next = engine->call_free;
		engine->call_free = call;
	}
	for (i = 0; i < r->live_count; ++i) {
		struct tw_call *call = r->live[i];

		if (call->phase == TW_PHASE_RING && tw__call_is_parallel(call))
			tw__pool_ring_add(call->pool, call);
	}
	r->call = NULL;
	r->call_count = 0;
}

static void revive_offers(struct tw_restore *r)
{
	struct tw_engine *engine = r->engine;
	size_t i;

	tw_free(engine->offer);
	engine->offer = r->offer;
	engine->offer_count = engine->offer_capacity = r->offer_count;
	engine->ringing = r->ringing;
	engine->talks = r->talks;
	for (i = r->offer_free_count; i > 0; --i) {
		struct tw_offer *offer = r->offer[r->offer_free[i - 1] - 1];

		offer->next = engine->offer_free;
		engine->offer_free = offer;
	}
	engine->offer_free_count = r->offer_free_count;
	r->offer = NULL;
	r->offer_count = 0;
}

/* Nobody waits for ever: where the bytes forgot a choice or the end of a
 * step, it comes last. */
static bool is_forgotten(const struct tw_call *call)
{
	if (call->phase == TW_PHASE_BETWEEN)
		return true;
	return call->pool && call->step_until != TW_TIME_MAX &&
		call->timer.place == TW_TIMER_IDLE;
}

static void revive_lists(struct tw_restore *r, struct tw_call **by_slot)
{
	struct tw_engine *engine = r->engine;
	size_t i;

	for (i = 0; i < r->due_count; ++i)
		tw__engine_due(engine, by_slot[r->due[i] - 1]);
	for (i = 0; i < r->live_count; ++i) {
		if (is_forgotten(r->live[i]))
			tw__engine_due(engine, r->live[i]);
	}
	for (i = 0; i < r->freed_count; ++i) {
		if (r->freed[i])
			tw__target_freed(engine,
					 engine->target[r->freed[i] - 1]);
	}
	for (i = 0; i < r->decisions.count; ++i)
		*tw__queue_add(&engine->decisions) = r->decisions.row[i];
	for (i = 0; i < r->events.count; ++i)
		*tw__queue_add(&engine->events) = r->events.row[i];
}

void tw__revive(struct tw_restore *r)
{
	struct tw_engine *engine = r->engine;
	size_t i;

	/* by number, before the numbers are sorted away */
	for (i = 0; i < r->freed_count; ++i) {
		const struct tw_target *target =
			r->target[r->freed[i] - 1].to;

		r->freed[i] = target ? target->id : 0;
	}
	adopt_ghosts(r);
	tw__copy_saved(engine, &r->saved, tw__saved_engine.saved,
		       tw__saved_engine.count);
	revive_targets(r);
	revive_pools(r);
	arm_all(r);
	revive_calls(r);
	revive_offers(r);
	revive_lists(r, engine->call);
	/* who is ready may be had by calls that needed what is gone */
	for (i = 0; i < engine->target_count && r->skill_is_gone; ++i)
		tw__target_freed(engine, engine->target[i]);
	tw_free(engine->drops.drop);
	engine->drops = r->drops;
	r->drops.drop = NULL;
}
