/**
 * @file src/accounts/tariff_codes.h  Rows by code
 */
#ifndef TW_SRC_ACCOUNTS_TARIFF_CODES_H
#define TW_SRC_ACCOUNTS_TARIFF_CODES_H

#include "tariff.h"

/* Order by what makes a price one of its own: prefix, caller prefix,
 * direction, relation, band and second of the call. */
int tw__rate_compare_code(const tw_rate *a, const tw_rate *b);
/* > 0: b is dearer. Equal prices are told apart by what a short call pays. */
int tw__rate_compare_price(const tw_rate *a, const tw_rate *b);

/* Rows by code and start, without moving them. */
struct tw__order {
	const tw_rate **rows;
	size_t count;
};
tw_status tw__order_make(struct tw__order *out, const struct tw__rates *rates,
			 tw_error *err);
void tw__order_free(struct tw__order *order);

/* The rows of one code, by start. */
struct tw__code {
	const tw_rate *const *rows;
	size_t count;
};
/* The next code of two lists; a side that has it not is empty. False: both
 * have ended. */
bool tw__code_pair(struct tw__code out[2], const struct tw__order order[2],
		   size_t at[2]);

#endif
