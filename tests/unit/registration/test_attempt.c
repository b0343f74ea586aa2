/**
 * @file test_attempt.c  What answers may and may not make us do
 *
 * The hostile ones are those that made libre's sipreg send up to 17 227
 * REGISTERs in 5 s.
 */
#include "fake.h"

/* Answers every REGISTER at once for `seconds`; returns how many came. The
 * least gap between the first ones of two attempts goes to *gap_us. */
static unsigned flood(struct fake *f, int64_t seconds, const char *status,
		      const char *headers, int64_t *gap_us)
{
	int64_t end = f->now + SECONDS(seconds), last = -SECONDS(100);
	unsigned first = f->sends, seen = f->sends;

	*gap_us = INT64_MAX;
	fake_start(f);
	for (;;) {
		while (f->sends != seen) {
			if (last != f->now && f->now - last < *gap_us)
				*gap_us = f->now - last;
			last = f->now;
			seen = f->sends;
			fake_answer(f, status, headers);
		}
		if (tw_registration_deadline(f->reg) > end)
			break;
		fake_run(f, tw_registration_deadline(f->reg));
	}
	return f->sends - first;
}

static void absurd_grant(const char *headers, unsigned most)
{
	struct fake f;
	int64_t gap;
	unsigned sends;

	fake_open(&f);
	sends = flood(&f, 3600, "200 OK", headers, &gap);
	if (sends > most || gap < SECONDS(5))
		fail_msg("%s: %u REGISTERs in an hour, gap %lld us", headers,
			sends, (long long)gap);
	fake_close(&f);
}

/* "Contact: ours;expires=..." for a machine whose token is known. */
static void absurd_contact(const char *expires, unsigned most)
{
	tw_trunk_options o = fake_options();
	struct fake f;
	char headers[256];
	int64_t gap;
	unsigned sends;

	o.contact_user = "me";
	fake_open_with(&f, &o);
	(void)snprintf(headers, sizeof(headers), "Contact: <sip:me@"
		"192.0.2.7:5060>;expires=%s\r\n", expires);
	sends = flood(&f, 3600, "200 OK", headers, &gap);
	if (sends > most || gap < SECONDS(5))
		fail_msg("%s: %u REGISTERs in an hour, gap %lld us", expires,
			sends, (long long)gap);
	fake_close(&f);
}

static void test_flood_by_expires(void **state)
{
	(void)state;
	/* 300 s asked: 13.3 to 15 refreshes an hour where the value is
	 * absurd or longer, the floor of 5 s where it is short */
	absurd_contact("60", 76);
	absurd_contact("0", 14);
	absurd_contact("-1", 16);
	absurd_contact("4294967295", 16);
	absurd_contact("4294967296", 16);
	absurd_contact("4772186", 16);
	absurd_contact("18446744073709551616", 16);
	absurd_contact("99999999999999999999999999999", 16);
	absurd_contact("", 16);
	absurd_contact("\"60\"", 16);
	absurd_contact("1", 721);
	absurd_contact("4", 721);
	absurd_grant("Expires: 0\r\n", 14);
	absurd_grant("Expires: -1\r\n", 16);
	absurd_grant("Expires: 4294967296\r\n", 16);
	absurd_grant("Expires: 1\r\n", 721);
	absurd_grant("", 16);
	absurd_grant("Contact: *\r\n", 16);
	absurd_grant("Contact: <sip:me@h>;expires=0;expires=3\r\n", 16);
}

/* A grant shorter than the floor: the trunk says so and does not spin. */
static void test_grant_of_one_second(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "200 OK", fake_contact(&f, "1"));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_run(&f, f.now + SECONDS(1));
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_int_equal(f.sends, 1);
	fake_run(&f, f.now + SECONDS(4));
	assert_int_equal(f.sends, 2);
	fake_close(&f);
}

