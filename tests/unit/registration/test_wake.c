/**
 * @file test_wake.c  Trunks of a registrar that was silent and is back
 */
#include <trunkwise/pace.h>
#include "fake.h"

enum { MOST = 40 };

struct office {
	tw_pace *pace;
	struct fake f[MOST];
	uint32_t count;
	int64_t now;
};

static void open_office(struct office *o, uint32_t count, uint32_t each)
{
	tw_pace_options p = TW_PACE_OPTIONS_INIT;

	memset(o, 0, sizeof(*o));
	p.registrar_requests_per_s = each;
	assert_int_equal(tw_pace_new(&o->pace, &p, NULL), TW_OK);
	o->count = count;
	for (uint32_t i = 0; i < count; i++) {
		fake_open(&o->f[i]);
		tw_random_seed(&o->f[i].random, &o->f[i].seed, i + 1);
		assert_int_equal(tw_registration_set_pace(o->f[i].reg,
			o->pace, &o->f[i], NULL), TW_OK);
	}
	o->now = o->f[0].now;
}

static void close_office(struct office *o)
{
	for (uint32_t i = 0; i < o->count; i++)
		fake_close(&o->f[i]);
	tw_pace_free(o->pace);
}

static int64_t next_at(const struct office *o)
{
	int64_t at = tw_pace_deadline(o->pace);

	for (uint32_t i = 0; i < o->count; i++) {
		int64_t own = tw_registration_deadline(o->f[i].reg);

		at = own < at ? own : at;
	}
	return at;
}

/* Nobody answers. */
static void run(struct office *o, int64_t until)
{
	int64_t at;
	void *next;

	while ((at = next_at(o)) <= until) {
		o->now = at > o->now ? at : o->now;
		for (uint32_t i = 0; i < o->count; i++) {
			o->f[i].now = o->now;
			if (tw_registration_deadline(o->f[i].reg) <= o->now)
				assert_int_equal(tw_registration_tick(
					o->f[i].reg, o->now, NULL), TW_OK);
			fake_drain(&o->f[i]);
		}
		while (!tw_pace_next(&next, o->pace, o->now, NULL))
			fake_drain(next);
	}
	o->now = until;
	for (uint32_t i = 0; i < o->count; i++)
		o->f[i].now = until;
}

static unsigned pending(const struct office *o)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < o->count; i++)
		count += tw_registration_is_pending(o->f[i].reg) != 0;
	return count;
}

/* For hours: all of them back off for up to half an hour. */
static void silence(struct office *o)
{
	for (uint32_t i = 0; i < o->count; i++) {
		assert_int_equal(tw_registration_start(o->f[i].reg, o->now,
			NULL), TW_OK);
		fake_drain(&o->f[i]);
	}
	run(o, o->now + SECONDS(2 * 3600));
	while (pending(o))
		run(o, o->now + SECONDS(1));
}

static void kick_and_answer(struct office *o, uint32_t i, const char *status,
			    const char *headers)
{
	assert_int_equal(tw_registration_start(o->f[i].reg, o->now, NULL),
		TW_OK);
	fake_drain(&o->f[i]);
	fake_answer(&o->f[i], status, headers);
}

static void test_all_follow(void **state)
{
	static struct office o;
	unsigned most = 0, before;

	(void)state;
	open_office(&o, MOST, 20);
	silence(&o);
	before = o.f[1].sends;
	kick_and_answer(&o, 0, "401 Unauthorized", fake_401);
	assert_int_equal(o.f[1].sends, before);      /* not at once */
	for (int s = 0; s < 10; s++) {
		unsigned sends = 0, after = 0;

		for (uint32_t i = 1; i < MOST; i++)
			sends += fake_status(&o.f[i]).requests;
		run(&o, o.now + SECONDS(1));
		for (uint32_t i = 1; i < MOST; i++)
			after += fake_status(&o.f[i]).requests;
		most = after - sends > most ? after - sends : most;
		/* each is answered by a binding without a challenge */
		for (uint32_t i = 1; i < MOST; i++)
			if (tw_registration_is_pending(o.f[i].reg))
				fake_answer(&o.f[i], "200 OK",
					"Expires: 3600\r\n");
	}
	for (uint32_t i = 1; i < MOST; i++)
		assert_int_equal(fake_state(&o.f[i]), TW_TRUNK_REGISTERED);
	/* the limit of the registrar was kept */
	assert_in_range(most, 2, 20);
	close_office(&o);
}

