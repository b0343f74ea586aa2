/* Schema: versions, and triggers that keep history as it was. */
#include "store_fixture.h"
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <trunkwise.h>
#include "store/schema.h"

#define OLD TW_SOURCE_DIR "/tests/unit/store/old/"

static void steps_rise(void **state)
{
	const struct tw_schema *step;
	long last = 0;

	(void)state;
	for (step = tw__schema; step->name; step++) {
		long version = strtol(step->name, NULL, 10);

		assert_int_equal(version, last + 1);
		assert_true(strlen(step->sql) > 100);
		last = version;
	}
	assert_true(last >= 1);
}

static void exec(sqlite3 *db, const char *sql)
{
	char *text = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &text))
		fail_msg("%.60s: %s", sql, text);
}

static void exec_file(sqlite3 *db, const char *path)
{
	size_t size;
	char *sql = slurp(path, &size);

	assert_non_null(sql);
	sql[size] = '\0';
	exec(db, sql);
	free(sql);
}

static long newest(void)
{
	long version = 0;

	for (const struct tw_schema *s = tw__schema; s->name; s++)
		version = strtol(s->name, NULL, 10);
	return version;
}

/* ---- a new file ---- */

static char *schema_of(sqlite3 *db)
{
	sqlite3_stmt *stmt;
	char *text = calloc(1, 1 << 20);
	size_t n = 0;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT type, name, tbl_name, "
		"coalesce(sql, '') FROM sqlite_schema ORDER BY type, name", -1,
		&stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		n += (size_t)snprintf(text + n, (1 << 20) - n,
			"%s %s of %s\n%s\n", sqlite3_column_text(stmt, 0),
			sqlite3_column_text(stmt, 1),
			sqlite3_column_text(stmt, 2),
			sqlite3_column_text(stmt, 3));
		assert_true(n < 1 << 20);
	}
	sqlite3_finalize(stmt);
	return text;
}

static int64_t rows_of(sqlite3 *db)
{
	sqlite3_stmt *names, *count;
	int64_t rows = 0;
	char sql[160];

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM "
		"sqlite_schema WHERE type = 'table'", -1, &names, NULL),
		SQLITE_OK);
	while (sqlite3_step(names) == SQLITE_ROW) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM \"%s\"",
			 sqlite3_column_text(names, 0));
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &count,
						    NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(count), SQLITE_ROW);
		rows += sqlite3_column_int64(count, 0);
		sqlite3_finalize(count);
	}
	sqlite3_finalize(names);
	return rows;
}

/* It takes no steps, and is what it would have become by them. */
static void new_is_what_steps_make(void **state)
{
	tw_store *store = fixture_store(*state);
	struct fixture *f = *state;
	sqlite3 *by_steps, *made;
	char *a, *b;

	assert_true(strlen(tw__schema_newest) > 10000);
	tw_store_free(store);
	assert_int_equal(sqlite3_open(f->path, &made), SQLITE_OK);
	assert_int_equal(sqlite3_open(":memory:", &by_steps), SQLITE_OK);
	for (const struct tw_schema *s = tw__schema; s->name; s++)
		exec(by_steps, s->sql);
	a = schema_of(made);
	b = schema_of(by_steps);
	assert_string_equal(a, b);
	/* no step may put a row into an empty file: it would be missing */
	assert_int_equal(rows_of(by_steps), 0);
	assert_int_equal(rows_of(made), 0);
	free(a);
	free(b);
	sqlite3_close(made);
	sqlite3_close(by_steps);
}

/* The newest schema that still takes the rows as they are written down. */
#define WRITTEN_FOR 5

static void exec_rows(sqlite3 *db, long version)
{
	exec_file(db, OLD "directory.sql");
	if (version >= 2)
		exec_file(db, OLD "calls.sql");
}

/* What the release with that schema would have left on the disk. */
static void make_old(const struct fixture *f, long version)
{
	char sql[128];
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	exec(db, "PRAGMA synchronous = OFF; BEGIN");
	for (const struct tw_schema *step = tw__schema; step->name &&
	     strtol(step->name, NULL, 10) <= version; step++) {
		if (strtol(step->name, NULL, 10) == WRITTEN_FOR + 1)
			exec_rows(db, WRITTEN_FOR);
		exec(db, step->sql);
	}
	if (version <= WRITTEN_FOR)
		exec_rows(db, version);
	snprintf(sql, sizeof(sql), "COMMIT; PRAGMA journal_mode = WAL; "
		 "PRAGMA user_version = %ld; "
		 "PRAGMA application_id = 1415017332", version);
	exec(db, sql);
	sqlite3_close(db);
}