static void test_flood_by_failures(void **state)
{
	static const char *const status[] = { "400 Bad Request", "408 Timeout",
		"480 Away", "500 Oops", "503 Busy", "504 Late", "302 Moved",
		"603 No", "401 Unauthorized", "407 Proxy", "423 Too Brief",
		"403 No", "404 Who" };
	static const char *const headers[] = { "", "Retry-After: 0\r\n",
		"Retry-After: -1\r\n", "Retry-After: 1\r\n",
		"Min-Expires: 0\r\n", "Min-Expires: 4294967295\r\n",
		"Min-Expires: 61\r\n",
		"WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\n"
		"Proxy-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\n",
		"WWW-Authenticate: Digest realm=\"r\",nonce=\"n\",stale=true"
		"\r\nProxy-Authenticate: Digest realm=\"r\",nonce=\"n\","
		"stale=true\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(status) / sizeof(*status); i++) {
		for (size_t j = 0; j < sizeof(headers) / sizeof(*headers);
		     j++) {
			struct fake f;
			int64_t gap;
			unsigned sends;

			fake_open(&f);
			sends = flood(&f, 3600, status[i], headers[j], &gap);
			/* Retry-After: 1 is obeyed, down to the floor */
			if (gap < SECONDS(5) ||
			    sends > (j == 3 ? 721 : 60))
				fail_msg("%s %s: %u in an hour, gap %lld",
					status[i], headers[j], sends,
					(long long)gap);
			assert_int_not_equal(fake_state(&f),
				TW_TRUNK_REGISTERED);
			fake_close(&f);
		}
	}
}

static void test_backoff_grows(void **state)
{
	int64_t from[] = { 15, 30, 60, 120, 240, 480, 900, 900 };
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	for (size_t i = 0; i < sizeof(from) / sizeof(*from); i++) {
		int64_t wait;

		fake_answer(&f, "500 Oops", "");
		assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
		wait = tw_registration_deadline(f.reg) - f.now;
		assert_in_range(wait, SECONDS(from[i]), SECONDS(2 * from[i]));
		assert_true(fake_status(&f).next_try_at == f.now + wait);
		fake_run(&f, f.now + wait);
		assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	}
	/* success starts the count anew */
	fake_answer(&f, "200 OK", "");
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "500 Oops", "");
	assert_in_range(tw_registration_deadline(f.reg) - f.now, SECONDS(15),
		SECONDS(30));
	fake_close(&f);
}

static void test_retry_after(void **state)
{
	struct fake f;
	int64_t wait;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "503 Busy", "Retry-After: 120 (lunch);duration=60\r\n"
		);
	wait = tw_registration_deadline(f.reg) - f.now;
	assert_in_range(wait, SECONDS(120), SECONDS(132));
	assert_in_range(f.event.next_try_s, 120, 132);
	/* "try now" does not go around it, nor does stop and start */
	f.now += SECONDS(60);
	fake_start(&f);
	assert_int_equal(f.sends, 1);
	fake_stop(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	fake_start(&f);
	assert_int_equal(f.sends, 1);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	wait = tw_registration_deadline(f.reg) - f.now;
	assert_in_range(wait, SECONDS(60), SECONDS(72));
	fake_run(&f, f.now + wait);
	assert_int_equal(f.sends, 2);
	/* absurd: at most an hour and its tenth */
	fake_answer(&f, "500 Oops", "Retry-After: 4294967296\r\n");
	assert_in_range(tw_registration_deadline(f.reg) - f.now,
		SECONDS(3600), SECONDS(3960));
	fake_close(&f);

	/* on refusals too */
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "403 No", "Retry-After: 200\r\n");
	assert_in_range(tw_registration_deadline(f.reg) - f.now,
		SECONDS(200), SECONDS(220));
	fake_close(&f);

	/* the registrar asked for silence: an un-register keeps it, too */
	fake_open(&f);
	fake_register(&f);
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "503 Busy", "Retry-After: 30\r\n");
	fake_stop(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_DISABLED);
	assert_int_equal(f.sends, 3);
	fake_close(&f);
}

