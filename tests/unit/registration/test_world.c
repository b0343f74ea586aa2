/**
 * @file test_world.c  Weeks of 50 trunks, and 1,000 whose registrar restarts
 *
 * 50 weeks each time, 1,000 with TW_TEST_LONG=1; test_world SEED [COUNT] runs
 * those alone. What holds all along stands in world.h.
 */
#include "world.h"

enum { TRUNKS = 50, REGISTRARS = 5 };

/* A registrar's next mood: good for hours, anything for minutes. */
static void next_mood(struct world *w, struct registrar *r, bool last)
{
	static const enum mood bad[] = { OPEN, SILENT, BUSY, BROKEN, FORBID,
		WRONG, STALE, REALM, ZERO, ODD, SHORT, BRIEF, FOREIGN,
		GARBLED, TRYING, SPOOF };
	bool restart = roll(w, 3) == 0;

	r->good_since = w->now;
	r->loss_percent = roll(w, 6);
	if (last || r->mood != GOOD) {
		r->mood = GOOD;
		r->until = w->now + HOURS(2 + roll(w, 20));
		if (restart) {
			/* a new process: no bindings, no nonces */
			r->epoch++;
			for (uint32_t i = 0; i < w->trunks; i++)
				if (&w->registrar[w->trunk[i].registrar] == r)
					w->trunk[i].bound_until = 0;
		}
		return;
	}
	r->mood = roll(w, 4) ? bad[roll(w, sizeof(bad) / sizeof(*bad))] :
		GOOD;
	if (r->mood != OPEN && r->mood != FOREIGN)
		r->good_since = 0;
	if (r->mood == GOOD)
		r->loss_percent = 25 + roll(w, 20);
	r->until = w->now + SECONDS(r->mood == SHORT ? 300 + roll(w, 300) :
		600 + roll(w, 7200));
}

/* What people and machines around it do. */
static void disturb(struct world *w)
{
	struct trunk *t = &w->trunk[roll(w, w->trunks)];

	switch (roll(w, 8)) {
	case 0:                      /* a lid was closed */
		w->now += SECONDS(roll(w, 7200));
		w->slept_at = w->now;
		break;
	case 1:
		host_stop(w, t);
		break;
	case 2:                      /* an impatient person */
		for (int i = 0; i < 20; i++) {
			host_start(w, t);
			run(w, w->now + SECONDS(1));
		}
		break;
	case 3:
		host_stop(w, t);
		host_start(w, t);
		break;
	default:
		break;
	}
	for (uint32_t i = 0; i < w->trunks; i++)
		if (!w->trunk[i].wanted && !roll(w, 3))
			host_start(w, &w->trunk[i]);
}

static void check_end(struct world *w)
{
	for (uint32_t i = 0; i < w->trunks; i++) {
		struct trunk *t = &w->trunk[i];
		tw_trunk_status status = TW_TRUNK_STATUS_INIT;

		(void)tw_registration_status(&status, t->reg, NULL);
		if (status.state != TW_TRUNK_REGISTERED)
			fail_msg("seed %llu, trunk %u ends %s: %s",
				(unsigned long long)w->number, i,
				tw_trunk_state_name(status.state),
				status.reason);
		need(w, t, t->bound_until > w->now);
	}
}

/* Returns the trace: the same seed, the same bytes at the same times. */
static uint64_t week(uint64_t seed, unsigned long *sent)
{
	struct world *w = world_new(seed, 40, 20);
	int64_t end = w->now + HOURS(24 * 7), calm = end - HOURS(5), next;
	uint64_t trace;

	w->doubled_percent = roll(w, 10);
	w->registrars = REGISTRARS;
	for (uint32_t i = 0; i < TRUNKS; i++) {
		tw_trunk_options o = fake_options();

		o.expires_s = i % 10 ? 7200 : 600;
		world_add(w, i % REGISTRARS, &o);
	}
	for (uint32_t i = 0; i < TRUNKS; i++)
		host_start(w, &w->trunk[i]);
	while (w->now < calm) {
		next = w->now + SECONDS(60 + roll(w, 3600));
		for (uint32_t i = 0; i < REGISTRARS; i++) {
			if (w->registrar[i].until <= w->now)
				next_mood(w, &w->registrar[i], false);
			if (w->registrar[i].until < next)
				next = w->registrar[i].until;
		}
		run(w, next);
		disturb(w);
	}
	for (uint32_t i = 0; i < REGISTRARS; i++)
		next_mood(w, &w->registrar[i], true);
	for (uint32_t i = 0; i < TRUNKS; i++)
		if (!w->trunk[i].wanted)
			host_start(w, &w->trunk[i]);
	run(w, end > w->now + HOURS(4) ? end : w->now + HOURS(4));
	check_end(w);
	trace = w->trace;
	*sent += w->sent;
	world_free(w);
	return trace;
}

static uint64_t first_seed = 1, seeds = 50;

static void test_weeks(void **state)
{
	unsigned long sent = 0;

	(void)state;
	for (uint64_t i = 0; i < seeds; i++)
		(void)week(first_seed + i, &sent);
	print_message("%llu weeks of %d trunks: %lu requests\n",
		(unsigned long long)seeds, TRUNKS, sent);
}

static void test_replay(void **state)
{
	unsigned long once = 0, again = 0;

	(void)state;
	assert_true(week(7, &once) == week(7, &again));
	assert_int_equal(once, again);
	assert_true(week(8, &again) != week(7, &again));
}

/* 1,000 trunks, 2 at a time asked for: the registrar is gone for `down_s`
 * and comes back without a memory. All are bound again within a minute of
 * that, and no second sees more than the limit. */
static void restart(int64_t down_s, uint32_t limit)
{
	struct world *w = world_new(42, 0, limit);
	struct registrar *r = &w->registrar[0];
	unsigned long most = 0, left = 0, before, sent;
	int64_t up;

	w->registrars = 1;
	for (uint32_t i = 0; i < 1000; i++) {
		tw_trunk_options o = fake_options();

		o.expires_s = 60;
		o.retry_max_s = 30;
		world_add(w, 0, &o);
		host_start(w, &w->trunk[i]);
	}
	run(w, w->now + SECONDS(300));
	check_end(w);
	r->mood = SILENT;
	run(w, w->now + SECONDS(down_s));
	r->mood = GOOD;
	r->epoch++;
	for (uint32_t i = 0; i < 1000; i++)
		w->trunk[i].bound_until = w->trunk[i].bound_at = 0;
	up = w->now;
	for (int s = 0; s < 60; s++) {
		before = w->arrivals;
		sent = w->sent;
		run(w, w->now + SECONDS(1));
		if (w->sent - sent > left)
			left = w->sent - sent;
		if (w->arrivals - before > most)
			most = w->arrivals - before;
	}
	for (uint32_t i = 0; i < 1000; i++)
		need(w, &w->trunk[i], w->trunk[i].bound_at > up);
	print_message("gone for %lld s, limit %u: all back within a minute, "
		"at most %lu packets leave and %lu arrive in a second\n",
		(long long)down_s, limit, left, most);
	/* on their way the network may bunch them up */
	assert_in_range(left, 1, limit);
	assert_in_range(most, 1, limit + limit / 10);
	world_free(w);
}

static void test_restart(void **state)
{
	(void)state;
	restart(2, 100);
	restart(600, 100);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weeks),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_restart),
	};
	const char *more = getenv("TW_TEST_LONG");

	if (more && *more && strcmp(more, "0"))
		seeds = 1000;
	if (argc > 1) {
		first_seed = strtoull(argv[1], NULL, 10);
		seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
