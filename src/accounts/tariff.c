/**
 * @file src/accounts/tariff.c  Tariff versions, read back
 *
 * Decides which version of a carrier's prices is in force (one that was taken
 * back never is) and makes its deck. Refuses to change one: versions are what
 * charges point to.
 */
#include <stdio.h>
#include <string.h>
#include "tariff.h"
#include "tariff_terms.h"

void tw__rates_free(struct tw__rates *rates)
{
	tw_free(rates->rows);
	tw_free(rates->origins);
	memset(rates, 0, sizeof(*rates));
}

tw_status tw__rates_add(struct tw__rates *rates, const tw_rate *rate,
			int64_t origin, tw_error *err)
{
	if (tw__grow((void **)&rates->rows, &rates->capacity,
		     rates->count + 1, sizeof(*rates->rows)) ||
	    tw__grow((void **)&rates->origins, &rates->origin_capacity,
		     rates->count + 1, sizeof(*rates->origins)))
		return tw__fail_oom(err);
	rates->rows[rates->count] = *rate;
	rates->origins[rates->count++] = origin;
	return TW_OK;
}

static void read_rules(tw_tariff_rules *rules, struct tw_stmt *stmt)
{
	rules->seconds = (uint32_t)tw__col_i64(stmt, 0);
	rules->rounding = (uint32_t)tw__col_i64(stmt, 1);
	rules->decimals = (uint32_t)tw__col_i64(stmt, 2);
	rules->crossing = (uint32_t)tw__col_i64(stmt, 3);
	rules->vat = (uint32_t)tw__col_i64(stmt, 4);
	rules->vat_percent_nanos = tw__col_i64(stmt, 5);
	rules->invoice_total = (uint32_t)tw__col_i64(stmt, 6);
	snprintf(rules->currency, sizeof(rules->currency), "%s",
		 tw__col_text(stmt, 7));
	snprintf(rules->zone, sizeof(rules->zone), "%s",
		 tw__col_text(stmt, 8));
	rules->round_each = (uint32_t)tw__col_i64(stmt, 9);
	rules->fee_on_zero = (uint32_t)tw__col_i64(stmt, 10);
	rules->tier_mode = (uint32_t)tw__col_i64(stmt, 11);
	rules->minimum_s = (uint32_t)tw__col_i64(stmt, 12);
	rules->free_below_s = (uint32_t)tw__col_i64(stmt, 13);
	rules->included_s = (uint32_t)tw__col_i64(stmt, 14);
	rules->minimum_charge_nanos = tw__col_i64(stmt, 15);
	rules->maximum_charge_nanos = tw__col_i64(stmt, 16);
	rules->attempt_fee_nanos = tw__col_i64(stmt, 17);
	rules->commitment_nanos = tw__col_i64(stmt, 18);
	snprintf(rules->convert_to, sizeof(rules->convert_to), "%s",
		 tw__col_text(stmt, 19));
	snprintf(rules->stated_by, sizeof(rules->stated_by), "%s",
		 tw__col_text(stmt, 20));
}

tw_status tw__tariff_version_rules(tw_tariff_rules *out, tw_store *store,
				   int64_t version, tw_error *err)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT seconds, rounding, decimals, crossing, vat, "
		"vat_percent, invoice_total, currency, zone, round_each, "
		"fee_on_zero, tier_mode, minimum_s, free_below_s, "
		"included_s, minimum_charge, maximum_charge, attempt_fee, "
		"commitment, convert_to, stated_by "
		"FROM tariff_version WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail(err, TW_ENOTFOUND, "no tariff version %lld",
				 (long long)version);
	read_rules(&rules, stmt);
	tw__reset(stmt);
	*out = rules;
	return TW_OK;
}

static void read_rate(tw_rate *rate, struct tw_stmt *stmt)
{
	rate->line = tw__col_i64(stmt, 1);
	rate->status = (uint32_t)tw__col_i64(stmt, 2);
	rate->direction = (uint32_t)tw__col_i64(stmt, 3);
	snprintf(rate->prefix, sizeof(rate->prefix), "%s",
		 tw__col_text(stmt, 4));
	snprintf(rate->caller_prefix, sizeof(rate->caller_prefix), "%s",
		 tw__col_text(stmt, 5));
	snprintf(rate->destination, sizeof(rate->destination), "%s",
		 tw__col_text(stmt, 6));
	rate->price_nanos = tw__col_i64(stmt, 7);
	rate->connect_fee_nanos = tw__col_i64(stmt, 8);
	rate->first_inc_s = (uint32_t)tw__col_i64(stmt, 9);
	rate->next_inc_s = (uint32_t)tw__col_i64(stmt, 10);
	rate->from = tw__col_i64(stmt, 11);
	rate->to = tw__col_i64(stmt, 12);
	rate->relation = (uint32_t)tw__col_i64(stmt, 13);
	rate->from_s = (uint32_t)tw__col_i64(stmt, 14);
	snprintf(rate->band, sizeof(rate->band), "%s",
		 tw__col_text(stmt, 15));
}

