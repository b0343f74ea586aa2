/* Backup, restore and migration on a disk that fails: the whole of the new
 * file or the whole of the old one, and nothing left lying about. */
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <trunkwise/sys/alloc.h>
#include "disk.h"
#include "office.h"
#include "store/schema.h"

#define OLD TW_SOURCE_DIR "/tests/unit/store/old/"

static const struct disk_plan good;
static struct office office;
static char backup[160], kept[160];

static char *state_of(const char *path)
{
	struct office other = office;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	char *state;

	snprintf(other.path, sizeof(other.path), "%s", path);
	if (office_store(&store, &other, TW_STORE_READONLY, &err))
		fail_msg("%s: %s", path, err.message);
	state = office_state(store);
	tw_store_free(store);
	return state;
}

static void must_say(const char *path, const char *want, const char *what)
{
	char *state = state_of(path);

	if (strcmp(state, want))
		fail_msg("%s: %s says\n%sand not\n%s", what, path, state,
			 want);
	free(state);
}

/* The store after `steps`, no fault in sight. */
static void make_store(int steps)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;

	disk_arm(&good);
	office_reset(&office);
	assert_int_equal(office_store(&store, &office, 0, &err), TW_OK);
	for (int i = 0; i < steps; i++)
		assert_int_equal(office_step(store, i, &err), TW_OK);
	tw_store_free(store);
}

static void no_leftovers(const char *what)
{
	struct dirent *entry;
	DIR *dir = opendir(office.dir);

	while ((entry = readdir(dir))) {
		if (strstr(entry->d_name, ".part-"))
			fail_msg("%s left %s", what, entry->d_name);
	}
	closedir(dir);
}

static tw_status back_up(tw_error *err)
{
	tw_store *store = NULL;
	tw_status status = office_store(&store, &office, TW_STORE_READONLY,
					err);

	if (!status)
		status = tw_store_backup(store, backup, TW_STORE_FORCE, err);
	tw_store_free(store);
	return status;
}

static tw_status put_back(tw_error *err)
{
	char *name = NULL;
	tw_status status = tw_store_restore(&name, office.path, backup, err);

	tw_free(name);
	return status;
}

static uint64_t operations(tw_status work(tw_error *err))
{
	const struct disk_plan count = { DISK_FAIL, 0, false, false };
	tw_error err = TW_ERROR_INIT;

	disk_arm(&count);
	assert_int_equal(work(&err), TW_OK);
	return disk_count();
}

/* An older backup is replaced by a whole new one or stays. */
static void run_backup(int kind, bool lasting, uint64_t at)
{
	const struct disk_plan plan = { kind, at, lasting, false };
	tw_error err = TW_ERROR_INIT;
	tw_status status;
	char what[64];

	snprintf(what, sizeof(what), "backup, kind %d at %llu", kind,
		 (unsigned long long)at);
	make_store(1);
	assert_int_equal(back_up(&err), TW_OK);
	make_store(office.steps);
	disk_arm(&plan);
	status = back_up(&err);
	disk_arm(&good);
	if (status && !err.message[0])
		fail_msg("%s: no reason", what);
	must_say(backup, office.states[status ? 1 : office.steps], what);
	must_say(office.path, office.states[office.steps], what);
	no_leftovers(what);
}

static void remove_kept(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char path[200];

	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%.150s%s", kept, ends[i]);
		unlink(path);
	}
}

/* The store is the old one, or the backup with the old one beside it. */
static void run_restore(int kind, bool lasting, uint64_t at)
{
	const struct disk_plan plan = { kind, at, lasting, false };
	tw_error err = TW_ERROR_INIT;
	tw_status status;
	char what[64];

	snprintf(what, sizeof(what), "restore, kind %d at %llu", kind,
		 (unsigned long long)at);
	make_store(office.steps);
	disk_arm(&plan);
	status = put_back(&err);
	disk_arm(&good);
	if (status && !err.message[0])
		fail_msg("%s: no reason", what);
	must_say(office.path, office.states[status ? office.steps : 1], what);
	if (!status)
		must_say(kept, office.states[office.steps], what);
	else
		assert_int_equal(access(kept, F_OK), -1);
	no_leftovers(what);
	remove_kept();
}

static void each(void run(int kind, bool lasting, uint64_t at),
		 uint64_t total)
{
	static const int kinds[] = { DISK_FAIL, DISK_FULL, DISK_TEAR };
	const int rounds = office_rounds(8, (int)total + 1);

	for (int k = 0; k < 6; k++) {
		for (int i = 0; i < rounds; i++)
			run(kinds[k % 3], k >= 3, 1 + (uint64_t)i *
			    (total + 1) / (uint64_t)rounds);
	}
	print_message("6 times %d of %llu operations\n", rounds,
		      (unsigned long long)total);
}

