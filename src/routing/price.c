/*
 * What this call is expected to cost over a trunk: rating is asked for every
 * duration of the histogram, fees, increments, bands and roundings included,
 * and the mean is taken once at the end (trap 31). And what it may cost: a sum
 * that the request names, or the customer's own price of the same call, by the
 * same durations, less the margin (a carrier dearer than that is a loss).
 */
#include "order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

static void fill(tw_rating_request *r, const struct tw__question *q)
{
	const tw_route_request *request = q->request;

	r->direction = request->direction;
	r->number = request->number;
	r->caller = request->caller;
	r->relation = q->relation;
	r->answer = request->at;
}

/* A carrier prices by the number that it is shown. */
static void fill_shown(tw_rating_request *r, const struct tw__question *q,
		       const struct tw__bid *bid)
{
	fill(r, q);
	r->caller = bid->leg.caller.number;
	r->relation = bid->leg.relation;
	r->exchange_nanos = bid->trunk->exchange_nanos;
	tw__used_ask(r, q->router, bid->trunk, q->request->department);
}

/* what it will cost us is what it is converted to */
static const tw_money *owed(const tw_charge *charge)
{
	return *charge->converted.currency ? &charge->converted_net :
		&charge->net;
}

/* The mean over all calls of the histogram; the charge is of the last. */
static tw_status expect(tw_money *out, tw_charge *charge,
			const tw_deck *deck, tw_rating_request *r,
			const struct tw__durations *durations, tw_error *err)
{
	tw__i128 sum = 0, bundle = 0;
	tw_status status;

	for (uint32_t i = 0; i < durations->count; ++i) {
		r->duration_us = durations->us[i];
		status = tw_rating_rate(charge, deck, r, err);
		if (status)
			return status;
		sum += (tw__i128)owed(charge)->nanos * durations->calls[i];
		bundle += (tw__i128)charge->bundle_s * durations->calls[i];
	}
	charge->bundle_s = (int64_t)tw__div_round(bundle,
		durations->calls_total, TW_ROUND_HALF_UP);
	*out = *owed(charge);
	return tw__i128_narrow(&out->nanos, tw__div_round(sum,
		durations->calls_total, TW_ROUND_HALF_UP), err);
}

/* Rating's words, cut between characters: reasons are UTF-8. */
static void say_unpriced(char why[128], const char *message)
{
	tw__utf8_cut(why, 128, message);
}

static void amount(char text[40], int64_t nanos)
{
	if (tw_decimal_format(text, 40, nanos, TW_DECIMALS_SHORTEST, NULL))
		snprintf(text, 40, "?");
}

static void refuse_dear(struct tw__bid *bid, const struct tw__limit *limit)
{
	char price[40], most[40];

	amount(price, bid->expected.nanos);
	amount(most, limit->nanos);
	bid->verdict = TW_EREFUSED;
	bid->is_dear = true;
	if (limit->margin_ppm)
		snprintf(bid->why, sizeof(bid->why), "skipped: %.20s and "
			 "%" PRIu32 ".%04" PRIu32 " %% margin are over "
			 "%.20s", price, limit->margin_ppm / 10000,
			 limit->margin_ppm % 10000, most);
	else
		snprintf(bid->why, sizeof(bid->why), "skipped: %.20s is over "
			 "the limit of %.20s", price, most);
}

static void guard(struct tw__bid *bid, const struct tw__limit *limit)
{
	if (limit->is_unpriced) {
		bid->verdict = TW_EREFUSED;
		bid->is_dear = true;
		snprintf(bid->why, sizeof(bid->why), "skipped: the customer "
			 "has no price for this number");
	} else if (*limit->currency &&
		   strcmp(limit->currency, bid->expected.currency)) {
		bid->verdict = TW_ECONFLICT;
		snprintf(bid->why, sizeof(bid->why), "price in %s does not "
			 "compare with the customer's in %s",
			 bid->expected.currency, limit->currency);
	} else if ((limit->nanos || *limit->currency) &&
		   (tw__i128)bid->expected.nanos *
		   (TW_WHOLE_PPM + (int64_t)limit->margin_ppm) >
		   (tw__i128)limit->nanos * TW_WHOLE_PPM) {
		refuse_dear(bid, limit);
	}
}

tw_status tw__price_bid(struct tw__bid *bid, const struct tw__question *q,
			tw_error *err)
{
	const struct tw_carrier *trunk = bid->trunk;
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	fill_shown(&r, q, bid);
	status = expect(&bid->expected, &charge, trunk->deck, &r,
			&q->durations, &why);
	if (status == TW_EINVAL || status == TW_ENOMEM)
		return tw__fail(err, status, "trunk \"%s\": %s",
				trunk->trunk, why.message);
	if (status == TW_OK) {
		bid->is_priced = true;
		bid->bundle_s = charge.bundle_s;
		bid->used_s = r.used_s;
		memcpy(bid->prefix, charge.prefix, sizeof(bid->prefix));
		memcpy(bid->destination, charge.destination,
		       sizeof(bid->destination));
	}
	if (bid->verdict)
		return TW_OK;       /* for another reason, told before */
	if (status) {
		bid->verdict = status;
		say_unpriced(bid->why, why.message);
	} else {
		guard(bid, &q->limit);
	}
	return TW_OK;
}

tw_status tw__price_limit(struct tw__question *q, tw_error *err)
{
	const tw_route_request *request = q->request;
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	tw_money price = { 0, "" };
	tw_status status;

	q->limit = (struct tw__limit){ .nanos = request->limit_nanos,
		.margin_ppm = request->margin_ppm };
	if (!request->customer)
		return TW_OK;
	fill(&r, q);
	status = expect(&price, &charge, request->customer, &r,
			&q->durations, err);
	if (status == TW_EINVAL || status == TW_ENOMEM)
		return tw__error_place(err, 0, "customer");
	q->limit.is_unpriced = status != TW_OK;
	if (status)
		return TW_OK;
	if (!q->limit.nanos || price.nanos < q->limit.nanos)
		q->limit.nanos = price.nanos;
	memcpy(q->limit.currency, price.currency, sizeof(price.currency));
	return TW_OK;
}
