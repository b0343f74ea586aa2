/*
 * Calls that wait, played by the real engine's queue step: Erlang C and A,
 * and trunk reservation, every row of the tables, 30 seeds each. With
 * TW_TEST_LONG=1 ten times as many calls.
 */
#include "house.h"

#define CALLS 8000

static double calls_of_a_seed(void)
{
	return house_is_long() ? 10.0 * CALLS : CALLS;
}

static double width(double everyday)
{
	return house_is_long() ? everyday / 2.5 : everyday;
}

/* ---- waiting ---- */

struct waiting {
	double load;
	uint32_t n;
	double hold_s, patience_s;
	double wait, asa_s, level, abandon;    /* as tabulated */
	double width;                          /* of P(wait), everyday */
};

static const struct waiting waits[] = {
	{ 1,   2,   180, 0, 0.3333333333, 60.0000, 0.701720, 0, 0.25 },
	{ 0.5, 2,   180, 0, 0.1000000000, 12.0000, 0.915352, 0, 0.25 },
	{ 2,   3,   180, 0, 0.4444444444, 80.0000, 0.602294, 0, 0.25 },
	{ 1.2, 3,   180, 0, 0.1411764706, 14.1176, 0.884414, 0, 0.25 },
	{ 5,   7,   180, 0, 0.3241499492, 29.1735, 0.740441, 0, 0.25 },
	{ 8,   10,  180, 0, 0.4091801508, 36.8262, 0.672354, 0, 0.25 },
	{ 10,  14,  240, 0, 0.1741319336, 10.4479, 0.875229, 0, 0.25 },
	{ 20,  24,  300, 0, 0.2980722998, 22.3554, 0.771698, 0, 0.25 },
	{ 100, 110, 300, 0, 0.2370075003, 7.1102,  0.878316, 0, 0.4 },
	/* Erlang A; no table has its service level */
	{ 2,   2,  180, 120, 0.55783672, 60 * 0.589551, 0, 0.29477552,
	  0.1 },
	{ 3,   3,  180, 120, 0.53742444, 60 * 0.489786, 0, 0.24489295,
	  0.1 },
	{ 10,  10, 180, 120, 0.49685275, 60 * 0.274928, 0, 0.13746383,
	  0.1 },
	{ 50,  50, 180, 120, 0.47040621, 60 * 0.123981, 0, 0.06199063,
	  0.1 },
};

struct met {
	double wait, asa_s, level, abandon;
};

/* The forms must say what the table says; what no table has, they add. */
static void check_form(tw_waiting *form, const struct waiting *row)
{
	tw_staffing s = TW_STAFFING_INIT;

	*form = (tw_waiting)TW_WAITING_INIT;
	s.load = row->load;
	s.servers = row->n;
	s.hold_s = row->hold_s;
	s.patience_s = row->patience_s;
	if (row->patience_s > 0)
		FINE(tw_erlang_a(form, &s, err));
	else
		FINE(tw_erlang_c(form, &s, err));
	NEAR(form->wait_probability, row->wait, 0.6e-8);
	NEAR(form->asa_s, row->asa_s, 1e-4);
	NEAR(form->abandonment, row->abandon, 0.6e-8);
	if (row->level > 0)
		NEAR(form->service_level, row->level, 0.6e-6);
}

static struct met play_waiting(const struct waiting *row, uint32_t policy,
			       uint64_t seed)
{
	tw_simulation_options o = house_options(calls_of_a_seed() /
						row->load);
	tw_engine *engine = house_open();
	tw_plan_id plan = house_plan(engine, "plan");
	tw_simulated_calls c;
	tw_simulation *sim;
	struct met met;
	double all;

	o.talk_s = row->hold_s;
	o.patience_s = row->patience_s;
	house_step(engine, plan, house_pool(engine, "line", policy, row->n),
		   TW_STEP_QUEUE, 0);
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, plan, row->load * HOLD_S / row->hold_s, 0);
	FINE(tw_simulation_run(sim, engine, seed, err));
	c = house_sums(sim, 0);
	all = (double)c.offered;
	assert_int_equal(c.lost + c.unfinished, 0);
	met.wait = (double)c.waited / all;
	met.asa_s = c.wait_s / all;
	met.level = (double)c.answered_in_time / all;
	met.abandon = (double)c.abandoned / all;
	tw_simulation_free(sim);
	tw_engine_free(engine);
	return met;
}

