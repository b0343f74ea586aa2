/**
 * @file test_machine.c  A registration's life as its host sees it
 */
#include "fake.h"

static void test_register(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	assert_true(tw_registration_deadline(f.reg) == INT64_MAX);
	fake_start(&f);
	assert_int_equal(f.event.state_old, TW_TRUNK_IDLE);
	assert_int_equal(f.event.state_new, TW_TRUNK_REGISTERING);
	assert_string_equal(f.event.trunk, "main");
	assert_string_equal(f.event.target, "udp:127.0.0.1:5070");
	assert_true(tw_registration_is_pending(f.reg));
	assert_non_null(strstr(f.sent, "REGISTER sip:127.0.0.1:5070 SIP/2.0"));
	assert_string_equal(fake_header(&f, "Expires"), "300");
	assert_string_equal(fake_header(&f, "Authorization"), "");
	assert_string_equal(fake_header(&f, "Call-ID"),
		tw_registration_call_id(f.reg));

	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_int_equal(f.sends, 2);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"Digest username=\"trunk1\", realm=\"carrier.test\", "
		"nonce=\"n1\""));
	fake_answer(&f, "200 OK", fake_contact(&f, "120"));
	assert_int_equal(f.event.state_new, TW_TRUNK_REGISTERED);
	assert_int_equal(f.event.sip_code, 200);
	assert_int_equal(f.event.expires_s, 120);
	assert_in_range(f.event.next_try_s, 96, 108);
	assert_false(tw_registration_is_pending(f.reg));
	assert_string_equal(fake_status(&f).realm, "carrier.test");
	assert_true(fake_status(&f).expires_at == f.now + SECONDS(120));
	assert_int_equal(fake_status(&f).registrations, 1);
	assert_int_equal(fake_status(&f).requests, 2);
	fake_close(&f);
}

static unsigned cseq_of(const struct fake *f)
{
	return (unsigned)strtoul(fake_header(f, "CSeq"), NULL, 10);
}

static void test_refresh(void **state)
{
	struct fake f;
	char call_id[64];
	unsigned cseq, events;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	(void)snprintf(call_id, sizeof(call_id), "%s",
		fake_header(&f, "Call-ID"));
	cseq = cseq_of(&f);
	events = f.events;
	fake_run(&f, f.now + SECONDS(239));
	assert_int_equal(f.sends, 2);
	fake_run(&f, f.now + SECONDS(32));     /* 80 % to 90 % of 300 */
	assert_true(f.sends >= 3);
	/* same Call-ID, CSeq + 1, nonce again with the next nc, and the
	 * state is what it was */
	assert_string_equal(fake_header(&f, "Call-ID"), call_id);
	assert_int_equal(cseq_of(&f), cseq + 1);
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"nc=00000002"));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_int_equal(fake_status(&f).registrations, 2);
	assert_int_equal(f.events, events);
	fake_close(&f);
}

static void test_refresh_is_jittered(void **state)
{
	int64_t least = INT64_MAX, most = 0;
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	for (int i = 0; i < 300; i++) {
		int64_t wait = tw_registration_deadline(f.reg) - f.now;

		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
		fake_run(&f, f.now + wait);
		fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	}
	assert_in_range(least, SECONDS(240), SECONDS(243));
	assert_in_range(most, SECONDS(267), SECONDS(270));
	fake_close(&f);
}

