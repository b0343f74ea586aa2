/*
 * The real engine, played under a virtual clock, against closed forms: every
 * row of the tables, 30 seeds each. With TW_TEST_LONG=1 twenty times as many
 * calls, and intervals so much narrower.
 */
#include "house.h"

#include "../faults.h"

#define N_MAX 120

/* Calls that a seed counts, everyday; rare losses take more. */
#define CALLS 4000

static double calls_of_a_seed(void)
{
	return house_is_long() ? 20.0 * CALLS : CALLS;
}

/* Everyday widths by the root of the calls, narrowed with them. */
static double width(double everyday)
{
	return house_is_long() ? everyday / 3 : everyday;
}

/* ---- loss ---- */

struct loss {
	const char *policy;
	double a;
	uint32_t n;
	double b;
	double width;
	bool with_overflow;
	double calls;           /* of a seed; 0: as many as usual */
};

static const struct loss losses[] = {
	{ "all",          1,     1,   0.5000000000, 0.02, false, 0 },
	{ "round_robin",  1,     2,   0.2000000000, 0.05, false, 0 },
	{ "longest_idle", 0.5,   2,   0.0769230769, 0.08, false, 0 },
	{ "all",          2,     3,   0.2105263158, 0.05, false, 0 },
	{ "linear",       2,     3,   0.2105263158, 0.05, true, 0 },
	{ "round_robin",  2,     3,   0.2105263158, 0.05, false, 0 },
	{ "longest_idle", 2,     3,   0.2105263158, 0.05, true, 0 },
	{ "linear",       1.2,   3,   0.0897755611, 0.08, false, 0 },
	{ "all",          3,     5,   0.1100543478, 0.08, false, 0 },
	{ "linear",       5,     5,   0.2848678213, 0.05, true, 0 },
	{ "longest_idle", 5,     10,  0.0183845703, 0.20, false, 0 },
	{ "round_robin",  8,     10,  0.1216610643, 0.10, true, 0 },
	{ "all",          10,    10,  0.2145823431, 0.06, true, 0 },
	{ "linear",       8.108, 15,  0.0099996319, 0.30, false, 0 },
	{ "linear",       15,    15,  0.1803163991, 0.08, false, 0 },
	{ "longest_idle", 20,    20,  0.1588919615, 0.10, false, 0 },
	{ "round_robin",  20,    30,  0.0084574983, 0.40, false, 0 },
	{ "linear",       50,    50,  0.1047874555, 0.15, false, 0 },
	{ "round_robin",  100,   100, 0.0757004527, 0.20, false, 0 },
	{ "longest_idle", 100,   117, 0.0097900711, 0.60, false, 0 },
	{ "random",       2,     3,   0.2105263158, 0.05, false, 0 },
	{ "fewest_calls", 2,     3,   0.2105263158, 0.05, false, 0 },
	{ "least_talk",   2,     3,   0.2105263158, 0.05, false, 0 },
	{ "random",       10,    10,  0.2145823431, 0.06, true, 0 },
	{ "fewest_calls", 5,     10,  0.0183845703, 0.20, false, 0 },
	{ "least_talk",   8,     10,  0.1216610643, 0.10, true, 0 },
	{ "weighted",     8,     10,  0.1216610643, 0.10, true, 0 },
	{ "weighted_random", 2,  3,   0.2105263158, 0.05, false, 0 },
	{ "least_occupied",  5,  5,   0.2848678213, 0.05, true, 0 },
	{ "ring_n",       5,     5,   0.2848678213, 0.05, true, 0 },
	{ "progressive",  2,     3,   0.2105263158, 0.05, false, 0 },
	{ "sticky",       3,     5,   0.1100543478, 0.08, false, 0 },
};

/* Whose members need not carry alike, and have no form either. */
static bool has_no_form(const char *policy)
{
	return !strcmp(policy, "ring_n") || !strcmp(policy, "progressive") ||
		!strcmp(policy, "sticky");
}

/* What a seed gives. */
struct figures {
	double blocking, overflow, square, load[N_MAX];
};

