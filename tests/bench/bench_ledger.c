/*
 * A month's file of call records on its way into the ledger, beside what else
 * could hold it, in one run over the same bytes.
 *
 * R is what SQLite itself needs: the same calls, read before the clock starts
 * and inserted by a prepared statement into a plain table without a key, in
 * one transaction with synchronous FULL like ours. .import is the sqlite3
 * shell reading the same file; libcsv only finds where fields end.
 *
 * bench_ledger [--rows N] [directory]; 5 000 000 rows want 3 GB there. An
 * import uses two processors, so it is held to the wall's ratio, with the
 * processor's time beside it; all else to the processor's time, which other
 * users of the machine disturb less.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trunkwise.h>
#include "accounts/breakdown.h"
#include "authorize_bench.h"
#include "formats/preset.h"
#include "ledger_bench.h"

#define PREFIXES 2000u
#define REPORTS  5
#define QUESTIONS 200000u

struct bench {
	unsigned int rows;
	char store[128], plain[128], file[128];
	char month[8];
	struct bench_call *calls;
	char *csv;
	size_t size;
	struct bench_time raw, import, libcsv, decode;
	bool has_import, has_libcsv;
};

static void must(tw_status status, const tw_error *err, const char *what)
{
	if (status)
		bench_die(what, err->message);
}

/* ---- a store that knows the company ---- */

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
	for (unsigned int i = 0; i < BENCH_NUMBERS; i++) {
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
		bench_die("sheet", "out of memory");
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
		bench_die("tariff", "rows were refused");
	free(text);
}

static tw_store *open_store(const char *path)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_store *store;

	options.flags = TW_STORE_CREATE;
	must(tw_store_open(&store, path, &options, &err), &err, path);
	return store;
}

static double make_store(const char *path, bool prices)
{
	tw_store *store = open_store(path);

	configure(store);
	if (prices)
		load_tariff(store);
	tw_store_free(store);
	return bench_bytes(path);
}

/* ---- ways of reading it ---- */

static struct bench_time decode(const struct bench *bench)
{
	const struct tw__preset_options options = { .data = bench->csv,
		.size = bench->size };
	struct bench_time begin = bench_now();
	tw_error err = TW_ERROR_INIT;
	struct tw__preset *preset;
	tw_cdr cdr = TW_CDR_INIT;
	unsigned int rows = 0;
	int64_t seconds = 0;

	must(tw__preset_open(&preset, "native", &options, &err), &err,
	     "preset");
	while (tw__preset_next(&cdr, preset, &err) == TW_OK) {
		seconds += cdr.duration_us / TW_SECOND;
		rows++;
	}
	tw__preset_free(preset);
	begin = bench_since(begin);
	for (unsigned int i = 0; i < bench->rows; i++)
		seconds -= bench->calls[i].duration_s;
	if (rows != bench->rows || seconds)
		bench_die("decode", "rows or seconds are missing");
	return begin;
}

static struct bench_time ingest(const char *path, const struct bench *bench,
				uint32_t flags, tw_counts *counts)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_store *store = open_store(path);
	tw_error err = TW_ERROR_INIT;
	struct bench_time begin = bench_now();
	tw_import *import;

	options.preset = "native";
	options.flags = flags;
	must(tw_import_new(&import, store, &options, &err), &err, "import");
	must(tw_import_file(import, bench->csv, bench->size, &err), &err,
	     "file");
	must(tw_import_commit(counts, NULL, import, &err), &err, "commit");
	tw_import_free(import);
	begin = bench_since(begin);
	tw_store_free(store);
	if (counts->rows_read != bench->rows)
		bench_die("ingest", "rows were not read");
	return begin;
}

/* ---- output ---- */

static void line(const struct bench *bench, const char *what,
		 struct bench_time t)
{
	printf("%-34s %8.3f s %8.3f s", what, t.wall_s, t.cpu_s);
	if (bench->raw.cpu_s > 0)
		printf("  %5.2f R (wall %.2f)", t.cpu_s / bench->raw.cpu_s,
		       t.wall_s / bench->raw.wall_s);
}

static void aim(double value, double most)
{
	printf("  aim %.2f: %s\n", most, value <= most ? "kept" : "missed");
}

static void skipped(const char *what, const char *why)
{
	printf("%-34s skipped: %s\n", what, why);
}

/* ---- rounds ---- */

