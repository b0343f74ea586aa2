/*
 * What each policy alone does to members when calls are few and nobody is
 * busy: the fingerprint that its neighbour has not.
 */
#include "house.h"

#define N     4
#define CALLS 4000

/* Chi-square with 3 degrees of freedom, its 0.1 % and 99.9 % points: what
 * takes turns stays below the first, what prefers goes above the second. */
#define BY_CHANCE_LEAST 0.0243
#define BY_CHANCE_MOST  16.27

struct light {
	double calls[N], talk_s[N], sum, talk_sum_s;
};

/* Load 0.02: about one call of fifty finds somebody busy. */
static void play_light(struct light *out, const char *policy,
		       const uint32_t weight[N], uint64_t seed)
{
	tw_simulation_options o = house_options(CALLS / 0.02);
	tw_engine *engine = house_open();
	tw_simulated_use u;
	tw_simulation *sim;
	tw_plan_id plan;
	tw_pool_id pool;
	uint32_t number, i;
	char name[8];

	memset(out, 0, sizeof(*out));
	FINE(tw_policy_parse(&number, policy, err));
	pool = house_pool(engine, "line", number, 0);
	for (i = 0; i < N; ++i) {
		snprintf(name, sizeof(name), "t%u", i + 1);
		house_member_of(engine, pool, house_target(engine, name, 1),
				i + 1, weight ? weight[i] : 1);
	}
	plan = house_plan(engine, "plan");
	house_ring(engine, plan, pool);
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, plan, 0.02, 0);
	FINE(tw_simulation_run(sim, engine, seed, err));
	for (i = 0; i < N; ++i) {
		u = house_use(sim, i + 1);
		out->calls[i] = (double)u.calls;
		out->talk_s[i] = u.mean * (double)(o.to - o.from) / 1e6;
		out->sum += out->calls[i];
		out->talk_sum_s += out->talk_s[i];
	}
	tw_simulation_free(sim);
	tw_engine_free(engine);
}

static double spread(const double x[N])
{
	double least = x[0], most = x[0];
	int i;

	for (i = 1; i < N; ++i) {
		least = x[i] < least ? x[i] : least;
		most = x[i] > most ? x[i] : most;
	}
	return most - least;
}

static double chi_square(const struct light *l, const uint32_t weight[N])
{
	double sum = 0, square = 0, due;
	int i;

	for (i = 0; i < N; ++i)
		sum += weight ? weight[i] : 1;
	for (i = 0; i < N; ++i) {
		due = l->sum * (weight ? weight[i] : 1) / sum;
		square += (l->calls[i] - due) * (l->calls[i] - due) / due;
	}
	return square;
}

static void linear_fills_from_the_top(void **state)
{
	struct light l;

	(void)state;
	play_light(&l, "linear", NULL, 1);
	NEAR(l.calls[0] / l.sum, 1 / 1.02, 0.01);
	assert_true(l.calls[1] > 10 * l.calls[2] && l.calls[3] < 3);
}

/* By turns: after thousands of calls nobody is more than a few ahead, and
 * what they talked is left to chance. */
static void turns_are_taken_in_turn(void **state)
{
	static const char *const policies[] = { "round_robin",
		"longest_idle" };
	struct light l;
	size_t i;

	(void)state;
	for (i = 0; i < 2; ++i) {
		play_light(&l, policies[i], NULL, 2);
		assert_true(spread(l.calls) < 0.01 * l.sum);
		assert_true(jain(l.calls, N) > 0.9999);
		assert_true(chi_square(&l, NULL) < BY_CHANCE_LEAST);
		assert_true(spread(l.talk_s) > 5 * HOLD_S);
	}
}

static void fewest_calls_counts_calls(void **state)
{
	struct light l;

	(void)state;
	play_light(&l, "fewest_calls", NULL, 3);
	assert_true(spread(l.calls) <= 3);
	assert_true(spread(l.talk_s) > 5 * HOLD_S);
}

static void least_talk_counts_seconds(void **state)
{
	struct light l;

	(void)state;
	play_light(&l, "least_talk", NULL, 4);
	/* nobody is ahead by more than a long talk */
	assert_true(spread(l.talk_s) < 10 * HOLD_S);
	assert_true(spread(l.calls) > 5);
}

/* It forgets: what was hours ago is nobody's advantage. */
static void least_occupied_is_fair(void **state)
{
	struct light l;

	(void)state;
	play_light(&l, "least_occupied", NULL, 4);
	assert_true(jain(l.calls, N) > 0.999 && jain(l.talk_s, N) > 0.99);
}

/* Chance neither takes turns nor prefers. */
static void random_is_by_chance(void **state)
{
	struct light l;
	double square;

	(void)state;
	play_light(&l, "random", NULL, 5);
	square = chi_square(&l, NULL);
	assert_true(square > BY_CHANCE_LEAST && square < BY_CHANCE_MOST);
}

static void weights_are_kept(void **state)
{
	static const uint32_t weight[N] = { 5, 3, 1, 1 };
	struct light l;
	double square;

	(void)state;
	/* in turn: but for the few that were busy, to the call */
	play_light(&l, "weighted", weight, 6);
	assert_true(chi_square(&l, weight) < 1);
	play_light(&l, "weighted_random", weight, 7);
	square = chi_square(&l, weight);
	assert_true(square > BY_CHANCE_LEAST && square < BY_CHANCE_MOST);
}

static void all_ring_and_chance_has_the_first(void **state)
{
	struct light l;
	double square;

	(void)state;
	play_light(&l, "all", NULL, 8);
	square = chi_square(&l, NULL);
	assert_true(square > BY_CHANCE_LEAST && square < BY_CHANCE_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear_fills_from_the_top),
		cmocka_unit_test(turns_are_taken_in_turn),
		cmocka_unit_test(fewest_calls_counts_calls),
		cmocka_unit_test(least_talk_counts_seconds),
		cmocka_unit_test(least_occupied_is_fair),
		cmocka_unit_test(random_is_by_chance),
		cmocka_unit_test(weights_are_kept),
		cmocka_unit_test(all_ring_and_chance_has_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
