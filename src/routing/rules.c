/*
 * The numbers that a router goes by, checked as one: either all of them hold
 * or none does. And its chance, which is no random number: a mix of the seed
 * and of how many calls began, so that a day can be played again.
 */
#include "router.h"

#include <inttypes.h>
#include <string.h>

#define DAY_S  86400u
#define YEAR_S (366u * DAY_S)

struct bound {
	const char *field;
	size_t at;
	uint32_t least, most;
};

#define RULE(name, least, most) { #name, offsetof(tw_route_rules, name), \
				  least, most }

static const struct bound bounds[] = {
	RULE(suspect_after, 1, 1000),
	RULE(down_after, 0, 1000),
	RULE(up_after, 1, 1000),
	RULE(down_s, 1, DAY_S),
	RULE(down_max_s, 1, DAY_S),
	RULE(slow_start_s, 0, DAY_S),
	RULE(probe_ppm, 1000, TW_WHOLE_PPM),
	RULE(rest_s, 1, DAY_S),
	RULE(rest_max_s, 1, DAY_S),
	RULE(refusals, 1, 1000),
	RULE(off_s, 0, YEAR_S),
	RULE(measure, 1, 2),
	RULE(half_life_s, 1, YEAR_S),
	RULE(prior_calls, 1, 10000),
	RULE(prior_ppm, 0, TW_WHOLE_PPM),
	RULE(hysteresis_ppm, 0, TW_WHOLE_PPM),
	RULE(band_ppm, 0, TW_WHOLE_PPM),
	RULE(explore_ppm, 0, TW_WHOLE_PPM / 2),
	RULE(learn_calls, 0, 1000000),
};

uint32_t *tw__route_rule(tw_route_rules *rules, const char *name)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(bounds); ++i) {
		if (!strcmp(bounds[i].field, name))
			return (uint32_t *)((char *)rules + bounds[i].at);
	}
	return NULL;
}

static tw_status check_one(const struct bound *b, uint32_t value,
			   uint32_t least, tw_error *err)
{
	if (value >= least && value <= b->most)
		return TW_OK;
	return tw__fail_at(err, TW_EINVAL, 0, b->field, "%s %" PRIu32 " is "
			   "not in %" PRIu32 " to %" PRIu32, b->field, value,
			   least, b->most);
}

tw_status tw__route_rules_check(const tw_route_rules *r, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; i < TW_ARRAY_COUNT(bounds) && !status; ++i) {
		const struct bound *b = &bounds[i];
		const uint32_t *value = (const uint32_t *)((const char *)r +
							   b->at);
		uint32_t least = b->least;

		if (b->at == offsetof(tw_route_rules, down_max_s))
			least = r->down_s;
		if (b->at == offsetof(tw_route_rules, rest_max_s))
			least = r->rest_s;
		status = check_one(b, *value, least, err);
	}
	return status;
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
		status = tw__route_rules_check(&r, err);
	if (!status)
		router->rules = r;
	return status;
}

tw_status tw_router_rules_read(tw_route_rules *out, const tw_router *router,
			       tw_error *err)
{
	tw_route_rules r;

	if (!out || !router || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no router, or rules without "
				"TW_ROUTE_RULES_INIT");
	r = router->rules;
	tw__route_answer(out, out->size, &r, sizeof(r));
	return TW_OK;
}

uint64_t tw__chance(const struct tw_router *router, uint64_t salt)
{
	uint64_t x = router->rules.seed + (salt << 32) +
		(router->turn + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}
