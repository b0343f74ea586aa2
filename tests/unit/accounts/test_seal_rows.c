/* Which day a row is of, and that its bytes tell values apart. */
#include "accounts_fixture.h"
#include "accounts/seal.h"

static struct tw__seal_rows read_rows(struct fixture *f, int64_t month,
				      int64_t watch)
{
	const struct tw__seal_ask ask = { { month, month }, true, watch };
	struct tw__seal_rows rows;
	struct tw__book book;
	tw_error err = TW_ERROR_INIT;

	if (tw__book_open(&book, f->store, NULL, &err) ||
	    tw__seal_rows(&rows, f->store, &book, &ask, &err))
		fail_msg("%s", err.message);
	tw__book_close(&book);
	return rows;
}

static void import_day(struct fixture *f, const char *id, const char *start)
{
	char text[200];

	snprintf(text, sizeof(text), "call_id,start,duration,caller,callee\n"
		 "%s,%s+03:00,60,78432000001,79161234567\n", id, start);
	import_text(f, "native", NULL, text);
}

static void days_are_the_companys(void **state)
{
	struct fixture *f = *state;
	struct tw__seal_rows rows;
	uint8_t before[TW_SEAL_HASH];

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_day(f, "a", "2026-10-05T00:00:00");
	import_day(f, "b", "2026-10-04T23:59:59");
	rows = read_rows(f, 202610, 20261005);
	assert_int_equal(tw__seal_unit_of(&rows, 20261005)->rows, 1);
	assert_int_equal(tw__seal_unit_of(&rows, 20261004)->rows, 1);
	assert_int_equal(tw__seal_unit_of(&rows, 20261000)->rows, 4);
	assert_int_equal(tw__seal_unit_of(&rows, 20261005)->checks.size, 4);
	assert_null(tw__seal_unit_of(&rows, 20261006));
	assert_int_equal(rows.label_count, 1);
	assert_int_equal(rows.labels[0].kind, 'c');
	assert_int_equal(rows.labels[0].start, MOSCOW("2026-10-05T00:00:00"));
	memcpy(before, tw__seal_unit_of(&rows, 20261005)->digest,
	       sizeof(before));
	tw__seal_rows_free(&rows);
	/* NULL is not 0 */
	assert_int_equal(run_sql(f, "UPDATE call_row "
				 "SET source_cost_nanos = 0"), TW_OK);
	rows = read_rows(f, 202610, 0);
	assert_memory_not_equal(before,
		tw__seal_unit_of(&rows, 20261005)->digest, sizeof(before));
	tw__seal_rows_free(&rows);
	rows = read_rows(f, 202611, 0);
	assert_int_equal(rows.count, 0);
	tw__seal_rows_free(&rows);
}

/* Two rows of one key change places in the table when one is taken back. */
static void order_of_taken_back_rows(void **state)
{
	struct fixture *f = *state;
	struct tw__seal_rows rows;
	uint8_t before[TW_SEAL_HASH];
	tw_error err = TW_ERROR_INIT;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_day(f, "a", "2026-10-05T10:00:00");
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	import_day(f, "a", "2026-10-05T10:00:00");
	rows = read_rows(f, 202610, 0);
	assert_int_equal(tw__seal_unit_of(&rows, 20261005)->rows, 3);
	memcpy(before, tw__seal_unit_of(&rows, 20261005)->digest,
	       sizeof(before));
	tw__seal_rows_free(&rows);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", &err),
			 TW_OK);
	assert_int_equal(tw_import_undo(f->store, 2, &err), TW_OK);
	rows = read_rows(f, 202610, 0);
	assert_memory_equal(before, tw__seal_unit_of(&rows, 20261005)->digest,
			    sizeof(before));
	assert_int_equal(rows.astray.kind, 0);
	tw__seal_rows_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(days_are_the_companys),
		FIXTURE_TEST(order_of_taken_back_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
