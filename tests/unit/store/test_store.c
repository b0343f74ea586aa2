/* Opening, rights, refusals, what a dead writer leaves. */
#include "store_fixture.h"
#include <signal.h>
#include <sqlite3.h>

static void missing_file_is_not_made(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_ENOTFOUND);
	assert_null(store);
	assert_non_null(strstr(err.message, f->path));
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(fixture_open(&store, f, TW_STORE_CREATE |
				      TW_STORE_READONLY, 0, &err),
			 TW_ENOTFOUND);
}

static void new_store_is_private_and_complete(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	struct stat st;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(tw_store_schema(store) >= 1);
	assert_int_equal(ask(store, "PRAGMA user_version"),
			 tw_store_schema(store));
	assert_int_equal(ask(store, "PRAGMA synchronous"), 2);
	assert_int_equal(ask(store, "PRAGMA foreign_keys"), 1);
	assert_int_equal(ask(store, "PRAGMA recursive_triggers"), 1);
	assert_int_equal(ask(store, "PRAGMA wal_autocheckpoint"), 0);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	tw_store_free(store);
	store = fixture_store(f);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	tw_store_free(store);
}

static void bad_arguments(void **state)
{
	const struct fixture *f = *state;
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_open(NULL, f->path, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_store_open(&store, "", NULL, &err), TW_EINVAL);
	assert_int_equal(tw_store_open(&store, ":memory:", NULL, &err),
			 TW_EINVAL);
	assert_int_equal(tw_store_open(&store, "file:x?mode=rw", NULL, &err),
			 TW_EINVAL);
	options.flags = 0x80;
	assert_int_equal(tw_store_open(&store, f->path, &options, &err),
			 TW_EINVAL);
	assert_int_equal(tw_store_open(&store, f->dir, NULL, &err), TW_EIO);
	assert_null(store);
	tw_store_free(NULL);
}

static void reader_cannot_write(void **state)
{
	const struct fixture *f = *state;
	tw_store *writer = fixture_store(f), *reader = NULL;
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;

	assert_int_equal(fixture_open(&reader, f, TW_STORE_READONLY, 0,
				      &err), TW_OK);
	assert_int_equal(tw_store_begin(reader, &err), TW_EREFUSED);
	assert_int_equal(tw__tx_enter(&tx, reader, &err), TW_EREFUSED);
	assert_int_equal(run(reader, "INSERT INTO entity (kind) VALUES "
			     "('department')", &err), TW_EREFUSED);
	assert_non_null(strstr(err.message, "open the store for writing"));
	/* ... and sees what others commit. */
	assert_int_equal(run(writer, "INSERT INTO entity (kind) VALUES "
			     "('department')", &err), TW_OK);
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 1);
	tw_store_free(reader);
	tw_store_free(writer);
}

/* A reader keeps its snapshot while a writer commits. */
static void snapshot_stands_still(void **state)
{
	const struct fixture *f = *state;
	tw_store *writer = fixture_store(f), *reader = NULL;
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx, inner;

	assert_int_equal(fixture_open(&reader, f, TW_STORE_READONLY, 0,
				      &err), TW_OK);
	assert_int_equal(tw__read_enter(&tx, reader, &err), TW_OK);
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 0);
	assert_int_equal(run(writer, "INSERT INTO entity (kind) VALUES "
			     "('x')", &err), TW_OK);
	assert_int_equal(tw__read_enter(&inner, reader, &err), TW_OK);
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 0);
	tw__read_leave(&inner, reader);
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 0);
	tw__read_leave(&tx, reader);
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 1);
	tw_store_free(reader);
	tw_store_free(writer);
}

static void write_bytes(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	fputs(text, file);
	fclose(file);
}

static void other_files_are_refused(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	sqlite3 *db;

	write_bytes(f->path, "prefix,destination,rate\n7495,Moscow,1.20\n"
		    "this is a price sheet and long enough to be read as a "
		    "page header of a database, which it is not at all\n");
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "not a trunkwise store"));
	unlink(f->path);
	sqlite3_open(f->path, &db);
	sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "another program"));
	assert_null(store);
}

static void other_versions(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_error err = TW_ERROR_INIT;
	sqlite3 *db;

	tw_store_free(store);
	store = NULL;
	sqlite3_open(f->path, &db);
	sqlite3_exec(db, "PRAGMA user_version = 9999", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_EVERSION);
	assert_non_null(strstr(err.message, "9999"));
	assert_int_equal(fixture_open(&store, f, TW_STORE_READONLY, 0, &err),
			 TW_EVERSION);
	unlink(f->path);
	write_bytes(f->path, "");
	assert_int_equal(fixture_open(&store, f, TW_STORE_READONLY, 0, &err),
			 TW_ESTORE);
	assert_non_null(strstr(err.message, "is empty, no store"));
	assert_null(store);
}

/* The child is killed in its transaction, as by kill -9 or a power switch. */
static int die_writing(void *arg)
{
	tw_store *store = fixture_store(arg);
	tw_error err = TW_ERROR_INIT;
	int i;

	tw_store_begin(store, &err);
	for (i = 0; i < 5000; i++)
		run(store, "INSERT INTO entity (kind) VALUES ('phone')",
		    &err);
	kill(getpid(), SIGKILL);
	return 0;
}

static void killed_writer_leaves_the_old_state(void **state)
{
	struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(run(store, "INSERT INTO entity (kind) VALUES "
			     "('department')", &err), TW_OK);
	tw_store_free(store);
	assert_int_equal(in_child(die_writing, f), -1);
	/* The kernel dropped the lock with the process. */
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 1);
	assert_int_equal(ask(store, "SELECT count(*) FROM "
			     "pragma_integrity_check WHERE integrity_check = "
			     "'ok'"), 1);
	assert_int_equal(run(store, "INSERT INTO entity (kind) VALUES "
			     "('phone')", &err), TW_OK);
	tw_store_free(store);
}

