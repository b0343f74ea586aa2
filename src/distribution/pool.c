/*
 * Pools: which targets belong together, in which tier and order. The order
 * is the caller's explicit key and not the place in an array, so that later
 * members shift nobody's turn. Does not choose; see policy.h.
 */
#include "policy.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct tw_pool *tw__pool_of(const struct tw_engine *engine, tw_pool_id id)
{
	if (!id.id || id.id > engine->pool_count)
		return NULL;
	return engine->pool[id.id - 1];
}

void tw__pool_free(struct tw_pool *pool)
{
	size_t i;

	if (!pool)
		return;
	for (i = 0; i < pool->tier_count; ++i) {
		if (pool->policy->clear)
			pool->policy->clear(pool, pool->tier[i]->state);
		tw__tier_free(pool->tier[i]);
	}
	tw__slab_free(&pool->members);
	tw__last_free(&pool->last);
	tw_free(pool->tier);
	tw__lines_free(&pool->lines);
	tw_free(pool->member);
	tw_free(pool->name);
	tw_free(pool);
}

static tw_status check_more(const tw_pool_options *o, tw_error *err)
{
	if (o->delay_ms < TW_RING_MS_MIN || o->delay_ms > TW_RING_MS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "delay_ms",
				   "pool \"%s\": delay_ms %" PRIu32 "; write "
				   "%u to %u", o->name, o->delay_ms,
				   TW_RING_MS_MIN, TW_RING_MS_MAX);
	if (o->advance_on > TW_ADVANCE_ANSWER)
		return tw__fail_at(err, TW_EINVAL, 0, "advance_on",
				   "pool \"%s\": advance_on %" PRIu32 " is "
				   "not offer or answer", o->name,
				   o->advance_on);
	if (o->idle & ~TW_IDLE_KNOWN)
		return tw__fail_at(err, TW_EINVAL, 0, "idle",
				   "pool \"%s\": idle 0x%" PRIx32 " has "
				   "options this library does not know",
				   o->name, o->idle);
	return TW_OK;
}

static tw_status check(const struct tw_engine *engine,
		       const tw_pool_options *o, tw_error *err)
{
	tw_status status = tw__name_check("pool", o->name, err);

	if (status)
		return status;
	if (!tw__policy_of(engine, o->policy))
		return tw__fail_at(err, TW_EINVAL, 0, "policy",
				   "pool \"%s\": no policy %" PRIu32, o->name,
				   o->policy);
	if (o->ring_ms && (o->ring_ms < TW_RING_MS_MIN ||
			   o->ring_ms > TW_RING_MS_MAX))
		return tw__fail_at(err, TW_EINVAL, 0, "ring_ms",
				   "pool \"%s\": ring_ms %" PRIu32 "; write 0 "
				   "or %u to %u", o->name, o->ring_ms,
				   TW_RING_MS_MIN, TW_RING_MS_MAX);
	return check_more(o, err);
}

static tw_status pool_new(struct tw_pool **out,
			  const struct tw_engine *engine,
			  const tw_pool_options *o)
{
	struct tw_pool *pool = tw_calloc(1, sizeof(*pool));

	if (!pool)
		return TW_ENOMEM;
	pool->name = tw_strdup(o->name);
	if (!pool->name) {
		tw_free(pool);
		return TW_ENOMEM;
	}
	pool->policy = tw__policy_of(engine, o->policy);
	pool->ring_us = (int64_t)o->ring_ms * 1000;
	pool->ring_count = o->ring_count;
	pool->delay_us = (int64_t)o->delay_ms * 1000;
	pool->advance_on = o->advance_on;
	pool->idle = o->idle;
	*out = pool;
	return TW_OK;
}

