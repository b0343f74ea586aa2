/**
 * @file permission.h  Whether a carrier may carry it, and under which number
 *
 * A call between some places may need a contract: calls inside a city one
 * with an operator there. And a carrier shows only numbers that it approved.
 * Both are values of a router, judged before prices. Since the number that is
 * shown says where a call comes from, the same call may be a local one over
 * one carrier and a long-distance one over another. Emergency numbers are
 * asked for none of it. Pure; one thread at a time per router.
 */
#ifndef TRUNKWISE_PERMISSION_H
#define TRUNKWISE_PERMISSION_H

#include <trunkwise/routing.h>

TW_BEGIN_DECLS

/* ---- numbers that may be shown ---- */

#define TW_NUMBER_PREFERRED 0x1u   /* before others of its department */

typedef struct tw_route_number {
	uint32_t size;
	uint32_t flags;              /* TW_NUMBER_PREFERRED */
	const char *number;          /* digits */
	const char *department;      /* whose it is; NULL: nobody's */
	const char *site;            /* where it is; NULL: nowhere */
	const char *const *carriers; /* that approved it */
	size_t carrier_count;
} tw_route_number;
#define TW_ROUTE_NUMBER_INIT { sizeof(tw_route_number), 0, NULL, NULL, NULL, \
	NULL, 0 }

/** A number of ours. Over each carrier a call shows, of those that this
 * carrier approved, the one that the request prefers, else one of its
 * department, else one of its site, else any; among these a preferred one,
 * else the one that was added first. An emergency call shows one of its site
 * first. A request with a caller of its own shows that, unasked.
 * @return TW_OK, TW_EINVAL, TW_EEXIST, TW_ERANGE (too many) */
TW_EXTERN(tw_status) tw_router_add_number(tw_router *router,
	const tw_route_number *number, tw_error *err);

/** A site's own line: it shows its own number. It serves emergency calls
 * where tw_router_add_emergency() names it; for others it is a way that is
 * left when no carrier may. */
typedef struct tw_route_landline {
	uint32_t size;
	uint32_t reserved;
	const char *name;
	const char *site;
	const char *number;          /* digits */
	const char *carrier;         /* NULL: not known */
	tw_deck *deck;               /* referenced; NULL: cost not known */
	int64_t exchange_nanos;      /* as of a tw_route_carrier */
} tw_route_landline;
#define TW_ROUTE_LANDLINE_INIT { sizeof(tw_route_landline), 0, NULL, NULL, \
	NULL, NULL, NULL, 0 }

/** @return TW_OK, TW_EINVAL, TW_EEXIST, TW_ERANGE */
TW_EXTERN(tw_status) tw_router_add_landline(tw_router *router,
	const tw_route_landline *landline, tw_error *err);

/* ---- permission ---- */

#define TW_LEGAL_PENDING  0u         /* or nobody has said */
#define TW_LEGAL_ACCEPTED 1u
#define TW_LEGAL_REFUSED  2u

typedef struct tw_route_contract {
	uint32_t size;
	uint32_t legal;              /* TW_LEGAL_ */
	const char *name;
	const char *carrier;         /* NULL: with none, permits nothing */
	tw_time from, to;            /* in force, half-open */
} tw_route_contract;
#define TW_ROUTE_CONTRACT_INIT { sizeof(tw_route_contract), TW_LEGAL_PENDING, \
	NULL, NULL, TW_TIME_MIN, TW_TIME_MAX }

/** @return TW_OK, TW_EINVAL, TW_EEXIST, TW_ERANGE */
TW_EXTERN(tw_status) tw_router_add_contract(tw_router *router,
	const tw_route_contract *contract, tw_error *err);

typedef struct tw_route_permission {
	uint32_t size;
	uint32_t otherwise;          /* TW_PERMIT_ without such a contract */
	uint32_t direction;          /* TW_DIRECTION_OUTBOUND, _FORWARD; 0:
					both */
	uint32_t flags;              /* TW_PERMIT_UNKNOWN, _NEVER */
	const char *name;
	/* Places: a region or city as the numbering names it, or digits, the
	 * beginning of numbers. Of the number that is shown, and of the one
	 * that is called. None: everywhere. */
	const char *const *from;
	size_t from_count;
	const char *const *to;
	size_t to_count;
	const char *const *contracts;/* one of these with the carrier; none:
					any with it */
	size_t contract_count;
} tw_route_permission;
#define TW_ROUTE_PERMISSION_INIT { sizeof(tw_route_permission), \
	TW_PERMIT_BLOCK, 0, 0, NULL, NULL, 0, NULL, 0, NULL, 0 }

