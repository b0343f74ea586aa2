/* Targets: capacity, readiness, wrap-up, found busy, calls from outside. */
#include "host.h"

static void bad_targets_are_refused(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_target_id id = { 99 };
	struct host h;
	tw_engine *e;

	(void)state;
	host_open(&h, 0);
	e = h.engine;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_target(&id, e, &o, &h.err));
	o.name = "anna";
	o.kind = 4;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_target(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "kind");
	o.kind = TW_TARGET_MOBILE;
	o.capacity = 0;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_target(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "capacity");
	o.capacity = 1;
	o.wrap_up_ms = 86400001;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_target(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "wrap_up_ms");
	o.wrap_up_ms = 0;
	o.busy_ms = UINT32_MAX;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_target(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "busy_ms");
	o.busy_ms = 0;
	assert_int_equal(id.id, 99);
	HOST_OK(&h, tw_engine_add_target(&id, e, &o, &h.err));
	HOST_FAIL(&h, TW_EEXIST, tw_engine_add_target(&id, e, &o, &h.err));
	assert_string_equal(tw_target_name(e, id), "anna");
	assert_int_equal(tw_target_kind(e, id), TW_TARGET_MOBILE);
	id.id = 0;
	assert_string_equal(tw_target_name(e, id), "?");
	assert_int_equal(tw_target_kind(e, id), 0);
	HOST_OK(&h, tw_engine_find_target(&id, e, "anna", &h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_target_set_state(e, id, 4, T0, &h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_target_set_state(e, id, 1, TW_TIME_MAX,
		&h.err));
	host_close(&h);
}

static void structs_of_other_releases(void **state)
{
	struct {
		tw_target_options o;
		uint64_t unknown;
	} newer = { TW_TARGET_OPTIONS_INIT, 0 };
	tw_target_options older = TW_TARGET_OPTIONS_INIT;
	tw_target_id id;
	struct host h;

	(void)state;
	host_open(&h, 0);
	newer.o.size = sizeof(newer);
	newer.o.name = "newer";
	newer.unknown = 1;
	HOST_FAIL(&h, TW_EVERSION, tw_engine_add_target(&id, h.engine,
		&newer.o, &h.err));
	newer.unknown = 0;
	HOST_OK(&h, tw_engine_add_target(&id, h.engine, &newer.o, &h.err));
	older.size = offsetof(tw_target_options, busy_ms);
	older.name = "older";
	older.busy_ms = 5;   /* past what it says it has */
	HOST_OK(&h, tw_engine_add_target(&id, h.engine, &older, &h.err));
	assert_int_equal(h.engine->target[1]->busy_us, 0);
	host_close(&h);
}

static void outside_calls_hold_a_line_each(void **state)
{
	struct host h;
	tw_target_id t;

	(void)state;
	host_open(&h, 0);
	t = host_target(&h, "anna", 2, 0);
	HOST_FAIL(&h, TW_EINVAL, tw_target_release(h.engine, t, T0, &h.err));
	HOST_OK(&h, tw_target_occupy(h.engine, t, T0, &h.err));
	HOST_OK(&h, tw_target_occupy(h.engine, t, T0, &h.err));
	HOST_FAIL(&h, TW_EBUSY, tw_target_occupy(h.engine, t, T0, &h.err));
	HOST_OK(&h, tw_target_release(h.engine, t, T0, &h.err));
	HOST_OK(&h, tw_target_release(h.engine, t, T0 + 5, &h.err));
	HOST_FAIL(&h, TW_EINVAL, tw_target_release(h.engine, t, T0, &h.err));
	assert_int_equal(h.engine->target[0]->idle_since, T0 + 5);
	t.id = 2;
	HOST_FAIL(&h, TW_ENOTFOUND, tw_target_occupy(h.engine, t, T0,
		&h.err));
	host_close(&h);
}

/* An offer's slot is not the host's to release. */
static void an_offer_is_not_an_outside_call(void **state)
{
	struct host h;
	tw_target_id t[1];
	tw_plan_id plan;
	tw_pool_id pool;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 1, 0, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 5000);
	host_enter(&h, plan);
	HOST_FAIL(&h, TW_EINVAL, tw_target_release(h.engine, t[0], T0,
		&h.err));
	HOST_FAIL(&h, TW_EBUSY, tw_target_occupy(h.engine, t[0], T0,
		&h.err));
	host_close(&h);
}