static void waiting_agrees_with_erlang_c_and_a(void **state)
{
	static const char *const policies[] = {
		"longest_idle", "linear", "round_robin", "all", "random",
		"weighted", "weighted_random", "fewest_calls", "least_talk",
		"least_occupied", "sticky", "ring_n", "progressive",
	};
	double wait[SEEDS], asa_s[SEEDS], level[SEEDS], abandon[SEEDS];
	uint32_t policy;
	tw_waiting form;
	size_t i, j;

	(void)state;
	assert_int_equal(TW_ARRAY_COUNT(waits), TW_ARRAY_COUNT(policies));
	for (i = 0; i < TW_ARRAY_COUNT(waits); ++i) {
		const struct waiting *row = &waits[i];

		FINE(tw_policy_parse(&policy, policies[i], err));
		check_form(&form, row);
		for (j = 0; j < SEEDS; ++j) {
			struct met met = play_waiting(row, policy,
						      77000 + 100 * i + j);

			wait[j] = met.wait;
			asa_s[j] = met.asa_s;
			level[j] = met.level;
			abandon[j] = met.abandon;
		}
		inside("P(wait)", wait, form.wait_probability,
		       width(row->width));
		inside("mean wait", asa_s, form.asa_s,
		       width(2 * row->width));
		inside("in time", level, form.service_level, width(0.1));
		if (row->patience_s > 0)
			inside("give up", abandon, form.abandonment,
			       width(0.3));
	}
}

/* ---- trunk reservation ---- */

static void play_reserved(double *own, double *overflow, double own_load,
			  double overflow_load, uint32_t n, uint32_t reserve,
			  uint64_t seed)
{
	tw_simulation_options o = house_options(calls_of_a_seed() /
						(own_load + overflow_load));
	tw_engine *engine = house_open();
	tw_pool_id pool = house_pool(engine, "city",
				     TW_POLICY_LONGEST_IDLE, n);
	tw_plan_id plan = house_plan(engine, "own");
	tw_plan_id other = house_plan(engine, "others");
	tw_simulated_calls c;
	tw_simulation *sim;

	house_ring(engine, plan, pool);
	house_step(engine, other, pool, TW_STEP_RING, reserve);
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, plan, own_load, 0);
	house_calls(sim, &o, other, overflow_load, 0);
	FINE(tw_simulation_run(sim, engine, seed, err));
	c = house_sums(sim, plan.id);
	*own = (double)c.lost / (double)c.offered;
	c = house_sums(sim, other.id);
	*overflow = (double)c.lost / (double)c.offered;
	tw_simulation_free(sim);
	tw_engine_free(engine);
}

static void trap_39_reservation_agrees_with_its_form(void **state)
{
	static const struct {
		double own_load, overflow_load;
		uint32_t n, reserve;
		double own, overflow;
	} rows[] = {
		{ 1.5, 0.5, 3,  0, 0.21052632, 0.21052632 },
		{ 1.5, 0.5, 3,  1, 0.16666667, 0.5 },
		{ 4,   4,   10, 2, 0.03652538, 0.33329405 },
	};
	double own[SEEDS], overflow[SEEDS], a, b;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(rows); ++i) {
		tw_reservation(&a, &b, rows[i].own_load,
			       rows[i].overflow_load, rows[i].n,
			       rows[i].reserve, NULL);
		NEAR(a, rows[i].own, 0.6e-8);
		NEAR(b, rows[i].overflow, 0.6e-8);
		for (j = 0; j < SEEDS; ++j)
			play_reserved(&own[j], &overflow[j],
				      rows[i].own_load,
				      rows[i].overflow_load, rows[i].n,
				      rows[i].reserve, 4000 + 100 * i + j);
		inside("own calls lost", own, a, width(0.15));
		inside("overflow lost", overflow, b, width(0.1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_agrees_with_erlang_c_and_a),
		cmocka_unit_test(trap_39_reservation_agrees_with_its_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
