/* Presets: which column means what, and why a row can't be read. */
#include "preset_fixture.h"

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
		cmocka_unit_test(test_native_headers),
		cmocka_unit_test(test_repeated_hour),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
