/**
 * @file src/accounts/due.h  Owed less posted
 */
#ifndef TW_SRC_ACCOUNTS_DUE_H
#define TW_SRC_ACCOUNTS_DUE_H

#include "ledger.h"

/* Of one month, department, payee, kind and subject. */
struct tw__due {
	struct tw__entry entry;  /* nothing in it: nothing is due */
	size_t order;            /* in which it was added */
	char reference[128];
};

struct tw__dues {
	struct tw__due *rows;
	size_t count, capacity;
};
void tw__dues_free(struct tw__dues *dues);
/* What is owed, or (negated) what was posted.
 * @return TW_OK, TW_ENOMEM, TW_ERANGE */
tw_status tw__dues_add(struct tw__dues *dues, const struct tw__entry *entry,
		       tw_error *err);
/* One row for all that is of the same; those with nothing due are left out.
 * What days that have passed add to rents and what was put right in them stay
 * two rows, by `correction`; of tariffs all is a correction once something was
 * posted. @return TW_OK, TW_ERANGE */
tw_status tw__dues_settle(struct tw__dues *dues, tw_error *err);

#endif
