/**
 * @file src/accounts/usage_park.c  What a charge took, while it stands aside
 *
 * Decides what becomes of bundle seconds and notes of a call that is charged
 * no more and may be again. A note is parked under the negative number of the
 * run, where neither live calls (0) nor batches that were taken back (their
 * number) look for it.
 */
#include "tier_use.h"
#include "usage_park.h"
#include <trunkwise/time.h>

static tw_status run_for(tw_store *store, const char *sql,
			 const int64_t *values, int count, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store, sql, err);

	if (status)
		return status;
	for (int i = 0; i < count; i++)
		tw__bind_i64(stmt, i + 1, values[i]);
	status = tw__run(stmt, err);
	tw__stmt_free(stmt);
	return status;
}

/* ?1 start, ?2 key, ?3 undone before, ?4 after; sign of the pot by both. */
static tw_status move(tw_store *store, const int64_t values[4], bool back,
		      tw_error *err)
{
	const char *const sql[] = {
		back ? "UPDATE bundle_pot SET seconds = seconds + "
		"(SELECT sum(u.seconds) FROM bundle_use u "
		"WHERE u.bundle = bundle_pot.bundle "
		"AND u.period_us = bundle_pot.period_us AND u.start_us = ?1 "
		"AND u.key = ?2 AND u.undone = ?3) WHERE (bundle, period_us) "
		"IN (SELECT bundle, period_us FROM bundle_use "
		"WHERE start_us = ?1 AND key = ?2 AND undone = ?3 AND ?4 = 0)"
		: "UPDATE bundle_pot SET seconds = seconds - "
		"(SELECT sum(u.seconds) FROM bundle_use u "
		"WHERE u.bundle = bundle_pot.bundle "
		"AND u.period_us = bundle_pot.period_us AND u.start_us = ?1 "
		"AND u.key = ?2 AND u.undone = ?3) WHERE (bundle, period_us) "
		"IN (SELECT bundle, period_us FROM bundle_use "
		"WHERE start_us = ?1 AND key = ?2 AND undone = ?3 "
		"AND ?4 <> 0)",
		"UPDATE bundle_use SET undone = ?4 WHERE start_us = ?1 "
		"AND key = ?2 AND undone = ?3",
		"UPDATE charge_note SET undone = ?4 WHERE start_us = ?1 "
		"AND key = ?2 AND undone = ?3",
		"UPDATE charge_place SET undone = ?4 WHERE start_us = ?1 "
		"AND key = ?2 AND undone = ?3",
	};
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(sql); i++)
		status = run_for(store, sql[i], values, 4, err);
	return status;
}

tw_status tw__usage_park(tw_store *store, tw_time start, int64_t key,
			 int64_t run, tw_error *err)
{
	return move(store, (const int64_t []){ start, key, 0, -run }, false,
		    err);
}

tw_status tw__usage_fits(bool *out, tw_store *store, tw_time start,
			 int64_t key, int64_t run, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM bundle_use u JOIN bundle_pot p "
		"ON p.bundle = u.bundle AND p.period_us = u.period_us "
		"WHERE u.start_us = ? AND u.key = ? AND u.undone = ? "
		"AND p.seconds + u.seconds > (SELECT max(b.minutes) * 60 "
		"FROM bundle b WHERE b.id = u.bundle) LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, start);
	tw__bind_i64(stmt, 2, key);
	tw__bind_i64(stmt, 3, -run);
	status = tw__step(stmt, err);
	*out = status == TW_ITER_END;
	tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__usage_unpark(tw_store *store, tw_time start, int64_t key,
			   int64_t run, tw_error *err)
{
	return move(store, (const int64_t []){ start, key, -run, 0 }, true,
		    err);
}

tw_status tw__usage_by_run(tw_store *store, tw_time start, int64_t key,
			   int64_t run, tw_error *err)
{
	static const char *const sql[] = {
		"UPDATE bundle_use SET run = ?3 WHERE start_us = ?1 "
		"AND key = ?2 AND undone = 0",
		"UPDATE charge_note SET run = ?3 WHERE start_us = ?1 "
		"AND key = ?2 AND undone = 0",
		"UPDATE charge_place SET run = ?3 WHERE start_us = ?1 "
		"AND key = ?2 AND undone = 0",
	};
	const int64_t values[] = { start, key, run };
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(sql); i++)
		status = run_for(store, sql[i], values, 3, err);
	return status;
}

tw_status tw__usage_recount(tw_store *store, tw_error *err)
{
	struct tw__tier_sums stored = { 0 }, sums = { 0 };
	tw_status status = tw__tier_read(&stored, store, 0, err);

	if (!status && stored.count)
		status = tw__tier_scan(&sums, store, 0, 0, err);
	for (size_t i = 0; !status && i < stored.count; i++) {
		struct tw__tier_sum *sum;

		/* a month that has no calls any more is 0 */
		status = tw__tier_sum(&sum, &sums, stored.rows[i].tariff,
				      stored.rows[i].month, err);
	}
	for (size_t i = 0; !status && stored.count && i < sums.count; i++)
		status = tw__tier_write(store, &sums.rows[i], err);
	tw__tier_sums_free(&stored);
	tw__tier_sums_free(&sums);
	return status;
}
