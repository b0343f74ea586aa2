/*
 * What a call is like over one carrier: the number that is shown there says
 * where the call comes from, so the relation of the two numbers, what a
 * contract permits and the price all follow from it. Where the called number
 * stands is asked once for all carriers, where a caller stands once for each
 * caller.
 */
#include "router.h"

#include <string.h>

void tw__asking_begin(struct tw__asking *asking,
		      const struct tw_router *router,
		      const tw_route_request *request)
{
	asking->router = router;
	asking->request = request;
	asking->begun = false;
}

/* Not known, too, where the look-up fails: the call has to go somewhere. */
static void stand_of(struct tw__stand *stand, const struct tw_router *router,
		     const char *number)
{
	stand->number = number;
	stand->known = false;
	if (!number || !router->permits.asks_places ||
	    (!router->numbering && !router->lookup.find))
		return;
	stand->place.size = sizeof(stand->place);
	stand->known = tw_numbering_find(&stand->place, router->numbering,
		number, &router->lookup, NULL) == TW_OK;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void look_at(struct tw__asking *asking, const char *caller)
{
	const struct tw_router *router = asking->router;

	if (asking->begun && is_same(asking->stand[0].number, caller))
		return;
	if (!asking->begun)
		stand_of(&asking->stand[1], router, asking->request->number);
	asking->begun = true;
	stand_of(&asking->stand[0], router, caller);
	asking->relation = tw__router_relation(router, caller,
					       asking->request->number);
}

void tw__leg_as(struct tw__leg *out, struct tw__asking *asking,
		const char *carrier, struct tw__caller caller)
{
	look_at(asking, caller.number);
	out->caller = caller;
	out->relation = asking->relation;
	tw__permit_ask(&out->permit, asking->router, carrier, asking->request,
		       asking->stand);
}

void tw__leg_of(struct tw__leg *out, struct tw__asking *asking,
		const char *carrier)
{
	tw__leg_as(out, asking, carrier, tw__caller_at(asking->router, carrier,
						       asking->request));
}

tw_status tw__leg_price(tw_charge *out, const struct tw__leg *leg,
			const struct tw__prices *prices,
			const tw_route_request *request, tw_error *err)
{
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	tw_status status;

	r.direction = request->direction;
	r.number = request->number;
	r.caller = leg->caller.number;
	r.relation = leg->relation;
	r.answer = request->at;
	r.exchange_nanos = prices->exchange_nanos;
	if (prices->trunk)
		tw__used_ask(&r, prices->router, prices->trunk,
			     request->department);
	r.duration_us = request->expected_us ? request->expected_us :
		TW_EXPECTED_US;
	status = tw_rating_rate(out, prices->deck, &r, err);
	/* what it will cost us is what it is converted to */
	if (!status && *out->converted.currency)
		out->net = out->converted_net;
	return status;
}
