/* See oom.h. What the store says is asked of SQLite, past the library: every
 * row of every table. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "oom.h"

/* A new store is made of a quarter of a million allocations, most of them by
 * the same few lines of SQLite. */
#define LONG_MAX_ROUNDS 20000

static struct stage stage;
static char *bytes;             /* of the store before the scene */
static size_t bytes_size;

static tw_time wall(void *arg)
{
	(void)arg;
	return OOM_NOW;
}

static int64_t monotonic(void *arg)
{
	(void)arg;
	return OOM_NOW;
}

const tw_clock oom_clock = { sizeof(oom_clock), wall, monotonic, NULL };

void oom_say(struct stage *s, const char *fmt, ...)
{
	char line[2048];
	va_list args;
	size_t l;

	va_start(args, fmt);
	l = (size_t)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (l >= sizeof(line))
		abort();
	if (s->said_size + l + 1 > s->said_room) {
		s->said_room = 2 * (s->said_size + l + 1);
		s->said = realloc(s->said, s->said_room);
		if (!s->said)
			abort();
	}
	memcpy(s->said + s->said_size, line, l + 1);
	s->said_size += l;
}

char *oom_text(const char *name)
{
	char path[512], *text;
	struct stat st;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", TW_SOURCE_DIR, name);
	file = fopen(path, "rb");
	if (!file || fstat(fileno(file), &st))
		fail_msg("%s", path);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_int_equal(fread(text, 1, (size_t)st.st_size, file),
			 st.st_size);
	fclose(file);
	return text;
}

/* ---- what the file holds ---- */

static uint64_t hash_more(uint64_t hash, const void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const unsigned char *)data)[i]) *
			UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_rows(uint64_t hash, sqlite3 *db, const char *table)
{
	sqlite3_stmt *rows;
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), 0);
	hash = hash_more(hash, table, strlen(table));
	while (sqlite3_step(rows) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(rows); i++) {
			int type = sqlite3_column_type(rows, i);
			const void *data = sqlite3_column_blob(rows, i);
			int size = sqlite3_column_bytes(rows, i);

			hash = hash_more(hash, &type, sizeof(type));
			hash = hash_more(hash, data, (size_t)size);
		}
	}
	sqlite3_finalize(rows);
	return hash;
}

static uint64_t hash_store(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	sqlite3_stmt *tables;
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(stage.path, &db,
		SQLITE_OPEN_READONLY, NULL), 0);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM "
		"sqlite_master WHERE type = 'table' ORDER BY name", -1,
		&tables, NULL), 0);
	while (sqlite3_step(tables) == SQLITE_ROW)
		hash = hash_rows(hash, db, (const char *)
				 sqlite3_column_text(tables, 0));
	sqlite3_finalize(tables);
	sqlite3_close(db);
	return hash;
}

/* ---- the file ---- */

static void unlink_beside(void)
{
	static const char *const ends[] = { "-wal", "-shm", "-journal" };
	char path[160];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", stage.path, ends[i]);
		unlink(path);
	}
}

/* Whatever a scene leaves beside the store (backups, spools) goes. */
static void clear_dir(void)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -rf %s/*", stage.dir);
	assert_int_equal(system(command), 0);
}

static void reset(void)
{
	FILE *file;

	unlink_beside();
	file = fopen(stage.path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, bytes_size, file), bytes_size);
	fclose(file);
}

static void keep_bytes(void)
{
	FILE *file = fopen(stage.path, "rb");
	struct stat st;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	bytes_size = (size_t)st.st_size;
	bytes = malloc(bytes_size);
	assert_int_equal(fread(bytes, 1, bytes_size, file), bytes_size);
	fclose(file);
}

static tw_store *must_open(void)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;

	options.flags = TW_STORE_CREATE;
	options.clock = &oom_clock;
	options.actor = "tester";
	if (tw_store_open(&store, stage.path, &options, &err))
		fail_msg("open: %s", err.message);
	return store;
}

static void must_verify(const char *what)
{
	tw_store *store = must_open();
	tw_error err = TW_ERROR_INIT;
	tw_verdict verdicts[64];
	uint32_t count = 64;

	if (tw_store_verify(verdicts, &count, store, &err))
		fail_msg("%s: verify: %s", what, err.message);
	for (uint32_t i = 0; i < count; i++) {
		if (!verdicts[i].holds)
			fail_msg("%s: %s: %s", what, verdicts[i].invariant,
				 verdicts[i].detail);
	}
	tw_store_free(store);
}

/* ---- one scene ---- */

struct run {
	const struct scene *scene;
	uint64_t before, after;         /* hashes */
	char *said;
	uint64_t count;                 /* allocations */
	uint64_t silent;                /* failed ones that nobody missed */
	uint64_t rounds;
};

static tw_status play(const struct scene *scene,
		      const struct memory_plan *plan, tw_error *err)
{
	tw_status status;

	stage.said_size = 0;
	oom_say(&stage, "%s", "");
	memory_arm(plan);
	status = scene->play(&stage, err);
	memory_disarm();
	return status;
}

static void begin_store(const struct scene *scene)
{
	if (!(scene->flags & (OOM_OPENS | OOM_PURE)))
		stage.store = must_open();
}

static void end_store(void)
{
	tw_store_free(stage.store);
	stage.store = NULL;
}

static void set_store(struct run *run)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store;

	clear_dir();
	if (run->scene->flags & OOM_PURE)
		return;
	store = must_open();
	if (run->scene->set && run->scene->set(store, &err))
		fail_msg("%s: %s: %s", run->scene->name, err.field,
			 err.message);
	tw_store_free(store);
	keep_bytes();
	run->before = hash_store();
}

