/* Two lists of the same calls: joined one to one, never by a guess. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "accounts/pair.h"
#include "../faults.h"

#define S TW_SECOND
#define START (20000LL * 86400 * S)

static const struct tw__pair_rules rules = { 60 * S, 900 * S };

static struct tw__seen call(uint64_t remote, int64_t at_s, int64_t talk_s)
{
	return (struct tw__seen){ START + at_s * S, talk_s * S, remote, 0,
		true, talk_s > 0, 0, false };
}

static struct tw__pairing pair(const struct tw__seen *a, size_t m,
			       const struct tw__seen *b, size_t n)
{
	const struct tw__sights sights[2] = { { a, m }, { b, n } };
	tw_error err = TW_ERROR_INIT;
	struct tw__pairing out;

	if (tw__pair(&out, sights, &rules, &err))
		fail_msg("%s", err.message);
	assert_int_equal(out.joined + out.alone[0] + out.ambiguous[0], m);
	assert_int_equal(out.joined + out.alone[1] + out.ambiguous[1], n);
	return out;
}

static void plain_pairs(void **state)
{
	struct tw__seen a[] = { call(79161, 0, 60), call(79162, 5, 10),
		call(79163, 9, 0) };
	struct tw__seen b[] = { call(79163, 12, 0), call(79161, 3, 61),
		call(79169, 3, 61) };
	struct tw__pairing p = pair(a, 3, b, 3);

	(void)state;
	assert_int_equal(p.joined, 2);
	assert_int_equal(p.side[0][0].state, TW_PAIR_JOINED);
	assert_int_equal(p.side[0][0].other, 1);
	assert_int_equal(p.side[1][1].other, 0);
	assert_int_equal(p.side[0][2].other, 0);
	assert_int_equal(p.side[0][1].state, TW_PAIR_ALONE);
	assert_int_equal(p.side[1][2].state, TW_PAIR_ALONE);
	assert_int_equal(p.offset_us, 3 * S);
	tw__pairing_free(&p);
	p = pair(a, 3, b, 0);
	assert_int_equal(p.alone[0], 3);
	tw__pairing_free(&p);
	p = pair(a, 0, b, 0);
	assert_int_equal(p.joined, 0);
	tw__pairing_free(&p);
}

static void what_must_not_join(void **state)
{
	struct tw__seen a[] = { call(1, 0, 60), call(2, 0, 60),
		call(3, 0, 60) };
	struct tw__seen b[] = { call(1, 0, 60), call(2, 0, 60),
		call(3, 2000, 60) };
	struct tw__pairing p;

	(void)state;
	b[0].inbound = false;
	a[1].own = 5;
	b[1].own = 6;
	p = pair(a, 3, b, 3);
	assert_int_equal(p.joined, 0);
	tw__pairing_free(&p);
	/* known on one side only, it speaks against nothing */
	b[1].own = 0;
	p = pair(a, 3, b, 3);
	assert_int_equal(p.joined, 1);
	tw__pairing_free(&p);
}

/* Calls of one party close together: by length, else not at all. */
static void close_together(void **state)
{
	struct tw__seen a[] = { call(1, 0, 30), call(1, 40, 20),
		call(2, 0, 0), call(2, 20, 0), call(3, 0, 30),
		call(3, 40, 50) };
	struct tw__seen b[] = { call(1, 2, 30), call(1, 38, 60),
		call(2, 1, 0), call(2, 21, 0), call(3, 42, 50) };
	struct tw__pairing p = pair(a, 6, b, 5);

	(void)state;
	/* the second by elimination: the carrier rounds up to minutes */
	assert_int_equal(p.side[0][0].other, 0);
	assert_int_equal(p.side[0][1].state, TW_PAIR_JOINED);
	assert_int_equal(p.side[0][1].other, 1);
	/* two of two that nothing tells apart but seconds */
	assert_int_equal(p.side[0][2].state, TW_PAIR_JOINED);
	assert_int_equal(p.side[0][2].other, 2);
	/* one was lost on the other side */
	assert_int_equal(p.side[0][4].state, TW_PAIR_ALONE);
	assert_int_equal(p.side[0][5].other, 4);
	tw__pairing_free(&p);

}

/* ... and where neither clocks nor lengths say anything. */
static void ambiguous_calls(void **state)
{
	struct tw__seen a[22], b[22];
	struct tw__pairing p;

	(void)state;
	for (int i = 0; i < 20; i++)
		a[i] = b[i] = call(100 + (uint64_t)i, i * 500, 10);
	a[20] = call(2, 0, 0);
	a[21] = call(2, 20, 0);
	b[20] = call(2, 10, 0);
	b[21] = call(2, 31, 0);
	p = pair(a, 22, b, 22);
	assert_int_equal(p.joined, 20);
	assert_int_equal(p.side[0][20].state, TW_PAIR_AMBIGUOUS);
	assert_int_equal(p.side[0][21].state, TW_PAIR_AMBIGUOUS);
	assert_int_equal(p.side[1][20].state, TW_PAIR_AMBIGUOUS);
	assert_int_equal(p.side[0][20].other, p.side[1][21].other);
	assert_int_equal(p.clusters, 1);
	assert_int_equal(p.ambiguous[0], 2);
	tw__pairing_free(&p);
	/* two may be one: which? */
	p = pair(a, 22, b, 21);
	assert_int_equal(p.ambiguous[0], 2);
	assert_int_equal(p.ambiguous[1], 1);
	tw__pairing_free(&p);
}

