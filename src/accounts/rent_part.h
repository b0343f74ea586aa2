/**
 * @file src/accounts/rent_part.h  Coins of the days of an item
 */
#ifndef TW_SRC_ACCOUNTS_RENT_PART_H
#define TW_SRC_ACCOUNTS_RENT_PART_H

#include "rent_period.h"
#include "rent_vat.h"

/* A month, and of the one before what is of a period that reaches into it. */
#define TW__RENT_DAYS 62

/* Days of one holder, payee, terms and period. */
struct tw__rent_part {
	int64_t department, payee_kind, payee;
	struct tw__vat vat;
	struct tw__billing period;
	tw__i128 days[TW__RENT_DAYS]; /* nano-units * percent of each */
	int64_t amount, tax;     /* of the period, once it is shared */
	/* while it is shared */
	tw__i128 weight, rest;
	int64_t units;
	bool shared;
};

/* Of one item. */
struct tw__rent_parts {
	struct tw__rent_part *rows;
	size_t count, capacity;
	int64_t unit;            /* smallest coin in nano-units */
	int64_t first;           /* number of the day that days[0] is */
};
void tw__rent_parts_free(struct tw__rent_parts *parts);
/* One day more of what `like` says, at days[at]; 100 percent is
 * TW__SHARE_WHOLE. */
tw_status tw__rent_parts_add(struct tw__rent_parts *parts,
			     const struct tw__rent_part *like, int at,
			     tw__i128 weight, tw_error *err);
/* Finds amount and tax of all parts: each period of the item is rounded once,
 * half up, and shared by largest remainder (ties: who came first); so is its
 * VAT, of all parts with the same terms. @return TW_OK, TW_ERANGE */
tw_status tw__rent_parts_share(struct tw__rent_parts *parts, tw_error *err);

struct tw__rent_sum {
	int64_t amount, tax;
};
/* What the first `days` days of a part have earned, in whole coins; what makes
 * the parts add up comes with the period's last day. */
struct tw__rent_sum tw__rent_part_earned(const struct tw__rent_parts *parts,
					 const struct tw__rent_part *part,
					 int days);

#endif
