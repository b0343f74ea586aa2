/**
 * @file src/accounts/open_call.c  Calls under way
 *
 * An interim record is a running total: it says how the call stands, and the
 * next one replaces it. So records may be lost, late or doubled and nothing
 * is counted twice; the sum of what each adds is the call. Decides which of
 * two records of a call is the later one (by its end), and whose calls nobody
 * will finish. Refuses to price them: a call is charged once, as a whole.
 */
#include <stdio.h>
#include <string.h>
#include "cdr_pack.h"
#include "listing.h"
#include "open_call.h"
#include <trunkwise/recorder.h>

#define KIND 'I'

static tw_status ask(bool *out, struct tw_stmt *stmt, tw_error *err)
{
	tw_status status = tw__step(stmt, err);

	if (!status)
		tw__reset(stmt);
	*out = status == TW_OK;
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__open_call_any(bool *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM open_call LIMIT 1", err);

	return status ? status : ask(out, stmt, err);
}

/* One statement with the call's key in its first two places. */
static tw_status of_call(struct tw_stmt **out, tw_store *store,
			 const char *sql, const struct tw__call *call,
			 tw_error *err)
{
	tw_status status = tw__stmt(out, store, sql, err);

	if (status)
		return status;
	tw__bind_i64(*out, 1, call->cdr.start);
	tw__bind_i64(*out, 2, (int64_t)call->key);
	return TW_OK;
}

/* ---- keeping ---- */

static tw_status pack(struct tw_buf *out, const struct tw__call *call,
		      tw_error *err)
{
	tw_cdr cdr = call->cdr;

	/* their ids stand beside it */
	cdr.caller = cdr.callee = NULL;
	cdr.source = call->source;
	cdr.flags &= ~TW_CDR_INTERIM;
	return tw__cdr_pack(out, KIND, &cdr, err);
}

static tw_status put(tw_store *store, const struct tw__call *call,
		     const int64_t people[2], const char *host, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw_buf record;
	struct tw_stmt *stmt;
	tw_status status = of_call(&stmt, store,
		"INSERT INTO open_call (start_us, key, host, seen_us, end_us, "
		"caller, callee, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT (start_us, key) DO UPDATE SET "
		"host = excluded.host, seen_us = excluded.seen_us, "
		"end_us = excluded.end_us, caller = excluded.caller, "
		"callee = excluded.callee, record = excluded.record, "
		"batch = 0 WHERE excluded.end_us > end_us OR batch <> 0",
		call, err);

	if (status)
		return status;
	tw__buf_init(&record);
	status = pack(&record, call, err);
	tw__bind_text(stmt, 3, host);
	tw__bind_i64(stmt, 4, clock->wall(clock->arg));
	tw__bind_i64(stmt, 5, call->end_us ? call->end_us : call->cdr.start);
	tw__bind_i64(stmt, 6, people[0]);
	tw__bind_i64(stmt, 7, people[1]);
	if (!status) {
		tw__bind_blob(stmt, 8, record.data, record.size);
		status = tw__run(stmt, err);
	}
	tw__buf_free(&record);
	return status || tw__changes(store) ? status : TW_EEXIST;
}

tw_status tw__open_call_keep(tw_store *store, const struct tw__call *call,
			     struct tw__call_ids *ids, const char *host,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t people[2];
	bool over = false;
	tw_status status = of_call(&stmt, store,
		"SELECT 1 FROM call_row WHERE start_us = ? AND key = ? "
		"AND undone = 0", call, err);

	if (!status)
		status = ask(&over, stmt, err);
	if (!status && over)
		return TW_EEXIST;
	if (!status)
		status = tw__call_check_year(call, err);
	if (!status)
		status = tw__intern_id(&people[0], &ids->identities,
				       call->caller, err);
	if (!status)
		status = tw__intern_id(&people[1], &ids->identities,
				       call->callee, err);
	return status ? status : put(store, call, people, host, err);
}

/* ---- ending ---- */

tw_status tw__open_call_end(tw_store *store, const struct tw__call *call,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = of_call(&stmt, store,
		"DELETE FROM open_call WHERE start_us = ? AND key = ?", call,
		err);

	return status ? status : tw__run(stmt, err);
}

tw_status tw__open_call_close(tw_store *store, const struct tw__call *call,
			      int64_t batch, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = of_call(&stmt, store,
		"UPDATE open_call SET batch = ?3, record = x'' "
		"WHERE start_us = ?1 AND key = ?2", call, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 3, batch);
	return tw__run(stmt, err);
}

tw_status tw__open_call_is_closed(bool *out, tw_store *store,
				  const struct tw__call *call, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = of_call(&stmt, store,
		"SELECT 1 FROM open_call WHERE start_us = ? AND key = ? "
		"AND batch <> 0", call, err);

	return status ? status : ask(out, stmt, err);
}

/* ---- the dead ---- */

#define DEAD_COLUMNS "SELECT key, record, " \
	"(SELECT digits FROM identity WHERE id = caller), " \
	"(SELECT digits FROM identity WHERE id = callee) " \
	"FROM open_call WHERE batch = 0 AND "

void tw__dead_call_free(struct tw__dead_call *call)
{
	tw__buf_free(&call->record);
}

static tw_status read_dead(struct tw__dead_call *out, struct tw_stmt *stmt,
			   tw_error *err)
{
	size_t size;
	const void *record = tw__col_blob(stmt, 1, &size);
	tw_status status;

	tw__buf_clear(&out->record);
	if (tw__buf_append(&out->record, record, size))
		return tw__fail_oom(err);
	out->key = tw__col_i64(stmt, 0);
	snprintf(out->caller, sizeof(out->caller), "%s",
		 tw__col_text(stmt, 2));
	snprintf(out->callee, sizeof(out->callee), "%s",
		 tw__col_text(stmt, 3));
	status = tw__cdr_unpack(&out->cdr,
				(const unsigned char *)out->record.data, size,
				err);
	if (status)
		return tw__fail(err, TW_ESTORE, "an open call holds a record "
				"that is none; run verify");
	out->cdr.caller = out->caller;
	out->cdr.callee = out->callee;
	return TW_OK;
}

tw_status tw__open_call_dead(struct tw__dead_call *out, tw_store *store,
			     const struct tw__dead *which, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = which->before ?
		tw__stmt(&stmt, store, DEAD_COLUMNS
			 "host <> ? AND seen_us < ? "
			 "ORDER BY start_us, key LIMIT 1", err) :
		tw__stmt(&stmt, store, DEAD_COLUMNS
			 "host = ? ORDER BY start_us, key LIMIT 1", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, which->host);
	if (which->before)
		tw__bind_i64(stmt, 2, which->before);
	status = tw__step(stmt, err);
	if (status)
		return status;
	status = read_dead(out, stmt, err);
	tw__reset(stmt);
	return status;
}

tw_status tw__open_call_drop(tw_store *store, const struct tw__dead_call *call,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"DELETE FROM open_call WHERE start_us = ? AND key = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, call->cdr.start);
	tw__bind_i64(stmt, 2, call->key);
	return tw__run(stmt, err);
}

/* ---- the list ---- */

static tw_status list_closed(tw_listing *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT o.start_us, o.host, o.batch, c.duration_us, "
		"CASE WHEN typeof(c.call_id) = 'text' THEN c.call_id "
		"ELSE lower(hex(c.call_id)) END FROM open_call AS o "
		"CROSS JOIN call AS c ON c.start_us = o.start_us "
		"AND c.key = o.key AND c.undone = 0 WHERE o.batch <> 0 "
		"ORDER BY o.start_us, o.key", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_listing_row row = TW_LISTING_ROW_INIT;

		row.at = tw__col_i64(stmt, 0);
		row.calls = (uint64_t)tw__col_i64(stmt, 2);
		row.seconds = tw__col_i64(stmt, 3) / TW_SECOND;
		snprintf(row.kind, sizeof(row.kind), "closed");
		tw__utf8_cut(row.detail, sizeof(row.detail),
			     tw__col_text(stmt, 1));
		tw__utf8_cut(row.key, sizeof(row.key),
			     tw__col_text(stmt, 4));
		status = tw__listing_add(out, &row, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status add_open(tw_listing *out, struct tw_stmt *stmt,
			  tw_error *err)
{
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_cdr cdr = TW_CDR_INIT;
	size_t size;
	const void *record = tw__col_blob(stmt, 0, &size);
	tw_status status = tw__cdr_unpack(&cdr, record, size, err);

	if (status)
		return status;
	row.at = cdr.start;
	row.seconds = cdr.duration_us / TW_SECOND;
	snprintf(row.kind, sizeof(row.kind), "open");
	tw__utf8_cut(row.key, sizeof(row.key), cdr.call_id);
	tw__utf8_cut(row.detail, sizeof(row.detail), tw__col_text(stmt, 1));
	return tw__listing_add(out, &row, err);
}

static tw_status list_open(tw_listing *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT record, host FROM open_call WHERE batch = 0 "
		"ORDER BY start_us, key", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_open(out, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status fill_calls(struct tw_listing *list, tw_store *store,
			    void *arg, tw_error *err)
{
	tw_status status = list_open(list, store, err);

	(void)arg;
	return status ? status : list_closed(list, store, err);
}

tw_status tw_open_calls(tw_listing **out, tw_store *store, tw_error *err)
{
	return tw__listing_make(out, store, fill_calls, NULL, err);
}
