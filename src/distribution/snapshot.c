/*
 * An engine's state as bytes. Only reads: a snapshot may be taken between any
 * two verbs, also with rows unread and choices that still lack memory.
 */
#include "snapshot.h"

#include "base/hash.h"

#include <string.h>

static void put_saved(struct tw_buf *out, const void *thing,
		      const struct tw_saved_table *table)
{
	tw__pack_saved(out, thing, table->saved, table->count);
}

/* Armed or not, when, and in which order among others of that instant. */
static void put_timer(struct tw_buf *out, const struct tw_timer *timer)
{
	bool is_armed = timer->place != TW_TIMER_IDLE;

	tw__pack_number(out, is_armed, 1);
	if (!is_armed)
		return;
	tw__pack_number(out, (uint64_t)timer->at, 8);
	tw__pack_number(out, timer->sequence, 8);
}

static void put_targets(struct tw_buf *out, const struct tw_engine *engine)
{
	size_t i;

	tw__pack_number(out, engine->target_count, 4);
	for (i = 0; i < engine->target_count; ++i) {
		const struct tw_target *target = engine->target[i];

		tw__pack_text(out, target->name);
		tw__pack_number(out, target->kind, 4);
		tw__pack_text(out, target->pause);
		put_saved(out, target, &tw__saved_target);
		put_timer(out, &target->timer);
	}
}

/* Length, then what the policy keeps for the tier. One of the host's own may
 * refuse: `why` says so, and the buffer has failed. */
static void put_state(struct tw_buf *out, const struct tw_pool *pool,
		      struct tw_level *tier, tw_error *why)
{
	const struct tw_policy *policy = pool->policy;
	size_t at = out->size;

	tw__pack_number(out, 0, 4);
	if (policy->save && !why->code)
		out->failed |= policy->save(out, pool, tier, why) != TW_OK;
	else if (tier->state)
		put_saved(out, tier->state, &policy->saved);
	if (!out->failed)
		tw__pack_at(out, at, out->size - at - 4, 4);
}

static void put_last(struct tw_buf *out, const struct tw_last *last)
{
	size_t rows = 0, i;

	for (i = 0; i < last->size; ++i)
		rows += last->row[i].key != 0;
	tw__pack_number(out, last->size, 4);
	tw__pack_number(out, last->count, 4);
	tw__pack_number(out, rows, 4);
	for (i = 0; i < last->size; ++i) {
		if (!last->row[i].key)
			continue;
		tw__pack_number(out, last->row[i].key, 8);
		tw__pack_number(out, last->row[i].member->target->id, 4);
	}
}

static void put_pool(struct tw_buf *out, const struct tw_pool *pool,
		     tw_error *why)
{
	size_t i;

	tw__pack_text(out, pool->name);
	tw__pack_text(out, pool->policy->name);
	tw__pack_number(out, pool->member_count, 4);
	for (i = 0; i < pool->member_count; ++i) {
		const struct tw_member *member = pool->member[i];

		tw__pack_number(out, member->target->id, 4);
		tw__pack_number(out, member->tier->tier, 4);
		tw__pack_number(out, member->weight, 4);
		put_saved(out, member, &tw__saved_member);
	}
	put_last(out, &pool->last);
	put_saved(out, &pool->pace, &tw__saved_pace);
	for (i = 0; i < TW_PACE_COUNT; ++i)
		tw__pack_number(out, (uint64_t)pool->pace.interval_us[i], 8);
	tw__pack_number(out, pool->tier_count, 4);
	for (i = 0; i < pool->tier_count; ++i) {
		tw__pack_number(out, pool->tier[i]->tier, 4);
		put_state(out, pool, pool->tier[i], why);
	}
}

