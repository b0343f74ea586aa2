/*
 * Calls and offers of a snapshot: made and linked with each other, but in no
 * list of the engine yet.
 */
#include "restore.h"

#include <stdlib.h>

/* An id that there may be: its slot and how often that was used. */
static bool read_slot(struct tw_restore *r, uint32_t *slot,
		      uint64_t *generation, size_t slots)
{
	*slot = (uint32_t)tw__unpack_number(&r->in, 4);
	*generation = tw__unpack_number(&r->in, 8);
	if (!*slot || *slot > slots ||
	    *generation >> (64 - TW_SLOT_BITS)) {
		tw__restore_wrong(r, "an id that cannot be");
		return false;
	}
	return true;
}

static void add_timer(struct tw_restore *r, struct tw_timer *timer,
		      struct tw_was_timer *was)
{
	if (was->at == TW_TIME_MAX)
		return;
	if (tw__grow((void **)&r->timer, &r->timer_capacity,
		     r->timer_count + 1, sizeof(*r->timer))) {
		r->is_oom = true;
		return;
	}
	was->timer = timer;
	r->timer[r->timer_count++] = *was;
}

static struct tw_member *member_in(const struct tw_pool *pool,
				   const struct tw_target *target)
{
	size_t i;

	for (i = 0; target && i < target->member_count; ++i) {
		if (target->member[i]->pool == pool)
			return target->member[i];
	}
	return NULL;
}

/* Who joined while the call rang is for its next step, as ever. */
static void read_tried(struct tw_restore *r, struct tw_call *call,
		       uint32_t pool)
{
	size_t count = tw__unpack_count(&r->in, 4), i;
	const struct tw_member *member;
	uint32_t target;

	if (count && !call->pool)
		tw__restore_wrong(r, "tries in no pool");
	if (tw__restore_is_over(r))
		return;
	if (tw__tried_reserve(&call->tried, count +
			      (pool ? r->pool[pool - 1].late_count : 0))) {
		r->is_oom = true;
		return;
	}
	for (i = 0; i < count; ++i) {
		target = (uint32_t)tw__unpack_number(&r->in, 4);
		if (!target || target > r->target_count) {
			tw__restore_wrong(r, "a try of no target");
			return;
		}
		member = member_in(call->pool, r->target[target - 1].to);
		if (member && !tw__tried_has(&call->tried, member->slot))
			tw__tried_add(&call->tried, member->slot);
	}
	for (i = 0; pool && i < r->pool[pool - 1].late_count; ++i) {
		if (!tw__tried_has(&call->tried, r->pool[pool - 1].late[i]))
			tw__tried_add(&call->tried,
				      r->pool[pool - 1].late[i]);
	}
	if (call->pool)
		call->slots = (uint32_t)call->pool->member_count;
}

static void check_call(struct tw_restore *r, const struct tw_call *call)
{
	const bool is_in_pool = call->phase == TW_PHASE_RING ||
		call->phase == TW_PHASE_WAIT;
	const struct tw_step *step;

	if (call->phase < TW_PHASE_BETWEEN || call->phase > TW_PHASE_LAST ||
	    call->step > call->plan->step_count ||
	    (call->phase != TW_PHASE_BETWEEN &&
	     call->step == call->plan->step_count) ||
	    is_in_pool != (call->pool != NULL)) {
		tw__restore_wrong(r, "a call in no state that there is");
		return;
	}
	step = is_in_pool ? tw__call_step(call) : NULL;
	if (step &&
	    !tw__step_waits(step) && (call->phase != TW_PHASE_RING ||
	    (step->kind != TW_STEP_RING && step->kind != TW_STEP_PREFERRED)))
		tw__restore_wrong(r, "a call that rings in no such step");
	if (step && step->pool != call->pool)
		tw__restore_wrong(r, "a call that rings elsewhere");
}

static void read_hops(struct tw_restore *r, struct tw_call *call)
{
	size_t count = tw__unpack_count(&r->in, 4), i;
	const struct tw_plan *plan;

	if (count > TW_HOPS_MAX)
		tw__restore_wrong(r, "a call through too many plans");
	if (!count || tw__restore_is_over(r))
		return;
	call->hops = tw__restore_array(r, 1, sizeof(*call->hops));
	for (i = 0; call->hops && i < count; ++i) {
		plan = tw__was_plan_now(r, (uint32_t)tw__unpack_number(
							&r->in, 4));
		if (plan)
			call->hops->plan[call->hops->count++] = plan->id;
	}
}

/* Nobody will ever come free there: the next step. */
static void leave_gone(struct tw_call *call)
{
	call->phase = TW_PHASE_BETWEEN;
	call->step_why = TW_WHY_NOBODY_LEFT;
	++call->step;
	call->pool = NULL;
}

