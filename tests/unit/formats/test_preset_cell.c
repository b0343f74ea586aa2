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

/* What a zone's clock shows half an hour by half an hour, days before and
 * after it is set: a day that is kept must not lie across that. */
static void check_around(const tw_zone *zone, const char *name,
			 tw_time change)
{
	const char *starts[300];
	char texts[300][24];
	size_t count = 0;

	for (tw_time t = change - 74 * 3600 * TW_SECOND; count < 296;
	     t += 1800 * TW_SECOND) {
		tw_civil c;

		tw_zone_local(&c, zone, t);
		snprintf(texts[count], sizeof(texts[0]),
			 "%04d-%02d-%02d %02d:%02d:%02d", c.year % 10000u,
			 c.month, c.day, c.hour, c.minute, c.second);
		starts[count] = texts[count];
		count++;
	}
	for (size_t i = 0; i < count; i += 74)
		check_starts(&starts[i], 74, name);
}

static void local_days_around_a_change(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "Asia/Kathmandu",
		"America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia",
		"Africa/Casablanca", "Europe/Moscow" };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(names); i++) {
		tw_time t = at("1980-01-01T00:00:00Z");
		tw_zone *zone;

		assert_int_equal(tw_zone_open(&zone, names[i], NULL), TW_OK);
		while ((t = tw_zone_next_change(zone, t)) <
		       at("2028-01-01T00:00:00Z"))
			check_around(zone, names[i], t);
		tw_zone_free(zone);
	}
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

/* Eight digits at once, and no other byte among them. */
static void digits_of_a_duration(void **state)
{
	static const char others[] = "!-/;<@AINOPY_`aiopy\x7f";
	struct reader r;

	(void)state;
	for (int n = 1; n <= 10; n++) {
		char text[2048] = "call_id,start,duration\n";
		int64_t want;

		for (size_t i = 0; i <= sizeof(others) - 1; i++) {
			char cell[16];
			size_t at = strlen(text);

			snprintf(cell, sizeof(cell), "%.*s", n, "1029384756");
			want = strtoll(cell, NULL, 10);
			if (i)
				cell[i % (size_t)n] = others[i - 1];
			snprintf(text + at, sizeof(text) - at,
				 "c,2026-10-05T10:00:00Z,%s\n", cell);
		}
		assert_int_equal(open_as(&r, "native", NULL, NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.duration_us, want * TW_SECOND);
		for (size_t i = 1; i <= sizeof(others) - 1; i++) {
			tw_status status = next(&r);

			/* but this may stand before them */
			if (status == TW_OK && r.cdr.duration_us == 0)
				continue;
			assert_int_equal(status, TW_EPARSE);
			assert_string_equal(r.err.field, "duration");
		}
		assert_int_equal(next(&r), TW_ITER_END);
		done(&r);
	}
}

static void put_row(char *out, size_t size, unsigned int i, int shape)
{
	static const char *const fields[][8] = {
		{ "c1", "2026-10-05T10:00:00Z", "2026-10-05T10:00:05Z",
		  "2026-10-05T10:05:05Z", "78432001234", "79161234567", "300",
		  "answered" },
		{ "c2", "2026-10-05T10:00:01Z", "", "", "101", "112", "0",
		  "no_answer" },
		{ "c3", "2026-10-05T10:00:02+03:00", "",
		  "2026-10-05T10:00:09+03:00", "", "+79161234567", "",
		  "busy" },
		{ "", "2026-10-05T10:00:03Z", "2026-10-05T10:00:04Z", "",
		  "a b", "\xd0\x98", "12345678", "" },
	};
	static const char *const around[][2] = {
		{ "", "" }, { "\"", "\"" }, { " ", "\t" }, { "\" ", " \"" }
	};
	size_t at = 0;

	for (int k = 0; k < 8; k++)
		at += (size_t)snprintf(out + at, size - at, "%s%s%s,",
				       around[shape % 4][0], fields[i % 4][k],
				       around[shape % 4][1]);
	snprintf(out + at, size - at, "%s\n", shape < 4 ? "" : "\"a\"\"b\"");
}

static void check_same(const tw_cdr *a, const tw_cdr *b)
{
	assert_string_equal(a->call_id, b->call_id);
	assert_int_equal(a->start, b->start);
	assert_int_equal(a->answer, b->answer);
	assert_int_equal(a->end, b->end);
	assert_int_equal(a->duration_us, b->duration_us);
	assert_int_equal(a->status, b->status);
	assert_string_equal(a->caller, b->caller);
	assert_string_equal(a->callee, b->callee);
	assert_string_equal(a->cost, "");
}

/* Quoted, between blanks, put together from pieces, or the last of the file
 * with nothing behind it: what a row says does not hang on its shape. */
static void shapes_say_the_same(void **state)
{
	static const char head[] = "call_id,start,answer,end,caller,callee,"
		"duration,status,more\n";

	(void)state;
	for (int shape = 0; shape < 8 * 3; shape++) {
		for (unsigned int i = 0; i < 4; i++) {
			struct reader plain, other;
			char rows[1024], one[512], *text;
			/* more behind it, or none, or not even a line end */
			bool twice = shape / 8 == 0, cut = shape / 8 == 2;

			strcpy(rows, head);
			put_row(one, sizeof(one), i, 0);
			strcat(rows, one);
			strcat(rows, one);
			assert_int_equal(open_as(&plain, "native", NULL, NULL,
						 false, rows), TW_OK);
			put_row(one, sizeof(one), i, shape % 8);
			one[strlen(one) - cut] = '\0';
			text = malloc(sizeof(head) + strlen(one) *
				      (1 + twice));
			strcpy(text, head);
			strcat(text, one);
			if (twice)
				strcat(text, one);
			assert_int_equal(open_as(&other, "native", NULL, NULL,
						 false, text), TW_OK);
			assert_int_equal(next(&plain), TW_OK);
			assert_int_equal(next(&other), TW_OK);
			check_same(&plain.cdr, &other.cdr);
			done(&plain);
			done(&other);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_date_of_the_row_before),
		cmocka_unit_test(local_times_ask_the_zone),
		cmocka_unit_test(local_days_around_a_change),
		cmocka_unit_test(numbers_of_a_spreadsheet),
		cmocka_unit_test(durations),
		cmocka_unit_test(digits_of_a_duration),
		cmocka_unit_test(shapes_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
