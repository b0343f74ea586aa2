/* Where periods begin and end, also when the clocks change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <trunkwise/bundle.h>

static tw_zone *open_zone(const char *name)
{
	tw_zone *zone;

	assert_int_equal(tw_zone_open(&zone, name, NULL), TW_OK);
	return zone;
}

static tw_time at(const tw_zone *zone, const char *text)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t = 0;

	if (tw_time_parse(&t, text, zone, &err))
		fail_msg("%s: %s", text, err.message);
	return t;
}

static void names_of_periods(void **state)
{
	uint32_t period = 0;

	(void)state;
	assert_int_equal(tw_period_parse(&period, "week", NULL), TW_OK);
	assert_int_equal(period, TW_PERIOD_WEEK);
	assert_int_equal(tw_period_parse(&period, "day", NULL), TW_OK);
	assert_int_equal(tw_period_parse(&period, "month", NULL), TW_OK);
	assert_int_equal(period, TW_PERIOD_MONTH);
	assert_int_equal(tw_period_parse(&period, "year", NULL), TW_EPARSE);
	assert_int_equal(tw_period_parse(&period, NULL, NULL), TW_EPARSE);
	assert_int_equal(period, TW_PERIOD_MONTH);
}

static void range_is(const tw_zone *zone, uint32_t period,
		     const char *when, const char *from, const char *to)
{
	tw_error err = TW_ERROR_INIT;
	tw_time first, next;

	if (tw_period_range(&first, &next, period, zone, at(zone, when),
			    &err))
		fail_msg("%s: %s", when, err.message);
	assert_int_equal(first, at(zone, from));
	assert_int_equal(next, at(zone, to));
}

static void edges_of_periods(void **state)
{
	tw_zone *zone;
	tw_time from = 7, to = 7;

	(void)state;
	zone = open_zone("Europe/Moscow");
	range_is(zone, TW_PERIOD_MONTH, "2026-10-31T23:59:59.999999",
		 "2026-10-01", "2026-11-01");
	range_is(zone, TW_PERIOD_MONTH, "2026-11-01", "2026-11-01",
		 "2026-12-01");
	range_is(zone, TW_PERIOD_MONTH, "2024-02-29T12:00:00", "2024-02-01",
		 "2024-03-01");
	/* 2026-10-05 is a Monday */
	range_is(zone, TW_PERIOD_WEEK, "2026-10-04T23:59:59", "2026-09-28",
		 "2026-10-05");
	range_is(zone, TW_PERIOD_WEEK, "2026-10-05", "2026-10-05",
		 "2026-10-12");
	range_is(zone, TW_PERIOD_WEEK, "2027-01-01T00:00:00", "2026-12-28",
		 "2027-01-04");
	range_is(zone, TW_PERIOD_DAY, "2026-10-05T00:00:00", "2026-10-05",
		 "2026-10-06");
	assert_int_equal(tw_period_range(&from, &to, 4, zone, 0, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_period_range(&from, &to, TW_PERIOD_DAY, zone,
					 TW_TIME_MAX, NULL), TW_ERANGE);
	assert_int_equal(tw_period_range(&from, &to, TW_PERIOD_MONTH, zone,
					 TW_TIME_MIN, NULL), TW_ERANGE);
	assert_int_equal(from, 7);
	tw_zone_free(zone);
}

/* Days of 23 and 25 hours; a midnight that does not exist; one that comes
 * twice. */
static void clocks_that_change(void **state)
{
	tw_time from, to, first;
	tw_zone *zone;

	(void)state;
	zone = open_zone("Europe/Berlin");
	assert_int_equal(tw_period_range(&from, &to, TW_PERIOD_DAY, zone,
		at(zone, "2026-10-25T12:00:00"), NULL), TW_OK);
	assert_int_equal(to - from, 25 * 3600 * TW_SECOND);
	assert_int_equal(tw_period_range(&from, &to, TW_PERIOD_DAY, zone,
		at(zone, "2026-03-29T12:00:00"), NULL), TW_OK);
	assert_int_equal(to - from, 23 * 3600 * TW_SECOND);
	assert_int_equal(tw_period_range(&from, &to, TW_PERIOD_WEEK, zone,
		at(zone, "2026-10-25T12:00:00"), NULL), TW_OK);
	assert_int_equal(to - from, 169 * 3600 * TW_SECOND);
	tw_zone_free(zone);

	/* 2018-11-04: from 00:00 to 01:00 */
	zone = open_zone("America/Sao_Paulo");
	range_is(zone, TW_PERIOD_DAY, "2018-11-04T12:00:00",
		 "2018-11-04T01:00:00", "2018-11-05");
	range_is(zone, TW_PERIOD_DAY, "2018-11-03T23:59:59", "2018-11-03",
		 "2018-11-04T01:00:00");
	tw_zone_free(zone);

	/* 2006-10-29: at 00:01 back to 23:01 of the day before, so that the
	 * new day, once begun, shows the old date again */
	zone = open_zone("America/St_Johns");
	first = at(zone, "2006-10-29T00:00:00");
	assert_int_equal(tw_period_range(&from, &to, TW_PERIOD_DAY, zone,
		first + 600 * TW_SECOND, NULL), TW_OK);
	assert_int_equal(from, first);
	assert_int_equal(to, at(zone, "2006-10-30"));
	assert_int_equal(tw_period_range(&from, &to, TW_PERIOD_DAY, zone,
		first - 1, NULL), TW_OK);
	assert_int_equal(to, first);
	tw_zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_periods),
		cmocka_unit_test(edges_of_periods),
		cmocka_unit_test(clocks_that_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
