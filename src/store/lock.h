/**
 * @file src/store/lock.h  One writer at a time, over all processes
 *
 * Decides who may write. Refuses to know SQLite: this is a lock on a file
 * beside the store, because SQLite before 3.51.3 may corrupt a WAL database
 * when two connections write or checkpoint at the same moment, and its own
 * locks let that happen.
 */
#ifndef TW_SRC_STORE_LOCK_H
#define TW_SRC_STORE_LOCK_H

#include "base/base.h"

struct tw_lock {
	int fd;
	char *path;         /* "STORE.lock" */
	bool held;
};

/* Opens (and makes, with the rights of the store) the lock file. */
tw_status tw__lock_open(struct tw_lock *lock, const char *store_path,
			tw_error *err);
/* @return TW_OK, TW_EBUSY after wait_ms, TW_EIO */
tw_status tw__lock_take(struct tw_lock *lock, uint32_t wait_ms,
			tw_error *err);
/* Does the path still name the file that we lock? */
bool tw__lock_in_place(const struct tw_lock *lock);
void tw__lock_drop(struct tw_lock *lock);
void tw__lock_close(struct tw_lock *lock);

#endif
