/**
 * @file src/accounts/exchange.h  Dated exchange rates in the store
 */
#ifndef TW_SRC_ACCOUNTS_EXCHANGE_H
#define TW_SRC_ACCOUNTS_EXCHANGE_H

#include "store/db.h"
#include <trunkwise/tariff.h>

struct tw__exchange {
	int64_t rate_nanos;     /* 0: none is known */
	int64_t date;           /* of that rate, days since 1970 */
};

/* The rate of the latest date not after `date`. @return TW_OK also when there
 * is none */
tw_status tw__exchange_at(struct tw__exchange *out, tw_store *store,
			  const char *currency, const char *target,
			  int64_t date, tw_error *err);

/* The same for a call that a deck converts, by its local date; none when it
 * does not convert. @return TW_OK, TW_ERANGE (no such year) */
tw_status tw__exchange_for(struct tw__exchange *out, tw_store *store,
			   const tw_deck *deck, tw_time at, tw_error *err);

#endif
