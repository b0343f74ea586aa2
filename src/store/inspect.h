/**
 * @file src/store/inspect.h  Is the file whole?
 */
#ifndef TW_SRC_STORE_INSPECT_H
#define TW_SRC_STORE_INSPECT_H

#include "handle.h"

/* At open: every page of a small file; of a large one SQLite's own look at
 * header, length and schema. @return TW_OK, TW_ESTORE (damaged) */
tw_status tw__store_inspect(tw_store *store, tw_error *err);
/* Every page, row and index entry. *out (new) is "" when all is well, else
 * what is wrong, a line each. */
tw_status tw__store_problems(char **out, tw_store *store, tw_error *err);
/* TW_ESTORE and the first of the problems, or TW_OK. */
tw_status tw__store_whole(tw_store *store, tw_error *err);

#endif
