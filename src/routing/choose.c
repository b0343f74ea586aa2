/*
 * One question: every carrier prices this very call by its own deck, those
 * that take no call now are told so, and the rest put in order. Not the
 * longest prefix first: a longer code in a dear deck would beat a shorter one
 * in a cheap deck. Compared is the rounded charge without VAT, because that is
 * what is paid and what net and gross sheets have in common.
 */
#include "order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED_US (60 * TW_SECOND)

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

static void take_price(struct tw__bid *bid, const tw_charge *charge)
{
	/* what it will cost us is what it is converted to */
	bid->expected = *charge->converted.currency ? charge->converted_net :
		charge->net;
	bid->is_priced = true;
	memcpy(bid->prefix, charge->prefix, sizeof(bid->prefix));
	memcpy(bid->destination, charge->destination,
	       sizeof(bid->destination));
}

/* @return TW_OK, or why no carrier can be asked at all */
static tw_status price(struct tw__bid *bid, const tw_route_request *request,
		       uint32_t relation, tw_error *err)
{
	const struct tw_carrier *trunk = bid->trunk;
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	tw_error why = TW_ERROR_INIT;

	r.direction = request->direction;
	r.number = request->number;
	r.caller = request->caller;
	r.relation = relation;
	r.answer = request->at;
	r.exchange_nanos = trunk->exchange_nanos;
	r.duration_us = request->expected_us ? request->expected_us :
		EXPECTED_US;
	bid->verdict = tw_rating_rate(&charge, trunk->deck, &r, &why);
	if (bid->verdict == TW_OK) {
		take_price(bid, &charge);
		return TW_OK;
	}
	if (bid->verdict == TW_EINVAL || bid->verdict == TW_ENOMEM)
		return tw__fail(err, bid->verdict, "trunk \"%s\": %s",
				trunk->trunk, why.message);
	say_unpriced(bid->why, why.message);
	return TW_OK;
}

static tw_status ask(struct tw__bid *bid, const struct tw__bids *bids,
		     const tw_route_request *request, uint32_t relation,
		     tw_error *err)
{
	tw_status status;

	bid->is_priced = false;
	bid->late = 0;
	bid->why[0] = '\0';
	status = price(bid, request, relation, err);
	if (!status && bid->verdict == TW_OK &&
	    !tw__trunk_is_open(bids->router, bid->trunk, bids->now)) {
		bid->verdict = TW_EBUSY;
		tw__trunk_say_closed(bid->why, bids->router, bid->trunk,
				     bids->now);
	}
	return status;
}

/* ---- the answer ---- */

static void say(tw_route_candidate *c, const struct tw__bid *bid,
		const struct tw__bid *first)
{
	if (bid->verdict == TW_OK)
		tw__order_of(bid->policy)->say(c->reason, sizeof(c->reason),
					       bid, first);
	else
		memcpy(c->reason, bid->why, sizeof(c->reason));
}

static void write_row(struct tw_rows *rows, const struct tw__bid *bid,
		      const struct tw__bid *first)
{
	tw_route_candidate c = TW_ROUTE_CANDIDATE_INIT;

	c.verdict = bid->verdict;
	c.tier = bid->trunk->tier;
	c.policy = bid->policy;
	snprintf(c.carrier, sizeof(c.carrier), "%s", bid->trunk->carrier);
	snprintf(c.trunk, sizeof(c.trunk), "%s", bid->trunk->trunk);
	if (bid->is_priced && bid->verdict != TW_ECONFLICT) {
		c.expected = bid->expected;
		memcpy(c.prefix, bid->prefix, sizeof(c.prefix));
		memcpy(c.destination, bid->destination,
		       sizeof(c.destination));
	}
	say(&c, bid, first);
	tw__rows_add(rows, &c);
}

static void write_rows(struct tw_rows *rows, const struct tw__bids *bids)
{
	const struct tw__bid *first = NULL;

	for (size_t i = 0; i < bids->count && rows->count < rows->room; ++i) {
		const struct tw__bid *bid = bids->sorted[i];

		if (!first || first->trunk->tier != bid->trunk->tier)
			first = bid;
		write_row(rows, bid, first);
	}
}

/* Two currencies among the prices: no order is right. Judged over capped and
 * down trunks too, so that load does not decide whether it is an error. */
static const struct tw__bid *other_currency(const struct tw__bids *bids)
{
	const struct tw__bid *first = NULL;

	for (size_t i = 0; i < bids->count; ++i) {
		const struct tw__bid *bid = &bids->bid[i];

		if (!bid->is_priced)
			continue;
		if (!first)
			first = bid;
		else if (strcmp(first->expected.currency,
				bid->expected.currency))
			return bid;
	}
	return NULL;
}

static bool compares_costs(const struct tw_router *router)
{
	for (uint32_t i = 0; i < router->tier_count; ++i) {
		if (tw__order_of(tw__router_policy(router,
		    router->tier[i].number))->compares_costs)
			return true;
	}
	return false;
}

static tw_status conflict(struct tw__bids *bids, const struct tw__bid *other,
			  tw_error *err)
{
	const struct tw__bid *first = bids->bid;

	while (!first->is_priced)
		++first;
	tw__fail(err, TW_ECONFLICT, "trunks \"%s\" and \"%s\" price in %s "
		 "and %s, which do not compare; give the router decks of "
		 "one currency", first->trunk->trunk, other->trunk->trunk,
		 first->expected.currency, other->expected.currency);
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!bid->is_priced)
			continue;
		snprintf(bid->why, sizeof(bid->why), "price in %s does not "
			 "compare with the others'", bid->expected.currency);
		bid->verdict = TW_ECONFLICT;
	}
	return TW_ECONFLICT;
}

static tw_status verdict_of_all(const struct tw__bids *bids,
				const tw_route_request *request,
				tw_error *err)
{
	/* sorted: the first is the best there is */
	switch (bids->count ? bids->sorted[0]->verdict : TW_ENOPRICE) {
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

static tw_status ask_all(struct tw__bids *bids,
			 const tw_route_request *request, tw_error *err)
{
	const uint32_t relation = tw__router_relation(bids->router, request);
	const struct tw__bid *other;
	tw_status status = TW_OK;

	for (size_t i = 0; i < bids->count && !status; ++i) {
		bids->bid[i].trunk = &bids->router->carrier[i];
		status = ask(&bids->bid[i], bids, request, relation, err);
	}
	if (status)
		return status;
	other = other_currency(bids);
	bids->one_currency = !other;
	return other && compares_costs(bids->router) ?
		conflict(bids, other, err) : TW_OK;
}

tw_status tw__router_choose(struct tw_rows *rows,
			    const struct tw_router *router,
			    const tw_route_request *request, tw_error *err)
{
	const size_t count = router->carrier_count;
	struct tw__bids bids = { .router = router, .count = count };
	tw_status status;

	bids.now = request->now ? request->now : request->at;
	bids.bid = tw_malloc((count + 1) * sizeof(*bids.bid));
	bids.sorted = tw_malloc((count + 1) * sizeof(struct tw__bid *));
	if (!bids.bid || !bids.sorted) {
		status = tw__fail_oom(err);
		goto out;
	}
	status = ask_all(&bids, request, err);
	if (status && status != TW_ECONFLICT)
		goto out;
	tw__order_bids(&bids);
	if (!status)
		status = verdict_of_all(&bids, request, err);
	write_rows(rows, &bids);
out:
	tw_free(bids.sorted);
	tw_free(bids.bid);
	return status;
}
