/**
 * @file src/accounts/budget_spent.h  What stored calls have spent
 */
#ifndef TW_SRC_ACCOUNTS_BUDGET_SPENT_H
#define TW_SRC_ACCOUNTS_BUDGET_SPENT_H

#include "store/db.h"
#include <trunkwise/time.h>

#define TW_GROWING_MAX 4

/* The calls of one budget in one period: identities, 0 any. */
struct tw__spend {
	uint32_t purse;                /* the caller's */
	int64_t department, trunk;
	char *const *prefixes;         /* borrowed; of called numbers */
	size_t prefix_count;
	tw_time from, to;
	int64_t rollup;                /* 202610 or 20261005 where that is
					  the period in the books, else 0 */
	/* kept by this file */
	bool summed;                   /* by the rollup, not by calls */
	int64_t settled;               /* of batches that no longer grow */
	int64_t growing[TW_GROWING_MAX];
	bool other_currency;           /* calls that it cannot count */
	bool read;
	int64_t total;
};

struct tw__growing {
	int64_t batch, rows;
};

/* Reads a month once and then what came since. */
struct tw__spent {
	char currency[4];
	const struct tw_dial_rule *rule;    /* whose emergency numbers */
	struct tw__growing growing[TW_GROWING_MAX];
	int64_t newest, undone, settled_rows, runs;
	bool begun;
};

/* Brings `total` of all of them up to what is stored now; inside a
 * transaction. */
tw_status tw__spent_read(struct tw__spent *spent, tw_store *store,
			 struct tw__spend *spends, size_t count,
			 tw_error *err);

#endif
