/*
 * The router: which carriers there are, whether they can be used now, and
 * the way of a question to the right ordering. The orders themselves stand
 * in order.c and emergency.c.
 */
#include "order.h"

#include <inttypes.h>
#include <string.h>

#include "base/e164.h"

tw_status tw_router_new(tw_router **out, tw_error *err)
{
	struct tw_router *router;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the router");
	router = tw_calloc(1, sizeof(*router));
	if (!router)
		return tw__fail_oom(err);
	router->policy = TW_ROUTE_LEAST_COST;
	router->rules = (tw_route_rules)TW_ROUTE_RULES_INIT;
	tw__classes_init(router);
	*out = router;
	return TW_OK;
}

static void carrier_clear(struct tw_carrier *carrier)
{
	tw_free(carrier->carrier);
	tw_free(carrier->trunk);
	tw_free(carrier->quality);
	tw_deck_free(carrier->deck);
}

void tw_router_free(tw_router *router)
{
	size_t i;

	if (!router)
		return;
	for (i = 0; i < router->carrier_count; ++i)
		carrier_clear(&router->carrier[i]);
	for (i = 0; i < router->company_count; ++i)
		tw__used_clear(&router->company[i]);
	for (i = 0; i < router->way_count; ++i) {
		tw_free(router->way[i].site);
		tw_free(router->way[i].via);
	}
	for (i = 0; i < router->number_count; ++i)
		tw_free(router->number[i]);
	for (i = 0; i < router->prefix_count; ++i)
		tw_free(router->prefix[i]);
	tw_free(router->prefix);
	tw_free(router->carrier);
	tw_free(router->place);
	tw_free(router->company);
	tw_free(router->call);
	tw_free(router->way);
	tw_free(router->number);
	tw_numbering_free(router->numbering);
	tw__callers_clear(&router->callers);
	tw__permits_clear(&router->permits);
	tw__landlines_clear(&router->lines);
	tw_free(router);
}

/* Where the trunk of this name is, or would be. */
static uint32_t *place_of(const struct tw_router *router, const char *trunk)
{
	const size_t mask = router->place_count - 1;
	size_t i = (size_t)tw__label_hash(trunk) & mask;

	while (router->place[i] && strcmp(router->carrier[
	       router->place[i] - 1].trunk, trunk))
		i = (i + 1) & mask;
	return &router->place[i];
}

struct tw_carrier *tw__router_trunk(const struct tw_router *router,
				    const char *trunk)
{
	uint32_t place = router->place ? *place_of(router, trunk) : 0;

	return place ? &router->carrier[place - 1] : NULL;
}

static tw_status check_carrier(const struct tw_router *router,
			       const tw_route_carrier *c, tw_error *err)
{
	tw_status status = tw__label_check("carrier", c->carrier, TW_LABEL_MAX,
					   err);

	if (!status)
		status = tw__label_check("trunk", c->trunk, TW_LABEL_MAX, err);
	if (status)
		return status;
	if (c->flags & ~TW_CARRIER_NEEDS_CALLER)
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "a flag is "
				   "newer than this library (%s)",
				   tw_version());
	if (c->exchange_nanos < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "exchange",
				   "a rate is 0 or more");
	if (c->weight > TW_WEIGHT_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "weight", "weight %"
				   PRIu32 " is over %u", c->weight,
				   TW_WEIGHT_MAX);
	if (c->tier == TW_ROUTE_EVERY_TIER)
		return tw__fail_at(err, TW_EINVAL, 0, "tier", "that is no "
				   "tier but all of them");
	if (!c->deck)
		return tw__fail_at(err, TW_EINVAL, 0, "deck",
				   "trunk \"%s\" has no deck, so no call over "
				   "it could be priced", c->trunk);
	if (tw__router_trunk(router, c->trunk))
		return tw__fail_at(err, TW_EEXIST, 0, "trunk",
				   "trunk \"%s\" is in the router", c->trunk);
	if (router->carrier_count >= TW_CARRIERS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u trunks",
				TW_CARRIERS_MAX);
	return TW_OK;
}

/* ---- tiers and companies ---- */

