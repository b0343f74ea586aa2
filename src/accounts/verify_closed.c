/**
 * @file src/accounts/verify_closed.c  Is a closed month as it was closed?
 *
 * Decides by what its close wrote down (proof.c): each part of the month has
 * as many rows as it had, and they say the same. Of a month that was closed
 * before closes wrote anything down it says so instead of calling it broken.
 * Names the month and what of it differs; which row, only a seal knows.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "report_period.h"
#include "verify_closed.h"

static void TW_PRINTF(2, 3) breaks(tw_verdict *verdict, const char *fmt, ...)
{
	va_list args;

	verdict->holds = false;
	va_start(args, fmt);
	vsnprintf(verdict->detail, sizeof(verdict->detail), fmt, args);
	va_end(args);
}

static void month_text(char out[16], int64_t month)
{
	snprintf(out, 16, "%04d-%02d", (int)(month / 100),
		 (int)(month % 100));
}

static const char *const part_names[TW_PROOF_PARTS] = {
	"what was written down of its close", "charges of calls",
	"charges of forwarded legs", "rents", "one-off fees",
	"recurring items", "commitments", "differences of tiers", "calls",
	"changes of calls", "calls taken back", "batches", "runs",
	"what calls used up"
};

/* No posting of a closed month is younger than its close. */
static tw_status check_late(tw_verdict *verdict, tw_store *store,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT count(*), min(o.id) FROM posting o WHERE EXISTS "
		"(SELECT 1 FROM period p WHERE p.month >= o.month "
		"AND o.id > p.last_posting)", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	if (tw__col_i64(stmt, 0))
		breaks(verdict, "%" PRId64 " postings of a closed month are "
		       "later than its close, first %" PRId64,
		       tw__col_i64(stmt, 0), tw__col_i64(stmt, 1));
	tw__reset(stmt);
	return TW_OK;
}

/* Who came when a month was the first open one knows that those before it
 * were closed. */
static tw_status check_opened(tw_verdict *verdict, tw_store *store,
			      tw_error *err)
{
	struct tw_stmt *stmt;
	char month[16];
	int64_t open;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT max(m), (SELECT max(month) FROM period) FROM ("
		"SELECT max(open_month) AS m FROM batch UNION ALL "
		"SELECT max(undone_month) FROM batch UNION ALL "
		"SELECT max(open_month) FROM amendment_run UNION ALL "
		"SELECT max(CASE WHEN of_month <> 0 THEN month END) "
		"FROM posting)", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	open = tw__col_i64(stmt, 0);
	if (open && tw__month_add(tw__col_i64(stmt, 1), 1) < open) {
		month_text(month, tw__month_add(open, -1));
		breaks(verdict, "%s was closed and is open now", month);
	}
	tw__reset(stmt);
	return TW_OK;
}

/* Months follow each other, and since one is proved, all are. */
static tw_status check_order(tw_verdict *verdict, int64_t *unproved,
			     tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t last = 0, proved = 0;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT month, proved, EXISTS (SELECT 1 FROM period_proof f "
		"WHERE f.month = p.month AND f.part = 0) FROM period p "
		"ORDER BY month", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		int64_t at = tw__col_i64(stmt, 0), has = tw__col_i64(stmt, 1);
		char month[16];

		month_text(month, at);
		if (last && at != tw__month_add(last, 1) && verdict->holds)
			breaks(verdict, "the month before %s is not closed",
			       month);
		if ((has != tw__col_i64(stmt, 2) || has < proved) &&
		    verdict->holds)
			breaks(verdict, "%s lacks what was written down of "
			       "its close", month);
		last = at;
		proved = has;
		*unproved += !has;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* The written sum is taken from the one of now; the first part that differs
 * is told, the period's own row (which all parts change) last. */
static void judge(tw_verdict *verdict, const struct tw__proof_month *month,
		  const struct tw__proof_month *written)
{
	char text[16];

	month_text(text, month->month);
	for (int64_t i = 1; i <= TW_PROOF_PARTS; i++) {
		int64_t part = i % TW_PROOF_PARTS;
		const struct tw__proof_sum *now = &month->parts[part];
		const struct tw__proof_sum *was = &written->parts[part];

		if (now->rows == was->rows && now->digest == was->digest)
			continue;
		if (part)
			breaks(verdict, "%s of %s are not as they were "
			       "closed: %" PRId64 " rows, %" PRId64 " then",
			       part_names[part], text, now->rows, was->rows);
		else
			breaks(verdict, "%s is not as %s was closed",
			       part_names[part], text);
		return;
	}
}

static tw_status read_written(struct tw__proof_month *out, bool *any,
			      tw_store *store, int64_t month, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT part, row_count, digest FROM period_proof "
		"WHERE month = ?", err);

	memset(out, 0, sizeof(*out));
	*any = false;
	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		int64_t part = tw__col_i64(stmt, 0);

		*any = true;
		if (part >= 0 && part < TW_PROOF_PARTS)
			out->parts[part] = (struct tw__proof_sum){
				tw__col_i64(stmt, 1),
				(uint64_t)tw__col_i64(stmt, 2) };
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status check_months(tw_verdict *verdict, struct tw__scan *scan,
			      tw_error *err)
{
	tw_status status = tw__proof_tables(&scan->proof, scan->store,
					    &scan->book, err);

	for (size_t i = 0; !status && verdict->holds &&
	     i < scan->proof.count; i++) {
		struct tw__proof_month written, *month =
			&scan->proof.months[i];
		bool any;

		status = read_written(&written, &any, scan->store,
				      month->month, err);
		if (!status && any)
			judge(verdict, month, &written);
	}
	return status;
}

/* What was written down of a month that is not closed now. */
static tw_status check_lost(tw_verdict *verdict, tw_store *store,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	char month[16];
	tw_status status = tw__stmt(&stmt, store,
		"SELECT min(month) FROM period_proof WHERE month NOT IN "
		"(SELECT month FROM period)", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	if (tw__col_i64(stmt, 0)) {
		month_text(month, tw__col_i64(stmt, 0));
		breaks(verdict, "%s was closed and is open now", month);
	}
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__verify_closed(tw_verdict *verdict, struct tw__scan *scan,
			    tw_error *err)
{
	int64_t unproved = 0;
	tw_status status = tw__scan_is_whole(scan, err);

	verdict->holds = true;
	if (!status)
		status = check_lost(verdict, scan->store, err);
	if (!status && verdict->holds)
		status = check_opened(verdict, scan->store, err);
	if (!status && verdict->holds)
		status = check_order(verdict, &unproved, scan->store, err);
	if (!status && verdict->holds)
		status = check_late(verdict, scan->store, err);
	if (!status && verdict->holds)
		status = check_months(verdict, scan, err);
	if (status || !verdict->holds)
		return status;
	snprintf(verdict->detail, sizeof(verdict->detail), "%zu closed "
		 "months are as they were closed", scan->proof.count);
	if (unproved)
		snprintf(verdict->detail, sizeof(verdict->detail), "%zu "
			 "closed months are as they were closed; not proved "
			 "are %" PRId64 ", closed by an older trunkwise",
			 scan->proof.count - (size_t)unproved, unproved);
	return TW_OK;
}
