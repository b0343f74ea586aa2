/* Linear hunt: from the top for every call, one after another. */
#include "host.h"

static void hunts_from_the_top_each_time(void **state)
{
	struct host h;
	tw_target_id t[3];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_offer_id o;
	int i;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 3, 5000, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 30000);
	for (i = 0; i < 2; ++i) {
		host_enter(&h, plan);
		host_step(&h, 0);
		o = host_offer(&h, t[0]);
		host_wait(&h, 5000);
		host_cancel(&h, o, TW_OUTCOME_NO_ANSWER);
		o = host_offer(&h, t[1]);
		host_failed(&h, o, TW_OUTCOME_REJECTED);
		o = host_offer(&h, t[2]);
		host_failed(&h, o, TW_OUTCOME_UNREACHABLE);
		host_end(&h, TW_OUTCOME_UNANSWERED, 480);
		host_none(&h);
	}
	host_close(&h);
}

static void the_step_cuts_the_last_ring(void **state)
{
	struct host h;
	tw_target_id t[3];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_decision d;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 3, 5000, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 8000);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t[0]);
	host_wait(&h, 5000);
	host_expect(&h, TW_DECISION_CANCEL);
	d = host_expect(&h, TW_DECISION_OFFER);
	assert_int_equal(d.until, T0 + 8 * TW_SECOND);
	host_wait(&h, 3000);
	d = host_expect(&h, TW_DECISION_CANCEL);
	assert_int_equal(d.outcome, TW_OUTCOME_EXPIRED);
	host_end(&h, TW_OUTCOME_UNANSWERED, 480);
	host_close(&h);
}

/* Trap 22: unreachable members cost no time, and no row each either. */
static void trap_22_unreachable_in_no_time(void **state)
{
	struct host h;
	tw_target_id t[4];
	tw_offer_event e;
	tw_pool_id pool;
	tw_plan_id plan;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 4, 5000, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 30000);
	host_state(&h, t[0], TW_TARGET_UNREACHABLE);
	host_state(&h, t[1], TW_TARGET_PAUSED);
	HOST_OK(&h, tw_target_occupy(h.engine, t[2], h.now, NULL));
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t[3]);
	host_no_event(&h);
	/* who comes free is next, however high */
	HOST_OK(&h, tw_target_release(h.engine, t[2], h.now, NULL));
	host_none(&h);
	host_wait(&h, 5000);
	host_expect(&h, TW_DECISION_CANCEL);
	host_offer(&h, t[2]);
	assert_int_equal(host_event(&h).outcome, TW_OUTCOME_NO_ANSWER);
	host_no_event(&h);
	host_wait(&h, 5000);
	host_expect(&h, TW_DECISION_CANCEL);
	host_end(&h, TW_OUTCOME_UNANSWERED, 480);
	assert_int_equal(host_event(&h).outcome, TW_OUTCOME_NO_ANSWER);
	e = host_event(&h);
	assert_int_equal(e.outcome, 0);
	assert_int_equal(e.offer.id, 0);
	assert_int_equal(e.target.id, 0);
	assert_int_equal(e.pool.id, pool.id);
	assert_string_equal(e.reason, "nobody left to ring: 0 busy, 2 away");
	host_no_event(&h);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hunts_from_the_top_each_time),
		cmocka_unit_test(the_step_cuts_the_last_ring),
		cmocka_unit_test(trap_22_unreachable_in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