static void peers(struct bench *bench)
{
	FILE *file = fopen(bench->file, "wb");

	if (!file || fwrite(bench->csv, bench->size, 1, file) != 1 ||
	    fclose(file))
		bench_die(bench->file, "cannot be written");
	bench->raw = bench_plain(bench->plain, bench->calls, bench->rows);
	line(bench, "R: raw prepared inserts", bench->raw);
	printf("  %.1f B/call\n", bench_bytes(bench->plain) / bench->rows);
	bench_unlink(bench->store);
	bench->has_import = bench_import(&bench->import, bench->store,
					 bench->file);
	bench_unlink(bench->store);
	unlink(bench->file);
	if (bench->has_import) {
		line(bench, "sqlite3 .import --csv", bench->import);
		printf("\n");
	}
	else {
		skipped("sqlite3 .import --csv", "no sqlite3 program");
	}
	bench->has_libcsv = bench_libcsv(&bench->libcsv, bench->csv,
					 bench->size);
	if (bench->has_libcsv) {
		line(bench, "libcsv, tokenise only", bench->libcsv);
		printf("\n");
	}
	else {
		skipped("libcsv, tokenise only", "no libcsv-dev");
	}
	bench->decode = decode(bench);
	line(bench, "decode: CSV to typed records", bench->decode);
	if (!bench->has_libcsv) {
		printf("\n");
		return;
	}
	printf("  %.2f libcsv", bench->decode.cpu_s / bench->libcsv.cpu_s);
	aim(bench->decode.cpu_s / bench->libcsv.cpu_s, 0.33);
}

/* In a store with prices; *empty: its bytes before. */
static struct bench_time fill(const struct bench *bench, uint32_t flags,
			      double *empty)
{
	tw_counts counts = TW_COUNTS_INIT;
	struct bench_time t;

	bench_unlink(bench->store);
	*empty = make_store(bench->store, true);
	t = ingest(bench->store, bench, flags, &counts);
	if (counts.rows_stored != bench->rows)
		bench_die("ingest", "rows were not stored");
	return t;
}

static void rounds(const struct bench *bench)
{
	tw_counts counts = TW_COUNTS_INIT;
	struct bench_time t;
	double empty;

	make_store(bench->store, false);
	t = ingest(bench->store, bench, 0, &counts);
	line(bench, "import without prices", t);
	printf("\n");
	line(bench, "with prices, by one thread",
	     fill(bench, TW_IMPORT_ONE_THREAD, &empty));
	printf("\n");
	t = fill(bench, 0, &empty);
	line(bench, "import, rate, store, roll up, post", t);
	aim(t.wall_s / bench->raw.wall_s, 1.3);
	if (bench->has_import) {
		printf("%-34s %5.2f .import", "  the same",
		       t.wall_s / bench->import.wall_s);
		aim(t.wall_s / bench->import.wall_s, 0.7);
	}
	printf("%-34s %5.1f B/call, %.2f of plain", "  bytes",
	       (bench_bytes(bench->store) - empty) / bench->rows,
	       (bench_bytes(bench->store) - empty) /
	       bench_bytes(bench->plain));
	aim((bench_bytes(bench->store) - empty) / bench_bytes(bench->plain),
	    0.7);
	t = ingest(bench->store, bench, 0, &counts);
	if (counts.duplicates != bench->rows || counts.rows_stored)
		bench_die("again", "rows were not known");
	line(bench, "the same file again: all known", t);
	aim(t.cpu_s / bench->raw.cpu_s, 1.0);
}

static int64_t month_cost(tw_store *store, const char *month,
			  struct bench_time *best)
{
	tw_expense_row total = TW_EXPENSE_ROW_INIT;
	tw_error err = TW_ERROR_INIT;

	for (int i = 0; i < REPORTS; i++) {
		struct bench_time begin = bench_now();
		tw_expenses *expenses;

		must(tw_report_expenses(&expenses, store, month, 0, &err),
		     &err, "report");
		begin = bench_since(begin);
		if (!i || begin.wall_s < best->wall_s)
			*best = begin;
		must(tw_expenses_total(&total, expenses, 0, &err), &err,
		     "total");
		tw_expenses_free(expenses);
	}
	return total.calls_cost.nanos + total.forwarded_cost.nanos;
}

