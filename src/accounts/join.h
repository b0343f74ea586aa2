/**
 * @file src/accounts/join.h  Records of two sources, joined and taken apart
 */
#ifndef TW_SRC_ACCOUNTS_JOIN_H
#define TW_SRC_ACCOUNTS_JOIN_H

#include "history.h"

/* A record of one source, by its key in the call table. */
struct tw__told {
	tw_time start;
	int64_t key, batch;
	bool in_month;
};
/* As it stands; TW_ESTORE when it is not there. */
tw_status tw__told_find(struct tw__stored *out, tw_store *store,
			const struct tw__told *told, tw_error *err);

/* The batch is about to be taken back: partners of its calls stand for
 * themselves again, before anything else is done. */
tw_status tw__join_part(tw_store *store, int64_t batch, tw_error *err);

#endif
