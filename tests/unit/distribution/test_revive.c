/* Everything in its place again, or nothing. */
#include "twin.h"
#include "../faults.h"
#include "share.h"

static void memory_runs_out(void **state)
{
	tw_engine *from = twin_busy(7), *to;
	struct faults faults;
	bool dealt = true;
	tw_status status;
	uint8_t *bytes;
	size_t size;
	int64_t n;

	(void)state;
	bytes = twin_snapshot(from, &size);
	for (n = 0; dealt; n += 1 + n / 50) {
		to = twin_build(7, true);
		faults_begin(&faults, n);
		status = tw_engine_restore(NULL, to, bytes, size, NULL);
		dealt = faults_end(&faults);
		assert_int_equal(status, dealt ? TW_ENOMEM : TW_OK);
		if (dealt)
			twin_check_empty(to);
		tw_engine_free(to);
	}
	assert_true(n > 20);
	tw_free(bytes);
	tw_engine_free(from);
}

/* Two wrap-ups of one instant end in the order in which they began. */
static void equal_deadlines_keep_their_order(void **state)
{
	struct host h, later;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;
	uint8_t *bytes;
	size_t size;
	int i;

	(void)state;
	for (i = 0; i < 2; ++i) {
		struct host *at = i ? &later : &h;

		host_open(at, 0);
		pool = host_pool(at, "pool", TW_POLICY_LINEAR, 0);
		t[0] = host_target(at, "a", 1, 5000);
		t[1] = host_target(at, "b", 1, 5000);
		host_member(at, pool, t[i], 0, 1 + i);
		host_member(at, pool, t[1 - i], 0, 2 - i);
		plan = host_plan(at, "plan");
		host_ring(at, plan, pool, 20000);
	}
	for (i = 0; i < 2; ++i) {
		tw_call_id call = host_enter(&h, plan);

		host_step(&h, 0);
		host_answer(&h, host_next(&h).offer);
		host_leave(&h, call);
	}
	bytes = twin_snapshot(h.engine, &size);
	twin_restore(later.engine, bytes, size);
	assert_int_equal(tw_engine_deadline(later.engine),
			 h.now + 5 * TW_SECOND);
	host_wait(&later, 5000);
	host_enter(&later, plan);
	host_step(&later, 0);
	host_offer(&later, t[0]);
	host_close(&h);
	host_close(&later);
	tw_free(bytes);
}

/* A snapshot between a verb and the choices that lacked memory. */
static void choices_that_are_due(void **state)
{
	static struct twin t;
	struct faults faults;
	tw_call_id call = { 0 };
	tw_plan_id plan;
	uint8_t *bytes;
	size_t size;
	int64_t n;

	(void)state;
	for (n = 0; n < 30; ++n) {
		twin_open(&t, 11);
		assert_int_equal(tw_engine_find_plan(&plan, t.e[0], "plan1",
						     NULL), TW_OK);
		faults_begin(&faults, n);
		(void)tw_call_enter(&call, t.e[0], plan, T0, NULL);
		(void)faults_end(&faults);
		bytes = twin_snapshot(t.e[0], &size);
		t.e[1] = twin_build(11, true);
		assert_int_equal(tw_engine_restore(NULL, t.e[1], bytes, size,
						   NULL), TW_OK);
		assert_int_equal(t.e[0]->calls, t.e[1]->calls);
		TWIN_BOTH(&t, i, tw_engine_tick(t.e[i], T0, NULL));
		twin_read(&t);
		TWIN_BOTH(&t, i, tw_engine_tick(t.e[i], T0 + TW_SECOND * 99,
						NULL));
		twin_read(&t);
		tw_free(bytes);
		twin_close(&t);
	}
}

/* The ways to become a member of a pool that has had calls. */
#define BY_ADD     0u
#define BY_RELOAD  1u
#define BY_RESTORE 2u
#define WAYS       3u
#define AFTERWARDS 160u

static const uint32_t mixed[SHARE_MAX] = { 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4,
	1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3 };

