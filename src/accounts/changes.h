/**
 * @file src/accounts/changes.h  What an apply does, row by row
 */
#ifndef TW_SRC_CHANGES_H
#define TW_SRC_CHANGES_H

#include "base/base.h"
#include <trunkwise/directory.h>

tw_status tw__changes_new(struct tw_changes **out, tw_error *err);
/* Texts are copied and cut; NULL is "". */
tw_status tw__changes_add(struct tw_changes *changes, const tw_change *change,
			  const char *before, const char *after,
			  tw_error *err);

#endif
