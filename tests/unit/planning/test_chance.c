/* Chance: even, exponential, and the same from the same seed. */
#include "near.h"

#include "planning/chance.h"

static void uniform_is_even(void **state)
{
	struct tw_chance chance;
	uint32_t bin[10] = { 0 }, i;
	double u, square = 0;

	(void)state;
	tw__chance_seed(&chance, 1);
	for (i = 0; i < 100000; ++i) {
		u = tw__chance_uniform(&chance);
		assert_true(u >= 0 && u < 1);
		++bin[(int)(10 * u)];
	}
	for (i = 0; i < 10; ++i)
		square += (bin[i] - 10000.0) * (bin[i] - 10000.0) / 10000;
	assert_true(square < 27.9);      /* chi-square of 9, 99.9 % */
}

static void exponential_has_its_moments(void **state)
{
	double x, sum = 0, squares = 0;
	struct tw_chance chance;
	uint32_t i, late = 0;

	(void)state;
	tw__chance_seed(&chance, 2);
	for (i = 0; i < 200000; ++i) {
		x = tw__chance_exponential(&chance);
		assert_true(x >= 0);
		sum += x;
		squares += x * x;
		late += x > 3;
	}
	NEAR(sum / 200000, 1, 0.01);
	NEAR(squares / 200000, 2, 0.05);
	NEAR(late / 200000.0, exp(-3), 0.002);
}

static void seeds_repeat_and_differ(void **state)
{
	struct tw_chance a, b, c;
	uint32_t i;

	(void)state;
	tw__chance_seed(&a, 0);
	tw__chance_seed(&b, 0);
	tw__chance_seed(&c, 1);
	for (i = 0; i < 100; ++i) {
		uint64_t x = tw__chance_bits(&a);

		assert_true(x == tw__chance_bits(&b));
		assert_true(x != tw__chance_bits(&c));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uniform_is_even),
		cmocka_unit_test(exponential_has_its_moments),
		cmocka_unit_test(seeds_repeat_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