tw_status tw_engine_add_pool(tw_pool_id *out, tw_engine *engine,
			     const tw_pool_options *options, tw_error *err)
{
	struct tw_pool *pool = NULL;
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	tw_status status;

	if (!out || !engine || !options)
		return tw__fail(err, TW_EINVAL, "no engine or options given");
	status = tw__import(&o, sizeof(o), options, err);
	if (!o.ring_count)   /* a release without it */
		o.ring_count = TW_RING_COUNT;
	if (!o.delay_ms)
		o.delay_ms = TW_DELAY_MS;
	if (!status)
		status = check(engine, &o, err);
	if (!status)
		status = tw__names_admit(&engine->pools, "pool", o.name, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	if (tw__grow((void **)&engine->pool, &engine->pool_capacity,
		     engine->pool_count + 1, sizeof(*engine->pool)) ||
	    tw__names_reserve(&engine->pools) || pool_new(&pool, engine, &o))
		return tw__fail_oom(err);
	engine->pool[engine->pool_count++] = pool;
	pool->id = (uint32_t)engine->pool_count;
	tw__names_put(&engine->pools, pool->name, pool->id);
	out->id = pool->id;
	return TW_OK;
}

tw_status tw_engine_find_pool(tw_pool_id *out, const tw_engine *engine,
			      const char *name, tw_error *err)
{
	if (!out || !engine || !name)
		return tw__fail(err, TW_EINVAL, "no engine or name given");
	return tw__names_find(&out->id, &engine->pools, "pool", name, err);
}

const char *tw_pool_name(const tw_engine *engine, tw_pool_id pool)
{
	const struct tw_pool *p = engine ? tw__pool_of(engine, pool) : NULL;

	return p ? p->name : "?";
}

/* `order` is unique in the whole pool, whatever the tier. */
static tw_status check_place(const struct tw_pool *pool,
			     const struct tw_target *target, uint32_t order,
			     tw_error *err)
{
	const struct tw_member *other;
	size_t i;

	for (i = 0; i < target->member_count; ++i) {
		if (target->member[i]->pool == pool)
			return tw__fail(err, TW_EEXIST, "target \"%s\" is in "
					"pool \"%s\" already", target->name,
					pool->name);
	}
	for (i = 0; i < pool->tier_count; ++i) {
		other = tw__tier_find(pool->tier[i], order);
		if (other)
			return tw__fail_at(err, TW_ECONFLICT, 0, "order",
					   "pool \"%s\": order %" PRIu32
					   " is taken by \"%s\"", pool->name,
					   order, other->target->name);
	}
	return TW_OK;
}

static tw_status check_member(const struct tw_pool *pool,
			      const struct tw_target *target,
			      const tw_member_options *o, tw_error *err)
{
	if (!o->weight || o->weight > TW_WEIGHT_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "weight",
				   "pool \"%s\": \"%s\" has weight %" PRIu32
				   "; write 1 to %u", pool->name,
				   target->name, o->weight, TW_WEIGHT_MAX);
	if (o->confirm > 1)
		return tw__fail_at(err, TW_EINVAL, 0, "confirm",
				   "pool \"%s\": confirm %" PRIu32 "; write 0 "
				   "or 1", pool->name, o->confirm);
	return check_place(pool, target, o->order, err);
}

static size_t tier_index(const struct tw_pool *pool, uint32_t tier)
{
	size_t i = 0;

	while (i < pool->tier_count && pool->tier[i]->tier < tier)
		++i;
	return i;
}

/* The tier of that number, new or not, with room for one more. */
static tw_status tier_at(struct tw_level **out, struct tw_pool *pool,
			 uint32_t tier)
{
	size_t at = tier_index(pool, tier);

	if (at < pool->tier_count && pool->tier[at]->tier == tier) {
		*out = pool->tier[at];
		return tw__tier_reserve(*out, pool->policy);
	}
	if (tw__grow((void **)&pool->tier, &pool->tier_capacity,
		     pool->tier_count + 1, sizeof(struct tw_level *)) ||
	    tw__tier_new(out, pool, tier))
		return TW_ENOMEM;
	if (tw__tier_reserve(*out, pool->policy)) {
		tw__tier_free(*out);
		return TW_ENOMEM;
	}
	memmove(&pool->tier[at + 1], &pool->tier[at],
		(pool->tier_count - at) * sizeof(struct tw_level *));
	pool->tier[at] = *out;
	++pool->tier_count;
	return TW_OK;
}

static tw_status member_new(struct tw_member **out, struct tw_pool *pool,
			    struct tw_target *target,
			    const tw_member_options *o, bool can_ask)
{
	struct tw_member *member;
	struct tw_level *tier;

	if (tw__grow((void **)&pool->member, &pool->member_capacity,
		     pool->member_count + 1, sizeof(struct tw_member *)) ||
	    tw__grow((void **)&target->member, &target->member_capacity,
		     target->member_count + 1, sizeof(struct tw_member *)))
		return TW_ENOMEM;
	member = tw__slab_take(&pool->members, sizeof(*member));
	if (!member)
		return TW_ENOMEM;
	if (tier_at(&tier, pool, o->tier)) {
		tw__slab_give(&pool->members, member);
		return TW_ENOMEM;
	}
	member->target = target;
	member->pool = pool;
	member->order = o->order;
	member->slot = (uint32_t)pool->member_count;
	member->weight = o->weight;
	member->confirm = o->confirm;
	member->is_barred = o->confirm && !can_ask;
	member->skills = o->skills;
	member->idle_since = target->idle_since;
	member->load = pool->policy->first_load;
	pool->member[pool->member_count++] = member;
	if (!target->first)
		target->first = member;
	target->member[target->member_count++] = member;
	tw__tier_join(tier, member);
	*out = member;
	return TW_OK;
}

tw_status tw_pool_add_member(tw_engine *engine, tw_pool_id pool,
			     tw_target_id target,
			     const tw_member_options *options, tw_error *err)
{
	struct tw_pool *p = engine ? tw__pool_of(engine, pool) : NULL;
	struct tw_target *t = engine ? tw__target_of(engine, target) : NULL;
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;
	struct tw_member *member;
	tw_status status;

	if (!p || !t)
		return tw__fail(err, TW_ENOTFOUND, "no %s of id %" PRIu32,
				p ? "target" : "pool",
				p ? target.id : pool.id);
	status = options ? tw__import(&o, sizeof(o), options, err) : TW_OK;
	if (!status)
		status = check_member(p, t, &o, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	if (member_new(&member, p, t, &o, engine->host & TW_HOST_DTMF))
		return tw__fail_oom(err);
	tw__member_stand(member);
	if (p->lines.waiting)
		tw__target_freed(engine, t);
	return TW_OK;
}

tw_status tw_pool_reset(tw_engine *engine, tw_pool_id pool, tw_time now,
			tw_error *err)
{
	struct tw_pool *p = engine ? tw__pool_of(engine, pool) : NULL;
	tw_status status;
	size_t i;

	if (!p)
		return tw__fail(err, TW_ENOTFOUND, "no pool of id %" PRIu32,
				pool.id);
	status = tw__engine_set_now(engine, now, err);
	if (status)
		return status;
	if (p->policy->has_ranks) {   /* a cursor by place is no count */
		for (i = 0; i < p->tier_count; ++i) {
			if (p->policy->state_size)
				memset(p->tier[i]->state, 0,
				       p->policy->state_size);
		}
		for (i = 0; i < p->member_count; ++i)
			tw__member_reset(p->member[i]);
	}
	return tw__engine_follow(engine, TW_OK, err);
}

bool tw__pool_has(const struct tw_pool *pool, uint32_t need)
{
	uint32_t who = pool->count[TW_STANDING_READY];

	if (need == TW_NEED_NOBODY)
		return true;
	if (need < TW_NEED_READY)
		who += pool->count[TW_STANDING_BUSY];
	if (need < TW_NEED_STAFFED)
		who += pool->count[TW_STANDING_PAUSED];
	return who > 0;
}

/* Sorted from the tail: calls mostly come in their order. */
void tw__pool_ring_add(struct tw_pool *pool, struct tw_call *call)
{
	struct tw_call *before = pool->ringing_last;

	while (before && tw__call_is_before(call, before))
		before = before->ring_prev;
	call->ring_prev = before;
	call->ring_next = before ? before->ring_next : pool->ringing;
	if (call->ring_next)
		call->ring_next->ring_prev = call;
	else
		pool->ringing_last = call;
	if (before)
		before->ring_next = call;
	else
		pool->ringing = call;
}

void tw__pool_ring_remove(struct tw_pool *pool, struct tw_call *call)
{
	if (call->ring_prev)
		call->ring_prev->ring_next = call->ring_next;
	else
		pool->ringing = call->ring_next;
	if (call->ring_next)
		call->ring_next->ring_prev = call->ring_prev;
	else
		pool->ringing_last = call->ring_prev;
	call->ring_prev = call->ring_next = NULL;
}
