/*
 * One question: whom no contract permits is out, every carrier prices this
 * very call by its own deck, with the number that it is shown, those that take
 * no call now are told so, and the rest put in order. Not the
 * longest prefix first: a longer code in a dear deck would beat a shorter one
 * in a cheap deck. Compared is the rounded charge without VAT, because that is
 * what is paid and what net and gross sheets have in common.
 */
#include "order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Not known, too, where the look-up fails: the call has to go somewhere. */
uint32_t tw__router_relation(const struct tw_router *router,
			     const char *caller, const char *number)
{
	uint32_t relation = TW_RELATION_ANY;

	if (caller && (router->numbering || router->lookup.find))
		(void)tw_numbering_relation(&relation, router->numbering,
			caller, number, &router->lookup, NULL);
	return relation;
}

/* What a price sheet is not asked about. */
static tw_status permit(struct tw__bid *bid)
{
	const struct tw_carrier *trunk = bid->trunk;
	const struct tw__leg *leg = &bid->leg;

	if (leg->permit.otherwise == TW_PERMIT_BLOCK) {
		tw__permit_say(bid->why, &leg->permit, trunk->carrier);
		return TW_EREFUSED;
	}
	if (trunk->flags & TW_CARRIER_NEEDS_CALLER && !leg->caller.number) {
		snprintf(bid->why, sizeof(bid->why), "no number of ours is "
			 "approved at %.63s", trunk->carrier);
		return TW_EREFUSED;
	}
	return TW_OK;
}

/* What may not be used is priced, too: somebody will ask what it would
 * cost. */
static tw_status ask(struct tw__bid *bid, const struct tw__bids *bids,
		     struct tw__asking *asking,
		     const struct tw__question *question, tw_error *err)
{
	tw_status status;

	bid->is_priced = false;
	bid->late = 0;
	bid->quality = 0;
	bid->why[0] = '\0';
	bid->is_dear = false;
	bid->bundle_s = bid->used_s = 0;
	tw__leg_of(&bid->leg, asking, bid->trunk->carrier);
	bid->verdict = permit(bid);
	status = tw__price_bid(bid, question, err);
	if (status || bid->verdict != TW_OK)
		return status;
	if (tw__trunk_is_open(bids->router, bid->trunk, bids->now)) {
		tw__guard_share(bid, bids->router, bids->now);
	} else {
		bid->verdict = TW_EBUSY;
		tw__trunk_say_closed(bid->why, bids->router, bid->trunk,
				     bids->now);
	}
	return TW_OK;
}

/* ---- the answer ---- */

static void say(tw_route_candidate *c, const struct tw__bid *bid,
		const struct tw__bid *first)
{
	if (tw__bid_is_avoided(bid) && !tw__bid_is_avoided(first))
		snprintf(c->reason, sizeof(c->reason), "to be avoided, after "
			 "those that are permitted");
	else if (bid->verdict == TW_OK && !(bid->late & TW_LATE_HEALTH))
		tw__order_of(bid->policy)->say(c->reason, sizeof(c->reason),
					       bid, first);
	else
		memcpy(c->reason, bid->why, sizeof(c->reason));
}

static void write_leg(tw_route_candidate *c, const struct tw__leg *leg)
{
	const struct tw__permit *permit = &leg->permit;

	c->caller_of = leg->caller.of;
	if (leg->caller.number)
		snprintf(c->caller, sizeof(c->caller), "%.31s",
			 leg->caller.number);
	c->permit = permit->otherwise;
	if (!permit->otherwise)
		return;
	snprintf(c->permission, sizeof(c->permission), "%s",
		 permit->permission->name);
	if (permit->contract)
		snprintf(c->contract, sizeof(c->contract), "%s",
			 permit->contract->name);
}

/* Labels were checked to fit when they came in. */
static void copy_label(char to[TW_LABEL_MAX + 1], const char *label)
{
	memcpy(to, label, strlen(label) + 1);
}

static void write_row(struct tw_rows *rows, const struct tw__bid *bid,
		      const struct tw__bid *first)
{
	tw_route_candidate c = TW_ROUTE_CANDIDATE_INIT;

	c.verdict = bid->verdict;
	c.tier = bid->trunk->tier;
	c.policy = bid->policy;
	copy_label(c.carrier, bid->trunk->carrier);
	copy_label(c.trunk, bid->trunk->trunk);
	if (bid->is_priced && bid->verdict != TW_ECONFLICT) {
		c.expected = bid->expected;
		memcpy(c.prefix, bid->prefix, sizeof(c.prefix));
		memcpy(c.destination, bid->destination,
		       sizeof(c.destination));
		c.bundle_s = bid->bundle_s;
		c.used_s = bid->used_s;
	}
	write_leg(&c, &bid->leg);
	say(&c, bid, first);
	tw__rows_add(rows, &c);
}

static void write_rows(struct tw_rows *rows, const struct tw__bids *bids)
{
	const struct tw__bid *first = NULL;

	for (size_t i = 0; i < bids->count && rows->count < rows->room; ++i) {
		const struct tw__bid *bid = bids->sorted[i];

		if (!first || (first->trunk->tier != bid->trunk->tier &&
			       !tw__bid_is_avoided(bid)))
			first = bid;
		write_row(rows, bid, first);
	}
}

