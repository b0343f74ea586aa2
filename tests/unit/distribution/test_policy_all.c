/* Ring all: the best tier at once, late comers, races. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[6];
	tw_pool_id pool;
	tw_plan_id plan;
};

/* t1, t2 in tier 0, t3 in tier 5; one step of 20 s. */
static void open_room(struct room *r)
{
	host_open(&r->h, 0);
	r->pool = host_line(&r->h, TW_POLICY_ALL, 2, 0, r->t);
	r->t[2] = host_target(&r->h, "second tier", 1, 0);
	host_member(&r->h, r->pool, r->t[2], 5, 9);
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 20000);
}

static void rings_only_the_best_tier(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, r.t[0]);
	host_offer(&r.h, r.t[1]);
	host_none(&r.h);
	assert_int_equal(tw_engine_deadline(r.h.engine),
			 T0 + 20 * TW_SECOND);
	host_close(&r.h);
}

static void next_tier_when_nobody_is_ready(void **state)
{
	struct room r;
	tw_offer_id o[2];

	(void)state;
	open_room(&r);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	o[0] = host_offer(&r.h, r.t[0]);
	o[1] = host_offer(&r.h, r.t[1]);
	host_failed(&r.h, o[0], TW_OUTCOME_REJECTED);
	host_none(&r.h);
	host_failed(&r.h, o[1], TW_OUTCOME_BUSY);
	host_offer(&r.h, r.t[2]);
	host_wait(&r.h, 20000);
	assert_int_equal(host_expect(&r.h, TW_DECISION_CANCEL).outcome,
			 TW_OUTCOME_EXPIRED);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	host_none(&r.h);
	host_close(&r.h);
}

static void first_answer_wins(void **state)
{
	struct room r;
	tw_offer_id o[2];
	tw_offer_event e;
	tw_call_id call;

	(void)state;
	open_room(&r);
	call = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	o[0] = host_offer(&r.h, r.t[0]);
	o[1] = host_offer(&r.h, r.t[1]);
	host_wait(&r.h, 3000);
	host_answer(&r.h, o[1]);
	host_cancel(&r.h, o[0], TW_OUTCOME_LOST_RACE);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_answered(r.h.engine, o[0],
		r.h.now, &r.h.err));
	host_answer(&r.h, o[1]);   /* told twice */
	host_none(&r.h);
	e = host_event(&r.h);
	assert_int_equal(e.outcome, TW_OUTCOME_LOST_RACE);
	assert_string_equal(e.reason, "answered by t2");
	/* a lost race is not a missed call */
	assert_int_equal(r.h.engine->target[0]->idle_since, T0);
	host_wait(&r.h, 60000);
	host_none(&r.h);   /* no ring limit ends a talk */
	host_leave(&r.h, call);
	e = host_event(&r.h);
	assert_int_equal(e.outcome, TW_OUTCOME_ANSWERED);
	assert_int_equal(e.offered, T0);
	assert_int_equal(e.answered, T0 + 3 * TW_SECOND);
	assert_int_equal(e.ended, T0 + 63 * TW_SECOND);
	host_no_event(&r.h);
	host_close(&r.h);
}

static void who_comes_free_rings_too(void **state)
{
	struct room r;
	tw_decision d;

	(void)state;
	open_room(&r);
	HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.t[0], T0, NULL));
	host_state(&r.h, r.t[2], TW_TARGET_PAUSED);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, r.t[1]);
	host_wait(&r.h, 5000);
	HOST_OK(&r.h, tw_target_release(r.h.engine, r.t[0], r.h.now, NULL));
	d = host_expect(&r.h, TW_DECISION_OFFER);
	assert_int_equal(d.target.id, r.t[0].id);
	assert_int_equal(d.until, T0 + 20 * TW_SECOND);
	/* not from a worse tier than the one that rings */
	host_state(&r.h, r.t[2], TW_TARGET_AVAILABLE);
	host_none(&r.h);
	host_close(&r.h);
}

static void the_oldest_call_gets_who_comes_free(void **state)
{
	struct host h;
	tw_target_id shared, own[2];
	tw_pool_id pool[2];
	tw_plan_id plan[2];
	tw_call_id call[2];

	(void)state;
	host_open(&h, 0);
	shared = host_target(&h, "shared", 1, 0);
	own[0] = host_target(&h, "own0", 1, 0);
	own[1] = host_target(&h, "own1", 1, 0);
	pool[0] = host_pool(&h, "p0", TW_POLICY_ALL, 0);
	pool[1] = host_pool(&h, "p1", TW_POLICY_ALL, 0);
	for (int i = 0; i < 2; ++i) {
		host_member(&h, pool[i], own[i], 0, 1);
		host_member(&h, pool[i], shared, 0, 2);
		plan[i] = host_plan(&h, i ? "1" : "0");
		host_ring(&h, plan[i], pool[i], 20000);
	}
	HOST_OK(&h, tw_target_occupy(h.engine, shared, h.now, NULL));
	call[1] = host_enter(&h, plan[1]);   /* the older one */
	host_wait(&h, 1000);
	call[0] = host_enter(&h, plan[0]);
	host_drain(&h);
	HOST_OK(&h, tw_target_release(h.engine, shared, h.now, NULL));
	assert_int_equal(host_expect(&h, TW_DECISION_OFFER).call.id,
			 call[1].id);
	host_none(&h);
	host_leave(&h, call[1]);
	host_expect(&h, TW_DECISION_CANCEL);
	host_expect(&h, TW_DECISION_CANCEL);
	assert_int_equal(host_expect(&h, TW_DECISION_OFFER).call.id,
			 call[0].id);
	host_none(&h);
	host_leave(&h, call[0]);
	host_close(&h);
}

static void a_ring_limit_of_the_pool_is_kept(void **state)
{
	struct host h;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 2, 4000, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	host_enter(&h, plan);
	host_drain(&h);
	host_wait(&h, 3999);
	host_none(&h);
	host_wait(&h, 1);
	assert_int_equal(host_expect(&h, TW_DECISION_CANCEL).outcome,
			 TW_OUTCOME_NO_ANSWER);
	assert_int_equal(host_expect(&h, TW_DECISION_CANCEL).outcome,
			 TW_OUTCOME_NO_ANSWER);
	host_end(&h, TW_OUTCOME_UNANSWERED, 480);   /* all were tried */
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rings_only_the_best_tier),
		cmocka_unit_test(next_tier_when_nobody_is_ready),
		cmocka_unit_test(first_answer_wins),
		cmocka_unit_test(who_comes_free_rings_too),
		cmocka_unit_test(the_oldest_call_gets_who_comes_free),
		cmocka_unit_test(a_ring_limit_of_the_pool_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
