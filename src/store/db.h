/**
 * @file src/store/db.h  Statements and transactions: the port to SQL
 *
 * Decides how a statement is prepared, bound and stepped, who may write when,
 * and what an SQLite failure means. Refuses to know what a department or a
 * call is. SQL text stays in the common dialect (no SQLite functions beyond
 * upsert), bound parameters only: a later store answers the same calls.
 */
#ifndef TW_SRC_DB_H
#define TW_SRC_DB_H

#include "base/base.h"
#include <trunkwise/store.h>

struct tw_stmt;

/* Prepared once per SQL text (the pointer of a literal is the cache key) and
 * handed out reset and unbound; borrowed until the store is freed. A text
 * must not be in use twice at the same time. */
tw_status tw__stmt(struct tw_stmt **out, tw_store *store, const char *sql,
		   tw_error *err);
/* The same for text that was built at run time (its address is no key): new,
 * not cached; free it before the store. NULL is fine. */
tw_status tw__stmt_new(struct tw_stmt **out, tw_store *store,
		       const char *sql, tw_error *err);
void tw__stmt_free(struct tw_stmt *stmt);
/* Index is 1-based as in SQL. Text and blobs are copied. Failures stick to
 * the statement and come out of the next step. */
void tw__bind_i64(struct tw_stmt *stmt, int index, int64_t value);
void tw__bind_text(struct tw_stmt *stmt, int index, const char *text);
void tw__bind_str(struct tw_stmt *stmt, int index, struct tw_str text);
void tw__bind_blob(struct tw_stmt *stmt, int index, const void *data,
		   size_t size);
/* The same without a copy: they stay as they are until they are bound anew or
 * the statement is done with. */
void tw__bind_kept_text(struct tw_stmt *stmt, int index, struct tw_str text);
void tw__bind_kept_blob(struct tw_stmt *stmt, int index, const void *data,
			size_t size);
void tw__bind_null(struct tw_stmt *stmt, int index);
/* TW_OK with a row, TW_ITER_END when done (and reset), or a failure. */
tw_status tw__step(struct tw_stmt *stmt, tw_error *err);
/* Steps a statement that returns no rows; resets it. */
tw_status tw__run(struct tw_stmt *stmt, tw_error *err);
void tw__reset(struct tw_stmt *stmt);
/* 0-based columns; text is borrowed until the next step or reset, "" for
 * NULL. */
int64_t tw__col_i64(struct tw_stmt *stmt, int column);
const char *tw__col_text(struct tw_stmt *stmt, int column);
const void *tw__col_blob(struct tw_stmt *stmt, int column, size_t *size);
bool tw__col_is_null(struct tw_stmt *stmt, int column);

/* "SELECT tw_each(a, b, ...) FROM ...": its rows are told to a function one
 * by one, in a third less time than by steps. New, like tw__stmt_new(). A
 * failure of fn ends it and is what it returns; fn may ask the store. */
struct tw__row;
typedef tw_status tw__each_fn(const struct tw__row *row, void *arg,
			      tw_error *err);
tw_status tw__each_new(struct tw_stmt **out, tw_store *store,
		       const char *sql, tw_error *err);
tw_status tw__each(struct tw_stmt *stmt, tw__each_fn *fn, void *arg,
		   tw_error *err);
/* 0-based arguments of tw_each(); text is borrowed until fn returns. */
int64_t tw__row_i64(const struct tw__row *row, int column);
/* The first `count` of them; what is NULL is 0. */
void tw__row_all(int64_t *out, const struct tw__row *row, int count);
bool tw__row_is_null(const struct tw__row *row, int column);
const char *tw__row_text(const struct tw__row *row, int column);

int64_t tw__last_id(const tw_store *store);
int64_t tw__changes(const tw_store *store);

/* Inside a transaction already? Writers open one with tw__tx_enter and close
 * it with tw__tx_leave: both do nothing when the caller of the library holds
 * one (tw_store_begin), so that verbs compose. *status* TW_OK commits,
 * anything else rolls back (or marks the outer one for rollback). */
struct tw_tx {
	bool own;
	uint64_t number;        /* which transaction it stands in */
};
tw_status tw__tx_enter(struct tw_tx *tx, tw_store *store, tw_error *err);
tw_status tw__tx_leave(struct tw_tx *tx, tw_store *store, tw_status status,
		       tw_error *err);
/* False once the transaction that `tx` entered was ended by the caller of the
 * library: what comes now would be written outside of any. */
bool tw__tx_stands(const struct tw_tx *tx, const tw_store *store);
/* Somebody of the library stands in a transaction of this handle already. */
bool tw__tx_is_taken(const tw_store *store);

/* What SQLite's checks of the file print where they had no memory to read a
 * page: that is no damage. */
bool tw__finding_is_memory(const char *finding);

/* Empties the log, so that nothing of what was overwritten is left in it;
 * readers that are still at it keep it as it is. Outside of transactions. */
tw_status tw__store_empty_log(tw_store *store, tw_error *err);
/* From now on this handle overwrites what it frees. */
tw_status tw__store_overwrite_freed(tw_store *store, tw_error *err);

/* A cache of 8 MiB for a long transaction in a table's order: it keeps the
 * pages above the leaves until they are full. One that went into the log and
 * is changed again makes SQLite read the log behind it anew at the commit. */
tw_status tw__store_widen(tw_store *store, bool wide, tw_error *err);

/* One snapshot over several SELECTs, without the writer lock; nothing to do
 * inside a transaction. Leave cannot fail. */
tw_status tw__read_enter(struct tw_tx *tx, tw_store *store, tw_error *err);
void tw__read_leave(struct tw_tx *tx, tw_store *store);

/* Changes when somebody else has committed to the file; by what, it does not
 * say. Inside a transaction it holds for all of it. */
tw_status tw__data_version(int64_t *out, tw_store *store, tw_error *err);

bool tw__store_is_readonly(const tw_store *store);
const tw_clock *tw__store_clock(const tw_store *store);
const char *tw__store_actor(const tw_store *store);     /* "" nobody */
/* Children keep their store alive. */
tw_store *tw__store_ref(tw_store *store);

#endif
