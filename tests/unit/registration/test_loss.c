/**
 * @file test_loss.c  Connections that break, and those that are refused
 */
#include "fake.h"
#include "zone.h"

#define C "carrier.test"
#define A "tls:192.0.2.1:5061"
#define B "tls:192.0.2.2:5061"

static const tw_dns_record two_servers[] = {
	ZONE_SRV("_sips._tcp." C, 10, 0, 5061, "a." C),
	ZONE_SRV("_sips._tcp." C, 20, 0, 5061, "b." C),
	ZONE_A("a." C, "192.0.2.1"), ZONE_A("b." C, "192.0.2.2"),
};

static void open_tls(struct fake *f, uint32_t flags)
{
	tw_trunk_options o = fake_options();

	o.registrar = "sip:" C ";transport=tls";
	o.flags = flags;
	fake_open_with(f, &o);
	ZONE_OF(f, two_servers);
}

static void lose(struct fake *f, uint32_t lost, const char *why)
{
	assert_int_equal(tw_registration_connection_lost(f->reg, lost, why,
		f->now, NULL), TW_OK);
	fake_drain(f);
}

/* The name to prove is the one that was written, whatever DNS says. */
static void test_server_name(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	tw_trunk_options o = fake_options();
	unsigned seen = 0;
	struct fake f;

	(void)state;
	open_tls(&f, 0);
	assert_string_equal(tw_registration_server_name(f.reg), C);
	assert_int_equal(tw_registration_start(f.reg, f.now, NULL), TW_OK);
	while (!tw_registration_next(&action, f.reg, NULL)) {
		if (action.kind == TW_ACTION_QUERY)
			fake_dns(&f, &action);
		if (action.kind != TW_ACTION_TARGET)
			continue;
		assert_string_equal(action.server_name, C);
		assert_string_equal(action.host, "192.0.2.1");
		seen++;
	}
	assert_int_equal(seen, 1);
	fake_close(&f);
	o.registrar = "sip:" C;
	o.outbound_proxy = "sip:sbc.test;transport=tls";
	fake_open_with(&f, &o);
	assert_string_equal(tw_registration_server_name(f.reg), "sbc.test");
	fake_close(&f);
	o.outbound_proxy = NULL;
	o.registrar = "sip:[2001:db8::1];transport=tls";
	fake_open_with(&f, &o);
	assert_string_equal(tw_registration_server_name(f.reg),
		"2001:db8::1");
	fake_close(&f);
	assert_null(tw_registration_server_name(NULL));
}

static void test_next_target_at_once(void **state)
{
	struct fake f;

	(void)state;
	open_tls(&f, 0);
	fake_start(&f);
	assert_string_equal(f.to, A);
	lose(&f, TW_LOST_BROKEN, "closed");
	assert_string_equal(f.to, B);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERING);
	lose(&f, TW_LOST_BROKEN, "closed again");
	assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
	assert_string_equal(fake_status(&f).reason, "closed again");
	fake_close(&f);
}

static void test_refused_by_all(void **state)
{
	struct fake f;
	tw_trunk_status s;

	(void)state;
	open_tls(&f, 0);
	fake_start(&f);
	lose(&f, TW_LOST_REFUSED, "the certificate expired");
	assert_string_equal(f.to, B);
	lose(&f, TW_LOST_REFUSED, "the certificate is for x");
	s = fake_status(&f);
	assert_int_equal(s.state, TW_TRUNK_REFUSED);
	assert_string_equal(s.reason, "the certificate is for x");
	assert_int_equal(s.tls, TW_TLS_VERIFIED);
	assert_int_equal(f.event.tls, TW_TLS_VERIFIED);
	assert_string_equal(f.event.target, B);
	/* looked at again slowly: an hour by default */
	assert_in_range((s.next_try_at - f.now) / 1000000, 3200, 4000);
	/* and taken back when it is mended */
	fake_run(&f, s.next_try_at);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

/* One has the wrong certificate, the other is only down: it may be up in a
 * minute. */
static void test_refused_by_one(void **state)
{
	struct fake f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		open_tls(&f, 0);
		fake_start(&f);
		lose(&f, i ? TW_LOST_REFUSED : TW_LOST_BROKEN, "one");
		lose(&f, i ? TW_LOST_BROKEN : TW_LOST_REFUSED, "two");
		assert_int_equal(fake_state(&f), TW_TRUNK_BACKOFF);
		fake_close(&f);
	}
}

