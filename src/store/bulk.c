/**
 * @file src/store/bulk.c  Rows of one table, many an INSERT
 *
 * A full block goes in by one statement, what is left over row by row. The
 * many are INSERT OR FAIL, whose rows before the one that was there stay: so
 * SQLite need not keep a copy of every page for taking them back, and the
 * count of changes tells which one it was.
 *
 * Where a thread inserts (beside.c), it gets what differs from the block
 * before, and has the rest: a third of the cells, and what one processor has
 * in its cache costs the other one as much as an insert.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "bulk.h"
#include "handle.h"

struct row_bytes {
	char bytes[TW_BULK_BYTES];
	size_t used;
};

struct change {
	int64_t value;
	uint16_t at;            /* of all cells */
	char kind;
};

/* A block on its way. */
struct block {
	struct tw__bulk *bulk;
	size_t count;           /* whole rows */
	uint64_t number;        /* of the work of a thread */
	bool is_new[TW_BULK_ROWS];
	tw_status status;
	tw_error why;
	/* for a thread only */
	struct row_bytes *texts;
	struct change *changes;
	size_t change_count;
};

struct tw__bulk {
	tw_store *store;        /* borrowed */
	struct tw_stmt *many, *one;
	unsigned int columns;
	/* row by row; to many they are bound, and bindings outlive a reset: so
	 * only what differs from the block before is bound again, and half the
	 * columns of a file hardly ever change */
	struct tw__cell *cells;
	struct row_bytes *texts;        /* bound where they stand */
	struct block ring[TW_BULK_AHEAD + 1];
	size_t first, sent;     /* of the ring; the next one is filled */
	struct tw__beside *beside;      /* borrowed */
	struct tw__cell *bound; /* the thread's: what many has */
	tw_status failed;       /* ... of a block before */
	tw_error why;
};

static struct block *filled(struct tw__bulk *bulk)
{
	return &bulk->ring[(bulk->first + bulk->sent) %
		TW_ARRAY_COUNT(bulk->ring)];
}

static struct row_bytes *texts_of(struct tw__bulk *bulk, struct block *block)
{
	return bulk->beside ? block->texts : bulk->texts;
}

static tw_status prepare(struct tw_stmt **out, const struct tw__bulk *bulk,
			 const char *into, unsigned int rows, tw_error *err)
{
	struct tw_buf sql;
	tw_status status;

	tw__buf_init(&sql);
	tw__buf_printf(&sql, "INSERT %sINTO %s VALUES ",
		       rows > 1 ? "OR FAIL " : "", into);
	for (unsigned int r = 0; r < rows; r++) {
		for (unsigned int c = 0; c < bulk->columns; c++)
			tw__buf_text(&sql, c ? ", ?" : r ? ", (?" : "(?");
		tw__buf_text(&sql, ")");
	}
	if (rows == 1)
		tw__buf_text(&sql, " ON CONFLICT DO NOTHING");
	status = sql.failed ? tw__fail_oom(err) :
		tw__stmt_new(out, bulk->store, sql.data, err);
	tw__buf_free(&sql);
	return status;
}

tw_status tw__bulk_new(struct tw__bulk **out, tw_store *store,
		       const char *into, unsigned int columns, tw_error *err)
{
	struct tw__bulk *bulk = tw_calloc(1, sizeof(*bulk));
	tw_status status;

	if (!bulk)
		return tw__fail_oom(err);
	bulk->store = store;
	bulk->columns = columns;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bulk->ring); i++) {
		bulk->ring[i].bulk = bulk;
		bulk->ring[i].why = (tw_error)TW_ERROR_INIT;
	}
	bulk->cells = tw_calloc(TW_BULK_ROWS * columns,
				sizeof(*bulk->cells));
	bulk->texts = tw_calloc(TW_BULK_ROWS, sizeof(*bulk->texts));
	status = bulk->cells && bulk->texts ? TW_OK : tw__fail_oom(err);
	if (!status)
		status = prepare(&bulk->one, bulk, into, 1, err);
	if (!status)
		status = prepare(&bulk->many, bulk, into, TW_BULK_ROWS, err);
	if (status) {
		tw__bulk_free(bulk);
		return status;
	}
	*out = bulk;
	return TW_OK;
}

void tw__bulk_free(struct tw__bulk *bulk)
{
	if (!bulk)
		return;
	tw__stmt_free(bulk->many);
	tw__stmt_free(bulk->one);
	for (size_t i = 0; i < TW_ARRAY_COUNT(bulk->ring); i++) {
		tw_free(bulk->ring[i].texts);
		tw_free(bulk->ring[i].changes);
	}
	tw_free(bulk->bound);
	tw_free(bulk->cells);
	tw_free(bulk->texts);
	tw_free(bulk);
}

struct tw__cell *tw__bulk_row(struct tw__bulk *bulk)
{
	struct block *block = filled(bulk);

