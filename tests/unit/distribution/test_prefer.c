/* Preferred steps: the one a call asks for, before the others. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[3];
	tw_pool_id pool;
	tw_plan_id plan;
};

static void open_room(struct room *r)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	host_open(&r->h, 0);
	r->pool = host_line(&r->h, TW_POLICY_ALL, 3, 0, r->t);
	r->plan = host_plan(&r->h, "plan");
	o.kind = TW_STEP_PREFERRED;
	o.pool = r->pool;
	o.ring_ms = 10000;
	HOST_OK(&r->h, tw_plan_add_step(r->h.engine, r->plan, &o,
					&r->h.err));
	host_ring(&r->h, r->plan, r->pool, 20000);
}

static void enter(struct room *r, tw_target_id wish)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call;

	o.plan = r->plan;
	o.preferred = wish;
	HOST_OK(&r->h, tw_call_enter_as(&call, r->h.engine, &o, r->h.now,
					&r->h.err));
}

static void only_the_preferred_one_rings(void **state)
{
	tw_offer_id offer;
	struct room r;
	tw_decision d;

	(void)state;
	open_room(&r);
	HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.t[2], T0, NULL));
	enter(&r, r.t[1]);
	host_step(&r.h, 0);
	d = host_expect(&r.h, TW_DECISION_OFFER);
	assert_int_equal(d.target.id, r.t[1].id);
	assert_string_equal(d.reason, "the call prefers this one");
	offer = d.offer;
	HOST_OK(&r.h, tw_target_release(r.h.engine, r.t[2], T0, NULL));
	host_none(&r.h);   /* who comes free does not join */
	host_wait(&r.h, 10000);
	host_cancel(&r.h, offer, TW_OUTCOME_EXPIRED);
	host_step(&r.h, 1);
	host_offer(&r.h, r.t[0]);
	host_offer(&r.h, r.t[1]);
	host_offer(&r.h, r.t[2]);
	host_close(&r.h);
}

static void passed(struct room *r, const char *why)
{
	tw_offer_event e;

	host_step(&r->h, 0);
	host_step(&r->h, 1);
	e = host_event(&r->h);
	assert_int_equal(e.outcome, 0);
	assert_string_equal(e.reason, why);
	host_no_event(&r->h);
}

static void who_is_not_ready_is_passed_over_at_once(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	HOST_OK(&r.h, tw_target_pause(r.h.engine, r.t[1], "lunch", T0,
				      &r.h.err));
	enter(&r, r.t[1]);
	passed(&r, "paused: lunch");
	host_close(&r.h);

	open_room(&r);
	HOST_OK(&r.h, tw_target_occupy(r.h.engine, r.t[1], T0, NULL));
	enter(&r, r.t[1]);
	passed(&r, "1 of 1 lines in use");
	host_close(&r.h);

	open_room(&r);
	enter(&r, r.t[0]);
	host_step(&r.h, 0);
	host_failed(&r.h, host_offer(&r.h, r.t[0]), TW_OUTCOME_REJECTED);
	host_event(&r.h);
	assert_string_equal(host_event(&r.h).reason,
			    "was tried in this step");
	host_close(&r.h);
}

static void no_wish_and_strangers_skip_the_step(void **state)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_target_id none = { 0 }, stranger;
	tw_call_id call;
	struct room r;

	(void)state;
	open_room(&r);
	stranger = host_target(&r.h, "stranger", 1, 0);
	enter(&r, none);
	host_step(&r.h, 1);
	assert_string_equal(host_event(&r.h).reason,
			    "step skipped: the call prefers nobody");
	enter(&r, stranger);
	assert_string_equal(host_event(&r.h).reason, "step skipped: whom the "
			    "call prefers is not of the pool");
	o.plan = r.plan;
	o.preferred.id = 99;
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_call_enter_as(&call, r.h.engine, &o,
		T0, &r.h.err));
	assert_string_equal(r.h.err.field, "preferred");
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_preferred_one_rings),
		cmocka_unit_test(who_is_not_ready_is_passed_over_at_once),
		cmocka_unit_test(no_wish_and_strangers_skip_the_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
