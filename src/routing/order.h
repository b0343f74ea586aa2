/**
 * @file src/routing/order.h  Bids of trunks for one call, and their order
 *
 * A bid is one trunk with its price and verdict. A policy gives the usable
 * bids of a tier a key, a fraction whose smaller value goes first, and says in
 * words what it means; comparing and the rest of the order are common.
 */
#ifndef TW_SRC_ROUTING_ORDER_H
#define TW_SRC_ROUTING_ORDER_H

#include "router.h"

struct tw__bid {
	const struct tw_carrier *trunk;
	tw_status verdict;
	uint32_t policy;
	struct tw__leg leg;
	bool is_priced;            /* also what no contract permits */
	bool is_dear;              /* over what the call may cost */
	uint8_t late;              /* behind those of its tier that are less */
	int64_t num, den;          /* the key; den > 0 */
	int64_t tie;               /* then this, a cost or a turn; then
				      priority, then place */
	uint32_t quality;          /* ppm, where the policy asks */
	tw_money expected;
	int64_t bundle_s, used_s;
	char prefix[16];
	char destination[96];
	char why[128];             /* when not usable, or late */
};

struct tw__bids {
	const struct tw_router *router;
	tw_time now;
	uint32_t quality;          /* index of the number's prefix */
	struct tw__bid *bid;
	struct tw__bid **sorted;
	size_t count;
	bool one_currency;         /* costs compare */
};

struct tw__order {
	uint32_t id;               /* TW_ROUTE_ */
	const char *name;
	bool compares_costs;       /* so that currencies must be one */
	/* Keys of the usable bids of this tier. */
	void (*key)(struct tw__bids *bids, uint32_t tier);
	/* why `bid` stands where it does; `first` leads its tier */
	void (*say)(char *reason, size_t size, const struct tw__bid *bid,
		    const struct tw__bid *first);
};

/* Of bids that are late: policies take the low bits. */
#define TW_LATE_TURN   1u          /* its turn is not yet */
#define TW_LATE_WEIGHT 2u
#define TW_LATE_HEALTH 8u

/* NULL: none such. */
const struct tw__order *tw__order_of(uint32_t policy);

extern const struct tw__order tw__order_percent;
extern const struct tw__order tw__order_load;
extern const struct tw__order tw__order_used;
extern const struct tw__order tw__order_quality;
extern const struct tw__order tw__order_quality_cost;

/* The order as it stands by their keys: below 0, a goes first. */
int tw__bid_compare(const struct tw__bid *a, const struct tw__bid *b);

/* Keys, then the sort: usable, busy, refused, unpriced, the rest. */
void tw__order_bids(struct tw__bids *bids);

/* By a contract's permission: it is tried last of all. */
static inline bool tw__bid_is_avoided(const struct tw__bid *bid)
{
	return bid->verdict == TW_OK &&
		bid->leg.permit.otherwise == TW_PERMIT_AVOID;
}

static inline bool tw__bid_is_of(const struct tw__bid *bid, uint32_t tier)
{
	return bid->verdict == TW_OK && bid->trunk->tier == tier;
}

/* guard.c: does it take a call now, and if not, why */
bool tw__trunk_is_open(const struct tw_router *router,
		       const struct tw_carrier *trunk, tw_time now);
void tw__trunk_say_closed(char why[128], const struct tw_router *router,
			  const struct tw_carrier *trunk, tw_time now);

/* Puts a usable trunk behind the others that is to have fewer calls. */
void tw__guard_share(struct tw__bid *bid, const struct tw_router *router,
		     tw_time now);

/* price.c: the expected cost, and what it may be */
struct tw__limit {
	int64_t nanos;             /* 0: none */
	char currency[4];          /* "": whatever the prices are in */
	uint32_t margin_ppm;
	bool is_unpriced;          /* the customer has none for this number */
};
struct tw__question {
	const struct tw_router *router;
	const tw_route_request *request;
	struct tw__durations durations;
	struct tw__limit limit;
	uint32_t relation;         /* of the customer's own numbers */
};
tw_status tw__price_limit(struct tw__question *q, tw_error *err);
/* Price of the bid, and its verdict where it has none yet.
 * @return TW_OK, or why no carrier can be asked at all */
tw_status tw__price_bid(struct tw__bid *bid, const struct tw__question *q,
			tw_error *err);

/* load.c: calls and recent failures, in micro-calls */
int64_t tw__trunk_load(const struct tw_carrier *trunk, tw_time now);
void tw__trunk_failed(struct tw_carrier *trunk, tw_time now);

#endif
