/**
 * @file src/accounts/breakdown.h  Calls by anything that is known of them
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_H

#include "base/base.h"
#include <trunkwise/breakdown.h>

/* tw_report_breakdown(); every_call: also what kept sums would answer is
 * added up from calls, for who wants to compare. */
tw_status tw__breakdown(tw_breakdown **out, tw_store *store,
			const tw_breakdown_options *options, bool every_call,
			tw_error *err);

#endif
