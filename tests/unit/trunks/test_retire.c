/**
 * @file test_retire.c  Removed trunks un-register, tell, and are gone
 */
#include "loop.h"
#include <trunkwise/sys/alloc.h>

/* The last event of that trunk that can be read; state_new 0: none. */
static tw_trunk_event last_event(tw_trunks *set, const char *name)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT, found =
		TW_TRUNK_EVENT_INIT;

	while (!tw_trunks_next_event(&event, set, NULL))
		if (!strcmp(event.trunk, name))
			found = event;
	return found;
}

static void test_removed_in_order(void **state)
{
	tw_trunk_event event;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk, *found;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	loop.challenge = true;
	set = loop_set(&loop, false);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 50);
	assert_int_equal(last_event(set, "main").state_new,
		TW_TRUNK_REGISTERED);
	assert_int_equal(tw_trunks_find(&found, set, "main", NULL), TW_OK);
	assert_ptr_equal(found, trunk);
	assert_int_equal(tw_trunk_remove(trunk, NULL), TW_OK);
	/* the name is free at once, for another with its own Call-ID */
	assert_int_equal(tw_trunks_find(&found, set, "main", NULL),
		TW_ENOTFOUND);
	trunk = loop_trunk(&loop, set, "main");
	loop_run(&loop, 50);
	assert_non_null(strstr(loop.last, "\r\nExpires: 0\r\n"));
	assert_non_null(strstr(loop.last, "\r\nAuthorization: "));
	event = last_event(set, "main");
	assert_int_equal(event.state_new, TW_TRUNK_REMOVED);
	assert_int_equal(event.state_old, TW_TRUNK_IDLE);
	assert_int_equal(event.sip_code, 200);
	assert_int_equal(tw_trunks_pending(set), 0);
	assert_string_equal(tw_trunk_state_name(event.state_new), "removed");
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* One that never registered is gone without a request. */
static void test_removed_idle(void **state)
{
	struct loop loop;
	tw_trunks *set;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, false);
	assert_int_equal(tw_trunk_remove(loop_trunk(&loop, set, "main"),
		NULL), TW_OK);
	assert_int_equal(loop.callbacks, 1);
	assert_int_equal(last_event(set, "main").state_new, TW_TRUNK_REMOVED);
	assert_int_equal(loop.requests, 0);
	assert_int_equal(tw_trunks_find(NULL, set, "main", NULL), TW_EINVAL);
	assert_int_equal(tw_trunk_remove(NULL, NULL), TW_EINVAL);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* A registrar that says nothing any more is told of, not waited for. */
static void test_removed_from_the_dead(void **state)
{
	tw_trunk_event event;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 50);
	loop.status = NULL;
	assert_int_equal(tw_trunk_remove(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunks_pending(set), 1);
	for (int i = 0; i < 200 && tw_trunks_pending(set); i++) {
		loop.now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	}
	event = last_event(set, "main");
	assert_int_equal(event.state_new, TW_TRUNK_REMOVED);
	assert_int_equal(event.state_old, TW_TRUNK_DISABLED);
	assert_non_null(strstr(event.reason, "no final answer"));
	assert_int_equal(tw_trunks_deadline(set), INT64_MAX);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* The set goes first: what is under way, and what nobody read, goes along;
 * a trunk that is left cannot be removed, only freed. */
static void test_set_goes_first(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = loop_set(&loop, false);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 50);
	assert_int_equal(tw_trunk_remove(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunk_remove(loop_trunk(&loop, set, "idle"),
		NULL), TW_OK);
	trunk = loop_trunk(&loop, set, "left");
	tw_trunks_free(set);
	assert_int_equal(tw_trunk_remove(trunk, &err), TW_EINVAL);
	assert_non_null(strstr(err.message, "free the trunk"));
	tw_trunk_free(trunk);
	loop_close(&loop);
}

/* More changes than can be kept: the last one read is still "removed". */
static void test_nobody_read(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "503 Busy";
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	for (int i = 0; i < 12; i++) {
		loop_run(&loop, 10);
		loop.now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	}
	loop_run(&loop, 20);
	assert_int_equal(tw_trunk_remove(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(last_event(set, "main").state_new, TW_TRUNK_REMOVED);
	tw_trunks_free(set);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removed_in_order),
		cmocka_unit_test(test_removed_idle),
		cmocka_unit_test(test_removed_from_the_dead),
		cmocka_unit_test(test_set_goes_first),
		cmocka_unit_test(test_nobody_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