static void test_start_now(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "500 Oops", "");
	f.now += SECONDS(2);
	fake_start(&f);
	assert_int_equal(f.sends, 1);         /* floor of 5 s */
	fake_run(&f, f.now + SECONDS(3));
	assert_int_equal(f.sends, 2);
	fake_answer(&f, "500 Oops", "");
	f.now += SECONDS(6);
	fake_start(&f);
	assert_int_equal(f.sends, 3);         /* before its back-off */
	fake_answer(&f, "200 OK", "");
	f.now += SECONDS(6);
	fake_start(&f);                       /* refresh on demand */
	assert_int_equal(f.sends, 4);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

static void test_too_brief(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "423 Too Brief", "Min-Expires: 900\r\n");
	assert_int_equal(f.sends, 2);
	assert_string_equal(fake_header(&f, "Expires"), "900");
	/* a second one within the attempt is not believed */
	fake_answer(&f, "423 Too Brief", "Min-Expires: 1800\r\n");
	assert_int_equal(f.sends, 2);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	fake_run(&f, tw_registration_deadline(f.reg));
	/* what was learnt stays */
	assert_string_equal(fake_header(&f, "Expires"), "900");
	fake_answer(&f, "200 OK", "Expires: 900\r\n");
	assert_int_equal(fake_status(&f).expires_s, 900);
	fake_close(&f);

	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "423 Too Brief", "Min-Expires: 86401\r\n");
	assert_int_equal(f.sends, 1);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	fake_close(&f);
}

static void test_refused(void **state)
{
	struct fake f;
	unsigned sends;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "403 No", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "403 Really", "");
	assert_int_equal(f.event.state_new, TW_TRUNK_REFUSED);
	assert_int_equal(f.event.sip_code, 403);
	assert_string_equal(f.event.reason, "403 Really");
	assert_in_range(f.event.next_try_s, 3240, 3960);
	/* probes slowly, stays out of routing meanwhile */
	sends = f.sends;
	fake_run(&f, f.now + SECONDS(3240) - 1);
	assert_int_equal(f.sends, sends);
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_int_equal(f.sends, sends + 1);
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	fake_answer(&f, "500 Oops", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "200 OK", "");
	assert_int_equal(f.event.state_old, TW_TRUNK_REFUSED);
	assert_int_equal(f.event.state_new, TW_TRUNK_REGISTERED);
	fake_close(&f);
}

static void test_no_probe(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.refused_tries = 1;
	o.refused_probe_s = 0;
	fake_open_with(&f, &o);
	fake_start(&f);
	fake_answer(&f, "404 Who", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	assert_int_equal(f.event.next_try_s, -1);
	assert_true(tw_registration_deadline(f.reg) == INT64_MAX);
	fake_close(&f);
}

static void test_wrong_password(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.refused_tries = 1;
	fake_open_with(&f, &o);
	fake_start(&f);
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_answer(&f, "401 Unauthorized", "WWW-Authenticate: Digest realm="
		"\"carrier.test\", nonce=\"other\", qop=\"auth\"\r\n");
	assert_int_equal(f.sends, 2);
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	assert_non_null(strstr(f.event.reason, "password is wrong"));
	assert_null(strstr(f.event.reason, "secret"));
	/* the refused answer is not offered again */
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_string_equal(fake_header(&f, "Authorization"), "");
	fake_close(&f);
}

static void challenge_refused(const tw_trunk_options *o, const char *headers,
			      const char *because)
{
	struct fake f;

	fake_open_with(&f, o);
	fake_start(&f);
	fake_answer(&f, "401 Unauthorized", headers);
	assert_int_equal(f.sends, 1);
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	if (!strstr(f.event.reason, because))
		fail_msg("\"%s\" does not say \"%s\"", f.event.reason,
			because);
	fake_close(&f);
}

static void test_challenge_policy(void **state)
{
	tw_trunk_options o = fake_options();

	(void)state;
	challenge_refused(&o, "WWW-Authenticate: Basic realm=\"r\"\r\n",
		"Basic");
	challenge_refused(&o, "WWW-Authenticate: Digest realm=\"r\", "
		"nonce=\"n\", qop=\"auth-int\"\r\n", "auth-int");
	challenge_refused(&o, "WWW-Authenticate: Digest realm=\"r\", "
		"nonce=\"n\", algorithm=AKAv1-MD5\r\n", "algorithm");
	challenge_refused(&o, "", "missing");
	o.realm = "mine.test";
	challenge_refused(&o, fake_401, "realm");
	o.realm = NULL;
	o.digest_min = TW_DIGEST_SHA256;
	challenge_refused(&o, "WWW-Authenticate: Digest realm=\"r\", "
		"nonce=\"n\"\r\n", "digest_min");
	o = fake_options();
	o.password = NULL;
	o.password_size = 0;
	challenge_refused(&o, fake_401, "none is configured");
}

/* The first realm is pinned: a later one gets no hash of the password. */
static void test_realm_is_pinned(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "401 Unauthorized", "WWW-Authenticate: Digest "
		"realm=\"evil.test\", nonce=\"e\", qop=\"auth\"\r\n");
	assert_int_equal(f.sends, 3);
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	assert_null(strstr(f.sent, "evil"));
	assert_string_equal(fake_status(&f).realm, "carrier.test");
	fake_close(&f);
}

