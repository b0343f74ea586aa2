/**
 * @file src/registration/resolve.h  From a name to targets (RFC 3263)
 *
 * Decides which DNS question is asked next and in which order the targets
 * that come of it are tried (RFC 3263 section 4, RFC 2782). It refuses to
 * know who asks, what was known before and whether a target lives.
 */
#ifndef TW_SRC_REGISTRATION_RESOLVE_H
#define TW_SRC_REGISTRATION_RESOLVE_H

#include <trunkwise/sys/clock.h>
#include "hop.h"

#define TW_RESOLVE_TARGETS  16u
#define TW_RESOLVE_SERVERS   8u
#define TW_RESOLVE_SERVICES  4u
#define TW_RESOLVE_QUERIES  24u
#define TW_RESOLVE_CNAMES    8u
#define TW_RESOLVE_TTL_MIN_S   30u
#define TW_RESOLVE_TTL_MAX_S 3600u

#define TW_NAME_SIZE 256

/* One address to speak to. */
struct tw_address {
	char host[TW_ADDRESS_MAX];
	uint16_t port;
	uint8_t transport;
	uint16_t priority;           /* lower is better */
};

struct tw_server {                   /* of an SRV record */
	char name[TW_NAME_SIZE];
	uint16_t port, priority, weight;
	bool known;                  /* addresses came along */
};

struct tw_service {                  /* of a NAPTR record, or a guess */
	char name[TW_NAME_SIZE];
	uint32_t transport;
	uint32_t order, preference;
};

enum tw_resolve_state {
	TW_RESOLVE_ASK,              /* `type` records of `question` */
	TW_RESOLVE_DONE,             /* `count` targets, at least one */
	TW_RESOLVE_FAILED            /* `why` */
};

struct tw_resolve {
	enum tw_resolve_state state;
	const struct tw_hop *hop;    /* borrowed */
	const tw_random *random;     /* borrowed */
	uint32_t type;               /* TW_DNS_ */
	char question[TW_NAME_SIZE];
	uint32_t queries, cnames;
	uint32_t transport;          /* of the service that was found */
	struct tw_service service[TW_RESOLVE_SERVICES];
	size_t services, service_at;
	struct tw_server server[TW_RESOLVE_SERVERS];
	size_t servers, server_at;
	struct tw_address target[TW_RESOLVE_TARGETS];
	size_t count;
	uint32_t ttl_s;              /* shortest of all that was used */
	bool refused;                /* an SRV record says: not here */
	char why[96];
};

/* A numeric hop is done at once. */
void tw__resolve_begin(struct tw_resolve *r, const struct tw_hop *hop,
		       const tw_random *random);
/* None: the name has no such record, or there is no such name. */
void tw__resolve_records(struct tw_resolve *r, const tw_dns_record *records,
			 size_t count);
/* Nobody knows whether there are any: DNS did not answer. */
void tw__resolve_failed(struct tw_resolve *r, struct tw_str why);
/* No time for more questions: what is there is all. */
void tw__resolve_end(struct tw_resolve *r, const char *why);

#endif
