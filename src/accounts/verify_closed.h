/**
 * @file src/accounts/verify_closed.h  Is a closed month as it was closed?
 */
#ifndef TW_SRC_ACCOUNTS_VERIFY_CLOSED_H
#define TW_SRC_ACCOUNTS_VERIFY_CLOSED_H

#include "verify_scan.h"

/* Nothing of a closed month came, went or changed after it was closed. */
tw_status tw__verify_closed(tw_verdict *verdict, struct tw__scan *scan,
			    tw_error *err);

#endif