static struct tw__tier *tier_find(const struct tw_router *router,
				  uint32_t number)
{
	for (uint32_t i = 0; i < router->tier_count; ++i) {
		if (router->tier[i].number == number)
			return (struct tw__tier *)&router->tier[i];
	}
	return NULL;
}

static tw_status tier_make(struct tw__tier **out, struct tw_router *router,
			   uint32_t number, tw_error *err)
{
	*out = tier_find(router, number);
	if (*out)
		return TW_OK;
	if (router->tier_count >= TW_TIERS_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, "tier", "more than %u "
				   "tiers", TW_TIERS_MAX);
	*out = &router->tier[router->tier_count++];
	**out = (struct tw__tier){ number, 0 };
	return TW_OK;
}

uint32_t tw__router_policy(const struct tw_router *router, uint32_t tier)
{
	const struct tw__tier *t = tier_find(router, tier);

	return t && t->policy ? t->policy : router->policy;
}

tw_status tw_router_set_policy(tw_router *router, uint32_t tier,
			       uint32_t policy, tw_error *err)
{
	struct tw__tier *t;
	tw_status status;

	if (!router)
		return tw__fail(err, TW_EINVAL, "no router given");
	if (!tw__order_of(policy))
		return tw__fail_at(err, TW_EINVAL, 0, "policy", "%" PRIu32
				   " is no policy", policy);
	if (tier == TW_ROUTE_EVERY_TIER) {
		router->policy = policy;
		return TW_OK;
	}
	status = tier_make(&t, router, tier, err);
	if (!status)
		t->policy = policy;
	return status;
}

static struct tw__company *company_find(const struct tw_router *router,
					const char *name)
{
	for (size_t i = 0; i < router->company_count; ++i) {
		if (!strcmp(router->company[i].name, name))
			return &router->company[i];
	}
	return NULL;
}

tw_status tw_router_cap_carrier(tw_router *router, const char *carrier,
				uint32_t calls_max, tw_error *err)
{
	struct tw__company *company;

	if (!router || !carrier)
		return tw__fail(err, TW_EINVAL, "no router or carrier given");
	company = company_find(router, carrier);
	if (!company)
		return tw__fail(err, TW_ENOTFOUND, "no trunk of carrier "
				"\"%.63s\"; add its trunks first", carrier);
	company->calls_max = calls_max;
	return TW_OK;
}

/* ---- trunks ---- */

/* Twice the room, each trunk in its place again. */
static tw_status spread(struct tw_router *router)
{
	const size_t count = router->place_count ? 2 * router->place_count :
		16;
	uint32_t *place = tw_calloc(count, sizeof(*place));

	if (!place)
		return TW_ENOMEM;
	tw_free(router->place);
	router->place = place;
	router->place_count = count;
	for (size_t i = 0; i < router->carrier_count; ++i)
		*place_of(router, router->carrier[i].trunk) =
			(uint32_t)i + 1;
	return TW_OK;
}

static tw_status reserve(struct tw_router *router, tw_error *err)
{
	if (2 * (router->carrier_count + 1) > router->place_count &&
	    spread(router))
		return tw__fail_oom(err);
	if (tw__grow((void **)&router->carrier, &router->carrier_capacity,
		     router->carrier_count + 1, sizeof(*router->carrier)) ||
	    tw__grow((void **)&router->company, &router->company_capacity,
		     router->company_count + 1, sizeof(*router->company)))
		return tw__fail_oom(err);
	return TW_OK;
}

static uint32_t company_of(struct tw_router *router, const char *name)
{
	struct tw__company *company = company_find(router, name);

	if (!company) {
		company = &router->company[router->company_count++];
		*company = (struct tw__company){ .name = name };
	}
	return (uint32_t)(company - router->company);
}

/* Everything that needs memory of its own. */
static tw_status make_trunk(struct tw_carrier *to,
			    const struct tw_router *router,
			    const tw_route_carrier *c, tw_error *err)
{
	to->carrier = tw_strdup(c->carrier);
	to->trunk = tw_strdup(c->trunk);
	to->quality = tw_calloc(router->prefix_count + 1,
				sizeof(*to->quality));
	if (to->carrier && to->trunk && to->quality)
		return TW_OK;
	carrier_clear(to);
	return tw__fail_oom(err);
}

