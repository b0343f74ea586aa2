/**
 * @file src/accounts/numbering.h  Numbering versions of a store
 */
#ifndef TW_SRC_ACCOUNTS_NUMBERING_H
#define TW_SRC_ACCOUNTS_NUMBERING_H

#include "rating/ranges.h"
#include "store/db.h"
#include <trunkwise/cdr.h>

/* Codes whose ranges are not wanted, and how many ranges those were. */
struct tw__left_out {
	bool (*has)(void *arg, uint64_t code);
	void *arg;
	uint64_t ranges;
};

/* Adds the ranges in force at an instant, as source 0, but for what is left
 * out (may be NULL). */
tw_status tw__numbering_load(struct tw__ranges *ranges, tw_store *store,
			     tw_time at, struct tw__left_out *left_out,
			     tw_error *err);

/* Has it rows that a relation picks? Without any the numbering need not be
 * loaded. */
bool tw__deck_asks_relation(const tw_deck *deck);

#endif
