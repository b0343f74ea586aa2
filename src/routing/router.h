/**
 * @file src/routing/router.h  The router's own things
 *
 * This room decides in which order carriers are tried for one call. It asks
 * rating what the call costs and refuses to know registration, SIP, SQL and
 * the clock: the host says which trunks are usable and counts their calls.
 */
#ifndef TW_SRC_ROUTING_ROUTER_H
#define TW_SRC_ROUTING_ROUTER_H

#include "base/base.h"
#include <trunkwise/routing.h>

#define TW_CARRIERS_MAX  10000u
#define TW_EMERGENCY_MAX 10000u   /* ways out, and numbers */
#define TW_LABEL_MAX     63u      /* bytes: what a candidate shows whole */

struct tw_carrier {
	char *carrier;
	char *trunk;
	tw_deck *deck;
	uint32_t priority;
	uint32_t calls_max;
	uint32_t calls;
	int64_t exchange_nanos;
	bool is_usable;
};

struct tw_way_out {
	char *site;
	char *via;
};

struct tw_router {
	struct tw_carrier *carrier;
	size_t carrier_count, carrier_capacity;
	struct tw_way_out *way;        /* in the order they were added */
	size_t way_count, way_capacity;
	char **number;                 /* beside the built-in 112 */
	size_t number_count, number_capacity;
	tw_numbering *numbering;       /* NULL: no relation is known */
	tw_numbering_lookup lookup;
};

/* NULL: none such. */
struct tw_carrier *tw__router_trunk(const struct tw_router *router,
				    const char *trunk);

/* The rows of an answer, in the caller's array; rows past its room are
 * counted out. The stride is the caller's release of the struct. */
struct tw_rows {
	unsigned char *at;
	uint32_t stride;
	uint32_t room;
	uint32_t count;
};

void tw__rows_add(struct tw_rows *rows, tw_route_candidate *candidate);

/* emergency.c */
tw_status tw__router_emergency(struct tw_rows *rows,
			       const struct tw_router *router,
			       const tw_route_request *request,
			       tw_error *err);

/* least_cost.c */
tw_status tw__router_least_cost(struct tw_rows *rows,
				const struct tw_router *router,
				const tw_route_request *request,
				tw_error *err);
/* Of caller and callee, TW_RELATION_ANY where it is not known. */
uint32_t tw__router_relation(const struct tw_router *router,
			     const tw_route_request *request);

#endif