tw_status tw_router_add_carrier(tw_router *router,
				const tw_route_carrier *carrier,
				tw_error *err)
{
	struct tw_carrier add = { 0 };
	struct tw__tier *tier;
	tw_route_carrier c;
	tw_status status;

	if (!router || !carrier)
		return tw__fail(err, TW_EINVAL, "no router or carrier given");
	status = tw__import(&c, sizeof(c), carrier, err);
	if (!status)
		status = check_carrier(router, &c, err);
	if (!status)
		status = reserve(router, err);
	if (!status)
		status = make_trunk(&add, router, &c, err);
	if (status)
		return status;
	status = tier_make(&tier, router, c.tier, err);
	if (status) {
		carrier_clear(&add);
		return status;
	}
	add.deck = tw_deck_ref(c.deck);
	add.priority = c.priority;
	add.tier = c.tier;
	add.weight = c.weight;
	add.calls_max = c.calls_max;
	add.flags = c.flags;
	add.exchange_nanos = c.exchange_nanos;
	add.is_usable = true;
	add.service = TW_ROUTE_IS_UP;
	add.company = company_of(router, add.carrier);
	router->carrier[router->carrier_count++] = add;
	*place_of(router, add.trunk) = (uint32_t)router->carrier_count;
	return TW_OK;
}

tw_status tw_router_set_numbering(tw_router *router, tw_numbering *numbering,
				  const tw_numbering_lookup *lookup,
				  tw_error *err)
{
	tw_numbering_lookup copy = TW_NUMBERING_LOOKUP_INIT;
	tw_status status = TW_OK;

	if (!router)
		return tw__fail(err, TW_EINVAL, "no router given");
	if (lookup)
		status = tw__import(&copy, sizeof(copy), lookup, err);
	if (status)
		return status;
	tw_numbering_ref(numbering);
	tw_numbering_free(router->numbering);
	router->numbering = numbering;
	router->lookup = copy;
	return TW_OK;
}

tw_status tw_router_add_emergency(tw_router *router, const char *site,
				  const char *via, tw_error *err)
{
	struct tw_way_out way;
	tw_status status;
	size_t i;

	if (!router)
		return tw__fail(err, TW_EINVAL, "no router given");
	status = tw__label_check("site", site, TW_LABEL_MAX, err);
	if (!status)
		status = tw__label_check("via", via, TW_LABEL_MAX, err);
	if (status)
		return status;
	for (i = 0; i < router->way_count; ++i) {
		if (!strcmp(router->way[i].site, site) &&
		    !strcmp(router->way[i].via, via))
			return tw__fail_at(err, TW_EEXIST, 0, "via",
					   "site \"%s\" has the way out "
					   "\"%s\"", site, via);
	}
	if (router->way_count >= TW_EMERGENCY_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u ways out",
				TW_EMERGENCY_MAX);
	if (tw__grow((void **)&router->way, &router->way_capacity,
		     router->way_count + 1, sizeof(*router->way)))
		return tw__fail_oom(err);
	way.site = tw_strdup(site);
	way.via = tw_strdup(via);
	if (!way.site || !way.via) {
		tw_free(way.site);
		tw_free(way.via);
		return tw__fail_oom(err);
	}
	router->way[router->way_count++] = way;
	return TW_OK;
}

tw_status tw_router_add_emergency_number(tw_router *router,
					 const char *digits, tw_error *err)
{
	char *copy;

	if (!router || !digits)
		return tw__fail(err, TW_EINVAL, "no router or number given");
	if (!tw__digits_only(digits) || strlen(digits) > 15)
		return tw__fail_at(err, TW_EINVAL, 0, "number",
				   "emergency number \"%.20s\" is not 1 to 15 "
				   "digits", digits);
	if (tw_router_is_emergency(router, digits))
		return TW_OK;   /* said twice is as good as once */
	if (router->number_count >= TW_EMERGENCY_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u emergency "
				"numbers", TW_EMERGENCY_MAX);
	if (tw__grow((void **)&router->number, &router->number_capacity,
		     router->number_count + 1, sizeof(*router->number)))
		return tw__fail_oom(err);
	copy = tw_strdup(digits);
	if (!copy)
		return tw__fail_oom(err);
	router->number[router->number_count++] = copy;
	return TW_OK;
}

