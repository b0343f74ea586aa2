/*
 * A hundred thousand random verbs against a naive model that knows only what
 * a host knows: the decisions. No target above its capacity, no double
 * offer, nobody offered who was not ready, no offer past its limit, nothing
 * held in the end.
 */
#include "host.h"

#define TARGETS 24
#define POOLS   8
#define PLANS   6
#define CALLS   64
#define OFFERS  512
#define EVENTS  100000

#define STEPS 4

struct model_call {
	tw_call_id id;          /* 0: free */
	uint32_t plan;
	int64_t key;
	uint64_t arrival;
	uint32_t step;
	tw_time until;
	uint32_t rings;
	bool talks;
};

struct model_offer {
	tw_offer_id id;         /* 0: free */
	tw_call_id call;
	uint32_t target;
	uint32_t step;
	tw_time until;
	bool is_talk;
};

struct model {
	struct host h;
	uint64_t random;
	uint32_t capacity[TARGETS], state[TARGETS], outside[TARGETS];
	int64_t wrap_up_us[TARGETS], busy_us[TARGETS];
	tw_time ready_at[TARGETS];
	tw_plan_id plan[PLANS];
	bool has[POOLS][TARGETS];
	uint32_t kind[PLANS][STEPS], pool[PLANS][STEPS];
	struct model_call call[CALLS];
	uint64_t arrivals;
	struct model_offer offer[OFFERS];
	uint32_t pools;              /* made before, over all turns */
	unsigned long offers, cancels, ends, events, skips, waits;
};

static uint32_t draw(struct model *m, uint32_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (uint32_t)((m->random >> 11) % below);
}

static uint32_t held(const struct model *m, uint32_t target)
{
	uint32_t i, n = m->outside[target];

	for (i = 0; i < OFFERS; ++i)
		n += m->offer[i].id.id && m->offer[i].target == target;
	return n;
}

static struct model_offer *find(struct model *m, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < OFFERS; ++i) {
		if (m->offer[i].id.id == id)
			return &m->offer[i];
	}
	return NULL;
}

static struct model_call *call_of(struct model *m, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < CALLS; ++i) {
		if (m->call[i].id.id == id)
			return &m->call[i];
	}
	return NULL;
}

static bool waits_for(const struct model *m, const struct model_call *c,
		      uint32_t target)
{
	return c->id.id && !c->rings && !c->talks && c->step < STEPS &&
		c->until > m->h.now &&
		m->kind[c->plan][c->step] == TW_STEP_QUEUE &&
		m->has[m->pool[c->plan][c->step]][target];
}

/* Nobody who waits for this target is before the call that gets it. */
static void check_first(struct model *m, const struct model_call *call,
			uint32_t target)
{
	uint32_t i;

	for (i = 0; i < CALLS; ++i) {
		const struct model_call *c = &m->call[i];

		if (c == call || !waits_for(m, c, target))
			continue;
		assert_true(call->key < c->key || (call->key == c->key &&
			    call->arrival < c->arrival));
	}
}

static void drop(struct model *m, struct model_offer *o, uint32_t outcome)
{
	uint32_t t = o->target;
	int64_t rest = outcome == TW_OUTCOME_ANSWERED ? m->wrap_up_us[t] :
		outcome == TW_OUTCOME_BUSY ? m->busy_us[t] : 0;
	struct model_call *c = call_of(m, o->call.id);

	if (o->is_talk)
		c->talks = false;
	else
		--c->rings;
	if (outcome >= TW_OUTCOME_BUSY && outcome <= TW_OUTCOME_CONGESTED &&
	    m->kind[c->plan][o->step] == TW_STEP_QUEUE &&
	    rest < 5 * TW_SECOND)
		rest = 5 * TW_SECOND;
	if (m->h.now + rest > m->ready_at[t] && rest)
		m->ready_at[t] = m->h.now + rest;
	o->id.id = 0;
}

