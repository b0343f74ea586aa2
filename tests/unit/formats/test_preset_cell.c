/* Cells as times, durations and numbers: what is known from the row before
 * must never change what a row says. */
#include "preset_fixture.h"

/* A file of nothing but starts, each beside what tw_time_parse() says. */
static void check_starts(const char *const *starts, size_t count,
			 const char *zone)
{
	char text[4096] = "call_id,start,duration\n";
	struct reader r;

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "c%zu,%s,1\n", i,
			 starts[i]);
	}
	assert_int_equal(open_as(&r, "native", zone, NULL, false, text),
			 TW_OK);
	for (size_t i = 0; i < count; i++) {
		tw_error want = TW_ERROR_INIT;
		tw_time t = 0;
		tw_status status = tw_time_parse(&t, starts[i], r.zone,
						 &want);

		assert_int_equal(next(&r), status ? TW_EPARSE : TW_OK);
		if (status)
			assert_string_equal(r.err.message, want.message);
		else
			assert_int_equal(r.cdr.start, t);
	}
	assert_int_equal(next(&r), TW_ITER_END);
	done(&r);
}

static void the_date_of_the_row_before(void **state)
{
	static const char *const starts[] = {
		"2026-10-05T00:00:00Z", "2026-10-05T23:59:59Z",
		"2026-10-05T23:59:60Z", "2026-10-05T24:00:00Z",
		"2026-10-05T12:60:00Z", "2026-10-05T12:00:61Z",
		"2026-10-05T1:00:00Z", "2026-10-05T12:00:0\\Z",
		"2026-10-05T12-00-00Z", "2026-10-05T12:00:00z",
		"2026-10-05T12:00:00ZZ", "2026-10-05T12:00:00+03",
		"2026-10-05T12:00:00+03:00", "2026-10-05T13:00:00+03:00",
		"2026-10-05T13:00:00+03:30", "2026-10-05T13:00:00-03:30",
		"2026-10-05T13:00:00+0330", "2026-10-05T13:00:01+0330",
		"2026-10-05T13:00:00+99:99", "2026-10-05T13:00:00+99:99",
		"2026-10-05T13:00:00+02:30:17", "2026-10-05T13:00:01+02:30:17",
		"2026-10-05T13:00:00.25Z", "2026-10-05T13:00:00.5Z",
		"2026-10-05 13:00:00Z", "2026-10-05T13:00:00Z",
		"2026-10-06T13:00:00Z", "2026-02-29T13:00:00Z",
		"2026-02-29T14:00:00Z", "2028-02-29T14:00:00Z",
		"2028-02-29T15:00:00Z", "1969-12-31T23:00:00Z",
		"1969-12-31T23:30:00Z", "2016-12-31T23:59:60Z",
		"2016-12-31T23:59:59Z", "2017-01-01T02:59:60+03:00",
		"2017-01-01T02:59:59+03:00", "2026-10-05", "2026-10-05T09:30Z",
		"2026-10-05T09:30+03:00", "2026-10-05T09:30:00/3",
	};

	(void)state;
	check_starts(starts, TW_ARRAY_COUNT(starts), NULL);
}

/* Without an offset the hour of a day says how far from midnight it is. */
static void local_times_ask_the_zone(void **state)
{
	static const char *const starts[] = {
		"2026-03-29T01:59:59", "2026-03-29T03:00:00",
		"2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+01:00",
		"2026-10-25T01:00:00", "2026-10-25T04:00:00",
		"2026-10-25T01:00:00Z", "2026-10-25T04:00:00",
	};

	(void)state;
	check_starts(starts, TW_ARRAY_COUNT(starts), "Europe/Berlin");
}

static void numbers_of_a_spreadsheet(void **state)
{
	static const struct { const char *callee; bool lost; } rows[] = {
		{ "79161234567", false }, { "7.9E+10", true },
		{ "7e+9", true }, { "7.9161E+10", true },
		{ "\"7,9161E+10\"", true }, { "791612E+1", true },
		{ "7916123456789012E+1", true }, { "E+10", false },
		{ "+79161234567", false }, { "7916E+1x", false },
		{ "7916+E1", false }, { "7.9E-10", false },
		{ "12345678", false }, { "1234567890123456", false },
		{ "Ivan+Petr", false }, { "\"\"", false },
		{ "7/:12345", false },
	};
	char text[4096] = "call_id,start,duration,callee\n";
	struct reader r;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n,
			 "c%zu,2026-10-05T10:00:00Z,1,%s\n", i,
			 rows[i].callee);
	}
	assert_int_equal(open_as(&r, "native", NULL, NULL, false, text),
			 TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		tw_status status = next(&r);

		assert_int_equal(status, rows[i].lost ? TW_EPARSE : TW_OK);
		if (status)
			assert_string_equal(r.err.field, "callee");
		else if (*rows[i].callee != '"')
			assert_string_equal(r.cdr.callee, rows[i].callee);
	}
	done(&r);
}

static void durations(void **state)
{
	static const struct { const char *cell; int64_t us; } rows[] = {
		{ "0", 0 }, { "61", 61 * TW_SECOND },
		{ "999999999", -1 /* longer than from start to end */ },
		{ "0:01:01", 61 * TW_SECOND }, { "61.5", 61500000 },
		{ "-1", -1 }, { "1:60:00", -1 }, { "1:2", -1 },
		{ "0000000061", 61 * TW_SECOND }, { "6 1", -1 },
	};
	char text[2048] = "call_id,start,end,duration\n";
	struct reader r;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n,
			 "c%zu,2026-10-05T10:00:00Z,2026-10-05T11:00:00Z,"
			 "%s\n", i, rows[i].cell);
	}
	assert_int_equal(open_as(&r, "native", NULL, NULL, false, text),
			 TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		tw_status status = next(&r);

		assert_int_equal(status, rows[i].us < 0 ? TW_EPARSE : TW_OK);
		if (status)
			assert_string_equal(r.err.field, "duration");
		else
			assert_int_equal(r.cdr.duration_us, rows[i].us);
	}
	done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_date_of_the_row_before),
		cmocka_unit_test(local_times_ask_the_zone),
		cmocka_unit_test(numbers_of_a_spreadsheet),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
