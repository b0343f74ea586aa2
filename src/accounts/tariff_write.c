/**
 * @file src/accounts/tariff_write.c  A tariff version into its tables
 *
 * Decides what an undeclared tariff and carrier are entered as. Refuses to
 * judge the rates: tariff_import.c has.
 */
#include "tariff.h"
#include "tariff_terms.h"

static tw_status new_entity(int64_t *out, const struct tw__new_version *v,
			    const char *kind, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, v->store,
		"INSERT INTO entity (kind, origin) VALUES (?, 'import')",
		err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, kind);
	status = tw__run(stmt, err);
	if (!status)
		*out = tw__last_id(v->store);
	return status;
}

static tw_status declare_carrier(struct tw__new_version *v, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	if (v->carrier)
		return TW_OK;
	status = new_entity(&v->carrier, v, "carrier", err);
	if (!status)
		status = tw__stmt(&stmt, v->store,
			"INSERT INTO carrier (id, valid_from, name) "
			"VALUES (?, ?, ?)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, v->carrier);
	tw__bind_i64(stmt, 2, TW_TIME_MIN);
	tw__bind_text(stmt, 3, v->carrier_name);
	return tw__run(stmt, err);
}

/* Only what the defaults do not say: NULL stays "the default". */
static tw_status declare_tariff(struct tw__new_version *v, tw_error *err)
{
	const tw_tariff_rules *rules = &v->terms->rules;
	struct tw_stmt *stmt;
	tw_status status;

	if (v->tariff)
		return TW_OK;
	status = new_entity(&v->tariff, v, "tariff", err);
	if (!status)
		status = tw__stmt(&stmt, v->store,
			"INSERT INTO tariff (id, valid_from, name, carrier, "
			"currency, zone, stated_by) VALUES "
			"(?, ?, ?, ?, ?, ?, nullif(?, ''))", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, v->tariff);
	tw__bind_i64(stmt, 2, TW_TIME_MIN);
	tw__bind_text(stmt, 3, v->tariff_name);
	tw__bind_i64(stmt, 4, v->carrier);
	tw__bind_text(stmt, 5, rules->currency);
	tw__bind_text(stmt, 6, rules->zone);
	tw__bind_text(stmt, 7, rules->stated_by);
	return tw__run(stmt, err);
}

static void bind_rules(struct tw_stmt *stmt, const tw_tariff_rules *rules)
{
	tw__bind_text(stmt, 9, rules->currency);
	tw__bind_text(stmt, 10, rules->zone);
	tw__bind_i64(stmt, 11, rules->seconds);
	tw__bind_i64(stmt, 12, rules->rounding);
	tw__bind_i64(stmt, 13, rules->decimals);
	tw__bind_i64(stmt, 14, rules->crossing);
	tw__bind_i64(stmt, 15, rules->vat);
	tw__bind_i64(stmt, 16, rules->vat_percent_nanos);
	tw__bind_i64(stmt, 17, rules->invoice_total);
	tw__bind_i64(stmt, 18, rules->round_each);
	tw__bind_i64(stmt, 19, rules->fee_on_zero);
	tw__bind_i64(stmt, 20, rules->tier_mode);
	tw__bind_i64(stmt, 21, rules->minimum_s);
	tw__bind_i64(stmt, 22, rules->free_below_s);
	tw__bind_i64(stmt, 23, rules->included_s);
	tw__bind_i64(stmt, 24, rules->minimum_charge_nanos);
	tw__bind_i64(stmt, 25, rules->maximum_charge_nanos);
	tw__bind_i64(stmt, 26, rules->attempt_fee_nanos);
	tw__bind_i64(stmt, 27, rules->commitment_nanos);
	tw__bind_text(stmt, 28, rules->convert_to);
	tw__bind_text(stmt, 29, rules->stated_by);
}

static tw_status insert_version(struct tw__new_version *v, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, v->store,
		"INSERT INTO tariff_version (tariff, carrier, valid_from, "
		"made_us, file_name, sheet_hash, partial, row_count, "
		"currency, zone, seconds, rounding, decimals, crossing, vat, "
		"vat_percent, invoice_total, round_each, fee_on_zero, "
		"tier_mode, minimum_s, free_below_s, included_s, "
		"minimum_charge, maximum_charge, attempt_fee, commitment, "
		"convert_to, stated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, v->tariff);
	tw__bind_i64(stmt, 2, v->carrier);
	tw__bind_i64(stmt, 3, v->starts);
	tw__bind_i64(stmt, 4, v->now);
	tw__bind_text(stmt, 5, v->file_name ? v->file_name : "");
	tw__bind_text(stmt, 6, v->hash);
	tw__bind_i64(stmt, 7, v->partial);
	tw__bind_i64(stmt, 8, (int64_t)v->rates->count);
	bind_rules(stmt, &v->terms->rules);
	status = tw__run(stmt, err);
	if (!status)
		v->id = tw__last_id(v->store);
	return status;
}

static tw_status prepare_rate(struct tw_stmt **out, tw_store *store,
			      tw_error *err)
{
	return tw__stmt(out, store,
		"INSERT INTO tariff_rate (version, position, origin, line, "
		"status, direction, prefix, caller_prefix, destination, "
		"price_nanos, connect_fee_nanos, first_inc_s, next_inc_s, "
		"valid_from, valid_to, relation, from_s, band) VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		err);
}

static void bind_rate(struct tw_stmt *stmt, const struct tw__new_version *v,
		      size_t position)
{
	const tw_rate *rate = &v->rates->rows[position];
	int64_t origin = v->rates->origins[position];

	tw__bind_i64(stmt, 1, v->id);
	tw__bind_i64(stmt, 2, (int64_t)position);
	tw__bind_i64(stmt, 3, origin ? origin : v->id);
	tw__bind_i64(stmt, 4, rate->line);
	tw__bind_i64(stmt, 5, rate->status);
	tw__bind_i64(stmt, 6, rate->direction);
	tw__bind_text(stmt, 7, rate->prefix);
	tw__bind_text(stmt, 8, rate->caller_prefix);
	tw__bind_text(stmt, 9, rate->destination);
	tw__bind_i64(stmt, 10, rate->price_nanos);
	tw__bind_i64(stmt, 11, rate->connect_fee_nanos);
	tw__bind_i64(stmt, 12, rate->first_inc_s);
	tw__bind_i64(stmt, 13, rate->next_inc_s);
	tw__bind_i64(stmt, 14, rate->from);
	tw__bind_i64(stmt, 15, rate->to);
	tw__bind_i64(stmt, 16, rate->relation);
	tw__bind_i64(stmt, 17, rate->from_s);
	tw__bind_text(stmt, 18, rate->band);
}

/* Often enough for a person who wants to stop, too seldom to be felt. */
#define PROGRESS_ROWS 2048

static tw_status tell(const struct tw__new_version *v, size_t done,
		      tw_error *err)
{
	if (done % PROGRESS_ROWS || !v->progress ||
	    !v->progress(v->progress_arg, done, v->rates->count))
		return TW_OK;
	return tw__fail(err, TW_ECANCELLED, "stopped after %zu of %zu rates; "
			"nothing was changed", done, v->rates->count);
}

static tw_status insert_rates(const struct tw__new_version *v, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = prepare_rate(&stmt, v->store, err);

	for (size_t i = 0; !status && i < v->rates->count; i++) {
		status = tell(v, i, err);
		if (status)
			break;
		bind_rate(stmt, v, i);
		status = tw__run(stmt, err);
	}
	return status;
}

tw_status tw__tariff_version_write(struct tw__new_version *v, tw_error *err)
{
	tw_status status = declare_carrier(v, err);

	if (!status)
		status = declare_tariff(v, err);
	if (!status)
		status = insert_version(v, err);
	if (!status)
		status = tw__terms_write(v->terms, v->store, v->id, err);
	return status ? status : insert_rates(v, err);
}
