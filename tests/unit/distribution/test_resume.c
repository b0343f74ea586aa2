/* Callers who come back have their age, once, for a time. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[1];
	tw_plan_id plan, other;
	tw_call_id talk;
};

static void open_room(struct room *r, uint32_t resume_ms)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	tw_pool_id pool;

	memset(r, 0, sizeof(*r));
	r->h.err = (tw_error)TW_ERROR_INIT;
	r->h.now = T0;
	o.resume_ms = resume_ms;
	assert_int_equal(tw_engine_new(&r->h.engine, &o, NULL), TW_OK);
	pool = host_line(&r->h, TW_POLICY_LINEAR, 1, 0, r->t);
	r->plan = host_plan(&r->h, "plan");
	host_queue(&r->h, r->plan, pool, 0);
	r->other = host_plan(&r->h, "other");
	host_queue(&r->h, r->other, pool, 0);
	r->talk = host_enter(&r->h, r->plan);
	host_step(&r->h, 0);
	host_answer(&r->h, host_offer(&r->h, r->t[0]));
}

/* @return whether it has an age */
static bool enter(struct room *r, tw_call_id *call, tw_plan_id plan,
		  uint64_t affinity)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;

	o.plan = plan;
	o.affinity = affinity;
	HOST_OK(&r->h, tw_call_enter_as(call, r->h.engine, &o, r->h.now,
					&r->h.err));
	return !strcmp(host_expect(&r->h, TW_DECISION_STEP).reason,
		       "the caller came back to his place");
}

static void who_comes_back_has_his_place(void **state)
{
	tw_call_id a, b;
	struct room r;

	(void)state;
	open_room(&r, 60000);
	assert_false(enter(&r, &a, r.plan, 7));
	host_wait(&r.h, 10000);
	assert_false(enter(&r, &b, r.plan, 8));
	host_leave(&r.h, a);
	host_wait(&r.h, 59999);
	assert_true(enter(&r, &a, r.plan, 7));
	host_leave(&r.h, r.talk);
	assert_int_equal(host_expect(&r.h, TW_DECISION_OFFER).call.id, a.id);
	host_close(&r.h);
}

static void not_too_late_not_twice_not_elsewhere(void **state)
{
	tw_call_id a, b;
	struct room r;

	(void)state;
	open_room(&r, 60000);
	assert_false(enter(&r, &a, r.plan, 7));
	host_leave(&r.h, a);
	assert_false(enter(&r, &a, r.other, 7));
	assert_false(enter(&r, &b, r.plan, 0));   /* unknown callers */
	host_leave(&r.h, b);
	assert_false(enter(&r, &b, r.plan, 0));
	assert_true(enter(&r, &b, r.plan, 7));
	assert_false(enter(&r, &b, r.plan, 7));
	host_leave(&r.h, b);
	host_wait(&r.h, 60000);
	assert_false(enter(&r, &b, r.plan, 7));
	host_close(&r.h);

	open_room(&r, 0);   /* nobody asked for it */
	assert_false(enter(&r, &a, r.plan, 7));
	host_leave(&r.h, a);
	assert_false(enter(&r, &a, r.plan, 7));
	host_close(&r.h);
}

/* A talk that ended is no drop. */
static void who_was_served_begins_anew(void **state)
{
	tw_call_id a;
	struct room r;

	(void)state;
	open_room(&r, 60000);
	assert_false(enter(&r, &a, r.plan, 7));
	host_leave(&r.h, r.talk);
	host_answer(&r.h, host_offer(&r.h, r.t[0]));
	host_leave(&r.h, a);
	assert_false(enter(&r, &a, r.plan, 7));
	host_close(&r.h);
}

/* Thousands come and go; the table finds each, and keeps none for ever. */
static void the_table_loses_nobody(void **state)
{
	tw_call_id call;
	struct room r;
	uint64_t i;

	(void)state;
	open_room(&r, 3600000);
	for (i = 1; i <= 5000; ++i) {
		assert_false(enter(&r, &call, r.plan, i * 64));
		host_leave(&r.h, call);
	}
	assert_int_equal(r.h.engine->drops.count, 5000);
	for (i = 1; i <= 5000; i += 2)
		assert_true(enter(&r, &call, r.plan, i * 64));
	assert_int_equal(r.h.engine->drops.count, 2500);
	for (i = 2; i <= 5000; i += 2) {
		assert_true(enter(&r, &call, r.plan, i * 64));
		host_drain(&r.h);
		host_leave(&r.h, call);
	}
	host_wait(&r.h, 3600000);
	for (i = 1; i <= 9000; ++i) {
		assert_false(enter(&r, &call, r.plan, i << 40));
		host_leave(&r.h, call);
	}
	assert_int_equal(r.h.engine->drops.count, 9000);
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_back_has_his_place),
		cmocka_unit_test(not_too_late_not_twice_not_elsewhere),
		cmocka_unit_test(who_was_served_begins_anew),
		cmocka_unit_test(the_table_loses_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
