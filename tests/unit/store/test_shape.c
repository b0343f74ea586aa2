/* Is the schema what the steps make of a file? */
#include "store_fixture.h"
#include <stdio.h>
#include <trunkwise.h>
#include "store/db.h"
#include "store/shape.h"
#include "../faults.h"

static void sql(tw_store *store, const char *text)
{
	struct tw_stmt *stmt;

	assert_int_equal(tw__stmt_new(&stmt, store, text, NULL), TW_OK);
	assert_int_equal(tw__run(stmt, NULL), TW_OK);
	tw__stmt_free(stmt);
}

static void first_is_named(void **state)
{
	static const struct {
		const char *change, *said;
	} all[] = {
		{ "DROP VIEW call", "view call is gone: restore a backup" },
		{ "DROP TRIGGER traits_no_delete",
		  "trigger traits_no_delete is gone: restore a backup" },
		{ "DROP INDEX posting_month",
		  "index posting_month is gone: restore a backup" },
		{ "ALTER TABLE book ADD COLUMN x INTEGER",
		  "table book was changed: restore a backup" },
		{ "CREATE TRIGGER zz AFTER INSERT ON book BEGIN SELECT 1; "
		  "END", "trigger zz is not trunkwise's: drop it" },
		{ "CREATE UNIQUE INDEX zz ON batch (undone_us)",
		  "index zz is not trunkwise's: drop it" },
		{ "CREATE INDEX zz ON batch (undone_us)", "" },
		{ "CREATE VIEW zz AS SELECT 1", "" },
	};
	tw_store *store = fixture_store(*state);
	char out[200];

	assert_int_equal(tw__store_shape(out, store, NULL), TW_OK);
	assert_string_equal(out, "");
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		assert_int_equal(tw_store_begin(store, NULL), TW_OK);
		sql(store, all[i].change);
		assert_int_equal(tw__store_shape(out, store, NULL), TW_OK);
		assert_string_equal(out, all[i].said);
		assert_int_equal(tw_store_rollback(store, NULL), TW_OK);
	}
	tw_store_free(store);
}

static void allocations_fail(void **state)
{
	tw_store *store = fixture_store(*state);
	char out[200];

	for (int64_t n = 0; n < 40000; n = n * 5 / 4 + 1) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__store_shape(out, store, NULL);
		if (!faults_end(&faults)) {
			assert_int_equal(status, TW_OK);
			assert_string_equal(out, "");
			break;
		}
		assert_int_equal(status, TW_ENOMEM);
	}
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_is_named),
		TEST(allocations_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
