/* Queue steps: who may wait, how long, and what is told about it. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;
};

static void open_room(struct room *r, const tw_step_options *queue)
{
	tw_step_options o = queue ? *queue :
		(tw_step_options)TW_STEP_OPTIONS_INIT;

	host_open(&r->h, 0);
	r->pool = host_line(&r->h, TW_POLICY_LINEAR, 2, 0, r->t);
	r->plan = host_plan(&r->h, "plan");
	o.kind = TW_STEP_QUEUE;
	o.pool = r->pool;
	HOST_OK(&r->h, tw_plan_add_step(r->h.engine, r->plan, &o,
					&r->h.err));
	o = (tw_step_options)TW_STEP_OPTIONS_INIT;
	o.kind = TW_STEP_REJECT;
	HOST_OK(&r->h, tw_plan_add_step(r->h.engine, r->plan, &o,
					&r->h.err));
}

static void talks(struct room *r, uint32_t target)
{
	host_enter(&r->h, r->plan);
	host_step(&r->h, 0);
	host_answer(&r->h, host_offer(&r->h, r->t[target]));
}

static void all_talk(struct room *r)
{
	talks(r, 0);
	talks(r, 1);
}

static void skipped(struct room *r, const char *why)
{
	tw_offer_event e;

	host_enter(&r->h, r->plan);
	host_end(&r->h, TW_OUTCOME_REJECTED, 480);
	e = host_event(&r->h);
	assert_int_equal(e.outcome, 0);
	assert_string_equal(e.reason, why);
	host_no_event(&r->h);
}

static void first_come_first_served(void **state)
{
	struct room r;
	tw_call_id a, b, talk;

	(void)state;
	open_room(&r, NULL);
	talk = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_answer(&r.h, host_offer(&r.h, r.t[0]));
	talks(&r, 1);
	a = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	b = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_none(&r.h);
	assert_int_equal(r.h.engine->waiting, 2);
	host_leave(&r.h, talk);
	assert_int_equal(host_expect(&r.h, TW_DECISION_OFFER).call.id, a.id);
	host_none(&r.h);
	host_leave(&r.h, a);
	host_expect(&r.h, TW_DECISION_CANCEL);
	assert_int_equal(host_expect(&r.h, TW_DECISION_OFFER).call.id, b.id);
	assert_int_equal(r.h.engine->waiting, 0);
	host_close(&r.h);
}

static void the_longest_wait_ends_it(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	struct room r;
	tw_offer_event e;

	(void)state;
	o.wait_ms = 30000;
	open_room(&r, &o);
	all_talk(&r);
	host_wait(&r.h, 1000);
	host_enter(&r.h, r.plan);
	assert_true(host_expect(&r.h, TW_DECISION_STEP).until == r.h.now +
		    30 * TW_SECOND);
	host_wait(&r.h, 29999);
	host_none(&r.h);
	host_wait(&r.h, 1);
	host_end(&r.h, TW_OUTCOME_REJECTED, 480);
	e = host_event(&r.h);
	assert_int_equal(e.outcome, TW_OUTCOME_EXPIRED);
	assert_int_equal(e.target.id, 0);
	assert_true(e.ended - e.offered == 30 * TW_SECOND);
	assert_string_equal(e.reason, "the longest wait was up after 30.0 s");
	host_close(&r.h);
}

static void who_gives_up_has_a_row(void **state)
{
	struct room r;
	tw_offer_event e;
	tw_call_id call;

	(void)state;
	open_room(&r, NULL);
	all_talk(&r);
	call = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	assert_int_equal(tw_engine_deadline(r.h.engine), TW_TIME_MAX);
	host_wait(&r.h, 45500);
	host_leave(&r.h, call);
	host_none(&r.h);
	e = host_event(&r.h);
	assert_int_equal(e.outcome, TW_OUTCOME_CANCELLED);
	assert_string_equal(e.reason, "the caller gave up after 45.5 s");
	host_no_event(&r.h);
	host_close(&r.h);
}

static void a_full_line_is_skipped(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	struct room r;

	(void)state;
	o.length_max = 1;
	open_room(&r, &o);
	all_talk(&r);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	skipped(&r, "step skipped: 1 calls wait already");
	host_close(&r.h);
}

/* Nobody, nobody now, only wrap-up: three states that rules can name. */
static void trap_21_staffed_ready_reachable(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	struct room r;

	(void)state;
	open_room(&r, &o);   /* joins while staffed */
	talks(&r, 0);
	host_state(&r.h, r.t[1], TW_TARGET_PAUSED);
	host_enter(&r.h, r.plan);   /* one talks: staffed, though not ready */
	host_step(&r.h, 0);
	host_close(&r.h);

	open_room(&r, &o);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	host_state(&r.h, r.t[1], TW_TARGET_UNREACHABLE);
	skipped(&r, "step skipped: nobody of the pool is at work");
	host_close(&r.h);

	o.join = TW_NEED_REACHABLE;   /* whoever is paused will be back */
	open_room(&r, &o);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	host_state(&r.h, r.t[1], TW_TARGET_UNREACHABLE);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_close(&r.h);

	o.join = TW_NEED_READY;
	open_room(&r, &o);
	all_talk(&r);
	skipped(&r, "step skipped: nobody of the pool is ready");
	host_close(&r.h);
}

