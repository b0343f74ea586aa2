/* The vote on how far two clocks are apart. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>
#include "accounts/pair_offset.h"

#define S TW_SECOND
#define DAY (86400 * S)
#define START (20000 * DAY)

static const struct tw__pair_rules rules = { 60 * S, 900 * S };

static struct tw__offsets measure(const struct tw__seen *a, size_t m,
				  const struct tw__seen *b, size_t n)
{
	const struct tw__seen *first[64], *second[64];
	const struct tw__seen *const *const order[2] = { first, second };
	const struct tw__sights sights[2] = { { a, m }, { b, n } };
	struct tw__offsets out;

	for (size_t i = 0; i < m; i++)
		first[i] = &a[i];
	for (size_t i = 0; i < n; i++)
		second[i] = &b[i];
	assert_int_equal(tw__offsets_measure(&out, sights, order, &rules,
					     NULL), TW_OK);
	return out;
}

static struct tw__seen call(uint64_t remote, tw_time start)
{
	return (struct tw__seen){ start, 0, remote, 0, true, false, 0,
		false };
}

static void nothing_to_vote(void **state)
{
	struct tw__seen a = call(1, START), b = call(2, START);
	struct tw__offsets o = measure(&a, 1, &b, 1);

	(void)state;
	assert_int_equal(tw__offset_at(&o, START), 0);
	tw__offsets_free(&o);
	/* too far apart to be clocks */
	b = call(1, START + 901 * S);
	o = measure(&a, 1, &b, 1);
	assert_int_equal(tw__offset_at(&o, START), 0);
	tw__offsets_free(&o);
	b = call(1, START - 900 * S);
	o = measure(&a, 1, &b, 1);
	assert_int_equal(tw__offset_at(&o, START + 99 * DAY), -900 * S);
	tw__offsets_free(&o);
}

/* Days with enough votes speak for themselves and for their neighbours. */
static void days_of_their_own(void **state)
{
	struct tw__seen a[32], b[32];
	struct tw__offsets o;
	size_t n = 0;

	(void)state;
	for (uint64_t i = 0; i < 10; i++, n++) {
		a[n] = call(100 + i, START + (int64_t)i * 100 * S);
		b[n] = call(100 + i, a[n].start + 20 * S);
	}
	for (uint64_t i = 0; i < 10; i++, n++) {
		a[n] = call(200 + i, START + 10 * DAY + (int64_t)i * 100 * S);
		b[n] = call(200 + i, a[n].start - 400 * S);
	}
	/* one vote of a day is none */
	a[n] = call(300, START + 5 * DAY);
	b[n] = call(300, a[n].start + 800 * S);
	n++;
	o = measure(a, n, b, n);
	assert_int_equal(o.count, 2);
	assert_int_equal(tw__offset_at(&o, START - DAY), 20 * S);
	assert_int_equal(tw__offset_at(&o, START + 4 * DAY), 20 * S);
	assert_int_equal(tw__offset_at(&o, START + 6 * DAY), -400 * S);
	assert_int_equal(tw__offset_at(&o, START + 10 * DAY), -400 * S);
	assert_int_equal(tw__offset_at(&o, START + 99 * DAY), -400 * S);
	tw__offsets_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_vote),
		cmocka_unit_test(days_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
