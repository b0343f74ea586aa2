/*
 * Where targets stand: ready, busy, away or paused, since when they are idle,
 * and what follows for the counts and indexes of their pools. All of it is
 * done twice for each call, so it is one file, and takes its short cuts. Does
 * not know why a target is in use, nor who gets it when it is not.
 */
#include "policy.h"

#include <assert.h>

static uint32_t standing_of(const struct tw_target *target)
{
	if (target->state == TW_TARGET_UNREACHABLE)
		return TW_STANDING_AWAY;
	if (target->state == TW_TARGET_PAUSED)
		return TW_STANDING_PAUSED;
	if (target->held >= target->capacity || target->is_resting)
		return TW_STANDING_BUSY;
	return TW_STANDING_READY;
}

static inline void index_in(struct tw_member *member, uint32_t from)
{
	const struct tw_policy *policy = member->pool->policy;

	tw__bits_set(&member->tier->ready, member->place);
	if (policy->enter)
		policy->enter(member, from);
}

static inline void index_out(struct tw_member *member)
{
	const struct tw_policy *policy = member->pool->policy;

	tw__bits_clear(&member->tier->ready, member->place);
	if (policy->leave)
		policy->leave(member);
}

static inline void count(struct tw_member *member, uint32_t from, uint32_t to)
{
	struct tw_pool *pool = member->pool;

	--pool->count[from];
	++pool->count[to];
	if (tw__is_gone(from) != tw__is_gone(to))
		member->tier->weight += tw__is_gone(to) ?
			0 - (uint64_t)member->weight : member->weight;
}

/* Whoever counts begins where the tier is now, also while it holds a line
 * already: else it would have to catch up when that is free. */
static inline void begin(struct tw_member *member, uint32_t from)
{
	if (!member->pool->policy->has_ranks)
		return;
	index_in(member, from);
	index_out(member);
}

/* In all of its pools. Whom the host cannot ask for a key counts as away for
 * ever. */
static inline void stand(struct tw_target *target, uint32_t from, uint32_t to)
{
	uint32_t i;

	target->standing = to;
	for (i = 0; i < target->member_count; ++i) {
		struct tw_member *member = tw__target_member(target, i);

		if (member->is_barred)
			continue;
		count(member, from, to);
		if (from == TW_STANDING_READY)
			index_out(member);
		else if (to == TW_STANDING_READY)
			index_in(member, from);
		else if (to == TW_STANDING_BUSY)
			begin(member, from);
	}
}

/* What each call does twice, here and in tw__target_hold(), is known where it
 * is written: the rest of stand() is not in it. */
void tw__target_settle(struct tw_target *target)
{
	const uint32_t from = target->standing, to = standing_of(target);

	if (from == TW_STANDING_BUSY && to == TW_STANDING_READY)
		stand(target, TW_STANDING_BUSY, TW_STANDING_READY);
	else if (from != to)
		stand(target, from, to);
}

static void come(struct tw_member *member, uint32_t to)
{
	if (to == TW_STANDING_READY)
		index_in(member, TW_STANDING_AWAY);
	else if (to == TW_STANDING_BUSY)
		begin(member, TW_STANDING_AWAY);
}

static uint32_t standing_in(const struct tw_member *member)
{
	return member->is_barred ? TW_STANDING_AWAY :
		member->target->standing;
}

void tw__member_stand(struct tw_member *member)
{
	const uint32_t to = standing_in(member);

	/* as if it had been away */
	++member->pool->count[TW_STANDING_AWAY];
	count(member, TW_STANDING_AWAY, to);
	come(member, to);
}

void tw__member_begin(struct tw_member *member)
{
	const uint32_t to = standing_in(member);

	if (!member->pool->policy->has_ranks)
		return;
	if (to == TW_STANDING_READY)
		index_out(member);
	member->base = 0;
	member->served = 0;
	member->begins = member->ends = 0;
	come(member, to);
}

void tw__member_reset(struct tw_member *member)
{
	member->load = member->pool->policy->first_load;
	member->extra = 0;
	tw__member_begin(member);
}

void tw__target_hold(struct tw_engine *engine, struct tw_target *target)
{
	assert(target->held < target->capacity);
	++target->held;
	++engine->held;
	if (target->held == target->capacity &&
	    target->standing == TW_STANDING_READY)
		stand(target, TW_STANDING_READY, TW_STANDING_BUSY);
}

void tw__target_freed(struct tw_engine *engine, struct tw_target *target)
{
	tw__target_settle(target);
	if (target->is_freed || !tw__target_is_ready(target))
		return;
	target->is_freed = true;
	target->next_freed = NULL;
	if (engine->freed_last)
		engine->freed_last->next_freed = target;
	else
		engine->freed = target;
	engine->freed_last = target;
}

void tw__target_let_go(struct tw_engine *engine, struct tw_target *target)
{
	assert(target->held > 0 && engine->held > 0);
	--target->held;
	--engine->held;
	tw__target_freed(engine, target);
}

void tw__target_rest(struct tw_engine *engine, struct tw_target *target,
		     int64_t pause_us, uint32_t why)
{
	tw_time until = engine->now + pause_us;

	if (pause_us <= 0 || until <= target->ready_at)
		return;
	target->ready_at = until;
	target->ready_why = why;
	target->is_resting = true;
	tw__timer_arm(&engine->resting, &target->timer, until);
	tw__target_settle(target);
}

/* Uses that leave the clock alone, by the pool's options. */
static bool is_idle(const struct tw_member *member, uint32_t use,
		    const struct tw_pool *pool)
{
	static const uint32_t ignored[] = {
		[TW_USE_CALL] = 0,
		[TW_USE_OFFER] = TW_IDLE_UNANSWERED,
		[TW_USE_WRAP_UP] = TW_IDLE_WRAP_UP,
		[TW_USE_RETURN] = TW_IDLE_AWAY
	};
	const uint32_t idle = member->pool->idle;

	if (!idle)
		return false;
	if (use != TW_USE_RETURN && member->pool != pool &&
	    (idle & TW_IDLE_THIS_POOL))
		return true;
	return (idle & ignored[use]) != 0;
}

void tw__member_was_used(struct tw_member *member, uint32_t use,
			 const struct tw_pool *pool, tw_time at)
{
	if (member->idle_since >= at || is_idle(member, use, pool))
		return;
	member->idle_since = at;
	if (member->is_ranked && member->pool->policy->rank)
		member->pool->policy->rank(member);
}

void tw__target_was_used(struct tw_target *target,
			 const struct tw_pool *pool, uint32_t use,
			 tw_time at)
{
	uint32_t i;

	if (target->idle_since < at)
		target->idle_since = at;
	for (i = 0; i < target->member_count; ++i)
		tw__member_was_used(tw__target_member(target, i), use, pool,
				    at);
}
