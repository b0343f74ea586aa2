/**
 * @file src/accounts/tariff.h  Tariff versions in the store
 */
#ifndef TW_SRC_ACCOUNTS_TARIFF_H
#define TW_SRC_ACCOUNTS_TARIFF_H

#include "store/db.h"
#include <trunkwise/cdr.h>

struct tw__terms;

/* Rates of a version, in position order. Rows stay the caller's. */
struct tw__rates {
	tw_rate *rows;
	int64_t *origins;       /* version whose sheet has the row's line */
	size_t count, capacity, origin_capacity;
};
void tw__rates_free(struct tw__rates *rates);
tw_status tw__rates_add(struct tw__rates *rates, const tw_rate *rate,
			int64_t origin, tw_error *err);

tw_status tw__tariff_version_rules(tw_tariff_rules *out, tw_store *store,
				   int64_t version, tw_error *err);
tw_status tw__tariff_version_rates(struct tw__rates *out, tw_store *store,
				   int64_t version, tw_error *err);
/* Terms and rates as a deck; sets the rates' documents. `file_name` is that of
 * rates without an origin. */
tw_status tw__tariff_deck_make(tw_deck **out, tw_store *store,
			       const struct tw__terms *terms,
			       struct tw__rates *rates, const char *file_name,
			       tw_error *err);
tw_status tw__tariff_version_deck(tw_deck **out, tw_store *store,
				  int64_t version, tw_error *err);
/* Identity by name. @return TW_OK, TW_ENOTFOUND */
tw_status tw__tariff_find(int64_t *out, tw_store *store, const char *name,
			  tw_time at, tw_error *err);
/* The tariff that a carrier's calls at an instant go by, and its zone.
 * @return TW_OK, TW_ENOTFOUND */
tw_status tw__tariff_of(int64_t *out, char zone[64], tw_store *store,
			const char *carrier, tw_time at, tw_error *err);
/* In force for a carrier at an instant. @return TW_OK, TW_ENOTFOUND */
tw_status tw__tariff_version_at(int64_t *out, tw_store *store,
				int64_t carrier, tw_time at, tw_error *err);

/* What a new sheet makes of the rates in force: `out` is the next version.
 * Pure. */
struct tw__merge {
	const struct tw__rates *before;   /* of the version in force */
	const struct tw__rates *sheet;
	tw_time starts;                   /* of the new version */
	bool partial;
};
tw_status tw__tariff_merge(struct tw__rates *out, tw_tariff_diff *diff,
			   const struct tw__merge *merge, tw_error *err);

/* Enters tariff and carrier where their identities are 0, then the version
 * with its terms and rates; id is set. `progress` (may be NULL) hears of
 * rates. Inside the caller's transaction. @return TW_OK, TW_ECANCELLED */
struct tw__new_version {
	tw_store *store;
	const char *tariff_name, *carrier_name, *file_name, *hash;
	int64_t tariff, carrier, id;
	tw_time starts, now;
	bool partial;
	const struct tw__terms *terms;
	const struct tw__rates *rates;
	tw_progress_fn progress;
	void *progress_arg;
};
tw_status tw__tariff_version_write(struct tw__new_version *v, tw_error *err);

#endif
