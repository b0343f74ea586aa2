/* Engset by the table, against Erlang B where callers are many. */
#include "near.h"

static double of(uint32_t sources, uint32_t lines, double load)
{
	double e = -1;

	assert_int_equal(tw_engset(&e, sources, load, lines, NULL), TW_OK);
	return e;
}

static void agrees_with_the_table(void **state)
{
	(void)state;
	NEAR(of(5, 3, 0.5), 0.1, 1e-15);
	NEAR(of(10, 4, 0.3), 0.09977905, 0.6e-8);
	NEAR(of(27, 9, 0.2), 0.01406720, 0.6e-8);
}

static void has_ends(void **state)
{
	double b;

	(void)state;
	assert_true(of(5, 0, 1) == 1);
	assert_true(of(5, 5, 1000) == 0);
	assert_true(of(5, 1000000, 1) == 0);
	assert_true(of(5, 4, 1e6) > 0.999);
	assert_true(of(1000000, 3, 0) == 0);
	tw_erlang_b(&b, 2, 3, NULL);
	NEAR(of(1000000, 3, 2e-6), b, 1e-5);
	assert_true(of(1000000, 3, 2e-6) < b);
}

static void refuses(void **state)
{
	double e = 7;

	(void)state;
	REFUSED(TW_EINVAL, "sources", tw_engset(&e, 0, 1, 3, err));
	REFUSED(TW_ERANGE, "sources", tw_engset(&e, 1000001, 1, 3, err));
	REFUSED(TW_ERANGE, "lines", tw_engset(&e, 5, 1, 1000001, err));
	REFUSED(TW_EINVAL, "load", tw_engset(&e, 5, NAN, 3, err));
	REFUSED(TW_EINVAL, "", tw_engset(NULL, 5, 1, 3, err));
	assert_true(e == 7);
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
