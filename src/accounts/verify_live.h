/**
 * @file src/accounts/verify_live.h  Invariants of calls under way
 */
#ifndef TW_SRC_ACCOUNTS_VERIFY_LIVE_H
#define TW_SRC_ACCOUNTS_VERIFY_LIVE_H

#include "store/db.h"

/* Sets holds and detail, or fails to look. */
tw_status tw__verify_open_calls(tw_verdict *verdict, tw_store *store,
				tw_error *err);

#endif
