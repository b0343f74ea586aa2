/**
 * @file src/store/backup.h  Copies beside the store
 */
#ifndef TW_SRC_STORE_BACKUP_H
#define TW_SRC_STORE_BACKUP_H

#include "handle.h"

/* "STORE.schema-5" (new name) of what the store holds now, for a migration
 * that is about to begin; with the writer lock, before BEGIN. */
tw_status tw__backup_before(char **out, tw_store *store, tw_error *err);
/* "PATH.WORD", or "PATH.WORD-2" and so on: new, and nothing has it. */
tw_status tw__backup_free_name(char **out, const char *path,
			       const char *word, tw_error *err);
bool tw__backup_is_there(const char *path);
/* A -wal or -journal with bytes in it. */
bool tw__backup_log_is_there(const char *path);

#endif
