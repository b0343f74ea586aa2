/**
 * @file src/accounts/verify.c  Does the store still add up?
 *
 * Decides by recomputing: every sum is built again from the rows below it
 * and compared. Refuses to repair; it names what is wrong. Read only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "history.h"
#include "ledger.h"
#include "rent.h"
#include "seal.h"
#include "store/shape.h"
#include "verify_closed.h"
#include "verify_ledger.h"
#include "verify_live.h"
#include "verify_postings.h"
#include "verify_usage.h"

struct report {
	tw_verdict *out;
	uint32_t room, count;
};

/* One invariant: TW_OK with holds and detail set, or a failure to look. */
typedef tw_status check_h(tw_verdict *verdict, tw_store *store,
			  tw_error *err);
typedef tw_status shared_h(tw_verdict *verdict, struct tw__scan *scan,
			   tw_error *err);

static void says(tw_verdict *verdict, bool holds, const char *fmt, ...)
	TW_PRINTF(3, 4);
static void says(tw_verdict *verdict, bool holds, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(verdict->detail, sizeof(verdict->detail), fmt, args);
	va_end(args);
	verdict->holds = holds;
}

static tw_status integrity(tw_verdict *verdict, tw_store *store,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, "PRAGMA integrity_check(1)",
				    err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	if (tw__finding_is_memory(tw__col_text(stmt, 0)))
		status = tw__fail_oom(err);
	else
		says(verdict, strcmp(tw__col_text(stmt, 0), "ok") == 0,
		     "%.200s", tw__col_text(stmt, 0));
	tw__reset(stmt);
	return status;
}

static tw_status schema(tw_verdict *verdict, tw_store *store, tw_error *err)
{
	char odd[200];
	tw_status status = tw__store_shape(odd, store, err);

	if (!status && *odd)
		says(verdict, false, "%.200s", odd);
	else if (!status)
		says(verdict, true, "tables, views and triggers are what "
		     "trunkwise makes");
	return status;
}

/* Counts the rows of a query that must find none and shows the first. */
static tw_status none_of(tw_verdict *verdict, tw_store *store,
			 const char *sql, const char *what, tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t count = 0, first = 0;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (!count++)
			first = tw__col_i64(stmt, 0);
	}
	if (status != TW_ITER_END)
		return status;
	if (count)
		says(verdict, false, "%" PRId64 " %s, first %" PRId64, count,
		     what, first);
	else
		says(verdict, true, "no %s", what);
	return TW_OK;
}

/* ---- calls against the rollup ---- */

