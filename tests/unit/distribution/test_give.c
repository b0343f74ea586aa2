/* Who gets a target that came free: one order over all its pools. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t;
	tw_pool_id pool[2];
	tw_plan_id plan[2];      /* queue for pool 0, for pool 1 */
};

/* One target in two pools. */
static void open_room(struct room *r, uint32_t policy)
{
	int i;

	host_open(&r->h, 0);
	r->t = host_target(&r->h, "both", 1, 0);
	for (i = 0; i < 2; ++i) {
		r->pool[i] = host_pool(&r->h, i ? "b" : "a", policy, 0);
		host_member(&r->h, r->pool[i], r->t, 0, 1);
		r->plan[i] = host_plan(&r->h, i ? "b" : "a");
		host_queue(&r->h, r->plan[i], r->pool[i], 0);
	}
}

static tw_call_id enter(struct room *r, int plan)
{
	tw_call_id call = host_enter(&r->h, r->plan[plan]);

	host_step(&r->h, 0);
	return call;
}

/* Call a is served, call b next: the target's pools alternate. */
static void trap_18_one_order_over_all_pools(void **state)
{
	tw_call_id call[6];
	struct room r;
	tw_decision d;
	int i;

	(void)state;
	open_room(&r, TW_POLICY_LONGEST_IDLE);
	for (i = 0; i < 6; ++i) {
		call[i] = enter(&r, i == 1 || i == 2 || i == 4);
		if (!i)
			host_answer(&r.h, host_offer(&r.h, r.t));
	}
	for (i = 0; i < 5; ++i) {
		host_wait(&r.h, 1000);
		host_leave(&r.h, call[i]);
		d = host_expect(&r.h, TW_DECISION_OFFER);
		assert_int_equal(d.call.id, call[i + 1].id);
		host_answer(&r.h, d.offer);
		host_none(&r.h);
	}
	host_close(&r.h);
}

/* Choosing and reserving are one step: two pools never share one person. */
static void trap_14_two_pools_one_person(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, TW_POLICY_ALL);
	enter(&r, 0);
	host_offer(&r.h, r.t);
	enter(&r, 1);
	host_none(&r.h);
	assert_int_equal(r.h.engine->held, 1);
	assert_int_equal(r.h.engine->waiting, 1);
	host_close(&r.h);
}

static void same_age_goes_by_arrival(void **state)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id talk, call[3];
	struct room r;
	int i;

	(void)state;
	open_room(&r, TW_POLICY_LINEAR);
	talk = enter(&r, 0);
	host_answer(&r.h, host_offer(&r.h, r.t));
	o.entered = T0 - TW_SECOND;
	for (i = 0; i < 3; ++i) {
		o.plan = r.plan[i % 2];
		HOST_OK(&r.h, tw_call_enter_as(&call[i], r.h.engine, &o, T0,
					       &r.h.err));
		host_step(&r.h, 0);
	}
	for (i = 0; i < 3; ++i) {
		tw_decision d;

		host_leave(&r.h, i ? call[i - 1] : talk);
		d = host_expect(&r.h, TW_DECISION_OFFER);
		assert_int_equal(d.call.id, call[i].id);
		host_answer(&r.h, d.offer);
	}
	host_close(&r.h);
}

/* Who waits goes before who rings somewhere else already. */
static void waiting_calls_come_before_ringing_ones(void **state)
{
	tw_target_id other;
	tw_call_id rings, waits, talk;
	tw_plan_id ring;
	struct room r;

	(void)state;
	open_room(&r, TW_POLICY_ALL);
	other = host_target(&r.h, "other", 1, 0);
	host_member(&r.h, r.pool[0], other, 0, 2);
	ring = host_plan(&r.h, "ring");
	host_ring(&r.h, ring, r.pool[0], 60000);
	talk = enter(&r, 1);
	host_answer(&r.h, host_offer(&r.h, r.t));
	rings = host_enter(&r.h, ring);
	host_step(&r.h, 0);
	host_offer(&r.h, other);
	waits = enter(&r, 1);
	host_none(&r.h);
	host_leave(&r.h, talk);
	assert_int_equal(host_expect(&r.h, TW_DECISION_OFFER).call.id,
			 waits.id);
	host_leave(&r.h, waits);
	host_expect(&r.h, TW_DECISION_CANCEL);
	assert_int_equal(host_expect(&r.h, TW_DECISION_OFFER).call.id,
			 rings.id);
	host_none(&r.h);
	host_close(&r.h);
}

