/* A store in a directory of its own, and the bytes of a file. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store/db.h"

struct fixture {
	char dir[64];
	char path[128];
};

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/tw-store-XXXXXX");
	if (!f || !mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/store.db", f->dir);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal",
					    ".lock" };
	struct fixture *f = *state;
	char path[160];

	for (size_t i = 0; i < TW_ARRAY_COUNT(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
	/* A file that nobody accounted for fails the test. */
	if (rmdir(f->dir))
		return -1;
	free(f);
	return 0;
}

static inline tw_status fixture_open(tw_store **out, const struct fixture *f,
				     uint32_t flags, uint32_t wait_ms,
				     tw_error *err)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;

	options.flags = flags;
	options.lock_wait_ms = wait_ms;
	return tw_store_open(out, f->path, &options, err);
}

static inline tw_store *fixture_store(const struct fixture *f)
{
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;

	if (fixture_open(&store, f, TW_STORE_CREATE, 5000, &err))
		fail_msg("%s", err.message);
	return store;
}

/* First column of the first row, or -1 when there is none. */
static inline int64_t ask(tw_store *store, const char *sql)
{
	struct tw_stmt *stmt = NULL;
	tw_error err = TW_ERROR_INIT;
	int64_t value = -1;

	if (tw__stmt_new(&stmt, store, sql, &err))
		fail_msg("%s: %s", sql, err.message);
	if (tw__step(stmt, &err) == TW_OK)
		value = tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	return value;
}

static inline tw_status run(tw_store *store, const char *sql, tw_error *err)
{
	struct tw_stmt *stmt = NULL;
	tw_status status = tw__stmt_new(&stmt, store, sql, err);

	if (!status)
		status = tw__run(stmt, err);
	tw__stmt_free(stmt);
	return status;
}

static inline char *slurp(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *data = NULL;

	*size = 0;
	if (!file)
		return NULL;
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	data = malloc(*size + 1);
	if (fread(data, 1, *size, file) != *size)
		abort();
	fclose(file);
	return data;
}

/* Exit status of a child that runs `work`; -1 when it was killed. */
static inline int in_child(int (*work)(void *arg), void *arg)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(work(arg));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
