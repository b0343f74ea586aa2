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

/* In the keys: number is the batch, destination the run, direction 1 where it
 * is a leg but the first one. */
struct sums {
	struct tw__rollup rollup;
	struct tw__book book;
};

static tw_status add(struct sums *sums, const struct tw__rollup_key *key,
		     const struct tw__sums *of, int sign, tw_error *err)
{
	struct tw__rollup_row *row;
	tw_status status = tw__rollup_row(&row, &sums->rollup, key, err);

	/* what overflows here is surely not equal */
	if (!status && !tw__sums_add(&row->sums, of, sign))
		row->sums.calls = INT64_MIN;
	return status;
}

static tw_status add_event(const struct tw__event *event, void *arg,
			   tw_error *err)
{
	struct sums *sums = arg;
	struct tw__rollup_row row;
	struct tw__rollup_key key = { 0 };
	struct tw__sums money = { 0 };

	tw__stored_row(&row, event->call, event->standing);
	if (!row.key.currency)
		return TW_OK;
	key.period = tw__posted_month(&event->posted, &sums->book);
	key.department = row.key.department;
	key.carrier = row.key.carrier;
	key.number = event->batch;
	key.destination = event->run;
	key.direction = row.key.direction == TW_DIRECTION_FORWARD;
	key.currency = row.key.currency;
	money.cost_nanos = row.sums.cost_nanos;
	money.net_nanos = row.sums.net_nanos;
	money.vat_nanos = row.sums.vat_nanos;
	return add(sums, &key, &money, event->posted.sign, err);
}

/* Before schema 6 nobody wrote net and VAT down: `answered` counts such. */
static tw_status take_posted(struct sums *sums, tw_store *store,
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

tw_status tw__verify_postings(tw_verdict *verdict, tw_store *store,
			      tw_error *err)
{
	const struct tw__rollup_key *first = NULL;
	struct sums sums = { { 0 }, { 0 } };
	int64_t bad = 0;
	tw_status status = tw__book_open(&sums.book, store, "UTC", err);

	if (status)
		return status;
	status = tw__history_scan(store, add_event, &sums, err);
	if (!status)
		status = take_posted(&sums, store, err);
	for (size_t i = 0; i < sums.rollup.count; i++) {
		if (!is_equal(&sums.rollup.rows[i].sums) && !bad++)
			first = &sums.rollup.rows[i].key;
	}
	if (!status && bad)
		says(verdict, false, "%" PRId64 " sums of departments differ "
		     "from their calls, first in %s %" PRId64, bad,
		     first->number ? "batch" : "run", first->number ?
		     first->number : first->destination);
	else if (!status)
		says(verdict, true, "%zu sums of batch, month, department and "
		     "carrier equal their calls", sums.rollup.count);
	tw__rollup_free(&sums.rollup);
	tw__book_close(&sums.book);
	return status;
}

tw_status tw__verify_closed(tw_verdict *verdict, tw_store *store,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t bad, first;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT count(*), min(o.id), (SELECT count(*) FROM period) "
		"FROM posting o WHERE EXISTS (SELECT 1 FROM period p "
		"WHERE p.month >= o.month AND o.id > p.last_posting)", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	bad = tw__col_i64(stmt, 0);
	first = tw__col_i64(stmt, 1);
	if (bad)
		says(verdict, false, "%" PRId64 " postings of a closed month "
		     "are later than its close, first %" PRId64, bad, first);
	else
		says(verdict, true, "%" PRId64 " closed months are as they "
		     "were closed", tw__col_i64(stmt, 2));
	tw__reset(stmt);
	return TW_OK;
}
