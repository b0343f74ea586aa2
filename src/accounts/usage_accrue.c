/**
 * @file src/accounts/usage_accrue.c  What tariffs owe for a month as a whole
 *
 * Decides which tariffs owe a shortfall or a tier's difference, in which
 * currency, and whose it is: the calls of several departments fell short
 * together, so it is shared where an [[allocation]] says how. Refuses to post
 * and to know what was posted (rent_accrue.c), and to speak of a month that
 * still has calls to come.
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "base/decimal.h"
#include "exchange.h"
#include "ledger.h"
#include "rent_share.h"
#include "rent_vat.h"
#include "spread.h"
#include "tariff_month.h"
#include "usage_accrue.h"

void tw__usage_dues_free(struct tw__usage_dues *dues)
{
	tw_free(dues->rows);
	memset(dues, 0, sizeof(*dues));
}

bool tw__usage_dues_have(const struct tw__usage_dues *dues, int64_t tariff)
{
	for (size_t i = 0; i < dues->count; i++) {
		if (dues->rows[i].tariff == tariff)
			return true;
	}
	return false;
}

static int64_t unit_of(const char *currency)
{
	uint32_t decimals = 2;
	int64_t unit = TW_NANOS;

	(void)tw_currency_decimals(&decimals, currency, NULL);
	while (decimals--)
		unit /= 10;
	return unit;
}

/* By the dated rate of the month's last day: a shortfall has no day of its
 * own, and it is owed when the month is over. */
static tw_status convert(int64_t *amount, tw_store *store,
			 const struct tw__tariff_month *month, tw_error *err)
{
	const tw_tariff_rules *rules = &month->rules;
	struct tw__exchange rate = { 0, 0 };
	int64_t unit = unit_of(rules->convert_to);
	tw_zone *zone;
	tw_civil last;
	tw_status status = tw_zone_open(&zone, rules->zone, err);

	if (status)
		return status;
	tw_zone_local(&last, zone, month->sums.to - 1);
	tw_zone_free(zone);
	status = tw__exchange_at(&rate, store, rules->currency,
		rules->convert_to, tw__days_from_civil(last.year, last.month,
						       last.day), err);
	if (status)
		return status;
	if (!rate.rate_nanos)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "exchange", "no rate "
			"of %s to %s up to %04d-%02d-%02d; import it with "
			"exchange import", rules->currency, rules->convert_to,
			last.year, last.month, last.day);
	return tw__i128_narrow(amount, tw__div_round((tw__i128)*amount *
		rate.rate_nanos, (tw__i128)TW_NANOS * unit,
		rules->rounding) * unit, err);
}

struct owing {
	struct tw__usage_dues *out;
	tw_store *store;
	const struct tw__tariff_month *month;
	int64_t tariff;
	const char *name;
};

/* Of one due: whose parts of it are how large. */
struct sharing {
	struct tw__usage_dues parts;
	int64_t *weights;
	size_t count, capacity;
	const struct tw__usage_due *whole;
};

static tw_status add_part(int64_t department, int64_t percent_nanos,
			  void *arg, tw_error *err)
{
	struct sharing *sharing = arg;
	struct tw__usage_dues *parts = &sharing->parts;

	if (tw__grow((void **)&parts->rows, &parts->capacity,
		     parts->count + 1, sizeof(*parts->rows)) ||
	    tw__grow((void **)&sharing->weights, &sharing->capacity,
		     parts->count + 1, sizeof(*sharing->weights)))
		return tw__fail_oom(err);
	parts->rows[parts->count] = *sharing->whole;
	parts->rows[parts->count].department = department;
	sharing->weights[parts->count++] = percent_nanos;
	return TW_OK;
}

/* Amount and VAT are spread, net is what they leave: as rents are. */
static tw_status spread_parts(struct sharing *sharing, bool net, tw_error *err)
{
	struct tw__usage_dues *parts = &sharing->parts;
	const struct tw__usage_due *whole = sharing->whole;
	const struct tw__weights weights = { sharing->weights, parts->count };
	const int64_t unit = unit_of(whole->currency);
	int64_t *sums = tw_calloc(2 * parts->count, sizeof(*sums));
	tw_status status;

	if (!sums)
		return tw__fail_oom(err);
	status = tw__spread(sums, whole->amount_nanos, &weights, unit, err);
	if (!status)
		status = tw__spread(sums + parts->count, whole->vat_nanos,
				    &weights, unit, err);
	for (size_t i = 0; !status && i < parts->count; i++) {
		struct tw__usage_due *part = &parts->rows[i];

		part->amount_nanos = sums[i];
		part->vat_nanos = sums[parts->count + i];
		part->net_nanos = part->amount_nanos -
			(net ? 0 : part->vat_nanos);
	}
	tw_free(sums);
	return status;
}

