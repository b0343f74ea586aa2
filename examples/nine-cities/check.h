/**
 * @file check.h  Did every call end as it must, and do the books agree
 *
 * Two checks that share no code with what they check: each call against its
 * script, by what both of its ends saw; and the store against the carriers'
 * own records, rated one by one. Prints one line a mismatch.
 */
#ifndef NINE_CITIES_CHECK_H
#define NINE_CITIES_CHECK_H

#include "play.h"

/* Mismatches found. */
unsigned check_calls(const struct play *play, const struct cast *cast,
		     const struct script *script);
unsigned check_store(const struct play *play, const struct cast *cast,
		     const struct script *script, tw_store *store,
		     const char *month);

/* What each carrier bills for its records, by its tariff in the store. */
tw_status check_bill(int64_t *out_nanos, const struct play *play,
		     const struct cast *cast, unsigned carrier,
		     tw_store *store, tw_error *err);

#endif