/* Undisturbed: how many allocations, what it says, how the store is then. */
static void rehearse(struct run *run)
{
	static const struct memory_plan none = { 0, false };
	tw_error err = TW_ERROR_INIT;

	set_store(run);
	begin_store(run->scene);
	if (play(run->scene, &none, &err))
		fail_msg("%s: %s: %s", run->scene->name, err.field,
			 err.message);
	run->count = memory_count();
	end_store();
	run->said = strdup(stage.said);
	if (run->scene->flags & OOM_PURE)
		return;
	run->after = hash_store();
	assert_int_equal(run->before == run->after,
			 (run->scene->flags & OOM_READS) != 0);
	must_verify(run->scene->name);
}

static void compare_said(const struct run *run, const char *what)
{
	if (strcmp(run->said, stage.said) != 0)
		fail_msg("%s says\n%s\nand not\n%s", what, stage.said,
			 run->said);
}

/* It failed, and says for want of what. */
static void check_failure(const char *what, tw_status status,
			  const tw_error *err)
{
	if (status != TW_ENOMEM || err->code != TW_ENOMEM || !*err->message)
		fail_msg("%s: %s, %s: %s", what, tw_status_name(status),
			 tw_status_name(err->code), err->message);
}

static void check_store(const struct run *run, const char *what, bool done)
{
	const uint64_t is = hash_store();

	if (run->scene->flags & OOM_STEPWISE)
		must_verify(what);
	else if (is != run->after && (done || is != run->before))
		fail_msg("%s: the store is %s", what, done ?
			 "not as the scene leaves it" : "half written");
}

static void play_again(const struct run *run, const char *what)
{
	static const struct memory_plan none = { 0, false };
	tw_error err = TW_ERROR_INIT;

	if (play(run->scene, &none, &err))
		fail_msg("%s, and again: %s", what, err.message);
	compare_said(run, what);
}

/* The same handle goes on after a fault that passed. */
static void fault_and_again(const struct run *run,
			    const struct memory_plan *plan, const char *what)
{
	tw_error err = TW_ERROR_INIT;

	reset();
	begin_store(run->scene);
	(void)play(run->scene, plan, &err);
	if (hash_store() == run->before)
		play_again(run, what);
	end_store();
	check_store(run, what, true);
}

static void check_rest(struct run *run, const struct memory_plan *plan,
		       const char *what, bool done)
{
	if (run->scene->flags & OOM_PURE) {
		if (!done && !plan->lasting)
			fail_msg("%s: told again, it was not done", what);
		return;
	}
	check_store(run, what, done);
	if (run->rounds % 8 == 0)
		must_verify(what);
	if (!done && !(run->scene->flags & OOM_STEPWISE) &&
	    run->rounds % 4 == 0)
		fault_and_again(run, plan, what);
}

static void fault(struct run *run, const struct memory_plan *plan)
{
	const struct scene *scene = run->scene;
	tw_error err = TW_ERROR_INIT;
	int64_t held = memory_held();
	tw_status status;
	char what[96];

	snprintf(what, sizeof(what), "%s, allocation %" PRIu64 "%s",
		 scene->name, plan->at, plan->lasting ? " and on" : "");
	if (!(scene->flags & OOM_PURE)) {
		clear_dir();
		reset();
	}
	begin_store(scene);
	status = play(scene, plan, &err);
	if (!memory_has_failed())
		fail_msg("%s: it was not reached", what);
	if (status)
		check_failure(what, status, &err);
	else
		compare_said(run, what);
	run->silent += !status;
	run->rounds++;
	end_store();
	if (memory_held() != held)
		fail_msg("%s: %" PRId64 " blocks leaked", what,
			 memory_held() - held);
	check_rest(run, plan, what, !status);
}

static bool long_run(void)
{
	const char *value = getenv("TW_TEST_LONG");

	return value && *value && strcmp(value, "0") != 0;
}

/* Spread over the whole, and not always at the same places of a loop. */
static uint64_t place(uint64_t i, uint64_t rounds, uint64_t count)
{
	const uint64_t step = count / rounds;

	return 1 + i * count / rounds + (step > 1 ? i * 7919 % step : 0);
}

static void sweep(const struct scene *scene, int everyday)
{
	struct run run = { .scene = scene };
	uint64_t rounds;

	rehearse(&run);
	rounds = run.count < LONG_MAX_ROUNDS ? run.count : LONG_MAX_ROUNDS;
	if (!long_run() && rounds > (uint64_t)everyday)
		rounds = (uint64_t)everyday;
	for (uint64_t i = 0; i < rounds; i++) {
		struct memory_plan once = { 0, false }, lasting = { 0, true };

		once.at = place(i, rounds, run.count);
		lasting.at = place(i, rounds, run.count);
		fault(&run, &once);
		fault(&run, &lasting);
	}
	print_message("%s: %" PRIu64 " allocations, %" PRIu64 " of %" PRIu64
		      " faults did no harm\n", scene->name, run.count,
		      run.silent, run.rounds);
	free(run.said);
	free(bytes);
	bytes = NULL;
}

void oom_sweep_all(const struct scene *scenes, size_t count, int everyday)
{
	const char *only = getenv("TW_OOM_SCENE");

	for (size_t i = 0; i < count; i++) {
		if (!only || !strcmp(only, scenes[i].name))
			sweep(&scenes[i], everyday);
	}
}

void oom_begin(void)
{
	memory_install();
	memset(&stage, 0, sizeof(stage));
	snprintf(stage.dir, sizeof(stage.dir), "%s/tw-oom-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(stage.dir));
	snprintf(stage.path, sizeof(stage.path), "%s/store.db", stage.dir);
}

void oom_end(void)
{
	clear_dir();
	rmdir(stage.dir);
	free(stage.said);
}
