/*
 * Queue steps: who may wait for a pool, and until when. A call in line costs
 * nothing until its own limit, a freed target or an empty pool makes it due.
 * Who is first is line.c's to say, who gets a member give.c's.
 */
#include "engine.h"

#include <assert.h>

static struct tw_terms terms_of(const struct tw_call *call)
{
	const struct tw_step *step = tw__call_step(call);

	return (struct tw_terms){
		.reserve = step->reserve,
		.leave = call->is_ticket ? TW_NEED_NOBODY : step->leave,
		.skills = call->skills_needed
	};
}

tw_status tw__wait_reserve(struct tw_call *call)
{
	const struct tw_step *step = tw__call_step(call);
	const struct tw_terms terms = terms_of(call);
	struct tw_line *line;

	return tw__line_reserve(&line, &step->pool->lines, &terms);
}

static uint32_t why_not(const struct tw_pool *pool, uint32_t need)
{
	if (tw__pool_has(pool, need))
		return TW_WHY_NONE;
	if (need == TW_NEED_REACHABLE)
		return TW_WHY_NOT_REACHABLE;
	return need == TW_NEED_STAFFED ? TW_WHY_NOT_STAFFED :
		TW_WHY_NOT_READY;
}

uint32_t tw__wait_why_not(const struct tw_call *call, int64_t *a)
{
	const struct tw_step *step = tw__call_step(call);
	const struct tw_pool *pool = step->pool;
	uint32_t why = TW_WHY_NONE;

	/* A ticket waits for those who have gone home, too. */
	if (step->kind == TW_STEP_QUEUE && !call->is_ticket)
		why = why_not(pool, step->join);
	if (step->kind == TW_STEP_QUEUE && !call->is_ticket && !why)
		why = why_not(pool, step->leave);
	if (!why && step->length_max &&
	    pool->lines.waiting >= step->length_max) {
		*a = (int64_t)pool->lines.waiting;
		why = TW_WHY_LINE_FULL;
	}
	return why;
}

tw_status tw__wait_restore(struct tw_call *call)
{
	const struct tw_terms terms = terms_of(call);
	struct tw_line *line;

	if (tw__line_reserve(&line, &call->pool->lines, &terms))
		return TW_ENOMEM;
	tw__line_join(&call->pool->lines, line, call);
	return TW_OK;
}

void tw__wait_enter(struct tw_engine *engine, struct tw_call *call)
{
	const struct tw_terms terms = terms_of(call);
	struct tw_line *line;
	tw_status status;

	status = tw__line_reserve(&line, &call->pool->lines, &terms);
	assert(!status);   /* whoever comes here reserved it */
	(void)status;
	call->phase = TW_PHASE_WAIT;
	if (!call->pool->lines.waiting)
		tw__pace_begin(&call->pool->pace, engine->now);
	tw__line_join(&call->pool->lines, line, call);
	++engine->waiting;
	tw__call_afresh(call);
}

/* Into the line even when somebody is ready: who of all that wait is first
 * is asked in one place. */
void tw__wait_join(struct tw_engine *engine, struct tw_call *call)
{
	struct tw_member *member;

	tw__wait_enter(engine, call);
	member = tw__call_peek(engine, call);
	if (member)
		tw__target_freed(engine, member->target);
}

void tw__wait_leave(struct tw_engine *engine, struct tw_call *call)
{
	tw__line_leave(&call->pool->lines, call);
	--engine->waiting;
}

void tw__wait_over(struct tw_engine *engine, struct tw_call *call,
		   uint32_t outcome, uint32_t why)
{
	struct tw__event_row *row = tw__call_row(&engine->events, call, 0,
						 why);

	row->a = engine->now - call->entered;
	row->outcome = outcome;
	row->offered = call->entered;
	row->ended = engine->now;
}

static bool is_told(const struct tw_engine *engine, const struct tw_call *call)
{
	return tw__call_step(call)->announce_us && !call->is_ticket &&
		engine->host & TW_HOST_PLAY;
}

void tw__wait_arm(struct tw_engine *engine, struct tw_call *call,
		  tw_time announce)
{
	tw_time at = call->step_until;

	if (is_told(engine, call) && announce < at)
		at = announce;
	if (at < TW_TIME_MAX)
		tw__timer_arm(&engine->heap, &call->timer, at);
}

