/**
 * @file tests/bench/ledger_peers.c  The same calls by SQLite and libcsv
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef TW_HAVE_LIBCSV
#include <csv.h>
#endif

#include <trunkwise.h>
#include "ledger_bench.h"

#define LATE_PERCENT 5u
#define LATE_MAX     200000u

void bench_die(const char *what, const char *why)
{
	fprintf(stderr, "bench_ledger: %s: %s\n", what, why);
	exit(1);
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct bench_time bench_now(void)
{
	return (struct bench_time){ seconds(CLOCK_MONOTONIC),
		seconds(CLOCK_PROCESS_CPUTIME_ID) };
}

struct bench_time bench_since(struct bench_time begin)
{
	struct bench_time now = bench_now();

	return (struct bench_time){ now.wall_s - begin.wall_s,
		now.cpu_s - begin.cpu_s };
}

double bench_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : (double)st.st_size;
}

void bench_unlink(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	char name[160];

	for (size_t i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

/* ---- calls ---- */

static void make_call(struct bench_call *c, tw_random *random, unsigned int i)
{
	uint32_t r[8];

	random->fill(r, sizeof(r), random->arg);
	snprintf(c->id, sizeof(c->id), "%08x-%04x-4%03x-8%03x-%08x%04x", r[0],
		 r[1] & 0xffff, r[1] >> 20, r[2] & 0xfff, r[3], r[2] >> 16);
	c->start_us = BENCH_START + (int64_t)i * BENCH_STEP;
	c->department = r[4] % BENCH_NUMBERS;
	snprintf(c->caller, sizeof(c->caller), "7843200%04u", c->department);
	snprintf(c->callee, sizeof(c->callee), "79%09u",
		 r[5] % 20000 * 50000u);
	c->answered = r[6] % 10 < 8;
	c->duration_s = c->answered ? 1 + r[7] % 300 : 0;
}

struct bench_call *bench_calls(unsigned int rows)
{
	struct bench_call *calls = malloc(rows * sizeof(*calls));
	tw_random random;
	tw_random_state state;

	if (!calls)
		bench_die("calls", "out of memory");
	tw_random_seed(&random, &state, 1);
	for (unsigned int i = 0; i < rows; i++)
		make_call(&calls[i], &random, i);
	return calls;
}

struct place {
	uint64_t at;
	unsigned int row;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

void bench_make_late(struct bench_call *calls, unsigned int rows)
{
	struct place *order = malloc(rows * sizeof(*order));
	struct bench_call *sorted = malloc(rows * sizeof(*sorted));
	unsigned int most = rows / 5 < LATE_MAX ? rows / 5 + 1 : LATE_MAX;
	tw_random random;
	tw_random_state state;

	if (!order || !sorted)
		bench_die("calls", "out of memory");
	tw_random_seed(&random, &state, 2);
	for (unsigned int i = 0; i < rows; i++) {
		uint32_t r[2];

		random.fill(r, sizeof(r), random.arg);
		order[i] = (struct place){ i, i };
		if (r[0] % 100 < LATE_PERCENT)
			order[i].at += r[1] % most;
	}
	qsort(order, rows, sizeof(*order), by_place);
	for (unsigned int i = 0; i < rows; i++)
		sorted[i] = calls[order[i].row];
	memcpy(calls, sorted, rows * sizeof(*sorted));
	free(sorted);
	free(order);
}

char *bench_csv(size_t *size, const struct bench_call *calls,
		unsigned int rows)
{
	static const char head[] = "call_id,start,answer,end,caller,callee,"
		"trunk,department,duration,status,cost,currency\n";
	char *text = malloc((size_t)rows * 200 + sizeof(head));
	size_t at = sizeof(head) - 1;

	if (!text)
		bench_die("csv", "out of memory");
	memcpy(text, head, at);
	for (unsigned int i = 0; i < rows; i++) {
		const struct bench_call *c = &calls[i];
		char start[40], answer[40] = "", end[40];

		tw_time_format(start, sizeof(start), c->start_us, NULL, NULL);
		if (c->answered)
			tw_time_format(answer, sizeof(answer), c->start_us +
				       5 * TW_SECOND, NULL, NULL);
		tw_time_format(end, sizeof(end), c->start_us +
			       (5 + c->duration_s) * TW_SECOND, NULL, NULL);
		at += (size_t)snprintf(text + at, 200, "%s,%s,%s,%s,%s,%s,"
			"main,,%lld,%s,,\n", c->id, start, answer, end,
			c->caller, c->callee, (long long)c->duration_s,
			c->answered ? "answered" : "no_answer");
	}
	*size = at;
	return text;
}

/* ---- SQLite ---- */

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		bench_die(text, sqlite3_errmsg(db));
}

