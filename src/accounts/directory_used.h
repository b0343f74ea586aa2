/**
 * @file src/accounts/directory_used.h  What calls have used up, for a router
 */
#ifndef TW_SRC_DIRECTORY_USED_H
#define TW_SRC_DIRECTORY_USED_H

#include "directory.h"

/* Of every carrier of its trunks whose tariff has bundles or tiers. */
tw_status tw__directory_used(tw_router *router,
			     const struct tw_directory *directory,
			     tw_store *store, tw_error *err);

#endif
