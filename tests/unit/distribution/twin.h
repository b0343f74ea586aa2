/*
 * Two engines of one configuration that are told the same: their decisions,
 * rows and deadlines must be the same by name, whatever the order in which
 * each was configured. Also random histories to tell them.
 */
#ifndef TW_TESTS_DISTRIBUTION_TWIN_H
#define TW_TESTS_DISTRIBUTION_TWIN_H

#include "host.h"
#include <stdlib.h>
#include <trunkwise/snapshot.h>

#define TWIN_TARGETS 14
#define TWIN_POOLS   13     /* one of each policy */
#define TWIN_PLANS   6
#define TWIN_LIVE    4096

struct twin {
	tw_engine *e[2];        /* the second may be missing */
	uint64_t random;
	tw_time now;
	tw_call_id call[TWIN_LIVE];
	size_t call_count;
	tw_offer_id offer[TWIN_LIVE];
	size_t offer_count;
	bool occupied[TWIN_TARGETS];
	unsigned long decisions, refusals;
};

static inline uint32_t twin_draw(struct twin *t, uint32_t below)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (uint32_t)((t->random >> 11) % below);
}

/* Its own numbers, so that both engines get the same configuration. */
static inline uint32_t twin_trait(uint64_t seed, const char *what,
				  uint32_t i, uint32_t below)
{
	uint64_t h = seed * 0x9e3779b97f4a7c15u + i * 0x2545f4914f6cdd1du;

	for (; *what; ++what)
		h = (h ^ (unsigned char)*what) * 1099511628211u;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return (uint32_t)((h >> 33) % below);
}

static inline const char *twin_name(char buf[16], const char *what,
				    uint32_t i)
{
	snprintf(buf, 16, "%s%u", what, i);
	return buf;
}

static inline tw_target_id twin_target(const tw_engine *e, uint32_t i)
{
	tw_target_id id = { 0 };
	char name[16];

	(void)tw_engine_find_target(&id, e, twin_name(name, "t", i), NULL);
	return id;
}

static inline void twin_add_target(struct host *h, uint64_t seed, uint32_t i)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_target_id id;
	char name[16];

	o.name = twin_name(name, "t", i);
	o.kind = 1 + twin_trait(seed, "kind", i, 3);
	o.capacity = 1 + (twin_trait(seed, "capacity", i, 4) == 0);
	o.wrap_up_ms = twin_trait(seed, "wrap", i, 3) * 2500;
	o.busy_ms = twin_trait(seed, "busy", i, 3) * 4000;
	o.no_answer_ms = twin_trait(seed, "no", i, 3) * 3000;
	o.rejected_ms = twin_trait(seed, "rejected", i, 3) * 3000;
	HOST_OK(h, tw_engine_add_target(&id, h->engine, &o, &h->err));
}

static inline void twin_add_pool(struct host *h, uint64_t seed, uint32_t i,
				 bool backwards)
{
	uint32_t size = 2 + twin_trait(seed, "size", i, 7), j;
	char name[16];
	tw_pool_id pool = host_pool(h, twin_name(name, "p", i), 1 + i,
				    twin_trait(seed, "ring", i, 3) * 2000);

	for (j = 0; j < size; ++j) {
		uint32_t k = backwards ? size - 1 - j : j;

		tw_member_options m = TW_MEMBER_OPTIONS_INIT;

		m.tier = twin_trait(seed, "tier", i * 16 + k, 3);
		m.order = 100 - k;
		m.confirm = twin_trait(seed, "confirm", i * 16 + k, 6) == 0;
		m.weight = 1 + twin_trait(seed, "weight", i * 16 + k, 5);
		m.skills = twin_trait(seed, "skills", i * 16 + k, 8);
		HOST_OK(h, tw_pool_add_member(h->engine, pool,
			twin_target(h->engine, (i * 5 + k) % TWIN_TARGETS),
			&m, &h->err));
	}
}

static inline void twin_queue(struct host *h, uint64_t seed, uint32_t at,
			      tw_plan_id plan, tw_pool_id pool)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.kind = twin_trait(seed, "back", at, 4) ? TW_STEP_QUEUE :
		TW_STEP_CALLBACK;
	o.pool = pool;
	o.wait_ms = twin_trait(seed, "wait", at, 3) * 15000;
	o.length_max = twin_trait(seed, "length", at, 3) * 2;
	o.reserve = twin_trait(seed, "reserve", at, 4) == 0;
	o.leave = twin_trait(seed, "leave", at, 3);
	HOST_OK(h, tw_plan_add_step(h->engine, plan, &o, &h->err));
}

