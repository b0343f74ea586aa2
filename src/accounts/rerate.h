/**
 * @file src/accounts/rerate.h  Stored charges computed again
 */
#ifndef TW_SRC_ACCOUNTS_RERATE_H
#define TW_SRC_ACCOUNTS_RERATE_H

#include "rating/deck.h"
#include "store/db.h"

/* A charged call as it is stored, and what its version makes of it now. */
struct tw__again {
	tw_time start, answer;   /* answer: of an attempt its start */
	int64_t key;
	uint32_t direction;
	bool answered;
	int64_t tariff, version;
	int64_t rate_row, charged_s, cost_nanos, vat_nanos;
	const tw_deck *deck;     /* borrowed */
	const tw_rating_request *request;       /* as it was asked now */
	tw_status status;        /* TW_OK: sum and row are set */
	struct tw_sum sum;
	int64_t row;             /* as stored; -1 none */
};

/* `again` is borrowed. */
typedef tw_status tw__again_fn(const struct tw__again *again, void *arg,
			       tw_error *err);

/* Every live charged call answered in [answered[0], answered[1]], in order of
 * start, of one tariff or (0) of all. Numbers are asked as they came in; where
 * they are erased, or where an inbound call came to a number that is stored
 * nowhere, the prefix of its row stands for them. Relations are the row's. */
tw_status tw__rate_again(tw_store *store, const int64_t answered[2],
			 int64_t tariff, tw__again_fn *fn, void *arg,
			 tw_error *err);

#endif
