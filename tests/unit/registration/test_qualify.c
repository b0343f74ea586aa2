/**
 * @file test_qualify.c  When OPTIONS go out, and what answers make of it
 */
#include "asked.h"
#include "registration/transaction.h"

static void test_request(void **state)
{
	char text[256], first[256];
	struct asked a;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	assert_memory_equal(a.sent, "OPTIONS sip:127.0.0.1:5070 SIP/2.0\r\n",
		36);
	assert_string_equal(a.host, "127.0.0.1");
	assert_int_equal(a.port, 5070);
	assert_non_null(strstr(asked_header(&a, "Via", text),
		"SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK"));
	assert_non_null(strstr(text, ";rport"));
	assert_non_null(strstr(asked_header(&a, "From", text),
		"<sip:trunk1@127.0.0.1>;tag="));
	assert_string_equal(asked_header(&a, "To", text),
		"<sip:127.0.0.1:5070>");
	assert_string_equal(asked_header(&a, "Call-ID", text),
		tw_qualify_call_id(a.q));
	assert_null(strstr(a.sent, "secret"));
	assert_null(strstr(a.sent, "Authorization"));
	assert_string_equal(a.sent + strlen(a.sent) - 4, "\r\n\r\n");
	/* each is a request of its own */
	(void)asked_header(&a, "CSeq", first);
	(void)asked_answer(&a, "200 OK", NULL);
	asked_next(&a);
	assert_int_equal(atoi(asked_header(&a, "CSeq", text)),
		atoi(first) + 1);
	assert_non_null(strstr(text, " OPTIONS"));
	asked_close(&a);
}

static void test_round_trip(void **state)
{
	struct asked a;
	tw_trunk_health h;

	(void)state;
	asked_open(&a);
	assert_int_equal(asked_status(&a).verdict, TW_HEALTH_UNKNOWN);
	asked_next(&a);
	assert_true(a.now <= SECONDS(1010));
	a.now += 12345;
	assert_int_equal(asked_answer(&a, "200 OK", NULL), TW_OK);
	h = asked_status(&a);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	assert_true(h.rtt_us == 12345 && h.rtt_smoothed_us == 12345);
	assert_int_equal(h.sip_code, 200);
	assert_string_equal(h.reason, "OPTIONS: 200 OK");
	assert_string_equal(h.target, "udp:127.0.0.1:5070");
	assert_int_equal(a.events, 1);
	assert_int_equal(a.event.health_old, TW_HEALTH_UNKNOWN);
	assert_int_equal(a.event.health_new, TW_HEALTH_UP);
	assert_string_equal(a.event.trunk, "main");
	/* jittered around the minute */
	assert_true(h.next_at >= a.now - 12345 + SECONDS(54));
	assert_true(h.next_at <= a.now + SECONDS(66));
	/* nothing new, no event */
	asked_next(&a);
	(void)asked_answer(&a, "200 OK", NULL);
	assert_int_equal(a.events, 1);
	asked_close(&a);
}

/* A silent peer: asked again soon while in doubt, then no more often than a
 * living one. */
static void test_silence(void **state)
{
	struct asked a;
	int64_t begin, down;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	(void)asked_answer(&a, "200 OK", NULL);
	asked_next(&a);
	begin = a.now;
	while (asked_status(&a).verdict != TW_HEALTH_DOWN)
		asked_tick(&a);
	down = a.now - begin;
	/* 3 times 4 s of waiting, and 5..10 s between */
	assert_true(down >= SECONDS(22) && down <= SECONDS(33));
	assert_int_equal(asked_status(&a).failures, 3);
	assert_string_equal(a.event.reason,
		"OPTIONS: no answer within 4000 ms, 3 times in a row");
	assert_int_equal(a.event.sip_code, 0);
	/* timer E within 4 s: 0, 0.5, 1.5, 3.5 */
	assert_int_equal(asked_status(&a).retransmits, 9);
	begin = a.now;
	for (unsigned i = 0; i < 10; i++)
		asked_next(&a);
	assert_true(a.now - begin >= SECONDS(54 * 9));
	assert_int_equal(a.events, 3);       /* up, degraded, down */
	/* slow return: three good answers */
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(asked_status(&a).verdict, TW_HEALTH_DOWN);
		(void)asked_answer(&a, "404 Not Found", NULL);
		asked_next(&a);
	}
	assert_int_equal(asked_status(&a).verdict, TW_HEALTH_DEGRADED);
	assert_int_equal(a.events, 4);
	asked_close(&a);
}