static void put_plan(struct tw_buf *out, const struct tw_plan *plan)
{
	size_t i;

	tw__pack_text(out, plan->name);
	tw__pack_number(out, plan->old == 0 && !plan->is_gone, 1);
	tw__pack_number(out, plan->step_count, 4);
	for (i = 0; i < plan->step_count; ++i) {
		const struct tw_step *step = &plan->step[i];

		put_saved(out, step, &tw__saved_step);
		tw__pack_number(out, step->pool ? step->pool->id : 0, 4);
		tw__pack_number(out, step->schedule ? step->schedule->id : 0,
				4);
		tw__pack_number(out, step->plan ? step->plan->id : 0, 4);
	}
}

static void put_things(struct tw_buf *out, const struct tw_engine *engine,
		       tw_error *why)
{
	size_t i;

	tw__pack_number(out, engine->skill_count, 4);
	for (i = 0; i < engine->skill_count; ++i)
		tw__pack_text(out, engine->skill[i]);
	put_targets(out, engine);
	tw__pack_number(out, engine->pool_count, 4);
	for (i = 0; i < engine->pool_count; ++i)
		put_pool(out, engine->pool[i], why);
	tw__pack_number(out, engine->schedule_count, 4);
	for (i = 0; i < engine->schedule_count; ++i)
		tw__pack_text(out, engine->schedule[i]->name);
	tw__pack_number(out, engine->plan_count + engine->old_plan_count, 4);
	for (i = 0; i < engine->plan_count; ++i)
		put_plan(out, engine->plan[i]);
	for (i = 0; i < engine->old_plan_count; ++i)
		put_plan(out, engine->old_plan[i]);
}

static void put_slot(struct tw_buf *out, uint32_t slot, uint64_t generation)
{
	tw__pack_number(out, slot, 4);
	tw__pack_number(out, generation, 8);
}

/* Who is not for this call in its step: tried, or joined too late. */
static void put_tried(struct tw_buf *out, const struct tw_call *call)
{
	const struct tw_pool *pool = call->pool;
	size_t late = 0, i;

	if (pool)
		late = call->slots < pool->member_count ?
			pool->member_count - call->slots : 0;
	tw__pack_number(out, pool ? call->tried.count + late : 0, 4);
	if (!pool)
		return;
	for (i = 0; i < call->tried.count; ++i)
		tw__pack_number(out, pool->member[call->tried.slot[i]]->
				target->id, 4);
	for (i = call->slots; i < pool->member_count; ++i)
		tw__pack_number(out, pool->member[i]->target->id, 4);
}

static void put_hops(struct tw_buf *out, const struct tw_hops *hops)
{
	size_t i;

	tw__pack_number(out, hops ? hops->count : 0, 4);
	for (i = 0; hops && i < hops->count; ++i)
		tw__pack_number(out, hops->plan[i], 4);
}

static void put_calls(struct tw_buf *out, const struct tw_engine *engine)
{
	const struct tw_call *call;
	size_t i;

	tw__pack_number(out, engine->calls, 4);
	tw__pack_number(out, engine->call_count, 4);
	for (i = 0; i < engine->call_count; ++i) {
		call = engine->call[i];
		if (!call->id)
			continue;
		put_slot(out, call->slot, call->generation);
		put_saved(out, call, &tw__saved_call);
		tw__pack_number(out, call->plan->old ? engine->plan_count +
				call->plan->old : call->plan->id, 4);
		tw__pack_number(out, call->pool ? call->pool->id : 0, 4);
		tw__pack_number(out, call->preferred ? call->preferred->id :
				0, 4);
		put_hops(out, call->hops);
		put_timer(out, &call->timer);
		put_timer(out, &call->widen);
		put_tried(out, call);
	}
	for (call = engine->call_free; call; call = call->free_next)
		put_slot(out, call->slot, call->generation);
}

static void put_offer(struct tw_buf *out, const struct tw_offer *offer)
{
	put_slot(out, offer->slot, offer->generation);
	tw__pack_number(out, offer->call->slot, 4);
	tw__pack_number(out, offer->target->id, 4);
	tw__pack_number(out, offer->pool->id, 4);
	tw__pack_number(out, offer->call->talk == offer, 1);
	put_saved(out, offer, &tw__saved_offer);
	put_timer(out, &offer->timer);
}

