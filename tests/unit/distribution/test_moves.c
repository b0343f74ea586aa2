/*
 * Everything a call can do between arriving and talking, in any order: lines
 * with reserves, overflow in circles, tickets, keys, calls put back, callers
 * who come back. After every verb host.h recounts what there is: indexes,
 * places in line, slots, and that nobody waits for somebody who is ready.
 */
#include "host.h"

#define TARGETS 12
#define POOLS   4
#define PLANS   5
#define CALLS   40
#define OFFERS  256

struct seen {
	tw_call_id id;          /* 0: free */
	uint64_t affinity;
	uint32_t position;      /* told last; 0: nothing yet */
};

struct world {
	struct host h;
	uint64_t random;
	tw_pool_id pool[POOLS];
	tw_plan_id plan[PLANS];
	struct seen call[CALLS];
	tw_offer_id offer[OFFERS];   /* that ring, as far as we know */
	uint32_t offers;
	unsigned long made, keys, tickets, told, resumed, hops;
};

static uint32_t draw(struct world *w, uint32_t below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (uint32_t)((w->random >> 11) % below);
}

static void build_step(struct world *w, uint32_t plan)
{
	static const uint32_t kinds[] = {
		TW_STEP_RING, TW_STEP_QUEUE, TW_STEP_QUEUE, TW_STEP_PLAN,
		TW_STEP_CALLBACK, TW_STEP_PREFERRED
	};
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.kind = kinds[draw(w, TW_ARRAY_COUNT(kinds))];
	o.pool = w->pool[draw(w, POOLS)];
	o.plan = w->plan[(plan + 1 + draw(w, PLANS - 1)) % PLANS];
	o.ring_ms = 2000 + draw(w, 9000);
	o.wait_ms = draw(w, 4) ? 1000 + draw(w, 40000) : 0;
	o.reserve = draw(w, 3) ? 0 : draw(w, 3);
	o.length_max = draw(w, 3) ? 0 : 4;
	o.join = draw(w, 4);
	o.leave = draw(w, 3);
	o.retry_ms = 1000 + draw(w, 5000);
	o.announce_ms = draw(w, 2) ? 5000 : 0;
	HOST_OK(&w->h, tw_plan_add_step(w->h.engine, w->plan[plan], &o,
					&w->h.err));
}

static void build_members(struct world *w, uint32_t pool)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;
	uint32_t i, size = 1 + draw(w, 6);

	for (i = 0; i < size; ++i) {
		const tw_target_id t = { 1 + (pool * 3 + i) % TARGETS };

		o.order = i;
		o.tier = draw(w, 2);
		o.confirm = draw(w, 3) == 0;
		o.skills = draw(w, 4);
		HOST_OK(&w->h, tw_pool_add_member(w->h.engine, w->pool[pool],
						  t, &o, &w->h.err));
	}
}

static void build(struct world *w, uint64_t seed)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	tw_target_options t = TW_TARGET_OPTIONS_INIT;
	tw_target_id id;
	char name[16];
	uint32_t i, j;

	memset(w, 0, sizeof(*w));
	w->random = seed * 0x9e3779b97f4a7c15u;
	w->h.err = (tw_error)TW_ERROR_INIT;
	w->h.now = T0;
	o.host = (seed & 1 ? TW_HOST_DTMF : 0) | TW_HOST_CALLBACK |
		TW_HOST_PLAY;
	o.resume_ms = 20000;
	assert_int_equal(tw_engine_new(&w->h.engine, &o, NULL), TW_OK);
	for (i = 0; i < TARGETS; ++i) {
		snprintf(name, sizeof(name), "t%u", i);
		t.name = name;
		t.capacity = 1 + (draw(w, 5) == 0);
		t.wrap_up_ms = draw(w, 3) * 2000;
		t.no_answer_ms = draw(w, 2) * 3000;
		HOST_OK(&w->h, tw_engine_add_target(&id, w->h.engine, &t,
						    &w->h.err));
	}
	for (i = 0; i < POOLS; ++i) {
		snprintf(name, sizeof(name), "p%u", i);
		w->pool[i] = host_pool(&w->h, name, 1 + draw(w, 13),
				       draw(w, 2) * 4000);
		build_members(w, i);
	}
	if (draw(w, 2))
		host_keep_ranks(w->h.engine);
	for (i = 0; i < PLANS; ++i) {
		snprintf(name, sizeof(name), "plan%u", i);
		w->plan[i] = host_plan(&w->h, name);
	}
	for (i = 0; i < PLANS; ++i) {
		for (j = draw(w, 4) + 1; j; --j)
			build_step(w, i);
	}
}

static struct seen *seen_of(struct world *w, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < CALLS; ++i) {
		if (w->call[i].id.id == id)
			return &w->call[i];
	}
	return NULL;
}

static void on_announce(struct world *w, const tw_decision *d)
{
	struct seen *seen = seen_of(w, d->call.id);

	assert_true(d->position >= 1 && d->position <= CALLS);
	if (seen && seen->position)
		assert_true(d->position <= seen->position);
	if (seen)
		seen->position = d->position;
	assert_true(d->wait_high_us >= d->wait_low_us);
	++w->told;
}

