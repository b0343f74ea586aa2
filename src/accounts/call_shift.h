/**
 * @file src/accounts/call_shift.h  The same key at another start
 */
#ifndef TW_SRC_CALL_SHIFT_H
#define TW_SRC_CALL_SHIFT_H

#include "store/db.h"

/* A record that comes again under another zone is off by up to 26 hours. */
#define TW_SHIFT_MAX_US (26LL * 3600 * TW_SECOND)

struct tw__call;
struct tw__shift;

/* Looks at calls that other batches than `batch` have stored; new. */
tw_status tw__shift_new(struct tw__shift **out, tw_store *store,
			int64_t batch, tw_error *err);
void tw__shift_free(struct tw__shift *shift);
/* The start of a stored call with this key that lies within 26 hours of
 * `start`, and not at it; 0 when there is none. */
tw_status tw__shift_find(tw_time *out, struct tw__shift *shift, uint64_t key,
			 tw_time start, tw_error *err);
/* The same of any batch, where it is known in which second that would be. */
struct tw__shift_place {
	uint64_t key;
	tw_time start, second;
};
tw_status tw__shift_within(tw_time *out, struct tw__shift *shift,
			   const struct tw__shift_place *place, tw_error *err);
/* Of a call whose key is made of its start too: the start of a stored one of
 * its source and id that says the same, counted from its start; 0 when there
 * is none. The call is as it was afterwards. */
tw_status tw__shift_moved(tw_time *out, struct tw__shift *shift,
			  struct tw__call *call, tw_error *err);

#endif
