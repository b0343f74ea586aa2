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
	const char *actor;           /* who acts through this handle: written
					beside postings, batches, closed
					months and amendments; at most 63
					bytes; NULL: nobody says */
} tw_store_options;
#define TW_STORE_OPTIONS_INIT { sizeof(tw_store_options), 0, 5000, 0, NULL, \
	NULL }

/** Opens and migrates forward (a writer only; one transaction).
 * The file and its lock are made with mode 0600.
 * Before a migration the file is copied to `PATH.schema-N`. A file of up to
 * 4 MiB is checked page by page, of a larger one header, length and schema.
 * @return TW_OK (new), TW_ENOTFOUND, TW_EVERSION (file is newer; or older
 *         and opened read-only), TW_EBUSY (lock), TW_ESTORE (not a store, or
 *         damaged), TW_EUNSUPPORTED (network file system, hard links, a file
 *         mounted without its directory), TW_EIO */
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

typedef struct tw_store_info {
	uint32_t size;
	uint32_t schema;
	uint64_t file_bytes;         /* of the file */
	uint64_t free_bytes;         /* ... unused; new rows go there first */
	uint64_t wal_bytes;          /* of the log beside it */
} tw_store_info;
#define TW_STORE_INFO_INIT { sizeof(tw_store_info), 0, 0, 0, 0 }

/** Sizes now, for a host's metrics. A log that keeps growing means a reader
 * that never ends: 64 MiB and more are worth a look.
 * @return TW_OK, TW_EIO, TW_ESTORE */
TW_EXTERN(tw_status) tw_store_describe(tw_store_info *out, tw_store *store,
				       tw_error *err);

#define TW_STORE_FORCE 0x1u     /* a file of that name may be replaced */

/** A copy of the store as of one moment, while others write. It is written
 * beside `path`, synced, checked page by page and then given the name, so
 * `path` is a whole backup or was not touched. Its log grows meanwhile. The
 * copy (mode 0600) is one file, readable from any disk, and a store itself.
 * `flags`: TW_STORE_FORCE or 0.
 * @return TW_OK, TW_EEXIST (the name is taken, or a log of a store stands
 *         beside it), TW_EINVAL (a transaction of this handle is open; the
 *         store itself), TW_ESTORE (the store is damaged), TW_EIO (disk) */
TW_EXTERN(tw_status) tw_store_backup(tw_store *store, const char *path,
				     uint32_t flags, tw_error *err);

/** Puts a copy of the backup `from` in the place of the store at `path`; no
 * handle of it may be open for writing, and open readers keep reading the old
 * file. What stood at `path` stays beside it: `*out` (new, tw_free) is its
 * name, "" when there was nothing. Older schemas are restored as they are and
 * brought forward when the store is opened.
 * @return TW_OK, TW_ENOTFOUND (no backup), TW_ESTORE (no store, or damaged:
 *         every page and index entry is checked), TW_EVERSION (newer),
 *         TW_EBUSY (somebody writes), TW_EUNSUPPORTED (network file system),
 *         TW_EIO; `path` is as it was then */
TW_EXTERN(tw_status) tw_store_restore(char **out, const char *path,
				      const char *from, tw_error *err);

/** Reads every page, row and index entry of a store or backup, damaged or
 * not, of any version. `*out` (new, tw_free): "" when it is whole, else what
 * is wrong, a line each. @return TW_OK, TW_ENOTFOUND, TW_ESTORE (no
 * database), TW_EIO */
TW_EXTERN(tw_status) tw_store_check(char **out, const char *path,
				    tw_error *err);

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
