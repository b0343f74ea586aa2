/* Kosten's mean and variance by the table. */
#include "near.h"

static const struct {
	double load;
	uint32_t lines;
	double mean, variance;
} table[] = {
	{ 2,  3,  0.42105263, 0.59159340 },
	{ 5,  5,  1.42433911, 2.33317947 },
	{ 8,  10, 0.97328851, 1.98566139 },
	{ 10, 10, 2.14582343, 4.36244728 },
};

static void agrees_with_the_table(void **state)
{
	double m, v;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(table); ++i) {
		assert_int_equal(tw_overflow(&m, &v, table[i].load,
					     table[i].lines, NULL), TW_OK);
		NEAR(m, table[i].mean, 0.6e-8);
		NEAR(v, table[i].variance, 0.6e-8);
		assert_true(v > m);
	}
}

static void has_ends(void **state)
{
	double m, v;

	(void)state;
	tw_overflow(&m, &v, 4, 0, NULL);
	assert_true(m == 4 && v == 4);    /* fresh calls */
	tw_overflow(&m, &v, 0, 4, NULL);
	assert_true(m == 0 && v == 0);
	tw_overflow(&m, &v, 1e6, 1, NULL);
	NEAR(m / 1e6, 1, 1e-5);
	NEAR(v / m, 1, 1e-3);
}

static void refuses(void **state)
{
	double m = 7, v = 7;

	(void)state;
	REFUSED(TW_EINVAL, "load", tw_overflow(&m, &v, -1, 3, err));
	REFUSED(TW_ERANGE, "lines", tw_overflow(&m, &v, 1, 1000001, err));
	REFUSED(TW_EINVAL, "", tw_overflow(&m, NULL, 1, 3, err));
	assert_true(m == 7 && v == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_table),
		cmocka_unit_test(has_ends),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
