/**
 * @file src/accounts/call_links.h  When calls were that a leg may belong to
 *
 * Decides between which starts the store has inbound calls that an id links,
 * so that a leg without one asks nothing, and one with a call reads it alone.
 * A stretch of the store is read at once, while nobody else can write to it.
 * Refuses to know which of several calls it is, and its number.
 */
#ifndef TW_SRC_CALL_LINKS_H
#define TW_SRC_CALL_LINKS_H

#include "store/db.h"
#include <trunkwise/time.h>

struct tw__links;

/* Of one source's calls; it is copied. */
tw_status tw__links_new(struct tw__links **out, tw_store *store,
			const char *source, tw_error *err);
void tw__links_free(struct tw__links *links);
/* A call with this id, or linked by it, that is about to be stored. */
tw_status tw__links_add(struct tw__links *links, const char *id,
			tw_time start, tw_error *err);
/* The first and the last start of such calls within [from, to]; or fewer
 * bounds than that, never more. Both are 0: there is none. */
tw_status tw__links_between(tw_time out[2], struct tw__links *links,
			    const char *id, const tw_time between[2],
			    tw_error *err);

#endif
