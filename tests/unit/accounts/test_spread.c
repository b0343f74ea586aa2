/* Parts add up, and nobody is a coin away from his. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>
#include "accounts/spread.h"
#include "../faults.h"

static void is(int64_t amount, int64_t unit, const int64_t *weights,
	       const int64_t *parts, size_t count)
{
	struct tw__weights w = { weights, count };
	int64_t out[8];

	assert_int_equal(tw__spread(out, amount, &w, unit, NULL), TW_OK);
	assert_memory_equal(out, parts, count * sizeof(*out));
}

static void by_hand(void **state)
{
	(void)state;
	is(100, 1, (const int64_t []){ 1, 1, 1 },
	   (const int64_t []){ 34, 33, 33 }, 3);
	is(-100, 1, (const int64_t []){ 1, 1, 1 },
	   (const int64_t []){ -34, -33, -33 }, 3);
	is(1000, 10, (const int64_t []){ 1, 0, 2 },
	   (const int64_t []){ 330, 0, 670 }, 3);
	/* what the coin does not divide */
	is(105, 10, (const int64_t []){ 1, 9 },
	   (const int64_t []){ 10, 95 }, 2);
	is(0, 1, (const int64_t []){ 5 }, (const int64_t []){ 0 }, 1);
	is(INT64_MAX, 1, (const int64_t []){ INT64_MAX, INT64_MAX },
	   (const int64_t []){ INT64_MAX / 2 + 1, INT64_MAX / 2 }, 2);
}

static void at_random(void **state)
{
	uint64_t rng = 7;

	(void)state;
	for (int turn = 0; turn < 20000; turn++) {
		int64_t weights[8], out[8], sum = 0, amount;
		struct tw__weights w = { weights, 1 + (size_t)turn % 8 };
		__int128 total = 0;

		for (size_t i = 0; i < w.count; i++) {
			rng = rng * 6364136223846793005u +
				1442695040888963407u;
			weights[i] = rng >> 60 ? (int64_t)(rng >> 25) : 0;
			total += weights[i];
		}
		amount = (int64_t)(rng >> 30) * 10;
		if (!total) {
			assert_int_equal(tw__spread(out, amount, &w, 10,
						    NULL), TW_EINVAL);
			continue;
		}
		assert_int_equal(tw__spread(out, amount, &w, 10, NULL),
				 TW_OK);
		for (size_t i = 0; i < w.count; i++) {
			__int128 off = (__int128)out[i] * total -
				(__int128)amount * weights[i];

			sum += out[i];
			assert_true(off < total * 10 && off > -total * 10);
			assert_true(weights[i] || !out[i]);
		}
		assert_int_equal(sum, amount);
	}
}

static void no_memory(void **state)
{
	const int64_t weights[] = { 1 };
	struct tw__weights w = { weights, 1 };
	struct faults faults;
	int64_t out = 5;

	(void)state;
	faults_begin(&faults, 0);
	assert_int_equal(tw__spread(&out, 1, &w, 1, NULL), TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_int_equal(out, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand), cmocka_unit_test(at_random),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
