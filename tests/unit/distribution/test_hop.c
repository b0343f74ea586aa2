/* Plan steps: overflow to another plan, and that it ends. */
#include "host.h"

static void overflow(struct host *h, tw_plan_id from, tw_plan_id to)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.kind = TW_STEP_PLAN;
	o.plan = to;
	HOST_OK(h, tw_plan_add_step(h->engine, from, &o, &h->err));
}

static void a_call_goes_on_and_does_not_come_back(void **state)
{
	tw_target_id t[1], far;
	tw_plan_id near_plan, far_plan;
	tw_pool_id pool, far_pool;
	tw_decision d;
	struct host h;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 1, 0, t);
	far = host_target(&h, "far", 1, 0);
	far_pool = host_pool(&h, "far", TW_POLICY_ALL, 0);
	host_member(&h, far_pool, far, 0, 1);
	near_plan = host_plan(&h, "kazan");
	far_plan = host_plan(&h, "ufa");
	host_ring(&h, near_plan, pool, 10000);
	overflow(&h, near_plan, far_plan);
	host_ring(&h, near_plan, pool, 10000);   /* never */
	host_ring(&h, far_plan, far_pool, 10000);

	host_enter(&h, near_plan);
	d = host_expect(&h, TW_DECISION_STEP);
	assert_int_equal(d.plan.id, near_plan.id);
	host_failed(&h, host_offer(&h, t[0]), TW_OUTCOME_REJECTED);
	d = host_expect(&h, TW_DECISION_STEP);
	assert_int_equal(d.plan.id, far_plan.id);
	assert_int_equal(d.step, 0);
	assert_string_equal(d.reason, "overflow from plan kazan");
	assert_string_equal(tw_plan_name(h.engine, d.plan), "ufa");
	host_failed(&h, host_offer(&h, far), TW_OUTCOME_REJECTED);
	host_end(&h, TW_OUTCOME_UNANSWERED, 480);
	host_event(&h);
	assert_int_equal(host_event(&h).plan.id, near_plan.id);
	assert_int_equal(host_event(&h).plan.id, far_plan.id);
	host_close(&h);
}

/* Both cities busy: each one sends its calls to the other, once. */
static void trap_39_mutual_overflow_does_not_loop(void **state)
{
	tw_plan_id plan[2];
	tw_pool_id pool[2];
	tw_target_id t[2];
	tw_offer_event e;
	struct host h;
	int i, visited = 0;

	(void)state;
	host_open(&h, 0);
	for (i = 0; i < 2; ++i) {
		t[i] = host_target(&h, i ? "ufa" : "kazan", 1, 0);
		pool[i] = host_pool(&h, i ? "ufa" : "kazan",
				    TW_POLICY_LINEAR, 0);
		host_member(&h, pool[i], t[i], 0, 1);
		plan[i] = host_plan(&h, i ? "ufa" : "kazan");
		host_ring(&h, plan[i], pool[i], 10000);
		HOST_OK(&h, tw_target_occupy(h.engine, t[i], h.now, NULL));
	}
	overflow(&h, plan[0], plan[1]);
	overflow(&h, plan[1], plan[0]);
	for (i = 0; i < 2; ++i) {
		host_enter(&h, plan[i]);
		host_step(&h, 0);
		host_step(&h, 0);
		host_end(&h, TW_OUTCOME_UNANSWERED, 486);
	}
	for (i = 0; i < 6; ++i) {
		e = host_event(&h);
		visited += !strcmp(e.reason, "step skipped: the call was in "
				   "that plan already");
	}
	assert_int_equal(visited, 2);
	host_no_event(&h);
	host_close(&h);
}

static void there_is_an_end_to_plans(void **state)
{
	tw_plan_id plan[12];
	struct host h;
	char name[16];
	int i;

	(void)state;
	host_open(&h, 0);
	for (i = 11; i >= 0; --i) {
		snprintf(name, sizeof(name), "plan %d", i);
		plan[i] = host_plan(&h, name);
		if (i < 11)
			overflow(&h, plan[i], plan[i + 1]);
	}
	host_enter(&h, plan[0]);
	assert_int_equal(host_end(&h, TW_OUTCOME_CLOSED, 480).plan.id,
			 plan[8].id);
	assert_string_equal(host_event(&h).reason,
			    "step skipped: the call was in too many plans");
	host_no_event(&h);
	host_close(&h);
}

static void a_plan_in_its_own_overflow_is_refused(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	tw_plan_id plan;
	struct host h;

	(void)state;
	host_open(&h, 0);
	plan = host_plan(&h, "kazan");
	o.kind = TW_STEP_PLAN;
	HOST_FAIL(&h, TW_ENOTFOUND, tw_plan_add_step(h.engine, plan, &o,
		&h.err));
	assert_string_equal(h.err.field, "plan");
	o.plan = plan;
	HOST_FAIL(&h, TW_EINVAL, tw_plan_add_step(h.engine, plan, &o,
		&h.err));
	assert_string_equal(h.err.field, "plan");
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_goes_on_and_does_not_come_back),
		cmocka_unit_test(trap_39_mutual_overflow_does_not_loop),
		cmocka_unit_test(there_is_an_end_to_plans),
		cmocka_unit_test(a_plan_in_its_own_overflow_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
