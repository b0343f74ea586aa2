/* Offsets of real zones at known instants, gaps and repeated hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/calendar.h"
#include "base/zone.h"

static tw_zone *open_zone(const char *name)
{
	tw_error err = TW_ERROR_INIT;
	tw_zone *zone = NULL;

	if (tw_zone_open(&zone, name, &err))
		fail_msg("%s", err.message);
	return zone;
}

static tw_time at(const char *text)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t = 0;

	if (tw_time_parse(&t, text, NULL, &err))
		fail_msg("%s", err.message);
	return t;
}

struct known {
	const char *zone;
	const char *utc;
	const char *local;
};

/* The past is settled; of the future only what a rule of 2007 or older
 * says. Both sides of a change where there is one. */
static const struct known knowns[] = {
	{ "Europe/Moscow", "2010-10-30T22:59:59Z",
	  "2010-10-31T02:59:59+04:00" },
	{ "Europe/Moscow", "2010-10-30T23:00:00Z",
	  "2010-10-31T02:00:00+03:00" },
	{ "Europe/Moscow", "2011-03-26T22:59:59Z",
	  "2011-03-27T01:59:59+03:00" },
	{ "Europe/Moscow", "2011-03-26T23:00:00Z",
	  "2011-03-27T03:00:00+04:00" },
	{ "Europe/Moscow", "2012-01-01T00:00:00Z",
	  "2012-01-01T04:00:00+04:00" },
	{ "Europe/Moscow", "2014-10-25T21:59:59Z",
	  "2014-10-26T01:59:59+04:00" },
	{ "Europe/Moscow", "2014-10-25T22:00:00Z",
	  "2014-10-26T01:00:00+03:00" },
	{ "Asia/Yekaterinburg", "2014-10-25T19:59:59Z",
	  "2014-10-26T01:59:59+06:00" },
	{ "Asia/Yekaterinburg", "2014-10-25T20:00:00Z",
	  "2014-10-26T01:00:00+05:00" },
	{ "Europe/Berlin", "2026-03-29T00:59:59Z",
	  "2026-03-29T01:59:59+01:00" },
	{ "Europe/Berlin", "2026-03-29T01:00:00Z",
	  "2026-03-29T03:00:00+02:00" },
	{ "America/Sao_Paulo", "2018-11-04T02:59:59Z",
	  "2018-11-03T23:59:59-03:00" },
	{ "America/Sao_Paulo", "2018-11-04T03:00:00Z",
	  "2018-11-04T01:00:00-02:00" },
	{ "America/Sao_Paulo", "2020-01-01T00:00:00Z",
	  "2019-12-31T21:00:00-03:00" },
	{ "Africa/Casablanca", "2022-03-27T01:59:59Z",
	  "2022-03-27T02:59:59+01:00" },
	{ "Africa/Casablanca", "2022-03-27T02:00:00Z",
	  "2022-03-27T02:00:00+00:00" },
	{ "Africa/Casablanca", "2022-05-08T02:00:00Z",
	  "2022-05-08T03:00:00+01:00" },
	{ "Asia/Kathmandu", "1985-12-31T18:29:59Z",
	  "1985-12-31T23:59:59+05:30" },
	{ "Asia/Kathmandu", "1985-12-31T18:30:00Z",
	  "1986-01-01T00:15:00+05:45" },
	{ "Asia/Kathmandu", "2026-10-05T00:00:00Z",
	  "2026-10-05T05:45:00+05:45" },
	{ "UTC", "2026-10-05T00:00:00Z", "2026-10-05T00:00:00+00:00" },
};

static void known_instants(void **state)
{
	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(knowns); i++) {
		tw_zone *zone = open_zone(knowns[i].zone);
		char buf[40];

		assert_int_equal(tw_time_format(buf, sizeof(buf),
				at(knowns[i].utc), zone, NULL), TW_OK);
		assert_string_equal(buf, knowns[i].local);
		tw_zone_free(zone);
	}
}

static void weekday_and_microseconds(void **state)
{
	tw_zone *zone = open_zone("Europe/Moscow");
	tw_civil c;

	(void)state;
	tw_zone_local(&c, zone, at("2026-10-04T22:00:00.5Z"));
	assert_int_equal(c.weekday, 0);       /* Monday 5 October */
	assert_int_equal(c.microsecond, 500000);
	assert_int_equal(c.offset_s, 10800);
	tw_zone_local(&c, NULL, -1);
	assert_int_equal(c.year, 1969);
	assert_int_equal(c.weekday, 2);
	assert_int_equal(c.microsecond, 999999);
	tw_zone_free(zone);
}

static void ends_are_clamped(void **state)
{
	tw_civil c;

	(void)state;
	tw_zone_local(&c, NULL, TW_TIME_MAX);
	assert_int_equal(c.year, 9999);
	assert_int_equal(c.second, 59);
	tw_zone_local(&c, NULL, TW_TIME_MIN);
	assert_int_equal(c.year, 1);
	assert_int_equal(c.hour, 0);
	assert_int_equal(c.microsecond, 0);
}

