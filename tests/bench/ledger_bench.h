/**
 * @file tests/bench/ledger_bench.h  Calls, and what others make of them
 */
#ifndef TW_TESTS_LEDGER_BENCH_H
#define TW_TESTS_LEDGER_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_NUMBERS 27u
#define BENCH_START   1790000000000000ll   /* 2026-09-21 */
#define BENCH_STEP    4000000ll            /* a month holds 650 000 calls */

struct bench_call {
	char id[37];
	char caller[12], callee[12];
	int64_t start_us, duration_s;
	unsigned int department;
	bool answered;
};

/* What one way of doing it took: on a shared machine the processor's time is
 * steadier than the wall's. */
struct bench_time {
	double wall_s, cpu_s;
};

void bench_die(const char *what, const char *why);
struct bench_time bench_now(void);
struct bench_time bench_since(struct bench_time begin);
double bench_bytes(const char *path);
/* The file with all that SQLite puts beside it. */
void bench_unlink(const char *path);

/* Calls in time order, each time the same; new. */
struct bench_call *bench_calls(unsigned int rows);
/* Some of them delivered later than their time. */
void bench_make_late(struct bench_call *calls, unsigned int rows);
/* The native layout; new. */
char *bench_csv(size_t *size, const struct bench_call *calls,
		unsigned int rows);

/* Prepared inserts of what was read before the clock started, into a table of
 * twelve columns without a key, as durable as ours: one transaction, FULL. */
struct bench_time bench_plain(const char *path,
			      const struct bench_call *calls,
			      unsigned int rows);
/* sqlite3 .import --csv of the file; false when there is no such program. */
bool bench_import(struct bench_time *out, const char *path, const char *csv);
/* libcsv with callbacks that do nothing; false when it is not built in. */
bool bench_libcsv(struct bench_time *out, const char *text, size_t size);
/* GROUP BY department, in a store or in the plain table; with the sum. */
struct bench_time bench_group_by(const char *path, const char *sql,
				 const int64_t range[2], int64_t *nanos);

#endif
