/* cdr_csv's Master.csv: direction, trunk, extension, identity. */
#include "record_fixture.h"

static void test_asterisk_directions(void **state)
{
	struct reader r;
	static const char text[] =
		ROW("PJSIP/101-00000001", "89161234567",
		    "\"PJSIP/main-0000002a\",\"Dial\","
		    "\"PJSIP/89161234567@main,60\"", ",\"1791183600.1\"")
		ROW("PJSIP/main-0000002b", "78432000001",
		    "\"PJSIP/101-00000002\",\"Dial\",\"PJSIP/101\"",
		    ",\"1791183600.2\"")
		ROW("PJSIP/main-0000002c", "78432000001",
		    "\"PJSIP/main-0000002d\",\"Dial\","
		    "\"PJSIP/79031112233@main,60\"", ",\"1791183600.3\"")
		ROW("PJSIP/101-00000003", "102",
		    "\"PJSIP/102-00000004\",\"Dial\",\"PJSIP/102\"",
		    ",\"1791183600.4\"")
		ROW("Local/5@from-queue-00000001;2", "102",
		    "\"PJSIP/102-00000004\",\"Dial\",\"PJSIP/102\"",
		    ",\"1791183600.5\"");

	(void)state;
	for (int known = 0; known < 3; known++) {
		assert_int_equal(open_as(&r, "asterisk", "Europe/Moscow",
			known == 2 ? "SIP/x-*, PJSIP/main-*" : NULL,
			known == 1, text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.direction, TW_DIRECTION_OUTBOUND);
		assert_string_equal(r.cdr.trunk, "main");
		assert_string_equal(r.cdr.callee, "89161234567");
		assert_string_equal(r.cdr.extension, "101");
		assert_string_equal(r.cdr.call_id, "1791183600.1");
		assert_int_equal(r.cdr.start, at("2026-10-05T07:00:00Z"));
		assert_int_equal(r.cdr.duration_us, 60 * TW_SECOND);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.direction, TW_DIRECTION_INBOUND);
		assert_string_equal(r.cdr.trunk, "main");
		assert_string_equal(r.cdr.callee, "78432000001");
		assert_string_equal(r.cdr.extension, "101");
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.direction, TW_DIRECTION_FORWARD);
		assert_string_equal(r.cdr.number, "78432000001");
		assert_string_equal(r.cdr.callee, "79031112233");
		assert_int_equal(r.cdr.leg, 2);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.direction, TW_DIRECTION_INTERNAL);
		assert_null(r.cdr.trunk);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.direction, TW_DIRECTION_INTERNAL);
		assert_int_equal(next(&r), TW_ITER_END);
		done(&r);
	}
}

