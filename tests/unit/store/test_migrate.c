/* Schema: versions, and triggers that keep history as it was. */
#include "store_fixture.h"
#include <sqlite3.h>
#include "store/schema.h"

static void steps_rise(void **state)
{
	const struct tw_schema *step;
	long last = 0;

	(void)state;
	for (step = tw__schema; step->name; step++) {
		long version = strtol(step->name, NULL, 10);

		assert_true(version == last + 1);
		assert_true(strlen(step->sql) > 100);
		last = version;
	}
	assert_true(last >= 1);
}

/* What the release before left is brought forward with its rows. */
static void first_schema_moves_forward(void **state)
{
	const struct fixture *f = *state;
	tw_store *store;
	sqlite3 *db;

	sqlite3_open(f->path, &db);
	assert_int_equal(sqlite3_exec(db, tw__schema[0].sql, NULL, NULL,
				      NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO entity (kind) VALUES "
		"('department'); PRAGMA user_version = 1; "
		"PRAGMA application_id = 1415017332", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	store = fixture_store(f);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 1);
	assert_int_equal(ask(store, "PRAGMA user_version"),
			 tw_store_schema(store));
	tw_store_free(store);
}

static tw_status refused(tw_store *store, const char *sql)
{
	tw_error err = TW_ERROR_INIT;
	tw_status status = run(store, sql, &err);

	if (status && !strstr(err.message, "never"))
		fail_msg("%s: %s", sql, err.message);
	return status;
}

static void history_is_only_ended(void **state)
{
	static const char *const wrong[] = {
		"DELETE FROM department",
		"UPDATE department SET name = 'b'",
		"UPDATE department SET city = 'b'",
		"UPDATE department SET valid_from = 1",
		"UPDATE department SET id = 2",
		"UPDATE department SET valid_to = 900, name = 'b'",
		"REPLACE INTO department (id, valid_from, name) VALUES "
		"(1, 100, 'b')",
		"UPDATE OR REPLACE department SET valid_from = 100",
		"DELETE FROM entity",
		"UPDATE entity SET kind = 'phone'",
		"REPLACE INTO entity (id, kind) VALUES (1, 'phone')",
	};
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(run(store, "INSERT INTO entity (id, kind) VALUES "
			     "(1, 'department'), (2, 'department')", &err),
			 TW_OK);
	assert_int_equal(run(store, "INSERT INTO department (id, valid_from, "
			     "name) VALUES (1, 100, 'a')", &err), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(wrong); i++)
		assert_int_equal(refused(store, wrong[i]), TW_ESTORE);
	assert_int_equal(run(store, "UPDATE department SET valid_to = 500",
			     &err), TW_OK);
	assert_int_equal(refused(store, "UPDATE department SET valid_to = "
				 "600"), TW_ESTORE);
	assert_int_equal(run(store, "UPDATE department SET valid_to = 100",
			     &err), TW_ESTORE);
	assert_int_equal(ask(store, "SELECT valid_to FROM department WHERE "
			     "name = 'a' AND valid_from = 100"), 500);
	tw_store_free(store);
}

/* Every version table has all three triggers, and references are real. */
static void every_table_is_guarded(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	assert_true(ask(store, "SELECT count(*) FROM sqlite_master m, "
		"pragma_table_info(m.name) i WHERE m.type = 'table' AND "
		"i.name = 'valid_to' AND i.dflt_value = "
		"'9223372036854775807'") >= 24);
	assert_int_equal(ask(store, "SELECT count(*) FROM sqlite_master m, "
		"pragma_table_info(m.name) i WHERE m.type = 'table' AND "
		"i.name = 'valid_to' AND i.dflt_value = "
		"'9223372036854775807' AND (SELECT count(*) FROM "
		"sqlite_master t WHERE t.type = 'trigger' AND t.tbl_name = "
		"m.name) < 3"), 0);
	assert_int_equal(run(store, "INSERT INTO department (id, valid_from, "
			     "name) VALUES (77, 0, 'a')", &err), TW_ESTORE);
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(steps_rise),
		TEST(first_schema_moves_forward),
		TEST(history_is_only_ended),
		TEST(every_table_is_guarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
