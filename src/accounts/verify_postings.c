/**
 * @file src/accounts/verify_postings.c  Is every posting made by its calls?
 *
 * Decides whether what was posted for a batch or an amendment run is what the
 * history of its calls makes of it, month by month, to the nano-unit, with
 * net and VAT. Refuses to believe the rollup, which is proved by itself.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "history.h"
#include "ledger.h"
#include "verify_postings.h"

static void TW_PRINTF(3, 4) says(tw_verdict *verdict, bool holds,
				 const char *fmt, ...)
{
	va_list args;

	verdict->holds = holds;
	va_start(args, fmt);
	vsnprintf(verdict->detail, sizeof(verdict->detail), fmt, args);
	va_end(args);
}

static tw_status add(struct tw__rollup *sums, const struct tw__rollup_key *key,
		     const struct tw__sums *of, int sign, tw_error *err)
{
	struct tw__rollup_row *row;
	tw_status status = tw__rollup_row(&row, sums, key, err);

	/* what overflows here is surely not equal */
	if (!status && !tw__sums_add(&row->sums, of, sign))
		row->sums.calls = INT64_MIN;
	return status;
}

tw_status tw__postings_event(struct tw__rollup *sums,
			     const struct tw__event *event,
			     const struct tw__rollup_row *row,
			     struct tw__book *book, tw_error *err)
{
	struct tw__rollup_key key = { 0 };
	struct tw__sums money = { 0 };

	if (!row->key.currency)
		return TW_OK;
	key.period = tw__posted_month(&event->posted, book);
	key.department = row->key.department;
	key.carrier = row->key.carrier;
	key.number = event->batch;
	key.destination = event->run;
	key.direction = row->key.direction == TW_DIRECTION_FORWARD;
	key.currency = row->key.currency;
	money.cost_nanos = row->sums.cost_nanos;
	money.net_nanos = row->sums.net_nanos;
	money.vat_nanos = row->sums.vat_nanos;
	return add(sums, &key, &money, event->posted.sign, err);
}

/* Before schema 6 nobody wrote net and VAT down: `answered` counts such. */
static tw_status take_posted(struct tw__rollup *sums, tw_store *store,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT d.month, d.account, p.account, d.batch, d.run, "
		"d.kind, w.id, d.amount_nanos, d.net_nanos, d.vat_nanos "
		"FROM posting d JOIN posting p ON p.entry = d.entry "
		"AND p.id <> d.id LEFT JOIN word w ON w.text = d.currency "
		"WHERE d.account_kind = 1 AND (d.batch <> 0 OR d.run <> 0)",
		err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const struct tw__rollup_key key = {
			.period = tw__col_i64(stmt, 0),
			.department = tw__col_i64(stmt, 1),
			.carrier = tw__col_i64(stmt, 2),
			.number = tw__col_i64(stmt, 3),
			.destination = tw__col_i64(stmt, 4),
			.direction = tw__col_i64(stmt, 5) ==
				TW_POSTING_FORWARD,
			.currency = tw__col_i64(stmt, 6) };
		const struct tw__sums money = {
			.cost_nanos = tw__col_i64(stmt, 7),
			.net_nanos = tw__col_i64(stmt, 8),
			.vat_nanos = tw__col_i64(stmt, 9),
			.answered = -tw__col_is_null(stmt, 8) };

		status = add(sums, &key, &money, -1, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static bool is_equal(const struct tw__sums *sums)
{
	struct tw__sums left = *sums;

	if (left.answered)
		left.answered = left.net_nanos = left.vat_nanos = 0;
	return tw__sums_are_zero(&left);
}

tw_status tw__verify_postings(tw_verdict *verdict, struct tw__scan *scan,
			      tw_error *err)
{
	struct tw__rollup *sums = &scan->postings;
	const struct tw__rollup_key *first = NULL;
	int64_t bad = 0;
	tw_status status = tw__scan_is_whole(scan, err);

	if (!status)
		status = take_posted(sums, scan->store, err);
	if (status)
		return status;
	for (size_t i = 0; i < sums->count; i++) {
		if (!is_equal(&sums->rows[i].sums) && !bad++)
			first = &sums->rows[i].key;
	}
	if (bad)
		says(verdict, false, "%" PRId64 " sums of departments differ "
		     "from their calls, first in %s %" PRId64, bad,
		     first->number ? "batch" : "run", first->number ?
		     first->number : first->destination);
	else if (scan->astray != TW_TIME_MAX)
		says(verdict, false, "the call of %" PRId64 " does not follow "
		     "from its amendments", scan->astray);
	else
		says(verdict, true, "%zu sums of batch, month, department and "
		     "carrier equal their calls", sums->count);
	return TW_OK;
}
