/**
 * @file test_pace.c  Whose turn it is, and that no second has too many
 */
#include "fake.h"
#include <trunkwise/pace.h>

enum { MANY = 2000 };

struct crowd {
	struct fake f[MANY];
	tw_pace *pace;
	size_t count;
	int64_t now;
	int64_t went[MANY * 4];      /* when attempts began */
	size_t goings;
	unsigned requests;
};

static struct crowd crowd;

static tw_pace *pace_of(uint32_t all, uint32_t each)
{
	tw_pace_options o = TW_PACE_OPTIONS_INIT;
	tw_pace *pace = NULL;

	o.requests_per_s = all;
	o.registrar_requests_per_s = each;
	assert_int_equal(tw_pace_new(&pace, &o, NULL), TW_OK);
	return pace;
}

static void add(const char *registrar, const char *password)
{
	tw_trunk_options o = fake_options();
	struct fake *f = &crowd.f[crowd.count++];

	o.registrar = registrar;
	o.password = password;
	o.password_size = strlen(password);
	fake_open_with(f, &o);
	tw_random_seed(&f->random, &f->seed, crowd.count);
	assert_int_equal(tw_registration_set_pace(f->reg, crowd.pace, f,
		NULL), TW_OK);
}

static void open_crowd(uint32_t all, uint32_t each)
{
	memset(&crowd, 0, sizeof(crowd));
	crowd.now = SECONDS(1000);
	crowd.pace = pace_of(all, each);
}

static void close_crowd(void)
{
	tw_pace_free(crowd.pace);
	for (size_t i = 0; i < crowd.count; i++)
		fake_close(&crowd.f[i]);
}

/* After anything that may have made one send: counted, answered 200. */
static void note(struct fake *f, const char *answer)
{
	unsigned sends = f->sends;

	f->now = crowd.now;
	fake_drain(f);
	if (f->sends == sends)
		return;
	crowd.requests++;
	assert_true(crowd.goings < MANY * 4);
	crowd.went[crowd.goings++] = crowd.now;
	if (answer)
		fake_answer(f, answer, "Expires: 300\r\n");
}

static void start_all(const char *answer)
{
	for (size_t i = 0; i < crowd.count; i++) {
		assert_int_equal(tw_registration_start(crowd.f[i].reg,
			crowd.now, NULL), TW_OK);
		note(&crowd.f[i], answer);
	}
}

static void turns(const char *answer)
{
	void *arg;

	while (!tw_pace_next(&arg, crowd.pace, crowd.now, NULL))
		note(arg, answer);
	assert_true(tw_pace_deadline(crowd.pace) > crowd.now);
}

/* Turns only: nobody's own deadline comes meanwhile. */
static void run(int64_t until, const char *answer)
{
	while (tw_pace_deadline(crowd.pace) <= until) {
		crowd.now = tw_pace_deadline(crowd.pace);
		turns(answer);
	}
	crowd.now = until;
}

static size_t most_in_a_second(void)
{
	size_t most = 0, first = 0;

	for (size_t i = 0; i < crowd.goings; i++) {
		while (crowd.went[i] - crowd.went[first] >= SECONDS(1))
			first++;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}

static void test_limits(void **state)
{
	static const uint32_t rate[] = { 1, 2, 3, 9, 10, 11, 50, 99, 100,
		500, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rate) / sizeof(*rate); i++) {
		for (int each = 0; each < 2; each++) {
			open_crowd(each ? 0 : rate[i], each ? rate[i] : 0);
			for (uint32_t n = 0; n < 2 * rate[i]; n++)
				add("sip:192.0.2.1", "");
			start_all("200 OK");
			run(crowd.now + SECONDS(10), "200 OK");
			assert_int_equal(crowd.goings, 2 * rate[i]);
			assert_in_range(most_in_a_second(),
				rate[i] > 9 ? rate[i] - rate[i] / 10 : 1,
				rate[i]);
			assert_int_equal(tw_pace_waiting(crowd.pace), 0);
			close_crowd();
		}
	}
}

/* A limit of each registrar holds up its own trunks and no others. */
static void test_lanes(void **state)
{
	int64_t began;
	char uri[64];

	(void)state;
	open_crowd(500, 10);
	for (int i = 0; i < 500; i++)
		add("sip:slow.test", "");
	for (int i = 0; i < 500; i++) {
		(void)snprintf(uri, sizeof(uri), "sip:r%d.test", i);
		add(uri, "");
	}
	began = crowd.now;
	start_all("200 OK");
	run(began + SECONDS(3) / 2, "200 OK");
	for (size_t i = 500; i < 1000; i++)
		assert_int_equal(fake_state(&crowd.f[i]),
			TW_TRUNK_REGISTERED);
	assert_int_equal(most_in_a_second() <= 500, 1);
	assert_in_range(tw_pace_waiting(crowd.pace), 480, 495);
	run(began + SECONDS(58), "200 OK");
	assert_int_equal(tw_pace_waiting(crowd.pace), 0);
	close_crowd();

	/* upper case and a default port are no other registrar, a port is */
	open_crowd(0, 1);
	add("sip:a.test", "");
	add("sip:A.Test;transport=tcp", "");
	add("sip:a.test:5080", "");
	start_all("200 OK");
	assert_int_equal(fake_state(&crowd.f[0]), TW_TRUNK_REGISTERED);
	assert_int_equal(fake_state(&crowd.f[1]), TW_TRUNK_REGISTERING);
	assert_int_equal(fake_state(&crowd.f[2]), TW_TRUNK_REGISTERED);
	close_crowd();
}

