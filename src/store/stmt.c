/**
 * @file src/store/stmt.c  Statements: prepared once, bound, stepped
 *
 * The cache is keyed by the address of the literal: no hashing of SQL text on
 * the way of a call. Every failure of SQLite becomes a tw_status here.
 */
#include <assert.h>
#include <unistd.h>
#include "handle.h"

static tw_status status_of(int code)
{
	switch (code) {
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_ROWID:
		return TW_EEXIST;
	case SQLITE_READONLY_DBMOVED:
		return TW_EIO;
	case SQLITE_IOERR_NOMEM:
		return TW_ENOMEM;
	}
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return TW_EBUSY;
	case SQLITE_NOMEM:
		return TW_ENOMEM;
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return TW_EREFUSED;
	case SQLITE_FULL:
	case SQLITE_IOERR:
		return TW_EIO;
	}
	return TW_ESTORE;
}


const char *tw__store_mend(int code)
{
	if (code == SQLITE_READONLY_DBMOVED)
		return "; it was deleted or replaced, open it again";
	switch (code & 0xff) {
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return "; open the store for writing";
	case SQLITE_FULL:
		return "; free some disk space and try again";
	case SQLITE_CORRUPT:
		return "; put the last backup back (trunkwise store restore)"
			", or save what can be read (sqlite3 STORE .recover)";
	case SQLITE_NOTADB:
		return "; this is not a trunkwise store";
	case SQLITE_BUSY:
		return "; try again";
	case SQLITE_CANTOPEN:
		return "; give this user access to it and to its directory";
	case SQLITE_IOERR:
		return "; check the disk and its mount";
	}
	return "";
}


tw_status tw__sqlite_fail(sqlite3 *db, const char *path, int code,
			  const char *doing, tw_error *err)
{
	tw_status status;

	status = tw__fail(err, status_of(code), "%s: %s: %s%s", path, doing,
			  db ? sqlite3_errmsg(db) : sqlite3_errstr(code),
			  tw__store_mend(code));
	if (err)
		err->store_code = code;
	return status;
}


tw_status tw__store_fail(tw_store *store, int code, const char *doing,
			 tw_error *err)
{
	if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
		store->damaged = true;
	return tw__sqlite_fail(store->db, store->path, code, doing, err);
}


tw_status tw__store_usable(const tw_store *store, tw_error *err)
{
	if (store->pid == getpid())
		return TW_OK;
	return tw__fail(err, TW_EINVAL, "this store handle was opened before "
			"fork(); open another one in the child");
}


static tw_status prepare(struct tw_stmt *stmt, tw_store *store,
			 const char *sql, unsigned flags, tw_error *err)
{
	tw_status status;
	int code;

	status = tw__store_usable(store, err);
	if (status)
		return status;
	(void)tw__store_meet(store);
	code = sqlite3_prepare_v3(store->db, sql, -1, flags, &stmt->handle,
				  NULL);
	if (code)
		return tw__store_fail(store, code, "cannot prepare a query",
				      err);
	assert(stmt->handle);
	stmt->store = store;
	return TW_OK;
}


tw_status tw__stmt_new(struct tw_stmt **out, tw_store *store,
		       const char *sql, tw_error *err)
{
	struct tw_stmt *stmt = tw_calloc(1, sizeof(*stmt));
	tw_status status;

	if (!stmt)
		return tw__fail_oom(err);
	status = prepare(stmt, store, sql, 0, err);
	if (status) {
		tw_free(stmt);
		return status;
	}
	*out = stmt;
	return TW_OK;
}


void tw__stmt_free(struct tw_stmt *stmt)
{
	if (!stmt)
		return;
	(void)tw__store_meet(stmt->store);
	sqlite3_finalize(stmt->handle);
	tw_free(stmt);
}


static size_t bucket_of(const char *sql)
{
	return (((uintptr_t)sql >> 3) * 0x9e3779b97f4a7c15u >> 32)
		% TW_STMT_BUCKETS;
}


tw_status tw__stmt(struct tw_stmt **out, tw_store *store, const char *sql,
		   tw_error *err)
{
	struct tw_stmt **head = &store->stmts[bucket_of(sql)], *stmt;
	tw_status status;

	for (stmt = *head; stmt && stmt->sql != sql; stmt = stmt->next)
		;
	if (stmt) {
		status = tw__store_usable(store, err);
		if (status)
			return status;
		tw__reset(stmt);
		sqlite3_clear_bindings(stmt->handle);
		*out = stmt;
		return TW_OK;
	}
	stmt = tw_calloc(1, sizeof(*stmt));
	if (!stmt)
		return tw__fail_oom(err);
	status = prepare(stmt, store, sql, SQLITE_PREPARE_PERSISTENT, err);
	if (status) {
		tw_free(stmt);
		return status;
	}
	stmt->sql = sql;
	stmt->next = *head;
	*head = stmt;
	*out = stmt;
	return TW_OK;
}