static void play_loss(struct figures *out, const struct loss *row,
		      uint32_t policy, uint64_t seed)
{
	tw_simulation_options o = house_options((row->calls ? row->calls :
		calls_of_a_seed()) / row->a);
	tw_engine *engine = house_open();
	tw_pool_id pool = house_pool(engine, "line", policy, row->n), other;
	tw_plan_id plan = house_plan(engine, "plan");
	tw_simulated_calls c;
	tw_simulated_use u = TW_SIMULATED_USE_INIT;
	tw_simulation *sim;
	uint32_t i;

	house_ring(engine, plan, pool);
	if (row->with_overflow) {
		other = house_pool(engine, "others", TW_POLICY_LINEAR, 0);
		house_member(engine, other,
			     house_target(engine, "no end", 1000), 1);
		house_ring(engine, plan, other);
	}
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, plan, row->a, 0);
	FINE(tw_simulation_run(sim, engine, seed, err));
	c = house_sums(sim, 0);
	assert_int_equal(c.waited + c.abandoned + c.unfinished, 0);
	if (row->with_overflow)
		u = house_use(sim, row->n + 1);
	out->blocking = (double)(c.lost + u.calls) / (double)c.offered;
	out->overflow = u.mean;
	out->square = u.variance + u.mean * u.mean;
	for (i = 0; i < row->n; ++i)
		out->load[i] = house_use(sim, i + 1).mean;
	tw_simulation_free(sim);
	tw_engine_free(engine);
}

/* The j-th of a linear hunt carries a (B(j - 1) - B(j)); everybody else's
 * members carry alike. Sharp enough that one's form is not the other's. */
static void check_loads(const struct loss *row,
			const struct figures f[SEEDS])
{
	bool is_linear = !strcmp(row->policy, "linear");
	double even = row->a * (1 - row->b) / row->n, form, before, after;
	double x[SEEDS], sum[N_MAX] = { 0 }, due[N_MAX];
	uint32_t i, j;

	for (i = 0; i < row->n; ++i) {
		tw_erlang_b(&before, row->a, i, NULL);
		tw_erlang_b(&after, row->a, i + 1, NULL);
		due[i] = form = is_linear ? row->a * (before - after) : even;
		for (j = 0; j < SEEDS; ++j) {
			x[j] = f[j].load[i];
			sum[i] += x[j];
		}
		if (row->n <= 10)
			inside(row->policy, x, form, width(0.1));
	}
	if (!is_linear && strcmp(row->policy, "all"))
		assert_true(jain(sum, row->n) >= 0.999);
	NEAR(jain(sum, row->n), jain(due, row->n), 0.003);
}

static void check_overflow(const struct loss *row,
			   const struct figures f[SEEDS])
{
	double x[SEEDS], y[SEEDS], m, v;
	uint32_t i;

	tw_overflow(&m, &v, row->a, row->n, NULL);
	for (i = 0; i < SEEDS; ++i) {
		x[i] = f[i].overflow;
		y[i] = f[i].square;
	}
	inside("overflow, mean", x, m, width(0.15));
	inside("overflow, square", y, v + m * m, width(0.3));
}

static void loss_and_loads_agree_with_erlang_b(void **state)
{
	static struct figures f[SEEDS];
	double x[SEEDS], b;
	uint32_t policy;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(losses); ++i) {
		const struct loss *row = &losses[i];

		FINE(tw_policy_parse(&policy, row->policy, err));
		tw_erlang_b(&b, row->a, row->n, NULL);
		NEAR(b, row->b, 0.6e-10);
		for (j = 0; j < SEEDS; ++j) {
			play_loss(&f[j], row, policy, 1000 * i + j + 1);
			x[j] = f[j].blocking;
		}
		inside(row->policy, x, row->b, width(row->width));
		if (!has_no_form(row->policy))
			check_loads(row, f);
		if (row->with_overflow)
			check_overflow(row, f);
	}
}

/* ---- few callers ---- */