/* What no contract permits is no rival, whatever it would cost. */
static bool is_compared(const struct tw__bid *bid)
{
	return bid->is_priced && bid->verdict != TW_EREFUSED;
}

/* Two currencies among the prices: no order is right. Judged over capped and
 * down trunks too, so that load does not decide whether it is an error. */
static const struct tw__bid *other_currency(const struct tw__bids *bids)
{
	const struct tw__bid *first = NULL;

	for (size_t i = 0; i < bids->count; ++i) {
		const struct tw__bid *bid = &bids->bid[i];

		if (!is_compared(bid))
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

	while (!is_compared(first))
		++first;
	tw__fail(err, TW_ECONFLICT, "trunks \"%s\" and \"%s\" price in %s "
		 "and %s, which do not compare; give the router decks of "
		 "one currency", first->trunk->trunk, other->trunk->trunk,
		 first->expected.currency, other->expected.currency);
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!is_compared(bid))
			continue;
		snprintf(bid->why, sizeof(bid->why), "price in %s does not "
			 "compare with the others'", bid->expected.currency);
		bid->verdict = TW_ECONFLICT;
	}
	return TW_ECONFLICT;
}

/* Of those that would have carried it, the first that may not: for want of a
 * contract, or for its price. */
static const struct tw__bid *refused(const struct tw__bids *bids,
				     bool is_dear)
{
	for (size_t i = 0; i < bids->count; ++i) {
		const struct tw__bid *bid = bids->sorted[i];

		if (bid->verdict == TW_EREFUSED && bid->is_priced &&
		    bid->is_dear == is_dear)
			return bid;
	}
	return NULL;
}

static bool is_permitted(const struct tw__bid *bid)
{
	return bid->leg.permit.otherwise != TW_PERMIT_BLOCK &&
		!(bid->trunk->flags & TW_CARRIER_NEEDS_CALLER &&
		  !bid->leg.caller.number);
}

/* The first that we do not permit, where no carrier blocks the number: one
 * without a price says nothing of it. */
static const struct tw__bid *forbidden(const struct tw__bids *bids)
{
	const struct tw__bid *first = NULL;

	for (size_t i = 0; i < bids->count; ++i) {
		const struct tw__bid *bid = bids->sorted[i];

		if (bid->verdict != TW_EREFUSED)
			continue;
		if (is_permitted(bid))
			return NULL;
		if (!first)
			first = bid;
	}
	return first;
}

static tw_status refuse(const struct tw__bids *bids, const char *number,
			tw_error *err)
{
	const struct tw__bid *bid = refused(bids, false);

	if (!bid && !refused(bids, true))
		bid = forbidden(bids);
	if (bid)
		return tw__fail(err, TW_EREFUSED, "%s is not permitted: %s",
				number, bid->why);
	if (refused(bids, true))
		return tw__fail(err, TW_EREFUSED, "every carrier is dearer "
				"than this call to %s may be", number);
	return tw__fail(err, TW_EREFUSED, "%s is blocked by every carrier "
			"that knows it", number);
}

static tw_status verdict_of_all(const struct tw__bids *bids,
				const tw_route_request *request,
				tw_error *err)
{
	/* sorted: the first is the best there is */
	const struct tw__bid *first = bids->count ? bids->sorted[0] : NULL;

	switch (first ? first->verdict : TW_ENOPRICE) {
	case TW_OK:
		return TW_OK;
	case TW_EBUSY:
		return tw__fail(err, TW_EBUSY, "every trunk with a price for "
				"%s is down or at its cap", request->number);
	case TW_EREFUSED:
		return refuse(bids, request->number, err);
	case TW_ECONFLICT:
		return tw__fail(err, TW_ECONFLICT, "no carrier's price of %s "
				"compares with the customer's",
				request->number);
	default:
		if (!bids->count)
			return tw__fail(err, TW_ENOPRICE, "there is no trunk "
					"that could carry %s; add one to the "
					"deployment", request->number);
		return tw__fail(err, TW_ENOPRICE, "no carrier has a price for "
				"%s; add one to a tariff", request->number);
	}
}

static tw_status prepare(struct tw__question *question,
			 const struct tw_router *router,
			 const tw_route_request *request, tw_error *err)
{
	tw_status status;

	question->router = router;
	question->request = request;
	question->relation = !request->customer ? TW_RELATION_ANY :
		tw__router_relation(router, request->caller, request->number);
	status = tw__durations_of(&question->durations, router, request, err);
	return status ? status : tw__price_limit(question, err);
}

static tw_status ask_all(struct tw__bids *bids,
			 const tw_route_request *request, tw_error *err)
{
	struct tw__question question;
	const struct tw__bid *other;
	struct tw__asking asking;
	tw_status status = prepare(&question, bids->router, request, err);

	tw__asking_begin(&asking, bids->router, request);
	for (size_t i = 0; i < bids->count && !status; ++i) {
		bids->bid[i].trunk = &bids->router->carrier[i];
		status = ask(&bids->bid[i], bids, &asking, &question, err);
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

	bids.now = request->now;
	bids.quality = tw__quality_index(router, request->number);
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
