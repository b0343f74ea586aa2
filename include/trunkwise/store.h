/**
 * @file store.h  The file that keeps directory, tariffs, calls and ledger
 *
 * One SQLite file. Every writing connection, from any process, holds an OS
 * lock on `PATH.lock` from BEGIN through commit and checkpoint (SQLite before
 * 3.51.3 may corrupt a WAL database when two connections write or checkpoint
 * at once). Readers open read-only and never wait.
 *
 * One thread at a time per handle; not across fork(). One writer handle and
 * any number of reader handles may be open at once.
 */
#ifndef TRUNKWISE_STORE_H
#define TRUNKWISE_STORE_H

#include <trunkwise/sys/clock.h>

TW_BEGIN_DECLS

typedef struct tw_store tw_store;

#define TW_STORE_CREATE   0x1u  /* make the file when it is missing */
#define TW_STORE_READONLY 0x2u  /* writes are refused by SQLite itself */

typedef struct tw_store_options {
	uint32_t size;
	uint32_t flags;              /* TW_STORE_ */
	uint32_t lock_wait_ms;       /* for the writer lock; then TW_EBUSY */
	uint32_t reserved;
	const tw_clock *clock;       /* stamps rows; NULL: system's */
} tw_store_options;
#define TW_STORE_OPTIONS_INIT { sizeof(tw_store_options), 0, 5000, 0, NULL }

/** Opens and migrates forward (a writer only; one transaction).
 * The file and its lock are made with mode 0600.
 * @return TW_OK (new), TW_ENOTFOUND, TW_EVERSION (file is newer; or older
 *         and opened read-only), TW_EBUSY (lock), TW_ESTORE (not a store),
 *         TW_EUNSUPPORTED (network file system), TW_EIO */
TW_EXTERN(tw_status) tw_store_open(tw_store **out, const char *path,
				   const tw_store_options *options,
				   tw_error *err);
/** NULL is fine; children (directories, imports, reports) keep it alive. */
TW_EXTERN(void) tw_store_free(tw_store *store);

/** Groups writes of this handle into one transaction. Nested begins are
 * refused with TW_EINVAL, and so is a commit while an import stands in it. A
 * rollback takes such an import with it: it can only be freed then. Without
 * begin, an import's transaction is its own and not yours to end. */
TW_EXTERN(tw_status) tw_store_begin(tw_store *store, tw_error *err);
TW_EXTERN(tw_status) tw_store_commit(tw_store *store, tw_error *err);
TW_EXTERN(tw_status) tw_store_rollback(tw_store *store, tw_error *err);

/** Version of the schema in the file. */
TW_EXTERN(uint32_t) tw_store_schema(const tw_store *store);

typedef struct tw_verdict {
	uint32_t size;
	uint32_t holds;              /* 1 or 0 */
	char invariant[64];          /* "ledger_sum_zero" */
	char detail[256];            /* what was compared, or what is wrong */
} tw_verdict;
#define TW_VERDICT_INIT { sizeof(tw_verdict), 0, "", "" }

/** Checks every invariant of the store; read only.
 * `*count` in: room; out: verdicts written. */
TW_EXTERN(tw_status) tw_store_verify(tw_verdict *out, uint32_t *count,
				     tw_store *store, tw_error *err);

TW_END_DECLS

#endif
