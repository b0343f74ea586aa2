/*
 * Why a trunk takes no call now: the host says it is down, our account is
 * refused there, it asked to be left alone, or its own or its carrier's slots
 * are all in use. Emergency calls never come here.
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

bool tw__trunk_is_open(const struct tw_router *router,
		       const struct tw_carrier *trunk, tw_time now)
{
	const struct tw__company *company = &router->company[trunk->company];

	return trunk->is_usable && trunk->off_until <= now &&
		trunk->rests_until <= now &&
		!is_full(trunk->calls, trunk->calls_max) &&
		!is_full(company->calls, company->calls_max);
}

void tw__trunk_say_closed(char why[128], const struct tw_router *router,
			  const struct tw_carrier *trunk, tw_time now)
{
	const struct tw__company *company = &router->company[trunk->company];

	if (!trunk->is_usable)
		snprintf(why, 128, "skipped: the trunk is down");
	else if (trunk->off_until > now)
		snprintf(why, 128, "skipped: off, the carrier refuses our "
			 "account");
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
