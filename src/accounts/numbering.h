/**
 * @file src/accounts/numbering.h  Numbering versions of a store
 */
#ifndef TW_SRC_ACCOUNTS_NUMBERING_H
#define TW_SRC_ACCOUNTS_NUMBERING_H

#include "rating/ranges.h"
#include "store/db.h"
#include <trunkwise/cdr.h>

/* Adds the ranges in force at an instant, as source 0, but for those of the
 * codes that `skip` (may be NULL) says; they are counted in *skipped. */
tw_status tw__numbering_load(struct tw__ranges *ranges, uint64_t *skipped,
			     tw_store *store, tw_time at,
			     bool (*skip)(void *arg, uint64_t code),
			     void *arg, tw_error *err);

/* Has it rows that a relation picks? Without any the numbering need not be
 * loaded. */
bool tw__deck_asks_relation(const tw_deck *deck);

#endif
