/**
 * @file src/accounts/call_shift.h  The same key at another start
 */
#ifndef TW_SRC_CALL_SHIFT_H
#define TW_SRC_CALL_SHIFT_H

#include "store/db.h"

/* A record that comes again under another zone is off by up to 26 hours. */
#define TW_SHIFT_MAX_US (26LL * 3600 * TW_SECOND)

struct tw__shift;

/* Looks at calls that other batches than `batch` have stored; new. */
tw_status tw__shift_new(struct tw__shift **out, tw_store *store,
			int64_t batch, tw_error *err);
void tw__shift_free(struct tw__shift *shift);
/* The start of a stored call with this key that lies within 26 hours of
 * `start`, and not at it; 0 when there is none. */
tw_status tw__shift_find(tw_time *out, struct tw__shift *shift, uint64_t key,
			 tw_time start, tw_error *err);

#endif
