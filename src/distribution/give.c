/*
 * Who gets a target that came free: the first of all calls that wait for any
 * of its pools, else the first that rings in a parallel step and could use
 * one more. A call that is about to choose for itself comes after those that
 * wait and are before it. Which member of the pool it is, the policy says;
 * between choosing and reserving no other verb can run.
 */
#include "policy.h"

/* The first of the pool's lines that may have this member. */
static struct tw_call *first_of(const struct tw_member *member)
{
	const struct tw_pool *pool = member->pool;
	struct tw_call *best = NULL;
	size_t i;

	for (i = 0; i < pool->lines.count; ++i) {
		const struct tw_line *line = pool->lines.line[i];
		struct tw_call *call;

		if (!line->count || member->is_barred ||
		    line->terms.skills & ~member->skills ||
		    pool->count[TW_STANDING_READY] <= line->terms.reserve)
			continue;
		call = tw__line_first(line);
		if (!best || tw__call_is_before(call, best))
			best = call;
	}
	return best;
}

static struct tw_call *first_waiting(const struct tw_engine *engine,
				     const struct tw_target *target)
{
	struct tw_call *best = NULL, *call;
	uint32_t i;

	for (i = 0; engine->waiting && i < target->member_count; ++i) {
		const struct tw_member *member = tw__target_member(target, i);

		if (!member->pool->lines.waiting)
			continue;
		call = first_of(member);
		if (call && (!best || tw__call_is_before(call, best)))
			best = call;
	}
	return best;
}

/* The first of those that wait for any target that came free: several may
 * have at one instant, and a call's policy may take any of them. */
static struct tw_call *first_of_all(const struct tw_engine *engine,
				    struct tw_call *call)
{
	const struct tw_target *target;
	struct tw_call *other;

	for (target = engine->freed; target; target = target->next_freed) {
		other = tw__target_is_ready(target) ?
			first_waiting(engine, target) : NULL;
		if (other && tw__call_is_before(other, call))
			call = other;
	}
	return call;
}

/* @return through is_over whether the call's policy, one of the host's own,
 * wants nobody of those that are ready: it waits on, until it is asked again
 * when somebody else comes free. */
static tw_status serve(bool *is_over, struct tw_engine *engine,
		       struct tw_call *call)
{
	*is_over = false;
	call = first_of_all(engine, call);
	/* Its time is up, though its timer may not have run yet. */
	if (call->is_due || call->step_until <= engine->now)
		return tw__call_turn(engine, call);
	if (tw__call_reserve(engine, call, call->pool))
		return TW_ENOMEM;
	tw__wait_leave(engine, call);
	tw__call_ring(engine, call);
	*is_over = !tw__call_choose(engine, call);
	if (*is_over) {
		tw__call_ring_over(engine, call);
		tw__wait_enter(engine, call);
	}
	return TW_OK;
}

/* The first ringing call of the pool that may still have this member. */
static struct tw_call *wants(const struct tw_engine *engine,
			     const struct tw_member *member)
{
	struct tw_look look = { .pool = member->pool };

	for (look.call = member->pool->ringing; look.call;
	     look.call = look.call->ring_next) {
		if (look.call->offer &&
		    look.call->tier >= member->tier->tier &&
		    look.call->step_until > engine->now &&
		    tw__call_room(look.call, engine->now) > 0 &&
		    tw__look_may(&look, member) &&
		    member->pool->count[TW_STANDING_READY] >
		    tw__call_step(look.call)->reserve)
			break;
	}
	return look.call;
}

static struct tw_member *first_ringing(struct tw_call **out,
				       const struct tw_engine *engine,
				       const struct tw_target *target)
{
	struct tw_member *best = NULL;
	uint32_t i;

	*out = NULL;
	for (i = 0; i < target->member_count; ++i) {
		struct tw_member *member = tw__target_member(target, i);
		struct tw_call *call = wants(engine, member);

		if (call && (!*out || tw__call_is_before(call, *out))) {
			best = member;
			*out = call;
		}
	}
	return best;
}

static tw_status join_ringing(struct tw_engine *engine, struct tw_call *call,
			      struct tw_member *member)
{
	struct tw_look look = { .engine = engine, .call = call,
				.pool = member->pool, .why = TW_WHY_FREED,
				.a = member->tier->tier };

	if (tw__offers_reserve(engine, 1) ||
	    tw__tried_reserve(&call->tried, 1) ||
	    tw__engine_reserve(engine, 2, 1))
		return TW_ENOMEM;
	tw__offer_make(&look, member);
	return TW_OK;
}

tw_status tw__give_before(struct tw_engine *engine,
			  const struct tw_call *before)
{
	struct tw_target *target;
	struct tw_call *call;
	bool is_over = false;

	for (target = engine->freed; target; target = target->next_freed) {
		while (tw__target_is_ready(target)) {
			call = first_waiting(engine, target);
			if (!call || !tw__call_is_before(call, before))
				break;
			if (serve(&is_over, engine, call))
				return TW_ENOMEM;
			if (is_over)
				break;
		}
	}
	return TW_OK;
}

/* Whom a call in line was to have may have gone to one before it: of its
 * pool another one may be ready that nobody freed since. */
static void free_next(struct tw_engine *engine, const struct tw_pool *pool)
{
	struct tw_member *member;
	size_t i;

	for (i = 0; i < pool->lines.count; ++i) {
		const struct tw_line *line = pool->lines.line[i];

		if (!line->count ||
		    pool->count[TW_STANDING_READY] <= line->terms.reserve)
			continue;
		member = tw__call_peek(engine, tw__line_first(line));
		if (member)
			tw__target_freed(engine, member->target);
	}
}

static void free_others(struct tw_engine *engine,
			const struct tw_target *target)
{
	size_t i;

	for (i = 0; i < target->member_count; ++i) {
		if (target->member[i]->pool->lines.waiting)
			free_next(engine, target->member[i]->pool);
	}
}

tw_status tw__give(struct tw_engine *engine, struct tw_target *target)
{
	struct tw_member *member;
	struct tw_call *call;
	tw_status status = TW_OK;
	bool is_over = false;

	while (!status && !is_over && !engine->is_refused &&
	       tw__target_is_ready(target)) {
		call = first_waiting(engine, target);
		if (call) {
			status = serve(&is_over, engine, call);
			continue;
		}
		member = first_ringing(&call, engine, target);
		if (!member)
			break;
		status = join_ringing(engine, call, member);
	}
	if (!status && !engine->is_refused && engine->waiting)
		free_others(engine, target);
	return status;
}
