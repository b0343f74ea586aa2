/* What a snapshot knows and the configuration does not any more. */
#include "twin.h"

/* Anna talks, Boris rings; neither is in the new configuration, nor are
 * their pool and plan. */
static void what_is_gone_is_kept_for_its_calls(void **state)
{
	tw_engine_changes *changes = NULL;
	struct host h, later;
	tw_target_id t[3];
	tw_call_id call, other;
	tw_offer_id rings;
	tw_plan_id plan;
	tw_pool_id pool;
	uint8_t *bytes;
	size_t size;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ROUND_ROBIN, 3, 5000, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 30000);
	call = host_enter(&h, plan);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[0]));
	other = host_enter(&h, plan);
	host_step(&h, 0);
	rings = host_offer(&h, t[1]);
	bytes = twin_snapshot(h.engine, &size);
	host_close(&h);

	host_open(&later, 0);
	host_target(&later, "t3", 1, 0);
	assert_int_equal(tw_engine_restore(&changes, later.engine, bytes,
					   size, &later.err), TW_OK);
	assert_true(twin_change_is(changes, "target", "t1", TW_ENGINE_DRAINS));
	assert_true(twin_change_is(changes, "target", "t2", TW_ENGINE_DRAINS));
	assert_true(twin_change_is(changes, "pool", "line", TW_ENGINE_DRAINS));
	assert_true(twin_change_is(changes, "plan", "plan", TW_ENGINE_DRAINS));
	tw_engine_changes_free(changes);
	host_check(later.engine);
	host_failed(&later, rings, TW_OUTCOME_BUSY);
	assert_string_equal(tw_target_name(later.engine, host_event(&later).
					   target), "t2");
	/* nobody is in that pool any more: not t3 either */
	host_end(&later, TW_OUTCOME_UNANSWERED, 486);
	host_leave(&later, call);
	assert_int_equal(host_event(&later).outcome, 0);
	assert_string_equal(tw_target_name(later.engine, host_event(&later).
					   target), "t1");
	HOST_FAIL(&later, TW_ENOTFOUND, tw_call_leave(later.engine, other,
						      later.now,
						      &later.err));
	twin_check_empty(later.engine);
	host_close(&later);
	tw_free(bytes);
}

/* A member left the pool, one is new; the plan is another one for new
 * calls. */
static void pools_and_plans_of_now(void **state)
{
	tw_engine_changes *changes = NULL;
	struct host h, later;
	tw_target_id t[3];
	tw_plan_id plan;
	tw_pool_id pool;
	tw_offer_id rings;
	uint8_t *bytes;
	size_t size;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 2, 0, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 30000);
	host_ring(&h, plan, pool, 10000);
	host_enter(&h, plan);
	host_step(&h, 0);
	rings = host_offer(&h, t[0]);
	host_offer(&h, t[1]);
	bytes = twin_snapshot(h.engine, &size);
	host_close(&h);

	host_open(&later, 0);
	pool = host_pool(&later, "line", TW_POLICY_ALL, 0);
	host_target(&later, "t1", 1, 0);
	t[1] = host_target(&later, "t2", 1, 0);
	t[2] = host_target(&later, "t3", 1, 0);
	host_member(&later, pool, t[1], 0, 2);
	host_member(&later, pool, t[2], 0, 3);
	plan = host_plan(&later, "plan");
	host_ring(&later, plan, pool, 5000);
	assert_int_equal(tw_engine_restore(&changes, later.engine, bytes,
					   size, &later.err), TW_OK);
	assert_true(twin_change_is(changes, "member", "t1", TW_ENGINE_GONE));
	assert_true(twin_change_is(changes, "plan", "plan", TW_ENGINE_DRAINS));
	tw_engine_changes_free(changes);
	host_check(later.engine);
	/* t1 rings on; t3 waits for the next step */
	host_none(&later);
	host_failed(&later, rings, TW_OUTCOME_REJECTED);
	host_none(&later);
	host_wait(&later, 30000);
	host_expect(&later, TW_DECISION_CANCEL);
	assert_int_equal(host_next(&later).until, later.now + 10 * TW_SECOND);
	host_offer(&later, t[1]);
	host_offer(&later, t[2]);
	host_enter(&later, plan);
	assert_int_equal(host_next(&later).until, later.now + 5 * TW_SECOND);
	host_close(&later);
	tw_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_gone_is_kept_for_its_calls),
		cmocka_unit_test(pools_and_plans_of_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
