/* A tariff version of two rates, written straight into the tables. */
#ifndef TW_TESTS_TARIFF_FIXTURE_H
#define TW_TESTS_TARIFF_FIXTURE_H

#include "accounts_fixture.h"
#include "accounts/tariff.h"
#include "accounts/tariff_terms.h"

static inline tw_tariff_rules odd_rules(void)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;

	/* none a default, and neighbours differ */
	rules.seconds = TW_SECONDS_NEAREST;
	rules.rounding = TW_ROUND_HALF_EVEN;
	rules.decimals = 5;
	rules.crossing = TW_CROSSING_PER_SECOND;
	rules.vat = TW_VAT_NET;
	rules.invoice_total = TW_INVOICE_ROUNDED_SUM;
	rules.vat_percent_nanos = 20 * TW_NANOS;
	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "Asia/Tomsk");
	rules.round_each = TW_ROUND_EACH_INCREMENT;
	rules.fee_on_zero = 1;
	rules.tier_mode = TW_TIERS_WHOLE;
	rules.minimum_s = 31;
	rules.free_below_s = 32;
	rules.included_s = 33;
	rules.minimum_charge_nanos = 34;
	rules.maximum_charge_nanos = 35;
	rules.attempt_fee_nanos = 36;
	rules.commitment_nanos = 37;
	strcpy(rules.convert_to, "USD");
	return rules;
}

static inline struct tw__terms odd_terms(void)
{
	struct tw__terms terms = { .rules = odd_rules() };

	return terms;
}

/* With two bands, two days and a tier; end it. */
static inline struct tw__terms full_terms(void)
{
	struct tw__terms terms = odd_terms();
	tw_error err = TW_ERROR_INIT;

	if (tw__terms_add_band(&terms, "day", "mon-fri 08:00-20:00",
			       TW_PPM_WHOLE, &err) ||
	    tw__terms_add_band(&terms, "rest", "mon-fri 20:00-08:00\n"
			       "sat,sun,holiday 00:00-24:00", 505000, &err) ||
	    tw__terms_add_days(&terms, "2026-01-01\n2026-02-28 mon", &err) ||
	    tw__terms_add_tier(&terms, 60000, 900000, &err))
		fail_msg("%s: %s", err.field, err.message);
	return terms;
}

static inline struct tw__rates two_rates(void)
{
	struct tw__rates rates = { 0 };
	tw_rate rate = TW_RATE_INIT;

	rate.line = 2;
	rate.direction = TW_DIRECTION_OUTBOUND;
	rate.price_nanos = 11;
	rate.connect_fee_nanos = 12;
	rate.first_inc_s = 13;
	rate.next_inc_s = 14;
	rate.from = 15;
	rate.to = 16;
	strcpy(rate.prefix, "7843");
	strcpy(rate.caller_prefix, "7916");
	strcpy(rate.destination, "Kazan");
	rate.relation = TW_RELATION_SAME_CITY;
	assert_int_equal(tw__rates_add(&rates, &rate, 0, NULL), TW_OK);
	rate = (tw_rate)TW_RATE_INIT;
	rate.line = 9;
	rate.status = TW_RATE_BLOCKED;
	strcpy(rate.prefix, "79");
	assert_int_equal(tw__rates_add(&rates, &rate, 3, NULL), TW_OK);
	return rates;
}

static inline struct tw__new_version new_version(struct fixture *f,
	const struct tw__terms *terms, const struct tw__rates *rates)
{
	return (struct tw__new_version){ .store = f->store,
		.tariff_name = "volga-2026", .carrier_name = "volga",
		.file_name = "volga.csv", .hash = "h", .starts = 500,
		.now = 600, .partial = true, .terms = terms,
		.rates = rates };
}

#endif
