/**
 * @file usage.h  A tariff's month in the store, and dated exchange rates
 *
 * Bundles, tiers, commitments and conversions depend on more than one call:
 * the store keeps what calls used up (docs/rating.md sections 6, 7 and 10).
 */
#ifndef TRUNKWISE_USAGE_H
#define TRUNKWISE_USAGE_H

#include <trunkwise/bundle.h>
#include <trunkwise/directory.h>

TW_BEGIN_DECLS

/** Stores exchange rates: a CSV of date,currency,to,rate ("2026-10-05,USD,
 * RUB,92.5": 92.5 rubles for a dollar from that day on). A rate is never
 * changed: the same row again is a duplicate, another rate of that day a
 * conflict. All or nothing: with rejects or conflicts nothing is stored and
 * good rows are counted as held. `out_rejects` (new) may be NULL.
 * @return TW_OK (also with rejects), TW_EPARSE (no header), TW_EINVAL */
TW_EXTERN(tw_status) tw_exchange_import(tw_counts *out,
	tw_rejects **out_rejects, tw_store *store, const void *data,
	size_t size, tw_error *err);

/** Rate for a call answered at an instant whose deck converts: the one of the
 * latest date not after the call's, for request.exchange_nanos. 0 when the
 * deck converts nothing. @return TW_OK, TW_ENOPRICE (none is known),
 * TW_ERANGE */
TW_EXTERN(tw_status) tw_exchange_rate(int64_t *out_nanos, tw_store *store,
				      const tw_deck *deck, tw_time at,
				      tw_error *err);

/** What the calls of one month come to under one tariff. The month is of the
 * tariff's zone, by the answer (of calls that were not answered: their
 * start). Money is in the tariff's currency unless said otherwise. */
typedef struct tw_tariff_month {
	uint32_t size;
	uint32_t invoice_total;      /* TW_INVOICE_: what the contract means */
	uint32_t tier_mode;          /* TW_TIERS_ */
	uint32_t tier_ppm;           /* of the tier reached; whole: none */
	uint64_t calls;              /* that have a charge, attempts too */
	uint64_t attempts;           /* of these, not answered */
	int64_t charged_s;
	int64_t bundle_s;            /* of charged_s, from bundles */
	int64_t paid_s;              /* outbound and forwarded: for tiers */
	int64_t tier_from_s;         /* where the tier begins, 0: none */
	tw_time from;                /* the month */
	tw_time to;
	tw_money sum_of_rounded;     /* as stored with the calls */
	tw_money rounded_sum;        /* exact charges added, rounded once */
	tw_money difference;         /* rounded_sum - sum_of_rounded */
	tw_money tier_difference;    /* tier_mode whole; else 0 */
	tw_money commitment;         /* 0: none */
	tw_money shortfall;          /* what total lacks without it */
	tw_money total;              /* the one that is meant, with tier
					difference and shortfall */
	tw_money converted;          /* the calls in rules.convert_to */
	char zone[64];               /* whose month it is */
} tw_tariff_month;
#define TW_TARIFF_MONTH_INIT { sizeof(tw_tariff_month), 0, 0, 0, 0, 0, 0, 0, \
	0, 0, 0, 0, { 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, \
	{ 0, "" }, { 0, "" }, { 0, "" }, "" }

/** A bundle's minutes of one period that touches the month. */
typedef struct tw_pot {
	uint32_t size;
	uint32_t period;             /* TW_PERIOD_ */
	tw_time from;                /* the period */
	tw_time to;
	int64_t seconds;             /* that it began with */
	int64_t used_s;              /* in this period and, carried over, in
					the next one */
	int64_t left_s;
	char name[128];              /* of the bundle */
} tw_pot;
#define TW_POT_INIT { sizeof(tw_pot), 0, 0, 0, 0, 0, 0, "" }

typedef struct tw_pots tw_pots;

/** Every charge of the month computed again from its call, version and note,
 * and added up. Reads only. `out_pots` (new) may be NULL: by bundle in listed
 * order, then by period. @return TW_OK, TW_ENOTFOUND (no such tariff, or it
 * has no version yet), TW_EPARSE (month), TW_ERANGE, TW_ESTORE (a charge
 * cannot be computed again: run verify) */
TW_EXTERN(tw_status) tw_tariff_total(tw_tariff_month *out,
	tw_pots **out_pots, tw_store *store, const char *tariff,
	const char *month, tw_error *err);
/** @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_pots_next(tw_pot *out, tw_pots *pots,
				  tw_error *err);
TW_EXTERN(void) tw_pots_free(tw_pots *pots);

TW_END_DECLS

#endif
