/*
 * Least cost: every carrier prices this very call by its own deck, then the
 * prices are compared. Not the longest prefix first: a longer code in a dear
 * deck would beat a shorter one in a cheap deck. Compared is the rounded
 * charge without VAT, because that is what is paid and what net and gross
 * sheets have in common.
 */
#include "router.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTED_US (60 * TW_SECOND)

struct offer {
	const struct tw_carrier *carrier;
	tw_status verdict;
	tw_charge charge;          /* when priced */
	char why[128];             /* when not */
};

static bool is_priced(const struct offer *offer)
{
	return offer->verdict == TW_OK || offer->verdict == TW_EBUSY;
}

static bool is_full(const struct tw_carrier *carrier)
{
	return carrier->calls_max && carrier->calls >= carrier->calls_max;
}

/* Rating's words, cut between characters: reasons are UTF-8. */
static void say_unpriced(char why[128], const char *message)
{
	size_t l = strnlen(message, 128);

	if (l == 128) {
		for (l = 127; ((unsigned char)message[l] & 0xc0) == 0x80;)
			--l;
	}
	memcpy(why, message, l);
	why[l] = '\0';
}

/* Not known, too, where the look-up fails: the call has to go somewhere. */
uint32_t tw__router_relation(const struct tw_router *router,
			     const tw_route_request *request)
{
	uint32_t relation = TW_RELATION_ANY;

	if (request->caller && (router->numbering || router->lookup.find))
		(void)tw_numbering_relation(&relation, router->numbering,
			request->caller, request->number, &router->lookup,
			NULL);
	return relation;
}

/* @return TW_OK, or why no carrier can be asked at all */
static tw_status price(struct offer *offer, const struct tw_carrier *carrier,
		       const tw_route_request *request, uint32_t relation,
		       tw_error *err)
{
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	tw_error why = TW_ERROR_INIT;

	r.direction = request->direction;
	r.number = request->number;
	r.caller = request->caller;
	r.relation = relation;
	r.answer = request->at;
	r.exchange_nanos = carrier->exchange_nanos;
	r.duration_us = request->expected_us ? request->expected_us :
		EXPECTED_US;
	offer->carrier = carrier;
	offer->charge = (tw_charge)TW_CHARGE_INIT;
	offer->verdict = tw_rating_rate(&offer->charge, carrier->deck, &r,
					&why);
	if (offer->verdict == TW_OK) {
		/* what it will cost us is what it is converted to */
		if (*offer->charge.converted.currency)
			offer->charge.net = offer->charge.converted_net;
		if (!carrier->is_usable || is_full(carrier))
			offer->verdict = TW_EBUSY;
		return TW_OK;
	}
	if (offer->verdict == TW_EINVAL || offer->verdict == TW_ENOMEM)
		return tw__fail(err, offer->verdict, "trunk \"%s\": %s",
				carrier->trunk, why.message);
	say_unpriced(offer->why, why.message);
	return TW_OK;
}

/* Usable before capped before blocked before unpriced before the rest. */
static int rank(tw_status verdict)
{
	switch (verdict) {
	case TW_OK:       return 0;
	case TW_EBUSY:    return 1;
	case TW_EREFUSED: return 2;
	case TW_ENOPRICE: return 3;
	default:          return 4;
	}
}

/* The place in the router ends every tie, so the order is total and a sort
 * that is not stable cannot show. */
static int compare(const void *left, const void *right)
{
	const struct offer *a = left, *b = right;

	if (rank(a->verdict) != rank(b->verdict))
		return rank(a->verdict) < rank(b->verdict) ? -1 : 1;
	if (is_priced(a) &&
	    a->charge.net.nanos != b->charge.net.nanos)
		return a->charge.net.nanos < b->charge.net.nanos ? -1 : 1;
	if (a->carrier->priority != b->carrier->priority)
		return a->carrier->priority < b->carrier->priority ? -1 : 1;
	return a->carrier < b->carrier ? -1 : 1;
}

