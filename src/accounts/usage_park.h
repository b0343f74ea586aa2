/**
 * @file src/accounts/usage_park.h  What a charge took, while it stands aside
 */
#ifndef TW_SRC_ACCOUNTS_USAGE_PARK_H
#define TW_SRC_ACCOUNTS_USAGE_PARK_H

#include "store/db.h"

/* A call is charged no more because another record stands for it: its seconds
 * go back to their bundles, its note is kept under the run. */
tw_status tw__usage_park(tw_store *store, tw_time start, int64_t key,
			 int64_t run, tw_error *err);
/* Whether bundles still have what it took. */
tw_status tw__usage_fits(bool *out, tw_store *store, tw_time start,
			 int64_t key, int64_t run, tw_error *err);
/* It is charged again as it was. */
tw_status tw__usage_unpark(tw_store *store, tw_time start, int64_t key,
			   int64_t run, tw_error *err);
/* What a charge took now was taken by the run, not by the call's import. */
tw_status tw__usage_by_run(tw_store *store, tw_time start, int64_t key,
			   int64_t run, tw_error *err);
/* Paid seconds of tariffs that are counted, from the calls as they stand. */
tw_status tw__usage_recount(tw_store *store, tw_error *err);

#endif
