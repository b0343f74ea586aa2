/*
 * The numbers that a router goes by, checked as one: either all of them hold
 * or none does. And its chance, which is no random number: a mix of the seed
 * and of how many calls began, so that a day can be played again.
 */
#include "router.h"

#include <inttypes.h>

#define DAY_S  86400u
#define YEAR_S (366u * DAY_S)

struct bound {
	const char *field;
	uint32_t value, least, most;
};

static tw_status check(const tw_route_rules *r, tw_error *err)
{
	const struct bound bounds[] = {
		{ "suspect_after", r->suspect_after, 1, 1000 },
		{ "down_after", r->down_after, 0, 1000 },
		{ "up_after", r->up_after, 1, 1000 },
		{ "down_s", r->down_s, 1, DAY_S },
		{ "down_max_s", r->down_max_s, r->down_s, DAY_S },
		{ "slow_start_s", r->slow_start_s, 0, DAY_S },
		{ "probe_ppm", r->probe_ppm, 1000, TW_WHOLE_PPM },
		{ "rest_s", r->rest_s, 1, DAY_S },
		{ "rest_max_s", r->rest_max_s, r->rest_s, DAY_S },
		{ "refusals", r->refusals, 1, 1000 },
		{ "off_s", r->off_s, 0, YEAR_S },
		{ "measure", r->measure, 1, 2 },
		{ "half_life_s", r->half_life_s, 1, YEAR_S },
		{ "prior_calls", r->prior_calls, 1, 10000 },
		{ "prior_ppm", r->prior_ppm, 0, TW_WHOLE_PPM },
		{ "hysteresis_ppm", r->hysteresis_ppm, 0, TW_WHOLE_PPM },
		{ "band_ppm", r->band_ppm, 0, TW_WHOLE_PPM },
		{ "explore_ppm", r->explore_ppm, 0, TW_WHOLE_PPM / 2 },
		{ "learn_calls", r->learn_calls, 0, 1000000 },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(bounds); ++i) {
		const struct bound *b = &bounds[i];

		if (b->value < b->least || b->value > b->most)
			return tw__fail_at(err, TW_EINVAL, 0, b->field,
					   "%s %" PRIu32 " is not in %" PRIu32
					   " to %" PRIu32, b->field, b->value,
					   b->least, b->most);
	}
	return TW_OK;
}

tw_status tw_router_set_rules(tw_router *router, const tw_route_rules *rules,
			      tw_error *err)
{
	tw_route_rules r;
	tw_status status;

	if (!router)
		return tw__fail(err, TW_EINVAL, "no router given");
	status = tw__import(&r, sizeof(r), rules, err);
	if (!status)
		status = check(&r, err);
	if (!status)
		router->rules = r;
	return status;
}

uint64_t tw__chance(const struct tw_router *router, uint64_t salt)
{
	uint64_t x = router->rules.seed + (salt << 32) +
		(router->begun + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}