static void test_repeated(void **state)
{
	struct asked a;
	tw_trunk_health h;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	asked_tick(&a);
	assert_int_equal(a.sends, 2);
	a.now += 1000;
	(void)asked_answer(&a, "200 OK", NULL);
	h = asked_status(&a);
	assert_int_equal(h.repeat_percent, 100);
	assert_int_equal(h.loss_percent, 0);
	assert_true(h.rtt_us == 0);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	asked_close(&a);
}

/* A 503 that names a time is down at once, and left alone that long. */
static void test_retry_after(void **state)
{
	struct asked a;
	int64_t begin;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	(void)asked_answer(&a, "200 OK", NULL);
	asked_next(&a);
	begin = a.now;
	(void)asked_answer(&a, "503 Gone", "Retry-After: 900\r\n");
	assert_int_equal(asked_status(&a).verdict, TW_HEALTH_DOWN);
	assert_int_equal(a.event.sip_code, 503);
	/* a restart does not get around it */
	assert_int_equal(tw_qualify_stop(a.q, a.now, NULL), TW_OK);
	assert_int_equal(tw_qualify_start(a.q, a.now, NULL), TW_OK);
	asked_next(&a);
	assert_true(a.now - begin >= SECONDS(900));
	assert_true(a.now - begin <= SECONDS(991));
	/* absurd ones are cut to an hour */
	(void)asked_answer(&a, "503 Gone", "Retry-After: 4294967297\r\n");
	assert_true(asked_status(&a).next_at - a.now <= SECONDS(3961));
	/* another target is another peer */
	assert_int_equal(tw_qualify_set_target(a.q, "192.0.2.9", 0,
		TW_TRANSPORT_TCP, a.now, NULL), TW_OK);
	assert_true(asked_status(&a).next_at - a.now <= SECONDS(10));
	asked_close(&a);
}

/* Whatever comes, at least 5 s are between two. */
static void test_floor(void **state)
{
	static const char *const answers[] = { "200 OK", "503 x", "408 x",
		"401 Unauthorized", "302 x" };
	tw_trunk_options o = asked_options();
	struct asked a;
	int64_t last = 0;

	(void)state;
	o.qualify_s = 5;
	asked_open_with(&a, &o);
	for (unsigned i = 0; i < 300; i++) {
		assert_int_equal(tw_qualify_start(a.q, a.now, NULL), TW_OK);
		a.fail_sends = i % 7 == 6;
		asked_next(&a);
		assert_true(a.now - last >= SECONDS(5));
		last = a.now;
		(void)asked_answer(&a, answers[i % 5], i % 11 ? NULL :
			"Retry-After: 0\r\n");
		if (i % 3 == 0)
			(void)tw_qualify_stop(a.q, a.now, NULL);
		if (i % 13 == 0)
			(void)tw_qualify_set_target(a.q, i % 2 ? "::1" :
				"127.0.0.1", 5060, TW_TRANSPORT_UDP, a.now,
				NULL);
	}
	asked_close(&a);
}

static void test_strangers(void **state)
{
	char text[512], cseq[256];
	struct asked a;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	/* an answer to another CSeq or method changes nothing */
	(void)asked_header(&a, "CSeq", cseq);
	(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\nVia: x;branch="
		"z9hG4bK0\r\nf: a\r\nt: a\r\nCall-ID: %s\r\nCSeq: %s\r\n\r\n",
		tw_qualify_call_id(a.q), cseq);
	assert_int_equal(tw_qualify_receive(a.q, text, strlen(text), a.now,
		NULL), TW_OK);
	assert_int_equal(asked_status(&a).answers, 0);
	assert_int_equal(tw_qualify_receive(a.q, "SIP/2.0 2", 9, a.now,
		NULL), TW_EPARSE);
	assert_int_equal(tw_qualify_receive(a.q, "INVITE x", 8, a.now, NULL),
		TW_ENOTFOUND);
	/* a late copy of an answer, after the next one went out */
	(void)asked_answer(&a, "100 Trying", NULL);
	assert_int_equal(asked_status(&a).answers, 0);
	(void)asked_answer(&a, "200 OK", NULL);
	(void)asked_answer(&a, "503 Late", NULL);
	assert_int_equal(asked_status(&a).answers, 1);
	assert_int_equal(asked_status(&a).verdict, TW_HEALTH_UP);
	asked_close(&a);
}

static void test_printable(void **state)
{
	struct asked a;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	/* bytes of a peer reach a reason, control bytes do not */
	(void)asked_answer(&a, "503 a\tb", NULL);
	assert_string_equal(asked_status(&a).reason,
		"OPTIONS: 503 a?b, 1 times in a row");
	asked_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
