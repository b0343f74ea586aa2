/* What naive engines get wrong, each with its number in the study. */
#include "host.h"

/* One target in two pools, each with a plan that rings it. */
struct room {
	struct host h;
	tw_target_id t;
	tw_pool_id pool[2];
	tw_plan_id plan[2];
};

static void open_room(struct room *r, const tw_target_options *options)
{
	int i;

	host_open(&r->h, 0);
	HOST_OK(&r->h, tw_engine_add_target(&r->t, r->h.engine, options,
					    &r->h.err));
	for (i = 0; i < 2; ++i) {
		r->pool[i] = host_pool(&r->h, i ? "b" : "a",
				       TW_POLICY_LINEAR, 0);
		host_member(&r->h, r->pool[i], r->t, 0, 1);
		r->plan[i] = host_plan(&r->h, i ? "b" : "a");
		host_ring(&r->h, r->plan[i], r->pool[i], 20000);
	}
}

static tw_call_id rings(struct room *r, int plan, tw_offer_id *offer)
{
	tw_call_id call = host_enter(&r->h, r->plan[plan]);

	host_step(&r->h, 0);
	*offer = host_offer(&r->h, r->t);
	return call;
}

static void refused(struct room *r, int plan)
{
	host_enter(&r->h, r->plan[plan]);
	host_step(&r->h, 0);
	host_end(&r->h, TW_OUTCOME_UNANSWERED, 486);
}

/* One clock for all pools; pausing in between does not shorten it. */
static void trap_12_wrap_up_is_the_targets(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_offer_id offer;
	tw_call_id call;
	struct room r;

	(void)state;
	o.name = "anna";
	o.wrap_up_ms = 10000;
	open_room(&r, &o);
	call = rings(&r, 0, &offer);
	host_answer(&r.h, offer);
	host_leave(&r.h, call);
	refused(&r, 1);
	host_wait(&r.h, 4000);
	host_state(&r.h, r.t, TW_TARGET_PAUSED);
	host_state(&r.h, r.t, TW_TARGET_AVAILABLE);
	host_wait(&r.h, 5999);
	refused(&r, 1);
	host_wait(&r.h, 1);
	rings(&r, 1, &offer);
	host_close(&r.h);
}

/* Who waits is offered in the tick in which wrap-up ends, to the millisecond
 * and not a second later. */
static void trap_13_wrap_up_ends_in_its_tick(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_offer_id offer;
	tw_plan_id line;
	tw_call_id call;
	struct room r;

	(void)state;
	o.name = "anna";
	o.wrap_up_ms = 1001;
	open_room(&r, &o);
	line = host_plan(&r.h, "line");
	host_queue(&r.h, line, r.pool[0], 0);
	call = rings(&r, 0, &offer);
	host_answer(&r.h, offer);
	host_leave(&r.h, call);
	call = host_enter(&r.h, line);
	host_step(&r.h, 0);
	host_none(&r.h);
	assert_true(tw_engine_deadline(r.h.engine) == T0 + 1001000);
	host_wait(&r.h, 1000);
	host_none(&r.h);
	host_wait(&r.h, 1);
	assert_int_equal(host_expect(&r.h, TW_DECISION_OFFER).call.id,
			 call.id);
	host_close(&r.h);
}

/* Two 200 OK: the first one told wins, the loser missed nothing. */
static void trap_15_the_first_answer_wins(void **state)
{
	tw_offer_event e;
	tw_target_id t[2];
	tw_offer_id offer[2];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_time idle;
	struct host h;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 2, 0, t);
	h.engine->target[1]->no_answer_us = 60 * TW_SECOND;
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	host_wait(&h, 1000);
	idle = h.engine->target[1]->idle_since;
	host_enter(&h, plan);
	host_step(&h, 0);
	offer[0] = host_offer(&h, t[0]);
	offer[1] = host_offer(&h, t[1]);
	host_answer(&h, offer[0]);
	host_cancel(&h, offer[1], TW_OUTCOME_LOST_RACE);
	HOST_FAIL(&h, TW_ECONFLICT, tw_offer_answered(h.engine, offer[1],
		h.now, &h.err));
	HOST_FAIL(&h, TW_ECONFLICT, tw_offer_failed(h.engine, offer[1],
		TW_OUTCOME_NO_ANSWER, h.now, &h.err));
	e = host_event(&h);
	assert_int_equal(e.outcome, TW_OUTCOME_LOST_RACE);
	assert_string_equal(e.reason, "answered by t1");
	assert_true(h.engine->target[1]->idle_since == idle);
	assert_true(tw__target_is_ready(h.engine->target[1]));
	host_close(&h);
}

