/**
 * @file src/accounts/tier_use.c  Paid seconds by tariff and month
 *
 * Decides which month of its tariff a call belongs to and what it adds to
 * the seconds that tiers are reached by. Only tariffs that have tiers are
 * counted, and from the first call on that was rated under them: the calls
 * before are added up then. Refuses to know what a tier costs.
 */
#include <string.h>
#include "base/decimal.h"
#include "tier_use.h"
#include <trunkwise/bundle.h>

tw_status tw__month_of(int64_t *out, struct tw__month_cache *cache,
		       const tw_zone *zone, tw_time at, tw_error *err)
{
	if (!cache->month || at < cache->from || at >= cache->to) {
		tw_civil civil;
		tw_status status = tw_period_range(&cache->from, &cache->to,
			TW_PERIOD_MONTH, zone, at, err);

		if (status)
			return status;
		tw_zone_local(&civil, zone, cache->from);
		cache->month = (int64_t)civil.year * 100 + civil.month;
	}
	*out = cache->month;
	return TW_OK;
}

void tw__tier_sums_free(struct tw__tier_sums *sums)
{
	tw_free(sums->rows);
	memset(sums, 0, sizeof(*sums));
}

tw_status tw__tier_sum(struct tw__tier_sum **out, struct tw__tier_sums *sums,
		       int64_t tariff, int64_t month, tw_error *err)
{
	for (size_t i = sums->count; i-- > 0; ) {
		if (sums->rows[i].month == month &&
		    sums->rows[i].tariff == tariff) {
			*out = &sums->rows[i];
			return TW_OK;
		}
	}
	if (tw__grow((void **)&sums->rows, &sums->capacity, sums->count + 1,
		     sizeof(**out)))
		return tw__fail_oom(err);
	*out = &sums->rows[sums->count++];
	**out = (struct tw__tier_sum){ tariff, month, 0, false };
	return TW_OK;
}

tw_status tw__tariff_has_tiers(bool *out, tw_store *store, int64_t tariff,
			       tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM tariff_version v JOIN tariff_version_tier t "
		"ON t.version = v.id WHERE v.tariff = ? LIMIT 1", err);

	*out = false;
	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	*out = true;
	tw__reset(stmt);
	return TW_OK;
}

/* ---- from calls ---- */

struct scan {
	struct tw__tier_sums *sums;
	tw_zone *zone;
	struct tw__month_cache cache;
};

static tw_status use_zone(struct scan *scan, const char *name, tw_error *err)
{
	if (scan->zone && strcmp(tw_zone_name(scan->zone), name) == 0)
		return TW_OK;
	tw_zone_free(scan->zone);
	scan->zone = NULL;
	memset(&scan->cache, 0, sizeof(scan->cache));
	return tw_zone_open(&scan->zone, name, err);
}

static tw_status add_call(struct scan *scan, struct tw_stmt *stmt,
			  tw_error *err)
{
	tw_time answer = tw__col_i64(stmt, 0) + tw__col_i64(stmt, 1);
	struct tw__tier_sum *sum;
	int64_t month = 0;
	tw_status status = use_zone(scan, tw__col_text(stmt, 5), err);

	if (!status)
		status = tw__month_of(&month, &scan->cache, scan->zone,
				      answer, err);
	if (!status)
		status = tw__tier_sum(&sum, scan->sums, tw__col_i64(stmt, 4),
				      month, err);
	if (status)
		return status;
	sum->dirty = true;
	return tw__add_i64(&sum->paid_s, sum->paid_s, tw__col_i64(stmt, 2) -
			   tw__col_i64(stmt, 3)) ? TW_OK :
		tw__fail(err, TW_ERANGE, "the calls of a month last too "
			 "long to be added up");
}

tw_status tw__tier_scan(struct tw__tier_sums *sums, tw_store *store,
			int64_t tariff, int64_t batch, tw_error *err)
{
	struct scan scan = { .sums = sums };
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT c.start_us, c.answer_after_us, c.charged_s, "
		"coalesce(n.bundle_s, 0), v.tariff, v.zone FROM call c "
		"JOIN tariff_version v ON v.id = c.tariff_version "
		"LEFT JOIN charge_note n ON n.start_us = c.start_us "
		"AND n.key = c.key AND n.undone = 0 "
		"WHERE c.start_us >= CASE WHEN ?1 = 0 THEN ?3 ELSE "
		"(SELECT first_us FROM batch WHERE id = ?1) END "
		"AND c.start_us <= CASE WHEN ?1 = 0 THEN ?4 ELSE "
		"(SELECT last_us FROM batch WHERE id = ?1) END "
		"AND c.undone = 0 AND c.rate_state = 1 "
		"AND (c.direction IN (1, 3) OR c.leg = -2) "
		"AND c.answer_after_us IS NOT NULL "
		"AND (?1 = 0 OR c.batch = ?1) AND (v.tariff = ?2 OR (?2 = 0 "
		"AND v.tariff IN (SELECT tariff FROM tier_use)))", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, batch);
	tw__bind_i64(stmt, 2, tariff);
	tw__bind_i64(stmt, 3, INT64_MIN);
	tw__bind_i64(stmt, 4, INT64_MAX);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_call(&scan, stmt, err);
		if (status) {
			tw__reset(stmt);
			break;
		}
	}
	tw_zone_free(scan.zone);
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- stored ---- */

tw_status tw__tier_read(struct tw__tier_sums *sums, tw_store *store,
			int64_t tariff, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT tariff, month, paid_s FROM tier_use "
		"WHERE tariff = ?1 OR ?1 = 0", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__tier_sum *sum;

		status = tw__tier_sum(&sum, sums, tw__col_i64(stmt, 0),
				      tw__col_i64(stmt, 1), err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
		sum->paid_s = tw__col_i64(stmt, 2);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__tier_write(tw_store *store, const struct tw__tier_sum *sum,
			 tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"INSERT INTO tier_use (tariff, month, paid_s) "
		"VALUES (?, ?, ?) ON CONFLICT (tariff, month) DO UPDATE "
		"SET paid_s = excluded.paid_s", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, sum->tariff);
	tw__bind_i64(stmt, 2, sum->month);
	tw__bind_i64(stmt, 3, sum->paid_s);
	return tw__run(stmt, err);
}
