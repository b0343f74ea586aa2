/* Two writers, from one process and from two, never overlap. */
#include "store_fixture.h"
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include "store/lock.h"

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void one_process_two_handles(void **state)
{
	const struct fixture *f = *state;
	tw_store *a = fixture_store(f), *b = NULL;
	tw_error err = TW_ERROR_INIT;
	int64_t start;

	assert_int_equal(fixture_open(&b, f, 0, 120, &err), TW_OK);
	assert_int_equal(tw_store_begin(a, &err), TW_OK);
	start = now_ms();
	assert_int_equal(tw_store_begin(b, &err), TW_EBUSY);
	assert_true(now_ms() - start >= 110);
	assert_non_null(strstr(err.message, "store.db.lock"));
	assert_non_null(strstr(err.message, "try again"));
	assert_true(tw_status_is_retryable(TW_EBUSY));
	assert_int_equal(tw_store_commit(a, &err), TW_OK);
	assert_int_equal(tw_store_begin(b, &err), TW_OK);
	assert_int_equal(tw_store_rollback(b, &err), TW_OK);
	tw_store_free(b);
	tw_store_free(a);
}

/* By a link or a relative path it is the same store and the same lock. */
static void other_names_of_one_file(void **state)
{
	const struct fixture *f = *state;
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *a = fixture_store(f), *b = NULL, *c = NULL;
	tw_error err = TW_ERROR_INIT;
	char other[160], relative[160];

	options.lock_wait_ms = 0;
	snprintf(other, sizeof(other), "%s/link.db", f->dir);
	snprintf(relative, sizeof(relative), "%s/./../%s/store.db", f->dir,
		 strrchr(f->dir, '/') + 1);
	assert_int_equal(symlink(f->path, other), 0);
	assert_int_equal(tw_store_open(&b, other, &options, &err), TW_OK);
	assert_int_equal(tw_store_open(&c, relative, &options, &err), TW_OK);
	assert_int_equal(tw_store_begin(a, &err), TW_OK);
	assert_int_equal(tw_store_begin(b, &err), TW_EBUSY);
	assert_int_equal(tw_store_begin(c, &err), TW_EBUSY);
	tw_store_free(a);
	assert_int_equal(tw_store_begin(b, &err), TW_OK);
	tw_store_free(b);
	tw_store_free(c);
	unlink(other);
}

/* A second writer does not stop readers, and opening does not need it. */
static void readers_never_wait(void **state)
{
	const struct fixture *f = *state;
	tw_store *a = fixture_store(f), *b = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_begin(a, &err), TW_OK);
	assert_int_equal(run(a, "INSERT INTO entity (kind) VALUES ('x')",
			     &err), TW_OK);
	assert_int_equal(fixture_open(&b, f, TW_STORE_READONLY, 0, &err),
			 TW_OK);
	assert_int_equal(ask(b, "SELECT count(*) FROM entity"), 0);
	tw_store_free(b);
	assert_int_equal(fixture_open(&b, f, 0, 0, &err), TW_OK);
	tw_store_free(b);
	assert_int_equal(tw_store_commit(a, &err), TW_OK);
	tw_store_free(a);
}

struct contest {
	const struct fixture *f;
	char guard[160];
	int rounds;
};

/* While it writes, each holds a file that nobody else may find there. */
static int write_rounds(void *arg)
{
	const struct contest *c = arg;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	int i, fd;

	if (fixture_open(&store, c->f, 0, 20000, &err))
		return 2;
	for (i = 0; i < c->rounds; i++) {
		if (tw_store_begin(store, &err))
			return 3;
		fd = open(c->guard, O_CREAT | O_EXCL | O_WRONLY, 0600);
		if (fd < 0)
			return 4;
		close(fd);
		if (run(store, "INSERT INTO entity (kind) VALUES ('x')",
			&err))
			return 5;
		unlink(c->guard);
		if (tw_store_commit(store, &err))
			return 6;
	}
	tw_store_free(store);
	return 0;
}

static void processes_take_turns(void **state)
{
	const struct fixture *f = *state;
	struct contest c = { .f = f, .rounds = 60 };
	tw_store *store = fixture_store(f);
	pid_t pids[3];
	int status, i;

	snprintf(c.guard, sizeof(c.guard), "%s/guard", f->dir);
	for (i = 0; i < 3; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(write_rounds(&c));
	}
	for (i = 0; i < 3; i++) {
		waitpid(pids[i], &status, 0);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 180);
	assert_int_equal(ask(store, "SELECT count(*) FROM "
			     "pragma_integrity_check WHERE integrity_check = "
			     "'ok'"), 1);
	tw_store_free(store);
}

static int hold_until_told(void *arg)
{
	int *pipes = arg;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	char byte = 1, path[128];

	if (read(pipes[0], path, sizeof(path)) != sizeof(path))
		return 1;
	if (tw_store_open(&store, path, NULL, &err) ||
	    tw_store_begin(store, &err))
		return 2;
	if (write(pipes[3], &byte, 1) != 1 || read(pipes[0], &byte, 1) != 1)
		return 3;
	if (tw_store_commit(store, &err))
		return 4;
	tw_store_free(store);
	return 0;
}

/* The process is forked before any store is open, as house rules ask. */
static void second_process_is_busy_after_its_wait(void **state)
{
	const struct fixture *f = *state;
	int to[2], from[2], all[4], status;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	int64_t start;
	char byte = 1;
	pid_t pid;

	assert_int_equal(pipe(to) | pipe(from), 0);
	memcpy(all, to, sizeof(to));
	memcpy(all + 2, from, sizeof(from));
	pid = fork();
	if (!pid)
		_exit(hold_until_told(all));
	assert_int_equal(fixture_open(&store, f, TW_STORE_CREATE, 150, &err),
			 TW_OK);
	assert_int_equal(write(to[1], f->path, sizeof(f->path)),
			 sizeof(f->path));
	assert_int_equal(read(from[0], &byte, 1), 1);
	start = now_ms();
	assert_int_equal(tw_store_begin(store, &err), TW_EBUSY);
	assert_true(now_ms() - start >= 140);
	assert_int_equal(write(to[1], &byte, 1), 1);
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	tw_store_free(store);
	for (int i = 0; i < 4; i++)
		close(all[i]);
}

static void bare_lock(void **state)
{
	const struct fixture *f = *state;
	struct tw_lock a, b;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__lock_open(&a, f->path, &err), TW_OK);
	assert_int_equal(tw__lock_open(&b, f->path, &err), TW_OK);
	assert_int_equal(tw__lock_take(&a, 0, &err), TW_OK);
	assert_int_equal(tw__lock_take(&b, 0, &err), TW_EBUSY);
	/* Closing another descriptor of the file drops nothing. */
	tw__lock_close(&b);
	assert_int_equal(tw__lock_open(&b, f->path, &err), TW_OK);
	assert_int_equal(tw__lock_take(&b, 0, &err), TW_EBUSY);
	tw__lock_drop(&a);
	assert_int_equal(tw__lock_take(&b, 0, &err), TW_OK);
	tw__lock_drop(&b);
	tw__lock_close(&a);
	tw__lock_close(&b);
	assert_int_equal(tw__lock_open(&a, "/nonexistent/dir/x", &err),
			 TW_EIO);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_process_two_handles),
		TEST(other_names_of_one_file),
		TEST(readers_never_wait),
		TEST(processes_take_turns),
		TEST(second_process_is_busy_after_its_wait),
		TEST(bare_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