static void on_offer(struct model *m, const tw_decision *d)
{
	uint32_t t = d->target.id - 1, i;
	struct model_call *c = call_of(m, d->call.id);
	struct model_offer *o;

	assert_int_equal(m->state[t], TW_TARGET_AVAILABLE);
	assert_true(m->ready_at[t] <= m->h.now);
	assert_true(held(m, t) < m->capacity[t]);
	assert_true(d->until > m->h.now);
	assert_null(find(m, d->offer.id));
	for (i = 0; i < OFFERS; ++i)
		assert_false(m->offer[i].id.id && m->offer[i].target == t &&
			     m->offer[i].call.id == d->call.id);
	o = find(m, 0);
	assert_non_null(o);
	*o = (struct model_offer){ d->offer, d->call, t, d->step, d->until,
				   false };
	check_first(m, c, t);
	++c->rings;
	++m->offers;
}

static void forget_call(struct model *m, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < OFFERS; ++i)
		assert_false(m->offer[i].id.id && m->offer[i].call.id == id);
	for (i = 0; i < CALLS; ++i) {
		if (m->call[i].id.id == id)
			m->call[i].id.id = 0;
	}
}

/* Cancels of one verb may come after its offers: what it freed is free. */
static void read_all(struct model *m)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;
	tw_decision d = TW_DECISION_INIT;
	struct model_offer *o;

	while (tw_engine_next(&d, m->h.engine, NULL) == TW_OK) {
		switch (d.kind) {
		case TW_DECISION_OFFER:
			on_offer(m, &d);
			break;
		case TW_DECISION_CANCEL:
			o = find(m, d.offer.id);
			assert_non_null(o);
			assert_false(o->is_talk);
			if (d.outcome == TW_OUTCOME_NO_ANSWER)
				assert_true(o->until <= m->h.now);
			drop(m, o, d.outcome);
			++m->cancels;
			break;
		case TW_DECISION_STEP:
			call_of(m, d.call.id)->step = d.step;
			call_of(m, d.call.id)->until = d.until;
			break;
		case TW_DECISION_END:
			forget_call(m, d.call.id);
			++m->ends;
			break;
		default:
			fail_msg("decision %u", d.kind);
		}
	}
	while (tw_engine_next_event(&e, m->h.engine, NULL) == TW_OK) {
		assert_int_equal(e.outcome == 0 || !e.target.id,
				 e.offer.id == 0);
		assert_true(e.ended >= e.offered);
		if (e.offer.id)
			++m->events;
		else if (e.outcome)
			++m->waits;
		else
			++m->skips;
	}
}

/* Nobody waits for a target that is ready. */
static void check_idle(const struct model *m)
{
	uint32_t i, t;

	for (t = 0; t < TARGETS; ++t) {
		if (m->state[t] != TW_TARGET_AVAILABLE ||
		    m->ready_at[t] > m->h.now || held(m, t) == m->capacity[t])
			continue;
		for (i = 0; i < CALLS; ++i)
			assert_false(waits_for(m, &m->call[i], t));
	}
}

static void check(struct model *m)
{
	uint32_t i, ringing = 0, talks = 0, slots = 0, calls = 0;

	for (i = 0; i < OFFERS; ++i) {
		if (!m->offer[i].id.id)
			continue;
		if (m->offer[i].is_talk)
			++talks;
		else
			++ringing;
		if (!m->offer[i].is_talk)
			assert_true(m->offer[i].until > m->h.now);
	}
	check_idle(m);
	for (i = 0; i < TARGETS; ++i) {
		assert_true(held(m, i) <= m->capacity[i]);
		slots += held(m, i);
	}
	for (i = 0; i < CALLS; ++i)
		calls += m->call[i].id.id != 0;
	assert_int_equal(ringing, m->h.engine->ringing);
	assert_int_equal(talks, m->h.engine->talks);
	assert_int_equal(slots, m->h.engine->held);
	assert_int_equal(calls, m->h.engine->calls);
}