/* 16 to 21 columns: which optional ones are there. */
static void test_asterisk_widths(void **state)
{
	static const struct {
		const char *rest, *id, *linked;
		uint32_t sequence;
	} rows[] = {
		{ "", NULL, "", 0 },
		{ ",\"1791183600.1\"", "1791183600.1", "", 0 },
		{ ",\"pbx1-1791183600.1\"", "pbx1-1791183600.1", "", 0 },
		{ ",\"a note\"", NULL, "", 0 },
		{ ",\"1791183600.1\",\"a note\"", "1791183600.1", "", 0 },
		{ ",\"\",\"1791183500.7\",\"12\"", NULL, "1791183500.7", 12 },
		{ ",\"1791183600.1\",\"\",\"1791183500.7\",\"12\"",
		  "1791183600.1", "1791183500.7", 12 },
		{ ",\"1791183600.1\",\"note\",\"\",\"1791183500.7\",\"12\"",
		  "1791183600.1", "1791183500.7", 12 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		char text[1024];
		struct reader r;

		snprintf(text, sizeof(text), ROW("PJSIP/101-00000001",
			"89161234567", "\"PJSIP/main-0000002a\",\"Dial\",\"\"",
			"%s"), rows[i].rest);
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		if (rows[i].id)
			assert_string_equal(r.cdr.call_id, rows[i].id);
		else
			assert_int_equal(strncmp(r.cdr.call_id, "row-", 4),
					 0);
		assert_string_equal(r.cdr.linked_id, rows[i].linked);
		if (rows[i].id && rows[i].sequence)
			assert_int_equal(r.cdr.sequence, rows[i].sequence);
		done(&r);
	}
}

/* One channel, two destinations in turn: two records, the same each time. */
static void test_asterisk_rows_of_one_channel(void **state)
{
	static const char text[] =
		ROW("PJSIP/main-00000001", "78432000001",
		    "\"PJSIP/101-00000002\",\"Dial\",\"\"",
		    ",\"1791183600.1\"")
		ROW("PJSIP/main-00000001", "78432000001",
		    "\"PJSIP/102-00000003\",\"Dial\",\"\"",
		    ",\"1791183600.1\"");
	uint32_t sequence[2];
	struct reader r;

	(void)state;
	for (int run = 0; run < 2; run++) {
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		if (run)
			assert_int_equal(r.cdr.sequence, sequence[0]);
		sequence[0] = r.cdr.sequence;
		assert_int_equal(next(&r), TW_OK);
		if (run)
			assert_int_equal(r.cdr.sequence, sequence[1]);
		sequence[1] = r.cdr.sequence;
		assert_int_not_equal(sequence[0], sequence[1]);
		done(&r);
	}
}

/* Their number is made of the start too, where the row has none, and is the
 * whole key but the name of the channel. */
static void test_asterisk_key_with_a_start(void **state)
{
	static const struct { const char *rest; bool moves; } rows[] = {
		{ ",\"1791183600.1\"", true }, { "", false },
		{ ",\"1791183600.1\",\"\",\"\",\"1791183600.1\",7", false },
		{ ",\"1791183600.1\",\"\",\"\",\"1791183600.1\",", true },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		struct tw__preset_found found;
		struct reader r;
		char text[600];

		snprintf(text, sizeof(text), ROW("PJSIP/main-00000001",
			"78432000001", "\"PJSIP/101-00000002\",\"Dial\","
			"\"\"", "%s"), rows[i].rest);
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		tw__preset_found(&found, r.preset);
		if (found.key_moves != rows[i].moves)
			fail_msg("%zu", i);
		done(&r);
	}
}

static void test_asterisk_header(void **state)
{
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
		"calldate,src,dst,channel,dstchannel,duration,billsec,"
		"disposition,uniqueid,did\n"
		"2026-10-05 10:00:00,79161234567,101,PJSIP/main-1,"
		"PJSIP/101-2,70,60,ANSWERED,1791194400.9,78432000001\n"),
		TW_OK);
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.direction, TW_DIRECTION_INBOUND);
	assert_string_equal(r.cdr.number, "78432000001");
	/* nothing says it but duration and billsec */
	assert_int_equal(r.cdr.answer, at("2026-10-05T10:00:10Z"));
	assert_int_equal(r.cdr.duration_us, 60 * TW_SECOND);
	assert_string_equal(tw__preset_column(r.preset, "start"),
			    "calldate");
	done(&r);
	assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
		"calldate,src,dst,billsec\n"), TW_EPARSE);
	done(&r);
	/* a zone is needed: its times have none */
	assert_int_equal(open_as(&r, "asterisk", NULL, NULL, false, "x\n"),
			 TW_EINVAL);
	assert_string_equal(r.err.field, "zone");
	done(&r);
}

static void test_asterisk_bad_rows(void **state)
{
	struct reader r;
	char text[128];

	(void)state;
	assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
		"one,two,three\n"
		"a,1,2,c,d,e,f,g,h,2026-10-05 10:00:00,,"
		"2026-10-05 10:00:10,10,0,LOST,x\n"
		"a,1,2,c,d,e,f,g,h,2026-10-05,,"
		"2026-10-05 10:00:10,10,many,BUSY,x\n"
		"a,1,2,c,d,e,f,g,h,,,,10,0,BUSY,x\n"), TW_OK);
	assert_int_equal(next(&r), TW_EPARSE);
	assert_int_equal(r.err.line, 1);
	assert_int_equal(next(&r), TW_EPARSE);
	assert_string_equal(r.err.field, "15");
	tw__preset_text(text, sizeof(text), r.preset);
	assert_int_equal(strncmp(text, "a,1,2,c,d,e", 11), 0);
	assert_int_equal(next(&r), TW_EPARSE);
	assert_string_equal(r.err.field, "14");
	assert_int_equal(next(&r), TW_EPARSE);
	assert_string_equal(r.err.field, "10");
	assert_int_equal(next(&r), TW_ITER_END);
	done(&r);
}