/* Zones made by hand: their rules must not depend on the tzdata of the day.
 * Berlin's rule, a southern one, negative summer time as in Dublin, summer
 * time all year (RFC 8536 section 3.3.1), days counted the two other ways. */
static const tw_zone berlin = {
	.name = "Test/Berlin", .has_footer = 1, .std_offset_s = 3600,
	.has_dst = 1, .dst_offset_s = 7200,
	.dst_start = { 'M', 3, 5, 0, 7200 },
	.dst_end = { 'M', 10, 5, 0, 10800 },
};
static const tw_zone south = {
	.name = "Test/South", .has_footer = 1, .std_offset_s = -10800,
	.has_dst = 1, .dst_offset_s = -7200,
	.dst_start = { 'M', 11, 1, 0, 0 }, .dst_end = { 'M', 2, 3, 0, 0 },
};
static const tw_zone dublin = {
	.name = "Test/Dublin", .has_footer = 1, .std_offset_s = 3600,
	.has_dst = 1, .dst_offset_s = 0,
	.dst_start = { 'M', 10, 5, 0, 7200 },
	.dst_end = { 'M', 3, 5, 0, 3600 },
};
static const tw_zone always = {
	.name = "Test/Always", .has_footer = 1, .std_offset_s = -18000,
	.has_dst = 1, .dst_offset_s = -14400,
	.dst_start = { '0', 0, 0, 0, 0 }, .dst_end = { 'J', 0, 0, 365, 90000 },
};
static const tw_zone counted = {
	.name = "Test/Counted", .has_footer = 1, .std_offset_s = 0,
	.has_dst = 1, .dst_offset_s = 3600,
	.dst_start = { 'J', 0, 0, 60, 0 }, .dst_end = { '0', 0, 0, 60, 0 },
};

static int32_t offset_of(const tw_zone *zone, const char *utc)
{
	tw_civil c;

	tw_zone_local(&c, zone, at(utc));
	return c.offset_s;
}

static void footers(void **state)
{
	(void)state;
	assert_int_equal(offset_of(&berlin, "2037-03-29T00:59:59Z"), 3600);
	assert_int_equal(offset_of(&berlin, "2037-03-29T01:00:00Z"), 7200);
	assert_int_equal(offset_of(&berlin, "2037-10-25T00:59:59Z"), 7200);
	assert_int_equal(offset_of(&berlin, "2037-10-25T01:00:00Z"), 3600);
	assert_int_equal(offset_of(&south, "2038-01-01T00:00:00Z"), -7200);
	assert_int_equal(offset_of(&south, "2038-02-21T01:59:59Z"), -7200);
	assert_int_equal(offset_of(&south, "2038-02-21T02:00:00Z"), -10800);
	assert_int_equal(offset_of(&south, "2038-11-07T02:59:59Z"), -10800);
	assert_int_equal(offset_of(&south, "2038-11-07T03:00:00Z"), -7200);
	assert_int_equal(offset_of(&dublin, "2039-01-01T00:00:00Z"), 0);
	assert_int_equal(offset_of(&dublin, "2039-03-27T01:00:00Z"), 3600);
	assert_int_equal(offset_of(&dublin, "2039-10-30T00:59:59Z"), 3600);
	assert_int_equal(offset_of(&dublin, "2039-10-30T01:00:00Z"), 0);
}

static void unusual_footers(void **state)
{
	(void)state;
	for (int32_t y = 2020; y < 2030; y++) {
		tw_time t = tw__days_from_civil(y, 1, 1) * 86400 * TW_SECOND;
		tw_civil c;

		for (int32_t h = -8; h < 8; h++) {
			tw_zone_local(&c, &always, t + h * 3600 * TW_SECOND);
			assert_int_equal(c.offset_s, -14400);
		}
	}
	assert_true(tw_zone_next_change(&always, 0) == TW_TIME_MAX);
	/* J60 is always 1 March; 60 is 1 March in a leap year only, so that
	 * there the end comes an hour before the start, else a day after */
	assert_int_equal(offset_of(&counted, "2028-02-29T23:59:59Z"), 0);
	assert_int_equal(offset_of(&counted, "2028-03-01T00:00:00Z"), 3600);
	assert_int_equal(offset_of(&counted, "2027-03-01T00:00:00Z"), 3600);
	assert_int_equal(offset_of(&counted, "2027-03-01T23:00:00Z"), 0);
}

static tw_time instant(const tw_zone *zone, const tw_civil *civil)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t = 0;

	assert_int_equal(tw_zone_instant(&t, zone, civil, &err), TW_OK);
	return t;
}

