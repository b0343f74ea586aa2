/*
 * A file of call records from bytes to the committed store (parse, find the
 * owner, rate, store, roll up, post) against raw prepared inserts of the same
 * calls into a plain SQLite table without a key: 12 columns, 10 000 rows a
 * transaction, WAL, synchronous NORMAL, nothing parsed and nothing rated.
 *
 * bench_ingest [rows] prints seconds, the ratio and bytes a row; targets:
 * ratio <= 1.30, all duplicates <= 1.0, <= 0.70 of the plain table's bytes.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <trunkwise.h>

#define NUMBERS  27u
#define PREFIXES 2000u

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_ingest: %s: %s\n", what, why);
	exit(1);
}

static void must(tw_status status, const tw_error *err, const char *what)
{
	if (status)
		die(what, err->message);
}

struct call {
	char id[37];
	int64_t start_us, duration_s;
	char caller[16], callee[16];
	unsigned int department;
	int answered;
};

/* Calls in time order, four seconds apart: a month holds 650 000. */
static void make_call(struct call *c, tw_random *random, unsigned int i)
{
	uint32_t r[8];

	random->fill(r, sizeof(r), random->arg);
	snprintf(c->id, sizeof(c->id), "%08x-%04x-4%03x-8%03x-%08x%04x", r[0],
		 r[1] & 0xffff, r[1] >> 20, r[2] & 0xfff, r[3], r[2] >> 16);
	c->start_us = 1790000000000000 + (int64_t)i * 4 * TW_SECOND;
	c->department = r[4] % NUMBERS;
	snprintf(c->caller, sizeof(c->caller), "7843200%04u", c->department);
	snprintf(c->callee, sizeof(c->callee), "79%09u",
		 (r[5] % 20000) * 50000u);
	c->answered = r[6] % 10 < 8;
	c->duration_s = c->answered ? 1 + r[7] % 300 : 0;
}

static char *make_csv(unsigned int rows, size_t *size)
{
	static const char head[] = "call_id,start,answer,end,caller,callee,"
		"trunk,department,duration,status,cost,currency\n";
	char *text = malloc((size_t)rows * 200 + sizeof(head));
	tw_random random;
	tw_random_state state;
	size_t at = sizeof(head) - 1;

	if (!text)
		die("csv", "out of memory");
	memcpy(text, head, at);
	tw_random_seed(&random, &state, 1);
	for (unsigned int i = 0; i < rows; i++) {
		char start[40], answer[40] = "", end[40];
		struct call c;

		make_call(&c, &random, i);
		tw_time_format(start, sizeof(start), c.start_us, NULL, NULL);
		if (c.answered)
			tw_time_format(answer, sizeof(answer), c.start_us +
				       5 * TW_SECOND, NULL, NULL);
		tw_time_format(end, sizeof(end), c.start_us +
			       (5 + c.duration_s) * TW_SECOND, NULL, NULL);
		at += (size_t)snprintf(text + at, 200, "%s,%s,%s,%s,%s,%s,"
			"main,,%lld,%s,,\n", c.id, start, answer, end,
			c.caller, c.callee, (long long)c.duration_s,
			c.answered ? "answered" : "no_answer");
	}
	*size = at;
	return text;
}

/* ---- plain ---- */

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		die(text, sqlite3_errmsg(db));
}

static double plain(const char *path, unsigned int rows)
{
	static const char insert[] = "INSERT INTO call VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct call *calls = malloc(rows * sizeof(*calls));
	tw_random random;
	tw_random_state state;
	sqlite3_stmt *stmt;
	sqlite3 *db;
	double begin;

	if (!calls)
		die("calls", "out of memory");
	tw_random_seed(&random, &state, 1);
	for (unsigned int i = 0; i < rows; i++)
		make_call(&calls[i], &random, i);
	if (sqlite3_open(path, &db))
		die(path, sqlite3_errmsg(db));
	sql(db, "PRAGMA journal_mode = WAL");
	sql(db, "PRAGMA synchronous = NORMAL");
	sql(db, "CREATE TABLE call (id TEXT, start_us INT, answer_us INT, "
	    "end_us INT, caller TEXT, callee TEXT, trunk TEXT, "
	    "department TEXT, duration_s INT, status TEXT, cost INT, "
	    "currency TEXT)");
	begin = now_s();
	if (sqlite3_prepare_v2(db, insert, -1, &stmt, NULL))
		die(insert, sqlite3_errmsg(db));
	for (unsigned int i = 0; i < rows; i++) {
		const struct call *c = &calls[i];

		if (i % 10000 == 0)
			sql(db, i ? "COMMIT; BEGIN" : "BEGIN");
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
		sqlite3_bind_text(stmt, 10, c->answered ? "answered" :
				  "no_answer", -1, SQLITE_STATIC);
		sqlite3_bind_int64(stmt, 11, c->duration_s * 25000000);
		sqlite3_bind_text(stmt, 12, "RUB", -1, SQLITE_STATIC);
		if (sqlite3_step(stmt) != SQLITE_DONE)
			die("insert", sqlite3_errmsg(db));
		sqlite3_reset(stmt);
	}
	sql(db, "COMMIT");
	sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	begin = now_s() - begin;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(calls);
	return begin;
}

/* ---- ours ---- */