/* Challenges are counted, so that the second holds for requests as well. */
static void test_challenges(void **state)
{
	unsigned before;
	void *arg;

	(void)state;
	open_crowd(0, 50);
	for (int i = 0; i < 200; i++)
		add("sip:192.0.2.1", "secret");
	start_all(NULL);
	for (int s = 0; s < 9; s++) {
		before = crowd.requests;
		for (int i = 0; i < 50; i++, crowd.now += SECONDS(1) / 50) {
			while (!tw_pace_next(&arg, crowd.pace, crowd.now,
					     NULL))
				note(arg, NULL);
			for (size_t n = 0; n < crowd.count; n++) {
				struct fake *f = &crowd.f[n];

				if (!f->sends || f->events > 1)
					continue;
				f->now = crowd.now;
				if (f->sends == 2) {
					fake_answer(f, "200 OK", "");
					continue;
				}
				fake_answer(f, "401 No", fake_401);
				crowd.requests++;
			}
		}
		assert_in_range(crowd.requests - before, 0, 52);
	}
	assert_int_equal(crowd.requests, 400);
	close_crowd();
}

/* What was registered is renewed first, however long the queue is. */
static void test_refreshes_first(void **state)
{
	struct fake *old;
	int64_t lost;

	(void)state;
	open_crowd(0, 2);
	for (int i = 0; i < 5; i++)
		add("sip:192.0.2.1", "");
	start_all("200 OK");
	run(crowd.now + SECONDS(10), "200 OK");
	for (int i = 0; i < 1000; i++)
		add("sip:192.0.2.1", "");
	for (size_t i = 5; i < crowd.count; i++) {
		assert_int_equal(tw_registration_start(crowd.f[i].reg,
			crowd.now, NULL), TW_OK);
		note(&crowd.f[i], "200 OK");
	}
	for (int s = 0; s < 400; s++) {
		run(crowd.now + SECONDS(1), "200 OK");
		for (size_t i = 0; i < crowd.count; i++) {
			struct fake *f = &crowd.f[i];

			if (tw_registration_deadline(f->reg) > crowd.now)
				continue;
			lost = fake_status(f).expires_at;
			assert_int_equal(tw_registration_tick(f->reg,
				crowd.now, NULL), TW_OK);
			note(f, "200 OK");
			if (lost && lost <= crowd.now)
				fail_msg("%zu lost its binding", i);
		}
	}
	for (size_t i = 0; i < 5; i++) {
		old = &crowd.f[i];
		assert_in_range(fake_status(old).registrations, 2, 4);
	}
	close_crowd();
}

