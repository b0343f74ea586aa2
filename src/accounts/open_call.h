/**
 * @file src/accounts/open_call.h  Calls under way
 */
#ifndef TW_SRC_ACCOUNTS_OPEN_CALL_H
#define TW_SRC_ACCOUNTS_OPEN_CALL_H

#include "call.h"

/* Most stores have none, and imports then pay one comparison. */
tw_status tw__open_call_any(bool *out, tw_store *store, tw_error *err);

/* An interim record, read by tw__call_read().
 * @return TW_OK (kept), TW_EEXIST (nothing new, or the call is over) */
tw_status tw__open_call_keep(tw_store *store, const struct tw__call *call,
			     struct tw__call_ids *ids, const char *host,
			     tw_error *err);
/* The call is stored by its final record. */
tw_status tw__open_call_end(tw_store *store, const struct tw__call *call,
			    tw_error *err);
/* ... or, in this batch, by its last interim one. */
tw_status tw__open_call_close(tw_store *store, const struct tw__call *call,
			      int64_t batch, tw_error *err);
/* Was it? */
tw_status tw__open_call_is_closed(bool *out, tw_store *store,
				  const struct tw__call *call, tw_error *err);

/* Whose calls are taken for dead: those of `host`, or, if before is not 0,
 * those of everybody else who has told nothing of them since then. */
struct tw__dead {
	const char *host;
	tw_time before;
};
struct tw__dead_call {
	tw_cdr cdr;              /* texts lie below */
	struct tw_buf record;
	char caller[TW_CALL_TEXT_MAX + 1];
	char callee[TW_CALL_TEXT_MAX + 1];
	int64_t key;
};
void tw__dead_call_free(struct tw__dead_call *call);
/* The first one, as the record it was; zeroed at first, may be used again.
 * @return TW_OK, TW_ITER_END */
tw_status tw__open_call_dead(struct tw__dead_call *out, tw_store *store,
			     const struct tw__dead *which, tw_error *err);
/* It cannot be stored: what is wrong with it is in quarantine. */
tw_status tw__open_call_drop(tw_store *store, const struct tw__dead_call *call,
			     tw_error *err);

#endif