static void reports(const struct bench *bench)
{
	static const char scan[] = "SELECT department, sum(cost_nanos) "
		"FROM call WHERE start_us >= ? AND start_us < ? "
		"AND undone = 0 GROUP BY department";
	tw_error err = TW_ERROR_INIT;
	int64_t range[2], scanned, cost;
	tw_store *store = open_store(bench->store);
	struct bench_time t, full;
	tw_zone *zone;

	must(tw_zone_open(&zone, "Europe/Moscow", &err), &err, "zone");
	must(tw_month_range(&range[0], &range[1], bench->month, zone, &err),
	     &err, "month");
	tw_zone_free(zone);
	cost = month_cost(store, bench->month, &t);
	tw_store_free(store);
	full = bench_group_by(bench->store, scan, range, &scanned);
	if (scanned != cost)
		bench_die("report", "is not what the calls add up to");
	printf("%-34s %8.3f ms, full scan %.1f ms: %.0f x",
	       "report of a month", t.wall_s * 1e3, full.wall_s * 1e3,
	       full.wall_s / t.wall_s);
	aim(t.wall_s * 1e3, 1.0);
}

/* ---- what rollups answer of calls, and what they do not ---- */

#define FIRST_LEG "(c.leg = 1 AND c.direction <> 3)"
#define ALL_SUMS "sum(" FIRST_LEG "), " \
	"sum(" FIRST_LEG " AND c.answer_after_us IS NOT NULL), " \
	"sum(" FIRST_LEG " AND c.direction = 2 " \
		"AND c.answer_after_us IS NULL), sum(c.rate_state = 3), " \
	"sum(" FIRST_LEG " * c.duration_us), sum(c.cost_nanos - " \
		"CASE v.vat WHEN 2 THEN c.vat_nanos ELSE 0 END), " \
	"sum(c.vat_nanos), v.currency "
#define ALL_CALLS "FROM call c LEFT JOIN tariff_version v " \
	"ON v.id = c.tariff_version "
#define OF_TIME "WHERE c.start_us >= ? AND c.start_us < ? AND c.undone = 0 "
#define LOCAL_HOUR "(start_us / 1000000 + 10800) / 3600 % 24"

struct question {
	const char *what;
	bool by_rollup;                  /* as everybody asks it; the others
					    read each call */
	uint32_t count, by[3];
	const char *ours, *plain;        /* the same by GROUP BY */
};

#define BY_DEPARTMENT 1, { TW_CUT_DEPARTMENT, 0, 0 }, \
	"SELECT c.department, sum(c.cost_nanos), " ALL_SUMS ALL_CALLS \
	OF_TIME "GROUP BY 1, v.currency", \
	"SELECT department, sum(cost), count(*), count(answer_us), " \
	"sum(duration_s) FROM call WHERE start_us >= ? AND start_us < ? " \
	"GROUP BY 1, currency"

static const struct question questions[] = {
	{ "by department: rollups", true, BY_DEPARTMENT },
	{ "by department: each call", false, BY_DEPARTMENT },
	{ "by department, prefix, hour: each", false, 3, {
	  TW_CUT_DEPARTMENT, TW_CUT_PREFIX, TW_CUT_HOUR },
	  "SELECT c.department, sum(c.cost_nanos), substr(i.digits, 1, 4), "
	  LOCAL_HOUR ", " ALL_SUMS ALL_CALLS
	  "LEFT JOIN identity i ON i.id = c.callee " OF_TIME
	  "GROUP BY 1, 3, 4, v.currency",
	  "SELECT department, sum(cost), substr(callee, 1, 4), " LOCAL_HOUR
	  ", count(*), count(answer_us), sum(duration_s) FROM call "
	  "WHERE start_us >= ? AND start_us < ? GROUP BY 1, 3, 4, currency" },
};

static int64_t breakdown(const char *path, const struct question *question,
			 const char *last, struct bench_time *best)
{
	tw_breakdown_options options = TW_BREAKDOWN_OPTIONS_INIT;
	tw_breakdown_row row = TW_BREAKDOWN_ROW_INIT;
	tw_store *store = open_store(path);
	tw_error err = TW_ERROR_INIT;
	tw_breakdown *made;

	options.count = question->count;
	memcpy(options.by, question->by, sizeof(question->by));
	options.from = "2026-09";
	options.to = last;
	for (int i = 0; i < REPORTS; i++) {
		struct bench_time begin = bench_now();

		must(tw__breakdown(&made, store, &options,
				   !question->by_rollup, &err), &err,
		     "breakdown");
		begin = bench_since(begin);
		if (!i || begin.cpu_s < best->cpu_s)
			*best = begin;
		while (tw_breakdown_next(&row, made, &err) == TW_OK)
			;
		tw_breakdown_free(made);
	}
	tw_store_free(store);
	return row.cost.nanos;
}

