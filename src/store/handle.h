/**
 * @file src/store/handle.h  What the files of this room share
 */
#ifndef TW_SRC_STORE_HANDLE_H
#define TW_SRC_STORE_HANDLE_H

#include <sqlite3.h>
#include <sys/types.h>
#include "beside.h"
#include "db.h"
#include "lock.h"

struct tw_stmt {
	sqlite3_stmt *handle;
	tw_store *store;
	const char *sql;        /* cache key; NULL: not cached */
	struct tw_stmt *next;
	int failure;            /* of a bind; comes out of the next step */
};

struct tw_each;

#define TW_STMT_BUCKETS 64
/* Of 4 KiB: from here on readers are waited for, so that the log can begin
 * anew. */
#define TW_RESTART_FRAMES 8000

struct tw_store {
	uint32_t refs;
	sqlite3 *db;
	char *path;
	dev_t device;           /* with inode: the file that path named when */
	ino_t inode;            /* it was opened */
	struct tw_lock lock;
	const tw_clock *clock;
	char actor[64];         /* "": nobody says who acts */
	uint32_t lock_wait_ms;
	uint32_t schema;
	pid_t pid;              /* SQLite handles don't survive fork() */
	int wal_frames;         /* after the last commit */
	int wal_copied;         /* ... of them in the file already */
	int restart_at;         /* frames at which readers are waited for */
	bool readonly;
	bool damaged;           /* seen; nothing is written any more */
	bool writing;           /* a transaction is open, lock held */
	bool failed;            /* ... and can only be rolled back */
	bool begun;             /* ... by tw_store_begin() */
	uint32_t joined;        /* ... imports and verbs that stand in it */
	uint64_t transaction;   /* counts them */
	bool reading;           /* tw__read_enter is open */
	bool tells_rows;        /* SQLite knows tw_each() */
	struct tw_each *each;   /* who is told of rows now */
	struct tw__beside *beside;      /* uses the connection meanwhile */
	sqlite3_stmt *rollback; /* prepared while there is memory */
	struct tw_stmt *stmts[TW_STMT_BUCKETS];
};

/* SQLite's code and words into ours; `doing` begins the sentence. */
tw_status tw__sqlite_fail(sqlite3 *db, const char *path, int code,
			  const char *doing, tw_error *err);
tw_status tw__store_fail(tw_store *store, int code, const char *doing,
			 tw_error *err);
/* What to do about it: "; free some disk space ...", or "". */
const char *tw__store_mend(int code);
tw_status tw__store_exec(tw_store *store, const char *sql, tw_error *err);
tw_status tw__store_usable(const tw_store *store, tw_error *err);
/* First column of the first row; *out stays when there is none. */
tw_status tw__store_ask(int64_t *out, tw_store *store, const char *sql,
			tw_error *err);
void tw__stmt_free_all(tw_store *store);
/* schema.h's steps beyond the file's version. */
tw_status tw__store_migrate(tw_store *store, tw_error *err);
/* Is it a store (schema 0: an empty file), and none of a newer library? */
tw_status tw__store_read_version(tw_store *store, tw_error *err);

/* For reading, whatever its version and state; neither checked nor brought
 * forward. For backups and for files that may be damaged. */
tw_status tw__store_open_as_is(tw_store **out, const char *path,
			       tw_error *err);
/* guard.c: of every connection; of one that reads. */
void tw__store_limit(tw_store *store);
tw_status tw__store_guard(tw_store *store, tw_error *err);

/* Is what we hold open still what the paths name? */
tw_status tw__store_same_file(const tw_store *store, tw_error *err);
tw_status tw__store_in_place(const tw_store *store, tw_error *err);

/* beside.c: before the connection is used, by whichever thread. False: what
 * it stands on has failed. */
bool tw__beside_meet(struct tw__beside *beside);
static inline bool tw__store_meet(const tw_store *store)
{
	return !store->beside || tw__beside_meet(store->beside);
}

/* transaction.c */
tw_status tw__tx_begin(tw_store *store, tw_error *err);
void tw__tx_drop(tw_store *store);
/* Whatever transaction SQLite has open is taken back. */
void tw__tx_rollback(tw_store *store);
void tw__tx_checkpoint(tw_store *store);
void tw__tx_empty_log(tw_store *store);

#endif
