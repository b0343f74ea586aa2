/**
 * @file test_lease.c  Only the node that holds the lease registers
 */
#include "loop.h"

static tw_trunks *leased_set(struct loop *loop)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_trunks *set;

	o.flags = TW_TRUNKS_HOST_CLOCK | TW_TRUNKS_LEASED;
	o.clock = &loop->clock;
	o.event = loop_event_h;
	o.arg = loop;
	assert_int_equal(tw_trunks_new_attached(&set, loop->sip, &o, NULL),
		TW_OK);
	return set;
}

static void at(struct loop *loop, tw_trunks *set, int64_t now_us)
{
	loop->now_us = now_us;
	assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	loop_run(loop, 20);
}

static void test_waits_for_the_lease(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk, *idle;
	int64_t now;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	now = loop.now_us;
	set = leased_set(&loop);
	trunk = loop_trunk(&loop, set, "main");
	idle = loop_trunk(&loop, set, "idle");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	at(&loop, set, now + 100000000);
	assert_int_equal(loop.requests, 0);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_IDLE);
	assert_int_equal(tw_trunks_deadline(set), INT64_MAX);
	/* with it, what is started starts, and nothing else */
	assert_int_equal(tw_trunks_lease(set, loop.now_us + 10000000, NULL),
		TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 1);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(idle).state, TW_TRUNK_IDLE);
	assert_int_equal(tw_trunks_deadline(set), now + 110000000);
	assert_int_equal(tw_trunk_start(idle, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 2);
	tw_trunk_free(trunk);
	tw_trunk_free(idle);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_ends_by_itself(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;
	int64_t now;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	now = loop.now_us;
	set = leased_set(&loop);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunks_lease(set, now + 1000000, NULL), TW_OK);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	/* renewed in time: nothing is sent anew */
	loop.now_us = now + 999999;
	assert_int_equal(tw_trunks_lease(set, now + 2000000, NULL), TW_OK);
	at(&loop, set, now + 1999999);
	assert_int_equal(loop.requests, 1);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	/* over: silent, and it says so */
	at(&loop, set, now + 2000000);
	while (!tw_trunks_next_event(&event, set, NULL))
		;
	assert_int_equal(event.state_new, TW_TRUNK_IDLE);
	assert_non_null(strstr(event.reason, "without a word"));
	at(&loop, set, now + 3600000000);
	assert_int_equal(loop.requests, 1);
	/* a trunk that is stopped meanwhile does not come back */
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunk_stop(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunks_lease(set, loop.now_us + 1000000, NULL),
		TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 1);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 2);
	/* a renewal that came too late lets go first */
	loop.now_us += 2000000;
	assert_int_equal(tw_trunks_lease(set, loop.now_us + 9000000, NULL),
		TW_OK);
	/* and does not bypass the 5 s between two attempts */
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 2);
	at(&loop, set, loop.now_us + 5000000);
	assert_int_equal(loop.requests, 3);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_handed_over_in_order(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = leased_set(&loop);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunks_lease(set, INT64_MAX, NULL), TW_OK);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(tw_trunks_lease(set, 0, NULL), TW_OK);
	assert_int_equal(tw_trunks_pending(set), 1);
	loop_run(&loop, 20);
	assert_non_null(strstr(loop.last, "\r\nExpires: 0\r\n"));
	assert_int_equal(tw_trunks_pending(set), 0);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_IDLE);
	assert_int_equal(loop.requests, 2);
	/* given up twice is given up */
	assert_int_equal(tw_trunks_lease(set, 0, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 2);
	loop.now_us += 5000000;
	assert_int_equal(tw_trunks_lease(set, INT64_MAX, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 3);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_sets_without(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	assert_int_equal(tw_trunks_lease(set, 0, &err), TW_EINVAL);
	assert_string_equal(err.field, "flags");
	assert_int_equal(tw_trunks_lease(NULL, 0, &err), TW_EINVAL);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* Removed without the lease, and while it runs out. */
static void test_removed_meanwhile(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = leased_set(&loop);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunk_remove(trunk, NULL), TW_OK);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunks_lease(set, loop.now_us + 1000000, NULL),
		TW_OK);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 1);
	loop.status = NULL;
	assert_int_equal(tw_trunk_remove(trunk, NULL), TW_OK);
	at(&loop, set, loop.now_us + 1000000);
	assert_int_equal(tw_trunks_pending(set), 0);
	tw_trunks_free(set);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_for_the_lease),
		cmocka_unit_test(test_ends_by_itself),
		cmocka_unit_test(test_handed_over_in_order),
		cmocka_unit_test(test_sets_without),
		cmocka_unit_test(test_removed_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
