/**
 * @file src/accounts/tariff_terms.h  What a contract says beside its prices
 */
#ifndef TW_SRC_ACCOUNTS_TARIFF_TERMS_H
#define TW_SRC_ACCOUNTS_TARIFF_TERMS_H

#include "kinds.h"
#include "store/db.h"
#include <trunkwise/tariff.h>

struct tw__rates;

/* Rules, time bands, special days and volume tiers. Zeroed but for the rules'
 * _INIT it is a tariff without any; tw__terms_free() ends it. */
struct tw__terms {
	tw_tariff_rules rules;
	tw_band *bands;
	tw_tariff_day *days;
	tw_tier *tiers;
	size_t band_count, day_count, tier_count;
	size_t band_capacity, day_capacity, tier_capacity;
};
void tw__terms_free(struct tw__terms *terms);
bool tw__terms_equal(const struct tw__terms *a, const struct tw__terms *b);

/* Is this field of [[tariff]] a key of tw_tariff_rules_set()? */
bool tw__field_is_rule(const struct tw_field *field);
/* "90" % in nanos as parts per million. @return TW_OK, TW_EPARSE (more than
 * four decimals) */
tw_status tw__percent_ppm(uint32_t *out, int64_t nanos, tw_error *err);
/* One more of each; hours and days one a line. */
tw_status tw__terms_add_band(struct tw__terms *terms, const char *name,
			     const char *hours, uint32_t percent_ppm,
			     tw_error *err);
tw_status tw__terms_add_days(struct tw__terms *terms, const char *days,
			     tw_error *err);
tw_status tw__terms_add_tier(struct tw__terms *terms, int64_t from_s,
			     uint32_t percent_ppm, tw_error *err);

/* A tariff as the deployment declares it: in force at `at`, else its newest
 * version. @return TW_OK, TW_ENOTFOUND, TW_EUNSUPPORTED (bands of a store from
 * before bands) */
struct tw__declared {
	int64_t tariff, carrier;        /* identities */
	bool decimals_declared;
	struct tw__terms terms;
};
tw_status tw__tariff_declared(struct tw__declared *out, tw_store *store,
			      const char *name, tw_time at, tw_error *err);

/* Of a version that is stored, and into the store with a new one. */
tw_status tw__terms_read(struct tw__terms *out, tw_store *store,
			 int64_t version, tw_error *err);
tw_status tw__terms_write(const struct tw__terms *terms, tw_store *store,
			  int64_t version, tw_error *err);

/* "mon-fri"-like days are written out: "mon,tue 08:00-20:00". */
void tw__hours_format(char out[64], const tw_band_hours *hours);

#endif
