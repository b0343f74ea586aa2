/**
 * @file src/accounts/join.h  Pairs that are taken apart
 */
#ifndef TW_SRC_ACCOUNTS_JOIN_H
#define TW_SRC_ACCOUNTS_JOIN_H

#include "store/db.h"

/* The batch is about to be taken back: partners of its calls stand for
 * themselves again, before anything else is done. */
tw_status tw__join_part(tw_store *store, int64_t batch, tw_error *err);

#endif