int tw_router_is_emergency(const tw_router *router, const char *digits)
{
	size_t i;

	if (!router || !digits)
		return 0;
	if (!strcmp(digits, "112"))
		return 1;
	for (i = 0; i < router->number_count; ++i) {
		if (!strcmp(digits, router->number[i]))
			return 1;
	}
	return 0;
}

void tw__route_answer(void *out, uint32_t room, void *value, uint32_t known)
{
	memcpy(value, &room, sizeof(room));   /* its size is the caller's */
	memcpy(out, value, room < known ? room : known);
}

tw_status tw__rows_open(struct tw_rows *rows, void *out, uint32_t room,
			tw_error *err)
{
	*rows = (struct tw_rows){ out, 0, room, 0 };
	if (!room)
		return TW_OK;
	if (out)
		memcpy(&rows->stride, out, sizeof(rows->stride));
	if (rows->stride < sizeof(rows->stride) || rows->stride > 65536)
		return tw__fail(err, TW_EINVAL, "no rows, or the first "
				"without its _INIT");
	return TW_OK;
}

void tw__rows_put(struct tw_rows *rows, void *row, size_t known)
{
	if (rows->count >= rows->room)
		return;
	memcpy(row, &rows->stride, sizeof(rows->stride));
	memcpy(rows->at + (size_t)rows->count * rows->stride, row,
	       rows->stride < known ? rows->stride : known);
	++rows->count;
}

void tw__rows_add(struct tw_rows *rows, tw_route_candidate *candidate)
{
	tw__rows_put(rows, candidate, sizeof(*candidate));
}

static tw_status check_request(const tw_route_request *r, tw_error *err)
{
	if (!r->number || !tw__digits_only(r->number) ||
	    strlen(r->number) >= TW_DIGITS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "number",
				   "number \"%.20s\" is not 1 to %d digits",
				   r->number ? r->number : "",
				   TW_DIGITS_MAX - 1);
	if (r->direction != TW_DIRECTION_OUTBOUND &&
	    r->direction != TW_DIRECTION_FORWARD)
		return tw__fail_at(err, TW_EINVAL, 0, "direction",
				   "direction %" PRIu32 " is not outbound or "
				   "forward", r->direction);
	if (r->expected_us < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "expected_us",
				   "expected duration is negative");
	if (r->caller && strlen(r->caller) >= TW_DIGITS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "caller",
				   "caller \"%.20s\" is longer than %d digits",
				   r->caller, TW_DIGITS_MAX - 1);
	if (r->limit_nanos < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "limit_nanos",
				   "the limit is negative");
	if (r->margin_ppm > 100 * TW_WHOLE_PPM)
		return tw__fail_at(err, TW_EINVAL, 0, "margin_ppm",
				   "the margin is over 10000 %%");
	return TW_OK;
}

tw_status tw__router_request(tw_route_request *out,
			     const struct tw_router *router,
			     const tw_route_request *request, tw_error *err)
{
	tw_status status;

	if (!router || !request)
		return tw__fail(err, TW_EINVAL, "no router or request given");
	status = tw__import(out, sizeof(*out), request, err);
	return status ? status : check_request(out, err);
}

tw_status tw_router_decide(tw_route_candidate *out, uint32_t *count,
			   const tw_router *router,
			   const tw_route_request *request, tw_error *err)
{
	struct tw_rows rows;
	tw_route_request r;
	tw_status status;

	if (!count)
		return tw__fail(err, TW_EINVAL, "no count given");
	status = tw__router_request(&r, router, request, err);
	if (!status)
		status = tw__rows_open(&rows, out, *count, err);
	if (status)
		return status;
	if (!r.now)
		r.now = r.at;
	if (tw_router_is_emergency(router, r.number))
		status = tw__router_emergency(&rows, router, &r, err);
	else
		status = tw__router_choose(&rows, router, &r, err);
	if (status == TW_OK || status == TW_ENOPRICE ||
	    status == TW_EREFUSED || status == TW_EBUSY ||
	    status == TW_ECONFLICT)
		*count = rows.count;
	return status;
}
