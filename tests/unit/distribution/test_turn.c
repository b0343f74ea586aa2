/* Calls on their way through the steps of a plan. */
#include "host.h"

static void overflow_goes_on_at_once(void **state)
{
	struct host h;
	tw_target_id t[2], far;
	tw_pool_id pool[2];
	tw_plan_id plan;
	tw_decision d;

	(void)state;
	host_open(&h, 0);
	pool[0] = host_line(&h, TW_POLICY_ROUND_ROBIN, 2, 5000, t);
	far = host_target(&h, "far", 1, 0);
	pool[1] = host_pool(&h, "neighbour city", TW_POLICY_ALL, 0);
	host_member(&h, pool[1], far, 0, 1);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool[0], 15000);
	host_ring(&h, plan, pool[1], 15000);
	host_state(&h, t[0], TW_TARGET_UNREACHABLE);
	host_state(&h, t[1], TW_TARGET_UNREACHABLE);
	host_enter(&h, plan);
	host_step(&h, 0);
	d = host_expect(&h, TW_DECISION_STEP);
	assert_int_equal(d.step, 1);
	assert_int_equal(d.pool.id, pool[1].id);
	assert_string_equal(d.reason, "step 0 had nobody left to ring");
	host_offer(&h, far);
	host_none(&h);
	host_close(&h);
}

/* The same pool again is a new step: everybody may ring again. */
static void a_pool_may_come_twice(void **state)
{
	struct host h;
	tw_target_id t[1];
	tw_pool_id pool;
	tw_plan_id plan;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 1, 0, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 5000);
	host_ring(&h, plan, pool, 5000);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_failed(&h, host_offer(&h, t[0]), TW_OUTCOME_REJECTED);
	host_step(&h, 1);
	host_offer(&h, t[0]);
	host_close(&h);
}

static void codes_say_why_it_ended(void **state)
{
	struct host h;
	tw_target_id t[2];
	tw_pool_id pool, empty;
	tw_plan_id plan, nobody;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 2, 5000, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	empty = host_pool(&h, "empty", TW_POLICY_ALL, 0);
	nobody = host_plan(&h, "nobody");
	host_ring(&h, nobody, empty, 20000);

	host_enter(&h, nobody);
	host_step(&h, 0);
	host_end(&h, TW_OUTCOME_UNANSWERED, 480);

	HOST_OK(&h, tw_target_occupy(h.engine, t[0], T0, NULL));
	host_enter(&h, plan);
	host_step(&h, 0);
	host_failed(&h, host_offer(&h, t[1]), TW_OUTCOME_BUSY);
	host_end(&h, TW_OUTCOME_UNANSWERED, 486);

	host_state(&h, t[1], TW_TARGET_PAUSED);   /* not all were busy */
	host_enter(&h, plan);
	host_step(&h, 0);
	host_end(&h, TW_OUTCOME_UNANSWERED, 480);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overflow_goes_on_at_once),
		cmocka_unit_test(a_pool_may_come_twice),
		cmocka_unit_test(codes_say_why_it_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
