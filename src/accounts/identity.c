/**
 * @file src/accounts/identity.c  People whom nothing refers to
 *
 * A record's numbers get their ids before anybody knows whether the record is
 * new. Decides which of those ids were made for nothing. Refuses to look at
 * older ones: that is tw_privacy_retain()'s.
 */
#include "identity.h"

tw_status tw__identity_newest(int64_t *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT max(id) FROM identity", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

static void mark(bool *used, size_t count, int64_t place)
{
	if (place > 0 && (size_t)place <= count)
		used[place - 1] = true;
}

static tw_status mark_used(bool *used, size_t count, tw_store *store,
			   const int64_t of[4], tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT caller, callee FROM call_row WHERE start_us >= ? "
		"AND start_us <= ? AND batch = ? UNION ALL "
		"SELECT caller, callee FROM open_call", err);

	if (status)
		return status;
	for (int i = 0; i < 3; i++)
		tw__bind_i64(stmt, i + 1, of[i]);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		mark(used, count, tw__col_i64(stmt, 0) - of[3]);
		mark(used, count, tw__col_i64(stmt, 1) - of[3]);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status drop(tw_store *store, int64_t id, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"DELETE FROM identity WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	return tw__run(stmt, err);
}

tw_status tw__identity_prune(tw_store *store, int64_t newest, int64_t batch,
			     const int64_t range[2], tw_error *err)
{
	int64_t now = newest;
	size_t count;
	bool *used;
	tw_status status = tw__identity_newest(&now, store, err);

	if (status || now <= newest)
		return status;
	count = (size_t)(now - newest);
	used = tw_calloc(count, sizeof(*used));
	if (!used)
		return tw__fail_oom(err);
	status = mark_used(used, count, store, (const int64_t []){
		range[0], range[1], batch, newest }, err);
	for (size_t i = 0; !status && i < count; i++) {
		if (!used[i])
			status = drop(store, newest + 1 + (int64_t)i, err);
	}
	tw_free(used);
	return status;
}
