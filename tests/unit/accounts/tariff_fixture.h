/* A tariff version of two rates, written straight into the tables. */
#ifndef TW_TESTS_TARIFF_FIXTURE_H
#define TW_TESTS_TARIFF_FIXTURE_H

#include "accounts_fixture.h"
#include "accounts/tariff.h"

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
	return rules;
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
	assert_int_equal(tw__rates_add(&rates, &rate, 0, NULL), TW_OK);
	rate = (tw_rate)TW_RATE_INIT;
	rate.line = 9;
	rate.status = TW_RATE_BLOCKED;
	strcpy(rate.prefix, "79");
	assert_int_equal(tw__rates_add(&rates, &rate, 3, NULL), TW_OK);
	return rates;
}

static inline struct tw__new_version new_version(struct fixture *f,
	const tw_tariff_rules *rules, const struct tw__rates *rates)
{
	return (struct tw__new_version){ .store = f->store,
		.tariff_name = "volga-2026", .carrier_name = "volga",
		.file_name = "volga.csv", .hash = "h", .starts = 500,
		.now = 600, .partial = true, .rules = rules,
		.rates = rates };
}

#endif
