/**
 * @file src/accounts/tariff_reading.c  By which rules a sheet is read
 *
 * Decides whose sheet it is and by what it is read: the declared [[tariff]],
 * else defaults that are then declared, and the options over both. Refuses to
 * know what stands in the sheet.
 */
#include <stdio.h>
#include <string.h>
#include "ledger_month.h"
#include "sheet_job.h"

static tw_status find_tariff(struct tw__sheet_job *job, tw_error *err)
{
	struct tw__declared found = { 0 };
	tw_status status = tw__tariff_declared(&found, job->store,
		job->options.tariff, job->now, err);

	if (status == TW_ENOTFOUND)
		return TW_OK;
	if (status)
		return status;
	job->declared = true;
	job->tariff = found.tariff;
	job->carrier = found.carrier;
	job->decimals_declared = found.decimals_declared;
	tw__terms_free(&job->terms);
	job->terms = found.terms;
	return TW_OK;
}

static tw_status find_carrier(struct tw__sheet_job *job, tw_error *err)
{
	const char *name = job->options.carrier;
	struct tw_stmt *stmt;
	int64_t id = 0;
	tw_status status;

	if (!name || !*name)
		return job->declared ? TW_OK : tw__fail_at(err, TW_EINVAL, 0,
			"carrier", "tariff '%.80s' is not declared; name its "
			"carrier", job->options.tariff);
	status = tw__stmt(&stmt, job->store,
		"SELECT id FROM carrier WHERE name = ? ORDER BY "
		"valid_from <= ? AND valid_to > ? DESC, valid_from DESC "
		"LIMIT 1", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	tw__bind_i64(stmt, 2, job->now);
	tw__bind_i64(stmt, 3, job->now);
	status = tw__step(stmt, err);
	if (status == TW_OK) {
		id = tw__col_i64(stmt, 0);
		tw__reset(stmt);
	}
	else if (status != TW_ITER_END) {
		return status;
	}
	if (job->declared && id != job->carrier)
		return tw__fail_at(err, TW_ECONFLICT, 0, "carrier",
				   "tariff '%.80s' is declared with another "
				   "carrier than '%.80s'; name that one",
				   job->options.tariff, name);
	job->carrier = id;
	return TW_OK;
}

static tw_status find_zone(struct tw__sheet_job *job, tw_error *err)
{
	struct tw__book book;
	tw_tariff_rules *rules = &job->terms.rules;
	const char *zone = job->options.zone;
	tw_zone *known;
	tw_status status;

	if (zone && *zone) {
		if (strlen(zone) >= sizeof(rules->zone))
			return tw__fail_at(err, TW_EINVAL, 0, "zone",
					   "is no zone; write one like "
					   "Europe/Moscow");
		snprintf(rules->zone, sizeof(rules->zone), "%s", zone);
	}
	else if (!*rules->zone) {
		status = tw__book_open(&book, job->store, "Europe/Moscow",
				       err);
		if (status)
			return status;
		snprintf(rules->zone, sizeof(rules->zone), "%s",
			 tw_zone_name(book.zone));
		tw__book_close(&book);
	}
	status = tw_zone_open(&known, rules->zone, err);
	if (status) {
		(void)tw__error_place(err, 0, "zone");
		return status;
	}
	tw_zone_free(known);
	return TW_OK;
}

static tw_status find_currency(struct tw__sheet_job *job, tw_error *err)
{
	const char *currency = job->options.currency;

	if (!currency || !*currency)
		return TW_OK;
	return tw_tariff_rules_set(&job->terms.rules, "currency", currency,
				   err);
}

static tw_status find_current(struct tw__sheet_job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	job->first = true;
	if (!job->carrier)
		return TW_OK;
	status = tw__stmt(&stmt, job->store,
		"SELECT id, tariff, valid_from FROM tariff_version "
		"WHERE carrier = ? "
		"AND id NOT IN (SELECT version FROM tariff_withdrawn) "
		"ORDER BY id DESC", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, job->carrier);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		job->first = false;
		if (job->current || tw__col_i64(stmt, 1) != job->tariff)
			continue;
		job->current = tw__col_i64(stmt, 0);
		job->current_starts = tw__col_i64(stmt, 2);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status read_asked(struct tw__sheet_job *job, tw_error *err)
{
	const char *text = job->options.starts;
	tw_zone *zone;
	tw_status status;

	if (!text || !*text)
		return TW_OK;
	status = tw_zone_open(&zone, job->terms.rules.zone, err);
	if (status)
		return status;
	status = tw_time_parse(&job->starts, text, zone, err);
	tw_zone_free(zone);
	if (status)
		(void)tw__error_place(err, 0, "starts");
	job->asked = !status;
	return status;
}

tw_status tw__sheet_job_prepare(struct tw__sheet_job *job, tw_error *err)
{
	tw_status status = find_tariff(job, err);

	if (!status)
		status = find_carrier(job, err);
	if (!status)
		status = find_zone(job, err);
	if (!status)
		status = find_currency(job, err);
	if (!status)
		status = read_asked(job, err);
	if (!status)
		status = find_current(job, err);
	return status;
}
