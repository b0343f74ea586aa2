/*
 * A carrier's sheet from bytes to the committed store: read and checked, then
 * compared with the version before and stored; beside `sqlite3 .import` of the
 * same file into a plain table without a key, which checks nothing.
 *
 * bench_sheet [rows] prints seconds and rows a second. Aim: 200 000 rows are
 * checked and stored in less than 3 s, and who waits is told how far it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <trunkwise.h>

#define ROW_MAX 128
#define CANCELLED_AT 500u       /* thousandths */

struct place {
	char directory[64];
	char sheet[96], store[96], plain[96];
};

/* How often somebody was told, and how long he waited for it at most. */
struct waiting {
	uint64_t calls;
	uint64_t stop_at;               /* thousandths, 0: never */
	double last_s, longest_s;
};

static double read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now_s(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* Of this process alone: others may have made it wait. */
static double cpu_s(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_sheet: %s: %s\n", what, why);
	exit(1);
}

static void must(tw_status status, const tw_error *err, const char *what)
{
	if (status)
		die(what, err->message);
}

/* Codes of seven to nine digits; one row in ten costs something else in the
 * second edition. */
static char *make_sheet(size_t rows, int edition, size_t *size)
{
	static const char head[] = "prefix,destination,rate,currency,"
		"effective_from,effective_to,first_inc,next_inc,"
		"connect_fee\n";
	char *text = malloc(rows * ROW_MAX + sizeof(head));
	size_t at = sizeof(head) - 1;

	if (!text)
		die("sheet", "out of memory");
	memcpy(text, head, at);
	for (size_t i = 0; i < rows; i++) {
		size_t cost = 100 + i % 900 + (i % 10 ? 0 : (size_t)edition);

		at += (size_t)snprintf(text + at, ROW_MAX,
			"%zu%05zu,\"Country %zu, mobile\",0.%04zu,RUB,"
			"2026-01-01,,%d,%d,%s\n", 10 + i / 100000,
			i % 100000, i / 50, cost, i % 3 ? 60 : 1,
			i % 3 ? 60 : 1, i % 7 ? "" : "0.05");
	}
	*size = at;
	return text;
}

static int tell(void *arg, uint64_t done, uint64_t total)
{
	struct waiting *w = arg;
	double now = now_s();

	if (w->calls++ && now - w->last_s > w->longest_s)
		w->longest_s = now - w->last_s;
	w->last_s = now;
	return w->stop_at && done * 1000 >= total * w->stop_at;
}

static void say(const char *what, size_t rows, double wall, double cpu)
{
	printf("  %-34s %7.3f s (%.3f s of the processor)  %9.0f rows/s\n",
	       what, wall, cpu, (double)rows / cpu);
}

static void check(const char *text, size_t size, size_t rows)
{
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	double wall = now_s(), cpu = cpu_s();
	tw_sheet *sheet = NULL;

	must(tw_sheet_read(&sheet, text, size, &options, &err), &err,
	     "sheet");
	say("read and checked", rows, now_s() - wall, cpu_s() - cpu);
	if (tw_sheet_rows_good(sheet) != rows)
		die("sheet", "not all rows are good");
	tw_sheet_free(sheet);
}

static tw_status import(tw_store *store, const char *text, size_t size,
			struct waiting *waiting, tw_tariff_diff *diff)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_rejects *rejects = NULL;
	tw_status status;

	options.tariff = "bench";
	options.carrier = "carrier";
	options.file_name = "sheet.csv";
	options.progress = tell;
	options.progress_arg = waiting;
	status = tw_tariff_import_sheet(&counts, diff, &rejects, store,
					&options, text, size, &err);
	tw_rejects_free(rejects);
	if (status != TW_ECANCELLED)
		must(status, &err, "import");
	return status;
}