/* A realm that led to nothing does not lock the trunk to it. */
static void test_realm_is_forgotten(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "401 Unauthorized", "WWW-Authenticate: Digest "
		"realm=\"elsewhere\", nonce=\"e\"\r\n");
	assert_string_equal(fake_status(&f).realm, "elsewhere");
	fake_answer(&f, "500 Oops", "");
	assert_string_equal(fake_status(&f).realm, "");
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_answer(&f, "200 OK", "");
	assert_string_equal(fake_status(&f).realm, "carrier.test");
	fake_close(&f);
}

static void test_fatal(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "405 Method Not Allowed", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_FATAL);
	assert_true(tw_registration_deadline(f.reg) == INT64_MAX);
	f.now += SECONDS(10);
	fake_start(&f);                       /* by order only */
	assert_int_equal(f.sends, 2);
	fake_answer(&f, "200 OK", "");
	/* it did register: the same answer is no final word any more */
	for (int i = 0; i < 2; i++) {
		fake_run(&f, tw_registration_deadline(f.reg));
		fake_answer(&f, "405 Method Not Allowed", "");
	}
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	assert_true(tw_registration_deadline(f.reg) != INT64_MAX);
	fake_close(&f);
}

/* A proxy and a registrar that both ask. */
static void test_two_challenges(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "407 Proxy", "Proxy-Authenticate: Digest "
		"realm=\"carrier.test\", nonce=\"p\", qop=\"auth\"\r\n");
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_non_null(strstr(fake_header(&f, "Proxy-Authorization"),
		"nonce=\"p\""));
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"nonce=\"n1\""));
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

/* A registrar that always has one more question ends as a failure. */
static void test_endless_questions(void **state)
{
	struct fake f;
	char headers[256];

	(void)state;
	fake_open(&f);
	fake_start(&f);
	for (int i = 0; i < 20 && tw_registration_is_pending(f.reg); i++) {
		(void)snprintf(headers, sizeof(headers), "%s-Authenticate: "
			"Digest realm=\"r\", nonce=\"%d\", stale=true\r\n",
			i % 2 ? "Proxy" : "WWW", i);
		fake_answer(&f, i % 2 ? "407 Proxy" : "401 No", headers);
	}
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_in_range(f.sends, 2, 6);
	fake_close(&f);
}

