/**
 * @file src/store/migrate.c  From the file's version to the library's
 *
 * All missing steps run in one transaction: a file is of one version or of
 * another, never between. A file of a newer library is refused, because
 * writing without its rules would break what it promises. A copy of what the
 * file was is made before. A new file takes no steps but what they come to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "backup.h"
#include "handle.h"
#include "schema.h"

#define APPLICATION_ID 1415017332   /* "TWst" */

static uint32_t step_version(const struct tw_schema *step)
{
	return (uint32_t)strtoul(step->name, NULL, 10);
}


static uint32_t newest(void)
{
	const struct tw_schema *step;
	uint32_t version = 0;

	for (step = tw__schema; step->name; step++)
		version = step_version(step);
	return version;
}


tw_status tw__store_read_version(tw_store *store, tw_error *err)
{
	int64_t version = 0, id = 0, tables = 0;
	tw_status status;

	status = tw__store_ask(&version, store, "PRAGMA user_version", err);
	if (!status)
		status = tw__store_ask(&id, store, "PRAGMA application_id",
				       err);
	if (!status)
		status = tw__store_ask(&tables, store,
				       "SELECT count(*) FROM sqlite_master",
				       err);
	if (status)
		return status;
	if (id != APPLICATION_ID && (id || version || tables))
		return tw__fail(err, TW_ESTORE, "%s is a database of another "
				"program; name a trunkwise store or a new "
				"file", store->path);
	if (version < 0 || version > (int64_t)newest())
		return tw__fail(err, TW_EVERSION, "%s has schema %lld, this "
				"library knows up to %u; use a newer "
				"trunkwise", store->path, (long long)version,
				(unsigned)newest());
	store->schema = (uint32_t)version;
	return TW_OK;
}


static tw_status run_steps(tw_store *store, tw_error *err)
{
	const struct tw_schema *step;
	tw_status status = TW_OK;

	if (!store->schema && *tw__schema_newest)
		return tw__store_exec(store, tw__schema_newest, err);
	for (step = tw__schema; step->name && !status; step++) {
		if (step_version(step) > store->schema)
			status = tw__store_exec(store, step->sql, err);
	}
	return status;
}


static tw_status bring_forward(tw_store *store, tw_error *err)
{
	tw_status status = run_steps(store, err);
	char sql[96];

	if (status)
		return status;
	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; "
		 "PRAGMA user_version = %u", APPLICATION_ID,
		 (unsigned)newest());
	return tw__store_exec(store, sql, err);
}


/* SQLite answers with the mode it could get: another one than asked for where
 * the file system has no shared memory. */
static tw_status turn_wal_on(tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt_new(&stmt, store, "PRAGMA journal_mode = WAL", err);
	if (status)
		return status;
	status = tw__step(stmt, err);
	if (!status && strcmp(tw__col_text(stmt, 0), "wal"))
		status = tw__fail(err, TW_EIO, "the file system of %s cannot "
				  "keep a write-ahead log; move the store to "
				  "a local disk", store->path);
	tw__stmt_free(stmt);
	return status;
}


static tw_status run_missing(tw_store *store, tw_error *err)
{
	tw_status status;

	status = tw__store_exec(store, "BEGIN IMMEDIATE", err);
	if (status)
		return status;
	status = bring_forward(store, err);
	if (!status)
		status = tw__store_exec(store, "COMMIT", err);
	if (status) {
		tw__tx_drop(store);
		return status;
	}
	store->schema = newest();
	tw__tx_checkpoint(store);
	return TW_OK;
}


/* With the writer lock: turning WAL on writes too. A copy comes first and
 * stays beside: a step that did what it was told can still have been told
 * wrong. One of a step that failed would say nothing that the store does
 * not, and the next try makes its own. */
static tw_status move_forward(tw_store *store, tw_error *err)
{
	char *copy = NULL;
	tw_status status;

	/* Somebody may have been faster while we waited for the lock. */
	status = tw__store_read_version(store, err);
	if (!status)
		status = turn_wal_on(store, err);
	if (status || store->schema == newest())
		return status;
	if (store->schema)
		status = tw__backup_before(&copy, store, err);
	if (!status)
		status = run_missing(store, err);
	if (status && copy)
		unlink(copy);
	tw_free(copy);
	return status;
}


/* A copy made by VACUUM INTO keeps no log: its readers and writers would stand
 * in each other's way, and a writer that was killed in that of all readers. */
static tw_status is_complete(bool *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	*out = store->schema == newest();
	if (!*out || store->readonly)
		return TW_OK;
	status = tw__stmt_new(&stmt, store, "PRAGMA journal_mode", err);
	if (status)
		return status;
	status = tw__step(stmt, err);
	if (!status)
		*out = !strcmp(tw__col_text(stmt, 0), "wal");
	tw__stmt_free(stmt);
	return status;
}


tw_status tw__store_migrate(tw_store *store, tw_error *err)
{
	bool complete = false;
	tw_status status;

	status = tw__store_read_version(store, err);
	if (!status)
		status = is_complete(&complete, store, err);
	if (status || complete)
		return status;
	if (store->readonly && !store->schema)
		return tw__fail(err, TW_ESTORE, "%s is empty, no store yet; "
				"name a trunkwise store", store->path);
	if (store->readonly)
		return tw__fail(err, TW_EVERSION, "%s has schema %u, this "
				"library needs %u; open it for writing once "
				"to bring it forward", store->path,
				(unsigned)store->schema, (unsigned)newest());
	status = tw__lock_take(&store->lock, store->lock_wait_ms, err);
	if (status)
		return status;
	status = tw__store_in_place(store, err);
	if (!status)
		status = move_forward(store, err);
	tw__lock_drop(&store->lock);
	return status;
}