static void test_refused_at_a_refresh(void **state)
{
	struct fake f;

	(void)state;
	open_tls(&f, 0);
	fake_start(&f);
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_run(&f, fake_status(&f).next_try_at);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	lose(&f, TW_LOST_REFUSED, "the certificate expired");
	lose(&f, TW_LOST_REFUSED, "the certificate expired");
	/* a binding stands, but nothing would reach it safely */
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	fake_close(&f);
}

static void test_idle_connection(void **state)
{
	struct fake f;
	unsigned sends;
	int64_t at;

	(void)state;
	open_tls(&f, 0);
	fake_start(&f);
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	sends = f.sends;
	f.now += SECONDS(30);
	lose(&f, TW_LOST_BROKEN, "closed");
	assert_int_equal(f.sends, sends);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_string_equal(fake_status(&f).reason,
		"closed; registers again");
	at = fake_status(&f).next_try_at;
	assert_in_range(at - f.now, 1, SECONDS(1));
	fake_run(&f, at);
	assert_int_equal(f.sends, sends + 1);
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	fake_close(&f);
}

/* A registrar that hangs up after each answer: 300 s of it cost a few
 * requests, and no two of them within 5 s. */
static void test_hangs_up_each_time(void **state)
{
	struct fake f;
	int64_t begin, last;
	unsigned count = 0;

	(void)state;
	open_tls(&f, 0);
	fake_start(&f);
	begin = last = f.now;
	while (f.now < begin + SECONDS(900)) {
		fake_answer(&f, "200 OK", fake_contact(&f, "300"));
		lose(&f, TW_LOST_BROKEN, NULL);
		assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
		fake_run(&f, fake_status(&f).next_try_at);
		assert_true(f.now - last >= SECONDS(5));
		last = f.now;
		count++;
	}
	assert_in_range(count, 5, 20);
	fake_close(&f);
}

static void test_nothing_to_lose(void **state)
{
	struct fake f;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	open_tls(&f, 0);
	lose(&f, TW_LOST_REFUSED, "x");
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	assert_int_equal(f.sends + f.events, 0);
	fake_start(&f);
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	fake_stop(&f);
	lose(&f, TW_LOST_BROKEN, "x");         /* while it un-registers */
	assert_int_equal(fake_state(&f), TW_TRUNK_DISABLED);
	assert_int_equal(tw_registration_connection_lost(NULL, 1, "x", 0,
		&err), TW_EINVAL);
	assert_int_equal(tw_registration_connection_lost(f.reg, 0, "x", 0,
		&err), TW_EINVAL);
	assert_string_equal(err.field, "lost");
	fake_close(&f);
}

static void test_unverified_is_loud(void **state)
{
	struct fake f;

	(void)state;
	open_tls(&f, TW_TRUNK_NO_VERIFY);
	fake_start(&f);
	assert_int_equal(f.event.tls, TW_TLS_UNVERIFIED);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(f.event.tls, TW_TLS_UNVERIFIED);
	assert_string_equal(f.event.target,
		"tls-unverified:192.0.2.1:5061");
	assert_int_equal(fake_status(&f).tls, TW_TLS_UNVERIFIED);
	assert_string_equal(fake_status(&f).target,
		"tls-unverified:192.0.2.1:5061");
	fake_close(&f);
}

static void refused(const tw_trunk_options *o, const char *field)
{
	tw_registration *reg = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_registration_new(&reg, o, NULL, &err), TW_EINVAL);
	assert_string_equal(err.field, field);
}

/* No way round TLS that nobody asked for. */
static void test_no_way_round(void **state)
{
	tw_trunk_options o = fake_options();

	(void)state;
	o.registrar = "sip:" C ";transport=tls";
	o.backup = "sip:b.test";
	refused(&o, "backup");
	o.backup = "sip:b.test;transport=tcp";
	refused(&o, "backup");
	o.backup = NULL;
	o.outbound_proxy = "sip:192.0.2.1";
	refused(&o, "outbound_proxy");
	o.registrar = "sip:" C;
	o.flags = TW_TRUNK_NO_VERIFY;
	refused(&o, "flags");
	o.flags = 1u << 30;
	refused(&o, "flags");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_name),
		cmocka_unit_test(test_next_target_at_once),
		cmocka_unit_test(test_refused_by_all),
		cmocka_unit_test(test_refused_by_one),
		cmocka_unit_test(test_refused_at_a_refresh),
		cmocka_unit_test(test_idle_connection),
		cmocka_unit_test(test_hangs_up_each_time),
		cmocka_unit_test(test_nothing_to_lose),
		cmocka_unit_test(test_unverified_is_loud),
		cmocka_unit_test(test_no_way_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