	assert(block->count < TW_BULK_ROWS);
	texts_of(bulk, block)[block->count].used = 0;
	return &bulk->cells[block->count * bulk->columns];
}

static void put(struct tw__bulk *bulk, unsigned int column, char kind,
		struct tw_str data)
{
	struct block *block = filled(bulk);
	struct row_bytes *row = &texts_of(bulk, block)[block->count];

	assert(column < bulk->columns);
	assert(data.l <= TW_BULK_BYTES - row->used);
	if (data.l)
		memcpy(&row->bytes[row->used], data.p, data.l);
	tw__cell_set(&bulk->cells[block->count * bulk->columns + column],
		     kind, (int64_t)data.l << 32 | (int64_t)row->used);
	row->used += data.l;
}

void tw__bulk_text(struct tw__bulk *bulk, unsigned int column,
		   struct tw_str text)
{
	put(bulk, column, 't', text);
}

void tw__bulk_blob(struct tw__bulk *bulk, unsigned int column,
		   struct tw_str blob)
{
	put(bulk, column, 'b', blob);
}

bool tw__bulk_end_row(struct tw__bulk *bulk)
{
	return ++filled(bulk)->count == TW_BULK_ROWS;
}

size_t tw__bulk_count(struct tw__bulk *bulk)
{
	return filled(bulk)->count;
}

/* ---- into the table ---- */

static void bind_bytes(struct tw_stmt *stmt, int index,
		       const struct tw__cell *cell,
		       const struct row_bytes *row)
{
	const char *p = &row->bytes[cell->value & 0xffffffff];
	size_t size = (size_t)(cell->value >> 32);

	if (cell->kind == 't')
		tw__bind_kept_text(stmt, index, tw__str(p, size));
	else
		tw__bind_kept_blob(stmt, index, p, size);
}

static void bind_cell(struct tw_stmt *stmt, int index,
		      const struct tw__cell *cell,
		      const struct row_bytes *row)
{
	if (cell->kind == 'i')
		tw__bind_i64(stmt, index, cell->value);
	else if (cell->kind == 't' || cell->kind == 'b')
		bind_bytes(stmt, index, cell, row);
	else
		tw__bind_null(stmt, index);
}

/* Bytes of one size at one place are bound, whatever they are now. */
static void bind_new(struct tw__bulk *bulk)
{
	struct tw__cell *cell = bulk->cells;
	int index = 0;

	for (size_t row = 0; row < TW_BULK_ROWS; row++) {
		for (unsigned int c = 0; c < bulk->columns; c++, cell++) {
			index++;
			if (!cell->is_new)
				continue;
			bind_cell(bulk->many, index, cell, &bulk->texts[row]);
			cell->is_new = false;
		}
	}
}

/* @return how many went in before one that was there */
static tw_status insert_many(size_t *out, struct tw__bulk *bulk,
			     tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status = tw__run(bulk->many, &why);

	*out = status ? (size_t)tw__changes(bulk->store) : TW_BULK_ROWS;
	if (!status || status == TW_EEXIST)
		return TW_OK;
	if (err)
		*err = why;
	return status;
}

static tw_status insert_one(bool *is_new, struct tw__bulk *bulk,
			    const struct tw__cell *cells,
			    const struct row_bytes *row, tw_error *err)
{
	tw_status status;

	for (unsigned int c = 0; c < bulk->columns; c++)
		bind_cell(bulk->one, (int)c + 1, &cells[c], row);
	status = tw__run(bulk->one, err);
	*is_new = !status && tw__changes(bulk->store) > 0;
	return status;
}

/* A block that is full is bound to many already. */
static void insert(struct block *block, const struct tw__cell *cells,
		   const struct row_bytes *texts)
{
	struct tw__bulk *bulk = block->bulk;
	size_t done = 0;

	block->status = TW_OK;
	if (block->count == TW_BULK_ROWS) {
		block->status = insert_many(&done, bulk, &block->why);
		for (size_t i = 0; i < done; i++)
			block->is_new[i] = true;
	}
	for (; !block->status && done < block->count; done++)
		block->status = insert_one(&block->is_new[done], bulk,
			&cells[done * bulk->columns], &texts[done],
			&block->why);
}

/* ---- beside the caller ---- */

static void keep_changes(struct block *block)
{
	struct tw__bulk *bulk = block->bulk;
	const size_t cells = TW_BULK_ROWS * bulk->columns;
	struct change *change = block->changes;

	for (size_t i = 0; i < cells; i++) {
		struct tw__cell *cell = &bulk->cells[i];

		if (!cell->is_new)
			continue;
		*change++ = (struct change){ cell->value, (uint16_t)i,
			cell->kind };
		cell->is_new = false;
	}
	block->change_count = (size_t)(change - block->changes);
}

