/* A sum that halves: exact at whole half-lives, monotone between them. */
#include "routing_fixture.h"

#define HALF (60 * TW_SECOND)

static void it_halves(void **state)
{
	struct tw__fading f = { 0, 0 };
	uint64_t last = UINT64_MAX;

	(void)state;
	tw__fading_add(&f, 1 << 20, T2026, HALF);
	for (int i = 0; i <= 20; ++i)
		assert_int_equal(tw__fading_at(&f, T2026 + i * HALF, HALF),
				 (1 << 20) >> i);
	assert_int_equal(tw__fading_at(&f, T2026 + 64 * HALF, HALF), 0);
	assert_int_equal(tw__fading_at(&f, INT64_MAX, HALF), 0);
	/* 2^20 / sqrt(2) = 741455.2 */
	assert_in_range(tw__fading_at(&f, T2026 + HALF / 2, HALF), 741454,
			741455);
	for (int64_t t = 0; t < 4 * HALF; t += TW_SECOND) {
		uint64_t now = tw__fading_at(&f, T2026 + t, HALF);

		assert_true(now < last);
		last = now;
	}
}

static void odd_clocks_and_sums_do_no_harm(void **state)
{
	struct tw__fading f = { 0, 0 };

	(void)state;
	tw__fading_add(&f, 100, T2026, HALF);
	tw__fading_add(&f, 100, T2026 - HALF, HALF);   /* it stepped back */
	assert_int_equal(f.value, 200);
	assert_int_equal(f.at, T2026);
	tw__fading_add(&f, UINT64_MAX, T2026, HALF);
	assert_int_equal(f.value, UINT64_MAX);
	assert_int_equal(tw__fading_at(&f, T2026 + HALF, 0), UINT64_MAX);
	f.at = INT64_MIN;
	assert_int_equal(tw__fading_at(&f, INT64_MAX, HALF), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_halves),
		cmocka_unit_test(odd_clocks_and_sums_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