static void read_call(struct tw_restore *r, struct tw_call *call)
{
	struct tw_was_timer timer, widen;
	uint32_t plan, pool, preferred;

	tw__restore_saved(r, call, &tw__saved_call);
	plan = (uint32_t)tw__unpack_number(&r->in, 4);
	pool = (uint32_t)tw__unpack_number(&r->in, 4);
	preferred = (uint32_t)tw__unpack_number(&r->in, 4);
	call->plan = tw__was_plan(r, plan);
	tw__was_plans_fill(r);
	if (preferred)
		call->preferred = tw__was_target(r, preferred);
	read_hops(r, call);
	tw__restore_timer(r, &timer);
	tw__restore_timer(r, &widen);
	if (pool)
		call->pool = tw__was_pool(r, pool);
	if (tw__restore_is_over(r) || !call->plan)
		return;
	check_call(r, call);
	call->skills = tw__restore_skills(r, call->skills);
	if (!tw__restore_is_over(r))
		tw__call_skills(call);
	read_tried(r, call, call->pool ? pool : 0);
	if (timer.at != TW_TIME_MAX && timer.at != call->step_until &&
	    (call->phase != TW_PHASE_WAIT || timer.at > call->step_until))
		tw__restore_wrong(r, "a step that ends twice");
	if (tw__restore_is_over(r))
		return;
	if (call->phase == TW_PHASE_WAIT && call->pool->is_gone) {
		leave_gone(call);
		return;
	}
	add_timer(r, &call->timer, &timer);
	if (call->phase == TW_PHASE_RING && tw__call_is_parallel(call) &&
	    call->pool->policy->widens)
		add_timer(r, &call->widen, &widen);
	if (call->phase != TW_PHASE_WAIT)
		return;
	if (tw__wait_restore(call))
		r->is_oom = true;
	else
		++r->waiting;
}

static int by_arrival(const void *left, const void *right)
{
	const struct tw_call *const *a = left, *const *b = right;

	if ((*a)->arrival == (*b)->arrival)
		return 0;
	return (*a)->arrival < (*b)->arrival ? -1 : 1;
}

static struct tw_call *new_call(struct tw_restore *r, uint32_t slot,
				uint64_t generation)
{
	struct tw_call *call;

	if (r->call[slot - 1]) {
		tw__restore_wrong(r, "two calls of one id");
		return NULL;
	}
	call = tw__restore_array(r, 1, sizeof(*call));
	if (!call)
		return NULL;
	call->slot = slot;
	call->generation = generation;
	tw__timer_init(&call->timer, TW_TIMER_CALL, call);
	tw__timer_init(&call->widen, TW_TIMER_WIDEN, call);
	r->call[slot - 1] = call;
	return call;
}

static void read_live_calls(struct tw_restore *r, size_t count)
{
	struct tw_call *call;
	uint64_t generation;
	uint32_t slot;

	r->live = tw__restore_array(r, count, sizeof(struct tw_call *));
	while (r->live_count < count && !tw__restore_is_over(r)) {
		if (!read_slot(r, &slot, &generation, r->call_count))
			return;
		call = new_call(r, slot, generation);
		if (!call)
			return;
		call->id = generation << TW_SLOT_BITS | slot;
		r->live[r->live_count++] = call;
		read_call(r, call);
		if (!generation || call->arrival > r->saved.arrivals)
			tw__restore_wrong(r, "a call that never came");
	}
	if (r->live_count > 1)
		qsort(r->live, r->live_count, sizeof(struct tw_call *),
		      by_arrival);
}

static void read_free_calls(struct tw_restore *r, size_t count)
{
	uint64_t generation;
	uint32_t slot;
	size_t i;

	r->call_free = tw__restore_array(r, count, sizeof(*r->call_free));
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		if (!read_slot(r, &slot, &generation, r->call_count) ||
		    !new_call(r, slot, generation))
			return;
		r->call_free[r->call_free_count++] = slot;
	}
}

/* How many slots there are is known when both counts are. */
void tw__restore_calls(struct tw_restore *r)
{
	size_t live = tw__unpack_count(&r->in, TW_LEAST_SLOT);
	uint64_t slots = tw__unpack_number(&r->in, 4);

	if (slots < live || slots > TW_SLOT_MASK ||
	    slots > (size_t)(r->in.end - r->in.at) / TW_LEAST_SLOT) {
		r->in.is_bad = true;
		return;
	}
	r->call = tw__restore_array(r, (size_t)slots,
				    sizeof(struct tw_call *));
	if (r->call)
		r->call_count = (size_t)slots;
	read_live_calls(r, live);
	if (!tw__restore_is_over(r))
		read_free_calls(r, r->call_count - live);
}

