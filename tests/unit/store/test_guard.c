/* Attacks through a read-only handle, as a report that went wrong could make
 * them: nothing may be written, attached, loaded or switched. */
#include "store_fixture.h"
#include <sqlite3.h>

static tw_store *reader_of(const struct fixture *f)
{
	tw_store *reader = NULL;
	tw_error err = TW_ERROR_INIT;

	if (fixture_open(&reader, f, TW_STORE_READONLY, 0, &err))
		fail_msg("%s", err.message);
	return reader;
}

static void attacks_are_refused(void **state)
{
	static const char *const attacks[] = {
		"INSERT INTO entity (kind) VALUES ('x')",
		"UPDATE entity SET kind = 'x'",
		"DELETE FROM entity",
		"REPLACE INTO entity (id, kind) VALUES (1, 'x')",
		"DROP TABLE posting",
		"CREATE TABLE t (a)",
		"CREATE TEMP TABLE t (a)",
		"CREATE TEMP VIEW v AS SELECT 1",
		"CREATE TEMP TRIGGER t AFTER INSERT ON entity BEGIN "
		"SELECT 1; END",
		"CREATE VIRTUAL TABLE t USING fts5(a)",
		"ALTER TABLE entity RENAME TO other",
		"UPDATE sqlite_master SET sql = ''",
		"DELETE FROM sqlite_master",
		"INSERT INTO sqlite_temp_master VALUES (1, 1, 1, 1, 1)",
		"ATTACH '/tmp/tw-attack.db' AS other",
		"ATTACH ':memory:' AS other",
		"DETACH main",
		"VACUUM",
		"VACUUM INTO '/tmp/tw-attack.db'",
		"REINDEX",
		"ANALYZE",
		"SAVEPOINT s",
		"SELECT load_extension('/tmp/evil')",
		"SELECT fts3_tokenizer('simple', x'00')",
		"SELECT writefile('/tmp/tw-attack', 'x')",
		"SELECT readfile('/etc/passwd')",
		"SELECT edit('x')",
		"PRAGMA query_only = OFF",
		"PRAGMA query_only(0)",
		"PRAGMA writable_schema = ON",
		"PRAGMA trusted_schema = ON",
		"PRAGMA ignore_check_constraints = ON",
		"PRAGMA foreign_keys = OFF",
		"PRAGMA recursive_triggers = OFF",
		"PRAGMA synchronous = OFF",
		"PRAGMA journal_mode = DELETE",
		"PRAGMA wal_checkpoint(TRUNCATE)",
		"PRAGMA wal_checkpoint",
		"PRAGMA wal_autocheckpoint = 1",
		"PRAGMA locking_mode = EXCLUSIVE",
		"PRAGMA mmap_size = 268435456",
		"PRAGMA cache_size = 100000000",
		"PRAGMA temp_store_directory = '/'",
		"PRAGMA user_version = 1",
		"PRAGMA application_id = 1",
		"PRAGMA incremental_vacuum",
		"PRAGMA optimize",
		"PRAGMA shrink_memory",
		"PRAGMA hard_heap_limit = 1",
		"PRAGMA busy_timeout = 100000000",
		"PRAGMA database_list",
		"SELECT * FROM pragma_database_list",
		"SELECT * FROM pragma_busy_timeout",
		"PRAGMA no_such_thing",
	};
	const struct fixture *f = *state;
	tw_store *writer = fixture_store(f), *reader;
	tw_error err = TW_ERROR_INIT;
	size_t before, after, i;
	char *a, *b;

	assert_int_equal(run(writer, "INSERT INTO entity (id, kind) VALUES "
			     "(1, 'department')", &err), TW_OK);
	tw_store_free(writer);
	a = slurp(f->path, &before);
	reader = reader_of(f);
	for (i = 0; i < TW_ARRAY_COUNT(attacks); i++) {
		if (run(reader, attacks[i], &err) == TW_OK)
			fail_msg("went through: %s", attacks[i]);
	}
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity WHERE id = "
			     "1 AND kind = 'department'"), 1);
	assert_int_equal(ask(reader, "PRAGMA query_only"), 1);
	tw_store_free(reader);
	assert_int_equal(access("/tmp/tw-attack.db", F_OK), -1);
	assert_int_equal(access("/tmp/tw-attack", F_OK), -1);
	b = slurp(f->path, &after);
	assert_int_equal(before, after);
	assert_memory_equal(a, b, before);
	free(a);
	free(b);
}

/* The refusal names what to do. */
static void refusal_says_why(void **state)
{
	const struct fixture *f = *state;
	tw_store *reader;
	tw_error err = TW_ERROR_INIT;

	tw_store_free(fixture_store(f));
	reader = reader_of(f);
	assert_int_equal(run(reader, "DELETE FROM entity", &err),
			 TW_EREFUSED);
	assert_non_null(strstr(err.message, "open the store for writing"));
	assert_int_equal(run(reader, "ATTACH ':memory:' AS o", &err),
			 TW_EREFUSED);
	tw_store_free(reader);
}

/* What reports and checks ask still works. */
static void questions_are_allowed(void **state)
{
	static const char *const questions[] = {
		"SELECT count(*) FROM sqlite_master",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
		"FROM n WHERE i < 9) SELECT max(i) FROM n",
		"PRAGMA integrity_check(1)", "PRAGMA quick_check",
		"PRAGMA foreign_key_check", "PRAGMA user_version",
		"PRAGMA page_count", "PRAGMA data_version",
		"PRAGMA table_info('call')",
		"SELECT upper('a') || replace('b', 'b', 'c')",
	};
	const struct fixture *f = *state;
	tw_store *reader;
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;

	tw_store_free(fixture_store(f));
	reader = reader_of(f);
	assert_int_equal(tw__read_enter(&tx, reader, &err), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(questions); i++) {
		if (run(reader, questions[i], &err))
			fail_msg("%s: %s", questions[i], err.message);
	}
	tw__read_leave(&tx, reader);
	tw_store_free(reader);
}

/* A writer attaches nothing either: the lock is of one file. */
static void writers_attach_nothing(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	assert_int_not_equal(run(store, "ATTACH ':memory:' AS o", &err),
			     TW_OK);
	assert_int_not_equal(run(store, "SELECT load_extension('/tmp/x')",
				 &err), TW_OK);
	/* defensive: the schema is not a table to write */
	assert_int_not_equal(run(store, "PRAGMA writable_schema = ON", &err) ||
			     run(store, "DELETE FROM sqlite_master", &err),
			     TW_OK);
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(attacks_are_refused),
		TEST(refusal_says_why),
		TEST(questions_are_allowed),
		TEST(writers_attach_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
