/**
 * @file inbound.h  Which trunk a request came by
 *
 * In this order, and never by a bare address that several trunks share:
 *
 *   token   the Request-URI's user is a trunk's Contact token, and the source
 *           is one of that trunk's addresses
 *   flow    the source is, to the port and transport, where one trunk alone
 *           is registered
 *   number  of the trunks that this address may speak for, one alone carries
 *           numbers of the called number's carrier
 *   address one trunk alone is known at this address
 *
 * A trunk's addresses are that of its registered target and those that its
 * `peers` list: carriers often signal from others than they register at.
 */
#ifndef TRUNKWISE_INBOUND_H
#define TRUNKWISE_INBOUND_H

#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

#define TW_MATCH_TOKEN   1u
#define TW_MATCH_FLOW    2u
#define TW_MATCH_NUMBER  3u
#define TW_MATCH_ADDRESS 4u

#define TW_INBOUND_CANDIDATES 8u

typedef struct tw_inbound_request {
	uint32_t size;
	uint32_t transport;         /* TW_TRANSPORT_ it came by */
	uint32_t port;              /* of the source */
	uint32_t reserved;
	const char *host;           /* of the source: an IP address */
	const char *user;           /* of the Request-URI; NULL: none */
	const char *carrier;        /* of the called number, as your directory
				       says; NULL: not known */
} tw_inbound_request;
#define TW_INBOUND_REQUEST_INIT { sizeof(tw_inbound_request), \
	TW_TRANSPORT_UDP, 0, 0, NULL, NULL, NULL }

typedef struct tw_inbound_trunk {
	uint32_t size;
	uint32_t transport;         /* of its registered target; 0: none */
	uint32_t port;              /* 0: 5060, 5061 over TLS */
	uint32_t reserved;
	const char *name;
	const char *contact_user;   /* NULL: none */
	const char *host;           /* its target's IP address; NULL, or a
				       name: not known */
	const char *peers;          /* as in tw_trunk_options */
	const char *carrier;        /* whose numbers come by it; NULL: any */
} tw_inbound_trunk;
#define TW_INBOUND_TRUNK_INIT { sizeof(tw_inbound_trunk), 0, 0, 0, NULL, \
	NULL, NULL, NULL, NULL }

typedef struct tw_inbound_match {
	uint32_t size;
	uint32_t how;               /* TW_MATCH_, 0: no trunk */
	uint32_t count;             /* trunks that came into question */
	uint32_t reserved;
	char trunk[64];             /* "": none */
	char candidates[TW_INBOUND_CANDIDATES][64];  /* the first of them */
	char reason[160];           /* one printable line */
} tw_inbound_match;
#define TW_INBOUND_MATCH_INIT { sizeof(tw_inbound_match), 0, 0, 0, "", \
	{ "" }, "" }

/**
 * Pure: of these trunks.
 *
 * @param out  filled for TW_OK, TW_ENOTFOUND, TW_EREFUSED and TW_ECONFLICT
 * @return TW_OK, TW_ENOTFOUND (nobody is known at this address: a stranger),
 *         TW_EREFUSED (a trunk's token from an address that is not its, or
 *         a number of a carrier who has no trunk here), TW_ECONFLICT
 *         (several, and nothing tells them apart: `candidates`), TW_EINVAL
 */
TW_EXTERN(tw_status) tw_inbound_find(tw_inbound_match *out,
	const tw_inbound_trunk *trunks, size_t count,
	const tw_inbound_request *request, tw_error *err);

/** The same of a set's trunks as they are registered now. A token is found at
 * once, all else by looking at each trunk. */
TW_EXTERN(tw_status) tw_trunks_inbound(tw_inbound_match *out,
	tw_trunks *trunks, const tw_inbound_request *request, tw_error *err);

TW_END_DECLS

#endif