/* A policy may have a better member than the one that just came free. */
static void the_policy_names_the_member(void **state)
{
	tw_target_id t[3];
	tw_call_id call[3];
	tw_pool_id pool;
	tw_plan_id plan;
	struct host h;
	int i;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 3, 0, t);
	plan = host_plan(&h, "plan");
	host_queue(&h, plan, pool, 1);   /* one stays ready */
	for (i = 0; i < 2; ++i) {
		call[i] = host_enter(&h, plan);
		host_step(&h, 0);
		host_answer(&h, host_offer(&h, t[i]));
	}
	call[2] = host_enter(&h, plan);
	host_step(&h, 0);
	host_none(&h);      /* the third is kept */
	host_leave(&h, call[1]);
	host_offer(&h, t[1]);   /* linear: before the third */
	host_close(&h);
}

/* Trunk reservation: overflow leaves the last ones to the pool's own. */
static void trap_39_overflow_leaves_a_reserve(void **state)
{
	tw_plan_id own, overflow;
	tw_offer_event e;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_call_id call;
	struct host h;
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 2, 0, t);
	own = host_plan(&h, "own");
	host_queue(&h, own, pool, 0);
	overflow = host_plan(&h, "overflow");
	o.pool = pool;
	o.reserve = 1;
	HOST_OK(&h, tw_plan_add_step(h.engine, overflow, &o, &h.err));
	call = host_enter(&h, overflow);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[0]));
	host_enter(&h, overflow);
	host_step(&h, 0);
	host_end(&h, TW_OUTCOME_UNANSWERED, 486);
	e = host_event(&h);
	assert_string_equal(e.reason,
			    "1 ready, 1 kept for the pool's own calls");
	host_enter(&h, own);
	host_step(&h, 0);
	host_offer(&h, t[1]);
	host_leave(&h, call);
	host_close(&h);
}

/* Calls of one plan that wait behind a reserve do not block others. */
static void a_reserve_holds_up_its_own_calls_only(void **state)
{
	tw_plan_id own, overflow;
	tw_call_id talk, far, near;
	tw_target_id t[2];
	tw_pool_id pool;
	struct host h;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 2, 0, t);
	own = host_plan(&h, "own");
	host_queue(&h, own, pool, 0);
	overflow = host_plan(&h, "overflow");
	host_queue(&h, overflow, pool, 1);
	talk = host_enter(&h, own);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[0]));
	far = host_enter(&h, overflow);
	host_step(&h, 0);
	host_none(&h);
	near = host_enter(&h, own);
	host_step(&h, 0);
	assert_int_equal(host_expect(&h, TW_DECISION_OFFER).call.id, near.id);
	host_leave(&h, talk);
	host_none(&h);
	host_leave(&h, near);
	host_expect(&h, TW_DECISION_CANCEL);
	assert_int_equal(host_expect(&h, TW_DECISION_OFFER).call.id, far.id);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_18_one_order_over_all_pools),
		cmocka_unit_test(trap_14_two_pools_one_person),
		cmocka_unit_test(same_age_goes_by_arrival),
		cmocka_unit_test(waiting_calls_come_before_ringing_ones),
		cmocka_unit_test(the_policy_names_the_member),
		cmocka_unit_test(trap_39_overflow_leaves_a_reserve),
		cmocka_unit_test(a_reserve_holds_up_its_own_calls_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
