/* Trunk reservation by the table, and Erlang B at both its ends. */
#include "near.h"

static void agrees_with_the_table(void **state)
{
	double own, over;

	(void)state;
	tw_reservation(&own, &over, 1.5, 0.5, 3, 0, NULL);
	NEAR(own, 0.21052632, 0.6e-8);
	NEAR(over, 0.21052632, 0.6e-8);
	tw_reservation(&own, &over, 1.5, 0.5, 3, 1, NULL);
	NEAR(own, 0.16666667, 0.6e-8);
	NEAR(over, 0.5, 1e-15);
	tw_reservation(&own, &over, 4, 4, 10, 2, NULL);
	NEAR(own, 0.03652538, 0.6e-8);
	NEAR(over, 0.33329405, 0.6e-8);
}

static void has_ends(void **state)
{
	double own, over, b;

	(void)state;
	/* nothing is left for overflow: own calls are alone */
	tw_reservation(&own, &over, 2, 5, 3, 3, NULL);
	tw_erlang_b(&b, 2, 3, NULL);
	NEAR(own, b, 1e-15);
	assert_true(over == 1);
	tw_reservation(&own, &over, 2, 5, 0, 0, NULL);
	assert_true(own == 1 && over == 1);
	/* no overflow comes: reserving changes nothing for own calls */
	tw_reservation(&own, &over, 2, 0, 3, 1, NULL);
	NEAR(own, b, 1e-15);
	assert_true(over > own);
	tw_reservation(&own, &over, 0, 0, 3, 1, NULL);
	assert_true(own == 0 && over == 0);
}

static void refuses(void **state)
{
	double own = 7, over = 7;

	(void)state;
	REFUSED(TW_EINVAL, "reserve",
		tw_reservation(&own, &over, 1, 1, 3, 4, err));
	REFUSED(TW_EINVAL, "own_load",
		tw_reservation(&own, &over, -1, 1, 3, 1, err));
	REFUSED(TW_EINVAL, "overflow_load",
		tw_reservation(&own, &over, 1, NAN, 3, 1, err));
	REFUSED(TW_ERANGE, "lines",
		tw_reservation(&own, &over, 1, 1, 1000001, 1, err));
	REFUSED(TW_EINVAL, "",
		tw_reservation(NULL, &over, 1, 1, 3, 1, err));
	assert_true(own == 7 && over == 7);
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
