/* Rows that still wait, and those that wait no more. */
#include "accounts_fixture.h"

#define HEAD "call_id,start,duration,caller,callee\n"
#define GOOD "a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n"
#define BAD "b,2026-10-05T10:00:00+03:00,x,78432000001,79161234567\n"

static size_t waiting(struct fixture *f, uint64_t batch,
		      tw_listing_row *first)
{
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_listing *list;
	size_t n = 0;

	if (tw_import_rejects(&list, f->store, batch, &err))
		fail_msg("%s", err.message);
	while (tw_listing_next(&row, list, &err) == TW_OK) {
		if (!n++)
			*first = row;
	}
	tw_listing_free(list);
	return n;
}

static void waits_until_mended(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;

	assert_int_equal(waiting(f, 0, &row), 0);
	import_text(f, "native", NULL, HEAD GOOD BAD);
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.seconds, 3);
	assert_string_equal(row.kind, "reject");
	assert_non_null(strstr(row.detail, "duration: "));
	assert_non_null(strstr(row.key, "b,2026-10-05"));
	assert_int_equal(waiting(f, 7, &row), 0);
	/* the same file again says nothing new, and it waits on */
	import_text(f, "native", NULL, HEAD GOOD BAD);
	assert_int_equal(waiting(f, 1, &row), 1);
	/* a conflict waits too */
	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,61,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 0, &row), 2);
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_string_equal(row.kind, "conflict");
	assert_int_equal(tw_import_rejects(NULL, f->store, 0, NULL),
			 TW_EINVAL);
}

static tw_counts import_named(struct fixture *f, const char *name,
			      const char *text)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;

	options.preset = "native";
	options.source = "test";
	options.file_name = name;
	if (tw_import_new(&import, f->store, &options, &err) ||
	    tw_import_file(import, text, strlen(text), &err))
		fail_msg("%s: %s", err.field, err.message);
	return end_import(import);
}

#define MENDED "b,2026-10-05T10:00:00+03:00,5,78432000001,79161234567\n"

/* A mended file has other bytes, its name and its good rows. */
static void a_mended_file_answers(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;

	import_named(f, "cdr.csv", HEAD GOOD BAD);
	assert_int_equal(waiting(f, 0, &row), 1);
	/* tomorrow's export of that name says nothing of today's row */
	import_named(f, "cdr.csv", HEAD
		"z,2026-10-06T10:00:00+03:00,60,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 0, &row), 1);
	/* nor does the same content under another name */
	import_named(f, "else.csv", HEAD GOOD
		"y,2026-10-06T10:00:00+03:00,60,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_int_equal(import_named(f, "cdr.csv", HEAD GOOD MENDED)
			 .rows_stored, 1);
	assert_int_equal(waiting(f, 0, &row), 0);
	assert_int_equal(waiting(f, 1, &row), 0);
	/* what answered it is taken back: it waits again */
	assert_int_equal(tw_import_undo(f->store, 4, NULL), TW_OK);
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_int_equal(row.calls, 1);
	/* a mend that brings a fault of its own */
	import_named(f, "cdr.csv", HEAD GOOD MENDED
		"c,2026-10-05T10:00:00+03:00,x,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_int_equal(row.calls, 5);
	assert_int_equal(row.seconds, 4);
}

/* The right call of a conflict may come by any file. */
static void a_conflict_is_answered_by_its_call(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	static const char other[] = HEAD
		"a,2026-10-05T10:00:00+03:00,61,78432000001,79161234567\n";

	import_named(f, "1.csv", HEAD GOOD);
	import_named(f, "2.csv", other);
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_string_equal(row.kind, "conflict");
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	assert_int_equal(waiting(f, 0, &row), 1);
	import_named(f, "3.csv", other);
	/* by the bytes of 2.csv, and by its call */
	assert_int_equal(waiting(f, 0, &row), 0);
	assert_int_equal(tw_import_undo(f->store, 3, NULL), TW_OK);
	assert_int_equal(waiting(f, 0, &row), 1);
	import_named(f, "4.csv", HEAD
		"d,2026-10-05T11:00:00+03:00,61,78432000001,79161234567\n"
		"a,2026-10-05T10:00:00+03:00,61,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 0, &row), 0);
	assert_int_equal(tw_import_undo(f->store, 4, NULL), TW_OK);
	assert_int_equal(waiting(f, 0, &row), 1);
}

/* The record of a row that could not be read may come by any file. */
static void a_record_answers_for_its_row(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;

	import_named(f, "1.csv", HEAD BAD);
	/* with another key, or too far from it */
	import_named(f, "2.csv", HEAD GOOD
		"b,2026-10-08T10:00:00+03:00,5,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_int_equal(tw_import_undo(f->store, 2, NULL), TW_OK);
	import_named(f, "3.csv", HEAD MENDED);
	assert_int_equal(waiting(f, 0, &row), 0);
	assert_int_equal(waiting(f, 1, &row), 0);
	assert_int_equal(tw_import_undo(f->store, 3, NULL), TW_OK);
	assert_int_equal(waiting(f, 0, &row), 1);
}

/* Where the start was what could not be read, near the rows of its file. */
static void a_start_that_could_not_be_read(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;

	import_named(f, "1.csv", HEAD GOOD
		"b,5 Oct 2026,60,78432000001,79161234567\n"
		",2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"d,1926-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 0, &row), 3);
	import_named(f, "2.csv", HEAD MENDED);
	assert_int_equal(waiting(f, 0, &row), 2);
	import_named(f, "3.csv", HEAD
		"d,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
	/* what has no id is known by nothing */
	assert_int_equal(waiting(f, 0, &row), 1);
	assert_int_equal(row.seconds, 4);
	/* a file without a good row is nowhere */
	import_named(f, "4.csv", HEAD
		"e,5 Oct 2026,60,78432000001,79161234567\n");
	import_named(f, "5.csv", HEAD
		"e,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
	assert_int_equal(waiting(f, 4, &row), 1);
}

/* A row that is longer than its place ends with a whole letter. */
static void cut_between_letters(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	char text[600];

	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "call_id,start,duration,caller,"
			 "callee,department\n%.*sb,2026-10-05T10:00:00+03:00,"
			 "x,101,102,", i, "aa");
		for (int k = 0; k < 100; k++)
			strcat(text, "\u043e");
		strcat(text, "\n");
		import_text(f, "native", NULL, text);
		assert_int_equal(waiting(f, (uint64_t)i + 1, &row), 1);
		assert_true(tw__utf8_is_valid(row.key, strlen(row.key)));
		assert_true(strlen(row.key) >= 126);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(waits_until_mended),
		FIXTURE_TEST(a_mended_file_answers),
		FIXTURE_TEST(a_conflict_is_answered_by_its_call),
		FIXTURE_TEST(a_record_answers_for_its_row),
		FIXTURE_TEST(a_start_that_could_not_be_read),
		FIXTURE_TEST(cut_between_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
