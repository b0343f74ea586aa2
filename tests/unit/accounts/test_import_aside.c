/* What is kept of a row that is not stored. */
#include "accounts_fixture.h"

static void of_a_host(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	tw_error err = TW_ERROR_INIT;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	add_call(import, &cdr);
	cdr.duration_us += TW_SECOND;
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_ECONFLICT);
	assert_string_equal(err.field, "call_id");
	assert_non_null(strstr(err.message, "'call-1' is stored"));
	cdr.duration_us = -1;
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_EPARSE);
	assert_string_equal(err.field, "duration");
	cdr.call_id = "\xff";
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_EPARSE);
	end_import(import);
	/* counted from 1, and shown in one line of text */
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine q, "
		"call c WHERE q.kind = 'conflict' AND q.line = 2 AND "
		"q.field = 'call_id' AND q.key = c.key AND q.start_us = "
		"c.start_us AND q.record LIKE 'call_id=call-1 leg=1 %'"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"q, call c WHERE q.kind = 'reject' AND q.line = 3 AND "
		"q.key = c.key AND q.field = 'duration'"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE line = 4 AND record LIKE 'start=%(not UTF-8)'"), 1);
}

/* The column is named as the file names it, the field as we do. */
static void of_a_file(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, "native", "Europe/Moscow");
	tw_error err = TW_ERROR_INIT;
	tw_reject reject = TW_REJECT_INIT;
	tw_rejects *rejects;
	static const char text[] = "uniqueid,start,billsec,src,dst\n"
		"a,2026-10-05 10:00:00,60,78432000001,79161234567\n"
		"b,2026-10-05 10:00:00,x,78432000001,79161234567\n"
		"a,2026-10-05 10:00:00,61,78432000001,79161234567\n";

	if (tw_import_file(import, text, sizeof(text) - 1, &err) ||
	    tw_import_commit(NULL, &rejects, import, &err))
		fail_msg("%s", err.message);
	tw_import_free(import);
	assert_int_equal(tw_rejects_next(&reject, rejects, NULL), TW_OK);
	assert_int_equal(reject.line, 3);
	assert_string_equal(reject.column, "billsec");
	assert_int_equal(tw_rejects_next(&reject, rejects, NULL), TW_OK);
	assert_int_equal(reject.line, 4);
	assert_string_equal(reject.column, "uniqueid");
	tw_rejects_free(rejects);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE field = 'call_id' AND record = 'a,2026-10-05 10:00:00,"
		"61,78432000001,79161234567'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(of_a_host), FIXTURE_TEST(of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
