/* See oom.h and oom_run.h. What the store says is asked of SQLite, past the
 * library: every row of every table. */
#define _GNU_SOURCE
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "oom_run.h"

struct stage oom_stage;
bool oom_in_child;

/* What stands when scenes begin, by who made it; the last one is in use. */
#define KEPT_MAX 16

static struct kept {
	scene_set *by;
	char *bytes;
	size_t size;
} kept[KEPT_MAX], *is;
static int kept_count;

/* cmocka would go on with the next test, in the child as well. */
void oom_fail(const char *fmt, ...)
{
	char line[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (!oom_in_child)
		fail_msg("%s", line);
	fprintf(stderr, "%s\n", line);
	_exit(OOM_CHILD_BAD);
}

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
		oom_fail("%s", path);
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

uint64_t oom_hash_store(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	sqlite3_stmt *tables;
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(oom_stage.path, &db,
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
		snprintf(path, sizeof(path), "%s%s", oom_stage.path, ends[i]);
		unlink(path);
	}
}

/* Whatever a scene leaves beside the store (backups, spools) goes. */
void oom_clear_dir(void)
{
	DIR *dir = opendir(oom_stage.dir);
	struct dirent *entry;
	char path[400];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", oom_stage.dir,
			 entry->d_name);
		if (entry->d_name[0] != '.' && unlink(path))
			oom_fail("cannot remove %s", path);
	}
	if (dir)
		closedir(dir);
}

void oom_reset(void)
{
	FILE *file;

	unlink_beside();
	file = fopen(oom_stage.path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(is->bytes, 1, is->size, file), is->size);
	fclose(file);
}

bool oom_is_kept(scene_set *by)
{
	for (is = kept; is < kept + kept_count; is++) {
		if (is->by == by)
			return true;
	}
	return false;
}

void oom_keep(scene_set *by)
{
	FILE *file = fopen(oom_stage.path, "rb");
	struct stat st;

	assert_true(kept_count < KEPT_MAX);
	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	is = &kept[kept_count++];
	is->by = by;
	is->size = (size_t)st.st_size;
	is->bytes = malloc(is->size);
	assert_int_equal(fread(is->bytes, 1, is->size, file), is->size);
	fclose(file);
}

tw_store *oom_must_open(void)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;

	options.flags = TW_STORE_CREATE;
	options.clock = &oom_clock;
	options.actor = "tester";
	if (tw_store_open(&store, oom_stage.path, &options, &err))
		oom_fail("open: %s", err.message);
	return store;
}

void oom_must_verify(const char *what)
{
	tw_store *store = oom_must_open();
	tw_error err = TW_ERROR_INIT;
	tw_verdict verdicts[64];
	uint32_t count = 64;

	if (tw_store_verify(verdicts, &count, store, &err))
		oom_fail("%s: verify: %s", what, err.message);
	for (uint32_t i = 0; i < count; i++) {
		if (!verdicts[i].holds)
			oom_fail("%s: %s: %s", what, verdicts[i].invariant,
				 verdicts[i].detail);
	}
	tw_store_free(store);
}

/* ---- its place ---- */

void oom_place(char dir[64])
{
	snprintf(dir, 64, "%s/tw-oom-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(dir));
}

void oom_move_to(const char *dir)
{
	snprintf(oom_stage.dir, sizeof(oom_stage.dir), "%s", dir);
	snprintf(oom_stage.path, sizeof(oom_stage.path), "%s/store.db", dir);
}

void oom_begin(void)
{
	char dir[64];

	memory_install();
	memset(&oom_stage, 0, sizeof(oom_stage));
	oom_place(dir);
	oom_move_to(dir);
}

void oom_end(void)
{
	oom_clear_dir();
	rmdir(oom_stage.dir);
	free(oom_stage.said);
	while (kept_count)
		free(kept[--kept_count].bytes);
}
