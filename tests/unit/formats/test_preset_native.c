/* Our own layout: which column means what, and why a row is refused. */
#include "preset_fixture.h"

static void test_native(void **state)
{
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "native", NULL, NULL, false,
		"\xef\xbb\xbf" "Callee;call_id;START;duration;status;cost;"
		"currency;direction;leg;linked_id;whatever\r\n"
		"79161234567;a-1;2026-10-05T10:00:00+03:00;61.5;Answered;"
		"1.50;RUB;out;2;a-0;x\r\n"), TW_OK);
	assert_int_equal(next(&r), TW_OK);
	assert_string_equal(r.cdr.call_id, "a-1");
	assert_string_equal(r.cdr.callee, "79161234567");
	assert_int_equal(r.cdr.start, at("2026-10-05T07:00:00Z"));
	assert_int_equal(r.cdr.duration_us, 61500000);
	assert_int_equal(r.cdr.status, TW_CALL_ANSWERED);
	assert_int_equal(r.cdr.direction, TW_DIRECTION_OUTBOUND);
	assert_int_equal(r.cdr.leg, 2);
	assert_string_equal(r.cdr.linked_id, "a-0");
	assert_string_equal(r.cdr.cost, "1.50");
	assert_string_equal(r.cdr.trunk, "");
	assert_int_equal(next(&r), TW_ITER_END);
	done(&r);
}

/* Cells are cut out of the row, or put together when it has doubled quotes:
 * either way each ends where it ends. */
static void test_native_cells(void **state)
{
	static const char *const ids[] = { "a", "b b", "c\"c", "d", "e" };
	static const char *const callees[] = { "1", "", "3", "4", "" };
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "native", NULL, NULL, false,
		"call_id,start,duration,campaign,callee\n"
		"a, 2026-10-05T10:00:00Z\t, 7 ,x,1\n"
		"\" b b \",\"2026-10-05T10:00:00Z\",7,\"\",\r\n"
		"\"c\"\"c\",2026-10-05T10:00:00Z,7,,\" 3\"\n"
		"d,2026-10-05T13:00:00+03:00,000000007,\"x\ny\",4\n"
		"e,2026-10-05T10:00:00Z,0000000007,,"), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(ids); i++) {
		assert_int_equal(next(&r), TW_OK);
		assert_string_equal(r.cdr.call_id, ids[i]);
		assert_string_equal(r.cdr.callee, callees[i]);
		assert_int_equal(r.cdr.start, at("2026-10-05T10:00:00Z"));
		assert_int_equal(r.cdr.duration_us, 7 * TW_SECOND);
		assert_string_equal(r.cdr.campaign, i == 0 ? "x" : i == 3 ?
				    "x\ny" : "");
	}
	assert_int_equal(next(&r), TW_ITER_END);
	done(&r);
}

static void test_native_durations(void **state)
{
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "native", "Europe/Moscow", NULL, false,
		"call_id,start,answer,end,duration,status\n"
		"1,2026-10-05 10:00:00,2026-10-05 10:00:05,"
		"2026-10-05 10:01:05,,answered\n"
		"2,2026-10-05 10:00:00,,,0:01:01,\n"
		"3,2026-10-05 10:00:00,,,,no_answer\n"
		"4,2026-10-05 10:00:00,2026-10-05 10:00:05,,,answered\n"
		"5,2026-10-05 10:00:00,,,-5,\n"
		"6,2026-10-05 10:00:00,,,0:61:00,\n"), TW_OK);
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.duration_us, 60 * TW_SECOND);
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.duration_us, 61 * TW_SECOND);
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.duration_us, 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(next(&r), TW_EPARSE);
		assert_string_equal(r.err.field, "duration");
		assert_int_equal(r.err.line, 5 + i);
	}
	assert_int_equal(next(&r), TW_ITER_END);
	done(&r);
}

/* A line that was busy was not talked on; the others say so at most. */
static void test_native_status_against_times(void **state)
{
	static const char *const words[] = { "busy", "no_answer", "failed",
		"cancelled" };
	struct reader r;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(words); i++) {
		char text[512];

		snprintf(text, sizeof(text), "call_id,start,answer,end,"
			 "duration,status\n"
			 "1,2026-10-05T10:00:00Z,2026-10-05T10:00:05Z,,60,%s\n"
			 "2,2026-10-05T10:00:00Z,2026-10-05T10:00:05Z,"
			 "2026-10-05T10:01:05Z,,%s\n"
			 "3,2026-10-05T10:00:00Z,,2026-10-05T10:00:20Z,0,%s\n",
			 words[i], words[i], words[i]);
		assert_int_equal(open_as(&r, "native", NULL, NULL, false,
					 text), TW_OK);
		for (int line = 2; line <= 3; line++) {
			assert_int_equal(next(&r), TW_EPARSE);
			assert_string_equal(r.err.field, "status");
			assert_int_equal(r.err.line, line);
			assert_non_null(strstr(r.err.message,
					       "answer and duration"));
		}
		assert_int_equal(next(&r), TW_OK);
		done(&r);
	}
}

