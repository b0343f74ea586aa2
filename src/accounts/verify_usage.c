/**
 * @file src/accounts/verify_usage.c  Do charges follow from what was used?
 *
 * Decides by computing again: every charge from its call, version and note
 * (all of them: a sample would prove only itself), every sum of bundles and
 * tiers from the calls. Refuses to repair.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "rerate.h"
#include "tier_use.h"
#include "verify_usage.h"

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

/* 0 rows is right; the first one's number is shown. */
static tw_status none_of(tw_verdict *verdict, tw_store *store,
			 const char *sql, const char *what, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	says(verdict, false, "%s, first %" PRId64, what,
	     tw__col_i64(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

/* ---- charges ---- */

struct charges {
	int64_t count, bad, first_bad;
};

static bool is_same(const struct tw__again *again)
{
	const struct tw_sum *sum = &again->sum;
	bool converted = *again->deck->rules.convert_to != '\0';

	return !again->status && again->row == again->rate_row &&
		sum->charged_s == again->charged_s &&
		(converted ? sum->converted_nanos : sum->cost_nanos) ==
			again->cost_nanos &&
		(converted ? sum->converted_vat_nanos : sum->vat_nanos) ==
			again->vat_nanos;
}

static tw_status compare(const struct tw__again *again, void *arg,
			 tw_error *err)
{
	struct charges *charges = arg;

	(void)err;
	charges->count++;
	if (!is_same(again) && !charges->bad++)
		charges->first_bad = again->start;
	return TW_OK;
}

/* What calls were converted by is a rate that somebody imported. */
static tw_status compare_rates(tw_verdict *verdict, tw_store *store,
			       tw_error *err)
{
	return none_of(verdict, store,
		"SELECT n.start_us FROM charge_note n CROSS JOIN call c "
		"ON c.start_us = n.start_us AND c.key = n.key "
		"AND c.undone = n.undone "
		"JOIN tariff_version v ON v.id = c.tariff_version "
		"WHERE n.exchange_nanos <> 0 AND NOT EXISTS "
		"(SELECT 1 FROM exchange_rate e WHERE e.currency = v.currency "
		"AND e.target = v.convert_to AND e.date = n.exchange_date "
		"AND e.rate_nanos = n.exchange_nanos)",
		"a charge was converted by a rate that is not there", err);
}

tw_status tw__verify_charges(tw_verdict *verdict, tw_store *store,
			     tw_error *err)
{
	const int64_t always[2] = { INT64_MIN, INT64_MAX };
	struct charges charges = { 0, 0, 0 };
	tw_status status = tw__rate_again(store, always, 0, compare, &charges,
					  err);

	if (status)
		return status;
	says(verdict, true, "%" PRId64 " charges computed again, all alike",
	     charges.count);
	if (charges.bad)
		says(verdict, false, "%" PRId64 " of %" PRId64 " charges are "
		     "not what their tariff version makes of the call, first "
		     "%" PRId64, charges.bad, charges.count,
		     charges.first_bad);
	return charges.bad ? TW_OK : compare_rates(verdict, store, err);
}

/* ---- bundles ---- */

static tw_status compare_bundles(tw_verdict *verdict, tw_store *store,
				 tw_error *err)
{
	static const struct { const char *sql, *what; } all[] = {
		{ "SELECT u.bundle FROM (SELECT bundle, period_us, "
		  "sum(seconds) AS seconds FROM bundle_use WHERE undone = 0 "
		  "GROUP BY bundle, period_us) u LEFT JOIN bundle_pot p "
		  "ON p.bundle = u.bundle AND p.period_us = u.period_us "
		  "WHERE p.seconds IS NULL OR p.seconds <> u.seconds",
		  "calls drew another sum than is stored of a bundle" },
		{ "SELECT p.bundle FROM bundle_pot p WHERE p.seconds <> 0 "
		  "AND NOT EXISTS (SELECT 1 FROM bundle_use u "
		  "WHERE u.bundle = p.bundle AND u.period_us = p.period_us "
		  "AND u.undone = 0)",
		  "no call drew what is stored of a bundle" },
		{ "SELECT n.start_us FROM charge_note n WHERE n.undone = 0 "
		  "AND n.bundle_s <> coalesce((SELECT sum(seconds) "
		  "FROM bundle_use u WHERE u.start_us = n.start_us "
		  "AND u.key = n.key AND u.undone = 0), 0)",
		  "a charge names other seconds than it drew from bundles" },
		{ "SELECT u.start_us FROM bundle_use u WHERE NOT EXISTS "
		  "(SELECT 1 FROM charge_note n WHERE n.start_us = u.start_us "
		  "AND n.key = u.key AND n.undone = u.undone)",
		  "seconds were drawn for no charge" },
		{ "SELECT n.start_us FROM charge_note n WHERE n.undone >= 0 "
		  "AND NOT EXISTS (SELECT 1 FROM call c "
		  "WHERE c.start_us = n.start_us "
		  "AND c.key = n.key AND c.undone = n.undone "
		  "AND c.rate_state = 1)",
		  "a note belongs to no charged call" },
		{ "SELECT u.start_us FROM (SELECT start_us, key, batch, run "
		  "FROM charge_note WHERE run <> 0 UNION ALL SELECT "
		  "start_us, key, batch, run FROM bundle_use WHERE run <> 0 "
		  "UNION ALL SELECT start_us, key, batch, run "
		  "FROM charge_place WHERE run <> 0) u "
		  "WHERE NOT EXISTS (SELECT 1 FROM amendment a "
		  "WHERE a.start_us = u.start_us AND a.key = u.key "
		  "AND a.batch = u.batch AND a.run = u.run)",
		  "a run used something up for a call that it left alone" },
		{ "SELECT p.bundle FROM bundle_pot p WHERE p.seconds < 0 "
		  "OR p.seconds > (SELECT max(b.minutes) * 60 FROM bundle b "
		  "WHERE b.id = p.bundle)",
		  "more was drawn from a bundle than it has" },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_status status = none_of(verdict, store, all[i].sql,
					   all[i].what, err);

		if (status || !verdict->holds)
			return status;
	}
	return TW_OK;
}

tw_status tw__verify_bundles(tw_verdict *verdict, tw_store *store,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	verdict->holds = true;
	status = compare_bundles(verdict, store, err);
	if (status || !verdict->holds)
		return status;
	status = tw__stmt(&stmt, store, "SELECT count(*) FROM bundle_pot",
			  err);
	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	says(verdict, true, "%" PRId64 " periods of bundles equal what calls "
	     "drew, none beyond its minutes", tw__col_i64(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

/* ---- tiers ---- */

tw_status tw__verify_tiers(tw_verdict *verdict, tw_store *store,
			   tw_error *err)
{
	struct tw__tier_sums stored = { 0 }, sums = { 0 };
	int64_t bad = 0, first = 0;
	tw_status status = tw__tier_read(&stored, store, 0, err);

	if (!status)
		status = tw__tier_scan(&sums, store, 0, 0, err);
	for (size_t i = 0; !status && i < stored.count; i++) {
		struct tw__tier_sum *sum;

		status = tw__tier_sum(&sum, &sums, stored.rows[i].tariff,
				      stored.rows[i].month, err);
		if (!status)
			sum->paid_s -= stored.rows[i].paid_s;
	}
	for (size_t i = 0; !status && i < sums.count; i++) {
		if (sums.rows[i].paid_s && !bad++)
			first = sums.rows[i].month;
	}
	if (!status && bad)
		says(verdict, false, "%" PRId64 " months of tariffs have "
		     "other paid seconds than their calls, first %" PRId64,
		     bad, first);
	else if (!status)
		says(verdict, true, "%zu months of tariffs with tiers equal "
		     "their calls", stored.count);
	tw__tier_sums_free(&stored);
	tw__tier_sums_free(&sums);
	return status;
}