static void few_callers_agree_with_engset(void **state)
{
	static const struct {
		uint32_t sources, n;
		double a, e;
	} rows[] = {
		{ 5, 3, 0.5, 0.1 }, { 10, 4, 0.3, 0.09977905 },
		{ 27, 9, 0.2, 0.01406720 },
	};
	double x[SEEDS], load, e;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(rows); ++i) {
		load = rows[i].sources * rows[i].a / (1 + rows[i].a);
		tw_engset(&e, rows[i].sources, rows[i].a, rows[i].n, NULL);
		NEAR(e, rows[i].e, 0.6e-8);
		for (j = 0; j < SEEDS; ++j) {
			tw_simulation_options o =
				house_options(calls_of_a_seed() / load);
			tw_engine *engine = house_open();
			tw_plan_id plan = house_plan(engine, "plan");
			tw_simulated_calls c;
			tw_simulation *sim;

			house_ring(engine, plan, house_pool(engine, "line",
				TW_POLICY_LONGEST_IDLE, rows[i].n));
			FINE(tw_simulation_new(&sim, &o, err));
			house_calls(sim, &o, plan, rows[i].a,
				    rows[i].sources);
			FINE(tw_simulation_run(sim, engine, 50 * i + j,
					       err));
			c = house_sums(sim, plan.id);
			x[j] = (double)c.lost / (double)c.offered;
			tw_simulation_free(sim);
			tw_engine_free(engine);
		}
		inside("Engset", x, e, width(0.25));
	}
}

/* ---- nine cities ---- */

#define CITIES 9

/* @return the share lost; with_others: any free person of any city answers,
 * local ones first. local: share of the answered that answered at home */
static double play_cities(double *local, bool with_others, uint64_t seed)
{
	tw_simulation_options o = house_options(calls_of_a_seed() / 10.8);
	tw_engine *engine = house_open();
	tw_pool_id city[CITIES], all;
	tw_plan_id plan[CITIES];
	tw_simulated_calls c;
	tw_simulation *sim;
	char name[16];
	uint32_t i, j, target;

	FINE(tw_simulation_new(&sim, &o, err));
	for (i = 0; i < CITIES; ++i) {
		snprintf(name, sizeof(name), "city %u", i);
		city[i] = house_pool(engine, name, TW_POLICY_LONGEST_IDLE, 3);
		plan[i] = house_plan(engine, name);
		house_ring(engine, plan[i], city[i]);
		house_calls(sim, &o, plan[i], 1.2, 0);
	}
	all = house_pool(engine, "all", TW_POLICY_LONGEST_IDLE, 0);
	for (target = 1; target <= 3 * CITIES; ++target)
		house_member(engine, all, (tw_target_id){ target }, target);
	for (i = 0; i < CITIES && with_others; ++i)
		house_ring(engine, plan[i], all);
	FINE(tw_simulation_run(sim, engine, seed, err));
	*local = 0;
	for (i = 0; i < CITIES; ++i) {
		double talks = 0;

		c = house_sums(sim, plan[i].id);
		for (j = 1; j <= 3; ++j)
			talks += (double)house_use(sim, 3 * i + j).calls;
		*local += talks / (double)c.answered / CITIES;
	}
	c = house_sums(sim, 0);
	tw_simulation_free(sim);
	tw_engine_free(engine);
	return (double)c.lost / (double)c.offered;
}

static void nine_cities_pooled(void **state)
{
	double alone[SEEDS], pooled = 0, local, b;
	int i;

	(void)state;
	tw_erlang_b(&b, 1.2, 3, NULL);
	for (i = 0; i < SEEDS; ++i) {
		alone[i] = play_cities(&local, false, 900 + i);
		pooled += play_cities(&local, true, 900 + i) / SEEDS;
	}
	inside("nine cities alone", alone, b, width(0.1));
	/* 1.5 of 100,000 calls: see below */
	tw_erlang_b(&b, 10.8, 27, NULL);
	NEAR(b, 0.0000149652, 0.6e-10);
	assert_true(pooled < 10 * b);
}

/* 1.5 of 100,000 calls, so an interval takes 30 million of them: too many for
 * every day, when it is bounded only. They come in clumps, and each seed's
 * million has some fifteen. */
static void a_rare_loss_agrees_too(void **state)
{
	static const struct loss row = { "round_robin", 10.8, 27,
		0.0000149652, 0.4, false, 1e6 };
	static struct figures f[SEEDS];
	double x[SEEDS];
	uint32_t i;

	(void)state;
	if (!house_is_long())
		return;
	for (i = 0; i < SEEDS; ++i) {
		play_loss(&f[i], &row, TW_POLICY_ROUND_ROBIN, 300 + i);
		x[i] = f[i].blocking;
	}
	inside("10.8 erlang on 27 lines", x, row.b, row.width);
}