static struct tw_offer *new_offer(struct tw_restore *r, uint32_t slot,
				  uint64_t generation)
{
	struct tw_offer *offer;

	if (r->offer[slot - 1]) {
		tw__restore_wrong(r, "two offers of one id");
		return NULL;
	}
	offer = tw__restore_array(r, 1, sizeof(*offer));
	if (!offer)
		return NULL;
	offer->slot = slot;
	offer->generation = generation;
	tw__timer_init(&offer->timer, TW_TIMER_OFFER, offer);
	r->offer[slot - 1] = offer;
	return offer;
}

static void link_offer(struct tw_restore *r, struct tw_offer *offer,
		       struct tw_call *call, uint64_t is_talk)
{
	const struct tw_offer *other;

	offer->call = call;
	if (is_talk) {
		if (is_talk > 1 || call->talk || call->offer ||
		    call->phase != TW_PHASE_TALK)
			tw__restore_wrong(r, "a talk that cannot be");
		tw__offer_talks(offer);
		++r->talks;
		return;
	}
	for (other = call->offer; other; other = other->next) {
		if (other->target == offer->target)
			tw__restore_wrong(r, "two offers of one target");
	}
	if (call->phase != TW_PHASE_RING || offer->until > call->step_until)
		tw__restore_wrong(r, "an offer that cannot be");
	offer->next = call->offer;
	if (call->offer)
		call->offer->prev = offer;
	call->offer = offer;
	++r->ringing;
	++call->ringing;
}

static void read_offer(struct tw_restore *r, struct tw_offer *offer)
{
	uint32_t call = (uint32_t)tw__unpack_number(&r->in, 4);
	uint32_t target = (uint32_t)tw__unpack_number(&r->in, 4);
	uint32_t pool = (uint32_t)tw__unpack_number(&r->in, 4);
	uint64_t is_talk = tw__unpack_number(&r->in, 1);
	struct tw_was_timer timer;

	tw__restore_saved(r, offer, &tw__saved_offer);
	tw__restore_timer(r, &timer);
	offer->member = tw__was_member(r, pool, target);
	if (!offer->member)
		return;
	if (!call || call > r->call_count || !r->call[call - 1]->id) {
		tw__restore_wrong(r, "an offer for no call");
		return;
	}
	offer->target = offer->member->target;
	offer->pool = offer->member->pool;
	++r->target[target - 1].saved.held;
	link_offer(r, offer, r->call[call - 1], is_talk);
	add_timer(r, &offer->timer, &timer);
}

static void read_live_offers(struct tw_restore *r, size_t count)
{
	struct tw_offer *offer;
	uint64_t generation;
	uint32_t slot;
	size_t i;

	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		if (!read_slot(r, &slot, &generation, r->offer_count))
			return;
		offer = new_offer(r, slot, generation);
		if (!offer)
			return;
		offer->id = generation << TW_SLOT_BITS | slot;
		if (!generation)
			tw__restore_wrong(r, "an offer that was never made");
		read_offer(r, offer);
	}
}

static void read_free_offers(struct tw_restore *r, size_t count)
{
	uint64_t generation;
	uint32_t slot;
	size_t i;

	r->offer_free = tw__restore_array(r, count, sizeof(*r->offer_free));
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		if (!read_slot(r, &slot, &generation, r->offer_count) ||
		    !new_offer(r, slot, generation))
			return;
		r->offer_free[r->offer_free_count++] = slot;
	}
}

void tw__restore_offers(struct tw_restore *r)
{
	size_t live = tw__unpack_count(&r->in, TW_LEAST_SLOT), i;
	uint64_t slots = tw__unpack_number(&r->in, 4);

	if (slots < live || slots > TW_SLOT_MASK ||
	    slots > (size_t)(r->in.end - r->in.at) / TW_LEAST_SLOT) {
		r->in.is_bad = true;
		return;
	}
	r->offer = tw__restore_array(r, (size_t)slots,
				     sizeof(struct tw_offer *));
	if (r->offer)
		r->offer_count = (size_t)slots;
	read_live_offers(r, live);
	if (!tw__restore_is_over(r))
		read_free_offers(r, r->offer_count - live);
	for (i = 0; i < r->live_count && !tw__restore_is_over(r); ++i) {
		if (r->live[i]->phase == TW_PHASE_TALK && !r->live[i]->talk)
			tw__restore_wrong(r, "a talk with nobody");
	}
}

static void read_due(struct tw_restore *r)
{
	size_t count = tw__unpack_count(&r->in, 4), i;

	r->due = tw__restore_array(r, count, sizeof(*r->due));
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		r->due[i] = (uint32_t)tw__unpack_number(&r->in, 4);
		if (!r->due[i] || r->due[i] > r->call_count ||
		    !r->call[r->due[i] - 1]->id)
			tw__restore_wrong(r, "a choice for no call");
		else
			r->due_count = i + 1;
	}
}

