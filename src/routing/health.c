/*
 * Is a trunk fit for calls: one state out of all that is known of it (trap
 * 36). What the host finds out by registration and OPTIONS, what a person
 * wants, and what calls themselves show are kept apart, so that none of them
 * can undo another; the worst of them is the state.
 *
 * Failures in a row make it suspect, more of them down. From there it comes
 * back by itself, on probation: a few calls must get through, and one failure
 * sends it down again for twice as long. Back up it starts slowly, because a
 * carrier that has just come back falls over when all calls come at once.
 */
#include "router.h"

#include <string.h>

#include "base/decimal.h"

static const char *const names[] = {
	"", "up", "suspect", "down", "draining", "off",
};

const char *tw_route_health_name(uint32_t health)
{
	return health && health < TW_ARRAY_COUNT(names) ? names[health] :
		"?";
}

static bool is_suspect(const struct tw_carrier *trunk)
{
	return trunk->on_probation || trunk->is_suspect;
}

uint32_t tw__fitness_of(const struct tw_carrier *trunk, tw_time now)
{
	if (trunk->service == TW_ROUTE_IS_OFF || trunk->off_until > now)
		return TW_ROUTE_IS_OFF;
	if (!trunk->is_usable || trunk->down_until > now)
		return TW_ROUTE_IS_DOWN;
	if (trunk->service == TW_ROUTE_IS_DRAINING)
		return TW_ROUTE_IS_DRAINING;
	return is_suspect(trunk) ? TW_ROUTE_IS_SUSPECT : TW_ROUTE_IS_UP;
}

uint32_t tw__fitness_share(const struct tw_router *router,
			  const struct tw_carrier *trunk, tw_time now)
{
	const tw_route_rules *rules = &router->rules;
	const int64_t whole = rules->slow_start_s * TW_SECOND;
	int64_t passed, share;

	switch (tw__fitness_of(trunk, now)) {
	case TW_ROUTE_IS_SUSPECT:
		return rules->probe_ppm;
	case TW_ROUTE_IS_UP:
		break;
	default:
		return 0;
	}
	if (!trunk->slow_since ||
	    __builtin_sub_overflow(now, trunk->slow_since, &passed) ||
	    passed >= whole)
		return TW_WHOLE_PPM;
	share = passed <= 0 ? 0 :
		(int64_t)((tw__i128)passed * TW_WHOLE_PPM / whole);
	return share > rules->probe_ppm ? (uint32_t)share : rules->probe_ppm;
}

/* ---- what calls show ---- */

static void go_down(const struct tw_router *router, struct tw_carrier *trunk,
		    tw_time now)
{
	const tw_route_rules *rules = &router->rules;
	const uint32_t doubled = trunk->downs < 16 ? trunk->downs : 16;
	int64_t seconds = (int64_t)rules->down_s << doubled;

	if (seconds > rules->down_max_s)
		seconds = rules->down_max_s;
	trunk->down_until = now + seconds * TW_SECOND;
	trunk->on_probation = true;
	trunk->is_suspect = false;
	trunk->failures = trunk->successes = 0;
	if (trunk->downs < UINT32_MAX)
		++trunk->downs;
}

void tw__fitness_failed(const struct tw_router *router,
		       struct tw_carrier *trunk, tw_time now)
{
	const tw_route_rules *rules = &router->rules;

	/* legs that were under way when it went down tell nothing new */
	if (trunk->down_until > now)
		return;
	if (trunk->failures < UINT32_MAX)
		++trunk->failures;
	trunk->successes = 0;
	if (!rules->down_after)
		return;
	if (trunk->on_probation || trunk->failures >= rules->down_after)
		go_down(router, trunk, now);
	else if (trunk->failures >= rules->suspect_after)
		trunk->is_suspect = true;
}

void tw__fitness_passed(const struct tw_router *router,
		       struct tw_carrier *trunk, tw_time now)
{
	trunk->failures = 0;
	trunk->is_suspect = false;
	if (!trunk->on_probation)
		return;
	if (++trunk->successes < router->rules.up_after)
		return;
	trunk->on_probation = false;
	trunk->down_until = 0;
	trunk->downs = 0;
	trunk->slow_since = now;
}

/* ---- what the host says ---- */

static tw_status trunk_at(struct tw_carrier **out, tw_router *router,
			  const char *trunk, tw_error *err)
{
	if (!router || !trunk)
		return tw__fail(err, TW_EINVAL, "no router or trunk given");
	*out = tw__router_trunk(router, trunk);
	if (!*out)
		return tw__fail(err, TW_ENOTFOUND, "no trunk \"%.63s\"",
				trunk);
	return TW_OK;
}

/* One that never had a call has nothing to come back to: at the start of a
 * host all trunks register one after another, and none of them is slow. */
static void come_back(struct tw_carrier *trunk, tw_time now)
{
	trunk->on_probation = trunk->is_suspect = false;
	trunk->failures = trunk->successes = trunk->downs = 0;
	trunk->down_until = 0;
	if (trunk->was_used)
		trunk->slow_since = now;
}

tw_status tw_router_set_usable(tw_router *router, const char *trunk,
			       int usable, tw_time now, tw_error *err)
{
	struct tw_carrier *t = NULL;
	tw_status status = trunk_at(&t, router, trunk, err);

	if (status)
		return status;
	if (usable && !t->is_usable && !t->is_awaited)
		come_back(t, now);
	if (usable)
		t->is_awaited = false;
	t->is_usable = usable != 0;
	return TW_OK;
}

tw_status tw_router_set_service(tw_router *router, const char *trunk,
				uint32_t service, tw_time now, tw_error *err)
{
	struct tw_carrier *t = NULL;
	tw_status status = trunk_at(&t, router, trunk, err);
	bool was_up;

	if (status)
		return status;
	if (service != TW_ROUTE_IS_UP && service != TW_ROUTE_IS_DRAINING &&
	    service != TW_ROUTE_IS_OFF)
		return tw__fail_at(err, TW_EINVAL, 0, "service", "a trunk is "
				   "put up, draining or off; whether it is "
				   "down is seen, not said");
	was_up = tw__fitness_of(t, now) == TW_ROUTE_IS_UP;
	t->service = service;
	if (service != TW_ROUTE_IS_UP)
		return TW_OK;
	t->off_until = t->rests_until = 0;
	t->refused = t->congested = 0;
	if (!was_up)
		come_back(t, now);
	return TW_OK;
}