static void announce(struct tw_engine *engine, struct tw_call *call)
{
	struct tw__event_row *row = tw__call_row(&engine->decisions, call,
						 TW_DECISION_ANNOUNCE,
						 TW_WHY_ANNOUNCE);
	struct tw_estimate estimate;

	tw__estimate(&estimate, call);
	call->told_position = row->position = estimate.position;
	if (estimate.high_us >= 0 &&
	    estimate.high_us / TW_SECOND < call->told_s)
		call->told_s = (uint32_t)(estimate.high_us / TW_SECOND);
	row->a = estimate.low_us;
	row->b = estimate.high_us;
	row->until = call->step_until;
	tw__wait_arm(engine, call, engine->now +
		     tw__call_step(call)->announce_us);
}

/* Whom it waited for talks, or is kept for other calls. Who is free and not
 * for it is not busy: as when a ring step finds nobody. */
static void saw(struct tw_call *call)
{
	const uint32_t *count = call->pool->count;

	if (count[TW_STANDING_BUSY] ||
	    (count[TW_STANDING_READY] && tw__call_step(call)->reserve))
		call->saw_busy = true;
	else
		call->saw_other = true;
}

void tw__wait_turn(struct tw_engine *engine, struct tw_call *call)
{
	if (call->step_until <= engine->now) {
		saw(call);
		tw__wait_over(engine, call, TW_OUTCOME_EXPIRED,
			      TW_WHY_WAITED_LONG);
		tw__call_step_leave(engine, call, TW_WHY_TIME_UP);
	} else if (!tw__pool_has(call->pool, call->line->terms.leave)) {
		call->saw_other = true;
		tw__wait_over(engine, call, TW_OUTCOME_EXPIRED,
			      TW_WHY_WAITED_ALONE);
		tw__call_step_leave(engine, call, TW_WHY_LINE_EMPTY);
	} else if (call->timer.place == TW_TIMER_IDLE &&
		   is_told(engine, call)) {
		announce(engine, call);   /* its timer ran for this */
	}
}

static void lost_line(struct tw_engine *engine, const struct tw_line *line)
{
	size_t i;

	for (i = 0; i < line->count; ++i)
		tw__engine_due(engine, line->place[i].call);
}

/* By their place in line, and not by where a heap happens to have them: an
 * engine that was restored has them elsewhere. */
static struct tw_call *sorted(struct tw_call *list, size_t count)
{
	struct tw_call *half = list, *head = NULL, **tail = &head, *rest;
	size_t i;

	if (count < 2)
		return list;
	for (i = 1; i < count / 2; ++i)
		half = half->due_next;
	rest = half->due_next;
	half->due_next = NULL;
	list = sorted(list, count / 2);
	half = sorted(rest, count - count / 2);
	while (list && half) {
		struct tw_call **first = tw__call_is_before(half, list) ?
			&half : &list;

		*tail = *first;
		tail = &(*first)->due_next;
		*first = *tail;
	}
	*tail = list ? list : half;
	return head;
}

/* Those that came due since `before` was the last. */
static void sort_due(struct tw_engine *engine, struct tw_call *before)
{
	struct tw_call *list = before ? before->due_next : engine->due, *call;
	size_t count = 0;

	for (call = list; call; call = call->due_next)
		++count;
	list = sorted(list, count);
	if (before)
		before->due_next = list;
	else
		engine->due = list;
	for (call = list; call; call = call->due_next) {
		call->due_prev = before;
		before = call;
	}
	engine->due_last = before;
}

void tw__wait_lost(struct tw_engine *engine, const struct tw_target *target)
{
	struct tw_call *before = engine->due_last;
	size_t i, j;

	for (i = 0; i < target->member_count; ++i) {
		const struct tw_pool *pool = target->member[i]->pool;
		const struct tw_lines *lines = &pool->lines;

		for (j = 0; lines->waiting && j < lines->count; ++j) {
			if (!tw__pool_has(pool, lines->line[j]->terms.leave))
				lost_line(engine, lines->line[j]);
		}
	}
	sort_due(engine, before);
}
