/* A row that is there with another start: of another file, or its own. */
#include "accounts_fixture.h"
#include "../faults.h"

#define TITLE "call_id,start,duration,caller,callee\n"
#define CALL(id, start) id ",2026-10-" start ",60,78432000001,79161234567\n"

/* The same export under another zone: every call would come twice. */
static void another_zone(void **state)
{
	static const char title[] = "call_id,start,duration,caller,callee\n";
	struct fixture *f = *state;
	char text[400];
	tw_counts counts;

	snprintf(text, sizeof(text), "%sa,2026-10-05 10:00:00,60,78432000001,"
		 "79161234567\nb,2026-10-05 11:00:00,60,78432000001,"
		 "79161234567\n", title);
	counts = import_text(f, "native", "Europe/Moscow", text);
	assert_int_equal(counts.rows_stored, 2);
	/* another file, so that no hash tells */
	strcat(text, "c,2026-10-05 12:00:00,60,78432000001,79161234567\n");
	counts = import_text(f, "native", "Asia/Yekaterinburg", text);
	assert_int_equal(counts.conflicts, 2);
	assert_int_equal(counts.rows_stored, 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE field = 'start' AND reason LIKE "
		"'%2026-10-05T12:00:00+05:00; check the zone%'"), 1);
	/* what was put aside is no call when the same bytes come again */
	counts = import_text(f, "native", "Asia/Yekaterinburg", text);
	assert_int_equal(counts.conflicts, 2);
	assert_int_equal(counts.duplicates, 1);
	assert_int_equal(counts.rows_stored, 0);
	/* days apart it is another call of a PBX that counts anew */
	snprintf(text, sizeof(text), "%sa,2026-10-07 10:00:00,60,78432000001,"
		 "79161234567\n", title);
	assert_int_equal(import_text(f, "native", "Europe/Moscow",
				     text).rows_stored, 1);
}

static void is(tw_counts counts, uint64_t stored, uint64_t duplicates,
	       uint64_t conflicts)
{
	assert_int_equal(counts.rows_stored, stored);
	assert_int_equal(counts.duplicates, duplicates);
	assert_int_equal(counts.conflicts, conflicts);
}

/* What a second file would be refused for, one is refused for alike. */
static void in_one_file(void **state)
{
	static const char first[] = TITLE CALL("a", "05 10:00:00")
		CALL("b", "05 10:00:00") CALL("c", "05 10:00:00.5");
	static const char more[] = CALL("a", "05 11:00:00")
		CALL("b", "05 10:00:30") CALL("c", "05 10:00:00.25")
		CALL("a", "06 12:00:01") CALL("a", "05 10:00:00")
		"b,2026-10-05 10:00:00,61,78432000001,79161234567\n";
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	char text[1000];

	snprintf(text, sizeof(text), "%s%s", first, more);
	is(import_text(f, "native", "UTC", text), 4, 1, 4);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE field = 'start' AND reason LIKE "
		"'%stands in this file with the start 2026-10-05T10:00:00%'"),
		3);
	must_verify(f);
	/* those that were stored are known, the others as before */
	is(import_text(f, "native", "UTC", text), 0, 5, 4);
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	is(import_text(f, "native", "UTC", first), 3, 0, 0);
	snprintf(text, sizeof(text), "%s%s", TITLE, more);
	is(import_text(f, "native", "UTC", text), 1, 1, 4);
	must_verify(f);
}

/* Far behind each other, while the first ones are on their way in. */
static void in_a_long_file(void **state)
{
	struct fixture *f = *state;
	char *text = malloc(400000), *p = text;

	assert_non_null(text);
	p += sprintf(p, TITLE);
	for (int i = 0; i < 3000; i++)
		p += sprintf(p, "%d,2026-10-05 %02d:%02d:%02d,60,78432000001,"
			     "79161234567\n", i % 1500, 9 + i / 1500,
			     i % 1500 / 60, i % 60);
	is(import_text(f, "native", "UTC", text), 1500, 0, 1500);
	must_verify(f);
	free(text);
}

#define CHANNEL(to, start, end) "\"\",\"101\",\"89161234567\"," \
	"\"from-internal\",\"\",\"PJSIP/101-00000001\",\"PJSIP/main-" to \
	"\",\"Dial\",\"PJSIP/89161234567@main\",\"2026-10-05 " start "\"," \
	"\"2026-10-05 " start "\",\"2026-10-05 " end "\",60,60," \
	"\"ANSWERED\",\"DOCUMENTATION\",\"1791183600.1\"\n"

/* Of a channel's rows without a number of their own. */
static void key_with_a_start(void **state)
{
	static const char first[] = CHANNEL("02", "10:00:00", "10:01:00");
	struct fixture *f = *state;

	is(import_text(f, "asterisk", "Europe/Moscow", first), 1, 0, 0);
	is(import_text(f, "asterisk", "Europe/Moscow", first), 0, 1, 0);
	/* a clock that was set, and the same instant in another zone */
	is(import_text(f, "asterisk", "Europe/Moscow",
		       CHANNEL("02", "10:00:30", "10:01:30")), 0, 0, 1);
	is(import_text(f, "asterisk", "UTC",
		       CHANNEL("02", "07:00:00", "07:01:00")), 0, 0, 1);
	/* it talked on: to another, for longer; both in one file, too */
	is(import_text(f, "asterisk", "Europe/Moscow",
		       CHANNEL("02", "10:02:00", "10:03:01")
		       CHANNEL("02", "10:04:00", "10:05:01")), 2, 0, 0);
	must_verify(f);
}

/* What happens happens. */
static void a_host(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	add_call(import, &cdr);
	cdr.start += 3600 * TW_SECOND;
	cdr.answer += 3600 * TW_SECOND;
	add_call(import, &cdr);
	is(end_import(import), 2, 0, 0);
}

static void without_memory(void **state)
{
	static const char text[] = TITLE CALL("a", "05 10:00:00")
		CALL("a", "05 11:00:00");
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_import *import = begin_import(f, "native", "UTC");
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_import_file(import, text, sizeof(text) - 1, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		if (more)
			tw_import_free(import);
		else
			is(end_import(import), 1, 0, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(another_zone), FIXTURE_TEST(in_one_file),
		FIXTURE_TEST(in_a_long_file), FIXTURE_TEST(key_with_a_start),
		FIXTURE_TEST(a_host), FIXTURE_TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