static void test_stale_and_next_nonce(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	fake_run(&f, f.now + SECONDS(270));
	/* the reused nonce is refused without stale=true: still not a
	 * wrong password */
	fake_answer(&f, "401 Unauthorized", "WWW-Authenticate: Digest "
		"realm=\"carrier.test\", nonce=\"n2\", qop=\"auth\"\r\n");
	assert_non_null(strstr(f.sent, "nonce=\"n2\""));
	assert_non_null(strstr(f.sent, "nc=00000001"));
	/* and the fresh one is called stale at once: once more */
	fake_answer(&f, "401 Unauthorized", "WWW-Authenticate: Digest stale="
		"TRUE, realm=\"carrier.test\", nonce=\"n3\",qop=\"auth\"\r\n");
	assert_non_null(strstr(f.sent, "nonce=\"n3\""));
	fake_answer(&f, "200 OK", "Expires: 100\r\n"
		"Authentication-Info: qop=auth, nextnonce=\"n4\"\r\n");
	assert_int_equal(fake_status(&f).expires_s, 100);
	fake_run(&f, f.now + SECONDS(91));
	assert_non_null(strstr(f.sent, "nonce=\"n4\""));
	assert_non_null(strstr(f.sent, "nc=00000001"));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

static void test_unregister(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	fake_stop(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_UNREGISTERING);
	assert_string_equal(fake_header(&f, "Expires"), "0");
	assert_non_null(strstr(fake_header(&f, "Contact"), "@192.0.2.7"));
	fake_answer(&f, "407 Proxy Authentication Required",
		"Proxy-Authenticate: Digest realm=\"carrier.test\", "
		"nonce=\"p1\", qop=\"auth\"\r\n");
	assert_string_equal(fake_header(&f, "Expires"), "0");
	assert_non_null(strstr(fake_header(&f, "Proxy-Authorization"),
		"nonce=\"p1\""));
	/* the registrar's own challenge is answered beside it */
	assert_non_null(strstr(f.sent, "\r\nAuthorization: "));
	fake_answer(&f, "200 OK", "");
	assert_int_equal(f.event.state_old, TW_TRUNK_UNREGISTERING);
	assert_int_equal(f.event.state_new, TW_TRUNK_IDLE);
	assert_true(fake_status(&f).expires_at == 0);
	assert_true(tw_registration_deadline(f.reg) == INT64_MAX);
	fake_close(&f);
}

static void test_unregister_fails(void **state)
{
	struct fake f;
	char contact[512];

	(void)state;
	fake_open(&f);
	fake_register(&f);
	fake_stop(&f);
	fake_answer(&f, "500 Oops", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_DISABLED);
	fake_run(&f, f.now + SECONDS(86400));
	assert_int_equal(fake_state(&f), TW_TRUNK_DISABLED);
	assert_int_equal(f.sends, 3);

	/* silence ends too */
	fake_run(&f, f.now + SECONDS(10));
	fake_start(&f);
	fake_answer(&f, "200 OK", "");
	fake_stop(&f);
	fake_run(&f, f.now + SECONDS(33));
	assert_int_equal(fake_state(&f), TW_TRUNK_DISABLED);

	/* and a 200 that lists us all the same takes nothing back */
	fake_run(&f, f.now + SECONDS(10));
	fake_start(&f);
	fake_answer(&f, "200 OK", "");
	fake_stop(&f);
	(void)snprintf(contact, sizeof(contact), "Contact: %.*s;expires=300"
		"\r\n", (int)strcspn(fake_header(&f, "Contact"), "\r"),
		fake_header(&f, "Contact"));
	fake_answer(&f, "200 OK", contact);
	assert_int_equal(fake_state(&f), TW_TRUNK_DISABLED);
	assert_string_equal(fake_status(&f).reason,
		"200, but our Contact is still in its list");
	fake_close(&f);
}

/* stop() while a REGISTER waits: its answer decides what is to take back. */
static void test_stop_overtakes(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_stop(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_UNREGISTERING);
	assert_int_equal(f.sends, 1);
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	assert_int_equal(f.sends, 1);

	fake_run(&f, f.now + SECONDS(5));      /* the floor */
	fake_start(&f);
	assert_int_equal(f.sends, 2);
	fake_stop(&f);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(f.sends, 3);
	assert_string_equal(fake_header(&f, "Expires"), "0");
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);

	fake_run(&f, f.now + SECONDS(5));
	/* start() again before the un-register ended */
	fake_start(&f);
	fake_answer(&f, "200 OK", "");
	fake_stop(&f);
	fake_start(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_UNREGISTERING);
	fake_answer(&f, "200 OK", "");
	fake_run(&f, f.now + SECONDS(6));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);

	/* a refresh that is challenged after stop(): not answered, the
	 * binding is taken back instead */
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_stop(&f);
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_string_equal(fake_header(&f, "Expires"), "0");
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);

	/* a first REGISTER that fails after stop(): nothing to take back */
	fake_run(&f, f.now + SECONDS(5));
	fake_start(&f);
	fake_stop(&f);
	fake_answer(&f, "500 Oops", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	assert_true(tw_registration_deadline(f.reg) == INT64_MAX);
	fake_run(&f, f.now + SECONDS(5));
	fake_start(&f);
	fake_answer(&f, "200 OK", "");

	/* a refresh that fails after stop(): the binding is taken back */
	fake_run(&f, f.now + SECONDS(270));
	fake_stop(&f);
	fake_answer(&f, "500 Oops", "");
	assert_string_equal(fake_header(&f, "Expires"), "0");
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	fake_close(&f);
}

