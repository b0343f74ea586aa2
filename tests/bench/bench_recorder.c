/* How fast a live host's records get onto the disk, with FULL: 100 writers,
 * each of which waits until its record is acknowledged before it has the next
 * one, beside one row per transaction: by this library, and by SQLite alone
 * with a prepared insert of the same texts. Usage: bench_recorder [records]
 *
 * The writers are threads and queue into the one that steps: the front that
 * docs/recorder.md describes. The directory is the current one: what a sync
 * costs is the disk's. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <trunkwise.h>

#define WRITERS 100
#define AIM 20.0

static char dir[64], path[128];

static void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static tw_time now(void)
{
	const tw_clock *clock = tw_clock_system();

	return clock->monotonic(clock->arg);
}

/* ---- the store ---- */

static void set(tw_deployment *d, const char *at, const char *value)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_deployment_set(d, at, TW_VALUE_TEXT, value, &err))
		die(at, err.message);
}

static void make_store(void)
{
	static const char sheet[] = "prefix,destination,rate,currency\n"
		"79,Russia mobile,1.50,RUB\n7,Russia,2.40,RUB\n";
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_tariff_import import = TW_TARIFF_IMPORT_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_deployment *d;
	tw_changes *changes;
	tw_store *store;

	options.flags = TW_STORE_CREATE;
	if (tw_store_open(&store, path, &options, &err) ||
	    tw_deployment_new(&d, &err))
		die(path, err.message);
	set(d, "company.name", "Bench");
	set(d, "company.zone", "Europe/Moscow");
	set(d, "company.currency", "RUB");
	set(d, "department[0].name", "Kazan");
	set(d, "carrier[0].name", "carrier");
	set(d, "number[0].number", "78432000001");
	set(d, "number[0].carrier", "carrier");
	set(d, "number[0].department", "Kazan");
	if (tw_deployment_apply(&changes, d, store, 1, 0, &err))
		die("apply", err.message);
	tw_changes_free(changes);
	tw_deployment_free(d);
	import.tariff = "t";
	import.carrier = "carrier";
	if (tw_tariff_import_sheet(NULL, NULL, NULL, store, &import, sheet,
				   sizeof(sheet) - 1, &err))
		die("sheet", err.message);
	tw_store_free(store);
}

static tw_cdr record(char id[48], unsigned int writer, unsigned int i)
{
	tw_cdr cdr = TW_CDR_INIT;

	snprintf(id, 48, "bench-%u-%u", writer, i);
	cdr.call_id = id;
	cdr.direction = TW_DIRECTION_OUTBOUND;
	cdr.status = TW_CALL_ANSWERED;
	cdr.start = 1791190800LL * TW_SECOND + i * TW_SECOND + writer;
	cdr.answer = cdr.start + 5 * TW_SECOND;
	cdr.duration_us = (60 + i % 200) * TW_SECOND;
	cdr.caller = "78432000001";
	cdr.callee = i % 3 ? "79161234567" : "74951234567";
	return cdr;
}

static tw_recorder *open_recorder(void)
{
	tw_recorder_options options = TW_RECORDER_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_recorder *recorder;

	options.name = "bench";
	/* all writers wait: who waits for more of them waits for nobody */
	options.group_rows = WRITERS;
	if (tw_recorder_open(&recorder, path, &options, &err))
		die("recorder", err.message);
	return recorder;
}

static void close_recorder(tw_recorder *recorder, uint64_t stored)
{
	tw_recorder_stats stats = TW_RECORDER_STATS_INIT;

	tw_recorder_stats_get(&stats, recorder, NULL);
	if (stats.stored != stored || stats.durable != stats.added)
		die("recorder", "not every record is stored once");
	tw_recorder_free(recorder);
}

/* ---- one row per transaction ---- */

static double one_by_one(unsigned int count)
{
	tw_recorder *recorder = open_recorder();
	tw_error err = TW_ERROR_INIT;
	tw_time begin = now(), took;

	for (unsigned int i = 0; i < count; i++) {
		char id[48];
		tw_cdr cdr = record(id, WRITERS + 1, i);

		if (tw_recorder_add(NULL, recorder, &cdr, now(), &err) ||
		    tw_recorder_flush(recorder, now(), &err))
			die("one by one", err.message);
	}
	took = now() - begin;
	close_recorder(recorder, count);
	return count / (took / 1e6);
}

