/**
 * @file src/accounts/bundle_load.h  The bundles of a tariff, from the store
 */
#ifndef TW_SRC_ACCOUNTS_BUNDLE_LOAD_H
#define TW_SRC_ACCOUNTS_BUNDLE_LOAD_H

#include "store/db.h"
#include <trunkwise/bundle.h>

/* All versions of all bundles of a tariff, and what live calls have drawn;
 * periods by `zone`. NULL when it has none. New; tw_bundles_free() it. */
tw_status tw__bundles_load(tw_bundles **out, tw_store *store, int64_t tariff,
			   tw_zone *zone, tw_error *err);

/* One version as the directory has it; arrays are freed with it. */
struct tw__bundle_row {
	tw_bundle bundle;
	char name[128];
	char *texts;             /* prefixes, parted by NUL */
	const char **prefixes;
	uint64_t *departments;
};

/* Calls `fn` for each version of a tariff's bundles in listed order; the row
 * is borrowed. */
typedef tw_status tw__bundle_row_fn(const struct tw__bundle_row *row,
				    void *arg, tw_error *err);
tw_status tw__bundle_rows(tw_store *store, int64_t tariff,
			  const tw_zone *zone, tw__bundle_row_fn *fn,
			  void *arg, tw_error *err);

#endif