static void test_expiry_while_refreshing(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.expires_s = 60;
	fake_open_with(&f, &o);
	fake_start(&f);
	fake_answer(&f, "200 OK", "");
	fake_run(&f, f.now + SECONDS(55));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_true(tw_registration_is_pending(f.reg));
	fake_run(&f, f.now + SECONDS(6));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	assert_true(fake_status(&f).expires_at == 0);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

/* A host that slept over everything: one attempt, no burst. */
static void test_long_sleep(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	f.now += SECONDS(100000);
	assert_int_equal(tw_registration_tick(f.reg, f.now, NULL), TW_OK);
	fake_drain(&f);
	assert_int_equal(f.sends, 3);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	/* and slept again while that one waited */
	f.now += SECONDS(100000);
	assert_int_equal(tw_registration_tick(f.reg, f.now, NULL), TW_OK);
	fake_drain(&f);
	assert_int_equal(f.sends, 3);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	fake_close(&f);
}

static void test_strays(void **state)
{
	static char text[4096], changed[4096];
	static const char *const part[] = { "branch=z9hG4bK", "CSeq: ",
		"Call-ID: ", "REGISTER\r\n" };
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	(void)fake_answer_text(text, sizeof(text), &f, "200 OK", "");
	for (size_t i = 0; i < 4; i++) {
		memcpy(changed, text, sizeof(text));
		strstr(changed, part[i])[strlen(part[i]) - (i == 3 ? 3 : 0)]
			^= 1;
		assert_int_equal(fake_receive(&f, changed),
			i == 2 ? TW_ENOTFOUND : TW_OK);
		assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	}
	assert_int_equal(fake_receive(&f, text), TW_OK);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_int_equal(fake_receive(&f, text), TW_OK);       /* late copy */
	assert_int_equal(fake_status(&f).registrations, 1);
	/* requests and garbage */
	assert_int_equal(fake_receive(&f, "INVITE sip:a SIP/2.0\r\n\r\n"),
		TW_ENOTFOUND);
	assert_int_equal(fake_receive(&f, "SIP/2.0 200 OK\r\n\r\n"),
		TW_EPARSE);
	assert_int_equal(fake_receive(&f, ""), TW_ENOTFOUND);
	fake_close(&f);
}

static void test_unknown_2xx(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "299 Whatever", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

static void test_send_fails(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	f.fail_sends = 1;
	fake_start(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_int_equal(f.sends, 1);
	/* a network that is down for an hour costs a few tries */
	fake_run(&f, f.now + SECONDS(3600));
	assert_in_range(f.sends, 5, 12);
	f.fail_sends = 0;
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

/* Nobody reads events: bounded, and the last one tells the state. */
static void test_unread_events(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	unsigned events = 0;
	uint32_t last = TW_TRUNK_IDLE;
	struct fake f;

	(void)state;
	fake_open(&f);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(tw_registration_start(f.reg, f.now, NULL),
			TW_OK);
		assert_int_equal(tw_registration_send_failed(f.reg, f.now,
			NULL), TW_OK);
		f.now += SECONDS(10);
	}
	while (!tw_registration_next(&action, f.reg, NULL)) {
		if (action.kind != TW_ACTION_EVENT)
			continue;
		assert_int_equal(action.event.state_old, last);
		last = action.event.state_new;
		events++;
	}
	assert_in_range(events, 1, 4);
	assert_int_equal(last, TW_TRUNK_BACKOFF);
	fake_close(&f);
}

static void test_arguments(void **state)
{
	tw_registration_action action;
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_registration *reg = NULL;
	tw_trunk_options o = fake_options();
	tw_error err = TW_ERROR_INIT;
	const char *host;
	uint32_t port, transport;

	(void)state;
	assert_int_equal(tw_registration_new(NULL, &o, NULL, &err),
		TW_EINVAL);
	assert_int_equal(tw_registration_new(&reg, NULL, NULL, &err),
		TW_EINVAL);
	assert_null(reg);
	assert_int_equal(tw_registration_new(&reg, &o, NULL, &err), TW_OK);
	assert_int_equal(tw_registration_set_local(reg, "a\r\nb", 5060,
		&err), TW_EINVAL);
	assert_int_equal(tw_registration_set_local(reg, "", 5060, &err),
		TW_EINVAL);
	assert_int_equal(tw_registration_set_local(reg, "::1", 0, &err),
		TW_EINVAL);
	assert_int_equal(tw_registration_set_local(reg, "[::1]", 5060, &err),
		TW_OK);
	assert_int_equal(tw_registration_target(&host, &port, &transport,
		reg, &err), TW_OK);
	assert_string_equal(host, "127.0.0.1");
	assert_int_equal(port, 5070);
	assert_int_equal(transport, TW_TRANSPORT_UDP);
	memset(&action, 0, sizeof(action));
	assert_int_equal(tw_registration_next(&action, reg, &err),
		TW_EINVAL);
	/* an older caller's struct is filled as far as it goes */
	status.size = 12;
	status.expires_s = 77;
	assert_int_equal(tw_registration_status(&status, reg, &err), TW_OK);
	assert_int_equal(status.state, TW_TRUNK_IDLE);
	assert_int_equal(status.size, 12);
	assert_int_equal(status.expires_s, 77);
	assert_int_equal(tw_registration_tick(NULL, 0, &err), TW_EINVAL);
	assert_int_equal(tw_registration_stop(NULL, 0, &err), TW_EINVAL);
	assert_int_equal(tw_registration_is_pending(NULL), 0);
	assert_true(tw_registration_deadline(NULL) == INT64_MAX);
	tw_registration_free(reg);
	tw_registration_free(NULL);
}

/* Started without a local address: it is asked for, and the request goes
 * out when it is told. */
static void test_target_is_asked_for(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	tw_trunk_options o = fake_options();
	tw_registration *reg;

	(void)state;
	assert_int_equal(tw_registration_new(&reg, &o, NULL, NULL), TW_OK);
	assert_int_equal(tw_registration_start(reg, SECONDS(1), NULL), TW_OK);
	assert_int_equal(tw_registration_next(&action, reg, NULL), TW_OK);
	assert_int_equal(action.kind, TW_ACTION_TARGET);
	assert_string_equal(action.host, "127.0.0.1");
	assert_int_equal(action.port, 5070);
	assert_int_equal(action.transport, TW_TRANSPORT_UDP);
	/* once; and nothing is sent before the answer */
	while (!tw_registration_next(&action, reg, NULL))
		assert_int_equal(action.kind, TW_ACTION_EVENT);
	assert_int_equal(tw_registration_is_pending(reg), 0);
	assert_int_equal(tw_registration_start(reg, SECONDS(2), NULL), TW_OK);
	assert_int_equal(tw_registration_next(&action, reg, NULL),
		TW_ITER_END);
	assert_int_equal(tw_registration_set_local(reg, "192.0.2.7", 5060,
		NULL), TW_OK);
	assert_int_equal(tw_registration_next(&action, reg, NULL), TW_OK);
	assert_int_equal(action.kind, TW_ACTION_SEND);
	assert_int_equal(tw_registration_is_pending(reg), 1);
	tw_registration_free(reg);
}

/* The host says no, or says nothing at all. */
static void test_target_out_of_reach(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_trunk_options o = fake_options();
	tw_registration *reg;
	int64_t at;

	(void)state;
	assert_int_equal(tw_registration_new(&reg, &o, NULL, NULL), TW_OK);
	assert_int_equal(tw_registration_start(reg, SECONDS(1), NULL), TW_OK);
	assert_int_equal(tw_registration_send_failed(reg, SECONDS(1), NULL),
		TW_OK);
	assert_int_equal(tw_registration_status(&status, reg, NULL), TW_OK);
	assert_int_equal(status.state, TW_TRUNK_BACKOFF);
	assert_string_equal(status.reason, "no way to the target");
	at = tw_registration_deadline(reg);
	assert_in_range(at, SECONDS(16), SECONDS(31));
	assert_int_equal(tw_registration_tick(reg, at, NULL), TW_OK);
	/* asked again, and after the watchdog's time given up */
	at = tw_registration_deadline(reg);
	assert_int_equal(tw_registration_tick(reg, at, NULL), TW_OK);
	assert_int_equal(tw_registration_status(&status, reg, NULL), TW_OK);
	assert_int_equal(status.state, TW_TRUNK_BACKOFF);
	assert_int_equal(status.requests, 0);
	/* a stop while it is asked leaves nothing behind */
	at = tw_registration_deadline(reg);
	assert_int_equal(tw_registration_tick(reg, at, NULL), TW_OK);
	assert_int_equal(tw_registration_stop(reg, at, NULL), TW_OK);
	while (!tw_registration_next(&action, reg, NULL))
		assert_int_equal(action.kind, TW_ACTION_EVENT);
	assert_int_equal(action.event.state_new, TW_TRUNK_IDLE);
	assert_true(tw_registration_deadline(reg) == INT64_MAX);
	tw_registration_free(reg);
}

static void test_ipv6_and_transports(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.registrar = "sip:[2001:db8::1];transport=tcp";
	o.user = "a b@c";
	fake_open_with(&f, &o);
	assert_int_equal(tw_registration_set_local(f.reg, "2001:db8::2",
		5060, NULL), TW_OK);
	fake_start(&f);
	assert_non_null(strstr(f.sent, "REGISTER sip:[2001:db8::1] SIP"));
	assert_non_null(strstr(f.sent, "SIP/2.0/TCP [2001:db8::2]:5060;"));
	assert_non_null(strstr(f.sent, "<sip:a%20b%40c@[2001:db8::1]>"));
	assert_non_null(strstr(f.sent, ";transport=tcp>"));
	assert_string_equal(f.event.target, "tcp:[2001:db8::1]:5060");
	/* reliable: never sent twice */
	fake_run(&f, f.now + SECONDS(31));
	assert_int_equal(f.sends, 1);
	fake_close(&f);
}

static void test_state_names(void **state)
{
	(void)state;
	assert_string_equal(tw_trunk_state_name(TW_TRUNK_IDLE), "idle");
	assert_string_equal(tw_trunk_state_name(TW_TRUNK_REGISTERED),
		"registered");
	assert_string_equal(tw_trunk_state_name(TW_TRUNK_DISABLED),
		"disabled");
	assert_string_equal(tw_trunk_state_name(0), "?");
	assert_string_equal(tw_trunk_state_name(11), "?");
	assert_string_equal(tw_trunk_state_name(UINT32_MAX), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_register),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_refresh_is_jittered),
		cmocka_unit_test(test_stale_and_next_nonce),
		cmocka_unit_test(test_unregister),
		cmocka_unit_test(test_unregister_fails),
		cmocka_unit_test(test_stop_overtakes),
		cmocka_unit_test(test_expiry_while_refreshing),
		cmocka_unit_test(test_long_sleep),
		cmocka_unit_test(test_strays),
		cmocka_unit_test(test_unknown_2xx),
		cmocka_unit_test(test_send_fails),
		cmocka_unit_test(test_unread_events),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_target_is_asked_for),
		cmocka_unit_test(test_target_out_of_reach),
		cmocka_unit_test(test_ipv6_and_transports),
		cmocka_unit_test(test_state_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