static inline void twin_add_plan(struct host *h, uint64_t seed, uint32_t i)
{
	uint32_t steps = 1 + twin_trait(seed, "steps", i, 4), j;
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	char name[16];
	tw_plan_id plan;
	tw_pool_id pool;

	HOST_OK(h, tw_engine_find_plan(&plan, h->engine,
				       twin_name(name, "plan", i), NULL));
	for (j = 0; j < steps; ++j) {
		twin_name(name, "p", twin_trait(seed, "pool", i * 8 + j,
						TWIN_POOLS));
		HOST_OK(h, tw_engine_find_pool(&pool, h->engine, name, NULL));
		o.kind = TW_STEP_PREFERRED;
		o.pool = pool;
		o.ring_ms = 4000;
		if (!j)
			HOST_OK(h, tw_plan_add_step(h->engine, plan, &o,
						    &h->err));
		if (twin_trait(seed, "queue", i * 8 + j, 3) == 0)
			twin_queue(h, seed, i * 8 + j, plan, pool);
		else
			host_ring(h, plan, pool, 3000 +
				  twin_trait(seed, "time", i * 8 + j, 9000));
	}
	o.kind = i % 3 ? TW_STEP_PLAN : TW_STEP_VOICEMAIL;
	if (o.kind == TW_STEP_PLAN)
		HOST_OK(h, tw_engine_find_plan(&o.plan, h->engine,
			twin_name(name, "plan", (i + 1) % TWIN_PLANS), NULL));
	HOST_OK(h, tw_plan_add_step(h->engine, plan, &o, &h->err));
}

static inline tw_engine *twin_build(uint64_t seed, bool backwards)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	struct host h = { .now = T0, .err = TW_ERROR_INIT };
	char name[16];
	uint32_t i;

	o.host = TW_HOST_VOICEMAIL | TW_HOST_CALLBACK |
		(twin_trait(seed, "dtmf", 0, 3) ? TW_HOST_DTMF : 0);
	o.resume_ms = 20000;
	o.seed = seed;
	assert_int_equal(tw_engine_new(&h.engine, &o, &h.err), TW_OK);
	assert_int_equal(tw_engine_tick(h.engine, T0, NULL), TW_OK);
	for (i = 0; i < TWIN_TARGETS; ++i)
		twin_add_target(&h, seed, backwards ? TWIN_TARGETS - 1 - i :
				i);
	for (i = 0; i < TWIN_POOLS; ++i)
		twin_add_pool(&h, seed, backwards ? TWIN_POOLS - 1 - i : i,
			      backwards);
	for (i = 0; i < TWIN_PLANS; ++i)
		host_plan(&h, twin_name(name, "plan", backwards ?
					TWIN_PLANS - 1 - i : i));
	for (i = 0; i < TWIN_PLANS; ++i)
		twin_add_plan(&h, seed, backwards ? TWIN_PLANS - 1 - i : i);
	if (backwards)   /* and by another way to who is first */
		host_keep_ranks(h.engine);
	return h.engine;
}

static inline void twin_open(struct twin *t, uint64_t seed)
{
	memset(t, 0, sizeof(*t));
	t->random = seed * 0x9e3779b97f4a7c15u + 1;
	t->now = T0;
	t->e[0] = twin_build(seed, false);
}

static inline void twin_close(struct twin *t)
{
	tw_engine_free(t->e[0]);
	tw_engine_free(t->e[1]);
}

static inline void twin_forget(uint64_t *list, size_t *count, uint64_t id)
{
	size_t i;

	for (i = 0; i < *count; ++i) {
		if (list[i] == id) {
			list[i] = list[--*count];
			return;
		}
	}
}

/* A decision or row of each, alike by name. False: none. */
static inline bool twin_decision(struct twin *t, tw_decision *out)
{
	tw_decision d = TW_DECISION_INIT;
	tw_status status = tw_engine_next(out, t->e[0], NULL);

	if (!t->e[1])
		return status == TW_OK;
	assert_int_equal(tw_engine_next(&d, t->e[1], NULL), status);
	if (status)
		return false;
	assert_int_equal(d.kind, out->kind);
	assert_int_equal(d.call.id, out->call.id);
	assert_int_equal(d.offer.id, out->offer.id);
	assert_int_equal(d.step, out->step);
	assert_int_equal(d.outcome, out->outcome);
	assert_int_equal(d.sip_code, out->sip_code);
	assert_int_equal(d.until, out->until);
	assert_int_equal(d.ticket, out->ticket);
	assert_string_equal(tw_plan_name(t->e[1], d.plan),
			    tw_plan_name(t->e[0], out->plan));
	assert_string_equal(d.reason, out->reason);
	assert_string_equal(tw_target_name(t->e[1], d.target),
			    tw_target_name(t->e[0], out->target));
	assert_string_equal(tw_pool_name(t->e[1], d.pool),
			    tw_pool_name(t->e[0], out->pool));
	return true;
}

