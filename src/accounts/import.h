/**
 * @file src/accounts/import.h  An import from inside
 *
 * import.c takes rows and commits, import_file.c reads files, import_block.c
 * lets calls of a file go in together, import_aside.c keeps rows that are not
 * stored; import_live.c lets an import go on after its commit, and closes
 * calls that nobody will finish.
 */
#ifndef TW_SRC_ACCOUNTS_IMPORT_H
#define TW_SRC_ACCOUNTS_IMPORT_H

#include "base/hash.h"
#include "call_legs.h"
#include "call_shift.h"
#include "call_starts.h"
#include "formats/preset.h"
#include "ledger.h"
#include "open_call.h"

/* From here on a thread is worth its start. */
#define TW_IMPORT_BESIDE_BYTES (1u << 20)

struct tw_import {
	tw_store *store;
	struct tw_tx tx;
	bool open;              /* the transaction is ours to end */
	uint32_t flags;         /* TW_IMPORT_... */
	size_t beside_from;     /* bytes of a file that is worth a thread */
	tw_status failed;       /* of a call that no count can express */
	char *source, *preset, *zone_name, *trunk_pattern;
	enum record_group group;        /* what the preset's rows are */
	char *file_name, *carrier;
	char file_hash[2 * TW_HASH_MAX + 1];    /* of the last one; or "" */
	int64_t made_us;        /* when the batch began */
	const tw_numbering_lookup *lookup;
	int64_t seen, day;      /* data_version and day of open_parts() */
	tw_zone *zone;          /* NULL: times carry offsets */
	struct tw__book book;
	struct tw_dial_rule rule;
	struct tw__call_ids ids;
	struct tw__owners *owners;
	struct tw__rater *rater;
	struct tw__rollup rollup;
	struct tw__preset *reading;     /* while a file is read */
	struct tw__preset_options file; /* ... and how */
	tw_import_read_fn read;         /* ... and of what, if not in memory */
	void *read_arg;
	struct tw__bytes bytes;
	struct tw__shift *shift;        /* while a file is read */
	struct tw__starts *starts;      /* likewise */
	struct tw__legs *legs;          /* made by the first that wants it */
	struct tw__import_block *block; /* calls that wait for others */
	struct tw_rejects *rejects;
	tw_counts counts;
	bool known_file;        /* the same bytes are there already */
	bool wide;              /* the store has a greater cache meanwhile */
	int64_t first_us, last_us;
	int64_t newest_identity;        /* before the transaction */
	uint64_t passed_over;           /* likewise */
	bool any_open;          /* calls under way are in the store */
	bool closing;           /* one of them is stored as it stands */
	enum record_own own;    /* what the call below says that it is */
	bool key_moves;         /* its key is made of its start too */
	struct tw__call call;   /* scratch: it is too big for stacks */
	tw_error why;           /* likewise, to be cleared for every row */
};

/* After its commit: more records in another transaction, without reading
 * directory and tariffs again unless somebody else has written to the store.
 * They join the same batch on the same day (UTC); counts are the batch's.
 * @return TW_OK, TW_EBUSY (writer lock: try again), else the import is to be
 * freed */
tw_status tw__import_resume(tw_import *import, tw_error *err);

/* Stores calls that are taken for dead as they stand, and marks them, in the
 * import's transaction. each() is told their ids. */
typedef void tw__closed_h(const char *call_id, tw_status status,
			  const char *text, void *arg);
tw_status tw__import_close_dead(tw_import *import,
				const struct tw__dead *which,
				tw__closed_h *each, void *arg, tw_error *err);

/* ---- between the files ---- */

/* May it take rows? @return TW_OK, TW_EINVAL, or what failed before */
tw_status tw__import_usable(const struct tw_import *import, tw_error *err);
/* One record, counted; as tw_import_add(). */
tw_status tw__import_row(struct tw_import *import, const tw_cdr *cdr,
			 tw_error *err);
/* Of a file: is the call there with another start; and, where it is about to
 * be stored, did it stand in the file with one? @return TW_OK, TW_ECONFLICT,
 * or what the store says */
tw_status tw__import_shift(struct tw_import *import, tw_error *err);
tw_status tw__import_shift_own(struct tw_import *import, tw_error *err);
/* Not stored, but kept and shown, behind what came before it. @return why's
 * status, or what the store says */
tw_status tw__import_put_aside(struct tw_import *import, const char *kind,
			       const tw_cdr *cdr, const tw_error *why,
			       tw_error *err);

#define TW_ASIDE_TEXT 1024
struct tw__aside {
	const char *kind;       /* "reject" or "conflict" */
	const tw_error *why;    /* its field: member of tw_cdr */
	int64_t line;
	const char *column;     /* what the source calls that field */
	tw_time start;          /* 0: cannot be read */
	uint64_t key;           /* likewise */
	char text[TW_ASIDE_TEXT];
};
tw_status tw__import_keep_aside(struct tw_import *import,
				const struct tw__aside *aside, tw_error *err);
void tw__import_say_conflict(tw_error *why, const char *call_id, bool closed);

/* What import->call adds to the books, and away again. */
struct tw__import_sum {
	struct tw__posted posted;
	struct tw__rollup_row row;
};
tw_status tw__import_sum(struct tw__import_sum *out, struct tw_import *import,
			 tw_error *err);
void tw__import_unsum(struct tw_import *import, struct tw__import_sum *sum);
/* The batch has a call of that start. */
void tw__import_span(struct tw_import *import, tw_time start);

/* May import->call wait for others of its file, and let it: TW_OK counts it in
 * the books and as stored, which the flush may take back. TW_ERANGE: a sum
 * would overflow, perhaps for one that waits and will be taken back. */
bool tw__import_may_wait(const struct tw_import *import);
tw_status tw__import_wait(struct tw_import *import, tw_error *err);
/* Those that wait are in. Before anything reads calls or says how the import
 * stands. @return TW_OK, or what the store says: the import has failed */
tw_status tw__import_flush(struct tw_import *import, tw_error *err);

/* The number of a new batch; its row is written last, at the commit. */
tw_status tw__import_batch(struct tw_import *import, tw_error *err);
/* What an import learns of the store, and its batch. */
tw_status tw__import_open(struct tw_import *import, tw_error *err);
void tw__import_close(struct tw_import *import);
/* Days since 1970, UTC. */
int64_t tw__import_day(const struct tw_import *import);
/* Rows that are no calls. */
uint64_t tw__import_passed_over(const struct tw_import *import);

#endif