/* ---- the house rules of a simulation ---- */

static void the_same_seed_plays_the_same(void **state)
{
	static const struct loss row = { "all", 5, 4, 0, 0, true, 0 };
	struct figures first, again, other;

	(void)state;
	play_loss(&first, &row, TW_POLICY_ALL, 7);
	play_loss(&again, &row, TW_POLICY_ALL, 7);
	play_loss(&other, &row, TW_POLICY_ALL, 8);
	assert_memory_equal(&first.blocking, &again.blocking,
			    sizeof(first.blocking));
	assert_true(first.overflow == again.overflow &&
		    first.load[0] == again.load[0]);
	assert_true(first.load[0] != other.load[0]);
}

/* Somebody who rings for a while before he answers, gives up, or is never
 * answered. */
static tw_simulated_calls play_one_phone(tw_simulation_options *o,
					 double load)
{
	tw_engine *engine = house_open();
	tw_plan_id plan = house_plan(engine, "plan");
	tw_simulated_calls c;
	tw_simulation *sim;

	house_ring(engine, plan, house_pool(engine, "line",
					    TW_POLICY_LINEAR, 1));
	FINE(tw_simulation_new(&sim, o, err));
	house_calls(sim, o, plan, load, 0);
	FINE(tw_simulation_run(sim, engine, 5, err));
	c = house_sums(sim, 0);
	assert_int_equal(house_use(sim, 99).calls, 0);
	/* nothing is left behind, and the engine may not be played twice
	 * while it holds calls */
	FINE(tw_simulation_run(sim, engine, 5, err));
	tw_simulation_free(sim);
	tw_engine_free(engine);
	return c;
}

static void people_ring_give_up_and_do_not_answer(void **state)
{
	tw_simulation_options o = house_options(20000);
	static const double given[] = { 3, 5 };
	tw_simulated_calls c;

	(void)state;
	o.answer_s = 5;
	o.answer_share = 0.5;
	c = play_one_phone(&o, 0.01);
	/* the step rings 20 s: e^-4 of those that would answer are late */
	NEAR((double)c.answered / (double)c.offered, 0.5 * (1 - exp(-4)),
	     0.08);
	assert_true(c.lost == c.offered - c.answered && c.waited < c.lost);
	assert_true(c.longest_s <= 20 && c.wait_s > c.answer_wait_s);
	o.answer_share = 1;
	o.patience_s = 5;
	c = play_one_phone(&o, 0.01);
	NEAR((double)c.abandoned / (double)c.offered, 0.5, 0.1);
	assert_int_equal(c.abandoned_in_time, c.abandoned);
	assert_true(c.abandoned_short > c.abandoned / 2);
	o.patiences_s = given;
	o.patience_count = 2;
	o.answer_share = 1e-9;
	o.short_s = 4;
	c = play_one_phone(&o, 0.01);
	assert_int_equal(c.abandoned + c.lost, c.offered);
	assert_true(c.longest_s == 5);
	NEAR((double)c.abandoned_short / (double)c.abandoned, 0.5, 0.15);
	o = house_options(2000);
	o.talks_s = given;
	o.talk_count = 2;
	c = play_one_phone(&o, 0.01);
	assert_true(c.talk_s <= 5.0 * (double)c.answered);
	NEAR(c.talk_s / (double)c.answered, 4, 0.5);
}

static void refuses_to_play(void **state)
{
	tw_simulation_options o = house_options(10);
	tw_engine *engine = house_open();
	tw_simulation *sim;
	tw_call_id call;

	(void)state;
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, (tw_plan_id){ 77 }, 5, 0);
	REFUSED(TW_ENOTFOUND, "", tw_simulation_run(sim, engine, 1, err));
	assert_int_equal(house_sums(sim, 0).answered, 0);
	REFUSED(TW_EINVAL, "", tw_simulation_run(sim, NULL, 1, err));
	REFUSED(TW_EINVAL, "", tw_simulation_run(NULL, engine, 1, err));
	house_ring(engine, house_plan(engine, "plan"),
		   house_pool(engine, "line", TW_POLICY_LINEAR, 1));
	FINE(tw_call_enter(&call, engine, (tw_plan_id){ 1 }, HOUSE_T0, err));
	REFUSED(TW_EINVAL, "", tw_simulation_run(sim, engine, 1, err));
	tw_simulation_free(sim);
	tw_engine_free(engine);
}

