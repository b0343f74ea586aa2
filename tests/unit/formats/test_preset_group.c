/* Which of the rows of one call is the call. */
#include "preset_fixture.h"
#include "../faults.h"

#define SHORT(in, out, start, billsec, disposition, linked, sequence) \
	",79161234567,78432000001,c,d,PJSIP/" in ",PJSIP/" out ",Dial,h," \
	"2026-10-05 " start ",," "2026-10-05 11:00:00,65," billsec "," \
	disposition ",x," linked ".1,,," linked ".1," sequence "\n"

/* One letter a row: 1 an attempt, 0 a call, - a row that can't be read. */
static void check_attempts(const char *text, const char *expected)
{
	struct reader r;

	assert_int_equal(open_as(&r, "asterisk", "Europe/Moscow",
				 "PJSIP/main-*", false, text), TW_OK);
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
	for (size_t i = 0; i < TW_ARRAY_COUNT(files); i++)
		check_attempts(files[i].text, files[i].attempts);
}

/* The answered row by its channels: forwarded legs count like outbound ones,
 * and an answer time without talk is an answer. */
static void test_legs_of_one_call(void **state)
{
	static const struct { const char *text, *attempts; } files[] = {
		{ SHORT("main-1", "main-2", "10:00:00", "0", "BUSY",
			"1791183600", "1")
		  SHORT("main-1", "main-3", "10:00:01", "7", "ANSWERED",
			"1791183600", "2"), "10" },
		/* a call came in and went out again: each way has its own */
		{ SHORT("main-1", "101-1", "10:00:00", "5", "ANSWERED",
			"1791183600", "1")
		  SHORT("101-1", "main-2", "10:00:01", "7", "ANSWERED",
			"1791183600", "2"), "00" },
		/* only inside: all answered ones */
		{ SHORT("101-1", "102-1", "10:00:00", "5", "ANSWERED",
			"1791183600", "1")
		  SHORT("101-1", "103-1", "10:00:01", "0", "NO ANSWER",
			"1791183600", "2")
		  SHORT("101-1", "104-1", "10:00:02", "5", "ANSWERED",
			"1791183600", "3"), "010" },
		/* equally early: the first of the file */
		{ SHORT("101-1", "main-1", "10:00:00", "0", "FAILED",
			"1791183600", "1")
		  SHORT("101-1", "main-2", "10:00:00", "0", "FAILED",
			"1791183600", "2"), "01" },
		/* groups may be mixed in the file */
		{ SHORT("main-1", "101-1", "10:00:05", "0", "NO ANSWER",
			"1791183600", "1")
		  SHORT("main-1", "101-1", "10:00:00", "0", "NO ANSWER",
			"1791183700", "2")
		  SHORT("main-1", "102-1", "10:00:00", "0", "NO ANSWER",
			"1791183600", "3"), "100" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(files); i++)
		check_attempts(files[i].text, files[i].attempts);
}

/* The second reading says the same as the first: nothing is lost or moved. */
static void test_rows_stay_as_they_were(void **state)
{
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "asterisk", "UTC", "PJSIP/main-*", false,
		SHORT("main-1", "101-1", "10:00:00", "0", "NO ANSWER",
		      "1791183600", "1")
		SHORT("main-1", "102-2", "10:00:09", "60", "ANSWERED",
		      "1791183600", "2")), TW_OK);
	for (uint32_t i = 1; i < 3; i++) {
		assert_int_equal(next(&r), TW_OK);
		assert_int_equal(tw__preset_line(r.preset), i);
		assert_int_equal(r.cdr.sequence, i);
		assert_int_equal(r.cdr.duration_us, (i - 1) * 60 * TW_SECOND);
		assert_string_equal(r.cdr.linked_id, "1791183600.1");
	}
	assert_int_equal(next(&r), TW_ITER_END);
	done(&r);
}

static void test_no_memory(void **state)
{
	struct faults faults;
	struct reader r;
	tw_status status;
	int64_t n = 0;

	(void)state;
	for (bool more = true; more; n++) {
		tw_zone *zone = NULL;
		struct tw__preset *preset = NULL;
		tw_error err = TW_ERROR_INIT;
		static const char text[] =
			SHORT("main-1", "101-1", "10:00:00", "0",
			      "NO ANSWER", "1791183600", "1")
			SHORT("main-1", "102-2", "10:00:09", "60",
			      "ANSWERED", "1791183600", "2");
		struct tw__preset_options options = { .data = text,
			.size = sizeof(text) - 1 };

		assert_int_equal(tw_zone_open(&zone, "UTC", NULL), TW_OK);
		options.zone = zone;
		faults_begin(&faults, n);
		status = tw__preset_open(&preset, "asterisk", &options, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_true(more == !preset);
		r.preset = preset;
		r.zone = zone;
		done(&r);
	}
	assert_true(n > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_call_of_many_rows),
		cmocka_unit_test(test_legs_of_one_call),
		cmocka_unit_test(test_rows_stay_as_they_were),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
