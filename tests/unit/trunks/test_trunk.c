/**
 * @file test_trunk.c  Handles: what is refused, who keeps whom alive
 */
#include "loop.h"
#include <trunkwise/sys/alloc.h>

static void refused(tw_trunks *set, const tw_trunk_options *o,
		    tw_status expect, const char *field)
{
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk = NULL;
	tw_status status = tw_trunk_new(&trunk, set, o, &err);

	if (status != expect || strcmp(err.field, field))
		fail_msg("%s at \"%s\": %s", tw_status_name(status),
			err.field, err.message);
	assert_null(trunk);
}

static void test_new_refuses(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	o.name = "a";
	o.user = "u";
	o.registrar = "sip:127.0.0.1;transport=tcp";       /* not added */
	refused(set, &o, TW_EUNSUPPORTED, "registrar");
	o.registrar = "sip:[::1]";                         /* IPv4 only */
	refused(set, &o, TW_EUNSUPPORTED, "registrar");
	o.registrar = "sip:127.0.0.1";
	o.expires_s = 1;
	refused(set, &o, TW_EINVAL, "expires_s");
	o.expires_s = 300;
	o.contact_user = "fixed";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	refused(set, &o, TW_EEXIST, "name");
	o.name = "b";
	refused(set, &o, TW_EEXIST, "contact_user");
	/* a refused one leaves nothing behind */
	tw_trunk_free(trunk);
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	assert_int_equal(tw_trunk_new(&trunk, NULL, &o, NULL), TW_EINVAL);
	assert_int_equal(tw_trunk_start(NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_trunk_stop(NULL, NULL), TW_EINVAL);
	assert_null(tw_trunk_name(NULL));
	assert_null(tw_trunk_sip(NULL));
	tw_trunk_free(trunk);
	tw_trunk_free(NULL);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* The host drops the set first: trunks go on, no callback any more. */
static void test_child_keeps_parent(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = loop_set(&loop, false);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	assert_int_equal(loop.callbacks, 1);
	tw_trunks_free(set);
	loop_run(&loop, 50);
	assert_int_equal(loop.callbacks, 1);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	tw_trunk_free(trunk);
	loop_close(&loop);
}

/* Freed while its REGISTER waits: the late answer hits nothing. */
static void test_free_while_pending(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk, *other;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = loop_set(&loop, false);
	trunk = loop_trunk(&loop, set, "main");
	other = loop_trunk(&loop, set, "other");
	assert_int_equal(tw_trunk_start(other, NULL), TW_OK);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunks_pending(set), 2);
	tw_trunk_free(trunk);
	assert_int_equal(tw_trunks_pending(set), 1);
	loop_run(&loop, 50);
	/* its events went with it, the other's did not */
	while (!tw_trunks_next_event(&event, set, NULL))
		assert_string_equal(event.trunk, "other");
	assert_int_equal(event.state_new, TW_TRUNK_REGISTERED);
	tw_trunk_free(other);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* Nobody reads for a day of failures. */
static void test_events_are_bounded(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	uint32_t last = TW_TRUNK_IDLE;
	unsigned events = 0;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;
	int64_t end;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	end = loop.now_us + 86400 * TW_SECOND;
	while (tw_trunks_deadline(set) < end) {
		loop.now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
		assert_true(tw_trunks_deadline(set) > loop.now_us);
	}
	while (!tw_trunks_next_event(&event, set, NULL)) {
		assert_int_equal(event.state_old, last);
		last = event.state_new;
		events++;
	}
	assert_in_range(events, 1, 4);
	assert_int_equal(last, loop_status(trunk).state);
	loop_run(&loop, 20);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_authorize(void **state)
{
	static const char response[] = "SIP/2.0 407 Proxy\r\n"
		"Via: SIP/2.0/UDP 127.0.0.1\r\nFrom: <sip:a@b>\r\n"
		"To: <sip:a@b>;tag=1\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
		"Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n";
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;
	char *line = NULL;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_authorize(&line, trunk, "INVITE",
		"sip:1@b", response, sizeof(response) - 1, NULL), TW_OK);
	assert_non_null(strstr(line, "Proxy-Authorization: Digest "));
	tw_free(line);
	assert_int_equal(tw_trunk_authorize(&line, NULL, "INVITE", "sip:1@b",
		response, sizeof(response) - 1, NULL), TW_EINVAL);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* Two sets on one stack, and one whose stack is gone before it. */
static void test_two_sets(void **state)
{
	struct loop loop;
	tw_trunks *a, *b;
	tw_trunk *ta, *tb;

	(void)state;
	loop_open(&loop);
	loop.challenge = true;
	loop.status = "200 OK";
	a = loop_set(&loop, false);
	b = loop_set(&loop, false);
	ta = loop_trunk(&loop, a, "main");
	tb = loop_trunk(&loop, b, "main");
	assert_int_equal(tw_trunk_start(ta, NULL), TW_OK);
	assert_int_equal(tw_trunk_start(tb, NULL), TW_OK);
	loop_run(&loop, 50);
	assert_int_equal(loop_status(ta).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(tb).state, TW_TRUNK_REGISTERED);
	tw_trunk_free(ta);
	tw_trunk_free(tb);
	tw_trunks_free(a);
	tw_trunks_free(b);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_refuses),
		cmocka_unit_test(test_child_keeps_parent),
		cmocka_unit_test(test_free_while_pending),
		cmocka_unit_test(test_events_are_bounded),
		cmocka_unit_test(test_authorize),
		cmocka_unit_test(test_two_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