static double raw_one_by_one(unsigned int count)
{
	static const char schema[] = "PRAGMA journal_mode = WAL; "
		"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;"
		"CREATE TABLE c (id TEXT, start INTEGER, answer INTEGER, "
		"duration INTEGER, caller TEXT, callee TEXT)";
	char raw[160];
	sqlite3_stmt *stmt;
	sqlite3 *db;
	tw_time begin, took;

	snprintf(raw, sizeof(raw), "%s.raw", path);
	if (sqlite3_open(raw, &db) ||
	    sqlite3_exec(db, schema, NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO c VALUES (?,?,?,?,?,?)", -1,
			       &stmt, NULL))
		die(raw, sqlite3_errmsg(db));
	begin = now();
	for (unsigned int i = 0; i < count; i++) {
		char id[48];
		tw_cdr cdr = record(id, 0, i);

		sqlite3_bind_text(stmt, 1, id, -1, SQLITE_TRANSIENT);
		sqlite3_bind_int64(stmt, 2, cdr.start);
		sqlite3_bind_int64(stmt, 3, cdr.answer);
		sqlite3_bind_int64(stmt, 4, cdr.duration_us);
		sqlite3_bind_text(stmt, 5, cdr.caller, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 6, cdr.callee, -1, SQLITE_STATIC);
		if (sqlite3_step(stmt) != SQLITE_DONE || sqlite3_reset(stmt))
			die(raw, sqlite3_errmsg(db));
	}
	took = now() - begin;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return count / (took / 1e6);
}

/* ---- 100 writers ---- */

struct front {
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	tw_recorder *recorder;
	uint64_t durable;
	unsigned int running, waiting, each;
};

struct writer {
	struct front *front;
	unsigned int number;
	pthread_t thread;
};

static void *write_some(void *arg)
{
	struct writer *w = arg;
	struct front *f = w->front;
	tw_error err = TW_ERROR_INIT;

	pthread_mutex_lock(&f->lock);
	for (unsigned int i = 0; i < f->each; i++) {
		char id[48];
		tw_cdr cdr = record(id, w->number, i);
		uint64_t ticket;

		if (tw_recorder_add(&ticket, f->recorder, &cdr, now(), &err))
			die("add", err.message);
		if (++f->waiting >= f->running)
			pthread_cond_signal(&f->work);
		while (f->durable < ticket)
			pthread_cond_wait(&f->done, &f->lock);
	}
	f->running--;
	pthread_cond_signal(&f->work);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* Steps when everybody waits, or after what step() says. */
static void serve(struct front *f)
{
	pthread_mutex_lock(&f->lock);
	while (f->running) {
		tw_recorder_stats stats = TW_RECORDER_STATS_INIT;
		struct timespec until;
		tw_time next;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 2000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (f->waiting < f->running)
			pthread_cond_timedwait(&f->work, &f->lock, &until);
		f->waiting = 0;
		tw_recorder_step(&next, f->recorder, now() + 50000, NULL);
		tw_recorder_stats_get(&stats, f->recorder, NULL);
		f->durable = stats.durable;
		pthread_cond_broadcast(&f->done);
	}
	pthread_mutex_unlock(&f->lock);
}

static double together(unsigned int each)
{
	static struct writer writers[WRITERS];
	struct front f = { PTHREAD_MUTEX_INITIALIZER,
		PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER,
		open_recorder(), 0, WRITERS, 0, each };
	tw_time begin = now(), took;

	for (unsigned int i = 0; i < WRITERS; i++) {
		writers[i].front = &f;
		writers[i].number = i;
		if (pthread_create(&writers[i].thread, NULL, write_some,
				   &writers[i]))
			die("thread", "cannot be made");
	}
	serve(&f);
	for (unsigned int i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	took = now() - begin;
	close_recorder(f.recorder, (uint64_t)each * WRITERS);
	return each * WRITERS / (took / 1e6);
}

static void clean_up(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock",
		".bench.spool", ".raw", ".raw-wal", ".raw-shm" };
	char name[192];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
	rmdir(dir);
}

int main(int argc, char *argv[])
{
	unsigned int records = argc > 1 ? (unsigned int)atoi(argv[1]) : 50000;
	unsigned int single = records / 25 + 40;
	double raw, one, many;

	strcpy(dir, "bench-recorder-XXXXXX");
	if (!mkdtemp(dir))
		die(dir, "cannot be made");
	snprintf(path, sizeof(path), "%s/store.db", dir);
	make_store();
	raw = raw_one_by_one(single);
	one = one_by_one(single);
	many = together(records / WRITERS + 1);
	clean_up();
	printf("SQLite, one row per transaction    %9.0f rows/s\n", raw);
	printf("recorder, one record per group     %9.0f rows/s\n", one);
	printf("recorder, %d writers that wait    %9.0f rows/s\n", WRITERS,
	       many);
	printf("against one row per transaction: %.1f x SQLite's, %.1f x ours "
	       "(aim %.0f)\n", many / raw, many / one, AIM);
	return 0;
}
