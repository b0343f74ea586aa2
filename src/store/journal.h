/**
 * @file src/store/journal.h  Where records wait while the store takes none
 *
 * Frames (frame.h) in one file that only grows until all of them are done
 * with. The first one, `H` and a version, says what the file is; records are
 * `R` and their bytes. One owner at a time, by a lock that its death drops.
 */
#ifndef TW_SRC_STORE_JOURNAL_H
#define TW_SRC_STORE_JOURNAL_H

#include "frame.h"
#include <trunkwise/time.h>

#define TW_JOURNAL_VERSION 1
#define TW_JOURNAL_HEADER 'H'
#define TW_JOURNAL_RECORD 'R'
#define TW_JOURNAL_ASIDE  'B'   /* in PATH.bad: a damaged piece */

struct tw_journal {
	int fd;
	char *path, *bad_path;
	bool sync;              /* appended means on the disk */
	bool reserved;          /* its space is its own, whatever fills up */
	uint64_t limit;
	struct tw_buf bytes;    /* what the file holds */
	size_t done;            /* up to here */
	uint64_t records;       /* that wait; whole ones */
	uint64_t damaged;       /* pieces beside them */
};

/* "STORE.NAME.spool" beside the file that store_path leads to; new, in *out.
 * @return TW_OK, TW_ENOTFOUND (no store), TW_ENOMEM, TW_EIO */
tw_status tw__journal_path(char **out, const char *store_path,
			   const char *name, tw_error *err);

/* Makes the file (0600) if it is missing and reads it. It stays what it was
 * when opening fails. @return TW_OK, TW_EBUSY (another owner), TW_EVERSION
 * (written by a newer library), TW_EIO */
tw_status tw__journal_open(struct tw_journal *out, const char *path,
			   uint64_t limit, bool sync, tw_error *err);
void tw__journal_close(struct tw_journal *journal);

/* Tries to have `limit` bytes of the disk for itself, so that the journal can
 * be written when nothing else can. */
void tw__journal_reserve(struct tw_journal *journal);

/* Whole frames, `records` of them: all of them or none.
 * @return TW_OK, TW_EBUSY (limit), TW_EIO */
tw_status tw__journal_append(struct tw_journal *journal,
			     const struct tw_buf *frames, uint64_t records,
			     tw_error *err);
/* The next record or damaged piece after journal->done; false: none is left.
 * `at` walks, done is the caller's to set. */
bool tw__journal_next(struct tw_frame *out, struct tw_frames *at);
struct tw_frames tw__journal_frames(const struct tw_journal *journal);

/* A piece that is no record: kept in PATH.bad.
 * @return TW_OK, TW_EIO (the journal must be kept then) */
tw_status tw__journal_put_aside(struct tw_journal *journal,
				const struct tw_frame *piece, tw_time now,
				tw_error *err);
/* Everything is done with: empty, its space reserved again. */
tw_status tw__journal_clear(struct tw_journal *journal, tw_error *err);

/* The bytes of a file, for who only looks. TW_ENOTFOUND. */
tw_status tw__journal_read(struct tw_buf *out, const char *path,
			   tw_error *err);

#endif
