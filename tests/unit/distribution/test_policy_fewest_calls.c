/* Fewest calls: counted at the answer, once, and safe over shifts. */
#include "share.h"

static void everybody_gets_as_many(void **state)
{
	uint32_t seen[5] = { 0 }, i;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_FEWEST_CALLS, 5, NULL);
	for (i = 0; i < 100; ++i)   /* whatever their length */
		++seen[share_call(&s, i * 37 % 500)];
	for (i = 0; i < 5; ++i)
		assert_int_equal(seen[i], 20);
	host_close(&s.h);
}

/* Trap 11: counted at the answer, not when the talk is over. */
static void trap_11_counted_at_the_answer(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	struct host h;
	tw_target_id t[2];
	tw_offer_id offer;
	tw_pool_id pool;
	tw_plan_id plan;
	int i;

	(void)state;
	host_open(&h, 0);
	pool = host_pool(&h, "pool", TW_POLICY_FEWEST_CALLS, 5000);
	o.capacity = 2;
	for (i = 0; i < 2; ++i) {
		o.name = i ? "b" : "a";
		HOST_OK(&h, tw_engine_add_target(&t[i], h.engine, &o, NULL));
		host_member(&h, pool, t[i], 0, (uint32_t)i);
	}
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	host_enter(&h, plan);
	host_step(&h, 0);
	offer = host_offer(&h, t[0]);
	host_answer(&h, offer);
	host_answer(&h, offer);   /* told twice: counts once */
	assert_int_equal(h.engine->pool[0]->member[0]->load, 1);
	host_enter(&h, plan);     /* while the first one talks */
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[1]));
	host_enter(&h, plan);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[0]));
	assert_int_equal(h.engine->pool[0]->member[0]->load, 2);
	host_close(&h);
}

/* Trap 10: neither a newcomer nor who was on holiday is flooded. */
static void trap_10_no_flood(void **state)
{
	uint32_t seen[4] = { 0 }, i;
	tw_target_id newcomer;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_FEWEST_CALLS, 3, NULL);
	for (i = 0; i < 30; ++i)
		share_call(&s, 1000);
	host_state(&s.h, s.t[2], TW_TARGET_PAUSED);
	for (i = 0; i < 100; ++i)
		share_call(&s, 1000);
	host_state(&s.h, s.t[2], TW_TARGET_AVAILABLE);
	newcomer = host_target(&s.h, "newcomer", 1, 0);
	host_member(&s.h, s.pool, newcomer, 0, 9);
	for (i = 0; i < 40; ++i)
		++seen[share_call(&s, 1000)];
	for (i = 0; i < 4; ++i)
		assert_in_range(seen[i], 9, 11);
	host_close(&s.h);
}

/* A break takes nothing away from what was done: CC zeroes it. */
static void a_break_is_no_reset(void **state)
{
	struct share s;
	uint32_t i;

	(void)state;
	share_open(&s, TW_POLICY_FEWEST_CALLS, 2, NULL);
	HOST_OK(&s.h, tw_target_occupy(s.h.engine, s.t[1], s.h.now, NULL));
	for (i = 0; i < 5; ++i)
		assert_int_equal(share_call(&s, 1000), 0);
	HOST_OK(&s.h, tw_target_release(s.h.engine, s.t[1], s.h.now, NULL));
	host_state(&s.h, s.t[0], TW_TARGET_PAUSED);
	host_state(&s.h, s.t[0], TW_TARGET_AVAILABLE);
	for (i = 0; i < 5; ++i)   /* who was only busy does catch up */
		assert_int_equal(share_call(&s, 1000), 1);
	host_close(&s.h);
}

static void a_reset_is_told(void **state)
{
	struct share s;
	uint32_t i;

	(void)state;
	share_open(&s, TW_POLICY_FEWEST_CALLS, 2, NULL);
	HOST_OK(&s.h, tw_target_occupy(s.h.engine, s.t[1], s.h.now, NULL));
	for (i = 0; i < 5; ++i)
		share_call(&s, 1000);
	HOST_OK(&s.h, tw_target_release(s.h.engine, s.t[1], s.h.now, NULL));
	HOST_OK(&s.h, tw_pool_reset(s.h.engine, s.pool, s.h.now, &s.h.err));
	assert_int_equal(share_call(&s, 1000), 1);   /* whose turn it is */
	assert_int_equal(share_call(&s, 1000), 0);
	assert_int_equal(share_call(&s, 1000), 1);
	host_close(&s.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_gets_as_many),
		cmocka_unit_test(trap_11_counted_at_the_answer),
		cmocka_unit_test(trap_10_no_flood),
		cmocka_unit_test(a_break_is_no_reset),
		cmocka_unit_test(a_reset_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
