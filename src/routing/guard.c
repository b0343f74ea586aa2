/*
 * Why a trunk takes no call now, or fewer than the others: its health, a
 * carrier that asked to be left alone, slots that are all in use. Emergency
 * calls never come here.
 */
#include "order.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t seconds(tw_time until, tw_time now)
{
	return (until - now + TW_SECOND - 1) / TW_SECOND;
}

static bool is_full(uint32_t calls, uint32_t calls_max)
{
	return calls_max && calls >= calls_max;
}

static bool is_fit(const struct tw_carrier *trunk, tw_time now)
{
	const uint32_t health = tw__fitness_of(trunk, now);

	return health == TW_ROUTE_IS_UP || health == TW_ROUTE_IS_SUSPECT;
}

bool tw__trunk_is_open(const struct tw_router *router,
		       const struct tw_carrier *trunk, tw_time now)
{
	const struct tw__company *company = &router->company[trunk->company];

	return is_fit(trunk, now) && trunk->rests_until <= now &&
		!is_full(trunk->calls, trunk->calls_max) &&
		!is_full(company->calls, company->calls_max);
}

static void say_unfit(char why[128], const struct tw_carrier *trunk,
		      tw_time now)
{
	switch (tw__fitness_of(trunk, now)) {
	case TW_ROUTE_IS_OFF:
		snprintf(why, 128, trunk->service == TW_ROUTE_IS_OFF ?
			 "skipped: switched off" :
			 "skipped: off, the carrier refuses our account");
		break;
	case TW_ROUTE_IS_DRAINING:
		snprintf(why, 128, "skipped: draining, no new calls");
		break;
	default:
		if (trunk->is_usable)
			snprintf(why, 128, "skipped: down after failures, "
				 "asked again in %" PRId64 " s",
				 seconds(trunk->down_until, now));
		else
			snprintf(why, 128, "skipped: the trunk is down");
		break;
	}
}

void tw__trunk_say_closed(char why[128], const struct tw_router *router,
			  const struct tw_carrier *trunk, tw_time now)
{
	const struct tw__company *company = &router->company[trunk->company];

	if (!is_fit(trunk, now))
		say_unfit(why, trunk, now);
	else if (trunk->rests_until > now)
		snprintf(why, 128, "skipped: congested, left alone for "
			 "%" PRId64 " s", seconds(trunk->rests_until, now));
	else if (is_full(trunk->calls, trunk->calls_max))
		snprintf(why, 128, "skipped: %" PRIu32 " of %" PRIu32
			 " calls in progress", trunk->calls,
			 trunk->calls_max);
	else
		snprintf(why, 128, "skipped: %" PRIu32 " of %" PRIu32
			 " calls of %.40s in progress", company->calls,
			 company->calls_max, company->name);
}

void tw__guard_share(struct tw__bid *bid, const struct tw_router *router,
		     tw_time now)
{
	const struct tw_carrier *trunk = bid->trunk;
	const uint32_t share = tw__fitness_share(router, trunk, now);
	const size_t place = (size_t)(trunk - router->carrier);

	if (share >= TW_WHOLE_PPM ||
	    tw__chance(router, 1000 + place) % TW_WHOLE_PPM < share)
		return;
	bid->late |= TW_LATE_HEALTH;
	snprintf(bid->why, sizeof(bid->why), "%s: %" PRIu32 " %% of its "
		 "calls, this one after the others",
		 tw__fitness_of(trunk, now) == TW_ROUTE_IS_SUSPECT ?
		 "suspect" : "slow start", share / 10000);
}
