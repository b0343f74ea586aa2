/* Presets: which column means what, and why a row can't be read. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "formats/preset.h"

struct reader {
	struct tw__preset *preset;
	tw_zone *zone;
	tw_error err;
	tw_cdr cdr;
};

static bool is_main(const char *name, size_t length, void *arg)
{
	(void)arg;
	return length == 4 && memcmp(name, "main", 4) == 0;
}

static tw_status open_as(struct reader *r, const char *name,
			 const char *zone, const char *pattern, bool known,
			 const char *text)
{
	struct tw__preset_options options = { .data = text,
		.size = strlen(text), .trunk_pattern = pattern,
		.is_trunk = known ? is_main : NULL };

	memset(r, 0, sizeof(*r));
	r->err = (tw_error)TW_ERROR_INIT;
	if (zone && tw_zone_open(&r->zone, zone, &r->err))
		fail_msg("%s", r->err.message);
	options.zone = r->zone;
	return tw__preset_open(&r->preset, name, &options, &r->err);
}

static tw_status next(struct reader *r)
{
	r->err = (tw_error)TW_ERROR_INIT;
	return tw__preset_next(&r->cdr, r->preset, &r->err);
}

static void done(struct reader *r)
{
	tw__preset_free(r->preset);
	tw_zone_free(r->zone);
}

static tw_time at(const char *text)
{
	tw_time t;

	assert_int_equal(tw_time_parse(&t, text, NULL, NULL), TW_OK);
	return t;
}

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

static void test_native_headers(void **state)
{
	static const char *const bad[] = { "", "\n\n", "start,duration\n",
		"call_id,duration\n", "call_id,start\n",
		"call_id,start,duration,start\n", "a,b,c\n1,2,3\n" };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		struct reader r;

		assert_int_equal(open_as(&r, "native", NULL, NULL, false,
					 bad[i]), TW_EPARSE);
		assert_null(r.preset);
		done(&r);
	}
}

#define ROW(channel, dst, data, rest) "\"\",\"101\",\"" dst "\"," \
	"\"from-internal\",\"\"\"Ivan\"\" <101>\",\"" channel "\"," data \
	",\"2026-10-05 10:00:00\",\"2026-10-05 10:00:05\"," \
	"\"2026-10-05 10:01:05\",65,60,\"ANSWERED\",\"DOCUMENTATION\"" \
	rest "\n"

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
	assert_int_equal(r.cdr.answer, 0);
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

/* 25 October 2026, Berlin: 02:30 exists twice. */
static void test_repeated_hour(void **state)
{
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "asterisk", "Europe/Berlin", NULL,
		false,
		/* uniqueid says the second one: 01:30 UTC */
		",1,2,c,d,PJSIP/1-1,PJSIP/main-1,g,h,2026-10-25 02:30:00,"
		"2026-10-25 02:30:05,2026-10-25 02:31:05,65,60,ANSWERED,x,"
		"1792891800.1\n"
		/* the first: 00:30 UTC */
		",1,2,c,d,PJSIP/1-1,PJSIP/main-1,g,h,2026-10-25 02:30:00,"
		"2026-10-25 02:30:05,2026-10-25 02:31:05,65,60,ANSWERED,x,"
		"1792888200.1\n"
		/* nobody says; the answer is after the clock went back */
		",1,2,c,d,PJSIP/1-1,PJSIP/main-1,g,h,2026-10-25 02:59:58,"
		"2026-10-25 02:00:03,2026-10-25 02:01:03,65,60,ANSWERED,"
		"x\n"), TW_OK);
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.start, at("2026-10-25T01:30:00Z"));
	assert_int_equal(r.cdr.answer, at("2026-10-25T01:30:05Z"));
	assert_int_equal(r.cdr.end, at("2026-10-25T01:31:05Z"));
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.start, at("2026-10-25T00:30:00Z"));
	assert_int_equal(r.cdr.answer, at("2026-10-25T00:30:05Z"));
	assert_int_equal(next(&r), TW_OK);
	assert_int_equal(r.cdr.start, at("2026-10-25T00:59:58Z"));
	assert_int_equal(r.cdr.answer, at("2026-10-25T01:00:03Z"));
	assert_int_equal(r.cdr.end, at("2026-10-25T01:01:03Z"));
	done(&r);
}

#define SHORT(in, out, start, billsec, disposition, linked, sequence) \
	",79161234567,78432000001,c,d,PJSIP/" in ",PJSIP/" out ",Dial,h," \
	"2026-10-05 " start ",," "2026-10-05 11:00:00,65," billsec "," \
	disposition ",x," linked ".1,,," linked ".1," sequence "\n"