static void a_line_that_nobody_serves_is_left(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	struct room r;
	tw_offer_event e;

	(void)state;
	o.leave = TW_NEED_STAFFED;
	open_room(&r, &o);
	all_talk(&r);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	host_none(&r.h);
	host_wait(&r.h, 2000);
	host_state(&r.h, r.t[1], TW_TARGET_PAUSED);
	host_end(&r.h, TW_OUTCOME_REJECTED, 480);
	host_end(&r.h, TW_OUTCOME_REJECTED, 480);
	e = host_event(&r.h);
	assert_string_equal(e.reason,
			    "nobody left to wait for after 2.0 s");
	host_close(&r.h);
}

/* A phone that refuses at once must not be offered without end. */
static void a_failed_member_is_left_alone(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	struct room r;

	(void)state;
	o.retry_ms = 3000;
	open_room(&r, &o);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_failed(&r.h, host_offer(&r.h, r.t[0]), TW_OUTCOME_REJECTED);
	host_failed(&r.h, host_offer(&r.h, r.t[1]), TW_OUTCOME_UNREACHABLE);
	host_none(&r.h);
	assert_int_equal(r.h.engine->waiting, 1);
	host_wait(&r.h, 2999);
	host_none(&r.h);
	host_wait(&r.h, 1);
	host_offer(&r.h, r.t[0]);
	host_close(&r.h);
}

static void a_pool_without_ring_time_rings_20_s(void **state)
{
	struct room r;
	tw_decision d;

	(void)state;
	open_room(&r, NULL);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	d = host_expect(&r.h, TW_DECISION_OFFER);
	assert_true(d.until == r.h.now + 20 * TW_SECOND);
	host_wait(&r.h, 20000);
	host_cancel(&r.h, d.offer, TW_OUTCOME_NO_ANSWER);
	host_offer(&r.h, r.t[1]);
	host_close(&r.h);
}

static void priority_is_worth_a_wait(void **state)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	struct room r;
	tw_call_id plain, urgent, late, talk;

	(void)state;
	open_room(&r, NULL);
	host_state(&r.h, r.t[1], TW_TARGET_PAUSED);
	talk = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_answer(&r.h, host_offer(&r.h, r.t[0]));
	plain = host_enter(&r.h, r.plan);
	host_wait(&r.h, 59999);
	o.plan = r.plan;
	o.priority = 1;   /* a minute */
	HOST_OK(&r.h, tw_call_enter_as(&urgent, r.h.engine, &o, r.h.now,
				       &r.h.err));
	host_wait(&r.h, 2);
	HOST_OK(&r.h, tw_call_enter_as(&late, r.h.engine, &o, r.h.now,
				       &r.h.err));
	host_drain(&r.h);
	host_leave(&r.h, talk);
	assert_int_equal(host_next(&r.h).call.id, urgent.id);
	host_leave(&r.h, urgent);
	host_expect(&r.h, TW_DECISION_CANCEL);
	assert_int_equal(host_next(&r.h).call.id, plain.id);
	host_leave(&r.h, plain);
	host_expect(&r.h, TW_DECISION_CANCEL);
	assert_int_equal(host_next(&r.h).call.id, late.id);
	host_close(&r.h);
}