static void say_priced(tw_route_candidate *c, const struct offer *offer,
		       const struct offer *first)
{
	const struct tw_carrier *carrier = offer->carrier;

	if (!carrier->is_usable)
		snprintf(c->reason, sizeof(c->reason), "skipped: the trunk is "
			 "down");
	else if (offer->verdict == TW_EBUSY)
		snprintf(c->reason, sizeof(c->reason), "skipped: %" PRIu32
			 " of %" PRIu32 " calls in progress", carrier->calls,
			 carrier->calls_max);
	else if (offer == first)
		snprintf(c->reason, sizeof(c->reason), "least cost for this "
			 "call");
	else if (offer->charge.net.nanos == first->charge.net.nanos)
		snprintf(c->reason, sizeof(c->reason), "same cost, after "
			 "%.63s by priority or place",
			 first->carrier->trunk);
	else
		snprintf(c->reason, sizeof(c->reason), "dearer than %.63s",
			 first->carrier->trunk);
}

static void write_row(struct tw_rows *rows, const struct offer *offer,
		      const struct offer *first)
{
	tw_route_candidate c = TW_ROUTE_CANDIDATE_INIT;

	c.verdict = offer->verdict;
	snprintf(c.carrier, sizeof(c.carrier), "%s", offer->carrier->carrier);
	snprintf(c.trunk, sizeof(c.trunk), "%s", offer->carrier->trunk);
	if (is_priced(offer)) {
		c.expected = offer->charge.net;
		memcpy(c.prefix, offer->charge.prefix, sizeof(c.prefix));
		memcpy(c.destination, offer->charge.destination,
		       sizeof(c.destination));
		say_priced(&c, offer, first);
	} else {
		memcpy(c.reason, offer->why, sizeof(c.reason));
	}
	tw__rows_add(rows, &c);
}

/* Two currencies among the prices: no order is right. Judged over capped and
 * down trunks too, so that load does not decide whether it is an error. */
static const struct offer *other_currency(const struct offer *offer,
					  size_t count)
{
	const struct offer *first = NULL;
	size_t i;

	for (i = 0; i < count; ++i) {
		if (!is_priced(&offer[i]))
			continue;
		if (!first)
			first = &offer[i];
		else if (strcmp(first->charge.net.currency,
				offer[i].charge.net.currency))
			return &offer[i];
	}
	return NULL;
}

static tw_status conflict(struct offer *offer, size_t count,
			  const struct offer *other, tw_error *err)
{
	const struct offer *first = offer;
	size_t i;

	while (!is_priced(first))
		++first;
	tw__fail(err, TW_ECONFLICT, "trunks \"%s\" and \"%s\" price in %s "
		 "and %s, which do not compare; give the router decks of "
		 "one currency", first->carrier->trunk, other->carrier->trunk,
		 first->charge.net.currency, other->charge.net.currency);
	for (i = 0; i < count; ++i) {
		if (!is_priced(&offer[i]))
			continue;
		snprintf(offer[i].why, sizeof(offer[i].why), "price in %s "
			 "does not compare with the others'",
			 offer[i].charge.net.currency);
		offer[i].verdict = TW_ECONFLICT;
	}
	return TW_ECONFLICT;
}

static tw_status verdict_of_all(const struct offer *offer, size_t count,
				const tw_route_request *request,
				tw_error *err)
{
	/* sorted: the first is the best there is */
	switch (count ? offer[0].verdict : TW_ENOPRICE) {
	case TW_OK:
		return TW_OK;
	case TW_EBUSY:
		return tw__fail(err, TW_EBUSY, "every trunk with a price for "
				"%s is down or at its cap", request->number);
	case TW_EREFUSED:
		return tw__fail(err, TW_EREFUSED, "%s is blocked by every "
				"carrier that knows it", request->number);
	default:
		return tw__fail(err, TW_ENOPRICE, "no carrier has a price for "
				"%s; add one to a tariff", request->number);
	}
}

tw_status tw__router_least_cost(struct tw_rows *rows,
				const struct tw_router *router,
				const tw_route_request *request,
				tw_error *err)
{
	size_t i, count = router->carrier_count;
	uint32_t relation = tw__router_relation(router, request);
	const struct offer *other;
	tw_status status = TW_OK;
	struct offer *offer;

	offer = tw_calloc(count ? count : 1, sizeof(*offer));
	if (!offer)
		return tw__fail_oom(err);
	for (i = 0; i < count; ++i) {
		status = price(&offer[i], &router->carrier[i], request,
			       relation, err);
		if (status)
			goto out;
	}
	other = other_currency(offer, count);
	if (other)
		status = conflict(offer, count, other, err);
	qsort(offer, count, sizeof(*offer), compare);
	if (!status)
		status = verdict_of_all(offer, count, request, err);
	for (i = 0; i < count; ++i)
		write_row(rows, &offer[i], offer);
out:
	tw_free(offer);
	return status;
}
