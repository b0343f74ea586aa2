/*
 * What so many seconds of one call cost, and how many seconds so much money
 * buys. Both ask rating: fees, increments, bands and minimums are its own
 * affair, and what is reserved is what will be charged.
 */
#include "budget.h"

#include <string.h>

#include "base/decimal.h"

#define MINUTE_S  60
#define PPM_WHOLE 1000000

static void fill(tw_rating_request *r, const struct tw__call_price *price,
		 int64_t duration_us)
{
	r->direction = price->direction;
	r->number = price->number;
	r->caller = *price->caller ? price->caller : NULL;
	r->relation = price->relation;
	r->answer = price->at;
	r->exchange_nanos = price->exchange_nanos;
	r->duration_us = duration_us < 0 ? 0 : duration_us;
	r->flags = duration_us < 0 ? TW_RATING_UNANSWERED : 0;
}

tw_status tw__call_cost(tw_money *out, const struct tw__call_price *price,
			int64_t duration_us, tw_error *err)
{
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	tw_status status;

	fill(&r, price, duration_us);
	status = tw_rating_rate(&charge, price->deck, &r, err);
	if (status)
		return status;
	*out = *charge.converted.currency ? charge.converted_net :
		charge.net;
	return TW_OK;
}

/* A guard that rounds down would let the dearest minute through. */
static tw_status scale(int64_t *nanos, int64_t by, int64_t of, tw_error *err)
{
	return tw__i128_narrow(nanos, tw__div_round((tw__i128)*nanos * by, of,
						    TW_ROUND_UP), err);
}

tw_status tw__call_minute(tw_money *out, const struct tw__call_price *price,
			  tw_error *err)
{
	const tw_tariff_rules *rules = tw_deck_rules(price->deck);
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	const char *currency = rules->currency;
	tw_span span = TW_SPAN_INIT;
	tw_status status;
	int64_t nanos;

	fill(&r, price, MINUTE_S * TW_SECOND);
	status = tw_rating_span(&span, price->deck, &r, 0, err);
	if (status == TW_ITER_END)
		span.price_nanos = 0;    /* the first minute is free */
	else if (status)
		return status;
	nanos = span.price_nanos;
	status = scale(&nanos, span.band_ppm ? span.band_ppm : PPM_WHOLE,
		       PPM_WHOLE, err);
	if (!status && rules->vat == TW_VAT_GROSS)
		status = scale(&nanos, 100 * TW_NANOS, 100 * TW_NANOS +
			       rules->vat_percent_nanos, err);
	if (!status && *rules->convert_to && price->exchange_nanos) {
		status = scale(&nanos, price->exchange_nanos, TW_NANOS, err);
		currency = rules->convert_to;
	}
	if (status)
		return status;
	out->nanos = nanos;
	memcpy(out->currency, currency, sizeof(out->currency));
	return TW_OK;
}

static bool buys(const struct tw__call_price *price, int64_t nanos,
		 int64_t seconds)
{
	tw_money cost;

	return !tw__call_cost(&cost, price, seconds * TW_SECOND, NULL) &&
		cost.nanos <= nanos;
}

/* The price of a minute leads close to the answer; a fee or a band only makes
 * the rest of the search longer. A longer call never costs less. */
static int64_t guess(const struct tw__call_price *price, int64_t nanos,
		     int64_t cap)
{
	tw_money minute;
	int64_t s;

	if (tw__call_minute(&minute, price, NULL) || minute.nanos <= 0)
		return cap / 2;
	if (tw__i128_narrow(&s, (tw__i128)nanos * MINUTE_S / minute.nanos,
			    NULL) || s >= cap)
		return cap - 1;
	return s;
}

/* Where to look next between what is bought and what is not. Steps from the
 * guess widen until they hold the answer between them. */
static int64_t next_probe(int64_t low, int64_t high, bool below, bool above,
			  int64_t step)
{
	int64_t probe;

	if (below && above)
		probe = low + (high - low) / 2;
	else if (below)
		probe = low + step;
	else
		probe = high - step;
	if (probe <= low)
		return low + 1;
	return probe >= high ? high - 1 : probe;
}

int64_t tw__call_most(const struct tw__call_price *price, int64_t nanos,
		      int64_t cap)
{
	int64_t low = 1, high = cap, step = MINUTE_S, probe;
	bool below = false, above = false;

	if (cap <= 0 || !buys(price, nanos, 1))
		return 0;
	if (nanos == TW_NO_LIMIT || buys(price, nanos, cap))
		return cap;
	probe = guess(price, nanos, cap);
	while (high - low > 1) {
		if (probe <= low || probe >= high)
			probe = next_probe(low, high, true, true, step);
		if (buys(price, nanos, probe)) {
			low = probe;
			below = true;
		} else {
			high = probe;
			above = true;
		}
		probe = next_probe(low, high, below, above, step);
		step *= 2;
	}
	return low;
}
