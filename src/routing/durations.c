/*
 * How long such a call lasts: one duration that the host expects, a histogram
 * that it brings, or the one that the router learned from its own calls. A
 * mean would not do: with an increment of a minute, calls of 10 and of 110
 * seconds cost three minutes, and two of the mean cost two (trap 31).
 */
#include "router.h"

#include <inttypes.h>

/* Upper ends of the router's buckets, in seconds, and what stands for each:
 * its middle, rounded up, and for the last one an hour. */
static const uint16_t end_s[TW_LEARNED] = {
	6, 12, 20, 30, 45, 60, 90, 120, 180, 240, 360, 540, 900, 1500, 2400,
	UINT16_MAX
};
static const uint16_t middle_s[TW_LEARNED] = {
	4, 10, 17, 26, 38, 53, 76, 106, 151, 211, 301, 451, 721, 1201, 1951,
	3600
};

void tw__durations_learn(struct tw_router *router, int64_t duration_us)
{
	int i = 0;

	if (duration_us <= 0)
		return;
	while (i < TW_LEARNED - 1 && duration_us > end_s[i] * TW_SECOND)
		++i;
	++router->learned[i];
	if (++router->learned_count < TW_LEARNED_MAX)
		return;
	router->learned_count = 0;
	for (i = 0; i < TW_LEARNED; ++i) {
		router->learned[i] /= 2;
		router->learned_count += router->learned[i];
	}
}

static void add(struct tw__durations *out, int64_t us, uint32_t calls)
{
	if (!calls)
		return;
	out->us[out->count] = us;
	out->calls[out->count++] = calls;
	out->calls_total += calls;
}

static tw_status take(struct tw__durations *out,
		      const tw_route_request *request, tw_error *err)
{
	if (request->duration_count > TW_DURATIONS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "duration_count",
				   "%" PRIu32 " durations; %u at most",
				   request->duration_count,
				   TW_DURATIONS_MAX);
	if (!request->durations_us || !request->counts)
		return tw__fail_at(err, TW_EINVAL, 0, "durations_us", "a "
				   "histogram has durations and counts");
	for (uint32_t i = 0; i < request->duration_count; ++i) {
		if (request->durations_us[i] < 0)
			return tw__fail_at(err, TW_EINVAL, 0, "durations_us",
					   "duration %" PRIu32 " is negative",
					   i);
		add(out, request->durations_us[i], request->counts[i]);
	}
	return out->count ? TW_OK : tw__fail_at(err, TW_EINVAL, 0, "counts",
		"no call is in the histogram");
}

tw_status tw__durations_of(struct tw__durations *out,
			   const struct tw_router *router,
			   const tw_route_request *request, tw_error *err)
{
	const uint32_t enough = router->rules.learn_calls;

	out->count = 0;
	out->calls_total = 0;
	if (request->duration_count)
		return take(out, request, err);
	if (request->expected_us || !enough ||
	    router->learned_count < enough) {
		add(out, request->expected_us ? request->expected_us :
		    TW_EXPECTED_US, 1);
		return TW_OK;
	}
	for (int i = 0; i < TW_LEARNED; ++i)
		add(out, middle_s[i] * TW_SECOND, router->learned[i]);
	return TW_OK;
}
