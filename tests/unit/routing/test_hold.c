/* Paid before it is used; and 50 calls at once on a budget of 10 units. */
#include "budget_fixture.h"
#include "permits_fixture.h"

#include <trunkwise/sys/clock.h>

#define MOBILE "79161234567"

static tw_hold hold_one(struct office *o, const char *department)
{
	assert_int_equal(office_ask(o, department, MOBILE,
				    TW_AUTHORIZE_HOLD), TW_OK);
	return o->answer.hold;
}

static void extended_before_used(void **state)
{
	struct office o;
	tw_hold_state s;
	tw_hold hold;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", 2 * UNIT);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 5 * UNIT);
	hold = hold_one(&o, NULL);
	s = office_extend(&o, hold, 50);
	assert_int_equal(s.held_nanos, 4 * UNIT);    /* 110 s: two minutes */
	assert_int_equal(s.paid_s, 110);
	assert_int_equal(s.flags, 0);
	s = office_extend(&o, hold, 100);
	assert_int_equal(s.held_nanos, 4 * UNIT);
	assert_int_equal(s.paid_s, 120);             /* what 4 units buy */
	assert_int_equal(s.flags, TW_BUDGET_LAST);
	s = office_extend(&o, hold, 119);
	assert_int_equal(s.paid_s, 120);
	assert_int_equal(office_state(&o, 0).left_nanos, UNIT);
	s = office_settle(&o, hold, 61);
	assert_int_equal(s.held_nanos, 4 * UNIT);
	assert_int_equal(office_state(&o, 0).spent_nanos, 4 * UNIT);
	assert_int_equal(office_state(&o, 0).reserved_nanos, 0);
	assert_int_equal(tw_hold_extend(&s, o.budgets, hold, 0, &o.err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_hold_release(o.budgets, hold, &o.err),
			 TW_ENOTFOUND);
	office_close(&o);
}

static void unanswered_costs_nothing(void **state)
{
	struct office o;
	tw_hold hold;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", 2 * UNIT);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 5 * UNIT);
	hold = hold_one(&o, NULL);
	assert_int_equal(office_settle(&o, hold, 0).held_nanos, 0);
	assert_int_equal(office_state(&o, 0).left_nanos, 5 * UNIT);
	office_close(&o);
}

/* Told late, cut late: what it came to is a fact. */
static void facts_count_over_the_limit(void **state)
{
	struct office o;
	tw_hold_state s;
	tw_hold hold;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", 2 * UNIT);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 3 * UNIT);
	hold = hold_one(&o, NULL);
	s = office_settle(&o, hold, 150);
	assert_int_equal(s.held_nanos, 6 * UNIT);
	assert_int_equal(s.flags, TW_BUDGET_HARD);
	assert_int_equal(office_state(&o, 0).spent_nanos, 6 * UNIT);
	assert_int_equal(office_state(&o, 0).left_nanos, 0);
	assert_int_equal(office_state(&o, 0).state, TW_BUDGET_IS_HARD);
	assert_int_equal(office_ask(&o, NULL, MOBILE, TW_AUTHORIZE_HOLD),
			 TW_EREFUSED);
	assert_int_equal(o.answer.flags, 0);         /* told before */
	office_close(&o);
}

static void moved_to_another_carrier(void **state)
{
	tw_budget b = TW_BUDGET_INIT;
	struct office o;
	tw_hold hold;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "cheap", 1, "7", UNIT);
	desk_simple(&o.desk, "dear", 1, "7", 4 * UNIT);
	desk_simple(&o.desk, "dearest", 1, "7", 40 * UNIT);
	desk_simple(&o.desk, "elsewhere", 1, "44", UNIT);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 4 * UNIT);
	b.name = "dear";
	b.trunk = "dear";
	b.hard_nanos = 100 * UNIT;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	hold = hold_one(&o, NULL);
	assert_int_equal(tw_hold_move(o.budgets, hold, o.desk.router, "none",
				      &o.err), TW_ENOTFOUND);
	assert_int_equal(tw_hold_move(o.budgets, hold, o.desk.router,
				      "dearest", &o.err), TW_EREFUSED);
	assert_int_equal(tw_hold_move(o.budgets, hold, o.desk.router,
				      "elsewhere", &o.err), TW_ENOPRICE);
	assert_int_equal(office_state(&o, 0).reserved_nanos, UNIT);
	assert_int_equal(tw_hold_move(o.budgets, hold, o.desk.router, "dear",
				      &o.err), TW_OK);
	assert_int_equal(office_state(&o, 0).reserved_nanos, 4 * UNIT);
	assert_int_equal(office_state(&o, 1).reserved_nanos, 4 * UNIT);
	desk_close(&o.desk);            /* the hold keeps its own deck */
	desk_open(&o.desk);
	(void)office_settle(&o, hold, 30);
	assert_int_equal(office_state(&o, 1).spent_nanos, 4 * UNIT);
	office_close(&o);
}

