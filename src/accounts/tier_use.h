/**
 * @file src/accounts/tier_use.h  Paid seconds by tariff and month
 */
#ifndef TW_SRC_ACCOUNTS_TIER_USE_H
#define TW_SRC_ACCOUNTS_TIER_USE_H

#include "store/db.h"

/* A month of a zone as 202610, kept for the next call. */
struct tw__month_cache {
	tw_time from, to;
	int64_t month;
};
tw_status tw__month_of(int64_t *out, struct tw__month_cache *cache,
		       const tw_zone *zone, tw_time at, tw_error *err);

struct tw__tier_sum {
	int64_t tariff, month, paid_s;
	bool dirty;              /* differs from what is stored */
};

struct tw__tier_sums {
	struct tw__tier_sum *rows;
	size_t count, capacity;
};
void tw__tier_sums_free(struct tw__tier_sums *sums);
/* The row of a tariff's month, made with 0; borrowed until the next call. */
tw_status tw__tier_sum(struct tw__tier_sum **out, struct tw__tier_sums *sums,
		       int64_t tariff, int64_t month, tw_error *err);

/* Has any version of it tiers? */
tw_status tw__tariff_has_tiers(bool *out, tw_store *store, int64_t tariff,
			       tw_error *err);
/* Adds up live calls: of one tariff or (0) of all that are counted already,
 * of one batch or (0) of all. */
tw_status tw__tier_scan(struct tw__tier_sums *sums, tw_store *store,
			int64_t tariff, int64_t batch, tw_error *err);
/* What is stored of a tariff; of all when it is 0. */
tw_status tw__tier_read(struct tw__tier_sums *sums, tw_store *store,
			int64_t tariff, tw_error *err);
/* Stores a sum; one of 0 stays, as a sign that the tariff is counted. */
tw_status tw__tier_write(tw_store *store, const struct tw__tier_sum *sum,
			 tw_error *err);

#endif
