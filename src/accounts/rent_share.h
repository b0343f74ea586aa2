/**
 * @file src/accounts/rent_share.h  Who bears a day of a rent, and how often
 */
#ifndef TW_SRC_ACCOUNTS_RENT_SHARE_H
#define TW_SRC_ACCOUNTS_RENT_SHARE_H

#include "store/db.h"

#define TW__SHARE_WHOLE (100 * TW_NANOS)     /* 100 percent */

struct tw__share {
	tw_time from, to;        /* in force */
	int64_t department;
	int64_t percent_nanos;   /* of the amount, or ... */
	int64_t seats;           /* ... so many times the amount; 0: none */
};

struct tw__shares {
	struct tw__share *rows;
	size_t count, capacity;
	char name[128];          /* of what is shared */
};
void tw__shares_free(struct tw__shares *shares);

/* Every version of a number's, recurring item's or tariff's [[allocation]],
 * and of a recurring item's seats. `kind` is TW_POSTING_RENT, _RECURRING, or
 * (of tariffs) _COMMITMENT. */
tw_status tw__shares_load(struct tw__shares *out, tw_store *store,
			  int64_t kind, int64_t subject, tw_error *err);

/* TW__SHARE_WHOLE is the amount once. */
typedef tw_status tw__share_h(int64_t department, int64_t percent_nanos,
			      void *arg, tw_error *err);
/* One day: where there are seats each department bears its own. Otherwise what
 * no share takes is the owner's.
 * @return TW_OK, TW_ECONFLICT (shares exceed 100 percent) */
tw_status tw__shares_day(const struct tw__shares *shares, tw_time t,
			 int64_t owner, tw__share_h *each, void *arg,
			 tw_error *err);

#endif
