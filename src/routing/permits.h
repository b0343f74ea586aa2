/**
 * @file src/routing/permits.h  What one call is like over one carrier
 *
 * caller.c chooses the number that is shown, permission.c finds the contract
 * that is lacking, leg.c puts both together with the relation of the two
 * numbers, and ways.c looks for what is left. None knows a price sheet's rows
 * or who approved what: the router is told.
 */
#ifndef TW_SRC_ROUTING_PERMITS_H
#define TW_SRC_ROUTING_PERMITS_H

#include "base/base.h"
#include <trunkwise/permission.h>

#define TW_NUMBERS_MAX     100000u
#define TW_APPROVALS_MAX   1000u     /* carriers of one number */
#define TW_LANDLINES_MAX   10000u
#define TW_CONTRACTS_MAX   10000u
#define TW_PERMISSIONS_MAX 1000u
#define TW_PLACES_MAX      1000u     /* of one permission, each side */
#define TW_NAME_MAX        127u      /* bytes */

struct tw_carrier;

struct tw__labels {
	char **name;
	size_t count;
};

/* ---- caller.c ---- */

struct tw__own {
	char *number, *department, *site;    /* "" none */
	struct tw__labels carriers;
	uint32_t flags;
};

/* The number to show at a carrier to a department, from a site, at all. */
struct tw__own_key {
	uint64_t hash;
	const char *carrier;         /* the number's own text; "": no
					carrier, the number alone */
	uint32_t own;                /* index + 1; 0: free */
	uint32_t kind;
};

struct tw__callers {
	struct tw__own *own;
	size_t count, capacity;
	struct tw__own_key *key;     /* open addressing, half full at most */
	size_t key_count, key_room;
};

struct tw__caller {
	const char *number;          /* borrowed; NULL: none */
	uint32_t of;                 /* TW_CALLER_; 0: none */
};

void tw__callers_clear(struct tw__callers *callers);
struct tw__caller tw__caller_at(const struct tw_router *router,
				const char *carrier,
				const tw_route_request *request);
/* Of an emergency call: who is called back, and where he is. */
struct tw__caller tw__caller_in_need(const struct tw_router *router,
				     const char *carrier,
				     const tw_route_request *request);

/* ---- permission.c ---- */

struct tw__contract {
	char *name, *carrier;        /* "": with none */
	tw_time from, to;
	uint32_t legal;
};

struct tw__permission {
	char *name;
	struct tw__labels from, to, contracts;
	uint32_t otherwise, direction, flags;
};

struct tw__permits {
	struct tw__contract *contract;
	size_t contract_count, contract_capacity;
	struct tw__permission *permission;
	size_t count, capacity;
	bool asks_places;            /* not digits alone */
};

/* Where a number stands, as far as anybody asked. */
struct tw__stand {
	const char *number;          /* NULL: hidden */
	bool known;
	tw_place place;
};

struct tw__permit {
	uint32_t otherwise;          /* TW_PERMIT_; 0: permitted */
	uint32_t lack;               /* TW_LACK_ */
	const struct tw__permission *permission;
	const struct tw__contract *contract;     /* NULL: none */
};

void tw__permits_clear(struct tw__permits *permits);
void tw__permit_ask(struct tw__permit *out, const struct tw_router *router,
		    const char *carrier, const tw_route_request *request,
		    const struct tw__stand stand[2]);
/* "permission kazan: legal refused contract x" */
void tw__permit_say(char why[128], const struct tw__permit *permit,
		    const char *carrier);
/* One permission alone, with its words. */
void tw__permission_ask(tw_route_rule *out, const struct tw_router *router,
			const struct tw__permission *permission,
			const char *carrier, const tw_route_request *request,
			const struct tw__stand stand[2]);

/* ---- leg.c ---- */

struct tw__leg {
	struct tw__caller caller;
	uint32_t relation;           /* TW_RELATION_ */
	struct tw__permit permit;
};

/* What the carriers of one call share. */
struct tw__asking {
	const struct tw_router *router;
	const tw_route_request *request;
	struct tw__stand stand[2];   /* of caller and callee */
	uint32_t relation;           /* of these */
	bool begun;
};

void tw__asking_begin(struct tw__asking *asking,
		      const struct tw_router *router,
		      const tw_route_request *request);
void tw__leg_of(struct tw__leg *out, struct tw__asking *asking,
		const char *carrier);
/* With this number of ours in place of the one that would be chosen. */
void tw__leg_as(struct tw__leg *out, struct tw__asking *asking,
		const char *carrier, struct tw__caller caller);
/* Whose prices: a trunk's, with what its carrier's calls have used up, or a
 * landline's. */
struct tw__prices {
	tw_deck *deck;
	int64_t exchange_nanos;
	const struct tw_router *router;
	const struct tw_carrier *trunk;      /* NULL: a line */
};

/* What it costs there: net, and converted where the deck converts.
 * @return as tw_rating_rate() */
tw_status tw__leg_price(tw_charge *out, const struct tw__leg *leg,
			const struct tw__prices *prices,
			const tw_route_request *request, tw_error *err);

/* ---- ways.c ---- */

struct tw__landline {
	char *name, *site, *number, *carrier;    /* carrier "": not known */
	tw_deck *deck;
	int64_t exchange_nanos;
};

struct tw__landlines {
	struct tw__landline *line;
	size_t count, capacity;
};

void tw__landlines_clear(struct tw__landlines *lines);
/* NULL: none such. */
const struct tw__landline *tw__landline_find(const struct tw_router *router,
					     const char *name);

#endif
