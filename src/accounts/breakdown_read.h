/**
 * @file src/accounts/breakdown_read.h  Where each call of a time counts
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_READ_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_READ_H

#include "breakdown_currency.h"
#include "breakdown_group.h"

struct tw__cut_question {
	uint32_t by[TW_BREAKDOWN_CUTS_MAX];
	size_t count;
	uint32_t digits;
	int64_t months[2];       /* the first and the last one, included */
	tw_time to;              /* where the last one ends */
	bool every_call;         /* also where sums would answer */
};

#define TW_CUT_DURATIONS 8
/* Where classes of duration begin. */
extern const int32_t tw__cut_durations_s[TW_CUT_DURATIONS];

/* A prefix as a number: a 1 and its digits, so that "0049" is not "49". */
int64_t tw__cut_prefix(const char *digits, uint32_t most);

/* Adds up live calls of the months: each of them, or where nothing else is
 * asked the sums that are kept of them. Values of keys: entities, words
 * (destination), TW_DIRECTION_, TW_CALL_, months and days like 202610,
 * 20261005, hours + 1, weekdays from 1, seconds + 1 of a class of duration. */
tw_status tw__cut_read(struct tw__cut_groups *groups,
		       struct tw__cut_currencies *currencies,
		       const struct tw__cut_question *question,
		       struct tw__book *book, tw_store *store, tw_error *err);

#endif
