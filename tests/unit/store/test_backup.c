/* Backups: of one moment under a writer, never over anything, never half. */
#include "store_fixture.h"
#include <pthread.h>
#include <sys/resource.h>
#include <signal.h>
#include "store/backup.h"

#define ADD_PAIR "INSERT INTO entity (kind) VALUES ('a'), " \
	"(hex(randomblob(600)))"

struct backup_test {
	struct fixture *f;
	tw_store *store;
	char path[160];
};

static struct backup_test open_test(void **state)
{
	struct backup_test t = { .f = *state };

	t.store = fixture_store(t.f);
	snprintf(t.path, sizeof(t.path), "%s/backup.db", t.f->dir);
	return t;
}

static void close_test(struct backup_test *t)
{
	tw_store_free(t->store);
	unlink(t->path);
}

static int64_t ask_file(const char *path, const char *sql)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	int64_t value;

	options.flags = TW_STORE_READONLY;
	if (tw_store_open(&store, path, &options, &err))
		fail_msg("%s", err.message);
	value = ask(store, sql);
	tw_store_free(store);
	return value;
}

static void backup_is_a_store(void **state)
{
	struct backup_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	tw_store *again = NULL;
	struct stat st;
	char *text = NULL, lock[200];

	assert_int_equal(run(t.store, ADD_PAIR, &err), TW_OK);
	assert_int_equal(tw_store_backup(t.store, t.path, 0, &err), TW_OK);
	assert_int_equal(ask_file(t.path, "SELECT count(*) FROM entity"), 2);
	assert_int_equal(stat(t.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(tw_store_check(&text, t.path, &err), TW_OK);
	assert_string_equal(text, "");
	tw_free(text);
	/* ... that can be written, too */
	assert_int_equal(tw_store_open(&again, t.path, NULL, &err), TW_OK);
	assert_int_equal(run(again, ADD_PAIR, &err), TW_OK);
	assert_int_equal(ask(again, "SELECT count(*) FROM entity"), 4);
	tw_store_free(again);
	assert_int_equal(ask(t.store, "SELECT count(*) FROM entity"), 2);
	snprintf(lock, sizeof(lock), "%s.lock", t.path);
	unlink(lock);
	snprintf(lock, sizeof(lock), "%s-shm", t.path);
	unlink(lock);
	snprintf(lock, sizeof(lock), "%s-wal", t.path);
	unlink(lock);
	close_test(&t);
}

static void nothing_is_replaced_unasked(void **state)
{
	struct backup_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	char wal[200];
	FILE *file = fopen(t.path, "w");

	fputs("mine", file);
	fclose(file);
	assert_int_equal(tw_store_backup(t.store, t.path, 0, &err),
			 TW_EEXIST);
	assert_non_null(strstr(err.message, "--force"));
	assert_int_equal(tw_store_backup(t.store, t.path, TW_STORE_FORCE,
					 &err), TW_OK);
	assert_int_equal(ask_file(t.path, "SELECT count(*) FROM entity"), 0);
	/* A log beside the name would be played into the backup. */
	snprintf(wal, sizeof(wal), "%s-wal", t.path);
	file = fopen(wal, "w");
	fputs("log", file);
	fclose(file);
	assert_int_equal(tw_store_backup(t.store, t.path, TW_STORE_FORCE,
					 &err), TW_EEXIST);
	assert_non_null(strstr(err.message, "-wal"));
	unlink(wal);
	close_test(&t);
}

static void wrong_targets(void **state)
{
	struct backup_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	char link[160];

	assert_int_equal(tw_store_backup(NULL, t.path, 0, &err), TW_EINVAL);
	assert_int_equal(tw_store_backup(t.store, "", 0, &err), TW_EINVAL);
	assert_int_equal(tw_store_backup(t.store, NULL, 0, &err), TW_EINVAL);
	assert_int_equal(tw_store_backup(t.store, t.path, 8, &err),
			 TW_EINVAL);
	snprintf(link, sizeof(link), "%s/link.db", t.f->dir);
	assert_int_equal(symlink(t.f->path, link), 0);
	assert_int_equal(run(t.store, ADD_PAIR, &err), TW_OK);
	tw_store_free(t.store);
	t.store = NULL;
	assert_int_equal(fixture_open(&t.store, t.f, TW_STORE_READONLY, 0,
				      &err), TW_OK);
	assert_int_equal(tw_store_backup(t.store, t.f->path, TW_STORE_FORCE,
					 &err), TW_EINVAL);
	assert_int_equal(tw_store_backup(t.store, link, TW_STORE_FORCE,
					 &err), TW_EINVAL);
	assert_non_null(strstr(err.message, "the store itself"));
	unlink(link);
	assert_int_equal(tw_store_backup(t.store, "/nonexistent/b.db", 0,
					 &err), TW_EIO);
	assert_int_equal(tw_store_backup(t.store, t.f->dir, TW_STORE_FORCE,
					 &err), TW_EIO);
	assert_int_equal(ask(t.store, "SELECT count(*) FROM entity"), 2);
	close_test(&t);
}

static void not_inside_a_transaction(void **state)
{
	struct backup_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;

	assert_int_equal(tw_store_begin(t.store, &err), TW_OK);
	assert_int_equal(tw_store_backup(t.store, t.path, 0, &err),
			 TW_EINVAL);
	assert_int_equal(tw_store_rollback(t.store, &err), TW_OK);
	assert_int_equal(tw__read_enter(&tx, t.store, &err), TW_OK);
	assert_int_equal(tw_store_backup(t.store, t.path, 0, &err),
			 TW_EINVAL);
	tw__read_leave(&tx, t.store);
	assert_int_equal(access(t.path, F_OK), -1);
	close_test(&t);
}

struct writer {
	struct fixture *f;
	volatile int stop, pairs, failed;
};

static void *write_pairs(void *arg)
{
	struct writer *w = arg;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;

	if (fixture_open(&store, w->f, 0, 5000, &err))
		w->failed = 1;
	while (!w->stop && !w->failed) {
		if (tw_store_begin(store, &err) ||
		    run(store, ADD_PAIR, &err) ||
		    run(store, "INSERT INTO entity (kind) VALUES ('c'), "
			"('d')", &err) || tw_store_commit(store, &err))
			w->failed = 1;
		w->pairs++;
	}
	tw_store_free(store);
	return NULL;
}

/* The writer goes on, and each backup is a moment between two commits. */
static void backups_under_load(void **state)
{
	struct backup_test t = open_test(state);
	struct writer w = { .f = t.f };
	tw_error err = TW_ERROR_INIT;
	int64_t last = 0, now;
	pthread_t thread;
	char *text = NULL;
	int before, i;

	assert_int_equal(pthread_create(&thread, NULL, write_pairs, &w), 0);
	for (i = 0; i < 15; i++) {
		before = w.pairs;
		if (tw_store_backup(t.store, t.path, TW_STORE_FORCE, &err))
			fail_msg("%s", err.message);
		assert_int_equal(tw_store_check(&text, t.path, &err), TW_OK);
		assert_string_equal(text, "");
		tw_free(text);
		now = ask_file(t.path, "SELECT count(*) FROM entity");
		assert_true(now % 4 == 0 && now / 4 >= before && now >= last);
		last = now;
		usleep(5000);
	}
	w.stop = 1;
	pthread_join(thread, NULL);
	assert_false(w.failed);
	assert_true(w.pairs > 15);
	close_test(&t);
}

/* A file size limit stands for a full disk: clear error, nothing left. */
static void full_disk(void **state)
{
	struct backup_test t = open_test(state);
	struct rlimit old, small;
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 64 * 1024;
	setrlimit(RLIMIT_FSIZE, &small);
	status = tw_store_backup(t.store, t.path, 0, &err);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(status, TW_EIO);
	assert_int_equal(access(t.path, F_OK), -1);
	assert_int_equal(ask(t.store, "SELECT count(*) FROM entity"), 0);
	assert_int_equal(tw_store_backup(t.store, t.path, 0, &err), TW_OK);
	close_test(&t);
	/* the fixture's own files and no others: rmdir would fail */
}

/* A damaged store gives no backup that looks like one. */
static void damaged_store_gives_none(void **state)
{
	struct backup_test t = open_test(state);
	tw_error err = TW_ERROR_INIT;
	char page[4096];
	FILE *file;
	int i;

	for (i = 0; i < 4000; i++)
		assert_int_equal(run(t.store, ADD_PAIR, &err), TW_OK);
	tw_store_free(t.store);
	t.store = NULL;
	memset(page, 0xab, sizeof(page));
	file = fopen(t.f->path, "r+b");
	fseek(file, -40 * 4096L, SEEK_END);
	assert_int_equal(fwrite(page, sizeof(page), 1, file), 1);
	fclose(file);
	/* over 4 MiB: not every page is looked at when it is opened */
	assert_int_equal(fixture_open(&t.store, t.f, TW_STORE_READONLY, 0,
				      &err), TW_OK);
	assert_int_equal(tw_store_backup(t.store, t.path, 0, &err),
			 TW_ESTORE);
	assert_non_null(strstr(err.message, "damaged"));
	assert_int_equal(access(t.path, F_OK), -1);
	close_test(&t);
}

static void free_names(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	char *a = NULL, *b = NULL, want[160];
	FILE *file;

	assert_int_equal(tw__backup_free_name(&a, f->path, "replaced", &err),
			 TW_OK);
	snprintf(want, sizeof(want), "%s.replaced", f->path);
	assert_string_equal(a, want);
	file = fopen(a, "w");
	fclose(file);
	assert_true(tw__backup_is_there(a));
	assert_false(tw__backup_log_is_there(a));
	assert_int_equal(tw__backup_free_name(&b, f->path, "replaced", &err),
			 TW_OK);
	snprintf(want, sizeof(want), "%s.replaced-2", f->path);
	assert_string_equal(b, want);
	unlink(a);
	tw_free(a);
	tw_free(b);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(backup_is_a_store),
		TEST(nothing_is_replaced_unasked),
		TEST(wrong_targets),
		TEST(not_inside_a_transaction),
		TEST(backups_under_load),
		TEST(full_disk),
		TEST(damaged_store_gives_none),
		TEST(free_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