static inline bool twin_event(struct twin *t)
{
	tw_offer_event a = TW_OFFER_EVENT_INIT, b = TW_OFFER_EVENT_INIT;
	tw_status status = tw_engine_next_event(&a, t->e[0], NULL);

	if (!t->e[1])
		return status == TW_OK;
	assert_int_equal(tw_engine_next_event(&b, t->e[1], NULL), status);
	if (status)
		return false;
	assert_int_equal(a.call.id, b.call.id);
	assert_int_equal(a.offer.id, b.offer.id);
	assert_int_equal(a.outcome, b.outcome);
	assert_int_equal(a.step, b.step);
	assert_int_equal(a.offered, b.offered);
	assert_int_equal(a.answered, b.answered);
	assert_int_equal(a.ended, b.ended);
	assert_string_equal(a.reason, b.reason);
	assert_string_equal(tw_target_name(t->e[0], a.target),
			    tw_target_name(t->e[1], b.target));
	return true;
}

static inline void twin_read(struct twin *t)
{
	tw_decision d = TW_DECISION_INIT;

	while (twin_decision(t, &d)) {
		++t->decisions;
		if (d.kind == TW_DECISION_OFFER && t->offer_count < TWIN_LIVE)
			t->offer[t->offer_count++] = d.offer;
		if (d.kind == TW_DECISION_CANCEL)
			twin_forget(&t->offer[0].id, &t->offer_count,
				    d.offer.id);
		if (d.kind == TW_DECISION_END)
			twin_forget(&t->call[0].id, &t->call_count,
				    d.call.id);
	}
	while (twin_event(t))
		;
	if (t->e[1])
		assert_int_equal(tw_engine_deadline(t->e[0]),
				 tw_engine_deadline(t->e[1]));
}

/* The same verb of each has the same status. */
#define TWIN_BOTH(t, i, verb) do { \
	tw_status twin_first_ = TW_OK; \
	size_t i; \
	for (i = 0; i < 2 && (t)->e[i]; ++i) { \
		tw_status twin_status_ = (verb); \
		if (!i) \
			twin_first_ = twin_status_; \
		assert_int_equal(twin_status_, twin_first_); \
	} \
	(t)->refusals += twin_first_ != TW_OK; \
} while (0)

static inline void twin_enter(struct twin *t)
{
	uint32_t plan = twin_draw(t, TWIN_PLANS);
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call = { 0 };
	char name[16];
	size_t i;

	twin_name(name, "plan", plan);
	uint32_t wish = twin_draw(t, 3 * TWIN_TARGETS);

	o.priority = twin_draw(t, 4) ? 0 : twin_draw(t, 4);
	o.affinity = twin_draw(t, 12);
	o.skills_needed = twin_draw(t, 4) ? 0 : 1u << twin_draw(t, 3);
	o.ticket = twin_draw(t, 12) == 0;
	if (t->call_count == TWIN_LIVE || t->call_count > 20)
		return;
	for (i = 0; i < 2 && t->e[i]; ++i) {
		tw_call_id made;

		if (tw_engine_find_plan(&o.plan, t->e[i], name, NULL))
			return;
		o.preferred.id = 0;
		if (wish < TWIN_TARGETS)
			o.preferred = twin_target(t->e[i], wish);
		assert_int_equal(tw_call_enter_as(&made, t->e[i], &o, t->now,
						  NULL), TW_OK);
		if (i)
			assert_int_equal(made.id, call.id);
		call = made;
	}
	t->call[t->call_count++] = call;
}

static inline void twin_report(struct twin *t)
{
	uint32_t outcome = TW_OUTCOME_BUSY + twin_draw(t, 5);
	tw_offer_id offer;

	if (!t->offer_count)
		return;
	offer = t->offer[twin_draw(t, (uint32_t)t->offer_count)];
	twin_forget(&t->offer[0].id, &t->offer_count, offer.id);
	if (twin_draw(t, 2)) {
		TWIN_BOTH(t, i, tw_offer_answered(t->e[i], offer, t->now,
						  NULL));
		if (twin_draw(t, 4))
			TWIN_BOTH(t, i, tw_offer_confirmed(t->e[i], offer,
							   t->now, NULL));
	} else
		TWIN_BOTH(t, i, tw_offer_failed(t->e[i], offer, outcome,
						t->now, NULL));
}

static inline void twin_leave(struct twin *t)
{
	tw_call_id call;

	if (!t->call_count)
		return;
	call = t->call[twin_draw(t, (uint32_t)t->call_count)];
	twin_forget(&t->call[0].id, &t->call_count, call.id);
	TWIN_BOTH(t, i, tw_call_leave(t->e[i], call, t->now, NULL));
}

