/**
 * @file src/accounts/tariff_changes.c  A change of prices and its notice
 *
 * Decides which two versions are compared, which contract's notice is asked
 * for and whether it was kept. Refuses to know how prices follow each other
 * (tariff_steps.c) and what they come to (tariff_stake.c).
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "rating/deck.h"
#include "tariff_changes.h"

const char *tw_price_kind_name(uint32_t kind)
{
	static const char *const names[] = { "?", "new", "increase",
		"decrease", "ended", "unchanged" };

	return names[kind < TW_ARRAY_COUNT(names) ? kind : 0];
}

/* ---- which two ---- */

static tw_status find_version(struct tw_price_changes *changes,
			      tw_store *store, int64_t tariff,
			      int64_t version, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, carrier, valid_from, made_us FROM tariff_version "
		"WHERE tariff = ?1 AND (id = ?2 OR (?2 = 0 AND id NOT IN "
		"(SELECT version FROM tariff_withdrawn))) "
		"ORDER BY id DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	tw__bind_i64(stmt, 2, version);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status : tw__fail_at(err,
			TW_ENOTFOUND, 0, "version", "the tariff has no such "
			"version; see tariff list");
	changes->total.version = tw__col_i64(stmt, 0);
	changes->carrier = tw__col_i64(stmt, 1);
	changes->total.starts = tw__col_i64(stmt, 2);
	if (!changes->total.received)
		changes->total.received = tw__col_i64(stmt, 3);
	tw__reset(stmt);
	return TW_OK;
}

/* The one that this was made of: not what was withdrawn by then, or had no
 * prices. */
