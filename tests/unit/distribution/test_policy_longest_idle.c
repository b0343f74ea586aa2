/* Longest idle: what starts the clock and what does not. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[3];
	tw_pool_id pool;
	tw_plan_id plan;
};

/* Used in the order t1, t2, t3, one second apart. */
static void open_room(struct room *r)
{
	tw_call_id call;
	int i;

	host_open(&r->h, 0);
	r->pool = host_line(&r->h, TW_POLICY_LONGEST_IDLE, 3, 5000, r->t);
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 30000);
	for (i = 0; i < 3; ++i) {
		call = host_enter(&r->h, r->plan);
		host_step(&r->h, 0);
		host_answer(&r->h, host_offer(&r->h, r->t[i]));
		host_wait(&r->h, 1000);
		host_leave(&r->h, call);
	}
	host_drain(&r->h);
}

static void expect(struct room *r, int t)
{
	tw_call_id call;

	host_wait(&r->h, 1000);
	call = host_enter(&r->h, r->plan);
	host_step(&r->h, 0);
	host_answer(&r->h, host_offer(&r->h, r->t[t]));
	host_leave(&r->h, call);
	host_drain(&r->h);
}

static void longest_first(void **state)
{
	struct room r;
	int i;

	(void)state;
	open_room(&r);
	for (i = 0; i < 6; ++i)
		expect(&r, i % 3);
	host_close(&r.h);
}

/* Trap 3: who ignores calls does not stay the first. */
static void trap_03_who_ignores_calls_is_not_first(void **state)
{
	struct room r;
	tw_offer_id o;

	(void)state;
	open_room(&r);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	o = host_offer(&r.h, r.t[0]);
	host_wait(&r.h, 5000);
	host_cancel(&r.h, o, TW_OUTCOME_NO_ANSWER);
	o = host_offer(&r.h, r.t[1]);
	host_answer(&r.h, o);
	expect(&r, 2);
	expect(&r, 0);
	host_close(&r.h);
}

static void a_caller_who_gives_up_counts_as_unanswered(void **state)
{
	struct room r;
	tw_call_id call;

	(void)state;
	open_room(&r);
	call = host_enter(&r.h, r.plan);
	host_wait(&r.h, 2000);
	host_leave(&r.h, call);
	host_drain(&r.h);
	expect(&r, 1);
	host_close(&r.h);
}

/* A two-day absentee does not get the next call for it. */
static void trap_03_coming_back_starts_the_clock(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	host_wait(&r.h, 2 * 86400000LL);
	host_state(&r.h, r.t[0], TW_TARGET_AVAILABLE);
	expect(&r, 1);
	expect(&r, 2);
	expect(&r, 0);
	host_close(&r.h);
}

/* Trap 4: nothing overflows when somebody is idle for a year. */
static void trap_04_a_year_is_longer_than_a_day(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	host_wait(&r.h, 364 * 86400000LL);
	expect(&r, 0);
	host_wait(&r.h, 86400000LL);
	expect(&r, 1);
	expect(&r, 2);
	expect(&r, 0);
	host_close(&r.h);
}

static void the_clock_runs_over_all_pools(void **state)
{
	struct room r;
	tw_pool_id other;
	tw_plan_id plan;
	tw_call_id call;

	(void)state;
	open_room(&r);
	other = host_pool(&r.h, "other", TW_POLICY_LINEAR, 0);
	host_member(&r.h, other, r.t[0], 0, 1);
	plan = host_plan(&r.h, "other plan");
	host_ring(&r.h, plan, other, 10000);
	call = host_enter(&r.h, plan);
	host_step(&r.h, 0);
	host_answer(&r.h, host_offer(&r.h, r.t[0]));
	host_leave(&r.h, call);
	expect(&r, 1);
	host_close(&r.h);
}

