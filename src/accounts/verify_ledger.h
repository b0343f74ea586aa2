/**
 * @file src/accounts/verify_ledger.h  Is every entry whole?
 */
#ifndef TW_SRC_ACCOUNTS_VERIFY_LEDGER_H
#define TW_SRC_ACCOUNTS_VERIFY_LEDGER_H

#include "store/db.h"

/* Each entry is there, has two sides that say the same and sum to zero. */
tw_status tw__verify_ledger(tw_verdict *verdict, tw_store *store,
			    tw_error *err);

#endif
