/**
 * @file src/accounts/directory_permits.h  Numbers and permissions of a
 * directory, as values of a router
 */
#ifndef TW_SRC_DIRECTORY_PERMITS_H
#define TW_SRC_DIRECTORY_PERMITS_H

#include "directory.h"
#include <trunkwise/permission.h>

/* Adds what tw_router_add_number(), _contract() and _permission() take.
 * asks_places is set when a permission names a region or city. */
tw_status tw__directory_permits(bool *asks_places, tw_router *router,
				const struct tw_directory *directory,
				tw_error *err);

#endif
