/*
 * A host for the engine's tests: builds pools in a line, keeps the virtual
 * clock, and checks after every verb that the counters equal what offers and
 * talks own.
 */
#ifndef TW_TESTS_DISTRIBUTION_HOST_H
#define TW_TESTS_DISTRIBUTION_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "distribution/policy.h"

#define T0 (1767225600LL * TW_SECOND)   /* 2026-01-01T00:00:00Z, Thursday */

struct host {
	tw_engine *engine;
	tw_time now;
	tw_error err;
};

#define HOST_OK(host, verb) do { \
	tw_status host_status_ = (verb); \
	if (host_status_) \
		fail_msg("%s: %s", tw_status_name(host_status_), \
			 (host)->err.message); \
	host_check((host)->engine); \
} while (0)

#define HOST_FAIL(host, want, verb) do { \
	assert_int_equal((verb), (want)); \
	assert_true((host)->err.message[0]); \
	assert_int_equal((host)->err.code, (want)); \
	host_check((host)->engine); \
} while (0)

static inline void host_check_offers(const struct tw_engine *e)
{
	uint32_t ringing = 0, talks = 0;
	size_t i;

	for (i = 0; i < e->offer_count; ++i) {
		const struct tw_offer *o = e->offer[i], *other;

		if (!o->id)
			continue;
		assert_non_null(o->call);
		assert_int_not_equal(o->call->id, 0);
		if (o->call->talk == o) {
			++talks;
			continue;
		}
		++ringing;
		assert_true(o->until <= o->call->step_until);
		for (other = o->next; other; other = other->next)
			assert_ptr_not_equal(other->target, o->target);
	}
	assert_int_equal(ringing, e->ringing);
	assert_int_equal(talks, e->talks);
}

/* Counts and indexes are those of a recount. */
static inline void host_check_pool(const struct tw_pool *p)
{
	uint32_t count[TW_STANDINGS] = { 0 };
	size_t i;

	for (i = 0; i < p->member_count; ++i) {
		const struct tw_member *m = p->member[i];
		const bool is_ready = !m->is_barred &&
			tw__target_is_ready(m->target);

		++count[m->is_barred ? TW_STANDING_AWAY :
			m->target->standing];
		assert_int_equal(m->slot, i);
		assert_ptr_equal(m->tier->member[m->place], m);
		assert_int_equal(tw__bits_next(&m->tier->ready, m->place) ==
				 m->place, is_ready);
		assert_int_equal(m->is_ranked,
				 is_ready && m->tier->rank.is_kept);
	}
	assert_memory_equal(count, p->count, sizeof(count));
}

static inline void host_check_calls(const struct tw_engine *e)
{
	uint32_t calls = 0, waiting = 0;
	size_t i;

	for (i = 0; i < e->call_count; ++i) {
		const struct tw_call *c = e->call[i];

		if (!c->id) {
			assert_null(c->offer);
			assert_null(c->talk);
			assert_int_equal(c->timer.place, TW_TIMER_IDLE);
			continue;
		}
		++calls;
		assert_int_not_equal(c->phase, TW_PHASE_BETWEEN);
		waiting += c->phase == TW_PHASE_WAIT;
		if (c->phase == TW_PHASE_RING || c->phase == TW_PHASE_WAIT)
			assert_true(c->timer.place != TW_TIMER_IDLE ||
				    c->step_until == TW_TIME_MAX);
		if (c->phase == TW_PHASE_RING) {
			assert_non_null(c->offer);
		} else {
			assert_null(c->offer);
		}
		assert_int_equal(c->phase == TW_PHASE_TALK, c->talk != NULL);
	}
	assert_int_equal(calls, e->calls);
	assert_int_equal(waiting, e->waiting);
}

/* Every place leads to its call and back, nobody stands behind a later one,
 * and nobody waits while a member is ready that the line may have. */
static inline void host_check_lines(const struct tw_pool *pool)
{
	const size_t ready = pool->count[TW_STANDING_READY];
	size_t i, j, waiting = 0;

	for (i = 0; i < pool->lines.count; ++i) {
		const struct tw_line *line = pool->lines.line[i];

		waiting += line->count;
		assert_true(!line->count || line->terms.skills ||
			    pool->policy->id >= TW_POLICY_OWN ||
			    ready <= line->terms.reserve);
		for (j = 0; j < line->count; ++j) {
			const struct tw_call *c = line->place[j].call;

			assert_ptr_equal(c->line, line);
			assert_int_equal(c->place, j);
			assert_int_equal(c->key, line->place[j].key);
			assert_int_equal(c->phase, TW_PHASE_WAIT);
			assert_ptr_equal(c->pool, pool);
			assert_false(j && tw__call_is_before(c,
				line->place[(j - 1) / 4].call));
		}
	}
	assert_int_equal(waiting, pool->lines.waiting);
}

