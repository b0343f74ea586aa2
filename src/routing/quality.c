/*
 * How good a trunk is: of the calls it was given of late, the share that got
 * somewhere. Few calls prove little (trap 32), so that what counts is a bound:
 * the share is at least that, 19 times of 20 (Wilson's interval), with some
 * calls of middling quality assumed beforehand. What is known fades by time.
 * The standing follows the bound only when it moved by more than the
 * hysteresis, so that two good carriers do not change places with every call.
 *
 * Integers throughout, in micro-calls: every machine orders alike.
 */
#include "router.h"

#include <string.h>

#include "base/decimal.h"
#include "base/e164.h"

#define CALL   UINT64_C(1000000)
#define MOST   (CALL * 10000000)      /* then roots still fit */
#define Z      INT64_C(1959964)       /* of the normal distribution, micro */
#define Z2     INT64_C(3841459)

static uint64_t root(uint64_t x)
{
	uint64_t bit = UINT64_C(1) << 62, r = 0;

	while (bit > x)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (x >= r + bit) {
			x -= r + bit;
			r = (r >> 1) + bit;
		} else {
			r >>= 1;
		}
	}
	return r;
}

/* (good + z^2/2 - z sqrt(good (calls - good) / calls + z^2/4)) / (calls +
 * z^2) */
uint32_t tw__quality_bound(uint64_t good, uint64_t calls)
{
	uint64_t inside, spread;
	int64_t least;

	while (calls > MOST) {
		calls >>= 1;
		good >>= 1;
	}
	if (good > calls)
		good = calls;
	if (!calls)
		return 0;
	inside = (uint64_t)((unsigned __int128)good * (calls - good) /
			    calls) + Z2 / 4;
	spread = root(inside * CALL);
	least = (int64_t)good + Z2 / 2 -
		(int64_t)((tw__i128)Z * (int64_t)spread / (int64_t)CALL);
	if (least < 0)
		least = 0;
	return (uint32_t)((tw__i128)least * TW_WHOLE_PPM /
			  ((int64_t)calls + Z2));
}

/* ---- prefixes with a quality of their own ---- */

uint32_t tw__quality_index(const struct tw_router *router,
			   const char *number)
{
	size_t longest = 0;
	uint32_t best = 0;

	for (size_t i = 0; number && i < router->prefix_count; ++i) {
		size_t l = strlen(router->prefix[i]);

		if (l > longest && !strncmp(router->prefix[i], number, l)) {
			longest = l;
			best = (uint32_t)i + 1;
		}
	}
	return best;
}

static tw_status admit(const tw_router *router, const char *prefix,
		       tw_error *err)
{
	if (!router || !prefix)
		return tw__fail(err, TW_EINVAL, "no router or prefix given");
	if (!tw__digits_only(prefix) || strlen(prefix) > 15)
		return tw__fail_at(err, TW_EINVAL, 0, "prefix", "prefix "
				   "\"%.20s\" is not 1 to 15 digits", prefix);
	if (router->carrier_count)
		return tw__fail(err, TW_EINVAL, "prefixes are added before "
				"the trunks");
	for (size_t i = 0; i < router->prefix_count; ++i) {
		if (!strcmp(router->prefix[i], prefix))
			return tw__fail_at(err, TW_EEXIST, 0, "prefix",
					   "prefix %s has a quality of its "
					   "own", prefix);
	}
	if (router->prefix_count >= TW_QUALITIES_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u prefixes",
				TW_QUALITIES_MAX);
	return TW_OK;
}

tw_status tw_router_add_quality_prefix(tw_router *router, const char *prefix,
				       tw_error *err)
{
	tw_status status = admit(router, prefix, err);
	char *copy;

	if (status)
		return status;
	if (tw__grow((void **)&router->prefix, &router->prefix_capacity,
		     router->prefix_count + 1, sizeof(char *)))
		return tw__fail_oom(err);
	copy = tw_strdup(prefix);
	if (!copy)
		return tw__fail_oom(err);
	router->prefix[router->prefix_count++] = copy;
	return TW_OK;
}

/* ---- counting ---- */

/* What is known, with what is assumed: of a prefix the trunk as a whole, of
 * that the rules' own. */
static void known(uint64_t *good, uint64_t *calls,
		  const struct tw_router *router,
		  const struct tw_carrier *trunk, uint32_t index, tw_time now)
{
	const int64_t half = router->rules.half_life_s * TW_SECOND;
	const struct tw__quality *q = &trunk->quality[index];
	const uint64_t assumed = router->rules.prior_calls * CALL;
	uint64_t all_good = router->rules.prior_ppm, all_calls = CALL;

	if (index)
		known(&all_good, &all_calls, router, trunk, 0, now);
	*calls = tw__fading_at(&q->calls, now, half);
	*good = tw__fading_at(&q->good, now, half);
	if (*calls > MOST || *good > *calls) {
		*calls = *calls > MOST ? MOST : *calls;
		*good = *good > *calls ? *calls : *good;
	}
	*good += (uint64_t)((unsigned __int128)assumed * all_good /
			    all_calls);
	*calls += assumed;
}

static uint32_t bound_of(const struct tw_router *router,
			 const struct tw_carrier *trunk, uint32_t index,
			 tw_time now)
{
	uint64_t good, calls;

	known(&good, &calls, router, trunk, index, now);
	return tw__quality_bound(good, calls);
}

uint32_t tw__quality_standing(const struct tw_router *router,
			      const struct tw_carrier *trunk,
			      uint32_t index, tw_time now)
{
	const struct tw__quality *q = &trunk->quality[index];

	return q->is_known ? q->standing :
		bound_of(router, trunk, index, now);
}

static void count(const struct tw_router *router, struct tw_carrier *trunk,
		  uint32_t index, bool good, tw_time now)
{
	const int64_t half = router->rules.half_life_s * TW_SECOND;
	struct tw__quality *q = &trunk->quality[index];
	uint32_t bound, moved;

	tw__fading_add(&q->calls, CALL, now, half);
	/* also 0 is added: both fade from the same moment on */
	tw__fading_add(&q->good, good ? CALL : 0, now, half);
	bound = bound_of(router, trunk, index, now);
	moved = bound > q->standing ? bound - q->standing :
		q->standing - bound;
	if (!q->is_known || moved > router->rules.hysteresis_ppm)
		q->standing = bound;
	q->is_known = true;
}

void tw__quality_count(const struct tw_router *router,
		       struct tw_carrier *trunk, uint32_t index, bool good,
		       tw_time now)
{
	count(router, trunk, 0, good, now);
	if (index)
		count(router, trunk, index, good, now);
}
