/**
 * @file test_qualify_door.c  What a host may ask of a qualify
 */
#include "asked.h"
#include "base/base.h"

static void refused(const tw_trunk_options *o, const char *field)
{
	tw_error err = TW_ERROR_INIT;
	tw_qualify *q = NULL;

	assert_int_equal(tw_qualify_new(&q, o, NULL, &err), TW_EINVAL);
	assert_string_equal(err.field, field);
	assert_null(q);
}

static void test_new_refuses(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *field;
	} bad[] = {
#define BAD(f, v) { offsetof(tw_trunk_options, f), v, #f }
		BAD(qualify_s, 0), BAD(qualify_s, 4), BAD(qualify_s, 3601),
		BAD(qualify_timeout_ms, 499), BAD(qualify_timeout_ms, 32001),
		BAD(qualify_down, 0), BAD(qualify_down, 11),
		BAD(qualify_up, 0), BAD(qualify_up, 21),
		BAD(qualify_loss_percent, 101), BAD(qualify_rtt_ms, 32001),
	};
	tw_trunk_options o;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		o = asked_options();
		memcpy((char *)&o + bad[i].at, &bad[i].value, 4);
		refused(&o, bad[i].field);
	}
	o = asked_options();
	o.qualify_alive = "100";
	refused(&o, "qualify_alive");
	/* and all that a registration refuses */
	o = asked_options();
	o.name = "a\r\nb";
	refused(&o, "name");
	assert_int_equal(tw_qualify_new(NULL, &o, NULL, NULL), TW_EINVAL);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(tw_trunk_health_name(TW_HEALTH_UNKNOWN),
		"unknown");
	assert_string_equal(tw_trunk_health_name(TW_HEALTH_UP), "up");
	assert_string_equal(tw_trunk_health_name(TW_HEALTH_DEGRADED),
		"degraded");
	assert_string_equal(tw_trunk_health_name(TW_HEALTH_DOWN), "down");
	assert_string_equal(tw_trunk_health_name(4), "?");
}

static void test_arguments(void **state)
{
	tw_trunk_options o = asked_options();
	tw_trunk_health health = { 0 };
	struct asked a;
	tw_qualify *q;

	(void)state;
	assert_int_equal(tw_qualify_new(&q, &o, NULL, NULL), TW_OK);
	assert_int_equal(tw_qualify_start(q, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_qualify_set_local(q, "a b", 1, NULL), TW_EINVAL);
	assert_int_equal(tw_qualify_set_local(q, "a", 0, NULL), TW_EINVAL);
	assert_int_equal(tw_qualify_status(&health, q, NULL), TW_EINVAL);
	tw_qualify_free(q);
	tw_qualify_free(NULL);
	asked_open(&a);
	assert_int_equal(tw_qualify_set_target(a.q, "a\r\nb", 1, 1, 0, NULL),
		TW_EINVAL);
	assert_int_equal(tw_qualify_set_target(a.q, "a", 65536, 1, 0, NULL),
		TW_EINVAL);
	assert_int_equal(tw_qualify_set_target(a.q, "a", 1, 4, 0, NULL),
		TW_EINVAL);
	assert_string_equal(asked_status(&a).target, "udp:127.0.0.1:5070");
	assert_int_equal(tw_qualify_deadline(NULL), INT64_MAX);
	assert_int_equal(tw_qualify_is_pending(NULL), 0);
	assert_null(tw_qualify_call_id(NULL));
	asked_close(&a);
}

/* Another target: pending is dropped, its late answer is nobody's. */
static void test_target(void **state)
{
	struct asked a;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	(void)asked_answer(&a, "200 OK", NULL);
	asked_next(&a);
	assert_int_equal(tw_qualify_set_target(a.q, "127.0.0.1", 5070,
		TW_TRANSPORT_UDP, a.now, NULL), TW_OK);
	assert_int_equal(tw_qualify_is_pending(a.q), 1);     /* the same */
	assert_int_equal(tw_qualify_set_target(a.q, "[2001:db8::1]", 5060,
		TW_TRANSPORT_TLS, a.now, NULL), TW_OK);
	assert_int_equal(tw_qualify_is_pending(a.q), 0);
	(void)asked_answer(&a, "503 Late", NULL);
	assert_int_equal(asked_status(&a).verdict, TW_HEALTH_UNKNOWN);
	assert_int_equal(a.event.health_old, TW_HEALTH_UP);
	assert_int_equal(a.event.health_new, TW_HEALTH_UNKNOWN);
	assert_string_equal(asked_status(&a).target,
		"tls:[2001:db8::1]:5060");
	asked_next(&a);
	assert_string_equal(a.host, "2001:db8::1");
	assert_int_equal(a.transport, TW_TRANSPORT_TLS);
	assert_non_null(strstr(a.sent, "Via: SIP/2.0/TLS "));
	/* over a stream nothing is repeated: the next deadline is the end */
	assert_true(tw_qualify_deadline(a.q) == a.now + SECONDS(4));
	asked_close(&a);
}

static void test_stop(void **state)
{
	struct asked a;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	(void)asked_answer(&a, "200 OK", NULL);
	assert_int_equal(tw_qualify_stop(a.q, a.now, NULL), TW_OK);
	asked_drain(&a);
	assert_int_equal(a.event.health_new, TW_HEALTH_UNKNOWN);
	assert_true(tw_qualify_deadline(a.q) == INT64_MAX);
	assert_int_equal(tw_qualify_tick(a.q, a.now + SECONDS(99999), NULL),
		TW_OK);
	asked_drain(&a);
	assert_int_equal(a.sends, 1);
	asked_close(&a);
}

/* What nobody read is one change, or none when it came back. */
static void test_events_merge(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	struct asked a;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	assert_int_equal(tw_qualify_stop(a.q, a.now, NULL), TW_OK);
	assert_int_equal(tw_qualify_next(&action, a.q, NULL), TW_ITER_END);
	assert_int_equal(tw_qualify_start(a.q, a.now, NULL), TW_OK);
	asked_next(&a);
	{
		/* up and stopped, unread */
		char via[256], cseq[256], text[1024];

		(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n"
			"Via: %s\r\nf: a\r\nt: a\r\ni: %s\r\nCSeq: %s\r\n"
			"\r\n", asked_header(&a, "Via", via),
			tw_qualify_call_id(a.q),
			asked_header(&a, "CSeq", cseq));
		assert_int_equal(tw_qualify_receive(a.q, text, strlen(text),
			a.now, NULL), TW_OK);
	}
	assert_int_equal(asked_status(&a).verdict, TW_HEALTH_UP);
	assert_int_equal(tw_qualify_stop(a.q, a.now, NULL), TW_OK);
	assert_int_equal(tw_qualify_next(&action, a.q, NULL), TW_ITER_END);
	asked_close(&a);
}

static void test_delay(void **state)
{
	struct asked a;
	int64_t at;

	(void)state;
	asked_open(&a);
	at = tw_qualify_deadline(a.q);
	assert_int_equal(tw_qualify_delay(a.q, at - 1, NULL), TW_OK);
	assert_true(tw_qualify_deadline(a.q) == at);
	assert_int_equal(tw_qualify_delay(a.q, at + 7, NULL), TW_OK);
	assert_true(tw_qualify_deadline(a.q) == at + 7);
	assert_int_equal(tw_qualify_stop(a.q, a.now, NULL), TW_OK);
	assert_int_equal(tw_qualify_delay(a.q, at, NULL), TW_OK);
	assert_true(tw_qualify_deadline(a.q) == INT64_MAX);
	asked_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_refuses),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_events_merge),
		cmocka_unit_test(test_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
