/**
 * @file src/accounts/verify_usage.h  Invariants of what calls use up
 */
#ifndef TW_SRC_ACCOUNTS_VERIFY_USAGE_H
#define TW_SRC_ACCOUNTS_VERIFY_USAGE_H

#include "store/db.h"

/* Each sets holds and detail, or fails to look. */
tw_status tw__verify_charges(tw_verdict *verdict, tw_store *store,
			     tw_error *err);
tw_status tw__verify_bundles(tw_verdict *verdict, tw_store *store,
			     tw_error *err);
tw_status tw__verify_tiers(tw_verdict *verdict, tw_store *store,
			   tw_error *err);

#endif