/* Three phones ring, one is picked up: one call. */
static void test_one_call_of_many_rows(void **state)
{
	static const struct { const char *text, *attempts; } files[] = {
		{ SHORT("main-1", "101-1", "10:00:00", "0", "NO ANSWER",
			"1791183600", "1")
		  SHORT("main-1", "102-2", "10:00:00", "60", "ANSWERED",
			"1791183600", "2")
		  SHORT("main-1", "103-3", "10:00:00", "0", "NO ANSWER",
			"1791183600", "3"), "101" },
		/* nobody: missed once */
		{ SHORT("main-1", "101-1", "10:00:02", "0", "NO ANSWER",
			"1791183600", "1")
		  SHORT("main-1", "102-2", "10:00:00", "0", "NO ANSWER",
			"1791183600", "2"), "10" },
		/* transferred: answered twice, still one inbound call */
		{ SHORT("main-1", "101-1", "10:00:00", "5", "ANSWERED",
			"1791183600", "1")
		  SHORT("main-1", "102-2", "10:00:09", "60", "ANSWERED",
			"1791183600", "2"), "01" },
		/* two carriers tried, the second one carried it */
		{ SHORT("101-1", "main-1", "10:00:00", "0", "FAILED",
			"1791183600", "1")
		  SHORT("101-1", "main-2", "10:00:01", "60", "ANSWERED",
			"1791183600", "2"), "10" },
		/* two calls of one channel in turn */
		{ SHORT("101-1", "main-1", "10:00:00", "9", "ANSWERED",
			"1791183600", "1")
		  SHORT("101-1", "main-2", "10:00:30", "60", "ANSWERED",
			"1791183600", "2"), "00" },
		/* what happens inside of a call from outside is no call */
		{ SHORT("main-1", "Local-x", "10:00:00", "60", "ANSWERED",
			"1791183600", "1")
		  "broken row\n"
		  SHORT("101-1", "102-2", "10:00:00", "60", "ANSWERED",
			"1791183600", "2"), "0-1" },
		/* other calls are other calls */
		{ SHORT("main-1", "101-1", "10:00:00", "0", "NO ANSWER",
			"1791183600", "1")
		  SHORT("main-1", "101-1", "10:00:00", "0", "NO ANSWER",
			"1791183700", "2"), "00" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(files); i++) {
		const char *expected = files[i].attempts;
		struct reader r;

		assert_int_equal(open_as(&r, "asterisk", "Europe/Moscow",
			"PJSIP/main-*", false, files[i].text), TW_OK);
		for (; *expected; expected++) {
			tw_status status = next(&r);

			if (*expected == '-') {
				assert_int_equal(status, TW_EPARSE);
				continue;
			}
			assert_int_equal(status, TW_OK);
			assert_int_equal(r.cdr.flags, *expected == '1' ?
					 TW_CDR_ATTEMPT : 0);
		}
		assert_int_equal(next(&r), TW_ITER_END);
		done(&r);
	}
}

/* Every cut of a good file: no crash, each row a record or a reason. */
static void test_cut_anywhere(void **state)
{
	static const char text[] =
		ROW("PJSIP/101-00000001", "89161234567",
		    "\"PJSIP/main-0000002a\",\"Dial\",\"PJSIP/8@main,60\"",
		    ",\"1791183600.1\",\"n\",\"\",\"1791183500.7\",\"12\"");

	(void)state;
	for (size_t n = 1; n < sizeof(text); n++) {
		char *cut = malloc(n + 1);
		struct reader r;

		memcpy(cut, text, n);
		cut[n] = '\0';
		if (open_as(&r, "asterisk", "UTC", NULL, false, cut) ==
		    TW_OK) {
			tw_status status = next(&r);

			assert_true(status == TW_OK || status == TW_EPARSE);
			if (status == TW_EPARSE)
				assert_true(strlen(r.err.message) > 0);
		}
		done(&r);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_native_durations),
		cmocka_unit_test(test_native_bad_rows),
		cmocka_unit_test(test_native_headers),
		cmocka_unit_test(test_asterisk_directions),
		cmocka_unit_test(test_asterisk_widths),
		cmocka_unit_test(test_asterisk_rows_of_one_channel),
		cmocka_unit_test(test_asterisk_header),
		cmocka_unit_test(test_asterisk_bad_rows),
		cmocka_unit_test(test_repeated_hour),
		cmocka_unit_test(test_one_call_of_many_rows),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
