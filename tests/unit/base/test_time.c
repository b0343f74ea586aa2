/* Instants as text, months as ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/zone.h"

static tw_zone *open_zone(const char *name)
{
	tw_error err = TW_ERROR_INIT;
	tw_zone *zone = NULL;

	if (tw_zone_open(&zone, name, &err))
		fail_msg("%s", err.message);
	return zone;
}

static tw_time parsed(const char *text, const tw_zone *zone)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t = 0;

	if (tw_time_parse(&t, text, zone, &err))
		fail_msg("%s", err.message);
	return t;
}

static void spellings(void **state)
{
	tw_zone *moscow = open_zone("Europe/Moscow");
	tw_time want = 1791181800 * TW_SECOND;   /* 2026-10-05T06:30:00Z */

	(void)state;
	assert_true(parsed("2026-10-05T06:30:00Z", NULL) == want);
	assert_true(parsed("2026-10-05t06:30:00z", NULL) == want);
	assert_true(parsed("2026-10-05T09:30:00+03:00", NULL) == want);
	assert_true(parsed("2026-10-05 09:30:00+0300", NULL) == want);
	assert_true(parsed("2026-10-05 09:30:00+03", NULL) == want);
	assert_true(parsed("2026-10-05 09:30", moscow) == want);
	assert_true(parsed("2026-10-05 09:30:00", moscow) == want);
	/* an offset in the text wins over the zone */
	assert_true(parsed("2026-10-05T02:00:00-04:30", moscow) == want);
	assert_true(parsed("2026-10-05", moscow) ==
		    want - (9 * 3600 + 1800) * TW_SECOND);
	assert_true(parsed("2026-10-05T06:30:00.25Z", NULL) ==
		    want + 250000);
	assert_true(parsed("2026-10-05T06:30:00,000001Z", NULL) == want + 1);
	assert_true(parsed("2026-10-05T06:30:00.123456999Z", NULL) ==
		    want + 123456);
	assert_true(parsed("1969-12-31T23:59:59.5Z", NULL) == -500000);
	tw_zone_free(moscow);
}

static void leap_second_is_the_next(void **state)
{
	tw_time t = 77;

	(void)state;
	assert_true(parsed("2016-12-31T23:59:60Z", NULL) ==
		    parsed("2017-01-01T00:00:00Z", NULL));
	assert_true(parsed("1990-12-31T15:59:60-08:00", NULL) ==
		    parsed("1991-01-01T00:00:00Z", NULL));
	assert_int_equal(tw_time_parse(&t, "2016-12-31T12:00:60Z", NULL,
				       NULL), TW_EPARSE);
	assert_true(t == 77);
}

static void malformed(void **state)
{
	static const char *bad[] = {
		"", "2026", "2026-10", "2026-10-5", "26-10-05", "2026/10/05",
		"2026-10-05T", "2026-10-05Z", "2026-10-05T09", "05.10.2026",
		"2026-10-05T09:30:00.Z", "2026-10-05T09:30:00.1234567890Z",
		"2026-10-05T24:00:00Z", "2026-10-05T09:60:00Z",
		"2026-10-05T09:30:61Z", "2026-02-29T00:00:00Z",
		"2026-13-01", "2026-00-01", "2026-10-00", "0000-01-01",
		"2026-10-05T09:30:00+3", "2026-10-05T09:30:00+03:",
		"2026-10-05T09:30:00+03:60", "2026-10-05T09:30:00+26:00",
		"2026-10-05T09:30:00Zx", "2026-10-05T09:30:00 Z",
		" 2026-10-05", "2026-10-05 ", "-2026-10-05", "+2026-10-05",
		"2026-10-05T9:30:00Z", "2026-10-05T09:30:00+0300x",
		"2026-10-05T09:30:00+14:01", "2026-10-05T09:30:00-14:01",
		"2026-10-05T09:30:00+25", "2026-10-05T09:30:00+2559",
		"2026-10-05T09:30:00+16:00:01", "2026-10-05T09:30:00+99",
	};
	tw_time t = 77;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		if (tw_time_parse(&t, bad[i], tw__zone_utc(), NULL) !=
		    TW_EPARSE)
			fail_msg("'%s' was read", bad[i]);
	}
	assert_true(t == 77);
}

static void no_zone_is_no_guess(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t = 77;

	(void)state;
	assert_int_equal(tw_time_parse(&t, "2026-10-05", NULL, &err),
			 TW_EINVAL);
	assert_int_equal(tw_time_parse(&t, "2026-10-05T09:30:00", NULL, &err),
			 TW_EINVAL);
	assert_non_null(strstr(err.message, "append Z"));
	assert_true(t == 77);
}

