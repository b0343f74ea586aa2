/**
 * @file src/accounts/listing.h  Lines that were found, in order
 */
#ifndef TW_SRC_ACCOUNTS_LISTING_H
#define TW_SRC_ACCOUNTS_LISTING_H

#include "store/db.h"
#include <trunkwise/report.h>

/* @return new, NULL: no memory; tw_listing_free() ends it */
struct tw_listing *tw__listing_new(void);
tw_status tw__listing_add(struct tw_listing *listing,
			  const tw_listing_row *row, tw_error *err);
/* A new one, filled by fill() inside one snapshot. arg is passed through.
 * @return TW_OK, TW_EINVAL (no out or store), TW_ENOMEM, or fill's */
typedef tw_status tw__listing_h(struct tw_listing *listing, tw_store *store,
				void *arg, tw_error *err);
tw_status tw__listing_make(tw_listing **out, tw_store *store,
			   tw__listing_h *fillh, void *arg, tw_error *err);
size_t tw__listing_count(const struct tw_listing *listing);
tw_listing_row *tw__listing_rows(struct tw_listing *listing);
/* What a line shows of an id: the first text that sql finds by it, cut to
 * size; "" where there is none. */
tw_status tw__listing_text(char *out, size_t size, tw_store *store,
			   const char *sql, int64_t id, tw_error *err);

#endif