/* A ticket, or back in line. */
static inline void twin_move(struct twin *t)
{
	const tw_plan_id none = { 0 };
	tw_call_id call;
	tw_time until;
	int keep;

	if (!t->call_count)
		return;
	until = t->now + (int64_t)twin_draw(t, 30) * TW_SECOND;
	call = t->call[twin_draw(t, (uint32_t)t->call_count)];
	keep = (int)twin_draw(t, 2);
	if (twin_draw(t, 2))
		TWIN_BOTH(t, i, tw_call_callback(t->e[i], call, until, t->now,
						 NULL));
	else
		TWIN_BOTH(t, i, tw_call_requeue(t->e[i], call, none, keep,
						t->now, NULL));
}

static inline void twin_change(struct twin *t)
{
	uint32_t n = twin_draw(t, TWIN_TARGETS);
	uint32_t state = twin_draw(t, 3) ? TW_TARGET_AVAILABLE :
		2 + twin_draw(t, 2);

	if (twin_draw(t, 8) == 0) {
		TWIN_BOTH(t, i, tw_target_pause(t->e[i],
			twin_target(t->e[i], n), "lunch", t->now, NULL));
	} else if (twin_draw(t, 2)) {
		TWIN_BOTH(t, i, tw_target_set_state(t->e[i],
			twin_target(t->e[i], n), state, t->now, NULL));
	} else if (t->occupied[n]) {
		t->occupied[n] = false;
		TWIN_BOTH(t, i, tw_target_release(t->e[i],
			twin_target(t->e[i], n), t->now, NULL));
	} else {
		unsigned long before = t->refusals;

		TWIN_BOTH(t, i, tw_target_occupy(t->e[i],
			twin_target(t->e[i], n), t->now, NULL));
		t->occupied[n] = t->refusals == before;
	}
}

/* One verb, and sometimes what came of it is read. */
static inline void twin_step(struct twin *t)
{
	switch (twin_draw(t, 13)) {
	case 0: case 1: case 2:
		twin_enter(t);
		break;
	case 3:
		twin_leave(t);
		break;
	case 4: case 5: case 6:
		twin_report(t);
		break;
	case 7:
		twin_change(t);
		break;
	case 8:
		twin_move(t);
		break;
	default:
		t->now += twin_draw(t, 20) ? twin_draw(t, 900000) :
			twin_draw(t, 20000000);
		TWIN_BOTH(t, i, tw_engine_tick(t->e[i], t->now, NULL));
	}
	if (twin_draw(t, 4))
		twin_read(t);
}

static inline uint8_t *twin_snapshot(const tw_engine *engine, size_t *size)
{
	tw_error err = TW_ERROR_INIT;
	void *bytes = NULL;

	if (tw_engine_snapshot(&bytes, size, engine, &err))
		fail_msg("snapshot: %s", err.message);
	return bytes;
}

static inline void twin_restore(tw_engine *engine, const void *bytes,
				size_t size)
{
	tw_engine_change change = TW_ENGINE_CHANGE_INIT;
	tw_engine_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw_engine_restore(&changes, engine, bytes, size, &err))
		fail_msg("restore: %s", err.message);
	if (!tw_engine_changes_next(&change, changes, NULL))
		fail_msg("%s %s: %s", change.kind, change.name,
			 change.detail);
	tw_engine_changes_free(changes);
	host_check(engine);
}

/* Something of everything: rings, a talk, a message, rows unread. */
static inline tw_engine *twin_busy(uint64_t seed)
{
	static struct twin t;
	int i;

	twin_open(&t, seed);
	for (i = 0; i < 400; ++i)
		twin_step(&t);
	return t.e[0];
}

static inline void twin_check_empty(tw_engine *engine)
{
	tw_engine_stats stats = TW_ENGINE_STATS_INIT;
	tw_decision d = TW_DECISION_INIT;

	assert_int_equal(tw_engine_stats_read(&stats, engine, NULL), TW_OK);
	assert_int_equal(stats.calls, 0);
	assert_int_equal(stats.slots_held, 0);
	assert_int_equal(tw_engine_next(&d, engine, NULL), TW_ITER_END);
	assert_int_equal(tw_engine_deadline(engine), TW_TIME_MAX);
	host_check(engine);
}

static inline bool twin_change_is(tw_engine_changes *changes, const char *kind,
				  const char *name, uint32_t change)
{
	tw_engine_change c = TW_ENGINE_CHANGE_INIT;

	while (!tw_engine_changes_next(&c, changes, NULL)) {
		if (!strcmp(c.kind, kind) && !strcmp(c.name, name)) {
			assert_int_equal(c.change, change);
			assert_true(c.detail[0]);
			return true;
		}
	}
	return false;
}

#endif
