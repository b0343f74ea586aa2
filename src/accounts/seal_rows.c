/**
 * @file src/accounts/seal_rows.c  The rows of a day, as bytes
 *
 * Decides what of a call, an amendment and a posting is sealed, and to which
 * day it belongs: a call as it came in, each change of it as a row of its
 * own where that was posted, a posting with its month. So what is allowed to
 * happen to a closed month (late calls, undo, re-rating, erased numbers)
 * touches no day of it. Refuses to know hashes of days before and the table.
 */
#include <stdlib.h>
#include <string.h>
#include "amendment.h"
#include "base/hash.h"
#include "call.h"
#include "seal.h"

/* A row of the call that is being read: rows of one call are put in the order
 * of their digests, since `undone`, by which they are found, may change. */
struct waiting {
	int64_t day;
	char kind;
	uint8_t digest[TW_SEAL_HASH];
};

struct reading {
	struct tw__seal_rows *out;
	const struct tw__seal_ask *ask;
	struct tw__book *book;
	struct tw_stmt *records; /* in step with history */
	struct tw_buf bytes;
	struct waiting *waiting;
	size_t count, capacity;
	int64_t start, key;      /* of those that wait */
	struct tw__standing last, now;
	size_t unit;             /* the one used before */
};

void tw__seal_rows_free(struct tw__seal_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		tw__buf_free(&rows->units[i].checks);
	tw_free(rows->units);
	tw_free(rows->labels);
	memset(rows, 0, sizeof(*rows));
}

const struct tw__seal_unit *tw__seal_unit_of(const struct tw__seal_rows *rows,
					     int64_t day)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->units[i].day == day)
			return &rows->units[i];
	}
	return NULL;
}

/* NULL: no memory. */
static struct tw__seal_unit *find_unit(struct reading *r, int64_t day)
{
	struct tw__seal_rows *rows = r->out;
	struct tw__seal_unit *unit;

	for (size_t i = 0; i < rows->count; i++) {
		size_t at = (r->unit + i) % rows->count;

		if (rows->units[at].day == day) {
			r->unit = at;
			return &rows->units[at];
		}
	}
	if (tw__grow((void **)&rows->units, &rows->capacity, rows->count + 1,
		     sizeof(*unit)))
		return NULL;
	r->unit = rows->count++;
	unit = &rows->units[r->unit];
	memset(unit, 0, sizeof(*unit));
	unit->day = day;
	tw__buf_init(&unit->checks);
	return unit;
}

static uint32_t check_of(const uint8_t digest[TW_SEAL_HASH])
{
	return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
		(uint32_t)digest[2] << 8 | digest[3];
}

static tw_status put_label(struct reading *r,
			   const struct tw__seal_label *label, tw_error *err)
{
	struct tw__seal_rows *rows = r->out;

	if (tw__grow((void **)&rows->labels, &rows->label_capacity,
		     rows->label_count + 1, sizeof(*label)))
		return tw__fail_oom(err);
	rows->labels[rows->label_count++] = *label;
	return TW_OK;
}

static tw_status put_row(struct reading *r, const struct waiting *row,
			 int64_t key, tw_error *err)
{
	uint8_t both[2 * TW_SEAL_HASH];
	struct tw__seal_unit *unit = find_unit(r, row->day);

	if (!unit)
		return tw__fail_oom(err);
	memcpy(both, unit->digest, TW_SEAL_HASH);
	memcpy(&both[TW_SEAL_HASH], row->digest, TW_SEAL_HASH);
	tw__sha256(unit->digest, both, sizeof(both));
	unit->rows++;
	if (r->ask->checks && tw__buf_append(&unit->checks, row->digest, 4))
		return tw__fail_oom(err);
	if (row->day != r->ask->watch)
		return TW_OK;
	return put_label(r, &(struct tw__seal_label){ check_of(row->digest),
		row->kind, row->kind == 'p' ? 0 : r->start, key }, err);
}

static int by_digest(const void *x, const void *y)
{
	const struct waiting *a = x, *b = y;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return memcmp(a->digest, b->digest, TW_SEAL_HASH);
}

