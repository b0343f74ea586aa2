/**
 * @file test_reach.c  An attempt and the targets it asks, on virtual time
 */
#include "fake.h"
#include "zone.h"
#include "registration/machine.h"

#define C "carrier.test"

static const tw_dns_record two_servers[] = {
	ZONE_SRV("_sip._udp." C, 10, 0, 5060, "a." C),
	ZONE_SRV("_sip._udp." C, 20, 0, 5062, "b." C),
	ZONE_A("a." C, "192.0.2.1"), ZONE_A("b." C, "192.0.2.2"),
};

#define A "udp:192.0.2.1:5060"
#define B "udp:192.0.2.2:5062"

static void open_named(struct fake *f, const char *backup)
{
	tw_trunk_options o = fake_options();

	o.registrar = "sip:" C;
	o.backup = backup;
	fake_open_with(f, &o);
	ZONE_OF(f, two_servers);
}

static void test_names(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	struct fake f;
	uint32_t query;

	(void)state;
	open_named(&f, NULL);
	assert_int_equal(tw_registration_start(f.reg, f.now, NULL), TW_OK);
	assert_int_equal(fake_status(&f).state, TW_TRUNK_RESOLVING);
	assert_string_equal(fake_status(&f).target, "");
	assert_int_equal(tw_registration_is_pending(f.reg), 0);
	assert_int_equal(tw_registration_next(&action, f.reg, NULL), TW_OK);
	assert_int_equal(action.kind, TW_ACTION_QUERY);
	assert_string_equal(action.host, C);
	assert_int_equal(action.query_type, TW_DNS_NAPTR);
	query = action.query;
	/* a number that is not the open question's changes nothing */
	assert_int_equal(tw_registration_records(f.reg, query + 1,
		two_servers, 4, f.now, NULL), TW_OK);
	assert_int_equal(tw_registration_query_failed(f.reg,
		query - 1, "x", f.now, NULL), TW_OK);
	assert_int_equal(tw_registration_next(&action, f.reg, NULL), TW_OK);
	assert_int_equal(action.kind, TW_ACTION_EVENT);
	assert_int_equal(action.event.state_new, TW_TRUNK_RESOLVING);
	assert_string_equal(action.event.target, "udp:" C);
	assert_int_equal(tw_registration_records(f.reg, query, NULL, 0,
		f.now, NULL), TW_OK);
	fake_drain(&f);
	assert_int_equal(f.targets, 1);
	assert_string_equal(f.to, A);
	/* names go into the request, addresses on the way */
	assert_non_null(strstr(f.sent, "REGISTER sip:" C " SIP/2.0\r\n"));
	assert_non_null(strstr(f.sent, "To: <sip:trunk1@" C ">\r\n"));
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_REGISTERED);
	assert_string_equal(fake_status(&f).target, A);
	/* sticky, and nothing is asked again while DNS' word holds */
	f.queries = f.targets = 0;
	f.now = tw_registration_deadline(f.reg);
	fake_run(&f, f.now);
	assert_string_equal(f.to, A);
	assert_int_equal(f.queries, 0);
	assert_int_equal(f.targets, 0);
	fake_close(&f);
}

/* A dead first target costs 6 s, not 32, and the challenge of the second is
 * answered at the second. */
static void test_time_out(void **state)
{
	struct fake f;
	int64_t began;

	(void)state;
	open_named(&f, NULL);
	fake_start(&f);
	began = f.now;
	while (!strcmp(f.to, A))
		fake_run(&f, tw_registration_deadline(f.reg));
	assert_true(f.now - began == SECONDS(6));
	assert_string_equal(f.to, B);
	assert_int_equal(fake_status(&f).state, TW_TRUNK_REGISTERING);
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_string_equal(f.to, B);
	assert_non_null(strstr(f.sent, "\r\nAuthorization: Digest "));
	fake_answer(&f, "200 OK", "");
	assert_string_equal(fake_status(&f).target, B);
	/* and the other way round: the last one has the full time */
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_close(&f);
}

