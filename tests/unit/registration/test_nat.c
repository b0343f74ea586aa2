/**
 * @file test_nat.c  Which address the Contact names behind a NAT
 */
#include "fake.h"
#include "registration/machine.h"

static void open_flagged(struct fake *f)
{
	tw_trunk_options o = fake_options();

	o.flags = TW_TRUNK_NAT_CONTACT;
	fake_open_with(f, &o);
}

/* The last REGISTER's answer as a registrar sends it that sees us there. */
static void answer_seen(struct fake *f, const char *status,
			const char *seen, const char *headers)
{
	char text[4096], via[512];

	(void)snprintf(via, sizeof(via), "%s", fake_header(f, "Via"));
	*strstr(via, ";rport") = '\0';
	(void)snprintf(text, sizeof(text), "SIP/2.0 %s\r\nVia: %s%s\r\n"
		"f: <sip:a@b>\r\nt: <sip:a@b>;tag=1\r\nCall-ID: %s\r\n"
		"%s%s\r\n\r\n", status, via, seen,
		tw_registration_call_id(f->reg), headers, "CSeq: X");
	(void)snprintf(strstr(text, "CSeq: X"), 64, "CSeq: %s\r\n\r\n",
		fake_header(f, "CSeq"));
	assert_int_equal(fake_receive(f, text), TW_OK);
}

static unsigned contacts(const struct fake *f)
{
	unsigned n = 0;

	for (const char *p = f->sent; (p = strstr(p, "\r\nContact:")); p++)
		n++;
	return n;
}

static void test_once_more(void **state)
{
	struct fake f;
	unsigned sends;

	(void)state;
	open_flagged(&f);
	fake_start(&f);
	answer_seen(&f, "200 OK", ";received=198.51.100.9;rport=40000",
		"Expires: 300\r\n");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	sends = f.sends;
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_true(f.now <= SECONDS(1005));
	assert_int_equal(f.sends, sends + 1);
	assert_non_null(strstr(f.sent, "@198.51.100.9:40000>\r\n"));
	/* and what was bound before goes in the same breath */
	assert_int_equal(contacts(&f), 2);
	assert_non_null(strstr(f.sent, "@192.0.2.7:5060>;expires=0\r\n"));
	/* Via stays: that is where we are */
	assert_non_null(strstr(f.sent, "Via: SIP/2.0/UDP 192.0.2.7:5060"));
	answer_seen(&f, "200 OK", ";received=198.51.100.9;rport=40000",
		fake_contact(&f, "300"));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	sends = f.sends;
	fake_run(&f, f.now + SECONDS(200));
	assert_int_equal(f.sends, sends);
	fake_stop(&f);
	assert_non_null(strstr(f.sent, "@198.51.100.9:40000>\r\n"
		"Expires: 0\r\n"));
	assert_int_equal(contacts(&f), 1);
	fake_close(&f);
}

/* A challenge tells it: no wrong binding is ever made. */
static void test_by_challenge(void **state)
{
	struct fake f;

	(void)state;
	open_flagged(&f);
	fake_start(&f);
	answer_seen(&f, "401 Unauthorized",
		";rport=1024;received=2001:db8::9", fake_401);
	assert_non_null(strstr(f.sent, "@[2001:db8::9]:1024>\r\n"));
	assert_int_equal(contacts(&f), 1);
	answer_seen(&f, "200 OK", ";received=2001:db8::9;rport=1024",
		fake_contact(&f, "300"));
	assert_int_equal(fake_status(&f).requests, 2);
	fake_run(&f, f.now + SECONDS(60));
	assert_int_equal(fake_status(&f).requests, 2);
	fake_close(&f);
}

static void test_not_believed(void **state)
{
	static const char *const seen[] = { "", ";rport", ";received=1.2.3.4",
		";received=evil.test;rport=5", ";received=1.2.3.4;rport=0",
		";received=1.2.3.4;rport=65536", ";received=;rport=5",
		";received=1.2.3.4;rport=x", ";received=\"1.2.3.4\";rport=9",
		";received=1.2.3.4@evil;rport=9", ";rport=5060",
		";received=192.0.2.7;rport=5060", ";received=[1.2;rport=9" };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(seen); i++) {
		struct fake f;

		open_flagged(&f);
		fake_start(&f);
		answer_seen(&f, "200 OK", seen[i], "Expires: 300\r\n");
		fake_run(&f, f.now + SECONDS(30));
		if (f.reg->nat.host[0] || fake_status(&f).requests != 1)
			fail_msg("\"%s\" was believed", seen[i]);
		fake_close(&f);
	}
}

static void test_without_the_flag(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	answer_seen(&f, "200 OK", ";received=198.51.100.9;rport=40000",
		"Expires: 300\r\n");
	fake_run(&f, f.now + SECONDS(30));
	assert_int_equal(fake_status(&f).requests, 1);
	fake_close(&f);
}

/* A NAT that maps each packet anew: four times, then its owner is told and
 * the trunk goes on as it is, until the hour is over. */
static void test_flapping(void **state)
{
	unsigned port = 40000, told = 0;
	struct fake f;
	int64_t begin;
	char seen[80];

	(void)state;
	open_flagged(&f);
	fake_start(&f);
	begin = f.now;
	while (f.now < begin + SECONDS(3000)) {
		(void)snprintf(seen, sizeof(seen),
			";received=198.51.100.9;rport=%u", port++);
		f.event.reason[0] = '\0';
		answer_seen(&f, "200 OK", seen, "Expires: 300\r\n");
		told += strstr(f.event.reason, "NAT changed") != NULL;
		assert_int_equal(f.event.state_new, TW_TRUNK_REGISTERED);
		fake_run(&f, tw_registration_deadline(f.reg));
	}
	assert_int_equal(told, 1);
	/* one, four more for what was learned, then refreshes alone */
	assert_true(fake_status(&f).requests <= 1 + 4 + 3000 / 240 + 1);
	assert_int_equal(f.reg->nat.port, 40003);
	while (f.now < begin + SECONDS(3700)) {
		answer_seen(&f, "200 OK", seen, "Expires: 300\r\n");
		fake_run(&f, tw_registration_deadline(f.reg));
	}
	answer_seen(&f, "200 OK", seen, "Expires: 300\r\n");
	assert_int_equal(f.reg->nat.port, port - 1);
	fake_close(&f);
}

static void test_another_way_out(void **state)
{
	struct fake f;

	(void)state;
	open_flagged(&f);
	fake_start(&f);
	answer_seen(&f, "401 x", ";received=198.51.100.9;rport=40000",
		fake_401);
	assert_int_equal(tw_registration_set_local(f.reg, "192.0.2.7", 5060,
		NULL), TW_OK);
	assert_int_equal(f.reg->nat.port, 40000);
	assert_int_equal(tw_registration_set_local(f.reg, "192.0.2.8", 5060,
		NULL), TW_OK);
	assert_string_equal(f.reg->nat.host, "");
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once_more),
		cmocka_unit_test(test_by_challenge),
		cmocka_unit_test(test_not_believed),
		cmocka_unit_test(test_without_the_flag),
		cmocka_unit_test(test_flapping),
		cmocka_unit_test(test_another_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