static void gap_gives_its_end(void **state)
{
	tw_civil c = { 2026, 3, 29, 2, 30, 15, 123, 0, 0 };

	(void)state;
	assert_true(instant(&berlin, &c) == at("2026-03-29T01:00:00Z"));
	c.hour = 3;
	c.minute = 0;
	c.second = 0;
	c.microsecond = 0;
	assert_true(instant(&berlin, &c) == at("2026-03-29T01:00:00Z"));
	c.hour = 1;
	c.minute = 59;
	assert_true(instant(&berlin, &c) == at("2026-03-29T00:59:00Z"));
}

static void repeated_hour_gives_the_first(void **state)
{
	tw_civil c = { 2026, 10, 25, 2, 30, 0, 5, 0, 0 };

	(void)state;
	assert_true(instant(&berlin, &c) == at("2026-10-25T00:30:00Z") + 5);
	c.hour = 3;
	assert_true(instant(&berlin, &c) == at("2026-10-25T02:30:00Z") + 5);
}

/* Set forward at 1000 and back at 2000: 00:35 lies in the gap, and is shown
 * nevertheless a little later. */
static void a_gap_that_is_shown_later(void **state)
{
	int64_t at_s[] = { 1000, 2000 };
	int32_t offset_s[] = { 7200, 0 };
	const tw_zone zone = { .name = "Test/Back", .count = 2,
			       .at_s = at_s, .offset_s = offset_s };
	tw_civil c = { 1970, 1, 1, 0, 35, 0, 0, 0, 0 };

	(void)state;
	assert_true(instant(&zone, &c) == 2100 * TW_SECOND);
	c.minute = 20;
	assert_true(instant(&zone, &c) == 1000 * TW_SECOND);
	c.minute = 15;
	assert_true(instant(&zone, &c) == 900 * TW_SECOND);
}

/* A zone that dropped a whole day: Samoa had no 30 December 2011. */
static void a_day_that_never_was(void **state)
{
	tw_zone *apia = open_zone("Pacific/Apia");
	tw_civil c = { 2011, 12, 30, 12, 0, 0, 0, 0, 0 };

	(void)state;
	assert_true(instant(apia, &c) == at("2011-12-31T00:00:00+14:00"));
	tw_zone_free(apia);
}

static void no_such_reading(void **state)
{
	tw_civil c = { 2026, 2, 29, 0, 0, 0, 0, 0, 0 };
	tw_error err = TW_ERROR_INIT;
	tw_time t = 77;

	(void)state;
	assert_int_equal(tw_zone_instant(&t, &berlin, &c, &err), TW_EINVAL);
	c.day = INT32_MAX;
	assert_int_equal(tw_zone_instant(&t, &berlin, &c, &err), TW_EINVAL);
	assert_true(t == 77);
}

static void next_changes(void **state)
{
	tw_zone *moscow = open_zone("Europe/Moscow");

	(void)state;
	assert_true(tw_zone_next_change(moscow, at("2011-06-01T00:00:00Z")) ==
		    at("2014-10-25T22:00:00Z"));
	assert_true(tw_zone_next_change(&berlin, at("2026-07-01T00:00:00Z"))
		    == at("2026-10-25T01:00:00Z"));
	assert_true(tw_zone_next_change(&berlin, at("2026-10-25T01:00:00Z"))
		    == at("2027-03-28T01:00:00Z"));
	/* a microsecond before a change still sees it */
	assert_true(tw_zone_next_change(&berlin,
		    at("2026-10-25T01:00:00Z") - 1) ==
		    at("2026-10-25T01:00:00Z"));
	assert_true(tw_zone_next_change(&berlin, at("2499-12-01T00:00:00Z"))
		    == TW_TIME_MAX);
	assert_true(tw_zone_next_change(tw__zone_utc(), 0) == TW_TIME_MAX);
	assert_true(tw_zone_next_change(moscow, TW_TIME_MIN) < 0);
	assert_true(tw_zone_next_change(moscow, TW_TIME_MAX) == TW_TIME_MAX);
	tw_zone_free(moscow);
}

static void references(void **state)
{
	tw_zone *zone = open_zone("Europe/Moscow");
	tw_zone *again = tw_zone_ref(zone);

	(void)state;
	assert_ptr_equal(zone, again);
	tw_zone_free(zone);
	assert_string_equal(tw_zone_name(again), "Europe/Moscow");
	tw_zone_free(again);
	tw_zone_free(NULL);
	zone = tw_zone_ref(tw__zone_utc());
	tw_zone_free(zone);
	tw_zone_free(zone);
	assert_string_equal(tw_zone_name(zone), "UTC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_instants),
		cmocka_unit_test(weekday_and_microseconds),
		cmocka_unit_test(ends_are_clamped),
		cmocka_unit_test(footers),
		cmocka_unit_test(unusual_footers),
		cmocka_unit_test(gap_gives_its_end),
		cmocka_unit_test(repeated_hour_gives_the_first),
		cmocka_unit_test(a_gap_that_is_shown_later),
		cmocka_unit_test(a_day_that_never_was),
		cmocka_unit_test(no_such_reading),
		cmocka_unit_test(next_changes),
		cmocka_unit_test(references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
