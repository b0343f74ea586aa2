/**
 * @file src/accounts/tariff_month.c  A month of calls under one tariff
 *
 * Decides what a month comes to: rounded charges added, exact ones added and
 * rounded once, the tier reached, what is missing to the commitment. Every
 * charge is computed again, because the store keeps rounded ones only; the
 * fractions are added over one denominator in 128 bits. Refuses to post.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "rerate.h"
#include "tariff.h"
#include "tariff_month.h"
#include <trunkwise/rating.h>

/* Every exact charge is a multiple of 1 / PARTS nano-units: seconds of a
 * minute, and two percentages in millionths. */
#define PARTS ((tw__i128)60 * TW_PPM_WHOLE * TW_PPM_WHOLE)
#define PPM   ((int64_t)TW_PPM_WHOLE)

/* nanos + rest / PARTS, 0 <= rest < PARTS */
struct exact {
	tw__i128 nanos, rest;
};

struct adding {
	struct tw__tariff_month *month;
	struct exact charges, usage;
	int64_t rounded, converted;
};

static tw_status too_large(tw_error *err)
{
	return tw__fail(err, TW_ERANGE, "the month adds up to more than "
			"9.2e9 units; check the prices");
}

static bool add_exact(struct exact *sum, const struct tw_exact *part)
{
	sum->nanos += part->nanos;
	if (!part->rest)
		return true;
	if (PARTS % part->denominator)
		return false;
	sum->rest += part->rest * (PARTS / part->denominator);
	sum->nanos += sum->rest / PARTS;
	sum->rest %= PARTS;
	return true;
}

/* exact * multiplier / divisor, rounded once. */
static tw_status round_sum(int64_t *out, const struct exact *sum,
			   const int64_t factor[2],
			   const tw_tariff_rules *rules, tw_error *err)
{
	tw__i128 numerator, unit = TW_NANOS;

	for (uint32_t i = 0; i < rules->decimals; i++)
		unit /= 10;
	if (sum->nanos > INT64_MAX ||
	    __builtin_mul_overflow(sum->nanos * PARTS + sum->rest,
				   (tw__i128)factor[0], &numerator))
		return too_large(err);
	return tw__i128_narrow(out, tw__div_round(numerator,
		PARTS * factor[1] * unit, rules->rounding) * unit, err);
}

/* ---- the calls ---- */

static tw_status add_money(int64_t *sum, int64_t part, tw_error *err)
{
	return tw__add_i64(sum, *sum, part) ? TW_OK : too_large(err);
}

static void count_call(tw_tariff_month *sums, const struct tw__again *again)
{
	sums->calls++;
	sums->attempts += !again->answered;
	sums->charged_s += again->sum.charged_s;
	sums->bundle_s += again->sum.bundle_s;
	if (again->direction == TW_DIRECTION_OUTBOUND ||
	    again->direction == TW_DIRECTION_FORWARD)
		sums->paid_s += again->sum.paid_s;
}

static tw_status add_call(const struct tw__again *again, void *arg,
			  tw_error *err)
{
	struct adding *adding = arg;
	struct tw__tariff_month *month = adding->month;
	tw_status status;

	if (again->status)
		return tw__fail(err, TW_ESTORE, "the charge of a call cannot "
				"be computed again; run verify");
	count_call(&month->sums, again);
	if (!add_exact(&adding->charges, &again->sum.exact) ||
	    !add_exact(&adding->usage, &again->sum.usage))
		return too_large(err);
	status = add_money(&adding->rounded, again->sum.cost_nanos, err);
	if (!status && *again->deck->rules.convert_to)
		status = add_money(&adding->converted, again->cost_nanos,
				   err);
	return status;
}

/* ---- the version ---- */

static tw_status newest_zone(tw_zone **out, tw_store *store, int64_t tariff,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT zone FROM tariff_version WHERE tariff = ? "
		"AND id NOT IN (SELECT version FROM tariff_withdrawn) "
		"ORDER BY valid_from DESC, id DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail_at(err, TW_ENOTFOUND, 0, "tariff", "has no "
				    "version; import its sheet");
	status = tw_zone_open(out, tw__col_text(stmt, 0), err);
	tw__reset(stmt);
	return status;
}

/* In force at the month's end; before the first one, that. */
static tw_status version_at_end(int64_t *version, int64_t *carrier,
				tw_store *store, int64_t tariff, tw_time end,
				tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, carrier FROM tariff_version WHERE tariff = ?1 "
		"AND id NOT IN (SELECT version FROM tariff_withdrawn) "
		"ORDER BY valid_from < ?2 DESC, "
		"CASE WHEN valid_from < ?2 THEN -valid_from ELSE valid_from "
		"END, id DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	tw__bind_i64(stmt, 2, end);
	status = tw__step(stmt, err);
	if (status)
		return status;
	*version = tw__col_i64(stmt, 0);
	*carrier = tw__col_i64(stmt, 1);
	tw__reset(stmt);
	return TW_OK;
}