static void ids_are_used_once(void **state)
{
	tw_hold_state s = TW_HOLD_STATE_INIT;
	struct office o;
	tw_hold first, second;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", UNIT);
	first = hold_one(&o, NULL);
	assert_int_equal(tw_hold_release(o.budgets, first, &o.err), TW_OK);
	second = hold_one(&o, NULL);
	assert_int_equal(o.budgets->held_count, 1);
	assert_true(first.id != second.id);
	assert_int_equal(tw_hold_release(o.budgets, first, &o.err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_hold_release(o.budgets, (tw_hold){ 0 }, &o.err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_hold_extend(&s, o.budgets, second, -1, &o.err),
			 TW_EINVAL);
	s.size = 0;
	assert_int_equal(tw_hold_extend(&s, o.budgets, second, 0, &o.err),
			 TW_EINVAL);
	office_close(&o);
}

/* ---- 50 calls at once ---- */

#define CALLS 50

struct talk {
	tw_hold hold;
	int64_t answered_at;     /* monotonic seconds */
	int64_t ends_at;         /* when its people would hang up */
	int64_t paid_s;
	bool up;
};

struct world {
	struct office o;
	struct talk talk[CALLS];
	tw_random random;
	tw_random_state seed;
	int64_t clock_s;         /* monotonic */
	int64_t step_s;          /* wall - monotonic */
	int64_t actual;          /* nanos, of ended calls */
	uint32_t inc;
};

static uint32_t draw(struct world *w, uint32_t below)
{
	uint32_t v;

	w->random.fill(&v, sizeof(v), w->random.arg);
	return v % below;
}

static int64_t cost_of(const struct world *w, int64_t seconds)
{
	int64_t units = (seconds + w->inc - 1) / w->inc;

	return units * w->inc * (3 * UNIT / 2) / 60;
}

static void begin(struct world *w, struct talk *t)
{
	static const char *const who[] = { "Kazan", "Ufa", "Perm" };

	w->o.at = T2026 + (12 * 3600 + w->clock_s + w->step_s) * TW_SECOND;
	if (office_ask(&w->o, who[draw(w, 3)], MOBILE, TW_AUTHORIZE_HOLD))
		return;
	t->up = true;
	t->hold = w->o.answer.hold;
	t->paid_s = w->o.answer.paid_s;
	t->answered_at = w->clock_s;
	t->ends_at = w->clock_s + 1 + draw(w, 300);
}

/* The host: extends ahead, cuts at paid_s with a second's delay at most. */
static void go_on(struct world *w, struct talk *t)
{
	int64_t elapsed = w->clock_s - t->answered_at;
	bool late = draw(w, 4) == 0;

	if (elapsed + 2 >= t->paid_s) {
		t->paid_s = office_extend(&w->o, t->hold, elapsed).paid_s;
	}
	if (w->clock_s < t->ends_at && elapsed < t->paid_s + late)
		return;
	w->actual += cost_of(w, elapsed);
	(void)office_settle(&w->o, t->hold, elapsed);
	t->up = false;
}

static void run(uint64_t seed, uint32_t inc, bool clock_steps)
{
	const int64_t cap = 10 * UNIT;
	struct world w = { .inc = inc };
	tw_rate rate = desk_rate("7", 3 * UNIT / 2, inc, 0);

	tw_random_seed(&w.random, &w.seed, seed);
	office_open(&w.o, "UTC");
	desk_carrier(&w.o.desk, "main", "RUB", 1, &rate, 1);
	office_limit(&w.o, "all", NULL, TW_PERIOD_MONTH, cap);
	for (; w.clock_s < 1200; ++w.clock_s) {
		if (clock_steps && draw(&w, 100) == 0)
			w.step_s = (int64_t)draw(&w, 3) * 3600 - 3600;
		for (int i = 0; i < CALLS; ++i) {
			if (w.talk[i].up)
				go_on(&w, &w.talk[i]);
			else if (draw(&w, 10) == 0)
				begin(&w, &w.talk[i]);
		}
		/* each call one increment and one second over, at most */
		assert_true(w.actual <= cap + CALLS * cost_of(&w, inc + 1));
	}
	for (int i = 0; i < CALLS; ++i) {
		if (w.talk[i].up)
			(void)office_settle(&w.o, w.talk[i].hold, 1);
	}
	if (w.actual < cap - 2 * cost_of(&w, inc))
		fail_msg("seed %llu: %lld of the budget is never used",
			 (unsigned long long)seed,
			 (long long)(cap - w.actual));
	w.o.at = T2026;
	assert_int_equal(office_state(&w.o, 0).reserved_nanos, 0);
	assert_int_equal(office_state(&w.o, 0).spent_nanos >= w.actual, 1);
	office_close(&w.o);
}

static void fifty_calls_on_ten_units(void **state)
{
	const char *many = getenv("TW_TEST_LONG");
	uint64_t seeds = many ? 1000 : 12;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; ++seed) {
		run(seed, 1, seed & 1);
		run(seed, 60, seed & 1);
	}
}

/* Cut on time, nothing at all goes over. */
static void on_time_nothing_goes_over(void **state)
{
	struct office o;
	tw_hold hold[CALLS];
	int64_t spent = 0;
	int n = 0;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", 3 * UNIT / 2);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 10 * UNIT);
	while (n < CALLS && office_ask(&o, NULL, MOBILE,
				       TW_AUTHORIZE_HOLD) == TW_OK)
		hold[n++] = o.answer.hold;
	assert_int_equal(n, 6);
	for (int i = 0; i < n; ++i) {
		tw_hold_state s = office_extend(&o, hold[i], 59);

		assert_int_equal(s.paid_s, 60);
		assert_int_equal(s.flags, TW_BUDGET_LAST);
		spent += office_settle(&o, hold[i], s.paid_s).held_nanos;
	}
	assert_int_equal(spent, 9 * UNIT);
	office_close(&o);
}

static void local_carrier(struct office *o, const char *name)
{
	tw_rate rates[2] = { desk_rate("7", 3 * UNIT, 60, 0),
			     desk_rate("7", UNIT, 60, 0) };
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	rates[1].relation = TW_RELATION_SAME_CITY;
	c.carrier = c.trunk = name;
	assert_int_equal(tw_deck_new(&c.deck, &rules, rates, 2, NULL), TW_OK);
	assert_int_equal(tw_router_add_carrier(o->desk.router, &c, &o->err),
			 TW_OK);
	tw_deck_free(c.deck);
}

/* Another carrier shows another number, from where the call is no local one:
 * what is held is what it costs there. */
static void moved_to_where_another_number_is_shown(void **state)
{
	struct office o;
	tw_hold hold;

	(void)state;
	office_open(&o, "UTC");
	local_carrier(&o, "a");
	local_carrier(&o, "b");
	numbering_of(&o.desk);
	assert_int_equal(own(&o.desk, MOSCOW, "Moscow", NULL, "a"), TW_OK);
	assert_int_equal(own(&o.desk, KAZAN, "Kazan", NULL, "b"), TW_OK);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 10 * UNIT);
	assert_int_equal(office_ask(&o, "Kazan", CALLEE,
				    TW_AUTHORIZE_HOLD), TW_OK);
	hold = o.answer.hold;
	assert_string_equal(o.row[0].trunk, "b");
	assert_string_equal(o.row[0].caller, KAZAN);
	assert_int_equal(o.row[0].price.nanos, UNIT);
	assert_int_equal(o.row[1].price.nanos, 3 * UNIT);
	assert_int_equal(office_state(&o, 0).reserved_nanos, UNIT);
	assert_int_equal(tw_hold_move(o.budgets, hold, o.desk.router, "a",
				      &o.err), TW_OK);
	assert_int_equal(office_state(&o, 0).reserved_nanos, 3 * UNIT);
	/* nor does a budget let through what no contract permits */
	assert_int_equal(permission_of(&o.desk, "all", NULL, NULL, NULL,
				       TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(office_ask(&o, "Kazan", CALLEE, 0), TW_EREFUSED);
	assert_int_equal(o.row[0].permit, TW_PERMIT_BLOCK);
	office_close(&o);
}

/* A call that goes on from our Kazan number to Kazan is a local one wherever
 * that number may be shown, whichever department pays for it. */
static void moved_to_where_the_called_number_is_shown(void **state)
{
	tw_call_request r = TW_CALL_REQUEST_INIT;
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	local_carrier(&o, "a");
	local_carrier(&o, "b");
	numbering_of(&o.desk);
	assert_int_equal(own(&o.desk, MOSCOW, "Moscow", NULL, "a"), TW_OK);
	assert_int_equal(own(&o.desk, KAZAN, "Kazan", NULL, "b"), TW_OK);
	assert_int_equal(own(&o.desk, "74951000002", "Moscow", NULL, "b"),
			 TW_OK);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 10 * UNIT);
	(void)office_ask(&o, "Moscow", CALLEE, 0);
	assert_int_equal(o.row[0].price.nanos, 3 * UNIT);
	r.flags = TW_AUTHORIZE_HOLD;
	r.number = CALLEE;
	r.department = "Moscow";
	r.preferred = KAZAN;
	r.at = o.at;
	r.trunk = "a";
	o.answer.candidate_count = ROOM;
	assert_int_equal(tw_authorize(&o.answer, o.budgets, o.desk.router, &r,
				      &o.err), TW_OK);
	assert_int_equal(office_state(&o, 0).reserved_nanos, 3 * UNIT);
	assert_int_equal(tw_hold_move(o.budgets, o.answer.hold, o.desk.router,
				      "b", &o.err), TW_OK);
	assert_int_equal(office_state(&o, 0).reserved_nanos, UNIT);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extended_before_used),
		cmocka_unit_test(unanswered_costs_nothing),
		cmocka_unit_test(facts_count_over_the_limit),
		cmocka_unit_test(moved_to_another_carrier),
		cmocka_unit_test(moved_to_where_another_number_is_shown),
		cmocka_unit_test(moved_to_where_the_called_number_is_shown),
		cmocka_unit_test(ids_are_used_once),
		cmocka_unit_test(fifty_calls_on_ten_units),
		cmocka_unit_test(on_time_nothing_goes_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
