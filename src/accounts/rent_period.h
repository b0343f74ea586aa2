/**
 * @file src/accounts/rent_period.h  Which month of a party's a day is in
 */
#ifndef TW_SRC_ACCOUNTS_RENT_PERIOD_H
#define TW_SRC_ACCOUNTS_RENT_PERIOD_H

#include "store/db.h"

/* Of 28 to 31 days; days are numbered as in base/calendar.h. */
struct tw__billing {
	int64_t first;
	int32_t days;
};
/* The period that a day is in, of those that begin on a day of the month, 1
 * to 28. */
struct tw__billing tw__billing_of(int64_t day, int32_t billing_day);

/* Every version of every carrier and vendor, if any of them or of what they
 * are owed for has a day of its own. */
struct tw__billing_party {
	int64_t kind, id;
	tw_time from;
	int32_t day;             /* 0: the calendar's */
};
struct tw__billings {
	struct tw__billing_party *rows;
	size_t count, capacity;
	bool any;                /* else all periods are calendar months */
};
tw_status tw__billings_load(struct tw__billings *out, tw_store *store,
			    tw_error *err);
void tw__billings_free(struct tw__billings *billings);
/* At an instant: `own` unless 0, else what the newest version of the party
 * says that had begun by then, else 1. */
int32_t tw__billing_day(const struct tw__billings *billings, int64_t kind,
			int64_t id, tw_time t, int32_t own);

#endif