static void wrap_up_is_not_idle(void **state)
{
	struct host h;
	tw_target_id slow, quick;
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call[2];

	(void)state;
	host_open(&h, 0);
	slow = host_target(&h, "slow", 1, 30000);
	quick = host_target(&h, "quick", 1, 0);
	pool = host_pool(&h, "pool", TW_POLICY_LONGEST_IDLE, 0);
	host_member(&h, pool, slow, 0, 1);
	host_member(&h, pool, quick, 0, 2);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 10000);
	call[0] = host_enter(&h, plan);
	call[1] = host_enter(&h, plan);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, slow));
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, quick));
	host_leave(&h, call[0]);
	host_wait(&h, 20000);
	host_leave(&h, call[1]);   /* later, but without wrap-up */
	host_wait(&h, 20000);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, quick);
	host_close(&h);
}

/* Two in a pool with these idle options; the first one has talked at 0 s,
 * the second at 60 s, in it. */
static void open_two(struct room *r, uint32_t idle)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	tw_call_id call;
	int i;

	host_open(&r->h, 0);
	o.name = "pool";
	o.policy = TW_POLICY_LONGEST_IDLE;
	o.idle = idle;
	HOST_OK(&r->h, tw_engine_add_pool(&r->pool, r->h.engine, &o,
					  &r->h.err));
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 30000);
	for (i = 0; i < 2; ++i) {
		r->t[i] = host_target(&r->h, i ? "b" : "a", 1, 30000);
		host_member(&r->h, r->pool, r->t[i], 0, (uint32_t)i);
	}
	for (i = 0; i < 2; ++i) {
		call = host_enter(&r->h, r->plan);
		host_step(&r->h, 0);
		host_answer(&r->h, host_offer(&r->h, r->t[i]));
		host_wait(&r->h, 1000);
		host_leave(&r->h, call);
		host_wait(&r->h, 60000);
	}
	host_drain(&r->h);
}

/* Trap 3: which of the definitions it is, the pool says. */
static void trap_03_the_clock_is_the_pools_choice(void **state)
{
	static const struct {
		uint32_t idle;
		int away, offered, outside;   /* who is first after it */
	} row[] = {
		{ 0, 1, 1, 1 },
		{ TW_IDLE_AWAY, 0, 1, 1 },
		{ TW_IDLE_UNANSWERED, 1, 0, 1 },
		{ TW_IDLE_THIS_POOL, 1, 1, 0 },
	};
	tw_call_id call;
	struct room r;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(row); ++i) {
		open_two(&r, row[i].idle);
		host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
		host_wait(&r.h, 1000);
		host_state(&r.h, r.t[0], TW_TARGET_AVAILABLE);
		expect(&r, row[i].away);
		host_close(&r.h);

		open_two(&r, row[i].idle);
		call = host_enter(&r.h, r.plan);
		host_wait(&r.h, 1000);
		host_leave(&r.h, call);
		host_drain(&r.h);
		expect(&r, row[i].offered);
		host_close(&r.h);

		open_two(&r, row[i].idle);
		HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.t[0], r.h.now,
					       NULL));
		HOST_OK(&r.h, tw_target_release(r.h.engine, r.t[0], r.h.now,
						NULL));
		expect(&r, row[i].outside);
		host_close(&r.h);
	}
}

static void wrap_up_may_count_as_idle(void **state)
{
	struct room r;

	(void)state;
	open_two(&r, TW_IDLE_WRAP_UP);
	assert_int_equal(r.h.engine->pool[0]->member[0]->idle_since,
			 T0 + TW_SECOND);
	host_close(&r.h);
	open_two(&r, 0);
	assert_int_equal(r.h.engine->pool[0]->member[0]->idle_since,
			 T0 + 31 * TW_SECOND);
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_first),
		cmocka_unit_test(trap_03_who_ignores_calls_is_not_first),
		cmocka_unit_test(a_caller_who_gives_up_counts_as_unanswered),
		cmocka_unit_test(trap_03_coming_back_starts_the_clock),
		cmocka_unit_test(trap_04_a_year_is_longer_than_a_day),
		cmocka_unit_test(the_clock_runs_over_all_pools),
		cmocka_unit_test(wrap_up_is_not_idle),
		cmocka_unit_test(trap_03_the_clock_is_the_pools_choice),
		cmocka_unit_test(wrap_up_may_count_as_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
