/**
 * @file src/accounts/quarantine.c  Rows that were put aside
 *
 * Decides which of them still wait for somebody: not those of a batch that
 * was taken back, nor those of a file that was imported again since, which
 * has its own by then, nor any whose record was stored after it: a conflict
 * with its start, a row that could not be read with a start near its own, or
 * near its file's where that is what could not be read. A file that was
 * mended has other bytes: it is known by its name, and by bringing all the
 * good rows of the older one again, since an export that is written anew each
 * day has the same name and says nothing of the day before.
 */
#include <stdio.h>
#include <stdlib.h>
#include "call_shift.h"
#include "listing.h"

/* A row that could not be read, and where its record is looked for. */
struct wait {
	uint64_t key;
	int64_t id, batch;
	tw_time from, to;
	bool over;
};

struct waits {
	tw_store *store;
	uint64_t of;            /* a batch, or 0: all */
	struct wait *rows;
	size_t count, capacity;
};

#define FROM_ASIDE "FROM quarantine q JOIN spoken b ON b.id = q.batch " \
	"WHERE (q.key IS NULL OR q.kind = 'reject' OR NOT EXISTS " \
	"(SELECT 1 FROM call c WHERE c.start_us = q.start_us " \
	"AND c.key = q.key AND c.undone = 0 AND c.batch > q.batch)) "
#define SPOKEN "WITH spoken AS (SELECT b.id, b.made_us, b.first_us, " \
	"b.last_us FROM batch b " \
	"WHERE (b.id = ?1 OR ?1 = 0) AND b.undone_us = 0 " \
	"AND b.rows_rejected + b.conflicts > 0 " \
	"AND NOT EXISTS (SELECT 1 FROM batch l WHERE b.file_hash <> '' " \
	"AND l.file_hash = b.file_hash AND l.id > b.id " \
	"AND l.undone_us = 0) " \
	"AND NOT EXISTS (SELECT 1 FROM batch l WHERE b.file_name <> '' " \
	"AND l.file_name = b.file_name AND l.source = b.source " \
	"AND l.id > b.id AND l.undone_us = 0 " \
	"AND b.rows_stored + b.duplicates BETWEEN 1 AND l.duplicates)) "
#define SELECT_ASIDE SPOKEN "SELECT q.batch, q.kind, q.line, q.field, " \
	"q.reason, q.record, b.made_us, q.id " FROM_ASIDE \
	"ORDER BY q.batch, q.line, q.id"
#define SELECT_WAITS SPOKEN "SELECT q.key, q.id, q.batch, " \
	"coalesce(q.start_us, b.first_us), coalesce(q.start_us, b.last_us) " \
	FROM_ASIDE "AND q.kind = 'reject' AND q.key IS NOT NULL " \
	"AND coalesce(q.start_us, b.first_us) <> 0 " \
	"AND EXISTS (SELECT 1 FROM batch l WHERE l.id > q.batch " \
	"AND l.undone_us = 0 AND l.rows_stored > 0)"

/* ---- those whose record came since ---- */

static int compare_keys(const void *x, const void *y)
{
	const struct wait *a = x, *b = y;

	return (a->key > b->key) - (a->key < b->key);
}