static void build_targets(struct model *m)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_target_id id;
	char name[16];
	uint32_t i;

	for (i = 0; i < TARGETS; ++i) {
		snprintf(name, sizeof(name), "t%u", i);
		o.name = name;
		o.capacity = 1 + (draw(m, 4) == 0);
		o.wrap_up_ms = draw(m, 3) * 2500;
		o.busy_ms = draw(m, 3) * 4000;
		HOST_OK(&m->h, tw_engine_add_target(&id, m->h.engine, &o,
						    NULL));
		m->capacity[i] = o.capacity;
		m->wrap_up_us[i] = o.wrap_up_ms * 1000LL;
		m->busy_us[i] = o.busy_ms * 1000LL;
		m->state[i] = TW_TARGET_AVAILABLE;
		m->ready_at[i] = TW_TIME_MIN;
	}
}

static void build_step(struct model *m, const tw_pool_id *pool, uint32_t plan)
{
	uint32_t step = (uint32_t)m->h.engine->plan[plan]->step_count;
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	m->pool[plan][step] = draw(m, POOLS);
	m->kind[plan][step] = draw(m, 3) ? TW_STEP_RING : TW_STEP_QUEUE;
	o.kind = m->kind[plan][step];
	o.pool = pool[m->pool[plan][step]];
	o.ring_ms = 3000 + draw(m, 9000);
	o.wait_ms = draw(m, 4) ? 1000 + draw(m, 30000) : 0;
	o.length_max = draw(m, 3) ? 0 : 5;
	o.join = draw(m, 3);
	o.leave = draw(m, 3);
	HOST_OK(&m->h, tw_plan_add_step(m->h.engine, m->plan[plan], &o,
					NULL));
}

static void build(struct model *m)
{
	tw_pool_id pool[POOLS];
	char name[16];
	uint32_t i, j;

	host_open(&m->h, 0);
	build_targets(m);
	for (i = 0; i < POOLS; ++i) {
		uint32_t size = 1 + draw(m, 9);

		snprintf(name, sizeof(name), "p%u", i);
		pool[i] = host_pool(&m->h, name, 1 + (i + m->pools) % 13,
				    draw(m, 3) * 2000);
		for (j = 0; j < size; ++j) {
			const tw_target_id t = { 1 + (i * 5 + j) % TARGETS };

			m->has[i][t.id - 1] = true;
			host_member(&m->h, pool[i], t, draw(m, 3), 100 - j);
		}
	}
	if (draw(m, 2))
		host_keep_ranks(m->h.engine);
	for (i = 0; i < PLANS; ++i) {
		snprintf(name, sizeof(name), "plan%u", i);
		m->plan[i] = host_plan(&m->h, name);
		for (j = draw(m, STEPS) + 1; j; --j)
			build_step(m, pool, i);
	}
}

static struct model_offer *any_offer(struct model *m)
{
	uint32_t i, at = draw(m, OFFERS);

	for (i = 0; i < OFFERS; ++i) {
		struct model_offer *o = &m->offer[(at + i) % OFFERS];

		if (o->id.id && !o->is_talk)
			return o;
	}
	return NULL;
}

static void enter(struct model *m)
{
	uint32_t i;

	tw_call_options o = TW_CALL_OPTIONS_INIT;
	struct model_call *c;

	for (i = 0; i < CALLS && m->call[i].id.id; ++i)
		;
	if (i == CALLS)
		return;
	c = &m->call[i];
	memset(c, 0, sizeof(*c));
	c->plan = draw(m, PLANS);
	c->step = STEPS;
	c->arrival = ++m->arrivals;
	o.plan = m->plan[c->plan];
	o.priority = draw(m, 3) ? 0 : draw(m, 3);
	o.entered = draw(m, 4) ? 0 : m->h.now - draw(m, 90) * TW_SECOND;
	c->key = (o.entered ? o.entered : m->h.now) -
		o.priority * 60 * TW_SECOND;
	HOST_OK(&m->h, tw_call_enter_as(&c->id, m->h.engine, &o, m->h.now,
					NULL));
}

