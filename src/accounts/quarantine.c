/**
 * @file src/accounts/quarantine.c  Rows that were put aside
 *
 * Decides which of them still wait for somebody: not those of a batch that
 * was taken back, nor those of a file that was imported again since, which
 * has its own by then.
 */
#include <stdio.h>
#include "listing.h"

#define SELECT_ASIDE "SELECT q.batch, q.kind, q.line, q.field, q.reason, " \
	"q.record, b.made_us FROM quarantine q " \
	"JOIN batch b ON b.id = q.batch " \
	"WHERE (q.batch = ?1 OR ?1 = 0) AND b.undone_us = 0 " \
	"AND NOT EXISTS (SELECT 1 FROM batch l WHERE b.file_hash <> '' " \
	"AND l.file_hash = b.file_hash AND l.id > b.id " \
	"AND l.undone_us = 0) ORDER BY q.batch, q.line, q.id"

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