/* Not for an engine that ran out of memory: it may owe choices. */
static inline void host_check(const struct tw_engine *e)
{
	tw_engine_stats stats = TW_ENGINE_STATS_INIT;
	uint32_t held = 0, outside = 0;
	size_t i;

	for (i = 0; i < e->target_count; ++i) {
		assert_true(e->target[i]->held <= e->target[i]->capacity);
		assert_true(e->target[i]->outside <= e->target[i]->held);
		held += e->target[i]->held;
		outside += e->target[i]->outside;
	}
	assert_int_equal(tw_engine_stats_read(&stats, e, NULL), TW_OK);
	assert_int_equal(stats.calls, e->calls);
	assert_int_equal(stats.slots_held, held);
	assert_int_equal(stats.slots_held,
			 stats.offers + stats.talks + outside);
	assert_null(e->due);
	assert_null(e->freed);
	for (i = 0; i < e->pool_count; ++i)
		host_check_pool(e->pool[i]);
	host_check_offers(e);
	host_check_calls(e);
	for (i = 0; i < e->pool_count; ++i)
		host_check_lines(e->pool[i]);
}

/* However few its members are: ranks are kept of them. */
static inline void host_keep_ranks(struct tw_engine *e)
{
	size_t i, j;

	for (i = 0; i < e->pool_count; ++i) {
		const struct tw_policy *policy = e->pool[i]->policy;

		for (j = 0; j < e->pool[i]->tier_count; ++j) {
			struct tw_level *tier = e->pool[i]->tier[j];

			if (!policy->has_ranks || tier->rank.is_kept)
				continue;
			assert_int_equal(tw__ranks_reserve(&tier->rank,
				tier->member_count, policy->runs), TW_OK);
			if (policy->has_later)
				assert_int_equal(tw__ranks_reserve(
					&tier->later, tier->member_count,
					false), TW_OK);
			tw__tier_begin_ranks(tier, policy);
		}
	}
}

static inline void host_open(struct host *host, uint32_t capabilities)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;

	memset(host, 0, sizeof(*host));
	host->err = (tw_error)TW_ERROR_INIT;
	host->now = T0;
	o.host = capabilities;
	assert_int_equal(tw_engine_new(&host->engine, &o, &host->err), TW_OK);
	assert_int_equal(tw_engine_tick(host->engine, T0, NULL), TW_OK);
}

static inline void host_close(struct host *host)
{
	tw_engine_free(host->engine);
	host->engine = NULL;
}

static inline tw_target_id host_target(struct host *host, const char *name,
				       uint32_t capacity, uint32_t wrap_up_ms)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_target_id id;

	o.name = name;
	o.capacity = capacity;
	o.wrap_up_ms = wrap_up_ms;
	HOST_OK(host, tw_engine_add_target(&id, host->engine, &o,
					   &host->err));
	return id;
}

static inline tw_pool_id host_pool(struct host *host, const char *name,
				   uint32_t policy, uint32_t ring_ms)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	tw_pool_id id;

	o.name = name;
	o.policy = policy;
	o.ring_ms = ring_ms;
	HOST_OK(host, tw_engine_add_pool(&id, host->engine, &o, &host->err));
	return id;
}

static inline void host_member(struct host *host, tw_pool_id pool,
			       tw_target_id target, uint32_t tier,
			       uint32_t order)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;

	o.tier = tier;
	o.order = order;
	HOST_OK(host, tw_pool_add_member(host->engine, pool, target, &o,
					 &host->err));
}

/* Targets t1..tn of capacity 1 in tier 0 of a new pool, orders 1..n. */
static inline tw_pool_id host_line(struct host *host, uint32_t policy,
				   uint32_t n, uint32_t ring_ms,
				   tw_target_id *target)
{
	tw_pool_id pool = host_pool(host, "line", policy, ring_ms);
	char name[16];
	uint32_t i;

	for (i = 0; i < n; ++i) {
		snprintf(name, sizeof(name), "t%u", i + 1);
		target[i] = host_target(host, name, 1, 0);
		host_member(host, pool, target[i], 0, i + 1);
	}
	return pool;
}

static inline tw_plan_id host_plan(struct host *host, const char *name)
{
	tw_plan_id id;

	HOST_OK(host, tw_engine_add_plan(&id, host->engine, name,
					 &host->err));
	return id;
}

static inline void host_ring(struct host *host, tw_plan_id plan,
			     tw_pool_id pool, uint32_t ring_ms)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.pool = pool;
	o.ring_ms = ring_ms;
	HOST_OK(host, tw_plan_add_step(host->engine, plan, &o, &host->err));
}

