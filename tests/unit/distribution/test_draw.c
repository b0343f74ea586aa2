/* Chance: the same seed gives the same numbers, and all are as likely. */
#include "share.h"

static void the_same_seed_gives_the_same_numbers(void **state)
{
	struct tw_draw a = { 7 }, b = { 7 }, c = { 8 };
	int i;

	(void)state;
	for (i = 0; i < 1000; ++i) {
		uint64_t x = tw__draw(&a);

		assert_int_equal(x, tw__draw(&b));
		assert_int_not_equal(x, tw__draw(&c));
	}
}

/* Trap 7: what is drawn below n is never n, and no slot is favoured. */
static void trap_07_below_is_half_open(void **state)
{
	static const uint64_t below[] = { 1, 2, 3, 7, 10, 64 };
	uint32_t seen[64];
	double due[64];
	size_t k, i;

	(void)state;
	for (k = 0; k < TW_ARRAY_COUNT(below); ++k) {
		struct tw_draw draw = { 1 };
		const uint32_t n = (uint32_t)below[k];

		memset(seen, 0, sizeof(seen));
		for (i = 0; i < 64000; ++i) {
			uint64_t x = tw__draw_below(&draw, n);

			assert_true(x < n);
			++seen[x];
		}
		for (i = 0; i < n; ++i)
			due[i] = 64000.0 / n;
		/* 99.9 % of 63 degrees: 103 */
		assert_true(share_chi2(seen, due, n) < 103);
	}
	/* nearly 2^64: a modulo alone would favour the low half */
	{
		struct tw_draw draw = { 1 };
		const uint64_t n = 3ull << 62;
		uint32_t low = 0;

		for (i = 0; i < 10000; ++i)
			low += tw__draw_below(&draw, n) < n / 2;
		assert_in_range(low, 4800, 5200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_numbers),
		cmocka_unit_test(trap_07_below_is_half_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