static int compare_ids(const void *x, const void *y)
{
	const struct wait *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

static tw_status load_waits(struct waits *w, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, w->store, SELECT_WAITS, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)w->of);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		void *mem = w->rows;

		if (tw__grow(&mem, &w->capacity, w->count + 1,
			     sizeof(*w->rows))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		w->rows = mem;
		w->rows[w->count++] = (struct wait){
			(uint64_t)tw__col_i64(stmt, 0), tw__col_i64(stmt, 1),
			tw__col_i64(stmt, 2),
			tw__col_i64(stmt, 3) - TW_SHIFT_MAX_US,
			tw__col_i64(stmt, 4) + TW_SHIFT_MAX_US, false };
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static void answer(struct waits *w, tw_time start, uint64_t key,
		   int64_t batch)
{
	size_t low = 0, high = w->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (w->rows[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < w->count && w->rows[low].key == key; low++) {
		struct wait *wait = &w->rows[low];

		wait->over |= batch > wait->batch && start >= wait->from &&
			start <= wait->to;
	}
}

static tw_status scan_calls(struct waits *w, tw_error *err)
{
	tw_time from = INT64_MAX, to = INT64_MIN;
	int64_t batch = INT64_MAX;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, w->store, "SELECT start_us, key, "
		"batch FROM call WHERE start_us >= ? AND start_us <= ? "
		"AND batch > ? AND undone = 0", err);

	if (status)
		return status;
	for (size_t i = 0; i < w->count; i++) {
		const struct wait *wait = &w->rows[i];

		from = wait->from < from ? wait->from : from;
		to = wait->to > to ? wait->to : to;
		batch = wait->batch < batch ? wait->batch : batch;
	}
	tw__bind_i64(stmt, 1, from);
	tw__bind_i64(stmt, 2, to);
	tw__bind_i64(stmt, 3, batch);
	while ((status = tw__step(stmt, err)) == TW_OK)
		answer(w, tw__col_i64(stmt, 0),
		       (uint64_t)tw__col_i64(stmt, 1),
		       tw__col_i64(stmt, 2));
	return status == TW_ITER_END ? TW_OK : status;
}

/* The calls are clustered by start, so one walk asks for all keys. */
static tw_status find_answers(struct waits *w, tw_error *err)
{
	tw_status status = load_waits(w, err);

	if (status || !w->count)
		return status;
	qsort(w->rows, w->count, sizeof(*w->rows), compare_keys);
	status = scan_calls(w, err);
	qsort(w->rows, w->count, sizeof(*w->rows), compare_ids);
	return status;
}

static bool is_over(const struct waits *w, int64_t id)
{
	const struct wait asked = { .id = id };
	const struct wait *found = w->count ? bsearch(&asked, w->rows,
		w->count, sizeof(asked), compare_ids) : NULL;

	return found && found->over;
}

/* ---- those that wait ---- */

static tw_status add_row(struct tw_listing *list, struct tw_stmt *stmt,
			 tw_error *err)
{
	tw_listing_row row = TW_LISTING_ROW_INIT;
	const char *field = tw__col_text(stmt, 3);
	char text[TW_ERROR_MESSAGE_MAX + 128];

	row.calls = (uint64_t)tw__col_i64(stmt, 0);
	row.seconds = tw__col_i64(stmt, 2);
	row.at = tw__col_i64(stmt, 6);
	snprintf(row.kind, sizeof(row.kind), "%s", tw__col_text(stmt, 1));
	snprintf(text, sizeof(text), "%s%s%s", field, *field ? ": " : "",
		 tw__col_text(stmt, 4));
	tw__utf8_cut(row.detail, sizeof(row.detail), text);
	tw__utf8_cut(row.key, sizeof(row.key), tw__col_text(stmt, 5));
	return tw__listing_add(list, &row, err);
}

static tw_status list_rows(struct tw_listing *list, const struct waits *w,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, w->store, SELECT_ASIDE, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)w->of);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (is_over(w, tw__col_i64(stmt, 7)))
			continue;
		status = add_row(list, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status load(struct tw_listing *list, tw_store *store, void *arg,
		      tw_error *err)
{
	struct waits waits = { .store = store, .of = *(uint64_t *)arg };
	tw_status status = find_answers(&waits, err);

	if (!status)
		status = list_rows(list, &waits, err);
	tw_free(waits.rows);
	return status;
}

tw_status tw_import_rejects(tw_listing **out, tw_store *store, uint64_t batch,
			    tw_error *err)
{
	if (batch > INT64_MAX)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "batch", "there is "
				   "no such batch; see import list");
	return tw__listing_make(out, store, load, &batch, err);
}
