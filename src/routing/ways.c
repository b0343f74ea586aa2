/*
 * What is left to a call that a permission hinders: a carrier that may carry
 * it as it stands, another number of ours in front of one that may not, the
 * site's own landline. For the person who asks why a call does not go out, so
 * it looks at everything and is in no hurry.
 */
#include "router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/e164.h"

/* ---- landlines ---- */

static void line_clear(struct tw__landline *line)
{
	tw_free(line->name);
	tw_free(line->site);
	tw_free(line->number);
	tw_free(line->carrier);
	tw_deck_free(line->deck);
}

void tw__landlines_clear(struct tw__landlines *lines)
{
	for (size_t i = 0; i < lines->count; ++i)
		line_clear(&lines->line[i]);
	tw_free(lines->line);
}

const struct tw__landline *tw__landline_find(const struct tw_router *router,
					     const char *name)
{
	for (size_t i = 0; i < router->lines.count; ++i) {
		if (!strcmp(router->lines.line[i].name, name))
			return &router->lines.line[i];
	}
	return NULL;
}

static tw_status check_line(const struct tw_router *router,
			    const tw_route_landline *l, tw_error *err)
{
	tw_status status = tw__label_check("name", l->name, TW_LABEL_MAX, err);

	if (!status)
		status = tw__label_check("site", l->site, TW_LABEL_MAX, err);
	if (!status && l->carrier)
		status = tw__label_check("carrier", l->carrier, TW_LABEL_MAX,
					err);
	if (status)
		return status;
	if (!l->number || !tw__digits_only(l->number) ||
	    strlen(l->number) > 15)
		return tw__fail_at(err, TW_EINVAL, 0, "number",
				   "\"%.20s\" is not 1 to 15 digits",
				   l->number ? l->number : "");
	if (l->exchange_nanos < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "exchange",
				   "a rate is 0 or more");
	if (tw__landline_find(router, l->name))
		return tw__fail_at(err, TW_EEXIST, 0, "name", "landline "
				   "\"%s\" is in the router", l->name);
	if (router->lines.count >= TW_LANDLINES_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u landlines",
				TW_LANDLINES_MAX);
	return TW_OK;
}

tw_status tw_router_add_landline(tw_router *router,
				 const tw_route_landline *landline,
				 tw_error *err)
{
	struct tw__landline add = { 0 };
	struct tw__landlines *lines;
	tw_route_landline l;
	tw_status status;

	if (!router || !landline)
		return tw__fail(err, TW_EINVAL, "no router or landline given");
	lines = &router->lines;
	status = tw__import(&l, sizeof(l), landline, err);
	if (!status)
		status = check_line(router, &l, err);
	if (status)
		return status;
	if (tw__grow((void **)&lines->line, &lines->capacity,
		     lines->count + 1, sizeof(add)))
		return tw__fail_oom(err);
	add.name = tw_strdup(l.name);
	add.site = tw_strdup(l.site);
	add.number = tw_strdup(l.number);
	add.carrier = tw_strdup(l.carrier ? l.carrier : "");
	if (!add.name || !add.site || !add.number || !add.carrier) {
		line_clear(&add);
		return tw__fail_oom(err);
	}
	add.deck = l.deck ? tw_deck_ref(l.deck) : NULL;
	add.exchange_nanos = l.exchange_nanos;
	lines->line[lines->count++] = add;
	return TW_OK;
}

/* ---- looking ---- */

struct found {
	tw_route_way *way;
	size_t count, capacity;
};

static tw_status add(struct found *found, const tw_route_way *way,
		     tw_error *err)
{
	if (tw__grow((void **)&found->way, &found->capacity,
		     found->count + 1, sizeof(*way)))
		return tw__fail_oom(err);
	found->way[found->count++] = *way;
	return TW_OK;
}

static void price(tw_route_way *way, const struct tw__leg *leg,
		  const struct tw__prices *prices,
		  const tw_route_request *request)
{
	tw_charge charge = TW_CHARGE_INIT;

	way->verdict = prices->deck ? tw__leg_price(&charge, leg, prices,
		request, NULL) : TW_ENOPRICE;
	way->relation = leg->relation;
	if (leg->caller.number)
		snprintf(way->caller, sizeof(way->caller), "%.31s",
			 leg->caller.number);
	if (way->verdict)
		return;
	way->expected = charge.net;
	memcpy(way->destination, charge.destination,
	       sizeof(way->destination));
}

static struct tw__prices prices_of(const struct tw__asking *asking,
				   const struct tw_carrier *trunk)
{
	return (struct tw__prices){ trunk->deck, trunk->exchange_nanos,
				    asking->router, trunk };
}

static bool is_hindered(const struct tw__leg *leg)
{
	return leg->permit.otherwise == TW_PERMIT_BLOCK ||
		leg->permit.otherwise == TW_PERMIT_AVOID;
}

static bool is_cheaper(const tw_route_way *a, const tw_route_way *b)
{
	if (a->verdict || b->verdict)
		return !a->verdict && b->verdict;
	return a->expected.nanos < b->expected.nanos;
}