/* flags: it holds, too, for a call of which the numbering does not say
 * whether it is between these places. Without it such a call passes. */
#define TW_PERMIT_UNKNOWN 0x1u
/* flags: no contract permits it, and none is named. */
#define TW_PERMIT_NEVER   0x2u

/** Calls from somewhere to somewhere need a contract with their carrier that
 * is accepted and in force at the time of the call. All permissions that are
 * about a call have to hold; the strictest of those that do not decides.
 * Contracts are named before they are added or after.
 * @return TW_OK, TW_EINVAL, TW_EEXIST, TW_ERANGE */
TW_EXTERN(tw_status) tw_router_add_permission(tw_router *router,
	const tw_route_permission *permission, tw_error *err);

/* ---- why ---- */

#define TW_RULE_ELSEWHERE 1u         /* is about other calls */
#define TW_RULE_UNKNOWN   2u         /* may be about it: not asked for */
#define TW_RULE_HELD      3u         /* there is such a contract */
#define TW_RULE_LACKING   4u         /* there is none */

#define TW_LACK_NONE      1u         /* none with this carrier */
#define TW_LACK_REFUSED   2u         /* legal refused it */
#define TW_LACK_PENDING   3u         /* legal has not said */
#define TW_LACK_EARLY     4u         /* not in force yet */
#define TW_LACK_OVER      5u         /* not in force any more */
#define TW_LACK_NEVER     6u         /* no contract would do */

/** How one permission judged one call over one carrier. */
typedef struct tw_route_rule {
	uint32_t size;
	uint32_t result;             /* TW_RULE_ */
	uint32_t lack;               /* TW_LACK_ of the contract; 0: held */
	uint32_t otherwise;          /* TW_PERMIT_, what it would do */
	char permission[128];
	char contract[128];          /* that holds, or comes closest */
	char reason[320];
} tw_route_rule;
#define TW_ROUTE_RULE_INIT { sizeof(tw_route_rule), 0, 0, 0, "", "", "" }

/** Every permission in the order that they were added, for a call over this
 * trunk. `*count` in: room; out: rows written.
 * @return TW_OK, TW_ENOTFOUND (no such trunk), TW_EINVAL */
TW_EXTERN(tw_status) tw_router_rules(tw_route_rule *out, uint32_t *count,
	const tw_router *router, const tw_route_request *request,
	const char *trunk, tw_error *err);

#define TW_WAY_CARRIER  1u           /* is permitted as it stands */
#define TW_WAY_NUMBER   2u           /* over a blocked or avoided trunk, with
					another number of ours shown */
#define TW_WAY_LANDLINE 3u           /* the site's own line, by hand */

/** A way that is left to a call which some permission hinders. */
typedef struct tw_route_way {
	uint32_t size;
	uint32_t kind;               /* TW_WAY_ */
	tw_status verdict;           /* TW_OK; TW_ENOPRICE and such: the cost
					is not known */
	uint32_t relation;           /* of the numbers then, TW_RELATION_ */
	tw_money expected;           /* of this call, as a candidate's */
	char carrier[64];
	char via[64];                /* trunk or landline */
	char caller[32];             /* that is shown; "": none */
	char destination[96];
} tw_route_way;
#define TW_ROUTE_WAY_INIT { sizeof(tw_route_way), 0, TW_OK, 0, { 0, "" }, \
	"", "", "", "" }

/** What is left, the cheapest first and unknown costs last; no rows: none.
 * Looks at every number of the router: for people, not for each call.
 * @return TW_OK, TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_router_ways(tw_route_way *out, uint32_t *count,
	const tw_router *router, const tw_route_request *request,
	tw_error *err);

TW_END_DECLS

#endif
