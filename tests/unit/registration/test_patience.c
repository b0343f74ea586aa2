/**
 * @file test_patience.c  What a registrar may make a trunk wait for
 *
 * Retry-After on every code, a challenge that asks to wait, a binding that
 * is saved before it ends, and a host that kicks.
 */
#include "fake.h"

#define CHALLENGE(header) header ": Digest realm=\"r\", nonce=\"n\"\r\n"

/* Nothing leaves before the time that was asked for, whatever the host does
 * meanwhile; and then something does. */
static void kept(const char *status, const char *headers)
{
	struct fake f;
	char all[512];
	int64_t asked;

	fake_open(&f);
	fake_start(&f);
	(void)snprintf(all, sizeof(all), "Retry-After: 100\r\n%s", headers);
	fake_answer(&f, status, all);
	asked = f.now + SECONDS(100);
	for (int i = 0; i < 19; i++) {
		fake_run(&f, f.now + SECONDS(5));
		if (i % 3 == 1)
			fake_stop(&f);
		if (i % 3)
			fake_start(&f);
		/* a connection that is lost is no reason either */
		assert_int_equal(tw_registration_send_failed(f.reg, f.now,
			NULL), TW_OK);
		fake_drain(&f);
	}
	fake_start(&f);
	fake_run(&f, asked - 1);
	if (f.sends != 1)
		fail_msg("%s: %u requests before its time", status, f.sends);
	fake_run(&f, asked + SECONDS(10));
	if (f.sends < 2)
		fail_msg("%s: never tried again", status);
	fake_close(&f);
}

static void test_every_code(void **state)
{
	char status[32];

	(void)state;
	for (int code = 300; code < 700; code++) {
		(void)snprintf(status, sizeof(status), "%d X", code);
		kept(status, "");
		kept(status, CHALLENGE("WWW-Authenticate"));
		kept(status, CHALLENGE("Proxy-Authenticate"));
	}
	kept("423 Too Brief", "Min-Expires: 900\r\n");
	kept("200 OK", "Expires: 0\r\n");
}

/* The answer to the challenge opens the next attempt. */
static void test_challenge_waits(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "401 No", "Retry-After: 60\r\n"
		CHALLENGE("WWW-Authenticate"));
	assert_int_equal(f.sends, 1);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_int_equal(f.sends, 2);
	assert_non_null(strstr(f.sent, "nonce=\"n\""));
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);

	/* a wrong password is found out all the same */
	fake_open(&f);
	fake_start(&f);
	for (int i = 0; i < 3; i++) {
		fake_answer(&f, "401 No", "Retry-After: 60\r\n"
			CHALLENGE("WWW-Authenticate"));
		fake_run(&f, tw_registration_deadline(f.reg));
	}
	fake_answer(&f, "401 No", CHALLENGE("WWW-Authenticate"));
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	fake_close(&f);
}

static void test_too_brief_waits(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "423 Too Brief", "Min-Expires: 900\r\n"
		"Retry-After: 60\r\n");
	assert_int_equal(f.sends, 1);
	assert_string_equal(f.event.reason, "423 Too Brief");
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_string_equal(fake_header(&f, "Expires"), "900");
	fake_close(&f);
}

/* One refresh in three fails, as at a registrar under load: the trunk tries
 * again before the binding ends, and never says otherwise. */
static void test_binding_is_saved(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;
	int64_t end;

	(void)state;
	o.expires_s = 60;
	fake_open_with(&f, &o);
	fake_start(&f);
	fake_answer(&f, "200 OK", "");
	for (int i = 0; i < 101; i++) {
		fake_run(&f, tw_registration_deadline(f.reg));
		assert_true(tw_registration_is_pending(f.reg));
		end = fake_status(&f).expires_at;
		assert_true(end > f.now);
		if (i % 3)
			fake_answer(&f, "200 OK", "");
		else
			fake_answer(&f, "500 Busy", "");
		assert_true(fake_status(&f).next_try_at < fake_status(&f).
			expires_at);
	}
	/* for good: a few tries until it ends, then the usual back-off */
	fake_run(&f, tw_registration_deadline(f.reg));
	end = fake_status(&f).expires_at;
	f.sends = 0;
	while (f.now < end) {
		if (tw_registration_is_pending(f.reg))
			fake_answer(&f, "500 Busy", "");
		fake_run(&f, tw_registration_deadline(f.reg));
	}
	assert_in_range(f.sends, 1, 3);
	assert_true(fake_status(&f).expires_at == 0);
	fake_close(&f);
}

/* stop and start in a loop: each start waits for the floor, each stop is
 * carried out at once. */
static void test_kicks(void **state)
{
	struct fake f;
	unsigned registers = 0, seen = 0;
	int64_t began;

	(void)state;
	fake_open(&f);
	began = f.now;
	for (int i = 0; i < 1000; i++) {
		fake_start(&f);
		fake_stop(&f);
		fake_start(&f);
		while (f.sends != seen) {
			seen = f.sends;
			registers += !strcmp(fake_header(&f, "Expires"),
				"300");
			fake_answer(&f, "200 OK", "");
		}
		fake_run(&f, f.now + SECONDS(1) / 10);
	}
	assert_in_range(registers, 15, 1 + (f.now - began) / SECONDS(5));
	fake_start(&f);
	fake_run(&f, f.now + SECONDS(6));
	if (tw_registration_is_pending(f.reg))
		fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

static void test_empty_authorization(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.flags = TW_TRUNK_EMPTY_AUTHORIZATION;
	o.auth_user = "me@ims.test";
	o.domain = "ims.test";
	fake_open_with(&f, &o);
	fake_start(&f);
	assert_string_equal(fake_header(&f, "Authorization"), "Digest "
		"username=\"me@ims.test\", realm=\"ims.test\", nonce=\"\", "
		"uri=\"sip:ims.test\", response=\"\"");
	/* its challenge is the first, not a refusal of an answer */
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_int_equal(f.sends, 2);
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"nonce=\"n1\""));
	assert_null(strstr(fake_header(&f, "Authorization"),
		"response=\"\""));
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

/* nextnonce of the registrar is not the proxy's, and the other way round. */
static void test_next_nonce_of_two(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "407 Proxy", "Proxy-Authenticate: Digest "
		"realm=\"carrier.test\", nonce=\"p1\", qop=\"auth\"\r\n");
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_answer(&f, "200 OK", "Authentication-Info: nextnonce=\"n2\", "
		"qop=auth\r\nProxy-Authentication-Info: nextnonce=\"p2\"\r\n"
		);
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"nonce=\"n2\""));
	assert_non_null(strstr(fake_header(&f, "Proxy-Authorization"),
		"nonce=\"p2\""));
	/* what would break our own quotes is not taken */
	fake_answer(&f, "200 OK", "Authentication-Info: nextnonce=\"n3\"x\""
		"\r\nProxy-Authentication-Info: nextnonce=\"\"\r\n");
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"nonce=\"n2\""));
	assert_non_null(strstr(fake_header(&f, "Proxy-Authorization"),
		"nonce=\"p2\""));
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code),
		cmocka_unit_test(test_challenge_waits),
		cmocka_unit_test(test_too_brief_waits),
		cmocka_unit_test(test_binding_is_saved),
		cmocka_unit_test(test_kicks),
		cmocka_unit_test(test_empty_authorization),
		cmocka_unit_test(test_next_nonce_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