/* Phones that ask for a key, and callers who leave a ticket: nobody of them
 * gives up any more, and all of them are talked to in the end. */
static void keys_are_pressed_and_tickets_called_back(void **state)
{
	tw_engine_options host = TW_ENGINE_OPTIONS_INIT;
	tw_member_options member = TW_MEMBER_OPTIONS_INIT;
	tw_simulation_options o = house_options(2000);
	tw_step_options step = TW_STEP_OPTIONS_INIT;
	tw_simulated_calls c;
	tw_simulation *sim;
	tw_engine *engine;
	tw_plan_id plan;

	(void)state;
	host.host = TW_HOST_DTMF | TW_HOST_CALLBACK;
	FINE(tw_engine_new(&engine, &host, err));
	plan = house_plan(engine, "plan");
	step.pool = house_pool(engine, "line", TW_POLICY_LONGEST_IDLE, 0);
	member.confirm = 1;
	FINE(tw_pool_add_member(engine, step.pool,
		house_target(engine, "mobile", 1), &member, err));
	step.kind = TW_STEP_QUEUE;
	step.wait_ms = 60000;
	FINE(tw_plan_add_step(engine, plan, &step, err));
	step.kind = TW_STEP_CALLBACK;
	step.wait_ms = 0;
	FINE(tw_plan_add_step(engine, plan, &step, err));
	o.patience_s = 120;
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, plan, 0.7, 0);
	FINE(tw_simulation_run(sim, engine, 9, err));
	c = house_sums(sim, 0);
	assert_true(c.answered > 0 && c.abandoned > 0 && c.tickets > 0);
	assert_true(c.longest_s <= 60);
	assert_int_equal(c.lost + c.unfinished, 0);
	NEAR((double)house_use(sim, 1).calls,
	     (double)(c.answered + c.tickets), 0.02 * (double)c.offered);
	tw_simulation_free(sim);
	tw_engine_free(engine);
}

/* Each allocation fails once. What went wrong is said, and nothing leaks. */
static void out_of_memory_is_said(void **state)
{
	tw_simulation_options o = house_options(3);
	tw_simulation_stream s = TW_SIMULATION_STREAM_INIT;
	bool is_failed = true;
	struct faults faults;
	int64_t n;

	(void)state;
	s.from = HOUSE_T0;
	s.to = o.to;
	s.per_hour = 100;
	for (n = 0; is_failed; ++n) {
		tw_engine *engine = house_open();
		tw_simulation *sim = NULL;
		tw_status status;

		s.plan = house_plan(engine, "plan");
		house_step(engine, s.plan, house_pool(engine, "line",
			TW_POLICY_LONGEST_IDLE, 2), TW_STEP_QUEUE, 0);
		faults_begin(&faults, n);
		status = tw_simulation_new(&sim, &o, NULL);
		if (!status)
			status = tw_simulation_add_stream(sim, &s, NULL);
		if (!status)
			status = tw_simulation_run(sim, engine, 1, NULL);
		is_failed = faults_end(&faults);
		assert_true(status == TW_OK ||
			    (is_failed && status == TW_ENOMEM));
		tw_simulation_free(sim);
		tw_engine_free(engine);
	}
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loss_and_loads_agree_with_erlang_b),
		cmocka_unit_test(few_callers_agree_with_engset),
		cmocka_unit_test(nine_cities_pooled),
		cmocka_unit_test(a_rare_loss_agrees_too),
		cmocka_unit_test(the_same_seed_plays_the_same),
		cmocka_unit_test(people_ring_give_up_and_do_not_answer),
		cmocka_unit_test(refuses_to_play),
		cmocka_unit_test(keys_are_pressed_and_tickets_called_back),
		cmocka_unit_test(out_of_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
