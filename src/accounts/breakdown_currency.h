/**
 * @file src/accounts/breakdown_currency.h  Currencies of a report, as places
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_CURRENCY_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_CURRENCY_H

#include "ledger_month.h"

/* Those that a key's last part counts from 1 on: the first is the company's,
 * else that of the first tariff, else "". */
#define TW_CUT_CURRENCIES_MAX 64
struct tw__cut_currencies {
	char text[TW_CUT_CURRENCIES_MAX][4];
	size_t count;
};

/* Where every call without a charge stands: what else its group has would
 * move it between currencies by what is asked. */
#define TW_CUT_HOME 1

tw_status tw__cut_currencies_begin(struct tw__cut_currencies *out,
				   const struct tw__book *book,
				   tw_store *store, tw_error *err);
/* Its place, a new one if need be. @return TW_OK, TW_ERANGE (too many) */
tw_status tw__cut_currency(int64_t *out,
			   struct tw__cut_currencies *currencies,
			   const char *text, tw_error *err);
/* The first one stays, the others stand by their names. order: the place,
 * from 0, that each had before. */
void tw__cut_currencies_sort(uint8_t order[TW_CUT_CURRENCIES_MAX],
			     struct tw__cut_currencies *currencies);

#endif