/* A total that is not needed is read all the same; it may be empty. */
static void test_asterisk_total(void **state)
{
	static const char *const answers[] = { "", "2026-10-05 10:00:05" };
	static const char *const totals[] = { "25x", "-7", "" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		char text[256];
		struct reader r;

		snprintf(text, sizeof(text), "a,1,2,c,d,e,f,g,h,2026-10-05 "
			 "10:00:00,%s,2026-10-05 10:00:10,%s,5,ANSWERED,x\n",
			 answers[i % 2], totals[i / 2]);
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), i < 4 ? TW_EPARSE : TW_OK);
		if (i < 4) {
			assert_int_equal(r.err.line, 1);
			assert_string_equal(r.err.field, "13");
			assert_non_null(strstr(r.err.message, totals[i / 2]));
		}
		done(&r);
	}
}

#define PLAIN(in, out, data, dst) ",79161234567," dst ",c,d," in "," out \
	",Dial," data ",2026-10-05 10:00:00,,2026-10-05 10:00:10,10,10," \
	"ANSWERED,x,1791183600.1\n"

/* A message names the column that the reader of the file will count. */
static void test_asterisk_columns_of_short_rows(void **state)
{
	static const struct { const char *rest, *sequence, *linked; } rows[] =
	{
		{ ",u,p,1791183500.7,first", "21", "20" },
		{ ",p,1791183500.7,first", "20", "19" },
		{ ",1791183500.7,first", "19", "18" },
	};
	struct reader r;
	char text[400];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		snprintf(text, sizeof(text), ",1,2,c,d,PJSIP/1-1,PJSIP/main-1"
			 ",g,h,2026-10-05 10:00:00,,2026-10-05 10:00:10,10,0,"
			 "BUSY,x,%s%s\n", i < 2 ? "1791183600.1" : "",
			 rows[i].rest);
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		if (i == 2)
			/* no uniqueid: the sequence is not asked for */
			assert_int_equal(next(&r), TW_OK);
		else {
			assert_int_equal(next(&r), TW_EPARSE);
			assert_string_equal(r.err.field, rows[i].sequence);
		}
		assert_string_equal(tw__preset_column(r.preset, "sequence"),
				    rows[i].sequence);
		assert_string_equal(tw__preset_column(r.preset, "linked_id"),
				    rows[i].linked);
		assert_string_equal(tw__preset_column(r.preset, "number"),
				    "number");
		done(&r);
	}
}

/* What was sent to the carrier, when the dial plan names a place instead. */
static void test_asterisk_dialled_numbers(void **state)
{
	static const struct { const char *data, *dst, *callee; } rows[] = {
		{ "PJSIP/79161234567@main", "s", "79161234567" },
		{ "PJSIP/main/sip:79161234567@h", "s", "s" },
		{ "SIP/main/+79161234567|30", "s", "+79161234567" },
		{ "PJSIP/79161234567@main&PJSIP/1@b", "s", "79161234567" },
		{ "PJSIP/main", "s", "s" }, { "", "s", "s" },
		{ "PJSIP/@main", "s", "s" },
		/* a number that was dialled stays as it was dialled */
		{ "PJSIP/79161234567@main", "89161234567", "89161234567" },
		{ "PJSIP/79161234567@main", "+1", "+1" },
		{ "PJSIP/18446744073709551616@main", "s", "s" },
	};
	struct reader r;
	char text[300];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		snprintf(text, sizeof(text), PLAIN("PJSIP/1234567-0a",
			"PJSIP/main-0b", "\"%s\"", "%s"), rows[i].dst,
			rows[i].data);
		assert_int_equal(open_as(&r, "asterisk", "UTC",
			"PJSIP/main-*", false, text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.direction, TW_DIRECTION_OUTBOUND);
		assert_string_equal(r.cdr.callee, rows[i].callee);
		/* seven digits are a subscriber, not an extension */
		assert_null(r.cdr.extension);
		done(&r);
	}
}

static void test_asterisk_peers(void **state)
{
	static const struct { const char *channel, *trunk; } rows[] = {
		{ "PJSIP/main-0000002a", "main" },
		{ "SIP/city-line-0000002a", "city-line" },
		{ "DAHDI/i1/79161234567-2", "i1/79161234567" },
		{ "PJSIP/main", "main" }, { "PJSIP/dead-beef", "dead" },
		{ "PJSIP/main-", "main-" }, { "main", "" },
	};
	struct reader r;
	char text[300];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		snprintf(text, sizeof(text), PLAIN("PJSIP/101-1", "%s", "h",
			"8"), rows[i].channel);
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		if (*rows[i].trunk)
			assert_string_equal(r.cdr.trunk, rows[i].trunk);
		else
			assert_int_equal(r.cdr.direction,
					 TW_DIRECTION_INTERNAL);
		assert_string_equal(r.cdr.extension, "101");
		done(&r);
	}
}