static void old_name(char out[200], const struct fixture *f, long version)
{
	snprintf(out, 200, "%s.schema-%ld", f->path, version);
}

static long version_of(const char *path)
{
	size_t size;
	unsigned char *b = (unsigned char *)slurp(path, &size);
	long version = b && size >= 64 ? b[60] << 24 | b[61] << 16 |
		b[62] << 8 | b[63] : -1;

	free(b);
	return version;
}

static void must_verify(tw_store *store)
{
	tw_verdict verdicts[64];
	uint32_t count = 64, i;
	tw_error err = TW_ERROR_INIT;

	if (tw_store_verify(verdicts, &count, store, &err))
		fail_msg("%s", err.message);
	assert_true(count >= 11);
	for (i = 0; i < count; i++) {
		if (!verdicts[i].holds)
			fail_msg("%s: %s", verdicts[i].invariant,
				 verdicts[i].detail);
	}
}

/* Whole kopecks of October: 600.00 of rents, 13.80 of calls. */
static void must_have_october(tw_store *store)
{
	tw_error err = TW_ERROR_INIT;
	tw_money total = { 0 };

	assert_int_equal(ask(store, "SELECT count(*) FROM call"), 20);
	if (tw_ledger_month_total(&total, store, "2026-10", "RUB", &err))
		fail_msg("%s", err.message);
	assert_true(total.nanos == 613800000000);
}

/* From each version that there ever was to the newest: the rows are there,
 * the month comes to the same, every invariant holds, and the file as it was
 * stays beside. */
static void every_version_moves_forward(void **state)
{
	const struct fixture *f = *state;
	char kept[200];
	const struct tw_schema *step;
	tw_store *store;

	for (step = tw__schema; step->name; step++) {
		const long version = strtol(step->name, NULL, 10);

		make_old(f, version);
		store = fixture_store(f);
		assert_int_equal(tw_store_schema(store), newest());
		assert_int_equal(ask(store, "PRAGMA user_version"),
				 newest());
		assert_int_equal(ask(store, "SELECT count(*) FROM number"),
				 2);
		if (version >= 2)
			must_have_october(store);
		must_verify(store);
		tw_store_free(store);
		old_name(kept, f, version);
		assert_int_equal(version_of(kept),
				 version == newest() ? -1 : version);
		unlink(kept);
		unlink(f->path);
	}
}

/* A step that can't be done leaves the old file, and no copy of it. */
/* Calls as step 43 had them, of every kind that their columns allow, are the
 * same ones behind the view. */
static void calls_keep_every_column(void **state)
{
	const struct tw_schema *step = tw__schema;
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (; step->name && strtol(step->name, NULL, 10) < 44; step++)
		exec(db, step->sql);
	exec(db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
	     "SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO call SELECT "
	     "i / 3, random(), i % 7 = 0, random(), i % 4, i % 5, "
	     "CASE i % 2 WHEN 0 THEN 'c' || i ELSE randomblob(16) END, "
	     "CASE i % 5 WHEN 0 THEN 'l' || i END, i % 3, i % 11, i % 4, "
	     "i % 6, CASE WHEN i % 3 THEN i * (CASE i % 4 WHEN 0 THEN 1 "
	     "WHEN 1 THEN 1000 ELSE 1000000 END) END, "
	     "CASE i % 9 WHEN 0 THEN -i * 1000 WHEN 1 THEN 7 END, "
	     "i * (CASE i % 7 WHEN 0 THEN 10 ELSE 1000000 END), i, -i, "
	     "i % 3, i % 2, i % 10, i % 6, 1 + i % 3, i % 8, "
	     "CASE i % 3 WHEN 0 THEN 1 + i % 2 END, "
	     "CASE i % 3 WHEN 0 THEN i END, CASE i % 3 WHEN 0 THEN 60 END, "
	     "CASE i % 3 WHEN 0 THEN i * (CASE i % 5 WHEN 0 THEN 10000 "
	     "WHEN 1 THEN 4611686018427387 ELSE 10000000 END) END, "
	     "CASE i % 3 WHEN 0 THEN -i * (i % 4) END, "
	     "CASE i % 13 WHEN 0 THEN i END FROM n");
	exec(db, "CREATE TABLE before AS SELECT * FROM call");
	exec(db, step->sql);
	exec(db, "CREATE TABLE once (n INTEGER CHECK (n = 0))");
	exec(db, "INSERT INTO once SELECT count(*) - 2000 FROM call");
	exec(db, "INSERT INTO once SELECT count(*) FROM (SELECT * FROM before "
	     "EXCEPT SELECT * FROM call)");
	exec(db, "INSERT INTO once SELECT count(*) FROM (SELECT * FROM call "
	     "EXCEPT SELECT * FROM before)");
	sqlite3_close(db);
}