static void want(tw_deployment *d, const char *text, const char *fmt,
		 unsigned int i)
{
	char path[64];
	tw_error err = TW_ERROR_INIT;

	snprintf(path, sizeof(path), fmt, i);
	must(tw_deployment_set(d, path, TW_VALUE_TEXT, text, &err), &err,
	     path);
}

static void configure(tw_store *store)
{
	tw_deployment *d;
	tw_changes *changes;
	tw_error err = TW_ERROR_INIT;
	char text[32];

	must(tw_deployment_new(&d, &err), &err, "deployment");
	want(d, "Bench", "company.name", 0);
	want(d, "Europe/Moscow", "company.zone", 0);
	want(d, "RUB", "company.currency", 0);
	want(d, "carrier", "carrier[0].name", 0);
	want(d, "main", "trunk[0].name", 0);
	want(d, "carrier", "trunk[0].carrier", 0);
	want(d, "sip:127.0.0.1;transport=udp", "trunk[0].registrar", 0);
	want(d, "u", "trunk[0].user", 0);
	for (unsigned int i = 0; i < NUMBERS; i++) {
		snprintf(text, sizeof(text), "d%u", i);
		want(d, text, "department[%u].name", i);
		want(d, text, "number[%u].department", i);
		want(d, "carrier", "number[%u].carrier", i);
		snprintf(text, sizeof(text), "7843200%04u", i);
		want(d, text, "number[%u].number", i);
	}
	must(tw_deployment_apply(&changes, d, store, 1, 0, &err), &err,
	     "apply");
	tw_changes_free(changes);
	tw_deployment_free(d);
}

static void load_tariff(tw_store *store)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	char *text = malloc(PREFIXES * 80 + 200);
	tw_error err = TW_ERROR_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	size_t at;

	if (!text)
		die("sheet", "out of memory");
	at = (size_t)sprintf(text, "prefix,destination,rate,currency,"
		"effective_from,effective_to,first_inc,next_inc,"
		"connect_fee\n79,Mobile,1.50,RUB,,,1,1,0\n");
	for (unsigned int i = 0; i < PREFIXES; i++)
		at += (size_t)sprintf(text + at, "79%04u,Mobile %u,1.%02u,"
			"RUB,,,60,60,0\n", i * 5, i % 80, i % 100);
	options.tariff = "t";
	options.carrier = "carrier";
	must(tw_tariff_import_sheet(&counts, NULL, NULL, store, &options,
				    text, at, &err), &err, "tariff");
	if (counts.rows_stored != PREFIXES + 1)
		die("tariff", "rows were refused");
	free(text);
}

static double ingest(tw_store *store, const char *csv, size_t size,
		     tw_counts *counts)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;
	double begin = now_s();

	options.preset = "native";
	must(tw_import_new(&import, store, &options, &err), &err, "import");
	must(tw_import_file(import, csv, size, &err), &err, "file");
	must(tw_import_commit(counts, NULL, import, &err), &err, "commit");
	tw_import_free(import);
	return now_s() - begin;
}

static double report(tw_store *store)
{
	tw_error err = TW_ERROR_INIT;
	tw_expenses *expenses;
	double begin = now_s();

	must(tw_report_expenses(&expenses, store, "2026-10", 0, &err), &err,
	     "report");
	tw_expenses_free(expenses);
	return now_s() - begin;
}

static double bytes_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : (double)st.st_size;
}

static void clean(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	char name[128];

	for (size_t i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

int main(int argc, char *argv[])
{
	unsigned int rows = argc > 1 ? (unsigned int)atoi(argv[1]) : 1000000;
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	char dir[] = "/tmp/tw-bench-XXXXXX", ours[64], theirs[64];
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;
	double raw, in, again, month, empty;
	tw_store *store;
	size_t size;
	char *csv;

	if (!rows || !mkdtemp(dir))
		die("rows", "none, or no directory");
	snprintf(ours, sizeof(ours), "%s/ours.db", dir);
	snprintf(theirs, sizeof(theirs), "%s/plain.db", dir);
	csv = make_csv(rows, &size);
	raw = plain(theirs, rows);
	options.flags = TW_STORE_CREATE;
	must(tw_store_open(&store, ours, &options, &err), &err, "store");
	configure(store);
	load_tariff(store);
	tw_store_free(store);
	empty = bytes_of(ours);
	must(tw_store_open(&store, ours, &options, &err), &err, "store");
	in = ingest(store, csv, size, &counts);
	if (counts.rows_stored != rows)
		die("ingest", "rows were not stored");
	again = ingest(store, csv, size, &counts);
	if (counts.duplicates != rows)
		die("again", "rows were not known");
	month = report(store);
	tw_store_free(store);
	printf("%u rows, %.1f MB of CSV\n"
	       "plain inserts        %8.3f s            %6.1f B/row\n"
	       "trunkwise            %8.3f s  %5.2f x   %6.1f B/row\n"
	       "all duplicates       %8.3f s  %5.2f x\n"
	       "report of a month    %8.3f ms\n", rows, (double)size / 1e6,
	       raw, bytes_of(theirs) / rows, in, in / raw,
	       (bytes_of(ours) - empty) / rows, again, again / raw,
	       month * 1e3);
	clean(ours);
	clean(theirs);
	rmdir(dir);
	free(csv);
	return 0;
}
