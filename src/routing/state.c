/*
 * A trunk as it stands, in figures and words, for whoever watches. Nothing is
 * decided here, and nothing changes by being looked at.
 */
#include "order.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

static tw_time later(tw_time a, tw_time b)
{
	return a > b ? a : b;
}

static void fill_quality(tw_route_state *s, const struct tw_router *router,
			 const struct tw_carrier *trunk, tw_time now)
{
	const int64_t half = router->rules.half_life_s * TW_SECOND;
	const struct tw__quality *q = &trunk->quality[0];
	const uint64_t calls = tw__fading_at(&q->calls, now, half);
	const uint64_t good = tw__fading_at(&q->good, now, half);

	s->quality_ppm = tw__quality_standing(router, trunk, 0, now);
	s->known_milli = (int64_t)(calls / 1000 > INT64_MAX ? INT64_MAX :
				   calls / 1000);
	if (calls)
		s->answered_ppm = (uint32_t)((unsigned __int128)
			(good > calls ? calls : good) * TW_WHOLE_PPM / calls);
}

static void fill(tw_route_state *s, const struct tw_router *router,
		 const struct tw_carrier *trunk, tw_time now)
{
	tw_time until = later(trunk->rests_until,
			      later(trunk->down_until, trunk->off_until));

	s->health = tw__fitness_of(trunk, now);
	s->tier = trunk->tier;
	s->weight = trunk->weight;
	s->calls = trunk->calls;
	s->calls_max = trunk->calls_max;
	s->failures = trunk->failures;
	s->share_ppm = tw__fitness_share(router, trunk, now);
	s->until = until > now && until < INT64_MAX ? until : 0;
	fill_quality(s, router, trunk, now);
	snprintf(s->trunk, sizeof(s->trunk), "%s", trunk->trunk);
	snprintf(s->carrier, sizeof(s->carrier), "%s", trunk->carrier);
	if (!tw__trunk_is_open(router, trunk, now))
		tw__trunk_say_closed(s->reason, router, trunk, now);
}

tw_status tw_router_state(tw_route_state *out, const tw_router *router,
			  size_t index, tw_time now, tw_error *err)
{
	tw_route_state s = TW_ROUTE_STATE_INIT;

	if (!out || !router || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no router, or a state "
				"without TW_ROUTE_STATE_INIT");
	if (index >= router->carrier_count)
		return TW_ITER_END;
	fill(&s, router, &router->carrier[index], now);
	tw__route_answer(out, out->size, &s, sizeof(s));
	return TW_OK;
}