/* One more than there are: of the same weights. */
static void hire(struct share *s, uint32_t policy, uint32_t way)
{
	struct share fresh;
	uint8_t *bytes;
	size_t size;

	if (way == BY_ADD) {
		share_join(s, mixed[s->n]);
		return;
	}
	share_open(&fresh, policy, s->n + 1, mixed);
	if (way == BY_RELOAD) {
		HOST_OK(&s->h, tw_engine_reload(NULL, s->h.engine,
						fresh.h.engine, s->h.now,
						&s->h.err));
		fresh.h.engine = s->h.engine;
	} else {
		bytes = twin_snapshot(s->h.engine, &size);
		twin_restore(fresh.h.engine, bytes, size);
		tw_free(bytes);
		host_close(&s->h);
	}
	fresh.h.now = s->h.now;
	*s = fresh;
	host_check(s->h.engine);
}

/* Who had the calls after somebody was hired. `is_talking`: on a line of its
 * own at first. */
static void calls_after(uint32_t who[AFTERWARDS], uint32_t policy, uint32_t n,
			uint32_t way, bool is_talking)
{
	struct share s;
	uint32_t i;

	share_open(&s, policy, n, mixed);
	for (i = 0; i < 20 * n; ++i)
		(void)share_call(&s, 1000 + i * 37 % 500);
	hire(&s, policy, way);
	if (is_talking)
		HOST_OK(&s.h, tw_target_occupy(s.h.engine, s.t[n], s.h.now,
					       &s.h.err));
	for (i = 0; i < AFTERWARDS; ++i) {
		if (is_talking && i == 10)
			HOST_OK(&s.h, tw_target_release(s.h.engine, s.t[n],
							s.h.now, &s.h.err));
		who[i] = share_call(&s, 1000 + i * 37 % 500);
	}
	host_close(&s.h);
}

static void expect_no_flood(const uint32_t who[AFTERWARDS], uint32_t policy,
			    uint32_t n)
{
	uint32_t all = 0, weight = 1, had = 0, i;

	for (i = 0; i <= n; ++i)
		all += policy == TW_POLICY_WEIGHTED ? mixed[i] : 1;
	if (policy == TW_POLICY_WEIGHTED)
		weight = mixed[n];
	for (i = 0; i < AFTERWARDS; ++i) {
		double due = (double)(i + 1) * weight / all;

		had += who[i] == n;
		if (had > due + 2)
			fail_msg("policy %u of %u: %u of the first %u, %.1f "
				 "due", policy, n, had, i + 1, due);
	}
}

/* It begins where the pool is, and has nothing to catch up. */
static void who_is_new_begins_alike(void **state)
{
	static const uint32_t policy[] = {
		TW_POLICY_FEWEST_CALLS, TW_POLICY_LEAST_TALK,
		TW_POLICY_LEAST_OCCUPIED, TW_POLICY_WEIGHTED,
		TW_POLICY_LONGEST_IDLE, TW_POLICY_ROUND_ROBIN
	};
	static const uint32_t size[] = { 3, 10, 32, 33 };
	uint32_t who[WAYS][AFTERWARDS], way;
	size_t i, j;
	int is_talking;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(policy); ++i) {
		for (j = 0; j < TW_ARRAY_COUNT(size); ++j) {
			for (is_talking = 0; is_talking < 2; ++is_talking) {
				for (way = 0; way < WAYS; ++way)
					calls_after(who[way], policy[i],
						    size[j], way, is_talking);
				assert_memory_equal(who[BY_RELOAD],
						    who[BY_ADD],
						    sizeof(who[0]));
				assert_memory_equal(who[BY_RESTORE],
						    who[BY_ADD],
						    sizeof(who[0]));
				expect_no_flood(who[BY_ADD], policy[i],
						size[j]);
			}
		}
	}
}

