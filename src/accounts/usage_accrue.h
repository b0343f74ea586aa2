/**
 * @file src/accounts/usage_accrue.h  What tariffs owe for a month as a whole
 */
#ifndef TW_SRC_ACCOUNTS_USAGE_ACCRUE_H
#define TW_SRC_ACCOUNTS_USAGE_ACCRUE_H

#include "store/db.h"

/* One amount: TW_POSTING_COMMITMENT or _TIER, 0 when nothing is owed. */
struct tw__usage_due {
	int64_t tariff, carrier, kind;
	int64_t department;      /* by the tariff's [[allocation]] as it is at
				    the month's end; 0: nobody's */
	int64_t amount_nanos, net_nanos, vat_nanos;
	char currency[4];
	char reference[128];     /* tariff and what it is for */
};

struct tw__usage_dues {
	struct tw__usage_due *rows;
	size_t count, capacity;
};
void tw__usage_dues_free(struct tw__usage_dues *dues);

/* Both amounts of every tariff that promises a commitment or prices months by
 * the last tier reached, and whose month is over at `now`.
 * @return TW_OK, TW_ENOTFOUND (no exchange rate) */
tw_status tw__usage_dues(struct tw__usage_dues *out, tw_store *store,
			 const char *month, tw_time now, tw_error *err);

/* Is a tariff among them? What was posted of the others stays. */
bool tw__usage_dues_have(const struct tw__usage_dues *dues, int64_t tariff);

#endif
