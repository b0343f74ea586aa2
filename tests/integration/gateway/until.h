/**
 * @file until.h  What several tests wait for with world_run()
 *
 * Asks what peers have got and what the gateway counts, and changes nothing.
 */
#ifndef UNTIL_H
#define UNTIL_H

#include <string.h>
#include "world.h"

static inline bool a_got_480(struct world *w)
{
	return world_got(&w->carrier_a, "480") > 0;
}

static inline bool anna_got_bye(struct world *w)
{
	return peer_count(&w->anna, "BYE", NULL) > 0;
}

static inline bool is_empty(struct world *w)
{
	struct gateway_stats stats;

	gateway_stats(w->gw, &stats);
	return stats.live == 0 && clk_busy_count(w->clk) == 0;
}

static inline bool a_got_200(struct world *w)
{
	return world_got(&w->carrier_a, "200") > 0;
}

static inline bool a_got_180(struct world *w)
{
	return world_got(&w->carrier_a, "180") > 0;
}

static inline bool anna_got_200(struct world *w)
{
	return world_got(&w->anna, "200") > 0;
}

static inline bool this_call_is_answered(struct world *w)
{
	const struct peer *a = &w->carrier_a;
	unsigned i;

	for (i = 0; i < a->count; i++) {
		if (!strncmp(a->seen[i], "SIP/2.0 200", 11) &&
		    strstr(a->seen[i], w->callid))
			return true;
	}

	return false;
}

static inline bool anna_got_403(struct world *w)
{
	return world_got(&w->anna, "403") > 0;
}

static inline bool anna_got_503(struct world *w)
{
	return world_got(&w->anna, "503") > 0;
}

static inline bool boris_got_200(struct world *w)
{
	return world_got(&w->boris, "200") > 0;
}

#endif
