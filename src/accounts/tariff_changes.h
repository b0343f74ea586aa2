/**
 * @file src/accounts/tariff_changes.h  Two versions of a tariff, compared
 */
#ifndef TW_SRC_ACCOUNTS_TARIFF_CHANGES_H
#define TW_SRC_ACCOUNTS_TARIFF_CHANGES_H

#include "tariff_codes.h"
#include "tariff_terms.h"
#include <trunkwise/versions.h>

/* One of the two; version 0: there is none, and no row. */
struct tw__side {
	int64_t version;
	struct tw__terms terms;
	struct tw__rates rates;
};

struct tw_price_changes {
	tw_price_change *rows;
	size_t count, capacity, next;
	tw_price_total total;
	struct tw__side side[2];        /* before, after */
	int64_t carrier;
	/* when the first change comes, and when the last one has */
	tw_time first, last;
};

/* tariff_steps.c: the rows, code by code, with their dates and counts in the
 * total. Notice is not judged yet. Pure. */
tw_status tw__price_steps(struct tw_price_changes *changes, tw_error *err);

/* tariff_stake.c: calls and money of last month, into rows and total. */
tw_status tw__price_stake(struct tw_price_changes *changes, tw_store *store,
			  tw_time now, tw_error *err);

#endif
