/**
 * @file src/accounts/quarantine.c  Rows that were put aside
 *
 * Decides which of them still wait for somebody: not those of a batch that
 * was taken back, nor those of a file that was imported again since, which
 * has its own by then, nor a conflict whose call was stored after it. A file
 * that was mended has other bytes: it is known by its name, and by bringing
 * all the good rows of the older one again, since an export that is written
 * anew each day has the same name and says nothing of the day before.
 */
#include <stdio.h>
#include "listing.h"

#define SELECT_ASIDE "WITH spoken AS (SELECT b.id, b.made_us FROM batch b " \
	"WHERE (b.id = ?1 OR ?1 = 0) AND b.undone_us = 0 " \
	"AND b.rows_rejected + b.conflicts > 0 " \
	"AND NOT EXISTS (SELECT 1 FROM batch l WHERE b.file_hash <> '' " \
	"AND l.file_hash = b.file_hash AND l.id > b.id " \
	"AND l.undone_us = 0) " \
	"AND NOT EXISTS (SELECT 1 FROM batch l WHERE b.file_name <> '' " \
	"AND l.file_name = b.file_name AND l.source = b.source " \
	"AND l.id > b.id AND l.undone_us = 0 " \
	"AND b.rows_stored + b.duplicates BETWEEN 1 AND l.duplicates)) " \
	"SELECT q.batch, q.kind, q.line, q.field, q.reason, q.record, " \
	"b.made_us FROM quarantine q JOIN spoken b ON b.id = q.batch " \
	"WHERE q.key IS NULL OR NOT EXISTS (SELECT 1 FROM call c " \
	"WHERE c.start_us = q.start_us AND c.key = q.key AND c.undone = 0 " \
	"AND c.batch > q.batch) ORDER BY q.batch, q.line, q.id"

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

static tw_status load(struct tw_listing *list, tw_store *store, void *arg,
		      tw_error *err)
{
	const uint64_t *batch = arg;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, SELECT_ASIDE, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)*batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_row(list, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_import_rejects(tw_listing **out, tw_store *store, uint64_t batch,
			    tw_error *err)
{
	if (batch > INT64_MAX)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "batch", "there is "
				   "no such batch; see import list");
	return tw__listing_make(out, store, load, &batch, err);
}
