/**
 * @file src/store/bulk.h  Rows of one table, many an INSERT
 *
 * Decides how rows that come one by one get into a table together: 32 of them
 * by one statement cost three quarters of what they cost one by one. Refuses
 * to overwrite: it tells which rows were there before.
 */
#ifndef TW_SRC_STORE_BULK_H
#define TW_SRC_STORE_BULK_H

#include "beside.h"
#include "db.h"

#define TW_BULK_ROWS  32u
#define TW_BULK_BYTES 512u      /* of texts and blobs in a row */
#define TW_BULK_AHEAD 8u        /* blocks that may be sent and not taken */

struct tw__bulk;

/* `into`: "call (start_us, key)"; so many columns. */
tw_status tw__bulk_new(struct tw__bulk **out, tw_store *store,
		       const char *into, unsigned int columns, tw_error *err);
void tw__bulk_free(struct tw__bulk *bulk);

/* One value of a row. */
struct tw__cell {
	int64_t value;          /* or size << 32 | place of bytes */
	char kind;              /* 0 not set, n NULL, i number, t text,
				   b blob */
	bool is_new;            /* not what this place had before */
};
static inline void tw__cell_set(struct tw__cell *cell, char kind,
				int64_t value)
{
	cell->is_new |= (cell->kind != kind) | (cell->value != value);
	cell->kind = kind;
	cell->value = value;
}
static inline void tw__cell_i64(struct tw__cell *cell, int64_t value)
{
	tw__cell_set(cell, 'i', value);
}
static inline void tw__cell_null(struct tw__cell *cell)
{
	tw__cell_set(cell, 'n', 0);
}

/* Columns of the row to come, from 0, every one of them, in place, for there
 * are dozens a row; begun anew by each call. Bytes are put behind it, and
 * copied: those of a row have TW_BULK_BYTES together. */
struct tw__cell *tw__bulk_row(struct tw__bulk *bulk);
void tw__bulk_text(struct tw__bulk *bulk, unsigned int column,
		   struct tw_str text);
void tw__bulk_blob(struct tw__bulk *bulk, unsigned int column,
		   struct tw_str blob);
/* The row is whole. True: there is no room for another one. */
bool tw__bulk_end_row(struct tw__bulk *bulk);

/* Of those that are not sent. */
size_t tw__bulk_count(struct tw__bulk *bulk);
/* All rows that are whole, in their order; is_new[row] says that it was not
 * there before, by any unique key. Failing, some may be in: the transaction is
 * to be rolled back. */
tw_status tw__bulk_flush(bool is_new[TW_BULK_ROWS], struct tw__bulk *bulk,
			 tw_error *err);

/* The same in two steps: what was sent is inserted meanwhile by the thread
 * that the blocks go to (NULL: none, each is inserted as it is sent), and
 * taken in its order. With a thread TW_BULK_AHEAD blocks can be sent before
 * one has to be taken, else one. Setting it forgets what was not taken. */
tw_status tw__bulk_beside(struct tw__bulk *bulk, struct tw__beside *beside,
			  tw_error *err);
void tw__bulk_send(struct tw__bulk *bulk);
/* Blocks that are sent and not taken. */
size_t tw__bulk_sent(const struct tw__bulk *bulk);
/* One can be taken without waiting for long, or has to be. */
bool tw__bulk_is_due(struct tw__bulk *bulk);
/* The oldest. */
tw_status tw__bulk_take(bool is_new[TW_BULK_ROWS], size_t *count,
			struct tw__bulk *bulk, tw_error *err);

#endif
