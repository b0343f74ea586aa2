/* Service level: one day, five figures, each by its name. */
#include "near.h"

static const tw_service_counts day = {
	sizeof(tw_service_counts), 0, 900, 780, 100, 60, 25, 0,
};

static double of(const tw_service_counts *c, uint32_t formula)
{
	double level = -1;

	assert_int_equal(tw_service_level(&level, c, formula, NULL), TW_OK);
	return level;
}

static void trap_40_service_level_by_name(void **state)
{
	tw_service_counts c = day;

	(void)state;
	NEAR(of(&c, TW_SERVICE_OF_ANSWERED), 780.0 / 900, 1e-15);
	NEAR(of(&c, TW_SERVICE_OF_OFFERED), 780.0 / 1000, 1e-15);
	NEAR(of(&c, TW_SERVICE_ABANDONED_MET), 840.0 / 1000, 1e-15);
	NEAR(of(&c, TW_SERVICE_ABANDONED_LATE), 780.0 / 940, 1e-15);
	NEAR(of(&c, TW_SERVICE_WITHOUT_SHORT), 780.0 / 975, 1e-15);
	/* the threshold is the caller's: without one nothing is left out */
	c.abandoned_short = 0;
	NEAR(of(&c, TW_SERVICE_WITHOUT_SHORT),
	     of(&c, TW_SERVICE_OF_OFFERED), 0);
	/* who was turned away is in every formula but the first */
	c.lost = 1000;
	NEAR(of(&c, TW_SERVICE_OF_ANSWERED), 780.0 / 900, 1e-15);
	NEAR(of(&c, TW_SERVICE_OF_OFFERED), 780.0 / 2000, 1e-15);
	NEAR(of(&c, TW_SERVICE_ABANDONED_LATE), 780.0 / 1940, 1e-15);
	assert_string_equal(tw_service_name(TW_SERVICE_OF_ANSWERED),
			    "of_answered");
	assert_string_equal(tw_service_name(TW_SERVICE_OF_OFFERED),
			    "of_offered");
	assert_string_equal(tw_service_name(TW_SERVICE_ABANDONED_MET),
			    "abandoned_met");
	assert_string_equal(tw_service_name(TW_SERVICE_ABANDONED_LATE),
			    "abandoned_late");
	assert_string_equal(tw_service_name(TW_SERVICE_WITHOUT_SHORT),
			    "without_short");
	assert_string_equal(tw_service_name(0), "?");
}

static void refuses_what_does_not_add_up(void **state)
{
	tw_service_counts c = day;
	double level = 7;

	(void)state;
	c.answered_in_time = 901;
	REFUSED(TW_EINVAL, "answered_in_time",
		tw_service_level(&level, &c, 1, err));
	c = day;
	c.abandoned_in_time = 101;
	REFUSED(TW_EINVAL, "abandoned_in_time",
		tw_service_level(&level, &c, 1, err));
	c = day;
	c.abandoned_short = 101;
	REFUSED(TW_EINVAL, "abandoned_short",
		tw_service_level(&level, &c, 1, err));
	REFUSED(TW_EINVAL, "formula", tw_service_level(&level, &day, 0, err));
	REFUSED(TW_EINVAL, "formula", tw_service_level(&level, &day, 6, err));
	REFUSED(TW_EINVAL, "formula", tw_service_level(NULL, &day, 1, err));
	REFUSED(TW_EINVAL, "", tw_service_level(&level, NULL, 1, err));
	assert_true(level == 7);
}

static void nothing_has_no_level(void **state)
{
	tw_service_counts c = TW_SERVICE_COUNTS_INIT;
	double level = 7;

	(void)state;
	REFUSED(TW_ENOTFOUND, "", tw_service_level(&level, &c, 1, err));
	c.lost = 1;
	REFUSED(TW_ENOTFOUND, "", tw_service_level(&level, &c, 1, err));
	assert_true(level == 7);
	assert_true(of(&c, TW_SERVICE_OF_OFFERED) == 0);
	c.answered = c.answered_in_time = c.abandoned = c.lost = UINT64_MAX;
	NEAR(of(&c, TW_SERVICE_OF_OFFERED), 1.0 / 3, 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_40_service_level_by_name),
		cmocka_unit_test(refuses_what_does_not_add_up),
		cmocka_unit_test(nothing_has_no_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
