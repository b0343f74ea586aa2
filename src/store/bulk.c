/**
 * @file src/store/bulk.c  Rows of one table, many an INSERT
 *
 * A full block goes in by one statement, what is left over row by row. The
 * many are INSERT OR FAIL, whose rows before the one that was there stay: so
 * SQLite need not keep a copy of every page for taking them back, and the
 * count of changes tells which one it was.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "bulk.h"

struct row_bytes {
	char bytes[TW_BULK_BYTES];
	size_t used;
};

struct tw__bulk {
	tw_store *store;        /* borrowed */
	struct tw_stmt *many, *one;
	unsigned int columns;
	size_t count;           /* whole rows */
	/* row by row; to many they are bound where they stand, and bindings
	 * outlive a reset: so only what differs from the block before is bound
	 * again, and half the columns of a file hardly ever change */
	struct tw__cell *cells;
	struct row_bytes *texts;
};

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
	tw_free(bulk->cells);
	tw_free(bulk->texts);
	tw_free(bulk);
}

struct tw__cell *tw__bulk_row(struct tw__bulk *bulk)
{
	assert(bulk->count < TW_BULK_ROWS);
	bulk->texts[bulk->count].used = 0;
	return &bulk->cells[bulk->count * bulk->columns];
}

static void put(struct tw__bulk *bulk, unsigned int column, char kind,
		struct tw_str data)
{
	struct row_bytes *row = &bulk->texts[bulk->count];

	assert(column < bulk->columns);
	assert(data.l <= TW_BULK_BYTES - row->used);
	if (data.l)
		memcpy(&row->bytes[row->used], data.p, data.l);
	tw__cell_set(&bulk->cells[bulk->count * bulk->columns + column], kind,
		     (int64_t)data.l << 32 | (int64_t)row->used);
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
	bulk->count++;
	return bulk->count == TW_BULK_ROWS;
}

size_t tw__bulk_count(const struct tw__bulk *bulk)
{
	return bulk->count;
}

int64_t tw__bulk_value(const struct tw__bulk *bulk, size_t row,
		       unsigned int column)
{
	return bulk->cells[row * bulk->columns + column].value;
}

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
	tw_status status;

	bind_new(bulk);
	status = tw__run(bulk->many, &why);
	*out = status ? (size_t)tw__changes(bulk->store) : TW_BULK_ROWS;
	if (!status || status == TW_EEXIST)
		return TW_OK;
	if (err)
		*err = why;
	return status;
}

static tw_status insert_one(bool *is_new, struct tw__bulk *bulk, size_t row,
			    tw_error *err)
{
	tw_status status;

	for (unsigned int c = 0; c < bulk->columns; c++)
		bind_cell(bulk->one, (int)c + 1,
			  &bulk->cells[row * bulk->columns + c],
			  &bulk->texts[row]);
	status = tw__run(bulk->one, err);
	*is_new = !status && tw__changes(bulk->store) > 0;
	return status;
}

tw_status tw__bulk_flush(bool is_new[TW_BULK_ROWS], struct tw__bulk *bulk,
			 tw_error *err)
{
	size_t count = bulk->count, done = 0;
	tw_status status = TW_OK;

	bulk->count = 0;
	if (count == TW_BULK_ROWS) {
		status = insert_many(&done, bulk, err);
		for (size_t i = 0; i < done; i++)
			is_new[i] = true;
	}
	for (; !status && done < count; done++)
		status = insert_one(&is_new[done], bulk, done, err);
	return status;
}
