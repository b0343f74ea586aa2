/**
 * @file src/store/copy.h  A whole copy of a store under a new name
 *
 * Decides how a copy comes to be: written beside its name, checked, and only
 * then given the name. Refuses to know what the copy is for.
 */
#ifndef TW_SRC_STORE_COPY_H
#define TW_SRC_STORE_COPY_H

#include "handle.h"

/* An empty file beside `path` (new name, mode 0600). */
tw_status tw__copy_new(char **out, const char *path, tw_error *err);
/* All pages as of one moment, synced and checked; writers go on meanwhile.
 * The copy is one file, without a log, that can be read from any disk. */
tw_status tw__copy_pages(tw_store *from, const char *temporary,
			 tw_error *err);
/* @return TW_OK, TW_EEXIST (the name is taken and not to be replaced) */
tw_status tw__copy_publish(const char *temporary, const char *path,
			   bool replace, tw_error *err);
/* Removes what tw__copy_new() made and frees its name; NULL is fine. */
void tw__copy_drop(char *temporary);
/* What was renamed in the directory of `path` survives a power loss. */
tw_status tw__copy_sync_directory(const char *path, tw_error *err);
/* "PATHENDING" (new), or NULL without memory. */
char *tw__copy_beside(const char *path, const char *ending);

#endif
