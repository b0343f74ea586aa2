/* Student's t by the usual tables. */
#include "near.h"

/* Of n figures 0 .. n - 1 over their standard error. */
static double t_of(size_t n, double confidence)
{
	double x[200], mean, reach, variance;
	size_t i;

	for (i = 0; i < n; ++i)
		x[i] = (double)i;
	assert_int_equal(tw_mean_interval(&mean, &reach, x, n, confidence,
					  NULL), TW_OK);
	NEAR(mean, (double)(n - 1) / 2, 1e-12);
	variance = (double)n * ((double)n + 1) / 12;
	return reach / sqrt(variance / (double)n);
}

static void quantiles_are_those_of_the_tables(void **state)
{
	(void)state;
	NEAR(t_of(2, 0.95), 12.7062, 0.6e-4);
	NEAR(t_of(3, 0.95), 4.30265, 0.6e-5);
	NEAR(t_of(4, 0.99), 5.84091, 0.6e-5);
	NEAR(t_of(5, 0.95), 2.77645, 0.6e-5);
	NEAR(t_of(11, 0.95), 2.22814, 0.6e-5);
	NEAR(t_of(30, 0.999), 3.65941, 0.6e-5);
	NEAR(t_of(31, 0.999), 3.64596, 0.6e-5);
	NEAR(t_of(121, 0.95), 1.97993, 0.6e-5);
}

static void has_ends(void **state)
{
	double same[3] = { 5, 5, 5 }, mean, reach;
	static double many[100000];

	(void)state;
	assert_int_equal(tw_mean_interval(&mean, &reach, same, 3, 0.95, NULL),
			 TW_OK);
	assert_true(mean == 5 && reach == 0);
	many[0] = 1;
	assert_int_equal(tw_mean_interval(&mean, &reach, many, 100000, 0.95,
					  NULL), TW_OK);
	NEAR(reach, 1.95999 * 1e-5, 1e-9);       /* the normal one */
	REFUSED(TW_EINVAL, "",
		tw_mean_interval(&mean, &reach, same, 1, 0.95, err));
	REFUSED(TW_EINVAL, "confidence",
		tw_mean_interval(&mean, &reach, same, 3, 1, err));
	REFUSED(TW_EINVAL, "",
		tw_mean_interval(&mean, &reach, NULL, 3, 0.9, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_the_tables),
		cmocka_unit_test(has_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