/* Each transaction adds a pair; killed wherever it happens to be. */
static int add_pairs(void *arg)
{
	tw_store *store = fixture_store(arg);
	tw_error err = TW_ERROR_INIT;

	while (tw_store_begin(store, &err) == TW_OK) {
		run(store, "INSERT INTO entity (kind) VALUES ('a')", &err);
		run(store, "INSERT INTO entity (kind) VALUES "
		    "(hex(zeroblob(3000)))", &err);
		tw_store_commit(store, &err);
	}
	return 1;
}

static void killed_at_any_moment(void **state)
{
	struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_error err = TW_ERROR_INIT;
	int i, status;
	int64_t last = 0, now;
	pid_t pid;

	tw_store_free(store);
	for (i = 0; i < 40; i++) {
		pid = fork();
		if (!pid)
			_exit(add_pairs(f));
		usleep(3000 + (useconds_t)(i * 7919 % 25000));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		store = NULL;
		assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_OK);
		now = ask(store, "SELECT count(*) FROM entity");
		assert_true(now % 2 == 0 && now >= last);
		assert_true(ask(store, "SELECT count(*) FROM entity WHERE "
				"kind = 'a'") == now / 2);
		assert_int_equal(ask(store, "SELECT count(*) FROM "
			"pragma_integrity_check WHERE integrity_check = "
			"'ok'"), 1);
		last = now;
		assert_int_equal(tw_store_begin(store, &err), TW_OK);
		tw_store_free(store);
	}
	assert_true(last > 0);
}

/* 1: rollback journal, 2: write-ahead log. */
static int write_version(const char *path)
{
	FILE *file = fopen(path, "rb");
	int byte;

	assert_non_null(file);
	assert_int_equal(fseek(file, 18, SEEK_SET), 0);
	byte = fgetc(file);
	fclose(file);
	return byte;
}

/* VACUUM INTO, the usual backup, makes a copy without a write-ahead log. */
static void a_copy_gets_its_log_back(void **state)
{
	struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_error err = TW_ERROR_INIT;
	sqlite3 *db;

	tw_store_free(store);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL,
				      NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(write_version(f->path), 1);
	assert_int_equal(fixture_open(&store, f, TW_STORE_READONLY, 0, &err),
			 TW_OK);
	tw_store_free(store);
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_OK);
	tw_store_free(store);
	assert_int_equal(write_version(f->path), 2);
}

static int use_after_fork(void *arg)
{
	tw_store *store = arg;
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;

	if (tw__stmt(&stmt, store, "SELECT 1", &err) != TW_EINVAL)
		return 1;
	if (tw_store_begin(store, &err) != TW_EINVAL)
		return 2;
	if (!strstr(err.message, "fork"))
		return 3;
	tw_store_free(store);
	return 0;
}

static void handles_do_not_cross_fork(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f);

	assert_int_equal(in_child(use_after_fork, store), 0);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	tw_store_free(store);
}

static int read_as_nobody(void *arg)
{
	struct fixture *f = arg;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	char side[160];

	/* Readable file, closed directory, no -shm: WAL can't be read. */
	chmod(f->path, 0644);
	snprintf(side, sizeof(side), "%s-shm", f->path);
	unlink(side);
	snprintf(side, sizeof(side), "%s-wal", f->path);
	unlink(side);
	chmod(f->dir, 0555);
	if (setgid(65534) || setuid(65534))
		return 77;
	if (fixture_open(&store, f, TW_STORE_READONLY, 0, &err) != TW_EIO)
		return 1;
	return strstr(err.message, "directory is not writable") ? 0 : 2;
}

static int read_closed_as_nobody(void *arg)
{
	struct fixture *f = arg;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	uint32_t flags = TW_STORE_READONLY;

	chmod(f->path, 0);
	chmod(f->dir, 0777);
	if (setgid(65534) || setuid(65534))
		return 77;
	for (int i = 0; i < 2; i++, flags = 0) {
		if (fixture_open(&store, f, flags, 0, &err) != TW_EIO)
			return 1;
		if (!strstr(err.message, "itself is closed to this user"))
			return 2;
	}
	return 0;
}

static void closed_file_is_explained(void **state)
{
	struct fixture *f = *state;
	int status;

	if (getuid())
		skip();
	tw_store_free(fixture_store(f));
	status = in_child(read_closed_as_nobody, f);
	chmod(f->dir, 0700);
	assert_int_equal(status, 0);
}

static void closed_directory_is_explained(void **state)
{
	struct fixture *f = *state;
	int status;

	if (getuid())
		skip();
	tw_store_free(fixture_store(f));
	status = in_child(read_as_nobody, f);
	chmod(f->dir, 0700);
	assert_int_equal(status, 0);
}

static void children_keep_it_open(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_store *child = tw__store_ref(store);

	assert_ptr_equal(child, store);
	tw_store_free(store);
	assert_int_equal(ask(child, "SELECT count(*) FROM entity"), 0);
	tw_store_free(child);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(missing_file_is_not_made),
		TEST(new_store_is_private_and_complete),
		TEST(bad_arguments),
		TEST(reader_cannot_write),
		TEST(snapshot_stands_still),
		TEST(other_files_are_refused),
		TEST(other_versions),
		TEST(killed_writer_leaves_the_old_state),
		TEST(killed_at_any_moment),
		TEST(a_copy_gets_its_log_back),
		TEST(handles_do_not_cross_fork),
		TEST(closed_directory_is_explained),
		TEST(closed_file_is_explained),
		TEST(children_keep_it_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
