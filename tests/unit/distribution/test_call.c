/* Calls: their way through the steps, and everything they held given back. */
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

/* Trap 16: leaving gives everything back, in every phase. */
static void leaving_releases_everything(void **state)
{
	struct host h;
	tw_target_id t[3];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;
	int i;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 3, 0, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	call = host_enter(&h, plan);
	host_step(&h, 0);
	for (i = 0; i < 3; ++i)
		host_offer(&h, t[i]);
	assert_int_equal(h.engine->held, 3);
	host_leave(&h, call);
	for (i = 0; i < 3; ++i) {
		assert_int_equal(
			host_expect(&h, TW_DECISION_CANCEL).outcome,
			TW_OUTCOME_CANCELLED);
		assert_string_equal(host_event(&h).reason,
				    "the caller gave up");
	}
	assert_int_equal(h.engine->held, 0);
	assert_int_equal(tw_engine_deadline(h.engine), TW_TIME_MAX);
	HOST_FAIL(&h, TW_ENOTFOUND, tw_call_leave(h.engine, call, T0,
		&h.err));
	host_close(&h);
}

static void an_ended_call_is_gone(void **state)
{
	struct host h;
	tw_call_id call, bad[] = { { 0 }, { 1 }, { UINT64_MAX } };
	tw_plan_id plan;
	size_t i;

	(void)state;
	host_open(&h, 0);
	plan = host_plan(&h, "plan");
	call = host_enter(&h, plan);
	assert_int_equal(host_end(&h, TW_OUTCOME_CLOSED, 480).call.id,
			 call.id);
	HOST_FAIL(&h, TW_ENOTFOUND, tw_call_leave(h.engine, call, T0,
		&h.err));
	for (i = 0; i < TW_ARRAY_COUNT(bad); ++i) {
		HOST_FAIL(&h, TW_ENOTFOUND, tw_call_leave(h.engine, bad[i],
			T0, &h.err));
	}
	assert_int_not_equal(host_enter(&h, plan).id, call.id);
	host_close(&h);
}

static void the_caller_is_bounded(void **state)
{
	tw_engine_options eo = TW_ENGINE_OPTIONS_INIT;
	tw_target_id t[1];
	tw_plan_id plan, none = { 7 };
	tw_call_id call = { 42 };
	tw_pool_id pool;
	struct host h = { .now = T0, .err = TW_ERROR_INIT };

	(void)state;
	eo.calls_max = 1;
	assert_int_equal(tw_engine_new(&h.engine, &eo, NULL), TW_OK);
	pool = host_line(&h, TW_POLICY_ALL, 1, 0, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	HOST_FAIL(&h, TW_ENOTFOUND, tw_call_enter(&call, h.engine, none, T0,
		&h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_call_enter(&call, h.engine, plan,
		TW_TIME_MIN, &h.err));
	host_enter(&h, plan);
	HOST_FAIL(&h, TW_EBUSY, tw_call_enter(&call, h.engine, plan, T0,
		&h.err));
	assert_int_equal(call.id, 42);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overflow_goes_on_at_once),
		cmocka_unit_test(a_pool_may_come_twice),
		cmocka_unit_test(codes_say_why_it_ended),
		cmocka_unit_test(leaving_releases_everything),
		cmocka_unit_test(an_ended_call_is_gone),
		cmocka_unit_test(the_caller_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