/* Texts longer than any carrier's: cut to nothing, never to a wrong one. */
static void test_asterisk_long_channels(void **state)
{
	char channel[300], text[900];
	struct reader r;

	(void)state;
	memset(channel, 'n', sizeof(channel));
	memcpy(channel, "PJSIP/", 6);
	channel[299] = '\0';
	for (size_t cut = 133; cut < 300; cut += 166) {
		channel[cut] = '\0';
		snprintf(text, sizeof(text), PLAIN("PJSIP/101-1", "%s", "h",
			"8"), channel);
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.direction, TW_DIRECTION_OUTBOUND);
		assert_string_equal(r.cdr.trunk, cut == 133 ? channel + 6 :
				    "");
		done(&r);
		memset(channel + 6, 'n', 293);
	}
}

static void test_asterisk_words(void **state)
{
	static const struct { const char *word; uint32_t status; } words[] = {
		{ "ANSWERED", TW_CALL_ANSWERED },
		{ "no answer", TW_CALL_NO_ANSWER },
		{ "NOANSWER", TW_CALL_NO_ANSWER }, { "BUSY", TW_CALL_BUSY },
		{ "FAILED", TW_CALL_FAILED },
		{ "CONGESTION", TW_CALL_FAILED },
		{ "CANCEL", TW_CALL_CANCELLED },
	};
	struct reader r;
	char text[300];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(words); i++) {
		snprintf(text, sizeof(text), ",1,2,c,d,PJSIP/1-1,PJSIP/m-1,g,"
			 "h,2026-10-05 10:00:00,2026-10-05 10:00:01,"
			 "2026-10-05 10:00:10,10,0,%s,x\n", words[i].word);
		assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
					 text), TW_OK);
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(r.cdr.status, words[i].status);
		/* the dial plan's answer is not that of a person */
		assert_int_equal(r.cdr.answer, i ? 0 :
				 at("2026-10-05T10:00:01Z"));
		done(&r);
	}
}

/* FreePBX's table: another order, calldate, no answer, no end, did. */
static void test_sql_export(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "1791183600.1", .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .status = TW_CALL_ANSWERED,
		  .direction = TW_DIRECTION_OUTBOUND, .caller = "101",
		  .callee = "89161234567", .extension = "101",
		  .trunk = "main", .accountcode = "Sales",
		  .linked = "1791183600.1" },
		{ .id = "1791183900.3", .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:25Z",
		  .status = TW_CALL_NO_ANSWER,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = "101",
		  .extension = "101", .trunk = "main",
		  .number = "78432000001", .linked = "1791183900.3" },
	};
	char *text = fixture("asterisk-freepbx.csv");
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "asterisk", "Europe/Moscow", NULL,
				 false, text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
	assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
		"calldate,src,dst,channel,dstchannel,duration,billsec,"
		"disposition\n2026-10-05 10:00:00,1,2,PJSIP/1-1,,5,9,"
		"ANSWERED\n"), TW_OK);
	refused(&r, 2, "duration", "shorter than billsec");
	the_end(&r);
	assert_int_equal(open_as(&r, "asterisk", "UTC", NULL, false,
		"calldate,src,dst,channel,dstchannel,end,billsec,disposition"
		"\n2026-10-05 10:00:00,1,2,PJSIP/1-1,,2026-10-05 10:00:05,8,"
		"ANSWERED\n"), TW_OK);
	refused(&r, 2, "billsec", "from start to end");
	the_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asterisk_directions),
		cmocka_unit_test(test_asterisk_widths),
		cmocka_unit_test(test_asterisk_rows_of_one_channel),
		cmocka_unit_test(test_asterisk_key_with_a_start),
		cmocka_unit_test(test_asterisk_header),
		cmocka_unit_test(test_asterisk_bad_rows),
		cmocka_unit_test(test_asterisk_total),
		cmocka_unit_test(test_asterisk_columns_of_short_rows),
		cmocka_unit_test(test_asterisk_dialled_numbers),
		cmocka_unit_test(test_asterisk_peers),
		cmocka_unit_test(test_asterisk_long_channels),
		cmocka_unit_test(test_asterisk_words),
		cmocka_unit_test(test_sql_export),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
