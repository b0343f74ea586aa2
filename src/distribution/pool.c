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
	for (i = 0; i < pool->member_count; ++i)
		tw_free(pool->member[i]);
	tw_free(pool->tier);
	tw__lines_free(&pool->lines);
	tw_free(pool->member);
	tw_free(pool->name);
	tw_free(pool);
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
	return TW_OK;
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
static tw_status tier_at(struct tw_tier **out, struct tw_pool *pool,
			 uint32_t tier)
{
	size_t at = tier_index(pool, tier);

	if (at < pool->tier_count && pool->tier[at]->tier == tier) {
		*out = pool->tier[at];
		return tw__tier_reserve(*out);
	}
	if (tw__grow((void **)&pool->tier, &pool->tier_capacity,
		     pool->tier_count + 1, sizeof(struct tw_tier *)) ||
	    tw__tier_new(out, pool, tier))
		return TW_ENOMEM;
	if (tw__tier_reserve(*out)) {
		tw__tier_free(*out);
		return TW_ENOMEM;
	}
	memmove(&pool->tier[at + 1], &pool->tier[at],
		(pool->tier_count - at) * sizeof(struct tw_tier *));
	pool->tier[at] = *out;
	++pool->tier_count;
	return TW_OK;
}

static tw_status member_new(struct tw_member **out, struct tw_pool *pool,
			    struct tw_target *target,
			    const tw_member_options *o, bool can_ask)
{
	struct tw_member *member;
	struct tw_tier *tier;

	if (tw__grow((void **)&pool->member, &pool->member_capacity,
		     pool->member_count + 1, sizeof(struct tw_member *)) ||
	    tw__grow((void **)&target->member, &target->member_capacity,
		     target->member_count + 1, sizeof(struct tw_member *)))
		return TW_ENOMEM;
	member = tw_calloc(1, sizeof(*member));
	if (!member)
		return TW_ENOMEM;
	if (tier_at(&tier, pool, o->tier)) {
		tw_free(member);
		return TW_ENOMEM;
	}
	member->target = target;
	member->pool = pool;
	member->order = o->order;
	member->slot = (uint32_t)pool->member_count;
	member->rank = TW_RANK_NONE;
	member->weight = o->weight;
	member->confirm = o->confirm;
	member->is_barred = o->confirm && !can_ask;
	member->skills = o->skills;
	pool->member[pool->member_count++] = member;
	target->member[target->member_count++] = member;
	tw__tier_join(tier, member);
	*out = member;
	return TW_OK;
}

static void index_in(struct tw_member *member)
{
	struct tw_tier *tier = member->tier;

	tw__bits_set(&tier->ready, member->place);
	if (member->pool->policy->key)
		tw__ranks_add(&tier->rank, member,
			      member->pool->policy->key(member));
}

static void index_out(struct tw_member *member)
{
	struct tw_tier *tier = member->tier;

	tw__bits_clear(&tier->ready, member->place);
	if (member->rank != TW_RANK_NONE)
		tw__ranks_remove(&tier->rank, member);
}

/* Whom the host cannot ask for a key counts as away for ever. */
void tw__member_settle(struct tw_member *member, uint32_t from, uint32_t to)
{
	if (member->is_barred)
		return;
	--member->tier->count[from];
	--member->pool->count[from];
	++member->tier->count[to];
	++member->pool->count[to];
	if (from == TW_STANDING_READY)
		index_out(member);
	if (to == TW_STANDING_READY)
		index_in(member);
}

void tw__member_rank(struct tw_member *member)
{
	if (member->rank != TW_RANK_NONE)
		tw__ranks_move(&member->tier->rank, member,
			       member->pool->policy->key(member));
}

tw_status tw_pool_add_member(tw_engine *engine, tw_pool_id pool,
			     tw_target_id target,
			     const tw_member_options *options, tw_error *err)
{
	struct tw_pool *p = engine ? tw__pool_of(engine, pool) : NULL;
	struct tw_target *t = engine ? tw__target_of(engine, target) : NULL;
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;
	struct tw_member *member;
	uint32_t standing;
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
	standing = member->is_barred ? TW_STANDING_AWAY : t->standing;
	++member->tier->count[standing];
	++p->count[standing];
	if (standing == TW_STANDING_READY)
		index_in(member);
	if (p->lines.waiting)
		tw__target_freed(engine, t);
	return TW_OK;
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
