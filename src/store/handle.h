/**
 * @file src/store/handle.h  What the files of this room share
 */
#ifndef TW_SRC_STORE_HANDLE_H
#define TW_SRC_STORE_HANDLE_H

#include <sqlite3.h>
#include <sys/types.h>
#include "db.h"
#include "lock.h"

struct tw_stmt {
	sqlite3_stmt *handle;
	tw_store *store;
	const char *sql;        /* cache key; NULL: not cached */
	struct tw_stmt *next;
	int failure;            /* of a bind; comes out of the next step */
};

#define TW_STMT_BUCKETS 64

struct tw_store {
	uint32_t refs;
	sqlite3 *db;
	char *path;
	dev_t device;           /* with inode: the file that path named when */
	ino_t inode;            /* it was opened */
	struct tw_lock lock;
	const tw_clock *clock;
	uint32_t lock_wait_ms;
	uint32_t schema;
	pid_t pid;              /* SQLite handles don't survive fork() */
	int wal_frames;         /* after the last commit */
	bool readonly;
	bool writing;           /* a transaction is open, lock held */
	bool failed;            /* ... and can only be rolled back */
	bool begun;             /* ... by tw_store_begin() */
	uint32_t joined;        /* ... imports and verbs that stand in it */
	uint64_t transaction;   /* counts them */
	bool reading;           /* tw__read_enter is open */
	struct tw_stmt *stmts[TW_STMT_BUCKETS];
};

/* SQLite's code and words into ours; `doing` begins the sentence. */
tw_status tw__store_fail(const tw_store *store, int code, const char *doing,
			 tw_error *err);
tw_status tw__store_exec(tw_store *store, const char *sql, tw_error *err);
tw_status tw__store_usable(const tw_store *store, tw_error *err);
void tw__stmt_free_all(tw_store *store);
/* schema.h's steps beyond the file's version. */
tw_status tw__store_migrate(tw_store *store, tw_error *err);

/* Is what we hold open still what the paths name? */
tw_status tw__store_in_place(const tw_store *store, tw_error *err);

/* transaction.c */
tw_status tw__tx_begin(tw_store *store, tw_error *err);
void tw__tx_drop(tw_store *store);
void tw__tx_checkpoint(tw_store *store);

#endif
