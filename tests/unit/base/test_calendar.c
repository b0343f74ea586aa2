/* Days and dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/calendar.h"

/* Walks every day of the years 1..9999 beside a counter that only knows
 * month lengths, so that the formulas are checked against plain counting. */
static void every_day_of_the_range(void **state)
{
	int64_t days = tw__days_from_civil(1, 1, 1);
	int32_t weekday = 0;   /* 0001-01-01 was a Monday */

	(void)state;
	assert_true(days == -719162);
	for (int32_t y = 1; y <= 9999; y++) {
		for (int32_t m = 1; m <= 12; m++) {
			int32_t last = tw__month_days(y, m);

			for (int32_t d = 1; d <= last; d++, days++) {
				int32_t yy, mm, dd;

				tw__civil_from_days(&yy, &mm, &dd, days);
				if (yy != y || mm != m || dd != d ||
				    tw__weekday(days) != weekday ||
				    tw__days_from_civil(y, m, d) != days)
					fail_msg("%d-%d-%d", y, m, d);
				weekday = (weekday + 1) % 7;
			}
		}
	}
	assert_true(days == tw__days_from_civil(10000, 1, 1));
}

static void leap_years(void **state)
{
	(void)state;
	assert_int_equal(tw__month_days(2000, 2), 29);
	assert_int_equal(tw__month_days(1900, 2), 28);
	assert_int_equal(tw__month_days(2028, 2), 29);
	assert_int_equal(tw__month_days(2026, 2), 28);
	assert_int_equal(tw__month_days(2026, 0), 0);
	assert_int_equal(tw__month_days(2026, 13), 0);
}

static void validity(void **state)
{
	tw_civil c = { 2026, 2, 28, 23, 59, 59, 999999, 0, 0 };
	int32_t *member[] = { &c.year, &c.month, &c.day, &c.hour, &c.minute,
			      &c.second, &c.microsecond };
	static const int32_t low[] = { 0, 0, 0, -1, -1, -1, -1 };
	static const int32_t high[] = { 10000, 13, 29, 24, 60, 60, 1000000 };

	(void)state;
	assert_true(tw__civil_is_valid(&c));
	for (size_t i = 0; i < TW_ARRAY_COUNT(member); i++) {
		int32_t kept = *member[i];

		*member[i] = low[i];
		assert_false(tw__civil_is_valid(&c));
		*member[i] = high[i];
		assert_false(tw__civil_is_valid(&c));
		*member[i] = INT32_MIN;
		assert_false(tw__civil_is_valid(&c));
		*member[i] = kept;
	}
}

static void floor_division(void **state)
{
	(void)state;
	assert_int_equal(tw__floor_div(7, 2), 3);
	assert_int_equal(tw__floor_div(-7, 2), -4);
	assert_int_equal(tw__floor_div(-8, 2), -4);
	assert_int_equal(tw__floor_div(-1, 1000000), -1);
	assert_true(tw__floor_div(INT64_MIN, 1000000) == -9223372036855);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_the_range),
		cmocka_unit_test(leap_years),
		cmocka_unit_test(validity),
		cmocka_unit_test(floor_division),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
