/* Calls that come and go: everything they held is given back. */
#include "host.h"

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
		cmocka_unit_test(leaving_releases_everything),
		cmocka_unit_test(an_ended_call_is_gone),
		cmocka_unit_test(the_caller_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