/* Timer F of each request, the watchdog over all of them. */
static void test_silence(void **state)
{
	struct fake f;
	int64_t began;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	began = f.now;
	fake_run(&f, f.now + SECONDS(32));
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_int_equal(f.event.sip_code, 0);
	assert_int_equal(f.sends, 11);       /* RFC 3261 17.1.2.2: 11 of UDP */
	fake_run(&f, tw_registration_deadline(f.reg));
	began = f.now;
	/* an answer every 31 s: the attempt still ends */
	for (int i = 0; i < 10 && tw_registration_is_pending(f.reg); i++) {
		fake_run(&f, f.now + SECONDS(31));
		if (tw_registration_is_pending(f.reg))
			fake_answer(&f, "401 No", i % 2 ? "WWW-Authenticate: "
				"Digest realm=\"r\",nonce=\"2\",stale=true\r\n"
				: "WWW-Authenticate: Digest realm=\"r\","
				"nonce=\"1\",stale=true\r\n");
	}
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_in_range(f.now - began, 0, SECONDS(125));
	fake_close(&f);
}

/* A 100 a second for ever does not hold an attempt open. */
static void test_provisional_for_ever(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	for (int i = 0; i < 40 && tw_registration_is_pending(f.reg); i++) {
		fake_answer(&f, "100 Trying", "");
		fake_run(&f, f.now + SECONDS(1));
	}
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_in_range(f.sends, 2, 9);
	fake_close(&f);
}

static void test_reason_is_clean(void **state)
{
	struct fake f;
	char status[400];

	(void)state;
	fake_open(&f);
	fake_start(&f);
	/* 8-bit, not UTF-8; a tab; longer than the field */
	(void)snprintf(status, sizeof(status), "500 a\tb \xff\xfe %0300d", 7);
	fake_answer(&f, status, "");
	for (const char *p = f.event.reason; *p; p++)
		assert_in_range((unsigned char)*p, 0x20, 0x7e);
	assert_true(strlen(f.event.reason) < sizeof(f.event.reason));
	fake_close(&f);
}

/* Every allocation fails once: an error or a back-off, no crash, no leak,
 * and the machine gets on afterwards. */
static long allocations_left = -1;

static void *failing_alloc(size_t size, void *arg)
{
	(void)arg;
	return allocations_left-- == 0 ? NULL : malloc(size);
}

static void *failing_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return allocations_left-- == 0 ? NULL : realloc(mem, size);
}

static void plain_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

static void oom_round(long n)
{
	tw_trunk_options o = fake_options();
	static char text[4096];
	struct fake f;

	memset(&f, 0, sizeof(f));
	f.now = SECONDS(1000);
	tw_random_seed(&f.random, &f.seed, 1);
	allocations_left = n;
	if (tw_registration_new(&f.reg, &o, &f.random, NULL))
		return;
	if (tw_registration_set_local(f.reg, "192.0.2.7", 5060, NULL))
		goto out;
	(void)tw_registration_start(f.reg, f.now, NULL);
	fake_drain(&f);
	for (int i = 0; i < 2 && f.sent[0]; i++) {
		(void)fake_answer_text(text, sizeof(text), &f, i ? "200 OK" :
			"401 Unauthorized", i ? "" : fake_401);
		(void)tw_registration_receive(f.reg, text, strlen(text),
			f.now, NULL);
		fake_drain(&f);
	}
	allocations_left = -1;
	for (int i = 0; i < 6 && fake_state(&f) != TW_TRUNK_REGISTERED; i++) {
		if (tw_registration_is_pending(f.reg))
			fake_answer(&f, i % 2 ? "200 OK" : "401 Unauthorized",
				i % 2 ? "" : fake_401);
		else
			fake_run(&f, tw_registration_deadline(f.reg));
	}
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
 out:
	allocations_left = -1;
	fake_close(&f);
}

