/*
 * Least load: the most free slots, or the smallest used part of a cap. Equal
 * ones take turns. A failure counts as one call more for a while: a trunk
 * that is dead and refuses at once never has calls in progress, so that by
 * them alone it would be asked first for ever (trap 9).
 */
#include "order.h"

#include <inttypes.h>
#include <stdio.h>

#define CALL      INT64_C(1000000)   /* micro-calls */
#define UNCAPPED  INT64_C(2147483648)
#define HALF_LIFE (60 * TW_SECOND)
#define LOAD_MAX  (UNCAPPED * CALL)

int64_t tw__trunk_load(const struct tw_carrier *trunk, tw_time now)
{
	uint64_t failed = tw__fading_at(&trunk->penalty, now, HALF_LIFE);
	int64_t load = (int64_t)trunk->calls * CALL;

	return failed > (uint64_t)(LOAD_MAX - load < 0 ? 0 : LOAD_MAX - load)
		? LOAD_MAX : load + (int64_t)failed;
}

void tw__trunk_failed(struct tw_carrier *trunk, tw_time now)
{
	tw__fading_add(&trunk->penalty, CALL, now, HALF_LIFE);
}

static int64_t slots(const struct tw_carrier *trunk)
{
	return trunk->calls_max ? trunk->calls_max : UNCAPPED;
}

static void key_load(struct tw__bids *bids, uint32_t tier)
{
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!tw__bid_is_of(bid, tier))
			continue;
		bid->num = tw__trunk_load(bid->trunk, bids->now) -
			slots(bid->trunk) * CALL;
		bid->tie = (int64_t)bid->trunk->begun;
	}
}

static void key_used(struct tw__bids *bids, uint32_t tier)
{
	for (size_t i = 0; i < bids->count; ++i) {
		struct tw__bid *bid = &bids->bid[i];

		if (!tw__bid_is_of(bid, tier))
			continue;
		bid->num = tw__trunk_load(bid->trunk, bids->now);
		bid->den = slots(bid->trunk);
		bid->tie = (int64_t)bid->trunk->begun;
	}
}

static void say(char *reason, size_t size, const struct tw__bid *bid,
		const struct tw__bid *first)
{
	const struct tw_carrier *trunk = bid->trunk;
	const char *failed = trunk->penalty.value ?
		", failures count too" : "";
	char cap[24] = "";

	if (trunk->calls_max)
		snprintf(cap, sizeof(cap), " of %" PRIu32, trunk->calls_max);
	if (bid == first)
		snprintf(reason, size, "least load: %" PRIu32 "%s calls%s",
			 trunk->calls, cap, failed);
	else if (bid->num == first->num && bid->den == first->den)
		snprintf(reason, size, "%" PRIu32 "%s calls%s: it is the "
			 "turn of %.40s", trunk->calls, cap, failed,
			 first->trunk->trunk);
	else
		snprintf(reason, size, "%" PRIu32 "%s calls%s, after %.40s",
			 trunk->calls, cap, failed, first->trunk->trunk);
}

const struct tw__order tw__order_load = {
	TW_ROUTE_LEAST_LOAD, "least_load", false, key_load, say
};
const struct tw__order tw__order_used = {
	TW_ROUTE_LEAST_USED, "least_used", false, key_used, say
};
