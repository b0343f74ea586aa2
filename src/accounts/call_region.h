/**
 * @file src/accounts/call_region.h  The relation of a call's two numbers
 */
#ifndef TW_SRC_ACCOUNTS_CALL_REGION_H
#define TW_SRC_ACCOUNTS_CALL_REGION_H

#include "call.h"
#include <trunkwise/numbering.h>

/* Of one batch; nothing is loaded before the first question. The look-up
 * (may be NULL) is copied. */
struct tw__regions;
tw_status tw__regions_new(struct tw__regions **out, tw_store *store,
			  const tw_numbering_lookup *lookup, tw_error *err);
void tw__regions_free(struct tw__regions *regions);

/* TW_RELATION_ of a call, TW_RELATION_ANY when it is not known. A look-up that
 * fails ends the batch. */
tw_status tw__regions_relation(uint32_t *out, struct tw__regions *regions,
			       const struct tw__call *call, tw_error *err);
/* Forgets what a look-up said of the call before. */
void tw__regions_forget(struct tw__regions *regions);
/* Did one say anything? */
bool tw__regions_keeps(const struct tw__regions *regions);
/* Once the call is stored: writes what a look-up said of it. */
tw_status tw__regions_keep(struct tw__regions *regions,
			   const struct tw__call *call, int64_t batch,
			   tw_error *err);
/* Before the calls of a batch are marked as undone. */
tw_status tw__regions_undo(tw_store *store, int64_t batch, tw_error *err);

#endif