static void test_waiting(void **state)
{
	tw_trunk_status status;
	struct fake *f;

	(void)state;
	open_crowd(0, 1);
	for (int i = 0; i < 10; i++)
		add("sip:192.0.2.1", "");
	start_all(NULL);
	assert_int_equal(crowd.requests, 1);
	f = &crowd.f[9];
	status = fake_status(f);
	assert_int_equal(status.state, TW_TRUNK_REGISTERING);
	assert_int_equal(tw_registration_is_pending(f->reg), 1);
	assert_true(tw_registration_deadline(f->reg) == INT64_MAX);
	/* the ninth that waits, one a second */
	assert_in_range(status.next_try_at - crowd.now, SECONDS(8),
		SECONDS(10));
	assert_non_null(strstr(status.reason, "turn"));
	assert_int_equal(tw_registration_set_pace(f->reg, NULL, NULL, NULL),
		TW_EINVAL);
	/* started again: nothing; stopped: gone from the queue */
	fake_start(f);
	assert_int_equal(tw_pace_waiting(crowd.pace), 9);
	fake_stop(f);
	assert_int_equal(fake_state(f), TW_TRUNK_IDLE);
	assert_int_equal(tw_pace_waiting(crowd.pace), 8);
	/* a tick, an early one too, is no turn */
	assert_int_equal(tw_registration_tick(crowd.f[8].reg, crowd.now +
		SECONDS(5), NULL), TW_OK);
	assert_int_equal(fake_status(&crowd.f[8]).requests, 0);
	/* first in the queue is freed */
	fake_close(&crowd.f[1]);
	crowd.f[1].reg = NULL;
	run(crowd.now + SECONDS(8), "200 OK");
	assert_int_equal(tw_pace_waiting(crowd.pace), 0);
	assert_int_equal(fake_state(&crowd.f[8]), TW_TRUNK_REGISTERED);
	/* stop and start while the un-register waits: the binding stays */
	crowd.now += SECONDS(10);
	for (int i = 7; i < 9; i++)
		assert_int_equal(tw_registration_stop(crowd.f[i].reg,
			crowd.now, NULL), TW_OK);
	assert_int_equal(fake_state(&crowd.f[8]), TW_TRUNK_UNREGISTERING);
	assert_int_equal(tw_registration_stop(crowd.f[8].reg, crowd.now,
		NULL), TW_OK);
	assert_int_equal(tw_registration_start(crowd.f[8].reg, crowd.now,
		NULL), TW_OK);
	run(crowd.now + SECONDS(3), "200 OK");
	assert_int_equal(fake_state(&crowd.f[8]), TW_TRUNK_REGISTERED);
	/* forgotten: out of the queue as well */
	for (int i = 7; i < 9; i++)
		assert_int_equal(tw_registration_stop(crowd.f[i].reg,
			crowd.now, NULL), TW_OK);
	assert_int_equal(tw_registration_forget(crowd.f[8].reg, crowd.now,
		NULL), TW_OK);
	assert_int_equal(tw_registration_is_pending(crowd.f[8].reg), 0);
	assert_int_equal(tw_registration_set_pace(crowd.f[8].reg, NULL, NULL,
		NULL), TW_OK);
	close_crowd();
}

/* A registrar that answers nothing: a second's worth of attempts hang, the
 * others wait; one answer, to whichever, lets them go at the usual rate. */
static void test_silent_registrar(void **state)
{
	int64_t began;
	unsigned at_once;

	(void)state;
	open_crowd(0, 20);
	for (int i = 0; i < 300; i++)
		add("sip:192.0.2.1", "");
	began = crowd.now;
	start_all(NULL);
	run(began + SECONDS(31), NULL);
	at_once = crowd.requests;
	/* 4 s are given to answer, at 20 a second */
	assert_in_range(at_once, 60, 80);
	assert_true(tw_pace_deadline(crowd.pace) == INT64_MAX);
	/* who gives up makes room for the next, and for no more */
	crowd.now = began + SECONDS(37);
	for (size_t i = 0; i < crowd.count; i++) {
		if (!crowd.f[i].sends)
			continue;
		crowd.f[i].now = crowd.now;
		assert_int_equal(tw_registration_tick(crowd.f[i].reg,
			crowd.now, NULL), TW_OK);
		fake_drain(&crowd.f[i]);
	}
	run(crowd.now + SECONDS(3), NULL);
	assert_int_equal(crowd.requests, at_once + 20);
	/* it speaks: a 100 is enough */
	for (size_t i = 0; i < crowd.count; i++) {
		struct fake *f = &crowd.f[i];

		if (!f->sends || fake_state(f) != TW_TRUNK_REGISTERING)
			continue;
		f->now = crowd.now;
		fake_answer(f, "100 Trying", "");
		break;
	}
	run(crowd.now + SECONDS(20), "200 OK");
	assert_int_equal(tw_pace_waiting(crowd.pace), 0);
	close_crowd();
}