static void refused_migration_changes_nothing(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	sqlite3 *db;
	char kept[200];

	make_old(f, 3);
	/* a table of that name is in the way of step 5 */
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	exec(db, "CREATE TABLE numbering_range (a)");
	sqlite3_close(db);
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_ESTORE);
	assert_null(store);
	assert_int_equal(version_of(f->path), 3);
	old_name(kept, f, 3);
	assert_int_equal(access(kept, F_OK), -1);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	/* nothing of step 4 is in it either */
	assert_int_equal(sqlite3_exec(db, "SELECT * FROM exchange_rate",
				      NULL, NULL, NULL), SQLITE_ERROR);
	exec(db, "DROP TABLE numbering_range");
	sqlite3_close(db);
	store = fixture_store(f);
	must_have_october(store);
	must_verify(store);
	tw_store_free(store);
	unlink(kept);
}

/* No room for the copy: no migration. */
static void no_room_for_the_copy(void **state)
{
	const struct fixture *f = *state;
	struct rlimit old, small;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_status status;
	char kept[200];

	make_old(f, 4);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 100 * 1024;
	setrlimit(RLIMIT_FSIZE, &small);
	status = fixture_open(&store, f, 0, 0, &err);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(status, TW_EIO);
	assert_int_equal(version_of(f->path), 4);
	old_name(kept, f, 4);
	assert_int_equal(access(kept, F_OK), -1);
}

static int migrate(void *arg)
{
	tw_store *store = NULL;

	if (fixture_open(&store, arg, 0, 5000, NULL))
		return 1;
	tw_store_free(store);
	return 0;
}

static void remove_copies(const struct fixture *f)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -f %s.*", f->path);
	assert_int_equal(system(command), 0);
}

/* Killed at any moment of it: one version or the other, and all the rows. */
static void killed_in_migration(void **state)
{
	struct fixture *f = *state;
	const int rounds = getenv("TW_TEST_LONG") ? 2000 : 20;
	int round, status, killed = 0, done = 0;
	tw_store *store;
	pid_t pid;

	for (round = 0; round < rounds; round++) {
		unlink(f->path);
		make_old(f, 2);
		pid = fork();
		if (!pid)
			_exit(migrate(f));
		usleep((useconds_t)(round * 7919 % 60000));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (WIFEXITED(status))
			done++;
		else
			killed++;
		store = fixture_store(f);
		must_have_october(store);
		must_verify(store);
		tw_store_free(store);
		remove_copies(f);
	}
	assert_true(killed > 0);
	print_message("%d killed, %d were through\n", killed, done);
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
	/* a column that a later step added is guarded like the first ones */
	assert_int_equal(ask(store, "SELECT count(*) FROM sqlite_master m, "
		"pragma_table_info(m.name) i, sqlite_master t WHERE "
		"m.type = 'table' AND t.type = 'trigger' AND "
		"t.name = m.name || '_no_update' AND "
		"instr(t.sql, ' UPDATE OF') > 0 AND EXISTS (SELECT 1 FROM "
		"pragma_table_info(m.name) v WHERE v.name = 'valid_to') AND "
		"i.name NOT IN ('id', 'valid_from', 'valid_to', 'name', "
		"'parent', 'position') AND "
		"instr(t.sql, '\"' || i.name || '\"') = 0"), 0);
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
		TEST(new_is_what_steps_make),
		TEST(every_version_moves_forward),
		TEST(calls_keep_every_column),
		TEST(refused_migration_changes_nothing),
		TEST(no_room_for_the_copy),
		TEST(killed_in_migration),
		TEST(history_is_only_ended),
		TEST(every_table_is_guarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
