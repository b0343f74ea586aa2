/* Plans: which steps are taken, skipped and refused. */
#include "host.h"

struct room {
	struct host h;
	tw_zone *zone;
	tw_schedule_id hours;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;
};

/* Open on Thursdays from 00:00 to 01:00 UTC; T0 is a Thursday's midnight. */
static void open_room(struct room *r, uint32_t capabilities)
{
	host_open(&r->h, capabilities);
	assert_int_equal(tw_zone_open(&r->zone, "UTC", NULL), TW_OK);
	HOST_OK(&r->h, tw_engine_add_schedule(&r->hours, r->h.engine,
					      "hours", r->zone, NULL));
	HOST_OK(&r->h, tw_schedule_add_hours(r->h.engine, r->hours, 1u << 3,
					     0, 60, NULL));
	r->pool = host_line(&r->h, TW_POLICY_ALL, 2, 0, r->t);
	r->plan = host_plan(&r->h, "plan");
}

static void close_room(struct room *r)
{
	tw_zone_free(r->zone);
	host_close(&r->h);
}

static void step(struct room *r, uint32_t kind, uint32_t when)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.kind = kind;
	o.pool = r->pool;
	o.ring_ms = 10000;
	o.when = when;
	o.schedule = r->hours;
	o.sip_code = 603;
	HOST_OK(&r->h, tw_plan_add_step(r->h.engine, r->plan, &o,
					&r->h.err));
}

static void trap_28_hours_decide_at_each_step(void **state)
{
	struct room r;
	tw_offer_event e;

	(void)state;
	open_room(&r, 0);
	step(&r, TW_STEP_RING, TW_WHEN_OPEN);
	step(&r, TW_STEP_RING, TW_WHEN_OPEN);
	step(&r, TW_STEP_REJECT, TW_WHEN_CLOSED);
	host_wait(&r.h, 3600000 - 5000);   /* closes in five seconds */
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, r.t[0]);
	host_offer(&r.h, r.t[1]);
	host_wait(&r.h, 5000);
	host_none(&r.h);   /* closing cancels nothing that rings */
	host_wait(&r.h, 5000);
	host_expect(&r.h, TW_DECISION_CANCEL);
	host_expect(&r.h, TW_DECISION_CANCEL);
	assert_int_equal(host_end(&r.h, TW_OUTCOME_REJECTED, 603).step, 2);
	host_event(&r.h);
	host_event(&r.h);
	e = host_event(&r.h);
	assert_int_equal(e.target.id, 0);
	assert_int_equal(e.step, 1);
	assert_string_equal(e.reason, "step skipped: closed now");
	host_no_event(&r.h);
	close_room(&r);
}

/* No other step is taken silently: each one that is passed over is told. */
static void trap_29_out_of_hours_is_told_and_refused(void **state)
{
	struct room r;
	tw_offer_event e;

	(void)state;
	open_room(&r, 0);
	step(&r, TW_STEP_RING, TW_WHEN_OPEN);
	step(&r, TW_STEP_RING, TW_WHEN_OPEN);
	host_wait(&r.h, 3600000);
	host_enter(&r.h, r.plan);
	host_end(&r.h, TW_OUTCOME_CLOSED, 480);
	host_none(&r.h);
	for (uint32_t i = 0; i < 2; i++) {
		e = host_event(&r.h);
		assert_int_equal(e.step, i);
		assert_string_equal(e.reason, "step skipped: closed now");
	}
	host_no_event(&r.h);
	close_room(&r);
}

static void an_empty_plan_is_closed(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, 0);
	host_enter(&r.h, r.plan);
	host_end(&r.h, TW_OUTCOME_CLOSED, 480);
	close_room(&r);
}

static void when_closed_is_passed_while_open(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, 0);
	step(&r, TW_STEP_REJECT, TW_WHEN_CLOSED);
	step(&r, TW_STEP_RING, TW_WHEN_ALWAYS);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 1);
	assert_string_equal(host_event(&r.h).reason,
			    "step skipped: open now");
	close_room(&r);
}

static void voicemail_needs_a_host(void **state)
{
	struct room r;
	tw_call_id call;

	(void)state;
	open_room(&r, TW_HOST_VOICEMAIL);
	step(&r, TW_STEP_VOICEMAIL, TW_WHEN_ALWAYS);
	call = host_enter(&r.h, r.plan);
	host_expect(&r.h, TW_DECISION_VOICEMAIL);
	host_wait(&r.h, 3600000);
	host_none(&r.h);
	host_leave(&r.h, call);
	close_room(&r);

	open_room(&r, TW_HOST_PLAY);
	step(&r, TW_STEP_VOICEMAIL, TW_WHEN_ALWAYS);
	host_enter(&r.h, r.plan);
	host_end(&r.h, TW_OUTCOME_CLOSED, 480);
	assert_string_equal(host_event(&r.h).reason,
			    "step skipped: this host has no voicemail");
	close_room(&r);
}

static void refuses(struct room *r, tw_status status, const char *field,
		    const tw_step_options *o)
{
	HOST_FAIL(&r->h, status, tw_plan_add_step(r->h.engine, r->plan, o,
		&r->h.err));
	assert_string_equal(r->h.err.field, field);
	r->h.err = (tw_error)TW_ERROR_INIT;
}

static void steps_that_cannot_work_are_refused(void **state)
{
	const tw_step_options good = TW_STEP_OPTIONS_INIT;
	tw_step_options o = good;
	tw_plan_id other = { 99 };
	struct room r;

	(void)state;
	open_room(&r, 0);
	refuses(&r, TW_ENOTFOUND, "pool", &o);   /* none given */
	o.pool = r.pool;
	o.ring_ms = 999;
	refuses(&r, TW_EINVAL, "ring_ms", &o);
	o.ring_ms = 600001;
	refuses(&r, TW_EINVAL, "ring_ms", &o);
	o.ring_ms = 1000;
	o.when = 3;
	refuses(&r, TW_EINVAL, "when", &o);
	o.when = TW_WHEN_OPEN;
	refuses(&r, TW_ENOTFOUND, "schedule", &o);
	o = good;
	o.kind = 99;
	refuses(&r, TW_EINVAL, "kind", &o);
	o.kind = TW_STEP_REJECT;
	o.sip_code = 399;
	refuses(&r, TW_EINVAL, "sip_code", &o);
	o.sip_code = 700;
	refuses(&r, TW_EINVAL, "sip_code", &o);
	o.size = 3;
	HOST_FAIL(&r.h, TW_EINVAL, tw_plan_add_step(r.h.engine, r.plan, &o,
		&r.h.err));
	o = good;
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_plan_add_step(r.h.engine, other, &o,
		&r.h.err));
	assert_int_equal(r.h.engine->plan[0]->step_count, 0);
	HOST_FAIL(&r.h, TW_EEXIST, tw_engine_add_plan(&other, r.h.engine,
		"plan", &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_engine_add_plan(&other, r.h.engine, "",
		&r.h.err));
	HOST_OK(&r.h, tw_engine_find_plan(&other, r.h.engine, "plan", NULL));
	assert_int_equal(other.id, r.plan.id);
	close_room(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_28_hours_decide_at_each_step),
		cmocka_unit_test(trap_29_out_of_hours_is_told_and_refused),
		cmocka_unit_test(an_empty_plan_is_closed),
		cmocka_unit_test(when_closed_is_passed_while_open),
		cmocka_unit_test(voicemail_needs_a_host),
		cmocka_unit_test(steps_that_cannot_work_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
