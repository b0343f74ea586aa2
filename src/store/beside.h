/**
 * @file src/store/beside.h  A thread that writes while its caller reads
 *
 * Decides in which order work that was given away is done, and that nobody
 * else touches the store meanwhile. Refuses to know what the work is.
 */
#ifndef TW_SRC_STORE_BESIDE_H
#define TW_SRC_STORE_BESIDE_H

#include "db.h"

struct tw__beside;

/* New; one a store. NULL where there is none to be had (one processor, an
 * SQLite without threads, no thread left, no memory): then the caller does his
 * work himself, which is as right and takes longer. From the thread that uses
 * the store, which goes on to use it: each of its statements waits until what
 * was given is done, so it better asks for nothing. */
struct tw__beside *tw__beside_new(tw_store *store);
/* Waits for what was given. NULL is fine. */
void tw__beside_free(struct tw__beside *beside);

/* Done in the order in which it is given, one at a time; `arg` stays as it is
 * until then. Its statements, and nothing else of the store, may be used in
 * it; no callback of the host, and no tw_alloc. Once one has failed SQLite may
 * have rolled back what came before: until the thread is freed each statement
 * of the caller fails.
 * @return its number, for the two below */
typedef tw_status tw__work_fn(void *arg);
uint64_t tw__beside_give(struct tw__beside *beside, tw__work_fn *fn,
			 void *arg);
bool tw__beside_is_done(struct tw__beside *beside, uint64_t number);
void tw__beside_wait(struct tw__beside *beside, uint64_t number);

#endif
