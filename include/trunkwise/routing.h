/**
 * @file routing.h  Which carrier carries the call
 *
 * Candidates are carrier trunks, each with the expected cost of *this* call
 * from its own deck (its own longest prefix, fees, increments, rounding), so
 * that a cheap minute behind a dear connection fee loses where it should, and
 * with the relation of its two numbers' regions, so that a sheet may price or
 * block calls inside one city. Pure; one thread at a time per router.
 */
#ifndef TRUNKWISE_ROUTING_H
#define TRUNKWISE_ROUTING_H

#include <trunkwise/numbering.h>
#include <trunkwise/rating.h>

TW_BEGIN_DECLS

typedef struct tw_router tw_router;

TW_EXTERN(tw_status) tw_router_new(tw_router **out, tw_error *err);
TW_EXTERN(void) tw_router_free(tw_router *router);

typedef struct tw_route_carrier {
	uint32_t size;
	uint32_t priority;           /* breaks equal cost: lower first */
	const char *carrier;
	const char *trunk;
	tw_deck *deck;               /* referenced, not taken */
	uint32_t calls_max;          /* at a time; 0: no cap */
	uint32_t reserved;
	int64_t exchange_nanos;      /* for a deck that converts: its prices
					are then compared as converted; 0:
					not known, so it has no price */
} tw_route_carrier;
#define TW_ROUTE_CARRIER_INIT { sizeof(tw_route_carrier), 100, NULL, NULL, \
	NULL, 0, 0, 0 }

/** A new trunk is usable, as one without registration is; the host of one
 * that registers says tw_router_set_usable(.., 0) until it has.
 * @return TW_OK, TW_EINVAL (names of 1..63 bytes, a deck), TW_EEXIST */
TW_EXTERN(tw_status) tw_router_add_carrier(tw_router *router,
	const tw_route_carrier *carrier, tw_error *err);

/** Registered or not; calls in progress are counted by the host's begin and
 * end. A begin over the cap is counted too: emergency calls pass it.
 * @return TW_OK, TW_ENOTFOUND, TW_EINVAL (end without begin) */
TW_EXTERN(tw_status) tw_router_set_usable(tw_router *router,
	const char *trunk, int usable, tw_error *err);
TW_EXTERN(tw_status) tw_router_call_begin(tw_router *router,
	const char *trunk, tw_error *err);
TW_EXTERN(tw_status) tw_router_call_end(tw_router *router,
	const char *trunk, tw_error *err);

/** From now on decks are asked with the relation of caller and callee. The
 * numbering (NULL: none) is referenced, not taken; the look-up (NULL: none) is
 * copied. A call must not wait for what a look-up has broken: when it fails,
 * the relation is not known. @return TW_OK, TW_EINVAL */
TW_EXTERN(tw_status) tw_router_set_numbering(tw_router *router,
	tw_numbering *numbering, const tw_numbering_lookup *lookup,
	tw_error *err);

/** A site's ordered way out for emergency numbers: local landline first.
 * `via` is a landline's name or a trunk.
 * @return TW_OK, TW_EINVAL, TW_EEXIST */
TW_EXTERN(tw_status) tw_router_add_emergency(tw_router *router,
	const char *site, const char *via, tw_error *err);
/** Numbers that always pass; "112" stands without being added. */
TW_EXTERN(tw_status) tw_router_add_emergency_number(tw_router *router,
	const char *digits, tw_error *err);

typedef struct tw_route_request {
	uint32_t size;
	uint32_t direction;          /* TW_DIRECTION_OUTBOUND or _FORWARD */
	const char *number;          /* digits */
	const char *caller;          /* digits or NULL */
	const char *site;            /* for emergency; NULL: none */
	tw_time at;
	int64_t expected_us;         /* duration to compare by; 0: 60 s */
} tw_route_request;
#define TW_ROUTE_REQUEST_INIT { sizeof(tw_route_request), \
	TW_DIRECTION_OUTBOUND, NULL, NULL, NULL, 0, 0 }

typedef struct tw_route_candidate {
	uint32_t size;
	tw_status verdict;           /* TW_OK usable; TW_ENOPRICE, TW_EREFUSED
					(blocked), TW_EBUSY (cap or down),
					TW_ERANGE (cost too large),
					TW_ECONFLICT (currency) */
	int32_t emergency;           /* 1: `via` is a landline or trunk of the
					emergency order, cost not asked */
	uint32_t reserved;
	tw_money expected;           /* cost of the expected call, rounded as
					charged, without VAT: what net and
					gross sheets have in common */
	char carrier[64];
	char trunk[64];              /* or the landline's name */
	char prefix[16];
	char destination[96];
	char reason[128];            /* why taken or skipped */
	tw_money price;              /* of a minute without VAT; set by
					tw_authorize() alone */
} tw_route_candidate;
#define TW_ROUTE_CANDIDATE_INIT { sizeof(tw_route_candidate), TW_OK, 0, 0, \
	{ 0, "" }, "", "", "", "", "", { 0, "" } }

/** Usable candidates in the order to try, then the skipped ones with their
 * verdicts, so that a host can both dial and explain. `*count` in: room in
 * `out`; out: rows written (all carriers fit when room >= their number plus
 * the emergency order).
 * Carriers of two currencies are not comparable: TW_ECONFLICT, also when
 * one of them is down or capped. Emergency numbers: the site's ways out in
 * their order, then the other trunks by priority; price, cap and currency are
 * not asked; what is down comes last with TW_EBUSY. All rows have the size
 * that the first one says.
 * @return TW_OK (first row usable), TW_ENOPRICE (nobody has a price),
 *         TW_EREFUSED (blocked by all that know it), TW_EBUSY (known and
 *         priced, but capped or down); rows are written in every case.
 *         TW_EINVAL (request), TW_ENOMEM: nothing is. */
TW_EXTERN(tw_status) tw_router_decide(tw_route_candidate *out,
	uint32_t *count, const tw_router *router,
	const tw_route_request *request, tw_error *err);

TW_EXTERN(int) tw_router_is_emergency(const tw_router *router,
				      const char *digits);

TW_END_DECLS

#endif
