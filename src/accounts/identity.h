/**
 * @file src/accounts/identity.h  People whom nothing refers to
 */
#ifndef TW_SRC_ACCOUNTS_IDENTITY_H
#define TW_SRC_ACCOUNTS_IDENTITY_H

#include "store/db.h"

/* No number to know a caller by, in SQL over identity. */
#define TW__IDENTITY_IS_NAME "digits NOT GLOB '*[0-9]*'"

/* The newest identity, before a batch. */
tw_status tw__identity_newest(int64_t *out, tw_store *store, tw_error *err);
/* Identities newer than that which no call of the batch refers to go again:
 * a record that is a duplicate must not bring back a number that was erased.
 * range: starts of the batch's calls, both ends included. */
tw_status tw__identity_prune(tw_store *store, int64_t newest, int64_t batch,
			     const int64_t range[2], tw_error *err);

#endif