static void put_offers(struct tw_buf *out, const struct tw_engine *engine)
{
	const struct tw_offer *offer;
	size_t i;

	tw__pack_number(out, (size_t)engine->ringing + engine->talks, 4);
	tw__pack_number(out, engine->offer_count, 4);
	for (i = 0; i < engine->call_count; ++i) {
		const struct tw_call *call = engine->call[i];

		if (!call->id)
			continue;
		if (call->talk)
			put_offer(out, call->talk);
		for (offer = call->offer; offer && offer->next;
		     offer = offer->next)
			;
		for (; offer; offer = offer->prev)
			put_offer(out, offer);
	}
	for (offer = engine->offer_free; offer; offer = offer->next)
		put_slot(out, offer->slot, offer->generation);
}

static void put_lists(struct tw_buf *out, const struct tw_engine *engine)
{
	const struct tw_target *target;
	const struct tw_call *call;
	size_t count = 0;

	for (call = engine->due; call; call = call->due_next)
		++count;
	tw__pack_number(out, count, 4);
	for (call = engine->due; call; call = call->due_next)
		tw__pack_number(out, call->slot, 4);
	count = 0;
	for (target = engine->freed; target; target = target->next_freed)
		++count;
	tw__pack_number(out, count, 4);
	for (target = engine->freed; target; target = target->next_freed)
		tw__pack_number(out, target->id, 4);
}

static void put_drops(struct tw_buf *out, const struct tw_drops *drops)
{
	size_t i;

	tw__pack_number(out, drops->capacity, 4);
	tw__pack_number(out, drops->count, 4);
	for (i = 0; i < drops->capacity; ++i) {
		if (drops->drop[i].affinity)
			put_saved(out, &drops->drop[i], &tw__saved_drop);
	}
}

static void put_rows(struct tw_buf *out, const struct tw_queue *queue)
{
	size_t i;

	tw__pack_number(out, queue->count, 4);
	for (i = 0; i < queue->count; ++i)
		put_saved(out, &queue->row[(queue->head + i) &
					   (queue->capacity - 1)],
			  &tw__saved_row);
}

static void put_all(struct tw_buf *out, const struct tw_engine *engine,
		    tw_error *why)
{
	(void)tw__buf_append(out, TW_SNAPSHOT_MAGIC, 8);
	tw__pack_number(out, TW_SNAPSHOT_VERSION, 4);
	tw__pack_number(out, 0, 8);    /* the size, when it is known */
	put_saved(out, engine, &tw__saved_engine);
	put_things(out, engine, why);
	put_calls(out, engine);
	put_offers(out, engine);
	put_lists(out, engine);
	put_drops(out, &engine->drops);
	put_rows(out, &engine->decisions);
	put_rows(out, &engine->events);
}

tw_status tw_engine_snapshot(void **out, size_t *out_size,
			     const tw_engine *engine, tw_error *err)
{
	uint8_t digest[TW_SNAPSHOT_DIGEST];
	tw_error why = TW_ERROR_INIT;
	struct tw_buf buf;
	tw_status status;
	char *taken;
	size_t size;

	if (!out || !out_size || !engine)
		return tw__fail(err, TW_EINVAL, "no engine given");
	status = tw__engine_check(engine, err);
	if (status)
		return status;
	tw__buf_init(&buf);
	put_all(&buf, engine, &why);
	size = buf.size + sizeof(digest);
	if (!buf.failed) {
		tw__pack_at(&buf, 12, size, 8);
		tw__sha256(digest, buf.data, buf.size);
		(void)tw__buf_append(&buf, digest, sizeof(digest));
	}
	taken = tw__buf_take(&buf);
	if (!taken && why.code)
		return tw__fail(err, why.code, "%s", why.message);
	if (!taken)
		return tw__fail_oom(err);
	*out = taken;
	*out_size = size;
	return TW_OK;
}