/* In the thread. */
static void bind_changes(const struct block *block)
{
	struct tw__bulk *bulk = block->bulk;

	for (size_t i = 0; i < block->change_count; i++) {
		const struct change *change = &block->changes[i];
		struct tw__cell *cell = &bulk->bound[change->at];

		cell->kind = change->kind;
		cell->value = change->value;
		bind_cell(bulk->many, change->at + 1, cell,
			  &bulk->texts[change->at / bulk->columns]);
	}
	for (size_t row = 0; row < TW_BULK_ROWS; row++)
		memcpy(bulk->texts[row].bytes, block->texts[row].bytes,
		       block->texts[row].used);
}

/* Likewise; after a failure nothing more is inserted. */
static tw_status insert_beside(void *arg)
{
	struct block *block = arg;
	struct tw__bulk *bulk = block->bulk;

	if (bulk->failed) {
		block->status = bulk->failed;
		block->why = bulk->why;
		return bulk->failed;
	}
	bind_changes(block);
	insert(block, bulk->bound, bulk->texts);
	bulk->failed = block->status;
	bulk->why = block->why;
	return block->status;
}

static tw_status make_ring(struct tw__bulk *bulk, tw_error *err)
{
	const size_t cells = TW_BULK_ROWS * bulk->columns;

	assert(cells <= UINT16_MAX);
	if (!bulk->bound)
		bulk->bound = tw_calloc(cells, sizeof(*bulk->bound));
	if (!bulk->bound)
		return tw__fail_oom(err);
	memcpy(bulk->bound, bulk->cells, cells * sizeof(*bulk->bound));
	for (size_t i = 0; i < TW_ARRAY_COUNT(bulk->ring); i++) {
		struct block *block = &bulk->ring[i];

		if (!block->texts)
			block->texts = tw_calloc(TW_BULK_ROWS,
						 sizeof(*block->texts));
		if (!block->changes)
			block->changes = tw_calloc(cells,
						   sizeof(*block->changes));
		if (!block->texts || !block->changes)
			return tw__fail_oom(err);
	}
	return TW_OK;
}

tw_status tw__bulk_beside(struct tw__bulk *bulk, struct tw__beside *beside,
			  tw_error *err)
{
	tw_status status = beside ? make_ring(bulk, err) : TW_OK;

	if (status)
		return status;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bulk->ring); i++)
		bulk->ring[i].count = 0;
	bulk->first = bulk->sent = 0;
	bulk->failed = TW_OK;
	bulk->beside = beside;
	return TW_OK;
}

void tw__bulk_send(struct tw__bulk *bulk)
{
	struct block *block = filled(bulk);

	assert(bulk->sent < (bulk->beside ? TW_BULK_AHEAD : 1));
	if (bulk->beside && block->count == TW_BULK_ROWS) {
		keep_changes(block);
		block->number = tw__beside_give(bulk->beside, insert_beside,
						block);
	}
	else if (!tw__store_meet(bulk->store)) {
		block->status = bulk->failed;
		block->why = bulk->why;
	}
	else {
		/* by itself, or left over behind all that was sent */
		if (block->count == TW_BULK_ROWS)
			bind_new(bulk);
		insert(block, bulk->cells, texts_of(bulk, block));
	}
	bulk->sent++;
}

size_t tw__bulk_sent(const struct tw__bulk *bulk)
{
	return bulk->sent;
}

/* Where the thread is the slower one it is waited for until half of the blocks
 * are done: it has the others meanwhile, and is asked less often. */
bool tw__bulk_is_due(struct tw__bulk *bulk)
{
	const struct block *oldest = &bulk->ring[bulk->first];

	if (!bulk->sent || !bulk->beside)
		return bulk->sent;
	if (bulk->sent == TW_BULK_AHEAD)
		tw__beside_wait(bulk->beside,
				oldest->number + TW_BULK_AHEAD / 2);
	return tw__beside_is_done(bulk->beside, oldest->number);
}

tw_status tw__bulk_take(bool is_new[TW_BULK_ROWS], size_t *count,
			struct tw__bulk *bulk, tw_error *err)
{
	struct block *block = &bulk->ring[bulk->first];

	assert(bulk->sent);
	if (bulk->beside)
		tw__beside_wait(bulk->beside, block->number);
	bulk->first = (bulk->first + 1) % TW_ARRAY_COUNT(bulk->ring);
	bulk->sent--;
	*count = block->count;
	block->count = 0;
	memcpy(is_new, block->is_new, *count * sizeof(*is_new));
	if (block->status && err)
		*err = block->why;
	return block->status;
}

tw_status tw__bulk_flush(bool is_new[TW_BULK_ROWS], struct tw__bulk *bulk,
			 tw_error *err)
{
	size_t count;

	assert(!bulk->sent);
	tw__bulk_send(bulk);
	return tw__bulk_take(is_new, &count, bulk, err);
}