void tw__stmt_free_all(tw_store *store)
{
	struct tw_stmt *stmt, *next;
	size_t i;

	for (i = 0; i < TW_STMT_BUCKETS; i++) {
		for (stmt = store->stmts[i]; stmt; stmt = next) {
			next = stmt->next;
			tw__stmt_free(stmt);
		}
		store->stmts[i] = NULL;
	}
}


static void bound(struct tw_stmt *stmt, int code)
{
	if (code && !stmt->failure)
		stmt->failure = code;
}


void tw__bind_i64(struct tw_stmt *stmt, int index, int64_t value)
{
	bound(stmt, sqlite3_bind_int64(stmt->handle, index, value));
}


void tw__bind_text(struct tw_stmt *stmt, int index, const char *text)
{
	tw__bind_str(stmt, index, tw__str_of(text));
}


void tw__bind_str(struct tw_stmt *stmt, int index, struct tw_str text)
{
	/* SQLite reads a NULL pointer as SQL NULL, also for size 0. */
	bound(stmt, sqlite3_bind_text64(stmt->handle, index,
					text.p ? text.p : "", text.l,
					SQLITE_TRANSIENT, SQLITE_UTF8));
}


void tw__bind_blob(struct tw_stmt *stmt, int index, const void *data,
		   size_t size)
{
	bound(stmt, sqlite3_bind_blob64(stmt->handle, index,
					data ? data : "", size,
					SQLITE_TRANSIENT));
}


void tw__bind_kept_text(struct tw_stmt *stmt, int index, struct tw_str text)
{
	bound(stmt, sqlite3_bind_text64(stmt->handle, index,
					text.p ? text.p : "", text.l,
					SQLITE_STATIC, SQLITE_UTF8));
}


void tw__bind_kept_blob(struct tw_stmt *stmt, int index, const void *data,
			size_t size)
{
	bound(stmt, sqlite3_bind_blob64(stmt->handle, index,
					data ? data : "", size,
					SQLITE_STATIC));
}


void tw__bind_null(struct tw_stmt *stmt, int index)
{
	bound(stmt, sqlite3_bind_null(stmt->handle, index));
}


tw_status tw__step(struct tw_stmt *stmt, tw_error *err)
{
	int code = stmt->failure;
	tw_status status;

	if (!tw__store_meet(stmt->store))
		return tw__fail(err, TW_ESTORE, "%s: calls that were on their "
				"way in could not be stored",
				stmt->store->path);
	if (!code) {
		code = sqlite3_step(stmt->handle);
		if (code == SQLITE_ROW)
			return TW_OK;
		if (code == SQLITE_DONE) {
			tw__reset(stmt);
			return TW_ITER_END;
		}
	}
	status = tw__store_fail(stmt->store, code, "the store refused", err);
	tw__reset(stmt);
	return status;
}


tw_status tw__run(struct tw_stmt *stmt, tw_error *err)
{
	tw_status status;

	do {
		status = tw__step(stmt, err);
	} while (status == TW_OK);
	return status == TW_ITER_END ? TW_OK : status;
}


void tw__reset(struct tw_stmt *stmt)
{
	(void)tw__store_meet(stmt->store);
	sqlite3_reset(stmt->handle);
	stmt->failure = 0;
}


int64_t tw__col_i64(struct tw_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->handle, column);
}


const char *tw__col_text(struct tw_stmt *stmt, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt->handle, column);

	return text ? (const char *)text : "";
}


const void *tw__col_blob(struct tw_stmt *stmt, int column, size_t *size)
{
	const void *data = sqlite3_column_blob(stmt->handle, column);

	*size = (size_t)sqlite3_column_bytes(stmt->handle, column);
	return data ? data : "";
}


bool tw__col_is_null(struct tw_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}


tw_status tw__store_exec(tw_store *store, const char *sql, tw_error *err)
{
	int code;

	(void)tw__store_meet(store);
	code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		return TW_OK;
	code = sqlite3_extended_errcode(store->db);
	return tw__store_fail(store, code, "the store refused", err);
}


tw_status tw__store_ask(int64_t *out, tw_store *store, const char *sql,
			tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt_new(&stmt, store, sql, err);
	if (status)
		return status;
	status = tw__step(stmt, err);
	if (status == TW_OK)
		*out = tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


int64_t tw__last_id(const tw_store *store)
{
	(void)tw__store_meet(store);
	return sqlite3_last_insert_rowid(store->db);
}


int64_t tw__changes(const tw_store *store)
{
	(void)tw__store_meet(store);
	return sqlite3_changes64(store->db);
}