static tw_status append(struct tw__usage_dues *out,
			const struct tw__usage_dues *parts, tw_error *err)
{
	if (tw__grow((void **)&out->rows, &out->capacity,
		     out->count + parts->count, sizeof(*out->rows)))
		return tw__fail_oom(err);
	memcpy(out->rows + out->count, parts->rows,
	       parts->count * sizeof(*parts->rows));
	out->count += parts->count;
	return TW_OK;
}

static tw_status share(struct owing *owing, const struct tw__usage_due *due,
		       tw_error *err)
{
	struct sharing sharing = { .whole = due };
	struct tw__shares shares = { 0 };
	tw_status status = tw__shares_load(&shares, owing->store,
		TW_POSTING_COMMITMENT, owing->tariff, err);

	snprintf(shares.name, sizeof(shares.name), "%s", owing->name);
	if (!status)
		status = tw__shares_day(&shares, owing->month->sums.to - 1, 0,
					add_part, &sharing, err);
	if (!status)
		status = spread_parts(&sharing, owing->month->rules.vat ==
				      TW_VAT_NET, err);
	if (!status)
		status = append(owing->out, &sharing.parts, err);
	tw__shares_free(&shares);
	tw_free(sharing.parts.rows);
	tw_free(sharing.weights);
	return status;
}

static tw_status add_due(struct owing *owing, int64_t kind, int64_t amount,
			 tw_error *err)
{
	const tw_tariff_rules *rules = &owing->month->rules;
	bool converts = *rules->convert_to != '\0';
	const struct tw__vat vat = { rules->vat == TW_VAT_NET,
		rules->vat_percent_nanos };
	struct tw__usage_due due = { .tariff = owing->tariff,
		.carrier = owing->month->carrier, .kind = kind };
	tw_status status = TW_OK;

	snprintf(due.currency, sizeof(due.currency), "%s", converts ?
		 rules->convert_to : rules->currency);
	snprintf(due.reference, sizeof(due.reference), "%.90s: %s",
		 owing->name, kind == TW_POSTING_TIER ?
		 "tier of the month" : "commitment shortfall");
	if (amount && converts)
		status = convert(&amount, owing->store, owing->month, err);
	due.amount_nanos = amount;
	if (!status)
		status = tw__vat_split(&due.net_nanos, &due.vat_nanos, amount,
				       &vat, unit_of(due.currency), err);
	return status ? status : share(owing, &due, err);
}

static tw_status add_tariff(struct tw__usage_dues *out, tw_store *store,
			    int64_t tariff, const char *const names[2],
			    tw_time now, tw_error *err)
{
	struct tw__tariff_month month;
	struct owing owing = { out, store, &month, tariff, names[0] };
	tw_status status = tw__tariff_month(&month, store, tariff, names[1],
					    err);

	if (status || now < month.sums.to)
		return status;
	status = add_due(&owing, TW_POSTING_TIER,
			 month.sums.tier_difference.nanos, err);
	if (!status)
		status = add_due(&owing, TW_POSTING_COMMITMENT,
				 month.sums.shortfall.nanos, err);
	return status;
}

tw_status tw__usage_dues(struct tw__usage_dues *out, tw_store *store,
			 const char *month, tw_time now, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT v.tariff, (SELECT name FROM tariff t "
		"WHERE t.id = v.tariff ORDER BY t.valid_from DESC LIMIT 1) "
		"FROM tariff_version v "
		"WHERE (v.commitment <> 0 OR v.tier_mode = 2) "
		"AND EXISTS (SELECT 1 FROM tariff_version w "
		"WHERE w.tariff = v.tariff AND w.id NOT IN "
		"(SELECT version FROM tariff_withdrawn)) "
		"GROUP BY v.tariff ORDER BY v.tariff", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		char name[128];

		snprintf(name, sizeof(name), "%s", tw__col_text(stmt, 1));
		status = add_tariff(out, store, tw__col_i64(stmt, 0),
				    (const char *const []){ name, month },
				    now, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}