static tw_status put_waiting(struct reading *r, tw_error *err)
{
	tw_status status = TW_OK;

	if (r->count > 1)
		qsort(r->waiting, r->count, sizeof(*r->waiting), by_digest);
	for (size_t i = 0; !status && i < r->count; i++)
		status = put_row(r, &r->waiting[i], r->key, err);
	r->count = 0;
	return status;
}

/* ---- as bytes ---- */

static void put_i64(struct tw_buf *bytes, int64_t value)
{
	unsigned char out[8];

	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
	tw__buf_append(bytes, out, sizeof(out));
}

static void put_standing(struct tw_buf *bytes, const struct tw__standing *s)
{
	const int64_t values[] = { s->department, s->carrier, s->number,
		s->leg, s->rate_state, s->reason, s->tariff_version,
		s->rate_row, s->charged_s, s->cost_nanos, s->vat_nanos };

	for (size_t i = 0; i < TW_ARRAY_COUNT(values); i++)
		put_i64(bytes, values[i]);
}

/* kinds: a letter for each column, 'i' integer, 'b' bytes, '-' left out. A
 * length and NULL are told apart from what follows. */
static void put_columns(struct tw_buf *bytes, struct tw_stmt *stmt,
			const char *kinds)
{
	for (int i = 0; kinds[i]; i++) {
		bool null = tw__col_is_null(stmt, i);
		const void *data;
		size_t size;

		if (kinds[i] == '-')
			continue;
		tw__buf_append(bytes, null ? "n" : &kinds[i], 1);
		if (null)
			continue;
		if (kinds[i] == 'i') {
			put_i64(bytes, tw__col_i64(stmt, i));
			continue;
		}
		data = tw__col_blob(stmt, i, &size);
		put_i64(bytes, (int64_t)size);
		if (size)
			tw__buf_append(bytes, data, size);
	}
}

static tw_status digest_bytes(struct waiting *row, struct reading *r,
			      tw_error *err)
{
	if (r->bytes.failed)
		return tw__fail_oom(err);
	tw__sha256(row->digest, r->bytes.data, r->bytes.size);
	return TW_OK;
}