static void test_no_memory(void **state)
{
	const tw_allocator failing = { sizeof(failing), failing_alloc,
		failing_resize, plain_release, NULL };

	(void)state;
	assert_int_equal(tw_allocator_set(&failing, NULL), TW_OK);
	for (long n = 0; n < 80; n++)
		oom_round(n);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

/* Who else rings is told when it becomes known, and when it changes. */
static void test_foreign_bindings(void **state)
{
	char headers[1024];
	unsigned events;
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	(void)snprintf(headers, sizeof(headers), "Contact: <sip:old@192.0.2.9>"
		";expires=100, \"a, b\" <sip:x@[2001:db8::1]>, "
		"<sip:gone@192.0.2.8>;expires=0\r\n%s",
		fake_contact(&f, "300"));
	fake_answer(&f, "200 OK", headers);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_int_equal(fake_status(&f).foreign, 2);
	assert_int_equal(fake_status(&f).expires_s, 300);
	assert_string_equal(f.event.reason, "200 OK; calls ring at 2 other "
		"Contacts of this account too");
	events = f.events;
	fake_run(&f, tw_registration_deadline(f.reg));
	(void)snprintf(headers, sizeof(headers), "Contact: <sip:old@192.0.2.9>"
		";expires=100, <sip:x@192.0.2.8>\r\n%s",
		fake_contact(&f, "300"));
	fake_answer(&f, "200 OK", headers);
	assert_int_equal(f.events, events);
	fake_run(&f, tw_registration_deadline(f.reg));
	(void)snprintf(headers, sizeof(headers), "Contact: <sip:x@192.0.2.8>"
		"\r\n%s", fake_contact(&f, "300"));
	fake_answer(&f, "200 OK", headers);
	assert_int_equal(f.events, events + 1);
	assert_int_equal(f.event.state_old, TW_TRUNK_REGISTERED);
	assert_string_equal(f.event.reason, "200 OK; calls ring at 1 other "
		"Contact of this account too");
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_int_equal(f.events, events + 2);
	assert_string_equal(f.event.reason, "200 OK");
	assert_int_equal(fake_status(&f).foreign, 0);
	fake_close(&f);
}

/* A registrar that knows the password writes it where logs take it from. */
static void test_an_echoed_password(void **state)
{
	static const char *const said[][2] = {
		{ "403 secret", "403 ***" },
		{ "403 you said secretsecret, secre", "403 you said ***, "
			"secre" },
		{ "404 secret", "404 ***" } };
	struct fake f;

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		fake_open(&f);
		fake_start(&f);
		fake_answer(&f, said[i][0], "");
		assert_string_equal(f.event.reason, said[i][1]);
		fake_close(&f);
	}
}

/* A registrar that answers what nobody can read is not silent. */
static void test_broken_answers(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	assert_int_equal(tw_registration_receive_broken(NULL, NULL),
		TW_EINVAL);
	/* of nothing that is under way */
	assert_int_equal(tw_registration_receive_broken(f.reg, NULL), TW_OK);
	fake_start(&f);
	assert_int_equal(tw_registration_receive_broken(f.reg, NULL), TW_OK);
	assert_int_equal(tw_registration_receive_broken(f.reg, NULL), TW_OK);
	fake_run(&f, f.now + SECONDS(33));
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_string_equal(f.event.reason, "no final answer within 32 s but "
		"2 that break the rules of SIP or are too long; look at them "
		"with a trace");
	/* the next one begins anew */
	fake_run(&f, fake_status(&f).next_try_at);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	fake_run(&f, f.now + SECONDS(33));
	assert_string_equal(f.event.reason, "no final answer within 32 s");
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_echoed_password),
		cmocka_unit_test(test_broken_answers),
		cmocka_unit_test(test_flood_by_expires),
		cmocka_unit_test(test_grant_of_one_second),
		cmocka_unit_test(test_flood_by_failures),
		cmocka_unit_test(test_backoff_grows),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_start_now),
		cmocka_unit_test(test_too_brief),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_probe),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_challenge_policy),
		cmocka_unit_test(test_realm_is_pinned),
		cmocka_unit_test(test_realm_is_forgotten),
		cmocka_unit_test(test_fatal),
		cmocka_unit_test(test_two_challenges),
		cmocka_unit_test(test_endless_questions),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_provisional_for_ever),
		cmocka_unit_test(test_reason_is_clean),
		cmocka_unit_test(test_foreign_bindings),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