static tw_status find_before(struct tw_price_changes *changes,
			     tw_store *store, int64_t tariff, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT v.id FROM tariff_version v LEFT JOIN "
		"tariff_withdrawn w ON w.version = v.id WHERE v.tariff = ?1 "
		"AND v.id < ?2 AND v.stated_by = '' "
		"AND (w.made_us IS NULL OR w.made_us > "
		"(SELECT made_us FROM tariff_version WHERE id = ?2)) "
		"ORDER BY v.id DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	tw__bind_i64(stmt, 2, changes->total.version);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	changes->total.before = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

static tw_status check_prices(const struct tw__side *side, const char *tariff,
			      tw_error *err)
{
	const char *source = side->terms.rules.stated_by;

	return !*source ? TW_OK : tw__fail_at(err, TW_ENOTFOUND, 0, "version",
		"'%.80s' has no prices to compare: its calls cost what "
		"records of %s state", tariff, source);
}

static tw_status read_side(struct tw__side *side, tw_store *store,
			   int64_t version, tw_error *err)
{
	tw_status status;

	side->version = version;
	if (!version)
		return TW_OK;
	status = tw__terms_read(&side->terms, store, version, err);
	return status ? status : tw__tariff_version_rates(&side->rates, store,
							  version, err);
}

/* ---- notice ---- */

static tw_status find_notice(struct tw_price_changes *changes,
			     tw_store *store, tw_time now, tw_error *err)
{
	tw_price_total *total = &changes->total;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT notice_days, name FROM contract WHERE carrier = ?1 "
		"AND valid_from <= ?2 AND valid_to > ?2 "
		"AND coalesce(\"from\", ?3) <= ?3 "
		"AND (\"to\" IS NULL OR \"to\" > ?3) "
		"AND notice_days IS NOT NULL "
		"ORDER BY notice_days DESC, name LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, changes->carrier);
	tw__bind_i64(stmt, 2, now);
	tw__bind_i64(stmt, 3, total->received);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	total->notice_days = (int32_t)tw__col_i64(stmt, 0);
	snprintf(total->contract, sizeof(total->contract), "%s",
		 tw__col_text(stmt, 1));
	tw__reset(stmt);
	return TW_OK;
}

static int64_t date_of(const tw_zone *zone, tw_time at)
{
	tw_civil civil;

	tw_zone_local(&civil, zone, at);
	return tw__days_from_civil(civil.year, civil.month, civil.day);
}

static bool needs_notice(const tw_price_change *row)
{
	return row->kind == TW_PRICE_INCREASE || row->kind == TW_PRICE_ENDED;
}

static tw_status judge(struct tw_price_changes *changes, tw_error *err)
{
	tw_price_total *total = &changes->total;
	int64_t received;
	tw_zone *zone;
	tw_status status;

	snprintf(total->tariff_zone, sizeof(total->tariff_zone), "%s",
		 changes->side[1].terms.rules.zone);
	status = tw_zone_open(&zone, total->tariff_zone, err);
	if (status)
		return status;
	received = date_of(zone, total->received);
	for (size_t i = 0; i < changes->count; i++) {
		tw_price_change *row = &changes->rows[i];

		if (row->kind == TW_PRICE_UNCHANGED ||
		    row->effective == TW_TIME_MIN)
			continue;
		row->notice_days = (int32_t)(date_of(zone, row->effective) -
					     received);
		if (!needs_notice(row) || total->notice_days < 0)
			continue;
		row->notice = row->notice_days >= total->notice_days ?
			TW_NOTICE_KEPT : TW_NOTICE_BREACHED;
		total->breached += row->notice == TW_NOTICE_BREACHED;
	}
	tw_zone_free(zone);
	return TW_OK;
}

/* ---- all of it ---- */

static tw_status run(struct tw_price_changes *changes, tw_store *store,
		     const tw_price_options *options, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	tw_time now = clock->wall(clock->arg);
	int64_t tariff = 0;
	tw_status status = tw__tariff_find(&tariff, store, options->tariff,
					   now, err);

	changes->total.received = options->received;
	changes->total.notice_days = options->notice_days;
	if (!status)
		status = find_version(changes, store, tariff,
				      options->version, err);
	if (!status)
		status = find_before(changes, store, tariff, err);
	if (!status)
		status = read_side(&changes->side[0], store,
				   changes->total.before, err);
	if (!status)
		status = read_side(&changes->side[1], store,
				   changes->total.version, err);
	if (!status)
		status = check_prices(&changes->side[1], options->tariff, err);
	if (!status && options->notice_days < 0)
		status = find_notice(changes, store, now, err);
	if (!status)
		status = tw__price_steps(changes, err);
	if (!status)
		status = judge(changes, err);
	return status ? status : tw__price_stake(changes, store, now, err);
}

tw_status tw_tariff_changes(tw_price_changes **out, tw_store *store,
			    const tw_price_options *options, tw_error *err)
{
	tw_price_options known = TW_PRICE_OPTIONS_INIT;
	tw_price_changes *changes;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !options)
		return tw__fail(err, TW_EINVAL, "changes need a store and "
				"options");
	status = tw__import(&known, sizeof(known), options, err);
	if (status)
		return status;
	if (!known.tariff || !*known.tariff)
		return tw__fail_at(err, TW_EINVAL, 0, "tariff", "is empty; "
				   "name the tariff");
	changes = tw_calloc(1, sizeof(*changes));
	if (!changes)
		return tw__fail_oom(err);
	changes->total = (tw_price_total)TW_PRICE_TOTAL_INIT;
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = run(changes, store, &known, err);
		tw__read_leave(&tx, store);
	}
	if (status) {
		tw_price_changes_free(changes);
		return status;
	}
	*out = changes;
	return TW_OK;
}

tw_status tw_price_changes_next(tw_price_change *out,
				tw_price_changes *changes, tw_error *err)
{
	tw_status status;

	if (!out || !changes)
		return tw__fail(err, TW_EINVAL, "no changes");
	if (changes->next == changes->count)
		return TW_ITER_END;
	status = tw__export(out, &changes->rows[changes->next], sizeof(*out),
			    err);
	if (!status)
		changes->next++;
	return status;
}

tw_status tw_price_changes_total(tw_price_total *out,
				 const tw_price_changes *changes,
				 tw_error *err)
{
	if (!out || !changes)
		return tw__fail(err, TW_EINVAL, "no changes");
	return tw__export(out, &changes->total, sizeof(*out), err);
}

void tw_price_changes_free(tw_price_changes *changes)
{
	if (!changes)
		return;
	for (int i = 0; i < 2; i++) {
		tw__terms_free(&changes->side[i].terms);
		tw__rates_free(&changes->side[i].rates);
	}
	tw_free(changes->rows);
	tw_free(changes);
}