/* One that is alone has the 32 s of RFC 3261, however often it failed. */
static void test_alone(void **state)
{
	struct fake f;
	int64_t began;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	for (int i = 0; i < 3; i++) {
		began = f.now;
		while (fake_state(&f) == TW_TRUNK_REGISTERING)
			fake_run(&f, tw_registration_deadline(f.reg));
		assert_true(f.now - began == SECONDS(32));
		assert_non_null(strstr(fake_status(&f).reason, "within 32"));
		fake_run(&f, tw_registration_deadline(f.reg));
		assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	}
	fake_close(&f);
}

static void test_503(void **state)
{
	struct fake f;
	int64_t at;

	(void)state;
	open_named(&f, NULL);
	fake_start(&f);
	fake_answer(&f, "503 No", "Retry-After: 600\r\n");
	assert_string_equal(f.to, B);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	fake_answer(&f, "503 No", "Retry-After: 120\r\n");
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_int_equal(f.sends, 2);
	/* the shorter of two, and no hand on the button goes before it */
	at = tw_registration_deadline(f.reg);
	assert_in_range(at - f.now, SECONDS(120), SECONDS(132));
	f.now += SECONDS(60);
	fake_start(&f);
	assert_int_equal(f.sends, 2);
	assert_true(tw_registration_deadline(f.reg) == at);
	fake_run(&f, at);
	/* then B only: A's time is not over */
	assert_string_equal(f.to, B);
	assert_int_equal(f.sends, 3);
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "200 OK", "");
	assert_string_equal(fake_status(&f).target, B);
	fake_close(&f);
}

/* The one with a Retry-After waits, the trunk tries the other soon. */
static void test_503_of_one(void **state)
{
	struct fake f;

	(void)state;
	open_named(&f, NULL);
	fake_start(&f);
	fake_answer(&f, "503 No", "Retry-After: 3000\r\n");
	fake_answer(&f, "503 No", "");
	assert_in_range(tw_registration_deadline(f.reg) - f.now, SECONDS(15),
		SECONDS(30));
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_string_equal(f.to, B);
	fake_close(&f);
}

/* No word of the first registrar moves the trunk to the second. */
static void test_refusal_stays(void **state)
{
	struct fake f;

	(void)state;
	open_named(&f, "sip:192.0.2.9");
	fake_start(&f);
	fake_answer(&f, "403 Forbidden", "");
	assert_string_equal(f.to, A);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	fake_close(&f);
}

static void test_unreachable(void **state)
{
	struct fake f;

	(void)state;
	open_named(&f, NULL);
	f.unreachable = "192.0.2.1";
	fake_start(&f);
	assert_string_equal(f.to, B);
	assert_int_equal(f.targets, 2);
	fake_answer(&f, "200 OK", "");
	assert_string_equal(fake_status(&f).target, B);
	fake_close(&f);
	open_named(&f, NULL);
	f.fail_sends = 1;
	fake_start(&f);
	assert_int_equal(f.sends, 2);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_int_equal(fake_status(&f).requests, 2);
	fake_close(&f);
}

static void register_a(struct fake *f)
{
	fake_start(f);
	fake_answer(f, "200 OK", "");
	assert_string_equal(fake_status(f).target, A);
	assert_int_equal(fake_state(f), TW_TRUNK_REGISTERED);
}

/* Hours without DNS, in each of its ways to fail: still registered, never
 * out of routing. */
static void test_dns_dies(void **state)
{
	struct fake f;

	(void)state;
	for (int way = 0; way < 3; way++) {
		open_named(&f, NULL);
		register_a(&f);
		f.dns_error = way == 0 ? "REFUSED" : NULL;
		f.dns_silent = way == 1;
		if (way == 2)
			f.zone_size = 0;       /* "no such name" */
		f.queries = 0;
		for (int i = 0; i < 50; i++) {
			unsigned sends = f.sends;

			while (f.sends == sends)
				fake_run(&f, tw_registration_deadline(f.reg));
			assert_int_equal(fake_state(&f),
				TW_TRUNK_REGISTERED);
			assert_string_equal(f.to, A);
			fake_answer(&f, "200 OK", "");
		}
		assert_int_equal(fake_status(&f).registrations, 51);
		assert_in_range(f.queries, 25, 500);
		fake_close(&f);
	}
}

