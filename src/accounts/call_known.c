/**
 * @file src/accounts/call_known.c  Is a call there, and with what content
 *
 * Decides by the primary key. A file that comes again asks for its calls in
 * about the order in which they stand in the table, so one cursor goes along
 * with it: a step costs a third of a search. Refuses to look past what was
 * inserted meanwhile: tw__known_rest() ends the walk.
 */
#include <string.h>
#include "call_known.h"

#define STEPS_MAX 8     /* before a search is the shorter way */

struct tw__known {
	struct tw_stmt *from;
	bool walking;           /* the cursor stands on the call below */
	tw_time start;
	int64_t key;
	uint64_t content;
};

tw_status tw__known_new(struct tw__known **out, tw_store *store,
			tw_error *err)
{
	struct tw__known *known = tw_calloc(1, sizeof(*known));
	tw_status status;

	if (!known)
		return tw__fail_oom(err);
	status = tw__stmt_new(&known->from, store,
		"SELECT start_us, key, content FROM call_row "
		"WHERE (start_us, key) >= (?, ?) AND undone = 0 "
		"ORDER BY start_us, key", err);
	if (status) {
		tw_free(known);
		return status;
	}
	*out = known;
	return TW_OK;
}

void tw__known_free(struct tw__known *known)
{
	if (!known)
		return;
	tw__stmt_free(known->from);
	tw_free(known);
}

void tw__known_rest(struct tw__known *known)
{
	if (known && known->walking)
		tw__reset(known->from);
	if (known)
		known->walking = false;
}

static tw_status step(struct tw__known *known, tw_error *err)
{
	tw_status status = tw__step(known->from, err);

	known->walking = status == TW_OK;
	if (status)
		return status;
	known->start = tw__col_i64(known->from, 0);
	known->key = tw__col_i64(known->from, 1);
	known->content = (uint64_t)tw__col_i64(known->from, 2);
	return TW_OK;
}

/* Where the cursor stands, seen from a call: before, on or behind it. */
static int place(const struct tw__known *known, tw_time start, int64_t key)
{
	if (known->start != start)
		return known->start < start ? -1 : 1;
	return known->key == key ? 0 : known->key < key ? -1 : 1;
}

/* Behind the call after a step from before it: there is no such call. */
static tw_status walk(struct tw__known *known, tw_time start, int64_t key,
		      tw_error *err)
{
	tw_status status = TW_OK;
	int steps = 0;

	if (!known->walking || place(known, start, key) > 0)
		return TW_ITER_END;
	while (!status && place(known, start, key) < 0) {
		if (steps++ == STEPS_MAX)
			return TW_ITER_END;
		status = step(known, err);
	}
	if (status == TW_ITER_END)
		return TW_ENOTFOUND;
	if (status)
		return status;
	return place(known, start, key) ? TW_ENOTFOUND : TW_OK;
}

tw_status tw__known_find(uint64_t *content, struct tw__known *known,
			 tw_time start, uint64_t key, tw_error *err)
{
	tw_status status = walk(known, start, (int64_t)key, err);

	if (status == TW_ITER_END) {
		tw__known_rest(known);
		tw__bind_i64(known->from, 1, start);
		tw__bind_i64(known->from, 2, (int64_t)key);
		status = step(known, err);
		if (status == TW_ITER_END ||
		    (!status && place(known, start, (int64_t)key)))
			status = TW_ENOTFOUND;
	}
	if (!status)
		*content = known->content;
	return status;
}

tw_status tw__known_or_near(tw_store *store, const struct tw__call *call,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	if (!tw__call_check_year(call, NULL))
		return TW_OK;
	status = tw__stmt(&stmt, store, "SELECT 1 FROM call_row "
		"WHERE start_us = ? AND key = ? AND undone = 0", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, call->cdr.start);
	tw__bind_i64(stmt, 2, (int64_t)call->key);
	status = tw__step(stmt, err);
	if (status == TW_ITER_END)
		return tw__call_check_year(call, err);
	tw__reset(stmt);
	return status;
}

tw_status tw__known_as_found(tw_store *store, struct tw__call *call,
			     tw_error *err)
{
	const uint64_t key = call->key, content = call->content;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, "SELECT 1 FROM call_row "
		"WHERE start_us = ? AND key = ? AND undone = 0", err);

	if (status)
		return status;
	tw__call_hash(call);
	tw__bind_i64(stmt, 1, call->cdr.start);
	tw__bind_i64(stmt, 2, (int64_t)call->key);
	call->key = key;
	call->content = content;
	status = tw__step(stmt, err);
	tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status ? status : TW_EEXIST;
}
