/* Restores: the old file keeps all its bytes, a bad backup changes nothing. */
#include "store_fixture.h"
#include <pthread.h>
#include <sqlite3.h>

#define ADD "INSERT INTO entity (kind) VALUES ('x')"

struct restore_test {
	struct fixture *f;
	char backup[160], kept[200];
};

/* A backup with one row, and a store that has two by now. */
static struct restore_test open_test(void **state)
{
	struct restore_test t = { .f = *state };
	tw_store *store = fixture_store(t.f);
	tw_error err = TW_ERROR_INIT;

	snprintf(t.backup, sizeof(t.backup), "%s/backup.db", t.f->dir);
	snprintf(t.kept, sizeof(t.kept), "%s.replaced", t.f->path);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	if (tw_store_backup(store, t.backup, 0, &err))
		fail_msg("%s", err.message);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	tw_store_free(store);
	return t;
}

static void remove_all(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal",
					    ".lock" };
	char name[256];

	for (size_t i = 0; i < TW_ARRAY_COUNT(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

static void close_test(struct restore_test *t)
{
	remove_all(t->backup);
	remove_all(t->kept);
}

static int64_t rows_of(const char *path)
{
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	int64_t rows;

	if (tw_store_open(&store, path, NULL, &err))
		fail_msg("%s", err.message);
	rows = ask(store, "SELECT count(*) FROM entity");
	tw_store_free(store);
	return rows;
}

static void old_store_stays_beside(void **state)
{
	struct restore_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	char *kept = NULL;
	struct stat st;

	chmod(t.f->path, 0640);
	assert_int_equal(tw_store_restore(&kept, t.f->path, t.backup, &err),
			 TW_OK);
	assert_string_equal(kept, t.kept);
	tw_free(kept);
	assert_int_equal(stat(t.f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(rows_of(t.f->path), 1);
	assert_int_equal(rows_of(t.kept), 2);
	assert_int_equal(rows_of(t.backup), 1);
	close_test(&t);
}

static void into_an_empty_place(void **state)
{
	struct restore_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	char path[160], *kept = NULL;

	snprintf(path, sizeof(path), "%s/new.db", t.f->dir);
	assert_int_equal(tw_store_restore(&kept, path, t.backup, &err),
			 TW_OK);
	assert_string_equal(kept, "");
	tw_free(kept);
	assert_int_equal(rows_of(path), 1);
	remove_all(path);
	close_test(&t);
}

/* Its last commits are in a log that a reader keeps from being emptied. */
static void the_log_goes_with_the_old_store(void **state)
{
	struct restore_test t = open_test(state);
	tw_store *store = fixture_store(t.f), *reader = NULL;
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;
	char *kept = NULL;

	assert_int_equal(fixture_open(&reader, t.f, TW_STORE_READONLY, 0,
				      &err), TW_OK);
	assert_int_equal(tw__read_enter(&tx, reader, &err), TW_OK);
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 2);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw_store_restore(&kept, t.f->path, t.backup, &err),
			 TW_OK);
	tw_free(kept);
	/* who had it open reads on, and can write no more */
	assert_int_equal(ask(reader, "SELECT count(*) FROM entity"), 2);
	tw__read_leave(&tx, reader);
	assert_int_equal(tw_store_begin(store, &err), TW_EIO);
	assert_non_null(strstr(err.message, "replaced"));
	tw_store_free(reader);
	tw_store_free(store);
	assert_int_equal(rows_of(t.f->path), 1);
	assert_int_equal(rows_of(t.kept), 3);
	close_test(&t);
}

static void waits_for_writers(void **state)
{
	struct restore_test t = open_test(state);
	tw_store *store = fixture_store(t.f);
	tw_error err = TW_ERROR_INIT;
	char *kept = NULL;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw_store_restore(&kept, t.f->path, t.backup, &err),
			 TW_EBUSY);
	assert_null(kept);
	assert_int_equal(tw_store_commit(store, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 3);
	tw_store_free(store);
	close_test(&t);
}

static void must_refuse(struct restore_test *t, const char *from,
			tw_status want, const char *word)
{
	tw_error err = TW_ERROR_INIT;
	char *kept = NULL;
	tw_status status = tw_store_restore(&kept, t->f->path, from, &err);

	if (status != want || !strstr(err.message, word))
		fail_msg("%s: %d, %s", from, (int)status, err.message);
	assert_null(kept);
	assert_int_equal(rows_of(t->f->path), 2);
}

static void write_at(const char *path, long offset, int whence,
		     const char *bytes, size_t size)
{
	FILE *file = fopen(path, "r+b");

	if (!file)
		file = fopen(path, "wb");
	fseek(file, offset, whence);
	fwrite(bytes, size, 1, file);
	fclose(file);
}

static void bad_backups_change_nothing(void **state)
{
	struct restore_test t = open_test(state);
	char other[160], junk[4096];
	sqlite3 *db;

	snprintf(other, sizeof(other), "%s/other", t.f->dir);
	must_refuse(&t, other, TW_ENOTFOUND, "no store");
	must_refuse(&t, t.f->dir, TW_EIO, "regular");
	must_refuse(&t, t.f->path, TW_EINVAL, "the store itself");
	write_at(other, 0, SEEK_SET, "", 0);
	must_refuse(&t, other, TW_ESTORE, "holds no trunkwise store");
	memset(junk, 'x', sizeof(junk));
	write_at(other, 0, SEEK_SET, junk, sizeof(junk));
	must_refuse(&t, other, TW_ESTORE, "not a trunkwise store");
	unlink(other);
	sqlite3_open(other, &db);
	sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL, NULL);
	sqlite3_close(db);
	must_refuse(&t, other, TW_ESTORE, "another program");
	unlink(other);
	sqlite3_open(t.backup, &db);
	sqlite3_exec(db, "PRAGMA user_version = 9999", NULL, NULL, NULL);
	sqlite3_close(db);
	must_refuse(&t, t.backup, TW_EVERSION, "9999");
	close_test(&t);
}

static void damaged_backups_change_nothing(void **state)
{
	struct restore_test t = open_test(state);
	char junk[64];

	memset(junk, 0xa5, sizeof(junk));
	write_at(t.backup, 4096 * 5, SEEK_SET, junk, sizeof(junk));
	must_refuse(&t, t.backup, TW_ESTORE, "damaged");
	assert_int_equal(truncate(t.backup, 40000), 0);
	must_refuse(&t, t.backup, TW_ESTORE, "");
	close_test(&t);
}

/* It is for such a day: what stands there now cannot even be opened. */
static void over_a_damaged_store(void **state)
{
	struct restore_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	char junk[4096], *kept = NULL;

	memset(junk, 0xa5, sizeof(junk));
	write_at(t.f->path, 0, SEEK_SET, junk, sizeof(junk));
	assert_int_equal(fixture_open(&store, t.f, 0, 0, &err), TW_ESTORE);
	assert_int_equal(tw_store_restore(&kept, t.f->path, t.backup, &err),
			 TW_OK);
	tw_free(kept);
	assert_int_equal(rows_of(t.f->path), 1);
	assert_int_equal(access(t.kept, F_OK), 0);
	close_test(&t);
}

/* A log without its file would be played into the new one. */
static void a_lonely_log_is_set_aside(void **state)
{
	struct restore_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	char wal[256], *kept = NULL;

	snprintf(wal, sizeof(wal), "%s-wal", t.f->path);
	unlink(t.f->path);
	write_at(wal, 0, SEEK_SET, "log", 3);
	assert_int_equal(tw_store_restore(&kept, t.f->path, t.backup, &err),
			 TW_OK);
	assert_string_equal(kept, t.kept);
	tw_free(kept);
	assert_int_equal(rows_of(t.f->path), 1);
	snprintf(wal, sizeof(wal), "%s-wal", t.kept);
	assert_int_equal(access(wal, F_OK), 0);
	close_test(&t);
}

static void through_a_link(void **state)
{
	struct restore_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	char name[160], *kept = NULL;
	struct stat st;

	snprintf(name, sizeof(name), "%s/link.db", t.f->dir);
	assert_int_equal(symlink(t.f->path, name), 0);
	assert_int_equal(tw_store_restore(&kept, name, t.backup, &err),
			 TW_OK);
	assert_string_equal(kept, t.kept);
	tw_free(kept);
	assert_int_equal(lstat(name, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(rows_of(name), 1);
	unlink(name);
	close_test(&t);
}

struct opener {
	struct fixture *f;
	volatile int stop, wrong, opened;
};

/* As `cdr import` does: makes the store when there is none. */
static void *open_on(void *arg)
{
	struct opener *o = arg;

	while (!o->stop) {
		tw_store *store = NULL;
		tw_status status = fixture_open(&store, o->f, TW_STORE_CREATE,
						3000, NULL);

		/* replaced under it, or seen while it had two names */
		if (status && status != TW_EIO && status != TW_EUNSUPPORTED)
			o->wrong = status;
		o->opened += !status;
		tw_store_free(store);
	}
	return NULL;
}

/* Who makes a store in the moment in which there is none makes no other. */
static void others_open_meanwhile(void **state)
{
	struct restore_test t = open_test(state);
	struct opener o = { .f = t.f };
	tw_error err = TW_ERROR_INIT;
	pthread_t thread;
	char *kept, name[300];
	int i;

	assert_int_equal(pthread_create(&thread, NULL, open_on, &o), 0);
	for (i = 0; i < 60; i++) {
		kept = NULL;
		if (tw_store_restore(&kept, t.f->path, t.backup, &err))
			fail_msg("%s", err.message);
		remove_all(kept);
		snprintf(name, sizeof(name), "%s-wal", kept);
		unlink(name);
		tw_free(kept);
	}
	o.stop = 1;
	pthread_join(thread, NULL);
	assert_int_equal(o.wrong, 0);
	assert_true(o.opened > 0);
	assert_int_equal(rows_of(t.f->path), 1);
	close_test(&t);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(old_store_stays_beside),
		TEST(into_an_empty_place),
		TEST(the_log_goes_with_the_old_store),
		TEST(waits_for_writers),
		TEST(bad_backups_change_nothing),
		TEST(damaged_backups_change_nothing),
		TEST(over_a_damaged_store),
		TEST(a_lonely_log_is_set_aside),
		TEST(through_a_link),
		TEST(others_open_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