static void read_freed(struct tw_restore *r)
{
	size_t count = tw__unpack_count(&r->in, 4), i;

	r->freed = tw__restore_array(r, count, sizeof(*r->freed));
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		r->freed[i] = (uint32_t)tw__unpack_number(&r->in, 4);
		if (!r->freed[i] || r->freed[i] > r->target_count)
			tw__restore_wrong(r, "a free target that is none");
		else
			r->freed_count = i + 1;
	}
}

/* Numbers of things become those of here; a text may name a target. */
static void read_row(struct tw_restore *r, struct tw__event_row *row)
{
	const struct tw_target *target;
	const struct tw_plan *plan;
	const struct tw_pool *pool;

	tw__restore_saved(r, row, &tw__saved_row);
	if (row->target) {
		target = tw__was_target(r, row->target);
		row->target = target ? target->id : 0;
	}
	if (row->pool) {
		pool = tw__was_pool(r, row->pool);
		row->pool = pool ? pool->id : 0;
		if (pool && (row->why == TW_WHY_OWN ||
			     row->why == TW_WHY_POLICY_FAILED))
			row->a = pool->policy->id;
	}
	if (row->plan) {
		plan = tw__was_plan_now(r, row->plan);
		row->plan = plan ? plan->id : 0;
	}
	if (row->why == TW_WHY_SKILLS)
		row->a = (int64_t)tw__restore_skills(r, (uint64_t)row->a);
	if (row->why == TW_WHY_OTHER_PLAN) {
		plan = tw__was_plan_now(r, (uint32_t)row->a);
		row->a = plan ? plan->id : 0;
	}
	if (row->why == TW_WHY_ELSEWHERE) {
		target = tw__was_target(r, (uint32_t)row->a);
		row->a = target ? target->id : 0;
	}
}

static void read_rows(struct tw_restore *r, struct tw_was_rows *out)
{
	size_t count = tw__unpack_count(&r->in, 64), i;

	out->row = tw__restore_array(r, count, sizeof(*out->row));
	for (i = 0; i < count && !tw__restore_is_over(r); ++i)
		read_row(r, &out->row[i]);
	if (out->row)
		out->count = count;
}

static void read_drops(struct tw_restore *r)
{
	uint64_t capacity = tw__unpack_number(&r->in, 4);
	size_t count = tw__unpack_count(&r->in, 28), i;
	const struct tw_plan *plan;
	struct tw_drop *list;

	if (capacity > TW_DROPS_MAX || (capacity & (capacity - 1)) ||
	    count > capacity / 2)
		tw__restore_wrong(r, "callers who dropped in no such table");
	if (tw__restore_is_over(r))
		return;
	list = tw__restore_array(r, count, sizeof(*list));
	for (i = 0; list && i < count && !tw__restore_is_over(r); ++i) {
		tw__restore_saved(r, &list[i], &tw__saved_drop);
		if (!list[i].affinity)
			tw__restore_wrong(r, "nobody who dropped");
		plan = tw__was_plan_now(r, list[i].plan);
		list[i].plan = plan ? plan->id : 0;
	}
	if (!tw__restore_is_over(r) &&
	    tw__resume_restore(&r->drops, list, count, (size_t)capacity))
		r->is_oom = true;
	tw_free(list);
}

void tw__restore_lists(struct tw_restore *r)
{
	read_due(r);
	if (!tw__restore_is_over(r))
		read_freed(r);
	if (!tw__restore_is_over(r))
		read_drops(r);
	if (!tw__restore_is_over(r))
		read_rows(r, &r->decisions);
	if (!tw__restore_is_over(r))
		read_rows(r, &r->events);
	tw__was_plans_fill(r);
}

void tw__restore_free_calls(struct tw_restore *r)
{
	size_t i;

	for (i = 0; i < r->call_count; ++i) {
		struct tw_call *call = r->call[i];

		if (call && call->phase == TW_PHASE_WAIT && call->line)
			tw__line_leave(&call->pool->lines, call);
		tw__call_free(call);
	}
	for (i = 0; i < r->offer_count; ++i)
		tw_free(r->offer[i]);
	tw_free(r->call);
	tw_free(r->live);
	tw_free(r->offer);
	tw_free(r->call_free);
	tw_free(r->offer_free);
	tw_free(r->due);
	tw_free(r->freed);
	tw_free(r->timer);
	tw_free(r->decisions.row);
	tw_free(r->events.row);
	tw_free(r->drops.drop);
}
