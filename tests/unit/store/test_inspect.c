/* Damage: a clear error or right data, never a crash, never a wrong number
 * without a word. */
#include "store_fixture.h"
#include <sqlite3.h>
#include "store/inspect.h"

#define PAGE 4096

/* So many rows that no page can go missing unnoticed; the sum is known. */
#define ROWS 3000
#define ROWS_SUM ((int64_t)ROWS * (ROWS + 1) / 2)

static void fill(struct fixture *f, int64_t rows)
{
	tw_store *store = fixture_store(f);
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt;
	int64_t i;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	for (i = 1; i <= rows; i++) {
		assert_int_equal(tw__stmt(&stmt, store, "INSERT INTO entity "
			"(id, kind) VALUES (?, hex(randomblob(20)))", &err),
			TW_OK);
		tw__bind_i64(stmt, 1, i);
		assert_int_equal(tw__run(stmt, &err), TW_OK);
	}
	assert_int_equal(tw_store_commit(store, &err), TW_OK);
	tw_store_free(store);
}

static void put(const char *path, long offset, const void *bytes,
		size_t size)
{
	FILE *file = fopen(path, "r+b");

	fseek(file, offset, SEEK_SET);
	assert_int_equal(fwrite(bytes, size, 1, file), 1);
	fclose(file);
}

/* Opens, reads and writes; what was read must be right. True when the damage
 * was noticed. */
static bool try_all(const struct fixture *f)
{
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	struct tw_stmt *stmt = NULL;
	bool noticed = true;
	tw_status status;
	int64_t sum = 0;

	status = fixture_open(&store, f, 0, 0, &err);
	if (!status)
		status = tw__stmt_new(&stmt, store, "SELECT count(*), "
				      "sum(id), sum(length(kind)) FROM "
				      "entity", &err);
	if (!status && (status = tw__step(stmt, &err)) == TW_OK) {
		sum = tw__col_i64(stmt, 1);
		noticed = tw__col_i64(stmt, 0) != ROWS || sum != ROWS_SUM ||
			tw__col_i64(stmt, 2) != ROWS * 40;
		/* a wrong number without an error */
		if (noticed)
			fail_msg("read %lld", (long long)sum);
	}
	else if (!err.message[0] || status == TW_ENOMEM) {
		fail_msg("no reason given, status %d", (int)status);
	}
	tw__stmt_free(stmt);
	tw_store_free(store);
	return noticed;
}

static void whole_file_has_no_problems(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	char *text = NULL;

	fill(f, ROWS);
	assert_int_equal(tw_store_check(&text, f->path, &err), TW_OK);
	assert_string_equal(text, "");
	tw_free(text);
	assert_int_equal(tw_store_check(NULL, f->path, &err), TW_EINVAL);
	assert_int_equal(tw_store_check(&text, "/nonexistent/x", &err),
			 TW_ENOTFOUND);
	assert_false(try_all(f));
}

/* Any page of a small store, written over with noise. */
static void every_page_counts(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	char noise[PAGE], *bytes, *text = NULL;
	size_t size;
	long page;

	fill(f, ROWS);
	bytes = slurp(f->path, &size);
	memset(noise, 0xa5, sizeof(noise));
	for (page = 0; page < (long)size / PAGE; page++) {
		put(f->path, page * PAGE, noise, sizeof(noise));
		if (!try_all(f))
			fail_msg("page %ld: not noticed", page);
		if (page) {
			assert_int_equal(tw_store_check(&text, f->path,
							&err), TW_OK);
			if (!*text)
				fail_msg("page %ld: no finding", page);
			tw_free(text);
		}
		put(f->path, page * PAGE, bytes + page * PAGE, PAGE);
	}
	assert_false(try_all(f));
	free(bytes);
}

/* Single bytes of the header: each is noticed or means nothing. */
static void header_bytes(void **state)
{
	struct fixture *f = *state;
	char *bytes, wrong;
	size_t size, i;

	fill(f, ROWS);
	bytes = slurp(f->path, &size);
	for (i = 0; i < 108; i++) {
		wrong = (char)~bytes[i];
		put(f->path, (long)i, &wrong, 1);
		try_all(f);
		put(f->path, (long)i, &bytes[i], 1);
	}
	assert_false(try_all(f));
	free(bytes);
}

/* Structure of leaves, inner pages and indexes: page type, cell count,
 * cell pointers. */
static void structure_bytes(void **state)
{
	struct fixture *f = *state;
	size_t size, page, i;
	char *bytes, wrong;
	int noticed = 0, tried = 0;

	fill(f, ROWS);
	bytes = slurp(f->path, &size);
	for (page = 1; page < size / PAGE; page += 3) {
		for (i = 0; i < 14; i += 1 + page % 3) {
			long at = (long)(page * PAGE + i);

			wrong = (char)~bytes[at];
			put(f->path, at, &wrong, 1);
			noticed += try_all(f);
			tried++;
			put(f->path, at, &bytes[at], 1);
		}
	}
	assert_true(tried > 200 && noticed > tried / 2);
	assert_false(try_all(f));
	free(bytes);
}

static void a_shorter_file(void **state)
{
	struct fixture *f = *state;
	size_t size, left;
	char *bytes;

	fill(f, ROWS);
	bytes = slurp(f->path, &size);
	for (left = 0; left < size; left += 7001) {
		assert_int_equal(truncate(f->path, (off_t)left), 0);
		/* of nothing a new store could be made; it has no rows */
		if (left && !try_all(f))
			fail_msg("%zu bytes: not noticed", left);
	}
	free(bytes);
}

