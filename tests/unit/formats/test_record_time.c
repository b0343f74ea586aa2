/* Times and lengths by unit and pattern. */
#include "record_fixture.h"

static tw_zone *moscow, *berlin;

static tw_status read(tw_time *out, const char *unit, const char *text,
		      const tw_zone *zone, tw_error *err)
{
	char lines[128];
	tw_cdr_map *map;
	tw_status status;

	snprintf(lines, sizeof(lines), "start=x as %s\n", unit);
	map = map_of(lines);
	status = tw__record_time(out, map, map->columns, text, zone, 0, err);
	tw_cdr_map_free(map);
	return status;
}

static void test_times(void **state)
{
	static const struct { const char *unit, *text, *wanted; } all[] = {
		{ "epoch", "1791183600", "2026-10-05T07:00:00Z" },
		{ "epoch", "1791183600.25", "2026-10-05T07:00:00.25Z" },
		{ "epoch_ms", "1791183600250", "2026-10-05T07:00:00.25Z" },
		{ "epoch_us", "1791183600250001",
		  "2026-10-05T07:00:00.250001Z" },
		/* beyond 2038 and 32 bits */
		{ "epoch", "4102444800", "2100-01-01T00:00:00Z" },
		{ "%d.%m.%Y %H:%M:%S", "05.10.2026 10:00:01",
		  "2026-10-05T07:00:01Z" },
		{ "%d.%m.%Y %T", "5.10.2026 9:00:01", "2026-10-05T06:00:01Z" },
		{ "%Y%m%dT%H%M%SZ", "20261005T100000Z",
		  "2026-10-05T07:00:00Z" },
		{ "%Y%m%dT%H%M%S%z", "20261005T100000Z",
		  "2026-10-05T10:00:00Z" },
		{ "%F %T%z", "2026-10-05 10:00:00+0500",
		  "2026-10-05T05:00:00Z" },
		{ "%F %T %z", "2026-10-05   10:00:00 UTC",
		  "2026-10-05T10:00:00Z" },
		{ "%m/%d/%y %I:%M %p", "10/5/26 12:30 AM",
		  "2026-10-04T21:30:00Z" },
		{ "%m/%d/%y %I:%M:%S %p", "10/5/26 12:30:05 pm",
		  "2026-10-05T09:30:05Z" },
		{ "%d %b %Y %R", "5 October 2026 10:00",
		  "2026-10-05T07:00:00Z" },
		{ "%F %T.%f", "2026-10-05 10:00:00.5",
		  "2026-10-05T07:00:00.5Z" },
		{ "%F", "2026-10-05", "2026-10-04T21:00:00Z" },
		/* leap seconds are the next one, at midnight UTC only */
		{ "%F %T", "2017-01-01 02:59:60", "2017-01-01T00:00:00Z" },
		{ "iso", "2026-10-05 10:00:00", "2026-10-05T07:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_error err = TW_ERROR_INIT;
		tw_time t = -1;

		if (read(&t, all[i].unit, all[i].text, moscow, &err))
			fail_msg("%s: %s", all[i].text, err.message);
		same_time(t, all[i].wanted, all[i].text, all[i].unit);
	}
}

static void test_bad_times(void **state)
{
	static const struct { const char *unit, *text, *words; } all[] = {
		{ "epoch", "253402300801", "9999" },
		{ "epoch", "99999999999999999999999", "9999" },
		{ "epoch", "1.", "count" }, { "epoch", "1e9", "count" },
		{ "epoch", "-5", "count" }, { "epoch", "0x10", "count" },
		{ "epoch_ms", "now", "milliseconds" },
		{ "%F %T", "2026-10-05", "pattern" },
		{ "%F %T", "2026-10-05 10:00:00 x", "pattern" },
		{ "%F %T", "2026-02-30 10:00:00", "no such date" },
		{ "%F %T", "2026-10-05 24:00:00", "no such date" },
		{ "%F %T", "2026-10-05 10:00:61", "no such date" },
		{ "%F %T", "2026-10-05 10:00:60", "midnight UTC" },
		{ "%F %I:%M %p", "2026-10-05 13:00 PM", "pattern" },
		{ "%F %T %z", "2026-10-05 10:00:00 MSK", "pattern" },
		{ "%d %b %Y", "5 Foo 2026", "pattern" },
		{ "%d.%m.%Y", "10/05/2026", "pattern" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_error err = TW_ERROR_INIT;
		tw_time t;

		assert_int_equal(read(&t, all[i].unit, all[i].text, moscow,
				      &err), TW_EPARSE);
		if (!strstr(err.message, all[i].words))
			fail_msg("%s: %s", all[i].text, err.message);
	}
}

/* Clocks set back: the later one of two readings when it must be; clocks set
 * forward: a time that was never shown is refused. */
static void test_changes(void **state)
{
	tw_cdr_map *map = map_of("time=%F %T\nstart=x\n");
	tw_time t;

	(void)state;
	assert_int_equal(tw__record_time(&t, map, map->columns,
		"2026-10-25 02:10:00", berlin, 0, NULL), TW_OK);
	same_time(t, "2026-10-25T00:10:00Z", "first", "t");
	assert_int_equal(tw__record_time(&t, map, map->columns,
		"2026-10-25 02:10:00", berlin, at("2026-10-25T00:50:00Z"),
		NULL), TW_OK);
	same_time(t, "2026-10-25T01:10:00Z", "second", "t");
	assert_int_equal(tw__record_time(&t, map, map->columns,
		"2026-03-29 02:30:00", berlin, 0, NULL), TW_EPARSE);
	assert_int_equal(tw__record_time(&t, map, map->columns,
		"2026-03-29 03:00:00", berlin, 0, NULL), TW_OK);
	same_time(t, "2026-03-29T01:00:00Z", "behind the gap", "t");
	assert_int_equal(tw__record_time(&t, map, map->columns, "", berlin,
					 5, NULL), TW_OK);
	assert_int_equal(t, 0);
	assert_int_equal(tw__record_time(&t, map, map->columns,
		"2026-03-29 02:30:00", NULL, 0, NULL), TW_EPARSE);
	tw_cdr_map_free(map);
}

static void test_lengths(void **state)
{
	static const struct { const char *unit, *text; int64_t us; } all[] = {
		{ "s", "61", 61000000 }, { "s", "61,5", 61500000 },
		{ "s", "61.5", 61500000 }, { "s", "0", 0 },
		{ "ms", "61500", 61500000 }, { "us", "7", 7 },
		{ "s", "1:02:03", 3723000000 }, { "s", "62:03", 3723000000 },
		{ "ms", "00:00:01.250", 1250000 }, { "s", "0:05", 5000000 },
		{ "s", "-1", -1 }, { "s", "1:60", -1 }, { "s", "1:2:3:4", -1 },
		{ "s", ":5", -1 }, { "s", "5:", -1 }, { "s", "1m", -1 },
		{ "s", "99999999999999999999", -1 }, { "s", "1.2.3", -1 },
		{ "s", "123456:00:00", -1 }, { "s", "nan", -1 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_cdr_map *map;
		int64_t us = -2;
		char lines[64];
		tw_status status;

		snprintf(lines, sizeof(lines), "duration=x as %s\n",
			 all[i].unit);
		map = map_of(lines);
		status = tw__record_length(&us, map, map->columns,
					   all[i].text, NULL);
		if (all[i].us < 0)
			assert_int_equal(status, TW_EPARSE);
		else if (status || us != all[i].us)
			fail_msg("%s: %lld", all[i].text, (long long)us);
		tw_cdr_map_free(map);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_bad_times),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_lengths),
	};
	int failed;

	if (tw_zone_open(&moscow, "Europe/Moscow", NULL) ||
	    tw_zone_open(&berlin, "Europe/Berlin", NULL))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	tw_zone_free(moscow);
	tw_zone_free(berlin);
	return failed;
}