/* Silent again after one: the others sleep on. */
static void test_silent_again(void **state)
{
	static struct office o;
	unsigned asked = 0, before[MOST];

	(void)state;
	open_office(&o, MOST, 4);
	silence(&o);
	for (uint32_t i = 1; i < MOST; i++)
		before[i] = o.f[i].sends;
	kick_and_answer(&o, 0, "401 Unauthorized", fake_401);
	run(&o, o.now + SECONDS(30));
	for (uint32_t i = 1; i < MOST; i++)
		asked += o.f[i].sends != before[i];
	/* 4 s worth of them, two requests each, were woken for nothing */
	assert_in_range(asked, 2, 14);
	close_office(&o);
}

static void test_not_these(void **state)
{
	static struct office o;
	int64_t at;

	(void)state;
	/* whose registrar said when */
	open_office(&o, 3, 50);
	kick_and_answer(&o, 1, "503 Busy", "Retry-After: 1200\r\n");
	/* who was refused, and who got an answer that was no help */
	kick_and_answer(&o, 2, "500 Oops", "");
	at = fake_status(&o.f[1]).next_try_at;
	assert_true(at >= o.now + SECONDS(1200));
	kick_and_answer(&o, 0, "200 OK", "Expires: 3600\r\n");
	assert_true(tw_pace_deadline(o.pace) == INT64_MAX);
	assert_true(fake_status(&o.f[1]).next_try_at == at);
	close_office(&o);
}

/* An answer that is no service wakes nobody. */
static void test_no_service(void **state)
{
	static struct office o;

	(void)state;
	open_office(&o, 3, 50);
	silence(&o);
	kick_and_answer(&o, 0, "500 Oops", "");
	assert_true(tw_pace_deadline(o.pace) == INT64_MAX);
	kick_and_answer(&o, 0, "503 Busy", "");
	assert_true(tw_pace_deadline(o.pace) == INT64_MAX);
	close_office(&o);
}

/* Stopped, freed, or tried by itself meanwhile. */
static void test_gone_meanwhile(void **state)
{
	static struct office o;
	unsigned before;

	(void)state;
	open_office(&o, 4, 50);
	silence(&o);
	kick_and_answer(&o, 0, "200 OK", "Expires: 3600\r\n");
	before = o.f[1].sends;
	assert_int_equal(tw_registration_stop(o.f[1].reg, o.now, NULL),
		TW_OK);
	tw_registration_free(o.f[2].reg);
	fake_open(&o.f[2]);
	assert_int_equal(tw_registration_forget(o.f[3].reg, o.now, NULL),
		TW_OK);
	assert_true(tw_pace_deadline(o.pace) == INT64_MAX);
	run(&o, o.now + SECONDS(60));
	assert_int_equal(o.f[1].sends, before);
	close_office(&o);
}

/* Another target of the same registrar is another machine. */
static void test_which_target(void **state)
{
	static struct office o;
	tw_trunk_options two = fake_options();
	unsigned before;

	(void)state;
	open_office(&o, 3, 50);
	two.backup = "sip:127.0.0.1:5071";
	for (int i = 0; i < 2; i++) {
		fake_close(&o.f[i]);
		fake_open_with(&o.f[i], &two);
		tw_random_seed(&o.f[i].random, &o.f[i].seed, i + 9u);
		assert_int_equal(tw_registration_set_pace(o.f[i].reg,
			o.pace, &o.f[i], NULL), TW_OK);
	}
	silence(&o);
	before = o.f[2].sends;
	/* the first target is silent to it, too, the backup serves */
	assert_int_equal(tw_registration_start(o.f[0].reg, o.now, NULL),
		TW_OK);
	fake_drain(&o.f[0]);
	while (strcmp(o.f[0].to, "udp:127.0.0.1:5071"))
		run(&o, o.now + SECONDS(1));
	fake_answer(&o.f[0], "200 OK", "Expires: 3600\r\n");
	run(&o, o.now + SECONDS(2));
	/* who knows the backup is on its way there */
	assert_true(tw_registration_is_pending(o.f[1].reg));
	run(&o, o.now + SECONDS(7));
	assert_string_equal(o.f[1].to, "udp:127.0.0.1:5071");
	fake_answer(&o.f[1], "200 OK", "Expires: 3600\r\n");
	assert_int_equal(o.f[2].sends, before);
	close_office(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_follow),
		cmocka_unit_test(test_silent_again),
		cmocka_unit_test(test_not_these),
		cmocka_unit_test(test_no_service),
		cmocka_unit_test(test_gone_meanwhile),
		cmocka_unit_test(test_which_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
