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
	for (i = 0; i < pool->tier_count; ++i)
		tw_free(pool->tier[i].state);
	tw_free(pool->tier);
	tw_free(pool->member);
	tw_free(pool->name);
	tw_free(pool);
}

static tw_status check(const tw_pool_options *o, tw_error *err)
{
	tw_status status = tw__name_check("pool", o->name, err);

	if (status)
		return status;
	if (!tw__policy_by_id(o->policy))
		return tw__fail_at(err, TW_EINVAL, 0, "policy",
				   "pool \"%s\": no policy %" PRIu32, o->name,
				   o->policy);
	if (o->ring_ms && (o->ring_ms < TW_RING_MS_MIN ||
			   o->ring_ms > TW_RING_MS_MAX))
		return tw__fail_at(err, TW_EINVAL, 0, "ring_ms",
				   "pool \"%s\": ring_ms %" PRIu32 "; write 0 "
				   "or %u to %u", o->name, o->ring_ms,
				   TW_RING_MS_MIN, TW_RING_MS_MAX);
	return TW_OK;
}

static tw_status pool_new(struct tw_pool **out, const tw_pool_options *o)
{
	struct tw_pool *pool = tw_calloc(1, sizeof(*pool));

	if (!pool)
		return TW_ENOMEM;
	pool->name = tw_strdup(o->name);
	if (!pool->name) {
		tw_free(pool);
		return TW_ENOMEM;
	}
	pool->policy = tw__policy_by_id(o->policy);
	pool->ring_us = (int64_t)o->ring_ms * 1000;
	*out = pool;
	return TW_OK;
}

tw_status tw_engine_add_pool(tw_pool_id *out, tw_engine *engine,
			     const tw_pool_options *options, tw_error *err)
{
	struct tw_pool *pool = NULL;
	tw_pool_options o;
	tw_status status;

	if (!out || !engine || !options)
		return tw__fail(err, TW_EINVAL, "no engine or options given");
	status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = check(&o, err);
	if (!status)
		status = tw__names_admit(&engine->pools, "pool", o.name, err);
	if (status)
		return status;
	if (tw__grow((void **)&engine->pool, &engine->pool_capacity,
		     engine->pool_count + 1, sizeof(*engine->pool)) ||
	    tw__names_reserve(&engine->pools) || pool_new(&pool, &o))
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
	size_t i;

	for (i = 0; i < target->edge_count; ++i) {
		if (target->edge[i].pool == pool)
			return tw__fail(err, TW_EEXIST, "target \"%s\" is in "
					"pool \"%s\" already", target->name,
					pool->name);
	}
	for (i = 0; i < pool->member_count; ++i) {
		if (pool->member[i].order == order)
			return tw__fail_at(err, TW_ECONFLICT, 0, "order",
					   "pool \"%s\": order %" PRIu32
					   " is taken by \"%s\"", pool->name,
					   order,
					   pool->member[i].target->name);
	}
	return TW_OK;
}

static size_t tier_index(const struct tw_pool *pool, uint32_t tier)
{
	size_t i = 0;

	while (i < pool->tier_count && pool->tier[i].tier < tier)
		++i;
	return i;
}

/* Memory for a new tier and its cursor, before anything changes. */
static tw_status tier_insert(struct tw_pool *pool, size_t at, uint32_t tier,
			     size_t first)
{
	void *state = NULL;

	if (tw__grow((void **)&pool->tier, &pool->tier_capacity,
		     pool->tier_count + 1, sizeof(*pool->tier)))
		return TW_ENOMEM;
	if (pool->policy->state_size) {
		state = tw_calloc(1, pool->policy->state_size);
		if (!state)
			return TW_ENOMEM;
	}
	memmove(&pool->tier[at + 1], &pool->tier[at],
		(pool->tier_count - at) * sizeof(*pool->tier));
	pool->tier[at] = (struct tw_tier){ tier, first, 0, state };
	++pool->tier_count;
	return TW_OK;
}

static size_t member_index(const struct tw_pool *pool, uint32_t tier,
			   uint32_t order)
{
	size_t i = pool->member_count;

	while (i > 0 && (pool->member[i - 1].tier > tier ||
			 (pool->member[i - 1].tier == tier &&
			  pool->member[i - 1].order > order)))
		--i;
	return i;
}

tw_status tw_pool_add_member(tw_engine *engine, tw_pool_id pool,
			     tw_target_id target, uint32_t tier,
			     uint32_t order, tw_error *err)
{
	struct tw_pool *p = engine ? tw__pool_of(engine, pool) : NULL;
	struct tw_target *t = engine ? tw__target_of(engine, target) : NULL;
	uint32_t slot;
	size_t at, i;
	tw_status status;

	if (!p || !t)
		return tw__fail(err, TW_ENOTFOUND, "no %s of id %" PRIu32,
				p ? "target" : "pool",
				p ? target.id : pool.id);
	status = check_place(p, t, order, err);
	if (status)
		return status;
	if (tw__grow((void **)&p->member, &p->member_capacity,
		     p->member_count + 1, sizeof(*p->member)) ||
	    tw__grow((void **)&t->edge, &t->edge_capacity,
		     t->edge_count + 1, sizeof(*t->edge)))
		return tw__fail_oom(err);
	at = member_index(p, tier, order);
	i = tier_index(p, tier);
	if ((i == p->tier_count || p->tier[i].tier != tier) &&
	    tier_insert(p, i, tier, at))
		return tw__fail_oom(err);

	slot = (uint32_t)p->member_count;
	memmove(&p->member[at + 1], &p->member[at],
		(p->member_count - at) * sizeof(*p->member));
	p->member[at] = (struct tw_member){ t, tier, order, slot };
	++p->member_count;
	++p->tier[i].count;
	while (++i < p->tier_count)
		++p->tier[i].first;
	t->edge[t->edge_count++] = (struct tw_edge){ p, slot, tier };
	return TW_OK;
}

/* Sorted by arrival from the tail: calls mostly come in that order. */
void tw__pool_ring_add(struct tw_pool *pool, struct tw_call *call)
{
	struct tw_call *before = pool->ringing_last;

	while (before && before->arrival > call->arrival)
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