/* Seen once, nothing is written any more through this handle. */
static void damage_stops_writing(void **state)
{
	struct fixture *f = *state;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	char noise[PAGE];
	struct stat st;

	fill(f, 200000);
	assert_int_equal(stat(f->path, &st), 0);
	assert_true(st.st_size > 8 * 1024 * 1024);
	memset(noise, 0xa5, sizeof(noise));
	put(f->path, st.st_size / PAGE / 2 * PAGE, noise, sizeof(noise));
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_OK);
	assert_int_equal(run(store, "SELECT sum(length(kind)) FROM entity",
			     &err), TW_ESTORE);
	assert_int_equal(err.store_code & 0xff, SQLITE_CORRUPT);
	assert_non_null(strstr(err.message, "store restore"));
	assert_int_equal(tw_store_begin(store, &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "damaged"));
	assert_non_null(strstr(err.message, ".recover"));
	tw_store_free(store);
}

static void copy_file(const char *from, const char *to)
{
	size_t size;
	char *bytes = slurp(from, &size);
	FILE *file = fopen(to, "wb");

	fwrite(bytes, size, 1, file);
	fclose(file);
	free(bytes);
}

/* A log cut at any byte is the store after one of its commits. */
static void cut_log(void **state)
{
	struct fixture *f = *state;
	char saved[160], saved_log[160], log[160], shm[160];
	tw_store *store = fixture_store(f);
	tw_error err = TW_ERROR_INIT;
	int64_t rows, last = -1;
	size_t size, left;
	char *bytes;
	int i;

	snprintf(log, sizeof(log), "%s-wal", f->path);
	snprintf(shm, sizeof(shm), "%s-shm", f->path);
	snprintf(saved, sizeof(saved), "%s/saved", f->dir);
	snprintf(saved_log, sizeof(saved_log), "%s/saved-log", f->dir);
	for (i = 0; i < 12; i++)
		assert_int_equal(run(store, "INSERT INTO entity (kind) VALUES "
				     "('a'), (hex(randomblob(3000)))", &err),
				 TW_OK);
	copy_file(f->path, saved);
	copy_file(log, saved_log);
	tw_store_free(store);
	bytes = slurp(saved_log, &size);
	free(bytes);
	for (left = 0; left <= size; left += 911) {
		copy_file(saved, f->path);
		copy_file(saved_log, log);
		unlink(shm);
		assert_int_equal(truncate(log, (off_t)left), 0);
		if (fixture_open(&store, f, 0, 0, &err))
			fail_msg("%zu: %s", left, err.message);
		rows = ask(store, "SELECT count(*) FROM entity");
		assert_true(rows % 2 == 0 && rows >= last);
		last = rows;
		tw_store_free(store);
	}
	assert_true(last >= 22);
	unlink(saved);
	unlink(saved_log);
}

static int die_in_a_journal(void *arg)
{
	struct fixture *f = arg;
	sqlite3 *db;

	sqlite3_open(f->path, &db);
	sqlite3_exec(db, "PRAGMA cache_size = 5; BEGIN; UPDATE entity SET "
		     "kind = 'lost'; DELETE FROM entity WHERE id > 10", NULL,
		     NULL, NULL);
	kill(getpid(), SIGKILL);
	return 0;
}

/* A copy without a log whose writer was killed: what it had written is taken
 * back by the next one, and a reader is told so. */
static void hot_journal(void **state)
{
	struct fixture *f = *state;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	char journal[160];
	sqlite3 *db;

	fill(f, ROWS);
	sqlite3_open(f->path, &db);
	assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = DELETE; "
		"DROP TRIGGER entity_no_update; DROP TRIGGER "
		"entity_no_delete", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(in_child(die_in_a_journal, f), -1);
	snprintf(journal, sizeof(journal), "%s-journal", f->path);
	assert_int_equal(access(journal, F_OK), 0);
	assert_int_equal(fixture_open(&store, f, TW_STORE_READONLY, 0, &err),
			 TW_EIO);
	assert_non_null(strstr(err.message, "stopped half way"));
	assert_false(try_all(f));
}

static void sizes_are_told(void **state)
{
	struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_store_info info = TW_STORE_INFO_INIT;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_describe(NULL, store, &err), TW_EINVAL);
	assert_int_equal(tw_store_describe(&info, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_store_describe(&info, store, &err), TW_OK);
	assert_int_equal(info.schema, tw_store_schema(store));
	assert_true(info.file_bytes >= 100000);
	assert_int_equal(run(store, "INSERT INTO entity (kind) VALUES "
			     "(hex(randomblob(9000)))", &err), TW_OK);
	assert_int_equal(tw_store_describe(&info, store, &err), TW_OK);
	assert_true(info.wal_bytes >= 18000);
	tw_store_free(store);
	/* the last one to leave empties the log */
	assert_int_equal(fixture_open(&store, f, TW_STORE_READONLY, 0, &err),
			 TW_OK);
	assert_int_equal(tw_store_describe(&info, store, &err), TW_OK);
	assert_int_equal(info.wal_bytes, 0);
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

static void no_memory_is_no_damage(void **state)
{
	(void)state;
	assert_true(tw__finding_is_memory("*** in database main ***\nPage 88: "
		"unable to get the page. error code=7"));
	assert_true(tw__finding_is_memory("Page 8: unable to get the page. "
		"error code=7\nrow 1 missing"));
	assert_true(tw__finding_is_memory("Page 8: unable to get the page. "
		"error code=3082"));
	assert_false(tw__finding_is_memory("Page 7: unable to get the page. "
		"error code=779"));
	assert_false(tw__finding_is_memory(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memory_is_no_damage),
		TEST(whole_file_has_no_problems),
		TEST(every_page_counts),
		TEST(header_bytes),
		TEST(structure_bytes),
		TEST(a_shorter_file),
		TEST(damage_stops_writing),
		TEST(cut_log),
		TEST(hot_journal),
		TEST(sizes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