static void store_sheet(tw_store *store, const char *what, const char *text,
			size_t size, size_t rows)
{
	tw_tariff_diff diff = TW_TARIFF_DIFF_INIT;
	struct waiting waiting = { 0, 0, 0, 0 };
	double wall = now_s(), cpu = cpu_s();

	import(store, text, size, &waiting, &diff);
	say(what, rows, now_s() - wall, cpu_s() - cpu);
	printf("    new %llu, dearer %llu, unchanged %llu; told %llu times, "
	       "%.0f ms apart at most\n", (unsigned long long)diff.fresh,
	       (unsigned long long)diff.increase,
	       (unsigned long long)diff.unchanged,
	       (unsigned long long)waiting.calls, waiting.longest_s * 1e3);
	if (diff.fresh + diff.increase + diff.unchanged != rows)
		die("import", "rows are missing");
}

static void cancel(tw_store *store, const char *text, size_t size)
{
	tw_tariff_diff diff = TW_TARIFF_DIFF_INIT;
	struct waiting waiting = { 0, CANCELLED_AT, 0, 0 };
	double after;

	if (import(store, text, size, &waiting, &diff) != TW_ECANCELLED)
		die("import", "nobody listened to the one who said stop");
	after = now_s() - waiting.last_s;
	printf("  cancelled half way: back %.1f ms after\n", after * 1e3);
}

/* In a process of its own, as people use it. */
static void plain(const struct place *p, size_t rows)
{
	char command[160];
	struct rusage usage;
	double wall = now_s();
	int status = 0;
	pid_t child;

	snprintf(command, sizeof(command), ".import %s rate", p->sheet);
	child = fork();
	if (child < 0)
		die("sqlite3", "no process");
	if (!child) {
		execlp("sqlite3", "sqlite3", "-csv", p->plain, command,
		       (char *)NULL);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status))
		die("sqlite3", "did not end");
	if (WEXITSTATUS(status) == 127) {
		printf("  sqlite3 .import: skipped, no sqlite3 command is "
		       "installed\n");
		return;
	}
	if (WEXITSTATUS(status))
		die("sqlite3", "refused the sheet");
	say("sqlite3 .import, unchecked", rows, now_s() - wall,
	    (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

static void make_place(struct place *p, const char *text, size_t size)
{
	FILE *file;

	strcpy(p->directory, "/tmp/bench_sheet_XXXXXX");
	if (!mkdtemp(p->directory))
		die(p->directory, "no directory");
	snprintf(p->sheet, sizeof(p->sheet), "%s/sheet.csv", p->directory);
	snprintf(p->store, sizeof(p->store), "%s/store.db", p->directory);
	snprintf(p->plain, sizeof(p->plain), "%s/plain.db", p->directory);
	file = fopen(p->sheet, "wb");
	if (!file || fwrite(text, 1, size, file) != size || fclose(file))
		die(p->sheet, "not written");
}

static void drop_place(const struct place *p)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock",
		"-lock" };
	char name[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", p->store, ends[i]);
		unlink(name);
	}
	unlink(p->sheet);
	unlink(p->plain);
	if (rmdir(p->directory))
		fprintf(stderr, "bench_sheet: %s is left\n", p->directory);
}

int main(int argc, char **argv)
{
	size_t rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000, size[2];
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	struct place place;
	char *text[2];

	if (!rows)
		die("rows", "how many?");
	for (int i = 0; i < 2; i++)
		text[i] = make_sheet(rows, i, &size[i]);
	options.flags = TW_STORE_CREATE;
	make_place(&place, text[0], size[0]);
	printf("a sheet of %zu rows, %.1f MiB\n", rows,
	       (double)size[0] / 1048576);
	check(text[0], size[0], rows);
	must(tw_store_open(&store, place.store, &options, &err), &err,
	     "store");
	cancel(store, text[0], size[0]);
	store_sheet(store, "checked and stored", text[0], size[0], rows);
	store_sheet(store, "the next one, a tenth is dearer", text[1],
		    size[1], rows);
	plain(&place, rows);
	tw_store_free(store);
	drop_place(&place);
	free(text[0]);
	free(text[1]);
	return 0;
}