static tw_status wait_for(struct reading *r, struct waiting *row,
			  tw_error *err)
{
	int64_t month = row->day / 100;
	tw_status status;

	if (month < r->ask->months[0] || month > r->ask->months[1])
		return TW_OK;
	status = digest_bytes(row, r, err);
	if (status)
		return status;
	if (tw__grow((void **)&r->waiting, &r->capacity, r->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	r->waiting[r->count++] = *row;
	return TW_OK;
}

/* ---- calls and what became of them ---- */

/* The direction is that of its first day, which amendments may have changed
 * since: a closed month lives through that. */
#define SELECT_RECORDS "SELECT start_us, key, undone, content, batch, " \
	"marks, call_id, linked, sequence, coalesce((SELECT a.direction " \
	"FROM amendment a WHERE a.start_us = call.start_us " \
	"AND a.key = call.key AND a.batch = call.batch AND a.side = 0 " \
	"AND a.direction IS NOT NULL ORDER BY a.run LIMIT 1), direction), " \
	"status, " \
	"answer_after_us, end_after_us, duration_us, caller, callee, trunk, " \
	"source_cost_nanos FROM call ORDER BY start_us, key, undone"
#define RECORD_KINDS "ii-iiibbiiiiiiiiii"

/* The amendments of the call before lead to what its row says, or not. */
static void check_last(struct reading *r)
{
	if (!tw__standing_is(&r->last, &r->now) && !r->out->astray.kind)
		r->out->astray = (struct tw__seal_label){ 0, 'c', r->start,
			r->key };
}

static tw_status next_call(struct reading *r, const struct tw__event *event,
			   tw_error *err)
{
	const struct tw__stored *call = event->call;
	tw_status status = TW_OK;

	check_last(r);
	if (call->start != r->start || call->key != r->key)
		status = put_waiting(r, err);
	if (!status)
		status = tw__step(r->records, err);
	if (status == TW_ITER_END ||
	    (!status && (tw__col_i64(r->records, 0) != call->start ||
			 tw__col_i64(r->records, 1) != call->key)))
		return tw__fail(err, TW_ESTORE, "the calls of a day are not "
				"in their order; run verify");
	r->start = call->start;
	r->key = call->key;
	r->last = *event->standing;
	r->now = call->now;
	return status;
}

static void follow(struct reading *r, const struct tw__event *event)
{
	if (event->posted.sign < 0 &&
	    !tw__standing_is(&r->last, event->standing) &&
	    !r->out->astray.kind)
		r->out->astray = (struct tw__seal_label){ 0, 'a', r->start,
			r->key };
	if (event->run && event->posted.sign > 0)
		r->last = *event->standing;
}

static int64_t day_of(struct reading *r, const struct tw__event *event)
{
	int64_t month = tw__posted_month(&event->posted, r->book);
	int64_t day = tw__book_day(r->book, event->posted.start);

	return month == day / 100 ? day : month * 100;
}

static tw_status read_event(const struct tw__event *event, void *arg,
			    tw_error *err)
{
	struct reading *r = arg;
	bool first = !event->run && event->posted.sign > 0;
	struct waiting row = { .kind = event->run ? 'a' : first ? 'c' : 'u' };
	tw_status status = TW_OK;

	if (first)
		status = next_call(r, event, err);
	else
		follow(r, event);
	if (status)
		return status;
	row.day = day_of(r, event);
	tw__buf_clear(&r->bytes);
	tw__buf_append(&r->bytes, &row.kind, 1);
	if (first) {
		put_columns(&r->bytes, r->records, RECORD_KINDS);
	} else {
		put_i64(&r->bytes, event->call->start);
		put_i64(&r->bytes, event->call->key);
		put_i64(&r->bytes, event->call->batch);
		put_i64(&r->bytes, event->run);
		put_i64(&r->bytes, event->posted.sign);
	}
	put_standing(&r->bytes, event->standing);
	if (event->turned)
		put_i64(&r->bytes, event->standing->direction);
	return wait_for(r, &row, err);
}

/* ---- postings ---- */

#define POSTING_KINDS "iiiiiiibiiiiiiiiib"

static tw_status read_postings(struct reading *r, tw_store *store,
			       tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store,
		"SELECT id, entry, account_kind, account, amount_nanos, "
		"net_nanos, vat_nanos, currency, kind, correction, month, "
		"of_month, batch, run, subject, made_us, who, reference "
		"FROM posting WHERE month >= ? AND month <= ? ORDER BY id",
		err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, r->ask->months[0]);
	tw__bind_i64(stmt, 2, r->ask->months[1]);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct waiting row = { .kind = 'p' };

		row.day = tw__col_i64(stmt, 10) * 100;
		tw__buf_clear(&r->bytes);
		tw__buf_append(&r->bytes, &row.kind, 1);
		put_columns(&r->bytes, stmt, POSTING_KINDS);
		status = digest_bytes(&row, r, err);
		if (!status)
			status = put_row(r, &row, tw__col_i64(stmt, 0), err);
		if (status)
			break;
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__seal_rows(struct tw__seal_rows *out, tw_store *store,
			struct tw__book *book, const struct tw__seal_ask *ask,
			tw_error *err)
{
	static const int64_t always[2] = TW_ALWAYS;
	struct tw__seal_rows rows = { .units = NULL };
	struct reading r = { .out = &rows, .ask = ask, .book = book };
	tw_status status = tw__stmt_new(&r.records, store, SELECT_RECORDS,
					err);

	if (status)
		return status;
	tw__buf_init(&r.bytes);
	status = tw__history_scan(store, always, read_event, &r, err);
	if (!status)
		status = put_waiting(&r, err);
	if (!status) {
		check_last(&r);
		status = read_postings(&r, store, err);
	}
	tw__stmt_free(r.records);
	tw__buf_free(&r.bytes);
	tw_free(r.waiting);
	if (status) {
		tw__seal_rows_free(&rows);
		return status;
	}
	*out = rows;
	return TW_OK;
}