static void backups_are_whole(void **state)
{
	(void)state;
	make_store(office.steps);
	each(run_backup, operations(back_up));
	unlink(backup);
}

static void restores_are_whole(void **state)
{
	tw_error err = TW_ERROR_INIT;
	uint64_t total;

	(void)state;
	make_store(1);
	assert_int_equal(back_up(&err), TW_OK);
	make_store(office.steps);
	total = operations(put_back);
	remove_kept();
	each(run_restore, total);
	unlink(backup);
}

/* ---- migration ---- */

static void exec_file(sqlite3 *db, const char *path)
{
	char *sql = calloc(1, 1 << 20);
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_true(fread(sql, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	free(sql);
}

/* What the release with schema 2 left. */
static void make_old(void)
{
	sqlite3 *db;

	disk_arm(&good);
	unlink(office.path);
	office_reset(&office);
	unlink(office.path);
	assert_int_equal(sqlite3_open(office.path, &db), SQLITE_OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sqlite3_exec(db, tw__schema[i].sql, NULL,
					      NULL, NULL), SQLITE_OK);
	exec_file(db, OLD "directory.sql");
	exec_file(db, OLD "calls.sql");
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2; PRAGMA "
		"application_id = 1415017332; PRAGMA journal_mode = WAL",
		NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static tw_status migrate(tw_error *err)
{
	tw_store *store = NULL;
	tw_status status = office_store(&store, &office, 0, err);

	tw_store_free(store);
	return status;
}

static void remove_copies(void)
{
	struct dirent *entry;
	char path[600];
	DIR *dir = opendir(office.dir);

	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", office.dir,
			 entry->d_name);
		if (strstr(entry->d_name, ".schema-") ||
		    strstr(entry->d_name, ".part-"))
			unlink(path);
	}
	closedir(dir);
}

/* Of one version or of the other; and the next open brings it forward. */
static void after_migration(tw_status status, const char *what)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	tw_money total = { 0 };

	if (office_store(&store, &office, status ? 0 : TW_STORE_READONLY,
			 &err))
		fail_msg("%s: %s", what, err.message);
	if (tw_ledger_month_total(&total, store, "2026-10", "RUB", &err))
		fail_msg("%s: %s", what, err.message);
	assert_true(total.nanos == 613800000000);
	office_verify(store, what);
	tw_store_free(store);
	remove_copies();
}

static void run_migration(int kind, bool lasting, uint64_t at)
{
	const struct disk_plan plan = { kind, at, lasting, false };
	tw_error err = TW_ERROR_INIT;
	tw_status status;
	char what[64];

	snprintf(what, sizeof(what), "migration, kind %d at %llu", kind,
		 (unsigned long long)at);
	make_old();
	disk_arm(&plan);
	status = migrate(&err);
	disk_arm(&good);
	if (status && !err.message[0])
		fail_msg("%s: no reason", what);
	no_leftovers(what);
	after_migration(status, what);
}

static void migrations_are_whole(void **state)
{
	(void)state;
	make_old();
	each(run_migration, operations(migrate));
	remove_copies();
}

static void the_power_goes_in_a_migration(void **state)
{
	const int rounds = office_rounds(60, 2000);
	tw_error err = TW_ERROR_INIT;
	uint64_t total;
	tw_status status;
	char what[64];

	(void)state;
	make_old();
	total = operations(migrate);
	remove_copies();
	for (int i = 0; i < rounds; i++) {
		const struct disk_plan plan = { DISK_POWER, 1 + (uint64_t)i *
			7919 % (total + 1), true, false };

		snprintf(what, sizeof(what), "power loss %d in a migration",
			 i);
		make_old();
		disk_arm(&plan);
		status = migrate(&err);
		disk_power_loss((uint64_t)i + 1);
		disk_arm(&good);
		after_migration(status ? status : TW_EIO, what);
	}
}

static int setup(void **state)
{
	(void)state;
	disk_install();
	office_open(&office);
	snprintf(backup, sizeof(backup), "%s/backup.db", office.dir);
	snprintf(kept, sizeof(kept), "%s.replaced", office.path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_close(&office);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backups_are_whole),
		cmocka_unit_test(restores_are_whole),
		cmocka_unit_test(migrations_are_whole),
		cmocka_unit_test(the_power_goes_in_a_migration),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