static void on_decision(struct world *w, const tw_decision *d)
{
	struct seen *seen = seen_of(w, d->call.id);
	uint32_t i;

	switch (d->kind) {
	case TW_DECISION_OFFER:
		assert_true(w->offers < OFFERS);
		w->offer[w->offers++] = d->offer;
		++w->made;
		break;
	case TW_DECISION_CANCEL:
		for (i = 0; w->offer[i].id != d->offer.id; ++i)
			assert_true(i + 1 < w->offers);
		w->offer[i] = w->offer[--w->offers];
		break;
	case TW_DECISION_END:
		if (seen)
			seen->id.id = 0;
		break;
	case TW_DECISION_ANNOUNCE:
		on_announce(w, d);
		break;
	case TW_DECISION_CONFIRM:
		++w->keys;
		break;
	case TW_DECISION_CALLBACK:
		++w->tickets;
		break;
	default:
		w->resumed += !strcmp(d->reason, "the caller came back to "
				      "his place");
		w->hops += !strncmp(d->reason, "overflow from", 13);
	}
}

static void read_all(struct world *w)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;
	tw_decision d = TW_DECISION_INIT;

	while (tw_engine_next(&d, w->h.engine, NULL) == TW_OK)
		on_decision(w, &d);
	while (tw_engine_next_event(&e, w->h.engine, NULL) == TW_OK)
		assert_true(e.ended >= e.offered);
}

static void enter(struct world *w)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	struct seen *seen = seen_of(w, 0);

	if (!seen)
		return;
	seen->position = 0;
	seen->affinity = draw(w, 8);
	o.plan = w->plan[draw(w, PLANS)];
	o.affinity = seen->affinity;
	o.priority = draw(w, 3) ? 0 : draw(w, 3);
	o.preferred.id = draw(w, TARGETS + 1);
	o.skills_needed = draw(w, 3) ? 0 : draw(w, 4);
	o.ticket = draw(w, 8) == 0;
	HOST_OK(&w->h, tw_call_enter_as(&seen->id, w->h.engine, &o,
					w->h.now, &w->h.err));
}

static struct seen *any_call(struct world *w)
{
	uint32_t i, at = draw(w, CALLS);

	for (i = 0; i < CALLS; ++i) {
		struct seen *seen = &w->call[(at + i) % CALLS];

		if (seen->id.id)
			return seen;
	}
	return NULL;
}

static void leave(struct world *w)
{
	struct seen *seen = any_call(w);

	if (!seen)
		return;
	host_leave(&w->h, seen->id);
	seen->id.id = 0;
}

static void move(struct world *w)
{
	struct seen *seen = any_call(w);
	tw_status status;

	if (!seen)
		return;
	if (draw(w, 2)) {
		status = tw_call_callback(w->h.engine, seen->id,
			draw(w, 2) ? TW_TIME_MAX : w->h.now + TW_SECOND,
			w->h.now, &w->h.err);
		assert_true(status == TW_OK || status == TW_ECONFLICT);
		host_check(w->h.engine);
		return;
	}
	seen->position = 0;
	HOST_OK(&w->h, tw_call_requeue(w->h.engine, seen->id,
		draw(w, 2) ? w->plan[draw(w, PLANS)] : (tw_plan_id){ 0 },
		(int)draw(w, 2), w->h.now, &w->h.err));
}

/* Answers, fails or confirms one that rings. */
static void report(struct world *w)
{
	tw_offer_id offer;
	tw_status status;
	uint32_t i;

	if (!w->offers)
		return;
	i = draw(w, w->offers);
	offer = w->offer[i];
	status = tw_offer_confirmed(w->h.engine, offer, w->h.now, &w->h.err);
	if (status) {
		assert_int_equal(status, TW_ECONFLICT);
		if (draw(w, 2)) {
			host_answer(&w->h, offer);
			if (w->h.engine->offer[(offer.id & TW_SLOT_MASK) - 1]
			    ->is_confirming)
				return;
		} else {
			host_failed(&w->h, offer, TW_OUTCOME_BUSY +
				    draw(w, 5));
		}
	}
	w->offer[i] = w->offer[--w->offers];
}

static void change_state(struct world *w)
{
	const tw_target_id t = { 1 + draw(w, TARGETS) };

	host_state(&w->h, t, draw(w, 3) ? TW_TARGET_AVAILABLE :
		   2 + draw(w, 2));
}

static void random_event(struct world *w)
{
	switch (draw(w, 14)) {
	case 0: case 1: case 2:
		enter(w);
		break;
	case 3:
		leave(w);
		break;
	case 4:
		move(w);
		break;
	case 5: case 6: case 7:
		report(w);
		break;
	case 8:
		change_state(w);
		break;
	default:
		host_wait(&w->h, draw(w, 15) ? draw(w, 1200) :
			  draw(w, 30000));
	}
	read_all(w);
}

static void holds_for_any_order_of_moves(void **state)
{
	unsigned long keys = 0, tickets = 0, told = 0, resumed = 0, hops = 0;
	static struct world w;
	uint64_t seed;
	uint32_t i;

	(void)state;
	for (seed = 1; seed <= 12; ++seed) {
		build(&w, seed);
		for (i = 0; i < 5000; ++i)
			random_event(&w);
		for (i = 0; i < CALLS; ++i) {
			if (w.call[i].id.id)
				host_leave(&w.h, w.call[i].id);
			read_all(&w);
		}
		assert_int_equal(w.h.engine->held, 0);
		assert_int_equal(w.h.engine->calls, 0);
		assert_int_equal(w.h.engine->waiting, 0);
		assert_int_equal(w.offers, 0);
		assert_true(w.made > 100);
		keys += w.keys;
		tickets += w.tickets;
		told += w.told;
		resumed += w.resumed;
		hops += w.hops;
		host_close(&w.h);
	}
	/* it was not idle */
	assert_true(keys > 100 && tickets > 100 && told > 100);
	assert_true(resumed > 20 && hops > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_for_any_order_of_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
