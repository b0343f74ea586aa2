/* Statements: the cache, values there and back, what failures mean. */
#include "store_fixture.h"

static const char echo[] = "SELECT ?1, ?2, ?3, ?4, ?5";

static void values_come_back(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt, *again;
	size_t size = 99;
	const void *blob;

	assert_int_equal(tw__stmt(&stmt, store, echo, &err), TW_OK);
	tw__bind_i64(stmt, 1, INT64_MIN);
	tw__bind_text(stmt, 2, "\xd0\x9a\xd0\xb0\xd0\xb7\xd0\xb0\xd0\xbd");
	tw__bind_str(stmt, 3, tw__str("abcdef", 3));
	tw__bind_blob(stmt, 4, "a\0b", 3);
	tw__bind_null(stmt, 5);
	assert_int_equal(tw__step(stmt, &err), TW_OK);
	assert_true(tw__col_i64(stmt, 0) == INT64_MIN);
	assert_int_equal(strlen(tw__col_text(stmt, 1)), 10);
	assert_string_equal(tw__col_text(stmt, 2), "abc");
	blob = tw__col_blob(stmt, 3, &size);
	assert_int_equal(size, 3);
	assert_memory_equal(blob, "a\0b", 3);
	assert_true(tw__col_is_null(stmt, 4));
	assert_string_equal(tw__col_text(stmt, 4), "");
	assert_false(tw__col_is_null(stmt, 0));
	assert_int_equal(tw__step(stmt, &err), TW_ITER_END);

	/* The same text is the same statement, unbound again. */
	assert_int_equal(tw__stmt(&again, store, echo, &err), TW_OK);
	assert_ptr_equal(again, stmt);
	assert_int_equal(tw__step(again, &err), TW_OK);
	assert_true(tw__col_is_null(again, 0));
	tw__reset(again);
	tw_store_free(store);
}

static void empty_is_not_null(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;

	assert_int_equal(tw__stmt(&stmt, store, echo, &err), TW_OK);
	tw__bind_text(stmt, 1, "");
	tw__bind_text(stmt, 2, NULL);
	tw__bind_str(stmt, 3, tw__str(NULL, 0));
	tw__bind_blob(stmt, 4, NULL, 0);
	assert_int_equal(tw__step(stmt, &err), TW_OK);
	for (int i = 0; i < 4; i++)
		assert_false(tw__col_is_null(stmt, i));
	tw__reset(stmt);
	tw_store_free(store);
}

static void failed_bind_comes_out_of_the_step(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;

	assert_int_equal(tw__stmt(&stmt, store, echo, &err), TW_OK);
	tw__bind_i64(stmt, 77, 1);
	tw__bind_i64(stmt, 1, 1);
	assert_int_equal(tw__step(stmt, &err), TW_ESTORE);
	/* Said once; the statement is usable again. */
	assert_int_equal(tw__step(stmt, &err), TW_OK);
	tw__reset(stmt);
	tw_store_free(store);
}

static void failures_have_names(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt = NULL;

	assert_int_equal(tw__stmt_new(&stmt, store, "SELEKT", &err),
			 TW_ESTORE);
	assert_null(stmt);
	assert_int_equal(run(store, "INSERT INTO entity (id, kind) VALUES "
			     "(1, 'a')", &err), TW_OK);
	assert_int_equal(run(store, "INSERT INTO entity (id, kind) VALUES "
			     "(1, 'b')", &err), TW_EEXIST);
	assert_true(err.store_code != 0);
	assert_int_equal(run(store, "INSERT INTO entity (kind) VALUES (NULL)",
			     &err), TW_ESTORE);
	/* STRICT: a text is no number. */
	assert_int_equal(run(store, "INSERT INTO entity (id, kind) VALUES "
			     "('x', 'b')", &err), TW_ESTORE);
	assert_int_equal(tw__changes(store) >= 0, 1);
	tw_store_free(store);
}

static void many_texts_in_the_cache(void **state)
{
	static char texts[300][32];
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;
	int i, round;

	for (i = 0; i < 300; i++)
		snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 300; i++) {
			assert_int_equal(tw__stmt(&stmt, store, texts[i],
						  &err), TW_OK);
			assert_int_equal(tw__step(stmt, &err), TW_OK);
			assert_int_equal(tw__col_i64(stmt, 0), i);
			tw__reset(stmt);
		}
	}
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_come_back),
		TEST(empty_is_not_null),
		TEST(failed_bind_comes_out_of_the_step),
		TEST(failures_have_names),
		TEST(many_texts_in_the_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