static tw_status open_month(struct tw__tariff_month *out, tw_deck **deck,
			    tw_store *store, int64_t tariff,
			    const char *month, tw_error *err)
{
	tw_zone *zone = NULL;
	int64_t version = 0;
	tw_status status = newest_zone(&zone, store, tariff, err);

	if (!status)
		status = tw_month_range(&out->sums.from, &out->sums.to,
					month, zone, err);
	if (!status)
		snprintf(out->sums.zone, sizeof(out->sums.zone), "%s",
			 tw_zone_name(zone));
	tw_zone_free(zone);
	if (!status)
		status = version_at_end(&version, &out->carrier, store,
					tariff, out->sums.to, err);
	if (!status)
		status = tw__tariff_version_deck(deck, store, version, err);
	if (!status)
		out->rules = *tw_deck_rules(*deck);
	return status;
}

static tw_status is_declared(bool *out, tw_store *store, int64_t tariff,
			     const tw_tariff_month *sums, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM tariff WHERE id = ? AND valid_from < ? "
		"AND valid_to > ? LIMIT 1", err);

	*out = sums->calls > 0;
	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	tw__bind_i64(stmt, 2, sums->to);
	tw__bind_i64(stmt, 3, sums->from);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	*out = true;
	tw__reset(stmt);
	return TW_OK;
}

/* ---- sums ---- */

static void reach_tier(tw_tariff_month *sums, const tw_deck *deck)
{
	tw_tier tier = TW_TIER_INIT;

	sums->tier_ppm = TW_PPM_WHOLE;
	for (size_t i = 0; !tw_deck_tier(&tier, deck, i, NULL); i++) {
		if (sums->paid_s < tier.from_s)
			break;
		sums->tier_from_s = tier.from_s;
		sums->tier_ppm = tier.percent_ppm;
	}
}

static void name_currency(tw_money *money, const char currency[4])
{
	snprintf(money->currency, sizeof(money->currency), "%s", currency);
}

static void name_currencies(struct tw__tariff_month *month)
{
	tw_tariff_month *sums = &month->sums;
	tw_money *const own[] = { &sums->sum_of_rounded, &sums->rounded_sum,
		&sums->difference, &sums->tier_difference, &sums->commitment,
		&sums->shortfall, &sums->total };

	for (size_t i = 0; i < TW_ARRAY_COUNT(own); i++)
		name_currency(own[i], month->rules.currency);
	name_currency(&sums->converted, month->rules.convert_to);
}

static tw_status add_up(struct tw__tariff_month *month,
			const struct adding *adding, tw_error *err)
{
	const tw_tariff_rules *rules = &month->rules;
	tw_tariff_month *sums = &month->sums;
	const int64_t once[] = { 1, 1 };
	const int64_t beyond[] = { (int64_t)sums->tier_ppm - PPM, PPM };
	int64_t meant;
	tw_status status;

	sums->sum_of_rounded.nanos = adding->rounded;
	sums->converted.nanos = adding->converted;
	status = round_sum(&sums->rounded_sum.nanos, &adding->charges, once,
			   rules, err);
	if (!status && rules->tier_mode == TW_TIERS_WHOLE)
		status = round_sum(&sums->tier_difference.nanos,
				   &adding->usage, beyond, rules, err);
	if (status)
		return status;
	sums->difference.nanos = sums->rounded_sum.nanos - adding->rounded;
	meant = rules->invoice_total == TW_INVOICE_ROUNDED_SUM ?
		sums->rounded_sum.nanos : adding->rounded;
	status = add_money(&meant, sums->tier_difference.nanos, err);
	if (status)
		return status;
	if (month->declared)
		sums->commitment.nanos = rules->commitment_nanos;
	if (meant < sums->commitment.nanos)
		sums->shortfall.nanos = sums->commitment.nanos - meant;
	sums->total.nanos = meant + sums->shortfall.nanos;
	return TW_OK;
}

tw_status tw__tariff_month(struct tw__tariff_month *out, tw_store *store,
			   int64_t tariff, const char *month, tw_error *err)
{
	struct tw__tariff_month m = { .sums = TW_TARIFF_MONTH_INIT };
	struct adding adding = { .month = &m };
	tw_deck *deck = NULL;
	tw_status status = open_month(&m, &deck, store, tariff, month, err);

	if (status)
		return status;
	m.sums.invoice_total = m.rules.invoice_total;
	m.sums.tier_mode = m.rules.tier_mode;
	status = tw__rate_again(store, (const int64_t []){ m.sums.from,
		m.sums.to - 1 }, tariff, add_call, &adding, err);
	if (!status)
		status = is_declared(&m.declared, store, tariff, &m.sums,
				     err);
	reach_tier(&m.sums, deck);
	tw_deck_free(deck);
	if (!status)
		status = add_up(&m, &adding, err);
	if (status)
		return status;
	name_currencies(&m);
	*out = m;
	return TW_OK;
}
