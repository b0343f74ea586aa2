/**
 * @file src/store/shape.h  Is the schema what the steps make of a file?
 */
#ifndef TW_SRC_STORE_SHAPE_H
#define TW_SRC_STORE_SHAPE_H

#include "db.h"

/* out: "", or the first table, index, view or trigger that is missing or was
 * changed, or a trigger or a unique index that is not ours. Whoever looks at a
 * store by SQL may add tables, views and other indexes of his own. */
tw_status tw__store_shape(char out[200], tw_store *store, tw_error *err);

#endif