static void test_native_bad_rows(void **state)
{
	static const struct { const char *row, *field; } rows[] = {
		{ "a,yesterday,60,answered,1,1\n", "start" },
		/* no offset and no zone */
		{ "a,2026-10-05 10:00:00,60,answered,1,1\n", "start" },
		{ "a,,60,answered,1,1\n", "start" },
		{ "a,2026-10-05T10:00:00Z,60,spoken,1,1\n", "status" },
		{ "a,2026-10-05T10:00:00Z,60,answered,"
		  "\"7,84E+10\",1\n", "callee" },
		{ "a,2026-10-05T10:00:00Z,60,answered,1,first\n", "leg" },
		{ "a,2026-10-05T10:00:00Z,60,answered,1,"
		  "99999999999\n", "leg" },
		{ "a,2026-10-05T10:00:00Z,60,answered,1,1,surplus\n", "" },
		/* cut off: each of them would be another call */
		{ "a,2026-10-05T10:00:00Z,60,answered,1\n", "leg" },
		{ "a,2026-10-05T10:00:00Z\n", "duration" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		char text[512];
		struct reader r;

		snprintf(text, sizeof(text), "call_id,start,duration,status,"
			 "callee,leg\n%sb,2026-10-05T10:00:00Z,1,,1,1\n",
			 rows[i].row);
		assert_int_equal(open_as(&r, "native", NULL, NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_EPARSE);
		assert_string_equal(r.err.field, rows[i].field);
		assert_int_equal(r.err.line, 2);
		assert_int_equal(tw__preset_line(r.preset), 2);
		/* reading goes on */
		assert_int_equal(next(&r), TW_OK);
		assert_string_equal(r.cdr.call_id, "b");
		done(&r);
	}
}

/* The reason is that of the row, not of what was tried next. */
static void test_native_reasons(void **state)
{
	static const struct { const char *row, *field, *reason; } rows[] = {
		{ "2026-10-05T10:00:00Z,2026-10-05T10:00:30Z,"
		  "2026-10-05T10:00:10Z,", "end", "before answer" },
		{ "2026-10-05T10:00:00+25:00,,,7", "start", "check the "
		  "offset" },
		{ "2026-10-05T10:00:00,2026-10-05T10:00:00+14:30,,7",
		  "answer", "check the offset" },
		/* never bent to 03:00, answered or not */
		{ "2026-03-29T02:30:00,2026-03-29T02:30:01,"
		  "2026-03-29T02:35:00,299", "start", "clock skips" },
		{ "2026-03-29T02:59:59.999,,,0", "start", "clock skips" },
		{ "2026-03-29T01:59:50,2026-03-29T02:00:00,,5", "answer",
		  "clock skips" },
		{ "2026-03-29T01:59:50,,2026-03-29 02:00:10,0", "end",
		  "clock skips" },
		{ "2026-03-29T04:30:00,2026-03-29T04:30:01,"
		  "2026-03-29T04:35:00,399", "duration", "their unit" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		char text[512];
		struct reader r;

		snprintf(text, sizeof(text), "call_id,start,answer,end,"
			 "duration\na,%s\n", rows[i].row);
		assert_int_equal(open_as(&r, "native", "Europe/Berlin", NULL,
					 false, text), TW_OK);
		assert_int_equal(next(&r), TW_EPARSE);
		assert_int_equal(r.err.line, 2);
		assert_string_equal(r.err.field, rows[i].field);
		if (!strstr(r.err.message, rows[i].reason))
			fail_msg("%s", r.err.message);
		done(&r);
	}
}

/* The last row is refused as any other; whole and without a line end it is
 * one. */
static void test_native_cut_off(void **state)
{
	static const char head[] = "call_id,start,duration,callee,number\n"
		"a,2026-10-05T10:00:00Z,1,1,\n";
	static const char row[] = "b,2026-10-05T10:00:00Z,61,849,78432000001";

	(void)state;
	for (size_t n = 1; n < sizeof(row); n++) {
		const char *last = strrchr(row, ',');
		bool whole = n > (size_t)(last - row);
		char text[256];
		struct reader r;

		snprintf(text, sizeof(text), "%s%.*s", head, (int)n, row);
		assert_int_equal(open_as(&r, "native", NULL, NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(next(&r), whole ? TW_OK : TW_EPARSE);
		if (!whole) {
			assert_int_equal(r.err.line, 3);
			assert_non_null(strstr(r.err.message, "cut off"));
		}
		assert_int_equal(next(&r), TW_ITER_END);
		done(&r);
	}
}

static void test_native_words(void **state)
{
	static const struct { const char *word; uint32_t status; } words[] = {
		{ "", 0 }, { "OK", TW_CALL_ANSWERED },
		{ "Answer", TW_CALL_ANSWERED },
		{ "no answer", TW_CALL_NO_ANSWER },
		{ "missed", TW_CALL_NO_ANSWER }, { "busy", TW_CALL_BUSY },
		{ "congestion", TW_CALL_FAILED },
		{ "failed", TW_CALL_FAILED },
		{ "canceled", TW_CALL_CANCELLED },
		{ "CANCELLED", TW_CALL_CANCELLED },
	};
	static const struct { const char *word; uint32_t direction; } ways[] =
	{
		{ "", 0 }, { "IN", TW_DIRECTION_INBOUND },
		{ "out", TW_DIRECTION_OUTBOUND },
		{ "inbound", TW_DIRECTION_INBOUND },
		{ "forward", TW_DIRECTION_FORWARD },
		{ "internal", TW_DIRECTION_INTERNAL },
	};
	struct reader r;
	char text[200];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(words) +
	     TW_ARRAY_COUNT(ways); i++) {
		bool is_way = i >= TW_ARRAY_COUNT(words);
		size_t at_way = is_way ? i - TW_ARRAY_COUNT(words) : 0;

		snprintf(text, sizeof(text), "callid,start_time,billsec,"
			 "disposition,direction\n"
			 "1,2026-10-05T10:00:00Z,1,%s,%s\n",
			 is_way ? "" : words[i].word, ways[at_way].word);
		assert_int_equal(open_as(&r, "native", NULL, NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.status, is_way ? 0 : words[i].status);
		assert_int_equal(r.cdr.direction, ways[at_way].direction);
		assert_int_equal(r.cdr.leg, 1);
		assert_int_equal(r.cdr.sequence, 0);
		done(&r);
	}
	assert_int_equal(open_as(&r, "native", NULL, NULL, false,
		"call_id,start,duration,direction\n"
		"1,2026-10-05T10:00:00Z,1,sideways\n"), TW_OK);
	assert_int_equal(next(&r), TW_EPARSE);
	assert_string_equal(r.err.field, "direction");
	assert_non_null(strstr(r.err.message, "'sideways'"));
	assert_non_null(strstr(r.err.message, "write inbound"));
	done(&r);
}

/* Each text goes where its column says, and to no neighbour. */
static void test_native_every_column(void **state)
{
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "native", NULL, NULL, false,
		"own_number,account_code,extension,campaign,sequence,source,"
		"linkedid,currency,cost,department,trunk,to,from,carrier,"
		"call_id,start,duration,leg\n"
		"74950001122,acc,101,spring,4294967295,pbx,link,USD,9.99,"
		"Kazan,main,112,02,volga,id,2026-10-05T10:00:00Z,0,3\n"),
		TW_OK);
	assert_int_equal(next(&r), TW_OK);
	assert_string_equal(r.cdr.number, "74950001122");
	assert_string_equal(r.cdr.accountcode, "acc");
	assert_string_equal(r.cdr.extension, "101");
	assert_string_equal(r.cdr.campaign, "spring");
	assert_true(r.cdr.sequence == UINT32_MAX);
	assert_string_equal(r.cdr.source, "pbx");
	assert_string_equal(r.cdr.linked_id, "link");
	assert_string_equal(r.cdr.currency, "USD");
	assert_string_equal(r.cdr.cost, "9.99");
	assert_string_equal(r.cdr.department, "Kazan");
	assert_string_equal(r.cdr.trunk, "main");
	assert_string_equal(r.cdr.callee, "112");
	assert_string_equal(r.cdr.caller, "02");
	assert_string_equal(r.cdr.carrier, "volga");
	assert_string_equal(r.cdr.call_id, "id");
	assert_int_equal(r.cdr.leg, 3);
	assert_string_equal(tw__preset_column(r.preset, "callee"), "to");
	assert_string_equal(tw__preset_column(r.preset, "end"), "end");
	done(&r);
}

/* An answered call must say how long it was: never a silent 0. */
static void test_native_length_of_answered_calls(void **state)
{
	static const struct { const char *rest; int64_t seconds; } rows[] = {
		{ "2026-10-05T10:00:05Z,2026-10-05T10:00:05Z,", 0 },
		{ "2026-10-05T10:00:05Z,2026-10-05T10:00:04Z,", -1 },
		{ "2026-10-05T10:00:05Z,,", -1 },
		{ ",2026-10-05T10:00:05Z,answered", -1 },
		{ ",2026-10-05T10:00:05Z,", 0 },
		{ ",,busy", 0 },
	};
	struct reader r;
	char text[200];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		snprintf(text, sizeof(text), "call_id,start,answer,end,status"
			 "\n1,2026-10-05T10:00:00Z,%s\n", rows[i].rest);
		assert_int_equal(open_as(&r, "native", NULL, NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), rows[i].seconds < 0 ? TW_EPARSE :
				 TW_OK);
		if (rows[i].seconds < 0)
			assert_string_equal(r.err.field, i == 1 ? "end" :
					    "duration");
		else
			assert_int_equal(r.cdr.duration_us, 0);
		done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_native_cells),
		cmocka_unit_test(test_native_durations),
		cmocka_unit_test(test_native_status_against_times),
		cmocka_unit_test(test_native_bad_rows),
		cmocka_unit_test(test_native_reasons),
		cmocka_unit_test(test_native_cut_off),
		cmocka_unit_test(test_native_words),
		cmocka_unit_test(test_native_every_column),
		cmocka_unit_test(test_native_length_of_answered_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