static bool is_approved(const struct tw__own *own, const char *carrier)
{
	for (size_t i = 0; i < own->carriers.count; ++i) {
		if (!strcmp(own->carriers.name[i], carrier))
			return true;
	}
	return false;
}

/* The cheapest of our numbers with which it may carry the call. */
static bool by_number(tw_route_way *best, struct tw__asking *asking,
		      const struct tw_carrier *carrier)
{
	const struct tw__callers *callers = &asking->router->callers;
	const struct tw__prices prices = prices_of(asking, carrier);
	const tw_route_way init = *best;
	bool any = false;

	for (size_t i = 0; i < callers->count; ++i) {
		tw_route_way way = init;
		struct tw__leg leg;

		if (!is_approved(&callers->own[i], carrier->carrier))
			continue;
		tw__leg_as(&leg, asking, carrier->carrier,
			   (struct tw__caller){ callers->own[i].number,
						TW_CALLER_COMPANY });
		if (is_hindered(&leg))
			continue;
		price(&way, &leg, &prices, asking->request);
		/* a carrier that does not serve the number is no way */
		if (!way.verdict && (!any || is_cheaper(&way, best))) {
			*best = way;
			any = true;
		}
	}
	return any;
}

static tw_status by_carrier(struct found *found, struct tw__asking *asking,
			    const struct tw_carrier *carrier, tw_error *err)
{
	tw_route_way way = TW_ROUTE_WAY_INIT;
	struct tw__prices prices;
	struct tw__leg leg;

	if (!carrier->is_usable)
		return TW_OK;
	snprintf(way.carrier, sizeof(way.carrier), "%s", carrier->carrier);
	snprintf(way.via, sizeof(way.via), "%s", carrier->trunk);
	tw__leg_of(&leg, asking, carrier->carrier);
	if (is_hindered(&leg)) {
		way.kind = TW_WAY_NUMBER;
		return by_number(&way, asking, carrier) ?
			add(found, &way, err) : TW_OK;
	}
	if (carrier->flags & TW_CARRIER_NEEDS_CALLER && !leg.caller.number)
		return TW_OK;
	way.kind = TW_WAY_CARRIER;
	prices = prices_of(asking, carrier);
	price(&way, &leg, &prices, asking->request);
	return way.verdict ? TW_OK : add(found, &way, err);
}

static tw_status by_line(struct found *found, struct tw__asking *asking,
			 const struct tw__landline *line, tw_error *err)
{
	const struct tw__prices prices = { line->deck, line->exchange_nanos,
					   asking->router, NULL };
	tw_route_way way = TW_ROUTE_WAY_INIT;
	struct tw__leg leg;

	if (!asking->request->site ||
	    strcmp(line->site, asking->request->site))
		return TW_OK;
	way.kind = TW_WAY_LANDLINE;
	snprintf(way.carrier, sizeof(way.carrier), "%s", line->carrier);
	snprintf(way.via, sizeof(way.via), "%s", line->name);
	tw__leg_as(&leg, asking, line->carrier,
		   (struct tw__caller){ line->number, TW_CALLER_LINE });
	/* A contract that is lacking is one with a trunk's carrier; what
	 * nobody may call is no more to be called by hand. */
	if (leg.permit.otherwise == TW_PERMIT_BLOCK &&
	    leg.permit.lack == TW_LACK_NEVER)
		return TW_OK;
	price(&way, &leg, &prices, asking->request);
	/* a person at the phone can try, whatever a sheet says */
	return add(found, &way, err);
}

static tw_status look(struct found *found, const struct tw_router *router,
		      const tw_route_request *request, tw_error *err)
{
	struct tw__asking asking;
	tw_status status = TW_OK;

	tw__asking_begin(&asking, router, request);
	for (size_t i = 0; i < router->carrier_count && !status; ++i)
		status = by_carrier(found, &asking, &router->carrier[i], err);
	for (size_t i = 0; i < router->lines.count && !status; ++i)
		status = by_line(found, &asking, &router->lines.line[i], err);
	return status;
}

static int compare(const void *left, const void *right)
{
	const tw_route_way *a = left, *b = right;

	if (is_cheaper(a, b) || is_cheaper(b, a))
		return is_cheaper(a, b) ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->via, b->via);
}

tw_status tw_router_ways(tw_route_way *out, uint32_t *count,
			 const tw_router *router,
			 const tw_route_request *request, tw_error *err)
{
	struct found found = { 0 };
	tw_route_request r;
	struct tw_rows rows;
	tw_status status;

	if (!count)
		return tw__fail(err, TW_EINVAL, "no count given");
	status = tw__router_request(&r, router, request, err);
	if (!status)
		status = tw__rows_open(&rows, out, *count, err);
	if (!status && !tw_router_is_emergency(router, r.number))
		status = look(&found, router, &r, err);
	if (!status) {
		if (found.count)
			qsort(found.way, found.count, sizeof(*found.way),
			      compare);
		for (size_t i = 0; i < found.count; ++i)
			tw__rows_put(&rows, &found.way[i],
				     sizeof(found.way[i]));
		*count = rows.count;
	}
	tw_free(found.way);
	return status;
}