static tw_status take_stored(struct tw__rollup *rollup, tw_store *store,
			     int64_t *lines, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT period, late, department, carrier, number, "
		"destination, direction, currency, calls, answered, missed, "
		"unrated, talk_us, cost_nanos, net_nanos, vat_nanos "
		"FROM rollup", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const struct tw__rollup_key key = {
			tw__col_i64(stmt, 0), tw__col_i64(stmt, 1),
			tw__col_i64(stmt, 2), tw__col_i64(stmt, 3),
			tw__col_i64(stmt, 4), tw__col_i64(stmt, 5),
			tw__col_i64(stmt, 6), tw__col_i64(stmt, 7) };
		const struct tw__sums sums = {
			tw__col_i64(stmt, 8), tw__col_i64(stmt, 9),
			tw__col_i64(stmt, 10), tw__col_i64(stmt, 11),
			tw__col_i64(stmt, 12), tw__col_i64(stmt, 13),
			tw__col_i64(stmt, 14), tw__col_i64(stmt, 15) };
		struct tw__rollup_row *row;

		++*lines;
		status = tw__rollup_row(&row, rollup, &key, err);
		/* what overflows here is surely not equal */
		if (!status && !tw__sums_add(&row->sums, &sums, -1))
			row->sums.calls = INT64_MIN;
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* Adds (sign 1) or takes (-1) rows of batch, currency's word, department,
 * carrier, amount; the batch is `number` of the key. */
static tw_status sum_rows(struct tw__rollup *sums, tw_store *store,
			  const char *sql, int sign, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const struct tw__rollup_key key = {
			.number = tw__col_i64(stmt, 0),
			.currency = tw__col_i64(stmt, 1),
			.department = tw__col_i64(stmt, 2),
			.carrier = tw__col_i64(stmt, 3) };
		const struct tw__sums one = {
			.cost_nanos = tw__col_i64(stmt, 4) };
		struct tw__rollup_row *row;

		status = tw__rollup_row(&row, sums, &key, err);
		/* what overflows here is surely not equal */
		if (!status && !tw__sums_add(&row->sums, &one, sign))
			row->sums.calls = 1;
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* How many sums are not zero; `first` is the key of the first of them. */
static int64_t count_unequal(struct tw__rollup_key *first,
			     const struct tw__rollup *sums)
{
	int64_t bad = 0;

	for (size_t i = 0; i < sums->count; i++) {
		if (!tw__sums_are_zero(&sums->rows[i].sums) && !bad++)
			*first = sums->rows[i].key;
	}
	return bad;
}

/* A store of before schema 6 has its days added up by the next writer. */
static tw_status forget_days(struct tw__rollup *rollup, tw_store *store,
			     tw_error *err)
{
	bool lacks;
	tw_status status = tw__rollup_lacks_days(&lacks, store, err);

	for (size_t i = 0; !status && lacks && i < rollup->count; i++) {
		if (rollup->rows[i].key.period >= TW_PERIOD_DAYS)
			memset(&rollup->rows[i].sums, 0,
			       sizeof(rollup->rows[i].sums));
	}
	return status;
}

static tw_status rollup_calls(tw_verdict *verdict, struct tw__scan *scan,
			      tw_error *err)
{
	struct tw__rollup_key first = { 0 };
	int64_t lines = 0, bad;
	tw_status status = tw__scan_is_whole(scan, err);

	if (!status)
		status = take_stored(&scan->rollup, scan->store, &lines, err);
	if (!status)
		status = forget_days(&scan->rollup, scan->store, err);
	if (status)
		return status;
	bad = count_unequal(&first, &scan->rollup);
	if (bad)
		says(verdict, false, "%" PRId64 " of %" PRId64 " lines differ "
		     "from the calls, first in %" PRId64, bad, lines,
		     first.period);
	else
		says(verdict, true, "%" PRId64 " lines equal all calls",
		     lines);
	return TW_OK;
}

static tw_status one_state(tw_verdict *verdict, tw_store *store,
			   tw_error *err)
{
	return none_of(verdict, store,
		"SELECT start_us FROM call WHERE rate_state NOT IN (1, 2, 3) "
		"OR (rate_state = 1) <> (cost_nanos IS NOT NULL) "
		"OR (rate_state = 1 AND (reason <> 0 OR "
		"tariff_version IS NULL OR rate_row IS NULL)) "
		"OR (rate_state <> 1 AND (reason = 0 OR "
		"coalesce(tariff_version, rate_row, charged_s, vat_nanos) "
		"IS NOT NULL))",
		"calls with no state or two", err);
}

/* sql[0] counts the rows, sql[1] is what the batches say of them. */
static tw_status same_counts(tw_verdict *verdict, tw_store *store,
			     const char *const sql[2], const char *what,
			     tw_error *err)
{
	struct tw__rollup sums = { 0 };
	struct tw__rollup_key first = { 0 };
	int64_t bad;
	tw_status status = sum_rows(&sums, store, sql[0], 1, err);

	if (!status)
		status = sum_rows(&sums, store, sql[1], -1, err);
	bad = count_unequal(&first, &sums);
	if (!status && bad)
		says(verdict, false, "%" PRId64 " batches have another number "
		     "of %s, first %" PRId64, bad, what, first.number);
	else if (!status)
		says(verdict, true, "%zu batches add up", sums.count);
	tw__rollup_free(&sums);
	return status;
}

static tw_status counts(tw_verdict *verdict, tw_store *store, tw_error *err)
{
	static const char *const stored[] = {
		"SELECT batch, 0, 0, 0, 1 FROM call_row",
		"SELECT id, 0, 0, 0, rows_stored FROM batch" };
	static const char *const aside[] = {
		"SELECT batch, 0, 0, 0, 1 FROM quarantine",
		"SELECT id, 0, 0, 0, rows_rejected + conflicts FROM batch" };
	tw_status status = none_of(verdict, store,
		"SELECT id FROM batch WHERE rows_read <> rows_stored + "
		"rows_rejected + duplicates + conflicts",
		"batches whose counts do not add up", err);

	if (!status && verdict->holds)
		status = same_counts(verdict, store, aside,
				     "quarantined rows", err);
	if (!status && verdict->holds)
		status = same_counts(verdict, store, stored, "calls", err);
	return status;
}

/* ---- rents ---- */

static tw_status accrued_months(int64_t *months, size_t *count,
				tw_store *store, tw_error *err)
{
	size_t room = *count;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT month FROM (SELECT month FROM posting "
		"WHERE batch = 0 AND run = 0 UNION SELECT month FROM accrual) "
		"WHERE month > coalesce((SELECT max(month) FROM period), 0) "
		"ORDER BY month DESC", err);

	*count = 0;
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (*count < room)
			months[(*count)++] = tw__col_i64(stmt, 0);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status rents(tw_verdict *verdict, tw_store *store, tw_error *err)
{
	int64_t months[120];
	size_t count = TW_ARRAY_COUNT(months);
	tw_status status = none_of(verdict, store, "SELECT month FROM accrual "
		"WHERE month <= (SELECT max(month) FROM period)",
		"closed months with days to accrue", err);

	if (status || !verdict->holds)
		return status;
	status = accrued_months(months, &count, store, err);
	for (size_t i = 0; !status && i < count; i++) {
		char month[32];
		uint64_t due;

		snprintf(month, sizeof(month), "%04d-%02d",
			 (int)(months[i] / 100), (int)(months[i] % 100));
		status = tw__rent_differs(&due, store, month, err);
		if (!status && due) {
			says(verdict, false, "%s differs from the directory "
			     "in %" PRIu64 " postings; accrue it again",
			     month, due);
			return TW_OK;
		}
	}
	if (!status)
		says(verdict, true, "%zu accrued months equal the directory",
		     count);
	return status;
}

/* ---- what points somewhere points to something ---- */

static tw_status references(tw_verdict *verdict, tw_store *store,
			    tw_error *err)
{
	static const char *const sql[] = {
		"SELECT start_us FROM call_row WHERE CASE undone WHEN 0 THEN "
		"batch NOT IN (SELECT id FROM batch WHERE undone_us = 0) "
		"WHEN batch THEN batch NOT IN (SELECT id FROM batch "
		"WHERE undone_us <> 0) ELSE 1 END",
		"SELECT start_us FROM call_row WHERE traits NOT IN "
		"(SELECT id FROM traits)",
		"SELECT id FROM traits WHERE id < 1 OR id > (SELECT count(*) "
		"FROM traits) OR (trunk <> 0 AND trunk NOT IN "
		"(SELECT id FROM trunk)) OR (carrier <> 0 AND carrier NOT IN "
		"(SELECT id FROM carrier)) OR (department <> 0 AND "
		"department NOT IN (SELECT id FROM department)) OR "
		"(number <> 0 AND number NOT IN (SELECT id FROM number))",
		"SELECT start_us FROM call_row WHERE (caller <> 0 AND caller "
		"NOT IN (SELECT id FROM identity)) OR (callee <> 0 AND "
		"callee NOT IN (SELECT id FROM identity)) OR marks NOT IN "
		"(SELECT id FROM marks)",
		"SELECT c.start_us FROM call c WHERE c.rate_state = 1 "
		"AND (c.rate_row <> -1 OR (c.answer_after_us IS NOT NULL "
		"AND c.tariff_version NOT IN (SELECT id FROM tariff_version "
		"WHERE stated_by <> ''))) "
		"AND NOT EXISTS (SELECT 1 FROM tariff_rate r "
		"WHERE r.version = c.tariff_version "
		"AND r.position = c.rate_row)",
		"SELECT id FROM tariff_version WHERE carrier NOT IN "
		"(SELECT id FROM carrier) OR tariff NOT IN "
		"(SELECT id FROM tariff)",
		"SELECT id FROM posting WHERE batch <> 0 AND batch NOT IN "
		"(SELECT id FROM batch)",
		"SELECT id FROM posting WHERE account <> 0 AND CASE "
		"account_kind WHEN 1 THEN account NOT IN "
		"(SELECT id FROM department) WHEN 2 THEN account NOT IN "
		"(SELECT id FROM carrier) ELSE account NOT IN "
		"(SELECT id FROM vendor) END",
		"SELECT id FROM posting WHERE account_kind = 3 "
		"AND kind IN (1, 2, 6, 7)",
		"SELECT id FROM posting WHERE run <> 0 AND run NOT IN "
		"(SELECT id FROM amendment_run)",
		"SELECT start_us FROM amendment WHERE run NOT IN "
		"(SELECT id FROM amendment_run)",
		"SELECT a.start_us FROM (SELECT start_us, key, batch FROM "
		"amendment UNION ALL SELECT start_us, key, batch "
		"FROM call_alone UNION ALL SELECT start_us, key, batch "
		"FROM call_role) a WHERE NOT EXISTS (SELECT 1 FROM call c "
		"WHERE c.start_us = a.start_us AND c.key = a.key "
		"AND c.batch = a.batch)",
		"SELECT id FROM amendment_run r WHERE 2 * calls <> "
		"(SELECT count(*) FROM amendment a WHERE a.run = r.id "
		"AND a.side IN (0, 1))",
		"SELECT id FROM batch WHERE undone_us = 0 "
		"AND (undone_month <> 0 OR undone_who <> 0)",
		"SELECT id FROM (SELECT who, id FROM posting UNION ALL "
		"SELECT who, id FROM amendment_run UNION ALL "
		"SELECT who, id FROM batch UNION ALL "
		"SELECT undone_who, id FROM batch UNION ALL "
		"SELECT who, start_us FROM call_alone UNION ALL "
		"SELECT who, month FROM period) WHERE who <> 0 "
		"AND who NOT IN (SELECT id FROM word)",
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(sql); i++) {
		tw_status status = none_of(verdict, store, sql[i],
			"rows that point to nothing", err);

		if (status || !verdict->holds)
			return status;
	}
	return TW_OK;
}

/* One of the two: what reads the history shares one reading of it. */
static const struct {
	const char *name;
	check_h *checkh;
	shared_h *sharedh;
} checks[] = {
	{ "sqlite_integrity", integrity, NULL },
	{ "schema_is_whole", schema, NULL },
	{ "ledger_sum_zero", tw__verify_ledger, NULL },
	{ "postings_equal_calls", NULL, tw__verify_postings },
	{ "rollup_equals_calls", NULL, rollup_calls },
	{ "every_call_has_one_state", one_state, NULL },
	{ "counts_add_up", counts, NULL },
	{ "closed_months_stay", NULL, tw__verify_closed },
	{ "sealed_days_stay", tw__verify_seals, NULL },
	{ "rent_posted_equals_directory", rents, NULL },
	{ "references_exist", references, NULL },
	{ "charges_equal_rating", tw__verify_charges, NULL },
	{ "bundles_equal_calls", tw__verify_bundles, NULL },
	{ "tiers_equal_calls", tw__verify_tiers, NULL },
	{ "open_calls_are_not_stored", tw__verify_open_calls, NULL },
};

static tw_status run(struct report *report, struct tw__scan *scan,
		     tw_error *err)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(checks); i++) {
		tw_verdict verdict = TW_VERDICT_INIT;
		tw_error why = TW_ERROR_INIT;
		tw_status status;

		if (report->count == report->room)
			return tw__fail(err, TW_ERANGE, "verify has %zu "
					"verdicts; make room for them",
					TW_ARRAY_COUNT(checks));
		snprintf(verdict.invariant, sizeof(verdict.invariant), "%s",
			 checks[i].name);
		status = checks[i].checkh ?
			checks[i].checkh(&verdict, scan->store, &why) :
			checks[i].sharedh(&verdict, scan, &why);
		/* a broken store fails the look; that is a verdict too */
		if (status == TW_ENOMEM || status == TW_EBUSY) {
			if (err)
				*err = why;
			return status;
		}
		if (status)
			says(&verdict, false, "%.250s", why.message);
		report->out[report->count++] = verdict;
	}
	return TW_OK;
}

tw_status tw_store_verify(tw_verdict *out, uint32_t *count, tw_store *store,
			  tw_error *err)
{
	struct report report = { .out = out };
	struct tw__scan scan;
	struct tw_tx tx;
	tw_status status;

	if (!out || !count || !store)
		return tw__fail(err, TW_EINVAL, "verify needs room for "
				"verdicts and a store");
	report.room = *count;
	status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__scan(&scan, store, err);
	if (!status)
		status = run(&report, &scan, err);
	tw__scan_free(&scan);
	tw__read_leave(&tx, store);
	if (!status)
		*count = report.count;
	return status;
}
