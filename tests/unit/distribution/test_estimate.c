/* What a waiting call is told: where it stands, and how long it may last. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[1];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id talk;
};

/* One member, who talks. */
static void open_room(struct room *r, uint32_t announce_ms)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	host_open(&r->h, TW_HOST_PLAY | TW_HOST_CALLBACK);
	r->pool = host_line(&r->h, TW_POLICY_LINEAR, 1, 0, r->t);
	r->plan = host_plan(&r->h, "plan");
	o.kind = TW_STEP_QUEUE;
	o.pool = r->pool;
	o.announce_ms = announce_ms;
	HOST_OK(&r->h, tw_plan_add_step(r->h.engine, r->plan, &o,
					&r->h.err));
	r->talk = host_enter(&r->h, r->plan);
	host_step(&r->h, 0);
	host_answer(&r->h, host_offer(&r->h, r->t[0]));
}

static tw_call_id enter(struct room *r, uint32_t priority)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call;

	o.plan = r->plan;
	o.priority = priority;
	HOST_OK(&r->h, tw_call_enter_as(&call, r->h.engine, &o, r->h.now,
					&r->h.err));
	host_step(&r->h, 0);
	return call;
}

static tw_wait wait_of(struct room *r, tw_call_id call)
{
	tw_wait wait = TW_WAIT_INIT;

	HOST_OK(&r->h, tw_call_wait(&wait, r->h.engine, call, &r->h.err));
	return wait;
}

/* The talk ends, the next one begins. */
static void serve(struct room *r, int64_t after_ms)
{
	tw_decision d;

	r->h.now += after_ms * 1000;
	host_leave(&r->h, r->talk);
	d = host_expect(&r->h, TW_DECISION_OFFER);
	r->talk = d.call;
	host_answer(&r->h, d.offer);
}

static void positions_follow_the_line(void **state)
{
	tw_call_id call[5];
	struct room r;
	int i;

	(void)state;
	open_room(&r, 0);
	for (i = 0; i < 4; ++i) {
		call[i] = enter(&r, 0);
		r.h.now += 1000;
		assert_int_equal(wait_of(&r, call[i]).position, i + 1);
	}
	call[4] = enter(&r, 5);
	assert_int_equal(wait_of(&r, call[4]).position, 1);
	assert_int_equal(wait_of(&r, call[3]).position, 5);
	host_leave(&r.h, call[1]);
	assert_int_equal(wait_of(&r, call[3]).position, 4);
	assert_true(wait_of(&r, call[3]).entered == T0 + 3000);
	assert_true(wait_of(&r, call[3]).high_us == -1);
	host_close(&r.h);
}

/* Position counts, and so does how fast people come free: not one constant
 * for everybody, and no guess without measuring. */
static void trap_37_the_wait_follows_position_and_pace(void **state)
{
	tw_call_id call[12];
	struct room r;
	tw_wait wait;
	int i;

	(void)state;
	open_room(&r, 0);
	for (i = 0; i < 12; ++i)
		call[i] = enter(&r, 0);
	for (i = 0; i < 4; ++i) {
		assert_true(wait_of(&r, call[11]).high_us == -1);
		serve(&r, 60000);
	}
	wait = wait_of(&r, call[4]);
	assert_int_equal(wait.position, 1);   /* one minute, give or take it */
	assert_true(wait.low_us == 0);
	assert_true(wait.high_us == 120 * TW_SECOND);
	wait = wait_of(&r, call[7]);
	assert_int_equal(wait.position, 4);   /* 4 minutes, give or take 2 */
	assert_true(wait.low_us == 120 * TW_SECOND);
	assert_true(wait.high_us == 360 * TW_SECOND);
	for (i = 0; i < 4; ++i)
		serve(&r, 20000);             /* it goes faster now */
	wait = wait_of(&r, call[11]);
	assert_int_equal(wait.position, 4);
	assert_true(wait.high_us == 240 * TW_SECOND);   /* 40 s each */
	host_close(&r.h);
}

static tw_decision told(struct room *r, tw_call_id call)
{
	tw_decision d = host_expect(&r->h, TW_DECISION_ANNOUNCE);

	assert_int_equal(d.call.id, call.id);
	assert_true(d.reason[0]);
	return d;
}

/* A more urgent call moves it back; it is not told so. */
static void trap_37_what_was_told_never_rises(void **state)
{
	tw_call_id call;
	struct room r;
	tw_decision d;
	int i;

	(void)state;
	open_room(&r, 30000);
	call = enter(&r, 0);
	assert_true(tw_engine_deadline(r.h.engine) == r.h.now);
	host_wait(&r.h, 0);
	d = told(&r, call);
	assert_int_equal(d.position, 1);
	assert_true(d.wait_high_us == -1);
	for (i = 0; i < 3; ++i) {
		tw_call_id urgent = enter(&r, 10);

		host_wait(&r.h, 0);
		assert_int_equal(told(&r, urgent).position, i + 1);
	}
	host_wait(&r.h, 29999);
	host_none(&r.h);
	host_wait(&r.h, 1);
	assert_int_equal(told(&r, call).position, 1);
	assert_int_equal(wait_of(&r, call).position, 1);
	host_close(&r.h);
}

static void who_is_served_at_once_hears_nothing(void **state)
{
	struct room r;
	tw_call_id call, next;
	tw_decision d;

	(void)state;
	open_room(&r, 5000);
	host_leave(&r.h, r.talk);
	call = enter(&r, 0);
	d = host_expect(&r.h, TW_DECISION_OFFER);
	host_wait(&r.h, 0);
	host_none(&r.h);
	host_wait(&r.h, 19999);
	host_none(&r.h);   /* rings: nothing to tell */
	host_wait(&r.h, 1);
	host_cancel(&r.h, d.offer, TW_OUTCOME_NO_ANSWER);
	/* back in line, so it is told where it stands in its time */
	host_wait(&r.h, 4999);
	assert_int_equal(told(&r, call).position, 1);
	next = enter(&r, 0);
	HOST_OK(&r.h, tw_call_callback(r.h.engine, next, TW_TIME_MAX,
				       r.h.now, &r.h.err));
	host_wait(&r.h, 0);   /* nobody listens to a ticket */
	host_none(&r.h);
	host_close(&r.h);
}

static void wrong_questions_are_refused(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	tw_wait wait = TW_WAIT_INIT;
	tw_call_id none = { 0 };
	struct room r;

	(void)state;
	open_room(&r, 0);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_call_wait(&wait, r.h.engine, r.talk,
		&r.h.err));
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_call_wait(&wait, r.h.engine, none,
		&r.h.err));
	wait.size = 0;
	HOST_FAIL(&r.h, TW_EINVAL, tw_call_wait(&wait, r.h.engine, r.talk,
		&r.h.err));
	o.kind = TW_STEP_QUEUE;
	o.pool = r.pool;
	o.announce_ms = 4999;
	HOST_FAIL(&r.h, TW_EINVAL, tw_plan_add_step(r.h.engine, r.plan, &o,
		&r.h.err));
	assert_string_equal(r.h.err.field, "announce_ms");
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_follow_the_line),
		cmocka_unit_test(trap_37_the_wait_follows_position_and_pace),
		cmocka_unit_test(trap_37_what_was_told_never_rises),
		cmocka_unit_test(who_is_served_at_once_hears_nothing),
		cmocka_unit_test(wrong_questions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
