/* Tariffs that remember: bundles, tiers, commitments, in a few words. */
#ifndef TW_TESTS_USAGE_FIXTURE_H
#define TW_TESTS_USAGE_FIXTURE_H

#include "accounts_fixture.h"

#define MOBILE "79161234567"
#define LONDON "442071234567"

/* Two cities, and the tariff that usual_tariff() imports for. */
static inline void want_tariff(struct fixture *f, const char *currency)
{
	want_two_cities(f);
	want(f, "tariff[0].name", "carrier-2026");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", currency);
	want(f, "tariff[0].zone", "Europe/Moscow");
}

static inline void want_tier(struct fixture *f, const char *minutes,
			     const char *percent)
{
	want_as(f, "tariff[0].tier[0].from_minutes", TW_VALUE_INTEGER,
		minutes);
	want(f, "tariff[0].tier[0].percent", percent);
}

/* Ten minutes a month to mobiles, for Kazan. */
static inline void want_bundle(struct fixture *f)
{
	want(f, "bundle[0].name", "free");
	want(f, "bundle[0].tariff", "carrier-2026");
	want_as(f, "bundle[0].minutes", TW_VALUE_INTEGER, "10");
	want(f, "bundle[0].prefixes[0]", "79");
	want(f, "bundle[0].departments[0]", "Kazan");
}

static inline void in_force(struct fixture *f)
{
	apply_at(f, "2026-01-01T00:00:00+03:00");
	usual_tariff(f);
}

static inline void add_talk(struct fixture *f, tw_import *import,
			    const char *callee, tw_time answer,
			    int64_t seconds)
{
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", callee);

	cdr.start = cdr.answer = answer;
	cdr.duration_us = seconds * TW_SECOND;
	add_call(import, &cdr);
}

/* One batch of one talk; its number. */
static inline uint64_t talk(struct fixture *f, const char *callee,
			    tw_time answer, int64_t seconds)
{
	tw_import *import = begin_import(f, NULL, NULL);
	uint64_t batch = tw_import_batch(import);

	add_talk(f, import, callee, answer, seconds);
	end_import(import);
	return batch;
}

static inline int64_t tariff_of(struct fixture *f)
{
	return one_number(f, "SELECT id FROM tariff LIMIT 1");
}

static inline tw_counts import_rates(struct fixture *f, const char *text)
{
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_exchange_import(&counts, NULL, f->store, text, strlen(text),
			       &err))
		fail_msg("rates: %s: %s", err.field, err.message);
	return counts;
}

static inline tw_tariff_month month_of(struct fixture *f, const char *month)
{
	tw_tariff_month sums = TW_TARIFF_MONTH_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_tariff_total(&sums, NULL, f->store, "carrier-2026", month,
			    &err))
		fail_msg("total: %s: %s", err.field, err.message);
	return sums;
}

#endif