static void years(const struct bench *bench)
{
	static const int64_t always[2] = { 0, INT64_MAX };
	char last[40];

	tw_time_format(last, sizeof(last), BENCH_START + (int64_t)bench->rows
		       * BENCH_STEP, NULL, NULL);
	last[7] = '\0';
	for (size_t i = 0; i < TW_ARRAY_COUNT(questions); i++) {
		const struct question *question = &questions[i];
		struct bench_time mine, sql, plain;
		int64_t cost = breakdown(bench->store, question, last, &mine);
		int64_t scanned, other;

		sql = bench_group_by(bench->store, question->ours, always,
				     &scanned);
		plain = bench_group_by(bench->plain, question->plain, always,
				       &other);
		if (scanned != cost)
			bench_die("breakdown", "is not what GROUP BY says");
		printf("%-34s %8.3f ms, GROUP BY %.1f ms, of the plain table "
		       "%.1f ms (%.3f): %.3f", question->what,
		       mine.cpu_s * 1e3, sql.cpu_s * 1e3, plain.cpu_s * 1e3,
		       mine.cpu_s / plain.cpu_s, mine.cpu_s / sql.cpu_s);
		aim(mine.cpu_s / sql.cpu_s, 0.15);
	}
}

/* As many questions as there are calls, up to those of bench_authorize. */
static void authorize(const struct bench *bench)
{
	size_t rounds = bench->rows < QUESTIONS ? bench->rows : QUESTIONS;
	struct authorize_spread router, far, near;

	authorize_measure(&router, &far, 1000000 * TW_NANOS, rounds);
	authorize_measure(&router, &near, 50 * TW_NANOS, rounds);
	printf("%-34s p50 %.2f, p99 %.2f us; where limits shorten it p50 "
	       "%.2f, p99 %.2f us", "authorize: route, price, hold",
	       (double)far.p50_ns / 1e3, (double)far.p99_ns / 1e3,
	       (double)near.p50_ns / 1e3, (double)near.p99_ns / 1e3);
	aim((double)(far.p99_ns > near.p99_ns ? far.p99_ns : near.p99_ns) /
	    1e3, 10.0);
}

static void late(struct bench *bench)
{
	struct bench_time t;
	double empty;

	free(bench->csv);
	bench_make_late(bench->calls, bench->rows);
	bench->csv = bench_csv(&bench->size, bench->calls, bench->rows);
	t = fill(bench, 0, &empty);
	line(bench, "5 % of the calls up to 200 000 late", t);
	aim(t.wall_s / bench->raw.wall_s, 2.0);
}

static void read_options(struct bench *bench, int argc, char *argv[],
			 const char **dir)
{
	bench->rows = 300000;
	*dir = "/tmp";
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--rows") && i + 1 < argc)
			bench->rows = (unsigned int)atoi(argv[++i]);
		else if (*argv[i] == '/')
			*dir = argv[i];
		else
			bench->rows = (unsigned int)atoi(argv[i]);
	}
	if (!bench->rows || bench->rows > 20000000)
		bench_die("rows", "1 to 20 000 000");
}

/* The month that the middle call lies in has the most of them. */
static void find_month(struct bench *bench)
{
	char text[40];

	tw_time_format(text, sizeof(text), BENCH_START +
		       (int64_t)(bench->rows / 2) * BENCH_STEP, NULL, NULL);
	snprintf(bench->month, sizeof(bench->month), "%.7s", text);
}

int main(int argc, char *argv[])
{
	static struct bench bench;
	char dir[64];
	const char *parent;

	read_options(&bench, argc, argv, &parent);
	snprintf(dir, sizeof(dir), "%.40s/tw-bench-XXXXXX", parent);
	if (!mkdtemp(dir))
		bench_die(dir, "cannot be made");
	snprintf(bench.store, sizeof(bench.store), "%s/ours.db", dir);
	snprintf(bench.plain, sizeof(bench.plain), "%s/plain.db", dir);
	snprintf(bench.file, sizeof(bench.file), "%s/calls.csv", dir);
	find_month(&bench);
	bench.calls = bench_calls(bench.rows);
	bench.csv = bench_csv(&bench.size, bench.calls, bench.rows);
	printf("%u calls, %.1f MB of CSV; wall, processor\n", bench.rows,
	       (double)bench.size / 1e6);
	peers(&bench);
	rounds(&bench);
	reports(&bench);
	years(&bench);
	authorize(&bench);
	bench_unlink(bench.plain);
	late(&bench);
	bench_unlink(bench.store);
	rmdir(dir);
	free(bench.csv);
	free(bench.calls);
	return 0;
}