static void test_dns_dead_from_the_start(void **state)
{
	struct fake f;

	(void)state;
	open_named(&f, NULL);
	f.dns_error = "timed out";
	fake_start(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_string_equal(fake_status(&f).reason, C ": DNS: timed out");
	assert_int_equal(f.sends, 0);
	assert_in_range(tw_registration_deadline(f.reg) - f.now, SECONDS(15),
		SECONDS(30));
	/* silence ends by itself */
	f.dns_error = NULL;
	f.dns_silent = true;
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_int_equal(fake_state(&f), TW_TRUNK_RESOLVING);
	fake_run(&f, f.now + SECONDS(16));
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	f.dns_silent = false;
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_string_equal(f.to, A);
	fake_close(&f);
}

static void test_stop_while_resolving(void **state)
{
	struct fake f;

	(void)state;
	open_named(&f, NULL);
	f.dns_silent = true;
	fake_start(&f);
	fake_stop(&f);
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	assert_true(tw_registration_deadline(f.reg) == INT64_MAX);
	fake_close(&f);
	/* a refresh under way is dropped, the binding taken back at A */
	open_named(&f, NULL);
	register_a(&f);
	f.dns_silent = true;
	f.now = SECONDS(1000) + SECONDS(300);
	f.reg->next_try_at = f.now - 1;
	f.reg->expires_at = f.now + SECONDS(100);
	f.reg->targets.list[0].stale_at = f.now;
	assert_int_equal(tw_registration_tick(f.reg, f.now, NULL), TW_OK);
	fake_drain(&f);
	assert_non_null(f.reg->resolve);
	fake_stop(&f);
	assert_string_equal(f.to, A);
	assert_string_equal(fake_header(&f, "Expires"), "0");
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	fake_close(&f);
}

/* Down to the backup when all of the first registrar fail, back to the first
 * at a refresh after its hold-down. */
static void test_backup_and_back(void **state)
{
	struct fake f;
	int64_t end;

	(void)state;
	open_named(&f, "sip:192.0.2.9;transport=tcp");
	fake_start(&f);
	while (strcmp(f.to, "tcp:192.0.2.9:5060"))
		fake_run(&f, tw_registration_deadline(f.reg));
	assert_true(f.now == SECONDS(1012));
	assert_non_null(strstr(f.sent, "REGISTER sip:192.0.2.9 SIP"));
	assert_non_null(strstr(f.sent, "To: <sip:trunk1@192.0.2.9>"));
	assert_non_null(strstr(f.sent, "Via: SIP/2.0/TCP "));
	fake_answer(&f, "200 OK", "");
	assert_string_equal(fake_status(&f).target, "tcp:192.0.2.9:5060");
	/* A and B come back */
	end = f.now + SECONDS(300);
	while (!strcmp(f.to, "tcp:192.0.2.9:5060") && f.now < end)
		fake_run(&f, tw_registration_deadline(f.reg));
	assert_string_equal(f.to, A);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_answer(&f, "200 OK", "");
	assert_string_equal(fake_status(&f).target, A);
	fake_close(&f);
}

/* While both of the first stay dead, each refresh that tries them keeps the
 * binding at the backup. */
static void test_backup_holds(void **state)
{
	struct fake f;
	int64_t end;
	unsigned tried = 0;

	(void)state;
	open_named(&f, "sip:192.0.2.9");
	fake_start(&f);
	end = f.now + SECONDS(7200);
	while (f.now < end) {
		fake_run(&f, tw_registration_deadline(f.reg));
		if (strcmp(f.to, "udp:192.0.2.9:5060"))
			tried++;
		else if (tw_registration_is_pending(f.reg))
			fake_answer(&f, "200 OK", "");
		if (fake_status(&f).registrations)
			assert_int_equal(fake_state(&f),
				TW_TRUNK_REGISTERED);
	}
	assert_in_range(tried, 5, 400);
	fake_close(&f);
}

static void test_proxy(void **state)
{
	tw_trunk_options o = fake_options();
	static const tw_dns_record zone[] = {
		ZONE_A("proxy.test", "192.0.2.50") };
	tw_error err = TW_ERROR_INIT;
	tw_registration *reg = NULL;
	struct fake f;

	(void)state;
	o.registrar = "sip:" C;
	o.outbound_proxy = "sip:proxy.test:5080;transport=tcp";
	fake_open_with(&f, &o);
	ZONE_OF(&f, zone);
	fake_start(&f);
	assert_string_equal(f.to, "tcp:192.0.2.50:5080");
	assert_string_equal(fake_header(&f, "Route"),
		"<sip:proxy.test:5080;transport=tcp;lr>");
	assert_non_null(strstr(f.sent, "REGISTER sip:" C " SIP/2.0"));
	fake_close(&f);
	o.backup = "sip:192.0.2.9";
	assert_int_equal(tw_registration_new(&reg, &o, NULL, &err),
		TW_EINVAL);
	assert_string_equal(err.field, "backup");
	o.backup = NULL;
	o.outbound_proxy = "proxy.test";
	assert_int_equal(tw_registration_new(&reg, &o, NULL, &err),
		TW_EPARSE);
	assert_string_equal(err.field, "outbound_proxy");
}

/* The shorter of what we want and what the registrar told last. */
static void test_keepalive(void **state)
{
	static const struct { uint32_t ours; const char *line;
		uint32_t want; } rows[] = {
		{ 0, "", 0 }, { 60, "", 60 },
		{ 0, "Flow-Timer: 120\r\n", 120 },
		{ 60, "Flow-Timer: 120\r\n", 60 },
		{ 60, "Flow-Timer: 30\r\n", 30 },
		/* nobody makes us ping in a storm, or never */
		{ 60, "Flow-Timer: 1\r\n", 10 },
		{ 60, "Flow-Timer: 0\r\n", 60 },
		{ 60, "Flow-Timer: -5\r\n", 60 },
		{ 60, "Flow-Timer: 4294967297\r\n", 60 },
	};

	(void)state;
	assert_int_equal(tw_registration_keepalive_s(NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tw_trunk_options o = fake_options();
		struct fake f;

		o.keepalive_s = rows[i].ours;
		fake_open_with(&f, &o);
		fake_start(&f);
		fake_answer(&f, "200 OK", rows[i].line);
		assert_int_equal(tw_registration_keepalive_s(f.reg),
			rows[i].want);
		fake_close(&f);
	}
}

/* What a host must not hand over. */
static void test_arguments(void **state)
{
	tw_dns_record record = ZONE_A(C, "192.0.2.1");
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	struct { tw_dns_record known; uint64_t newer; } wide[2];
	struct fake f;

	(void)state;
	open_named(&f, NULL);
	assert_int_equal(tw_registration_records(NULL, 0, &record, 1, 0,
		NULL), TW_EINVAL);
	assert_int_equal(tw_registration_records(f.reg, 0, NULL, 1, 0,
		NULL), TW_EINVAL);
	record.size = 4;
	assert_int_equal(tw_registration_records(f.reg, 0, &record, 1, 0,
		NULL), TW_EINVAL);
	record.size = 65537;
	assert_int_equal(tw_registration_records(f.reg, 0, &record, 1, 0,
		NULL), TW_EINVAL);
	assert_int_equal(tw_registration_query_failed(NULL, 0, NULL, 0,
		NULL), TW_EINVAL);
	fake_close(&f);
	/* a newer caller's records are longer than ours */
	memset(wide, 0xff, sizeof(wide));
	wide[0].known = record;
	wide[0].known.size = sizeof(wide[0]);
	wide[0].known.type = TW_DNS_CNAME;
	wide[0].known.value = "b." C;
	wide[1].known = wide[0].known;
	wide[1].known.type = TW_DNS_A;
	wide[1].known.name = "b." C;
	wide[1].known.value = "192.0.2.77";
	open_named(&f, NULL);
	f.reg->config.hop[0].port = 5099;
	assert_int_equal(tw_registration_start(f.reg, f.now, NULL), TW_OK);
	do
		assert_int_equal(tw_registration_next(&action, f.reg, NULL),
			TW_OK);
	while (action.kind != TW_ACTION_QUERY);
	assert_int_equal(tw_registration_records(f.reg, action.query,
		&wide[0].known, 2, f.now, NULL), TW_OK);
	fake_drain(&f);
	assert_string_equal(f.to, "udp:192.0.2.77:5099");
	fake_close(&f);
}

static long allocations_left = -1;      /* -1: without end */

static void *lean_alloc(size_t size, void *arg)
{
	(void)arg;
	return allocations_left < 0 || allocations_left-- > 0 ?
		malloc(size) : NULL;
}

static void *lean_resize(void *p, size_t size, void *arg)
{
	(void)arg;
	return allocations_left < 0 || allocations_left-- > 0 ?
		realloc(p, size) : NULL;
}

static void lean_release(void *p, void *arg)
{
	(void)arg;
	free(p);
}

static void lean_round(long n)
{
	tw_trunk_options o = fake_options();
	tw_error err = TW_ERROR_INIT;
	struct fake f;

	memset(&f, 0, sizeof(f));
	f.now = SECONDS(1000);
	f.lean = true;
	o.registrar = "sip:" C;
	o.backup = "sip:" C ":5090";
	tw_random_seed(&f.random, &f.seed, 1);
	ZONE_OF(&f, two_servers);
	allocations_left = n;
	if (!tw_registration_new(&f.reg, &o, &f.random, &err)) {
		(void)tw_registration_start(f.reg, f.now, NULL);
		fake_drain(&f);
		allocations_left = -1;
		f.lean = false;
		/* nothing is stuck: it comes back by itself */
		for (int i = 0; i < 6 && !tw_registration_is_pending(f.reg);
		     i++)
			fake_run(&f, tw_registration_deadline(f.reg));
		fake_answer(&f, "200 OK", "");
		assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	}
	allocations_left = -1;
	fake_close(&f);
}

static void test_no_memory(void **state)
{
	const tw_allocator lean = { sizeof(lean), lean_alloc, lean_resize,
		lean_release, NULL };

	(void)state;
	assert_int_equal(tw_allocator_set(&lean, NULL), TW_OK);
	for (long n = 0; n < 60; n++)
		lean_round(n);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

/* A hostile DNS and hostile registrars: whatever they say, attempts keep
 * their distance and requests their bound. */
static void test_flood(void **state)
{
	static const char *const answers[] = { "503 No", "401 Unauthorized",
		"423 Brief", "200 OK", "500 Oops" };
	struct fake f;

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		tw_dns_record zone[16];
		char text[16][32];
		uint64_t before;
		int64_t end;

		open_named(&f, seed % 2 ? "sip:" C ":5090" : NULL);
		tw_random_seed(&f.random, &f.seed, seed);
		for (size_t i = 0; i < 16; i++) {
			tw_dns_record a = ZONE_A("a." C, text[i]);

			(void)snprintf(text[i], sizeof(text[i]), "192.0.2.%zu",
				i + 1);
			a.ttl_s = 0;
			if (i == 15)
				a = (tw_dns_record)ZONE_SRV("_sip._udp." C, 1,
					1, 5060, "a." C);
			if (i == 14)
				a.name = C;
			zone[i] = a;
		}
		ZONE_OF(&f, zone);
		fake_start(&f);
		end = f.now + SECONDS(60);
		before = 0;
		while (f.now < end) {
			uint8_t dice;

			f.random.fill(&dice, 1, f.random.arg);
			if (tw_registration_is_pending(f.reg) && dice % 3)
				fake_answer(&f, answers[dice % 5],
					dice % 5 == 1 ? fake_401 :
					"Expires: 0\r\n");
			else
				fake_run(&f, tw_registration_deadline(f.reg));
			before++;
			assert_true(before < 10000);
		}
		/* 4 targets of 6 requests, each 5 s, is the most there is */
		assert_in_range(fake_status(&f).requests, 1, 13 * 24);
		fake_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_time_out),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_503),
		cmocka_unit_test(test_503_of_one),
		cmocka_unit_test(test_refusal_stays),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_dns_dies),
		cmocka_unit_test(test_dns_dead_from_the_start),
		cmocka_unit_test(test_stop_while_resolving),
		cmocka_unit_test(test_backup_and_back),
		cmocka_unit_test(test_backup_holds),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
