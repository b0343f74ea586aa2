/**
 * @file test_doubt.c  A target that registers and does not answer OPTIONS,
 * and the reverse
 */
#include <trunkwise/health.h>
#include "fake.h"
#include "zone.h"

static const tw_dns_record zone[] = {
	ZONE_SRV("_sip._udp.carrier.test", 10, 1, 5060, "a.carrier.test"),
	ZONE_SRV("_sip._udp.carrier.test", 20, 1, 5060, "b.carrier.test"),
	ZONE_A("a.carrier.test", "192.0.2.1"),
	ZONE_A("b.carrier.test", "192.0.2.2"),
};

#define A "udp:192.0.2.1:5060"
#define B "udp:192.0.2.2:5060"

static void open_two(struct fake *f)
{
	tw_trunk_options o = fake_options();

	o.registrar = "sip:carrier.test;transport=udp";
	fake_open_with(f, &o);
	ZONE_OF(f, zone);
	fake_start(f);
	fake_answer(f, "200 OK", "Expires: 300\r\n");
	assert_string_equal(f->to, A);
	f->now += SECONDS(20);
}

static void health(struct fake *f, uint32_t verdict)
{
	assert_int_equal(tw_registration_set_health(f->reg, verdict, f->now,
		NULL), TW_OK);
	fake_drain(f);
}

static bool probe(struct fake *f, const char *host, int alive)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;

	if (tw_registration_next_probe(&action, f->reg, f->now, NULL))
		return false;
	assert_string_equal(action.host, host);
	assert_string_equal(action.server_name, "carrier.test");
	assert_int_equal(tw_registration_probed(f->reg, action.host,
		action.port, action.transport, alive, f->now, NULL), TW_OK);
	return true;
}

/* Every REGISTER is answered, refreshes included. */
static void run(struct fake *f, int64_t until)
{
	while (f->now < until) {
		int64_t at = tw_registration_deadline(f->reg);

		fake_run(f, at < until ? at : until);
		if (tw_registration_is_pending(f->reg))
			fake_answer(f, "200 OK", "Expires: 300\r\n");
	}
}

static void test_moves_and_returns(void **state)
{
	struct fake f;
	unsigned sends;

	(void)state;
	open_two(&f);
	health(&f, TW_HEALTH_UP);
	sends = f.sends;
	health(&f, TW_HEALTH_DOWN);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_non_null(strstr(f.event.reason, "registers elsewhere"));
	run(&f, f.now + SECONDS(1));
	assert_int_equal(f.sends, sends + 1);
	assert_string_equal(f.to, B);
	health(&f, TW_HEALTH_UP);
	/* within the hold-down nobody is probed, and B is refreshed */
	assert_false(probe(&f, "192.0.2.1", 1));
	run(&f, f.now + SECONDS(58));
	assert_false(probe(&f, "192.0.2.1", 1));
	assert_string_equal(f.to, B);
	run(&f, f.now + SECONDS(300));
	assert_string_equal(f.to, B);              /* nobody has probed it */
	assert_true(probe(&f, "192.0.2.1", 0));
	assert_false(probe(&f, "192.0.2.1", 1));   /* held for longer */
	run(&f, f.now + SECONDS(119));
	assert_false(probe(&f, "192.0.2.1", 1));
	run(&f, f.now + SECONDS(2));
	assert_true(probe(&f, "192.0.2.1", 1));
	assert_string_equal(f.to, B);              /* by a refresh, not now */
	run(&f, f.now + SECONDS(300));
	assert_string_equal(f.to, A);
	fake_close(&f);
}

static void test_all_down(void **state)
{
	struct fake f;
	unsigned sends;

	(void)state;
	open_two(&f);
	health(&f, TW_HEALTH_DOWN);
	run(&f, f.now + SECONDS(1));
	assert_string_equal(f.to, B);
	f.now += SECONDS(30);
	sends = f.sends;
	health(&f, TW_HEALTH_DOWN);
	health(&f, TW_HEALTH_DOWN);
	run(&f, f.now + SECONDS(20));
	assert_int_equal(f.sends, sends);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	/* and refreshes stay where they are, for as long as it takes */
	run(&f, f.now + SECONDS(1200));
	assert_string_equal(f.to, B);
	health(&f, TW_HEALTH_UP);
	run(&f, f.now + SECONDS(1200));
	assert_string_equal(f.to, B);
	fake_close(&f);
}