/* Traps 12 and 13: milliseconds, one deadline, offered in that very tick. */
static void wrap_up_ends_to_the_microsecond(void **state)
{
	struct host h;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;

	(void)state;
	host_open(&h, 0);
	t[0] = host_target(&h, "anna", 1, 2500);
	t[1] = host_target(&h, "boris", 1, 0);
	pool = host_pool(&h, "pool", TW_POLICY_ALL, 0);
	host_member(&h, pool, t[0], 0, 1);
	host_member(&h, pool, t[1], 0, 2);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	call = host_enter(&h, plan);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[0]));
	host_drain(&h);
	host_wait(&h, 1000);
	host_leave(&h, call);
	assert_int_equal(tw_engine_deadline(h.engine),
			 T0 + 3500000);
	host_drain(&h);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t[1]);
	host_none(&h);
	host_why(&h, pool, 0, "wrap-up, 2.5 s left");
	h.now = T0 + 3499999;
	HOST_OK(&h, tw_engine_tick(h.engine, h.now, NULL));
	host_none(&h);
	++h.now;
	HOST_OK(&h, tw_engine_tick(h.engine, h.now, NULL));
	host_offer(&h, t[0]);
	host_close(&h);
}

/* Trap 24: a landline has no busy signal before it is dialled. */
static void found_busy_is_remembered(void **state)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	struct host h;
	tw_target_id t;
	tw_pool_id pool;
	tw_plan_id plan;

	(void)state;
	host_open(&h, 0);
	o.name = "showroom";
	o.kind = TW_TARGET_LANDLINE;
	o.busy_ms = 20000;
	HOST_OK(&h, tw_engine_add_target(&t, h.engine, &o, &h.err));
	pool = host_pool(&h, "pool", TW_POLICY_LINEAR, 0);
	host_member(&h, pool, t, 0, 1);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_failed(&h, host_offer(&h, t), TW_OUTCOME_BUSY);
	host_end(&h, TW_OUTCOME_UNANSWERED, 486);
	host_drain(&h);
	host_wait(&h, 19999);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_end(&h, TW_OUTCOME_UNANSWERED, 486);   /* not dialled again */
	assert_string_equal(host_event(&h).reason,
			    "nobody left to ring: 1 busy, 0 away");
	host_why(&h, pool, 0, "was found busy, 0.0 s left");
	host_wait(&h, 1);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t);
	host_close(&h);
}

/* One line behind two numbers is one target. */
static void two_pools_share_one_capacity(void **state)
{
	struct host h;
	tw_target_id t;
	tw_pool_id pool[2];
	tw_plan_id plan[2];
	int i;

	(void)state;
	host_open(&h, 0);
	t = host_target(&h, "anna", 1, 0);
	for (i = 0; i < 2; ++i) {
		pool[i] = host_pool(&h, i ? "b" : "a", TW_POLICY_LINEAR, 0);
		host_member(&h, pool[i], t, 0, 1);
		plan[i] = host_plan(&h, i ? "b" : "a");
		host_ring(&h, plan[i], pool[i], 20000);
	}
	host_enter(&h, plan[0]);
	host_enter(&h, plan[1]);   /* in the same instant */
	host_step(&h, 0);
	host_offer(&h, t);
	host_step(&h, 0);
	host_end(&h, TW_OUTCOME_UNANSWERED, 486);
	host_none(&h);
	host_close(&h);
}

static void call_waiting_is_a_second_line(void **state)
{
	struct host h;
	tw_target_id t;
	tw_pool_id pool;
	tw_plan_id plan;
	int i;

	(void)state;
	host_open(&h, 0);
	t = host_target(&h, "anna", 2, 0);
	pool = host_pool(&h, "pool", TW_POLICY_LINEAR, 0);
	host_member(&h, pool, t, 0, 1);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	for (i = 0; i < 2; ++i) {
		host_enter(&h, plan);
		host_step(&h, 0);
		host_answer(&h, host_offer(&h, t));
	}
	host_enter(&h, plan);
	host_step(&h, 0);
	host_end(&h, TW_OUTCOME_UNANSWERED, 486);
	host_why(&h, pool, 0, "2 of 2 lines in use");
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_targets_are_refused),
		cmocka_unit_test(structs_of_other_releases),
		cmocka_unit_test(outside_calls_hold_a_line_each),
		cmocka_unit_test(an_offer_is_not_an_outside_call),
		cmocka_unit_test(wrap_up_ends_to_the_microsecond),
		cmocka_unit_test(found_busy_is_remembered),
		cmocka_unit_test(two_pools_share_one_capacity),
		cmocka_unit_test(call_waiting_is_a_second_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