/* Thousands of calls of one party in a row end, and are nobody's pair. */
static void a_machine_that_calls(void **state)
{
	static struct tw__seen a[3000], b[3000];
	struct tw__pairing p;

	(void)state;
	for (int i = 0; i < 3000; i++)
		a[i] = b[i] = call(7, i, 0);
	p = pair(a, 3000, b, 3000);
	assert_int_equal(p.joined, 0);
	assert_int_equal(p.ambiguous[0], 3000);
	assert_int_equal(p.clusters, 1);
	tw__pairing_free(&p);
}

static uint64_t rng;

static int64_t draw(int64_t below)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((rng >> 33) % (uint64_t)below);
}

#define CALLS 10000

/* 10,000 calls in a month, clocks minutes apart and drifting, carrier's
 * lengths rounded up, records lost on both sides: no pair is wrong, and what
 * is told once on each side is joined. */
static void both_sides_of_a_month(void **state)
{
	static struct tw__seen a[CALLS], b[CALLS];
	static int of_a[CALLS], of_b[CALLS];

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		size_t m = 0, n = 0, both = 0, wrong = 0;
		int64_t offset = (draw(1600) - 800) * S, step = draw(31);
		struct tw__pairing p;

		rng = seed;
		for (int i = 0; i < CALLS; i++) {
			struct tw__seen c = call(79160000000u +
				(uint64_t)draw(3000), draw(30 * 86400),
				draw(3) ? draw(600) + 1 : 0);
			bool in_a = draw(100) >= 3, in_b = draw(100) >= 3;

			c.inbound = draw(2);
			both += in_a && in_b;
			if (in_a) {
				of_a[m] = i;
				a[m++] = c;
			}
			if (!in_b)
				continue;
			/* a second of drift a day, a step on one of them */
			c.start += offset + (c.start - START) / 86400 +
				draw(3 * S);
			if (c.start > START + step * 86400 * S)
				c.start -= offset / 3;
			if (c.answered && draw(2))
				c.duration_us = (c.duration_us + 59 * S) /
					(60 * S) * (60 * S);
			of_b[n] = i;
			b[n++] = c;
		}
		p = pair(a, m, b, n);
		for (size_t i = 0; i < m; i++)
			wrong += p.side[0][i].state == TW_PAIR_JOINED &&
				of_a[i] != of_b[p.side[0][i].other];
		assert_int_equal(wrong, 0);
		assert_true(p.joined > both - both / 50);
		tw__pairing_free(&p);
	}
}

static void every_failed_allocation(void **state)
{
	struct tw__seen a[] = { call(79161, 0, 60), call(79162, 5, 10) };
	const struct tw__sights sights[2] = { { a, 2 }, { a, 2 } };
	bool more = true;

	(void)state;
	for (int64_t n = 0; more; n++) {
		struct tw__pairing p = { .joined = 7 };
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__pair(&p, sights, &rules, NULL);
		if (!status)
			tw__pairing_free(&p);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(p.joined, more ? 7 : 0);
		assert_int_equal(faults.held, 0);
	}
}

/* What somebody knows to have no twin is in nobody's way. */
static void who_is_known_to_be_alone(void **state)
{
	struct tw__seen a[] = { call(79161234567, 0, 60),
		call(79161234567, 1, 60) };
	struct tw__seen b[] = { call(79161234567, 1, 60) };
	struct tw__pairing p;

	(void)state;
	p = pair(a, 2, b, 1);
	assert_int_equal(p.joined, 0);
	assert_int_equal(p.ambiguous[0], 2);
	tw__pairing_free(&p);
	a[0].alone = true;
	p = pair(a, 2, b, 1);
	assert_int_equal(p.joined, 1);
	assert_int_equal(p.alone[0], 1);
	assert_int_equal(p.side[0][0].state, TW_PAIR_ALONE);
	assert_int_equal(p.side[0][1].state, TW_PAIR_JOINED);
	tw__pairing_free(&p);
	b[0].alone = true;
	p = pair(a, 2, b, 1);
	assert_int_equal(p.joined, 0);
	assert_int_equal(p.alone[0] + p.alone[1], 3);
	tw__pairing_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_pairs),
		cmocka_unit_test(what_must_not_join),
		cmocka_unit_test(close_together),
		cmocka_unit_test(ambiguous_calls),
		cmocka_unit_test(a_machine_that_calls),
		cmocka_unit_test(both_sides_of_a_month),
		cmocka_unit_test(who_is_known_to_be_alone),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
