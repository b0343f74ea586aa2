/*
 * Emergency numbers: the site's own ways out first, because a landline tells
 * the rescue where it is, then every carrier trunk. Neither price nor cap
 * nor currency is asked. Trunks that are down come last and not never; those
 * that only their failed calls made so are not even called down.
 */
#include "router.h"

#include <stdio.h>
#include <string.h>

static bool is_way_of(const struct tw_way_out *way, const char *site)
{
	return site && !strcmp(way->site, site);
}

static bool is_way_out(const struct tw_router *router, const char *site,
		       const char *trunk)
{
	size_t i;

	for (i = 0; i < router->way_count; ++i) {
		if (is_way_of(&router->way[i], site) &&
		    !strcmp(router->way[i].via, trunk))
			return true;
	}
	return false;
}

/* A line shows itself; who is called by a trunk has to call back, and to
 * see where help is wanted, so a number of that site before all others. */
static struct tw__caller caller_of(const struct tw_router *router,
				   const struct tw_carrier *carrier,
				   const char *via,
				   const tw_route_request *request)
{
	const struct tw__landline *line = carrier ? NULL :
		tw__landline_find(router, via);

	if (line)
		return (struct tw__caller){ line->number, TW_CALLER_LINE };
	return tw__caller_in_need(router, carrier ? carrier->carrier : "",
				  request);
}

/* A landline is not in the router: nobody knows it down. */
static bool looks_up(const struct tw_carrier *carrier, tw_time now)
{
	uint32_t health;

	if (!carrier)
		return true;
	health = tw__fitness_of(carrier, now);
	return health != TW_ROUTE_IS_DOWN && health != TW_ROUTE_IS_OFF;
}

/* The host or a person knows that it cannot work. */
static bool is_out(const struct tw_carrier *carrier)
{
	return carrier && (!carrier->is_usable ||
			   carrier->service == TW_ROUTE_IS_OFF);
}

static void write_row(struct tw_rows *rows, const char *via,
		      const struct tw_carrier *carrier,
		      struct tw__caller caller, const char *reason)
{
	tw_route_candidate c = TW_ROUTE_CANDIDATE_INIT;

	c.emergency = 1;
	c.verdict = is_out(carrier) ? TW_EBUSY : TW_OK;
	c.caller_of = caller.of;
	if (caller.number)
		snprintf(c.caller, sizeof(c.caller), "%.31s", caller.number);
	if (carrier)
		snprintf(c.carrier, sizeof(c.carrier), "%s",
			 carrier->carrier);
	snprintf(c.trunk, sizeof(c.trunk), "%s", via);
	snprintf(c.reason, sizeof(c.reason), "emergency: %s", reason);
	tw__rows_add(rows, &c);
}

/* @return those that may work, also what found no room */
static size_t ways(struct tw_rows *rows, const struct tw_router *router,
		   const tw_route_request *request, bool up)
{
	size_t i, found = 0;

	for (i = 0; i < router->way_count; ++i) {
		const struct tw_way_out *way = &router->way[i];
		const struct tw_carrier *carrier;

		if (!is_way_of(way, request->site))
			continue;
		carrier = tw__router_trunk(router, way->via);
		if (looks_up(carrier, request->now) != up)
			continue;
		write_row(rows, way->via, carrier,
			  caller_of(router, carrier, way->via, request), up ?
			  "way out of the site" :
			  "way out of the site, down, try last");
		found += !is_out(carrier);
	}
	return found;
}

/* The next trunk in (priority, place) after `last`; NULL: no more. */
static const struct tw_carrier *next_trunk(const struct tw_router *router,
					   const struct tw_carrier *last)
{
	const struct tw_carrier *best = NULL, *c;

	for (c = router->carrier;
	     c && c < router->carrier + router->carrier_count; ++c) {
		if (last && (c->priority < last->priority ||
			     (c->priority == last->priority && c <= last)))
			continue;
		if (!best || c->priority < best->priority)
			best = c;
	}
	return best;
}

static size_t trunks(struct tw_rows *rows, const struct tw_router *router,
		     const tw_route_request *request, bool up)
{
	const struct tw_carrier *c = NULL;
	size_t found = 0;

	while ((c = next_trunk(router, c)) != NULL) {
		if (looks_up(c, request->now) != up ||
		    is_way_out(router, request->site, c->trunk))
			continue;
		write_row(rows, c->trunk, c,
			  caller_of(router, c, c->trunk, request), up ?
			  "any carrier, price and cap not asked" :
			  "any carrier, down, try last");
		found += !is_out(c);
	}
	return found;
}

tw_status tw__router_emergency(struct tw_rows *rows,
			       const struct tw_router *router,
			       const tw_route_request *request,
			       tw_error *err)
{
	size_t usable = ways(rows, router, request, true) +
		trunks(rows, router, request, true);

	usable += ways(rows, router, request, false);
	usable += trunks(rows, router, request, false);
	if (!usable)
		return tw__fail(err, TW_EBUSY, "no way out for emergency "
				"number %s is up; add the site's landline",
				request->number);
	return TW_OK;
}