/* As far as clocks go, and no farther but in local mean time. */
static void farthest_offsets(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t, noon = parsed("2026-10-05T12:00:00Z", NULL);

	(void)state;
	assert_true(parsed("2026-10-06T02:00:00+14:00", NULL) == noon);
	assert_true(parsed("2026-10-04T22:00:00-14:00", NULL) == noon);
	assert_true(parsed("1800-01-01T00:00:00-15:56:08", NULL) ==
		    parsed("1800-01-01T15:56:08Z", NULL));
	assert_int_equal(tw_time_parse(&t, "2026-10-05T12:30:00+25:00", NULL,
				       &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "14 hours from UTC; check"));
	/* without a zone a day alone is no mend */
	assert_int_equal(tw_time_parse(&t, "5.10.2026", NULL, &err),
			 TW_EPARSE);
	assert_null(strstr(err.message, "or 2026-10-05"));
	assert_int_equal(tw_time_parse(&t, "5.10.2026", tw__zone_utc(),
				       &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "or 2026-10-05"));
}

static void check_format(tw_time t, const tw_zone *zone, const char *want)
{
	tw_error err = TW_ERROR_INIT;
	char buf[40];

	assert_int_equal(tw_time_format(buf, sizeof(buf), t, zone, &err),
			 TW_OK);
	assert_string_equal(buf, want);
}

static void written(void **state)
{
	tw_zone *moscow = open_zone("Europe/Moscow");
	tw_zone *newfoundland = open_zone("America/St_Johns");
	char buf[40] = "kept";

	(void)state;
	check_format(1791181800 * TW_SECOND, NULL, "2026-10-05T06:30:00Z");
	check_format(1791181800 * TW_SECOND + 250000, moscow,
		     "2026-10-05T09:30:00.25+03:00");
	check_format(-1, NULL, "1969-12-31T23:59:59.999999Z");
	check_format(1791181800 * TW_SECOND, newfoundland,
		     "2026-10-05T04:00:00-02:30");
	check_format(0, tw__zone_utc(), "1970-01-01T00:00:00+00:00");
	assert_int_equal(tw_time_format(buf, 20, 0, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_time_format(buf, 40, TW_TIME_MAX, NULL, NULL),
			 TW_ERANGE);
	assert_int_equal(tw_time_format(buf, 40, TW_TIME_MIN, moscow, NULL),
			 TW_ERANGE);
	assert_string_equal(buf, "kept");
	assert_int_equal(tw_time_format(buf, 21, 0, NULL, NULL), TW_OK);
	tw_zone_free(newfoundland);
	tw_zone_free(moscow);
}

/* Local mean time has seconds in its offset; it must survive as well. */
static void text_round_trip(void **state)
{
	tw_zone *moscow = open_zone("Europe/Moscow");

	(void)state;
	for (tw_time t = -3000000000 * TW_SECOND;
	     t < 4000000000 * TW_SECOND; t += 7777777777777) {
		char buf[40];

		assert_int_equal(tw_time_format(buf, sizeof(buf), t, moscow,
						NULL), TW_OK);
		assert_true(parsed(buf, NULL) == t);
	}
	tw_zone_free(moscow);
}

static void months(void **state)
{
	tw_zone *moscow = open_zone("Europe/Moscow");
	tw_time from, to;

	(void)state;
	assert_int_equal(tw_month_range(&from, &to, "2026-12", moscow, NULL),
			 TW_OK);
	assert_true(from == parsed("2026-12-01T00:00:00+03:00", NULL));
	assert_true(to == parsed("2027-01-01T00:00:00+03:00", NULL));
	/* offset changed within: an hour more than 31 days */
	assert_int_equal(tw_month_range(&from, &to, "2014-10", moscow, NULL),
			 TW_OK);
	assert_true(to - from == (31 * 24 + 1) * 3600 * TW_SECOND);
	/* the last one has all that is later by some clock */
	assert_int_equal(tw_month_range(&from, &to, "9999-12", moscow, NULL),
			 TW_OK);
	assert_true(from == parsed("9999-12-01T00:00:00+03:00", NULL));
	assert_true(to > parsed("9999-12-31T23:59:59-14:00", NULL));
	tw_zone_free(moscow);
}

static void bad_months(void **state)
{
	static const char *bad[] = { "", "2026", "2026-1", "2026-13",
				     "2026-00", "2026-10-01", "2026-10 ",
				     "10000-01", "0000-01", "202610" };
	tw_time from = 77, to = 78;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++)
		assert_int_equal(tw_month_range(&from, &to, bad[i],
						tw__zone_utc(), NULL),
				 TW_EPARSE);
	assert_int_equal(tw_month_range(&from, &to, "2026-10", NULL, NULL),
			 TW_EINVAL);
	assert_true(from == 77 && to == 78);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings),
		cmocka_unit_test(leap_second_is_the_next),
		cmocka_unit_test(malformed),
		cmocka_unit_test(farthest_offsets),
		cmocka_unit_test(no_zone_is_no_guess),
		cmocka_unit_test(written),
		cmocka_unit_test(text_round_trip),
		cmocka_unit_test(months),
		cmocka_unit_test(bad_months),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