static void test_alone(void **state)
{
	struct fake f;
	unsigned sends;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "200 OK", "Expires: 300\r\n");
	f.now += SECONDS(20);
	sends = f.sends;
	for (int i = 0; i < 20; i++) {
		health(&f, TW_HEALTH_DOWN);
		fake_run(&f, f.now + SECONDS(5));
		health(&f, TW_HEALTH_UP);
	}
	assert_int_equal(f.sends, sends);
	fake_close(&f);
}

/* Its floor, and a Retry-After of all, are kept. */
static void test_floor(void **state)
{
	struct fake f;
	int64_t at;

	(void)state;
	open_two(&f);
	f.now -= SECONDS(20);
	at = f.now;
	health(&f, TW_HEALTH_DOWN);
	assert_true(tw_registration_deadline(f.reg) == at + SECONDS(5));
	fake_close(&f);
}

/* OPTIONS that change their mind each half minute, for a day: few moves. */
static void test_no_flapping(void **state)
{
	static unsigned hour[24];
	struct fake f;
	char last[128];
	int64_t begin;

	(void)state;
	open_two(&f);
	memcpy(last, f.to, sizeof(last));
	begin = f.now;
	for (int i = 0; i < 2 * 60 * 24; i++) {
		/* what is asked first answers, then it does not */
		(void)probe(&f, "192.0.2.1", 1);
		health(&f, TW_HEALTH_UP);
		run(&f, f.now + SECONDS(15));
		health(&f, !strcmp(f.to, A) ? TW_HEALTH_DOWN : TW_HEALTH_UP);
		run(&f, f.now + SECONDS(15));
		if (strcmp(last, f.to))
			hour[(f.now - begin) / SECONDS(3600) % 24]++;
		memcpy(last, f.to, sizeof(last));
		assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	}
	for (int i = 0; i < 24; i++)
		assert_in_range(hour[i], 0, i ? 8 : 14);
	fake_close(&f);
}

/* The reverse: OPTIONS are answered, REGISTER is not. The hold-downs of
 * failed attempts bound it as before. */
static void test_reverse(void **state)
{
	struct fake f;
	unsigned moves = 0;
	char last[128];
	int64_t end;

	(void)state;
	open_two(&f);
	memcpy(last, f.to, sizeof(last));
	for (end = f.now + SECONDS(6 * 3600); f.now < end;) {
		int64_t at = tw_registration_deadline(f.reg);

		health(&f, TW_HEALTH_UP);
		fake_run(&f, at < end ? at : end);
		if (tw_registration_is_pending(f.reg) && !strcmp(f.to, B))
			fake_answer(&f, "200 OK", "Expires: 300\r\n");
		moves += strcmp(last, f.to) != 0;
		memcpy(last, f.to, sizeof(last));
	}
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_string_equal(f.to, B);
	assert_in_range(moves, 1, 6 * 10);
	fake_close(&f);
}

/* B is dead, too, and A answers REGISTER: the trunk stays registered. */
static void test_binding_stays(void **state)
{
	struct fake f;
	int64_t end;

	(void)state;
	open_two(&f);
	health(&f, TW_HEALTH_DOWN);
	for (end = f.now + SECONDS(3600); f.now < end;) {
		int64_t at = tw_registration_deadline(f.reg);

		fake_run(&f, at < end ? at : end);
		if (tw_registration_is_pending(f.reg) && !strcmp(f.to, A))
			fake_answer(&f, "200 OK", "Expires: 300\r\n");
		assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	}
	fake_close(&f);
}

static void test_wrong_calls(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	struct fake f;

	(void)state;
	fake_open(&f);
	health(&f, TW_HEALTH_DOWN);                /* not registered */
	assert_true(tw_registration_probe_at(f.reg) == INT64_MAX);
	assert_true(tw_registration_probe_at(NULL) == INT64_MAX);
	assert_int_equal(tw_registration_next_probe(&action, f.reg, f.now,
		NULL), TW_ITER_END);
	assert_int_equal(tw_registration_next_probe(NULL, f.reg, f.now,
		NULL), TW_EINVAL);
	assert_int_equal(tw_registration_probed(f.reg, NULL, 0, 0, 1, f.now,
		NULL), TW_EINVAL);
	assert_int_equal(tw_registration_probed(f.reg, "192.0.2.200", 1, 1,
		1, f.now, NULL), TW_OK);
	assert_int_equal(tw_registration_set_health(NULL, TW_HEALTH_DOWN, 0,
		NULL), TW_EINVAL);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves_and_returns),
		cmocka_unit_test(test_all_down),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_no_flapping),
		cmocka_unit_test(test_reverse),
		cmocka_unit_test(test_binding_stays),
		cmocka_unit_test(test_wrong_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
