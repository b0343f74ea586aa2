/**
 * @file src/store/each.c  Rows that never leave SQLite's loop
 *
 * A step returns to the caller for every row, and every column is a call
 * back: over a year of calls that is a third of the time. Here the columns
 * are arguments of an aggregate function, which SQLite calls inside its loop.
 * Decides how a row gets out and how a failure gets in. Refuses to know what
 * is added up.
 */
#include "handle.h"

struct tw__row {
	sqlite3_value **values;
};

struct tw_each {
	tw__each_fn *fn;
	void *arg;
	tw_error *err;
	tw_status status;
};

static void on_row(sqlite3_context *context, int count,
		   sqlite3_value **values)
{
	tw_store *store = sqlite3_user_data(context);
	struct tw_each *each = store->each;
	struct tw__row row = { values };

	(void)count;
	if (!each) {
		sqlite3_result_error(context, "tw_each has nobody to tell",
				     -1);
		return;
	}
	each->status = each->fn(&row, each->arg, each->err);
	if (each->status)
		sqlite3_result_error(context, "stopped", -1);
}


static void on_end(sqlite3_context *context)
{
	sqlite3_result_null(context);
}


tw_status tw__each_new(struct tw_stmt **out, tw_store *store,
		       const char *sql, tw_error *err)
{
	tw_status status = tw__store_usable(store, err);
	int code;

	if (status)
		return status;
	/* once: while a statement runs it could not be done again */
	if (!store->tells_rows) {
		code = sqlite3_create_function_v2(store->db, "tw_each", -1,
			SQLITE_UTF8 | SQLITE_DIRECTONLY, store, NULL, on_row,
			on_end, NULL);
		if (code)
			return tw__store_fail(store, code, "cannot read rows",
					      err);
		store->tells_rows = true;
	}
	return tw__stmt_new(out, store, sql, err);
}


tw_status tw__each(struct tw_stmt *stmt, tw__each_fn *fn, void *arg,
		   tw_error *err)
{
	tw_store *store = stmt->store;
	struct tw_each each = { fn, arg, err, TW_OK }, *outer = store->each;
	int code = stmt->failure;
	tw_status status = TW_OK;

	(void)tw__store_meet(store);
	store->each = &each;
	if (!code)
		code = sqlite3_step(stmt->handle);
	store->each = outer;
	if (each.status)
		status = each.status;   /* fn has filled err */
	else if (code != SQLITE_ROW && code != SQLITE_DONE)
		status = tw__store_fail(store, code, "the store refused",
					err);
	tw__reset(stmt);
	return status;
}


int64_t tw__row_i64(const struct tw__row *row, int column)
{
	return sqlite3_value_int64(row->values[column]);
}


void tw__row_all(int64_t *out, const struct tw__row *row, int count)
{
	for (int i = 0; i < count; i++)
		out[i] = sqlite3_value_int64(row->values[i]);
}


bool tw__row_is_null(const struct tw__row *row, int column)
{
	return sqlite3_value_type(row->values[column]) == SQLITE_NULL;
}


const char *tw__row_text(const struct tw__row *row, int column)
{
	const unsigned char *text = sqlite3_value_text(row->values[column]);

	return text ? (const char *)text : "";
}