/* Of another pool, and in a talk when it joins this one; or paused in one. */
static void who_comes_while_it_talks_begins_there_too(void **state)
{
	struct share s;
	uint32_t i, had = 0;

	(void)state;
	share_open(&s, TW_POLICY_FEWEST_CALLS, 3, NULL);
	host_state(&s.h, s.t[2], TW_TARGET_PAUSED);
	for (i = 0; i < 100; ++i)
		(void)share_call(&s, 1000);
	HOST_OK(&s.h, tw_target_occupy(s.h.engine, s.t[2], s.h.now, NULL));
	host_state(&s.h, s.t[2], TW_TARGET_AVAILABLE);
	HOST_OK(&s.h, tw_target_release(s.h.engine, s.t[2], s.h.now, NULL));
	for (i = 0; i < 30; ++i)
		had += share_call(&s, 1000) == 2;
	assert_in_range(had, 9, 11);
	s.t[3] = host_target(&s.h, "t4", 1, 0);
	HOST_OK(&s.h, tw_target_occupy(s.h.engine, s.t[3], s.h.now, NULL));
	host_member(&s.h, s.pool, s.t[3], 0, 9);
	HOST_OK(&s.h, tw_target_release(s.h.engine, s.t[3], s.h.now, NULL));
	for (i = 0, had = 0; i < 40; ++i)
		had += share_call(&s, 1000) == 3;
	assert_in_range(had, 9, 11);
	host_close(&s.h);
}

/* Microseconds of talk are no count of calls. */
static void another_policy_counts_from_nothing(void **state)
{
	struct share s, fresh;
	uint32_t seen[4] = { 0 }, i;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_TALK, 3, NULL);
	for (i = 0; i < 100; ++i)
		(void)share_call(&s, 1000 + i * 37 % 500);
	share_open(&fresh, TW_POLICY_FEWEST_CALLS, 4, NULL);
	HOST_OK(&s.h, tw_engine_reload(NULL, s.h.engine, fresh.h.engine,
				       s.h.now, &s.h.err));
	for (i = 0; i < 40; ++i)
		++seen[share_call(&s, 1000)];
	for (i = 0; i < 4; ++i)
		assert_int_equal(seen[i], 10);
	host_close(&s.h);
}

/* Another tier has a clock of its own: who moves is of that one. */
static void another_tier_is_another_clock(void **state)
{
	uint32_t had = 0, i, tier;
	tw_target_id t[2][3];
	struct host h[2];
	tw_plan_id plan;

	(void)state;
	for (i = 0; i < 2; ++i) {
		tw_pool_id pool;

		host_open(&h[i], 0);
		pool = host_pool(&h[i], "pool", TW_POLICY_WEIGHTED, 5000);
		t[i][0] = host_target(&h[i], "a", 1, 0);
		t[i][1] = host_target(&h[i], "b", 1, 0);
		t[i][2] = host_target(&h[i], "c", 1, 0);
		for (tier = 0; tier < 3; ++tier)
			host_member(&h[i], pool, t[i][tier],
				    i ? 1 : tier > 0, tier);
		plan = host_plan(&h[i], "plan");
		host_ring(&h[i], plan, pool, 20000);
	}
	for (i = 0; i < 60; ++i) {
		tw_call_id call = host_enter(&h[0], plan);

		host_step(&h[0], 0);
		host_answer(&h[0], host_offer(&h[0], t[0][0]));
		host_leave(&h[0], call);
	}
	/* a, of tier 0, had all of them; now it is one of three */
	HOST_OK(&h[0], tw_engine_reload(NULL, h[0].engine, h[1].engine,
					h[0].now, &h[0].err));
	for (i = 0; i < 30; ++i) {
		tw_call_id call = host_enter(&h[0], plan);
		tw_decision d;

		host_step(&h[0], 0);
		d = host_expect(&h[0], TW_DECISION_OFFER);
		had += d.target.id == t[1][0].id;
		host_answer(&h[0], d.offer);
		host_leave(&h[0], call);
	}
	assert_int_equal(had, 10);
	host_close(&h[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_runs_out),
		cmocka_unit_test(equal_deadlines_keep_their_order),
		cmocka_unit_test(choices_that_are_due),
		cmocka_unit_test(who_is_new_begins_alike),
		cmocka_unit_test(who_comes_while_it_talks_begins_there_too),
		cmocka_unit_test(another_policy_counts_from_nothing),
		cmocka_unit_test(another_tier_is_another_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
