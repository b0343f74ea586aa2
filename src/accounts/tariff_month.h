/**
 * @file src/accounts/tariff_month.h  A month of calls under one tariff
 */
#ifndef TW_SRC_ACCOUNTS_TARIFF_MONTH_H
#define TW_SRC_ACCOUNTS_TARIFF_MONTH_H

#include "store/db.h"
#include <trunkwise/usage.h>

struct tw__tariff_month {
	tw_tariff_month sums;
	tw_tariff_rules rules;   /* of the version in force at its end */
	int64_t carrier;         /* of that version */
	bool declared;           /* [[tariff]] stood in it, or calls did */
};

/* "2026-10" of a tariff by identity. @return TW_OK, TW_ENOTFOUND (no version
 * yet), TW_EPARSE, TW_ERANGE, TW_ESTORE */
tw_status tw__tariff_month(struct tw__tariff_month *out, tw_store *store,
			   int64_t tariff, const char *month, tw_error *err);

#endif
