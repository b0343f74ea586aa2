/**
 * @file src/accounts/breakdown_tariff.h  What a call's tariff says of it
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_TARIFF_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_TARIFF_H

#include "breakdown_currency.h"

struct tw__cut_version {
	int64_t id, currency;
	bool gross;
	int64_t *words;          /* by row of the sheet; word + 1, 0 not
				    looked up yet */
	size_t count, capacity;
};

/* Zeroed but for store and currencies. */
struct tw__cut_tariffs {
	tw_store *store;
	struct tw__cut_currencies *currencies;
	struct tw__cut_version *rows;
	size_t count, capacity, last;
};

/* What is true of every price of a store, so that no call need be asked for
 * it. */
struct tw__cut_prices {
	bool are_alike;          /* in one currency, VAT within or without */
	int64_t currency;        /* its place, and which of both: where they */
	bool gross;              /* are alike */
	bool have_vat;           /* any of them */
};
/* @return TW_OK, TW_ERANGE (too many currencies) */
tw_status tw__cut_prices(struct tw__cut_prices *out,
			 struct tw__cut_tariffs *tariffs, tw_error *err);

/* Place of the currency that a version charges in, and whether its prices
 * have VAT in them. @return TW_OK, TW_ERANGE (too many currencies) */
tw_status tw__cut_tariff(int64_t *currency, bool *gross,
			 struct tw__cut_tariffs *tariffs, int64_t version,
			 tw_error *err);
/* Word of a row's destination; 0: it has none. */
tw_status tw__cut_destination(int64_t *out, struct tw__cut_tariffs *tariffs,
			      int64_t version, int64_t row, tw_error *err);
void tw__cut_tariffs_free(struct tw__cut_tariffs *tariffs);

#endif