/* Strict priorities starve; here a call is overtaken for a while only. */
static void trap_17_nobody_starves(void **state)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call, plain;
	struct room r;
	int overtaken = 0;
	tw_decision d;

	(void)state;
	open_room(&r, NULL);
	host_state(&r.h, r.t[1], TW_TARGET_PAUSED);
	talks(&r, 0);
	o.plan = r.plan;
	plain = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	o.priority = 10;   /* ten minutes */
	for (;;) {
		/* two a minute come, one a minute is served */
		HOST_OK(&r.h, tw_call_enter_as(&call, r.h.engine, &o,
					       r.h.now, &r.h.err));
		host_wait(&r.h, 30000);
		HOST_OK(&r.h, tw_call_enter_as(&call, r.h.engine, &o,
					       r.h.now, &r.h.err));
		host_wait(&r.h, 30000);
		host_drain(&r.h);
		host_leave(&r.h, overtaken ? d.call :
			   (tw_call_id){ r.h.engine->call[0]->id });
		d = host_expect(&r.h, TW_DECISION_OFFER);
		host_answer(&r.h, d.offer);
		if (d.call.id == plain.id)
			break;
		assert_true(++overtaken <= 20);
	}
	assert_true(overtaken >= 10);
	host_close(&r.h);
}

static void bad_steps_and_calls_are_refused(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	tw_call_options c = TW_CALL_OPTIONS_INIT;
	tw_call_id call = { 42 };
	struct room r;

	(void)state;
	open_room(&r, NULL);
	o.kind = TW_STEP_QUEUE;
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_plan_add_step(r.h.engine, r.plan,
		&o, &r.h.err));
	o.pool = r.pool;
	o.wait_ms = 999;
	HOST_FAIL(&r.h, TW_EINVAL, tw_plan_add_step(r.h.engine, r.plan, &o,
		&r.h.err));
	assert_string_equal(r.h.err.field, "wait_ms");
	o.wait_ms = 0;
	o.leave = TW_NEED_READY;   /* nobody would ever wait */
	HOST_FAIL(&r.h, TW_EINVAL, tw_plan_add_step(r.h.engine, r.plan, &o,
		&r.h.err));
	assert_string_equal(r.h.err.field, "leave");
	o.leave = 0;
	o.join = 4;
	HOST_FAIL(&r.h, TW_EINVAL, tw_plan_add_step(r.h.engine, r.plan, &o,
		&r.h.err));
	assert_string_equal(r.h.err.field, "join");
	o.join = 0;
	o.retry_ms = 1;
	HOST_FAIL(&r.h, TW_EINVAL, tw_plan_add_step(r.h.engine, r.plan, &o,
		&r.h.err));
	assert_string_equal(r.h.err.field, "retry_ms");

	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_call_enter_as(&call, r.h.engine,
		&c, T0, &r.h.err));
	c.plan = r.plan;
	c.priority = TW_PRIORITY_MAX + 1;
	HOST_FAIL(&r.h, TW_EINVAL, tw_call_enter_as(&call, r.h.engine, &c,
		T0, &r.h.err));
	assert_string_equal(r.h.err.field, "priority");
	c.priority = 0;
	c.entered = TW_TIME_MIN;
	HOST_FAIL(&r.h, TW_EINVAL, tw_call_enter_as(&call, r.h.engine, &c,
		T0, &r.h.err));
	assert_string_equal(r.h.err.field, "entered");
	assert_int_equal(call.id, 42);
	host_none(&r.h);
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_come_first_served),
		cmocka_unit_test(the_longest_wait_ends_it),
		cmocka_unit_test(who_gives_up_has_a_row),
		cmocka_unit_test(a_full_line_is_skipped),
		cmocka_unit_test(trap_21_staffed_ready_reachable),
		cmocka_unit_test(a_line_that_nobody_serves_is_left),
		cmocka_unit_test(a_failed_member_is_left_alone),
		cmocka_unit_test(a_pool_without_ring_time_rings_20_s),
		cmocka_unit_test(priority_is_worth_a_wait),
		cmocka_unit_test(trap_17_nobody_starves),
		cmocka_unit_test(bad_steps_and_calls_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