/* Without a limit, open to anybody who comes. */
static inline void host_queue(struct host *host, tw_plan_id plan,
			      tw_pool_id pool, uint32_t reserve)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.kind = TW_STEP_QUEUE;
	o.pool = pool;
	o.reserve = reserve;
	HOST_OK(host, tw_plan_add_step(host->engine, plan, &o, &host->err));
}

static inline tw_call_id host_enter(struct host *host, tw_plan_id plan)
{
	tw_call_id id;

	HOST_OK(host, tw_call_enter(&id, host->engine, plan, host->now,
				    &host->err));
	return id;
}

static inline void host_leave(struct host *host, tw_call_id call)
{
	HOST_OK(host, tw_call_leave(host->engine, call, host->now,
				    &host->err));
}

static inline void host_answer(struct host *host, tw_offer_id offer)
{
	HOST_OK(host, tw_offer_answered(host->engine, offer, host->now,
					&host->err));
}

static inline void host_failed(struct host *host, tw_offer_id offer,
			       uint32_t outcome)
{
	HOST_OK(host, tw_offer_failed(host->engine, offer, outcome,
				      host->now, &host->err));
}

static inline void host_state(struct host *host, tw_target_id target,
			      uint32_t state)
{
	HOST_OK(host, tw_target_set_state(host->engine, target, state,
					  host->now, &host->err));
}

static inline void host_wait(struct host *host, int64_t ms)
{
	host->now += ms * 1000;
	HOST_OK(host, tw_engine_tick(host->engine, host->now, &host->err));
}

static inline tw_decision host_next(struct host *host)
{
	tw_decision d = TW_DECISION_INIT;

	assert_int_equal(tw_engine_next(&d, host->engine, &host->err), TW_OK);
	return d;
}

static inline void host_none(struct host *host)
{
	tw_decision d = TW_DECISION_INIT;

	if (tw_engine_next(&d, host->engine, &host->err) != TW_ITER_END)
		fail_msg("decision %u, target %u: %s", d.kind, d.target.id,
			 d.reason);
}

static inline tw_decision host_expect(struct host *host, uint32_t kind)
{
	tw_decision d = host_next(host);

	if (d.kind != kind)
		fail_msg("decision %u, not %u: %s", d.kind, kind, d.reason);
	return d;
}

static inline tw_offer_id host_offer(struct host *host, tw_target_id target)
{
	tw_decision d = host_expect(host, TW_DECISION_OFFER);

	assert_int_equal(d.target.id, target.id);
	assert_int_not_equal(d.offer.id, 0);
	assert_true(d.until > host->now);
	assert_true(d.reason[0]);
	return d.offer;
}

static inline void host_step(struct host *host, uint32_t step)
{
	assert_int_equal(host_expect(host, TW_DECISION_STEP).step, step);
}

static inline void host_cancel(struct host *host, tw_offer_id offer,
			       uint32_t outcome)
{
	tw_decision d = host_expect(host, TW_DECISION_CANCEL);

	assert_int_equal(d.offer.id, offer.id);
	assert_int_equal(d.outcome, outcome);
}

static inline tw_decision host_end(struct host *host, uint32_t outcome,
				   uint32_t sip_code)
{
	tw_decision d = host_expect(host, TW_DECISION_END);

	assert_int_equal(d.outcome, outcome);
	assert_int_equal(d.sip_code, sip_code);
	return d;
}

static inline tw_offer_event host_event(struct host *host)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;

	assert_int_equal(tw_engine_next_event(&e, host->engine, &host->err),
			 TW_OK);
	assert_true(e.reason[0]);
	return e;
}

static inline void host_no_event(struct host *host)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;

	assert_int_equal(tw_engine_next_event(&e, host->engine, &host->err),
			 TW_ITER_END);
}

/* Why the n-th member of a pool is taken or not. */
static inline void host_why(struct host *host, tw_pool_id pool, uint32_t n,
			    const char *reason)
{
	tw_explain_options o = TW_EXPLAIN_OPTIONS_INIT;
	tw_explain_row row = TW_EXPLAIN_ROW_INIT;
	uint32_t count = 1;

	o.pool = pool;
	o.first = n;
	HOST_OK(host, tw_engine_explain(&row, &count, host->engine, &o,
					&host->err));
	assert_int_equal(count, 1);
	assert_string_equal(row.reason, reason);
}

static inline void host_drain(struct host *host)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;
	tw_decision d = TW_DECISION_INIT;

	while (tw_engine_next(&d, host->engine, NULL) == TW_OK)
		;
	while (tw_engine_next_event(&e, host->engine, NULL) == TW_OK)
		;
}

#endif
