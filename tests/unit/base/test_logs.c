/* Logarithms in integers against those of the machine. */
#include <math.h>

#include "base/logs.h"
#include "../distribution/host.h"

#define ONE 4294967296.0

static void as_the_machine_has_them(void **state)
{
	struct tw_draw draw = { 5 };
	uint64_t x;
	int i;

	(void)state;
	assert_int_equal(tw__log2(1), 0);
	for (i = 0; i < 64; ++i)
		assert_int_equal(tw__log2(1ull << i), (int64_t)i << 32);
	for (i = 0; i < 200000; ++i) {
		x = tw__draw(&draw) >> tw__draw_below(&draw, 64);
		if (!x)
			continue;
		assert_true(fabs((double)tw__log2(x) / ONE -
				 log2((double)x)) < 3e-6);
		x = tw__draw(&draw) >> (28 + tw__draw_below(&draw, 30));
		assert_true(fabs((double)tw__exp2_minus(x) / ONE -
				 exp2(-(double)x / ONE)) < 3e-6);
	}
	assert_int_equal(tw__exp2_minus(0), 1ull << 32);
	assert_int_equal(tw__exp2_minus(1ull << 32), 1ull << 31);
	assert_int_equal(tw__exp2_minus(UINT64_MAX), 0);
}

static void larger_ones_have_larger_logarithms(void **state)
{
	uint64_t x;

	(void)state;
	for (x = 1; x < 100000; ++x)
		assert_true(tw__log2(x) < tw__log2(x + 1));
	for (x = UINT64_MAX - 1000; x < UINT64_MAX; ++x)
		assert_true(tw__log2(x) <= tw__log2(x + 1));
	assert_true(tw__log2(UINT64_MAX) <= 64ll << 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_machine_has_them),
		cmocka_unit_test(larger_ones_have_larger_logarithms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