/* A fleet that boots at one moment. */
static void test_spread(void **state)
{
	tw_pace_options o = TW_PACE_OPTIONS_INIT;
	unsigned tenth[10] = { 0 };

	(void)state;
	memset(&crowd, 0, sizeof(crowd));
	crowd.now = SECONDS(1000);
	o.requests_per_s = o.registrar_requests_per_s = 0;
	o.start_spread_s = 30;
	assert_int_equal(tw_pace_new(&crowd.pace, &o, NULL), TW_OK);
	for (int i = 0; i < 1000; i++)
		add("sip:192.0.2.1", "");
	start_all(NULL);
	assert_in_range(crowd.requests, 0, 5);
	for (size_t i = 0; i < crowd.count; i++) {
		int64_t wait = tw_registration_deadline(crowd.f[i].reg) -
			crowd.now;

		if (tw_registration_is_pending(crowd.f[i].reg))
			continue;
		assert_in_range(wait, 0, SECONDS(30));
		tenth[wait / SECONDS(3) < 10 ? wait / SECONDS(3) : 9]++;
		assert_int_equal(fake_state(&crowd.f[i]), TW_TRUNK_BACKOFF);
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(tenth[i], 60, 150);
	/* who asks again does not wait */
	assert_int_equal(tw_registration_start(crowd.f[5].reg, crowd.now,
		NULL), TW_OK);
	assert_true(tw_registration_is_pending(crowd.f[5].reg));
	close_crowd();
}

/* A carrier wants less than the rest: its own number holds for all trunks at
 * its registrar, and the last word counts. */
static void test_limit_of_a_registrar(void **state)
{
	tw_trunk_options o = fake_options();
	tw_error err = TW_ERROR_INIT;
	uint32_t change = 0;
	size_t slow;

	(void)state;
	open_crowd(0, 50);
	for (int i = 0; i < 40; i++)
		add("sip:192.0.2.1", "");
	slow = crowd.count;
	o.registrar = "sip:192.0.2.2";
	o.registrar_requests_per_s = 5;
	fake_open_with(&crowd.f[crowd.count++], &o);
	assert_int_equal(tw_registration_set_pace(crowd.f[slow].reg,
		crowd.pace, &crowd.f[slow], NULL), TW_OK);
	for (int i = 0; i < 39; i++)
		add("sip:192.0.2.2", "");
	start_all("200 OK");
	run(crowd.now + SECONDS(1), "200 OK");
	/* 40 at 50 a second, and no more than 5 of the others */
	assert_in_range(crowd.requests, 43, 45);
	o.registrar_requests_per_s = 20;
	assert_int_equal(tw_registration_update(&change, crowd.f[slow].reg,
		&o, crowd.now, &err), TW_OK);
	assert_int_equal(change, TW_CHANGE_APPLIED);
	run(crowd.now + SECONDS(2), "200 OK");
	assert_int_equal(crowd.requests, 80);
	o.registrar_requests_per_s = 100001;
	assert_int_equal(tw_registration_update(&change, crowd.f[slow].reg,
		&o, crowd.now, &err), TW_EINVAL);
	assert_string_equal(err.field, "registrar_requests_per_s");
	close_crowd();
}

static void test_arguments(void **state)
{
	struct { tw_pace_options o; char more[8]; } big = {
		TW_PACE_OPTIONS_INIT, "" };
	tw_error err = TW_ERROR_INIT;
	tw_pace_options o = TW_PACE_OPTIONS_INIT;
	tw_pace *pace = NULL;
	void *arg;

	(void)state;
	assert_int_equal(tw_pace_new(NULL, NULL, &err), TW_EINVAL);
	o.flags = 1;
	assert_int_equal(tw_pace_new(&pace, &o, &err), TW_EINVAL);
	o.flags = 0;
	o.requests_per_s = 100001;
	assert_int_equal(tw_pace_new(&pace, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "requests_per_s");
	o.requests_per_s = 0;
	o.registrar_requests_per_s = UINT32_MAX;
	assert_int_equal(tw_pace_new(&pace, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "registrar_requests_per_s");
	big.o.size = sizeof(big);
	big.more[0] = 1;
	assert_int_equal(tw_pace_new(&pace, &big.o, &err), TW_EVERSION);
	assert_null(pace);
	assert_int_equal(tw_pace_new(&pace, NULL, &err), TW_OK);
	assert_int_equal(tw_pace_next(NULL, pace, 0, &err), TW_EINVAL);
	assert_int_equal(tw_pace_next(&arg, NULL, 0, &err), TW_EINVAL);
	assert_int_equal(tw_pace_next(&arg, pace, 0, &err), TW_ITER_END);
	assert_true(tw_pace_deadline(pace) == INT64_MAX);
	assert_true(tw_pace_deadline(NULL) == INT64_MAX);
	assert_int_equal(tw_registration_set_pace(NULL, pace, NULL, &err),
		TW_EINVAL);
	tw_pace_free(pace);
	tw_pace_free(NULL);
}

/* No memory for a lane: refused, and the pace works on. */
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

static void test_no_memory(void **state)
{
	const tw_allocator failing = { sizeof(failing), failing_alloc,
		failing_resize, plain_release, NULL };
	tw_trunk_options o = fake_options();
	tw_registration *reg[40];
	char uri[32];
	unsigned refused = 0;

	(void)state;
	assert_int_equal(tw_allocator_set(&failing, NULL), TW_OK);
	crowd.pace = pace_of(1, 1);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(uri, sizeof(uri), "sip:r%d.test", i);
		o.registrar = uri;
		assert_int_equal(tw_registration_new(&reg[i], &o, NULL,
			NULL), TW_OK);
		allocations_left = i % 4;
		refused += tw_registration_set_pace(reg[i], crowd.pace, NULL,
			NULL) == TW_ENOMEM;
		allocations_left = -1;
	}
	assert_in_range(refused, 10, 20);
	for (int i = 0; i < 40; i++)
		tw_registration_free(reg[i]);
	tw_pace_free(crowd.pace);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lanes),
		cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_refreshes_first),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_silent_registrar),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_limit_of_a_registrar),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
