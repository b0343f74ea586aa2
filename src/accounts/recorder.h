/**
 * @file src/accounts/recorder.h  A recorder from inside
 *
 * recorder.c decides when what is done with which records; recorder_group.c
 * brings one group into the store, in one transaction.
 */
#ifndef TW_SRC_ACCOUNTS_RECORDER_H
#define TW_SRC_ACCOUNTS_RECORDER_H

#include "open_call.h"
#include "store/journal.h"
#include <trunkwise/recorder.h>

struct tw_recorder {
	tw_recorder_options options;     /* texts are those below */
	char *store_path, *name, *source, *carrier;
	struct tw_journal journal;
	uint64_t aside_to;       /* damage of the journal is kept up to here */
	tw_store *store;         /* NULL: could not be opened yet */
	tw_import *import;       /* goes on from group to group */
	uint32_t rows;           /* of the next group */
	struct tw_buf queue;     /* frames, as in the journal */
	uint64_t queued;
	struct tw_buf scratch;   /* one record */
	tw_time oldest;          /* of the queue: when it came */
	tw_time retry;           /* after a refusal */
	bool refused;
	uint64_t inherited;      /* bytes of the journal that somebody left */
	bool swept;              /* his calls are closed */
	tw_time sweep;           /* when to look for others' */
	tw_recorder_stats stats;
};

void tw__recorder_event(const struct tw_recorder *recorder, uint32_t kind,
			tw_status code, const char *call_id,
			const char *text);

/* Opens the store; and an import that may go on. */
tw_status tw__recorder_store(struct tw_recorder *recorder, tw_error *err);
tw_status tw__recorder_ready(struct tw_recorder *recorder, tw_error *err);
/* Forgets the import, and the store too if it may be the cause. */
void tw__recorder_unready(struct tw_recorder *recorder, tw_status why);

/* Up to `rows` records; `at` moves on, and *out_records is set, only when
 * they are committed. */
tw_status tw__recorder_group(uint64_t *out_records, struct tw_frames *at,
			     struct tw_recorder *recorder, tw_error *err);

/* Closes calls that are taken for dead, in a transaction of their own. */
tw_status tw__recorder_sweep(struct tw_recorder *recorder,
			     const struct tw__dead *which, tw_error *err);

#endif
