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
size_t tw__listing_count(const struct tw_listing *listing);
tw_listing_row *tw__listing_rows(struct tw_listing *listing);

#endif