static void leave(struct model *m)
{
	uint32_t i, at = draw(m, CALLS);
	tw_call_id call = { 0 };

	for (i = 0; i < CALLS && !call.id; ++i)
		call = m->call[(at + i) % CALLS].id;
	if (!call.id)
		return;
	for (i = 0; i < OFFERS; ++i) {
		if (m->offer[i].id.id && m->offer[i].is_talk &&
		    m->offer[i].call.id == call.id)
			drop(m, &m->offer[i], TW_OUTCOME_ANSWERED);
	}
	call_of(m, call.id)->step = STEPS;
	host_leave(&m->h, call);
	read_all(m);
	forget_call(m, call.id);
}

static void report(struct model *m)
{
	struct model_offer *o = any_offer(m);
	uint32_t outcome = TW_OUTCOME_BUSY + draw(m, 5);
	tw_offer_id id;

	if (!o)
		return;
	id = o->id;
	if (draw(m, 2)) {
		o->is_talk = true;
		--call_of(m, o->call.id)->rings;
		call_of(m, o->call.id)->talks = true;
		host_answer(&m->h, id);
	} else {
		drop(m, o, outcome);
		host_failed(&m->h, id, outcome);
	}
}

static void outside(struct model *m)
{
	uint32_t i = draw(m, TARGETS);
	const tw_target_id t = { i + 1 };
	tw_status status;

	if (m->outside[i]) {
		--m->outside[i];
		HOST_OK(&m->h, tw_target_release(m->h.engine, t, m->h.now,
						 NULL));
		return;
	}
	status = tw_target_occupy(m->h.engine, t, m->h.now, NULL);
	assert_int_equal(status, held(m, i) < m->capacity[i] ? TW_OK :
			 TW_EBUSY);
	if (!status)
		++m->outside[i];
}

static void change_state(struct model *m)
{
	uint32_t i = draw(m, TARGETS);
	const tw_target_id t = { i + 1 };

	m->state[i] = draw(m, 5) ? TW_TARGET_AVAILABLE : 2 + draw(m, 2);
	host_state(&m->h, t, m->state[i]);
}

static void random_event(struct model *m)
{
	switch (draw(m, 16)) {
	case 0: case 1: case 2:
		enter(m);
		break;
	case 3: case 4:
		leave(m);
		break;
	case 5: case 6:
		report(m);
		break;
	case 7:
		outside(m);
		break;
	case 8:
		change_state(m);
		break;
	default:
		host_wait(&m->h, draw(m, 20) ? draw(m, 900) :
			  draw(m, 20000));
	}
	read_all(m);
	/* verbs leave due deadlines to the tick; the model wants none */
	HOST_OK(&m->h, tw_engine_tick(m->h.engine, m->h.now, NULL));
	read_all(m);
	check(m);
}

static void close_all(struct model *m)
{
	uint32_t i;

	for (i = 0; i < CALLS; ++i) {
		if (m->call[i].id.id)
			host_leave(&m->h, m->call[i].id);
	}
	for (i = 0; i < TARGETS; ++i) {
		const tw_target_id t = { i + 1 };

		while (m->outside[i]) {
			--m->outside[i];
			HOST_OK(&m->h, tw_target_release(m->h.engine, t,
							 m->h.now, NULL));
		}
	}
	assert_int_equal(m->h.engine->held, 0);
	assert_int_equal(m->h.engine->calls, 0);
	assert_int_equal(m->h.engine->ringing, 0);
}

static void holds_for_any_order_of_events(void **state)
{
	static struct model m;
	uint64_t seed;
	int i;

	(void)state;
	for (seed = 1; seed <= 10; ++seed) {
		memset(&m, 0, sizeof(m));
		m.random = seed * 0x9e3779b97f4a7c15u;
		m.pools = (uint32_t)seed * POOLS;
		build(&m);
		for (i = 0; i < EVENTS / 10; ++i)
			random_event(&m);
		close_all(&m);
		host_drain(&m.h);
		host_close(&m.h);
		/* it was not idle */
		assert_true(m.offers > 1000 && m.cancels > 300);
		assert_true(m.ends > 100 && m.skips > 300 && m.waits > 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_for_any_order_of_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
