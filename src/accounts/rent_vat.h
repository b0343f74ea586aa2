/**
 * @file src/accounts/rent_vat.h  VAT of what is owed by the month
 */
#ifndef TW_SRC_ACCOUNTS_RENT_VAT_H
#define TW_SRC_ACCOUNTS_RENT_VAT_H

#include "base/decimal.h"
#include "store/db.h"

/* How an amount is written; without a percentage there is no VAT in it. */
struct tw__vat {
	bool net;                /* VAT comes on top; else it is in it */
	int64_t percent_nanos;   /* 20 % = 20 * TW_NANOS */
};
bool tw__vat_same(const struct tw__vat *a, const struct tw__vat *b);
/* VAT of an amount is amount * percent / this. */
tw__i128 tw__vat_divisor(const struct tw__vat *vat);
/* Rounded once, half up, to `unit` nano-units. @return TW_OK, TW_ERANGE */
tw_status tw__vat_split(int64_t *out_net, int64_t *out_vat, int64_t amount,
			const struct tw__vat *vat, int64_t unit,
			tw_error *err);

/* What numbers and recurring items say themselves, before their party. */
struct tw__vat_own {
	bool has_mode, net, has_percent;
	int64_t percent_nanos;
};

/* Every version of every carrier and vendor that has terms. */
struct tw__vat_party {
	int64_t kind, id, percent_nanos;
	tw_time from;
	bool net;
};
struct tw__vat_parties {
	struct tw__vat_party *rows;
	size_t count, capacity;
};
tw_status tw__vat_parties_load(struct tw__vat_parties *out, tw_store *store,
			       tw_error *err);
void tw__vat_parties_free(struct tw__vat_parties *parties);
/* Terms at an instant: the newest version that had begun by then. */
struct tw__vat tw__vat_of(const struct tw__vat_parties *parties,
			  int64_t kind, int64_t id, tw_time t,
			  const struct tw__vat_own *own);

#endif
