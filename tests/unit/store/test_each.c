/* Rows told inside SQLite's loop: order, values, and how it ends early. */
#include "store_fixture.h"

struct seen {
	tw_store *store;
	int64_t values[8], all[2];
	int nulls;
	char text[16];
	size_t count, most;
};

static tw_status see(const struct tw__row *row, void *arg, tw_error *err)
{
	struct seen *seen = arg;

	if (seen->count == seen->most)
		return tw__fail(err, TW_ERANGE, "enough");
	seen->values[seen->count++] = tw__row_i64(row, 0);
	tw__row_all(seen->all, row, 2);
	seen->nulls += tw__row_is_null(row, 1);
	snprintf(seen->text, sizeof(seen->text), "%s", tw__row_text(row, 1));
	return TW_OK;
}

static const char numbers[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
	"SELECT i + 1 FROM n WHERE i < ?) SELECT tw_each(i, "
	"CASE WHEN i < 3 THEN NULL ELSE 'n' || i END) FROM n";

static struct tw_stmt *begin(tw_store *store, int64_t most)
{
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;

	if (tw__each_new(&stmt, store, numbers, &err))
		fail_msg("%s", err.message);
	tw__bind_i64(stmt, 1, most);
	return stmt;
}

static void rows_come_in_order(void **state)
{
	tw_store *store = fixture_store(*state);
	struct tw_stmt *stmt = begin(store, 4);
	tw_error err = TW_ERROR_INIT;

	/* twice: it is reset, and keeps what is bound */
	for (int i = 0; i < 2; i++) {
		struct seen seen = { .most = 8 };

		assert_int_equal(tw__each(stmt, see, &seen, &err), TW_OK);
		assert_int_equal(seen.count, 4);
		assert_int_equal(seen.values[0], 1);
		assert_int_equal(seen.values[3], 4);
		assert_int_equal(seen.nulls, 2);
		assert_string_equal(seen.text, "n4");
		/* a text that is no number is 0, as NULL is */
		assert_int_equal(seen.all[0], 4);
		assert_int_equal(seen.all[1], 0);
	}
	tw__stmt_free(stmt);
	tw_store_free(store);
}

static void no_rows_are_no_failure(void **state)
{
	tw_store *store = fixture_store(*state);
	struct seen seen = { .most = 8 };
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;

	assert_int_equal(tw__each_new(&stmt, store, "SELECT tw_each(1) "
				      "WHERE 0", &err), TW_OK);
	assert_int_equal(tw__each(stmt, see, &seen, &err), TW_OK);
	assert_int_equal(seen.count, 0);
	tw__stmt_free(stmt);
	tw_store_free(store);
}

static void a_failure_ends_it(void **state)
{
	tw_store *store = fixture_store(*state);
	struct tw_stmt *stmt = begin(store, 1000000);
	struct seen seen = { .most = 3 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__each(stmt, see, &seen, &err), TW_ERANGE);
	assert_string_equal(err.message, "enough");
	assert_int_equal(seen.count, 3);
	/* ... and only that time */
	seen = (struct seen){ .most = 8 };
	tw__bind_i64(stmt, 1, 2);
	assert_int_equal(tw__each(stmt, see, &seen, &err), TW_OK);
	assert_int_equal(seen.count, 2);
	tw__stmt_free(stmt);
	tw_store_free(store);
}

static void sqlite_failures_come_out(void **state)
{
	tw_store *store = fixture_store(*state);
	struct seen seen = { .most = 8 };
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;

	/* nobody is told: a statement that somebody else made */
	assert_int_equal(tw__each_new(&stmt, store, "SELECT tw_each(1, 2)",
				      &err), TW_OK);
	assert_int_equal(tw__step(stmt, &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "nobody to tell"));
	assert_int_equal(tw__each(stmt, see, &seen, &err), TW_OK);
	tw__bind_i64(stmt, 9, 1);
	assert_int_equal(tw__each(stmt, see, &seen, &err), TW_ESTORE);
	tw__stmt_free(stmt);
	assert_int_equal(tw__each_new(&stmt, store, "SELECT tw_each(",
				      &err), TW_ESTORE);
	tw_store_free(store);
}

static tw_status see_within(const struct tw__row *row, void *arg,
			    tw_error *err)
{
	struct seen *seen = arg, inner = { .most = 8 };
	struct tw_stmt *stmt = begin(seen->store, tw__row_i64(row, 0));
	tw_status status = tw__each(stmt, see, &inner, err);

	tw__stmt_free(stmt);
	seen->count += inner.count;
	return status;
}

static void one_may_stand_in_another(void **state)
{
	tw_store *store = fixture_store(*state);
	struct tw_stmt *stmt = begin(store, 4);
	struct seen seen = { .store = store };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__each(stmt, see_within, &seen, &err), TW_OK);
	assert_int_equal(seen.count, 1 + 2 + 3 + 4);
	tw__stmt_free(stmt);
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_come_in_order),
		TEST(no_rows_are_no_failure),
		TEST(a_failure_ends_it),
		TEST(sqlite_failures_come_out),
		TEST(one_may_stand_in_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