/* Whatever a call held is free when it goes, in line, ringing or talking. */
static void trap_16_nothing_stays_reserved(void **state)
{
	tw_call_id call[3];
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;
	struct host h;
	int i;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 2, 0, t);
	plan = host_plan(&h, "plan");
	host_queue(&h, plan, pool, 0);
	for (i = 0; i < 3; ++i) {
		call[i] = host_enter(&h, plan);
		host_step(&h, 0);
		if (!i)
			host_answer(&h, host_offer(&h, t[0]));
		if (i == 1)
			host_offer(&h, t[1]);
	}
	assert_int_equal(h.engine->held, 2);
	for (i = 2; i >= 0; --i)
		host_leave(&h, call[i]);
	assert_int_equal(h.engine->held, 0);
	assert_int_equal(h.engine->waiting, 0);
	assert_int_equal(tw_engine_deadline(h.engine), TW_TIME_MAX);
	host_close(&h);
}

/* One line, whose state nobody knows before dialling, behind two numbers. */
static void trap_24_a_landline_is_learned_busy(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_offer_id offer;
	struct room r;

	(void)state;
	o.name = "showroom";
	o.kind = TW_TARGET_LANDLINE;
	o.busy_ms = 30000;
	o.no_answer_ms = 5000;
	o.unreachable_ms = 60000;
	open_room(&r, &o);
	rings(&r, 0, &offer);
	refused(&r, 1);            /* it is one line for both */
	host_failed(&r.h, offer, TW_OUTCOME_BUSY);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 486);
	host_wait(&r.h, 29999);
	refused(&r, 1);
	host_wait(&r.h, 1);
	rings(&r, 1, &offer);
	host_failed(&r.h, offer, TW_OUTCOME_NO_ANSWER);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	host_wait(&r.h, 4999);
	refused(&r, 0);
	host_wait(&r.h, 1);
	rings(&r, 0, &offer);
	host_failed(&r.h, offer, TW_OUTCOME_UNREACHABLE);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	host_wait(&r.h, 59999);
	host_why(&r.h, r.pool[0], 0, "left alone a while, 0.0 s left");
	host_wait(&r.h, 1);
	rings(&r, 0, &offer);
	host_close(&r.h);
}

/* Load is what calls own: no timer forgets a talk of a day. */
static void trap_35_long_talks_are_not_forgotten(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_offer_id offer;
	tw_call_id call;
	struct room r;

	(void)state;
	o.name = "anna";
	open_room(&r, &o);
	call = rings(&r, 0, &offer);
	host_answer(&r.h, offer);
	host_wait(&r.h, 24 * 3600 * 1000);
	assert_int_equal(r.h.engine->held, 1);
	refused(&r, 1);
	host_leave(&r.h, call);
	assert_int_equal(r.h.engine->held, 0);
	rings(&r, 1, &offer);
	host_close(&r.h);
}

/* A clock that jumps back ages nobody and shortens no pause. */
static void trap_38_the_clock_may_jump(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_call_id talk, first, second;
	tw_offer_id offer;
	tw_plan_id line;
	struct room r;

	(void)state;
	o.name = "anna";
	open_room(&r, &o);
	line = host_plan(&r.h, "line");
	host_queue(&r.h, line, r.pool[0], 0);
	talk = rings(&r, 0, &offer);
	host_answer(&r.h, offer);
	host_wait(&r.h, 60000);
	first = host_enter(&r.h, line);
	host_step(&r.h, 0);
	r.h.now -= 3600 * TW_SECOND;
	second = host_enter(&r.h, line);   /* not before the first */
	host_step(&r.h, 0);
	host_leave(&r.h, talk);
	assert_int_equal(host_expect(&r.h, TW_DECISION_OFFER).call.id,
			 first.id);
	assert_int_not_equal(first.id, second.id);
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_12_wrap_up_is_the_targets),
		cmocka_unit_test(trap_13_wrap_up_ends_in_its_tick),
		cmocka_unit_test(trap_15_the_first_answer_wins),
		cmocka_unit_test(trap_16_nothing_stays_reserved),
		cmocka_unit_test(trap_24_a_landline_is_learned_busy),
		cmocka_unit_test(trap_35_long_talks_are_not_forgotten),
		cmocka_unit_test(trap_38_the_clock_may_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