static void insert(sqlite3_stmt *stmt, const struct bench_call *c)
{
	sqlite3_bind_text(stmt, 1, c->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, c->start_us);
	sqlite3_bind_int64(stmt, 3, c->start_us + 5 * TW_SECOND);
	sqlite3_bind_int64(stmt, 4, c->start_us +
			   (5 + c->duration_s) * TW_SECOND);
	sqlite3_bind_text(stmt, 5, c->caller, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 6, c->callee, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 7, "main", -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 8, "Kazan", -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 9, c->duration_s);
	sqlite3_bind_text(stmt, 10, c->answered ? "answered" : "no_answer",
			  -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 11, c->duration_s * 25000000);
	sqlite3_bind_text(stmt, 12, "RUB", -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		bench_die("insert", sqlite3_errmsg(sqlite3_db_handle(stmt)));
	sqlite3_reset(stmt);
}

struct bench_time bench_plain(const char *path,
			      const struct bench_call *calls,
			      unsigned int rows)
{
	static const char text[] = "INSERT INTO call VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct bench_time begin;
	sqlite3_stmt *stmt;
	sqlite3 *db;

	if (sqlite3_open(path, &db))
		bench_die(path, sqlite3_errmsg(db));
	sql(db, "PRAGMA journal_mode = WAL");
	sql(db, "PRAGMA synchronous = FULL");
	sql(db, "PRAGMA wal_autocheckpoint = 0");
	sql(db, "CREATE TABLE call (id TEXT, start_us INT, answer_us INT, "
	    "end_us INT, caller TEXT, callee TEXT, trunk TEXT, "
	    "department TEXT, duration_s INT, status TEXT, cost INT, "
	    "currency TEXT)");
	begin = bench_now();
	if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL))
		bench_die(text, sqlite3_errmsg(db));
	sql(db, "BEGIN");
	for (unsigned int i = 0; i < rows; i++)
		insert(stmt, &calls[i]);
	sql(db, "COMMIT");
	sql(db, "PRAGMA wal_checkpoint(PASSIVE)");
	begin = bench_since(begin);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return begin;
}

bool bench_import(struct bench_time *out, const char *path, const char *csv)
{
	char import[200];
	struct bench_time begin;
	struct rusage usage;
	int status = 0;
	pid_t child;

	snprintf(import, sizeof(import), ".import --csv %s call", csv);
	begin = bench_now();
	fflush(stdout);
	child = fork();
	if (child < 0)
		bench_die("fork", "refused");
	if (child == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execlp("sqlite3", "sqlite3", "-batch", path,
		       "PRAGMA journal_mode = WAL",
		       "PRAGMA synchronous = FULL",
		       "PRAGMA wal_autocheckpoint = 0", import,
		       "PRAGMA wal_checkpoint(PASSIVE)", (char *)NULL);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child)
		bench_die("sqlite3", "was not waited for");
	*out = bench_since(begin);
	out->cpu_s = (double)(usage.ru_utime.tv_sec +
			      usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec +
			 usage.ru_stime.tv_usec) / 1e6;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct bench_time bench_group_by(const char *path, const char *text,
				 const int64_t range[2], int64_t *nanos)
{
	struct bench_time begin;
	sqlite3_stmt *stmt;
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL))
		bench_die(path, sqlite3_errmsg(db));
	if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL))
		bench_die(text, sqlite3_errmsg(db));
	begin = bench_now();
	sqlite3_bind_int64(stmt, 1, range[0]);
	sqlite3_bind_int64(stmt, 2, range[1]);
	*nanos = 0;
	while (sqlite3_step(stmt) == SQLITE_ROW)
		*nanos += sqlite3_column_int64(stmt, 1);
	begin = bench_since(begin);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return begin;
}

/* ---- libcsv ---- */

#ifdef TW_HAVE_LIBCSV
static void on_field(void *text, size_t size, void *arg)
{
	(void)text;
	(void)size;
	(void)arg;
}

static void on_row(int end, void *arg)
{
	(void)end;
	(void)arg;
}

bool bench_libcsv(struct bench_time *out, const char *text, size_t size)
{
	struct bench_time begin = bench_now();
	struct csv_parser parser;

	if (csv_init(&parser, 0))
		bench_die("libcsv", "no parser");
	if (csv_parse(&parser, text, size, on_field, on_row, NULL) != size)
		bench_die("libcsv", csv_strerror(csv_error(&parser)));
	csv_fini(&parser, on_field, on_row, NULL);
	csv_free(&parser);
	*out = bench_since(begin);
	return true;
}
#else
bool bench_libcsv(struct bench_time *out, const char *text, size_t size)
{
	(void)out;
	(void)text;
	(void)size;
	return false;
}
#endif
