/* Days, ISO weeks and months. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "accounts/report_period.h"
#include <trunkwise/report.h>

static void test_months_are_added(void **state)
{
	(void)state;
	assert_int_equal(tw__month_add(202610, 3), 202701);
	assert_int_equal(tw__month_add(202601, -1), 202512);
	assert_int_equal(tw__month_add(202612, -24), 202412);
	assert_int_equal(tw__month_span(202610, 202610), 1);
	assert_int_equal(tw__month_span(202611, 202702), 4);
	assert_int_equal(tw__month_span(202610, 202609), 0);
}

static void named(uint32_t per, int64_t day, const char *name,
		  const char *first, const char *last)
{
	const int64_t months[] = { 202610, 202611 };
	struct tw__period_text text;

	tw__period_text(&text, per, tw__period_of(per, day), months);
	assert_string_equal(text.name, name);
	assert_string_equal(text.first, first);
	assert_string_equal(text.last, last);
	assert_int_equal(text.whole_month, per != TW_PER_RANGE &&
			 per != TW_PER_MONTH && day % 100 == 0);
}

static void test_periods_are_named(void **state)
{
	(void)state;
	named(TW_PER_RANGE, 20261005, "", "2026-10-01", "2026-11-30");
	named(TW_PER_MONTH, 20261005, "2026-10", "2026-10-01", "2026-10-31");
	named(TW_PER_MONTH, 20261000, "2026-10", "2026-10-01", "2026-10-31");
	named(TW_PER_DAY, 20261005, "2026-10-05", "2026-10-05",
	      "2026-10-05");
	named(TW_PER_DAY, 20261000, "2026-10", "2026-10-01", "2026-10-31");
	named(TW_PER_WEEK, 20261100, "2026-11", "2026-11-01", "2026-11-30");
	/* a week over the border of two months is one, at the ends of the
	 * range it is what the range has of it */
	named(TW_PER_WEEK, 20261031, "2026-W44", "2026-10-26", "2026-11-01");
	named(TW_PER_WEEK, 20261101, "2026-W44", "2026-10-26", "2026-11-01");
	named(TW_PER_WEEK, 20261001, "2026-W40", "2026-10-01", "2026-10-04");
	named(TW_PER_WEEK, 20261130, "2026-W49", "2026-11-30", "2026-11-30");
}

static void is_week(int64_t day, const char *name)
{
	const int64_t months[] = { 190001, 210012 };
	struct tw__period_text text;

	tw__period_text(&text, TW_PER_WEEK, tw__period_of(TW_PER_WEEK, day),
			months);
	assert_string_equal(text.name, name);
}

/* ISO 8601: the year of a week is that of its Thursday. */
static void test_weeks_around_new_year(void **state)
{
	(void)state;
	is_week(20201228, "2020-W53");
	is_week(20210103, "2020-W53");
	is_week(20210104, "2021-W01");
	is_week(20241229, "2024-W52");
	is_week(20241230, "2025-W01");
	is_week(20251228, "2025-W52");
	is_week(20251229, "2026-W01");
	is_week(20260101, "2026-W01");
	is_week(20261231, "2026-W53");
	is_week(20270103, "2026-W53");
	is_week(20270104, "2027-W01");
	is_week(20230101, "2022-W52");
	is_week(20240229, "2024-W09");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_months_are_added),
		cmocka_unit_test(test_periods_are_named),
		cmocka_unit_test(test_weeks_around_new_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