tw_status tw__tariff_version_rates(struct tw__rates *out, tw_store *store,
				   int64_t version, tw_error *err)
{
	struct tw__rates rates = { 0 };
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT origin, line, status, direction, prefix, "
		"caller_prefix, destination, price_nanos, "
		"connect_fee_nanos, first_inc_s, next_inc_s, valid_from, "
		"valid_to, relation, from_s, band "
		"FROM tariff_rate WHERE version = ? "
		"ORDER BY position", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_rate rate = TW_RATE_INIT;

		read_rate(&rate, stmt);
		status = tw__rates_add(&rates, &rate, tw__col_i64(stmt, 0),
				       err);
		if (status) {
			tw__reset(stmt);
			break;
		}
	}
	if (status != TW_ITER_END) {
		tw__rates_free(&rates);
		return status;
	}
	*out = rates;
	return TW_OK;
}

tw_status tw__tariff_version_deck(tw_deck **out, tw_store *store,
				  int64_t version, tw_error *err)
{
	struct tw__rates rates = { 0 };
	struct tw__terms terms;
	tw_status status = tw__terms_read(&terms, store, version, err);

	if (status)
		return status;
	status = tw__tariff_version_rates(&rates, store, version, err);
	if (!status)
		status = tw__tariff_deck_make(out, store, &terms, &rates,
					      NULL, err);
	tw__rates_free(&rates);
	tw__terms_free(&terms);
	return status;
}

tw_status tw__tariff_version_at(int64_t *out, tw_store *store,
				int64_t carrier, tw_time at, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id FROM tariff_version WHERE carrier = ? "
		"AND valid_from <= ? AND id NOT IN "
		"(SELECT version FROM tariff_withdrawn) "
		"ORDER BY valid_from DESC, id DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, carrier);
	tw__bind_i64(stmt, 2, at);
	status = tw__step(stmt, err);
	if (status == TW_OK) {
		*out = tw__col_i64(stmt, 0);
		tw__reset(stmt);
		return TW_OK;
	}
	return status != TW_ITER_END ? status : tw__fail(err, TW_ENOTFOUND,
		"the carrier has no tariff in force; import its sheet");
}

static tw_status carrier_id(int64_t *out, tw_store *store, const char *name,
			    tw_time at, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id FROM carrier WHERE name = ? ORDER BY "
		"valid_from <= ? DESC, valid_from DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	tw__bind_i64(stmt, 2, at);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail_at(err, TW_ENOTFOUND, 0, "carrier",
				    "'%.80s' is not in the directory", name);
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__tariff_of(int64_t *out, char zone[64], tw_store *store,
			const char *carrier, tw_time at, tw_error *err)
{
	int64_t id = 0, version = 0;
	struct tw_stmt *stmt;
	tw_status status;

	status = carrier_id(&id, store, carrier, at, err);
	if (!status)
		status = tw__tariff_version_at(&version, store, id, at, err);
	if (!status)
		status = tw__stmt(&stmt, store, "SELECT tariff, zone FROM "
				  "tariff_version WHERE id = ?", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	status = tw__step(stmt, err);
	if (status)
		return status;
	*out = tw__col_i64(stmt, 0);
	snprintf(zone, 64, "%s", tw__col_text(stmt, 1));
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw_tariff_deck(tw_deck **out, tw_store *store, const char *carrier,
			 tw_time at, tw_error *err)
{
	int64_t id = 0, version = 0;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !carrier)
		return tw__fail(err, TW_EINVAL, "a deck needs out, store and "
				"carrier");
	status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	status = carrier_id(&id, store, carrier, at, err);
	if (!status)
		status = tw__tariff_version_at(&version, store, id, at, err);
	if (!status)
		status = tw__tariff_version_deck(out, store, version, err);
	tw__read_leave(&tx, store);
	return status;
}
