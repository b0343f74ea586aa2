/**
 * @file src/registration/hop.h  Where requests are sent, as an URI says it
 *
 * "sip:host[:port][;transport=...]" of a registrar or an outbound proxy, and
 * what an IP address is. It refuses to know what a name stands for.
 */
#ifndef TW_SRC_REGISTRATION_HOP_H
#define TW_SRC_REGISTRATION_HOP_H

#include <trunkwise/trunk.h>
#include "base/base.h"

#define TW_HOST_MAX    255u       /* bytes of a name */
#define TW_ADDRESS_MAX  46u       /* of an IP address as text, with a NUL */

struct tw_hop {
	char *host;               /* IPv6 without brackets */
	char *wire;               /* the same as it stands in a URI */
	uint32_t port;            /* 0: not given */
	uint32_t transport;       /* TW_TRANSPORT_ */
	bool transport_given;
	bool numeric;             /* `host` is an IP address */
};

/* Fills a zeroed hop; free it also after a failure. `field` is the option's
 * name. "localhost" is an address (RFC 6761 section 6.3). */
tw_status tw__hop_read(struct tw_hop *hop, const char *text,
		       const char *field, tw_error *err);
void tw__hop_free(struct tw_hop *hop);

/* Whether the addresses of one trunk stand together; NULL: not given. */
tw_status tw__hops_check(const char *registrar, const char *backup,
			 const char *proxy, tw_error *err);

/* The port to use when none is given. */
uint32_t tw__hop_default_port(uint32_t transport);

/* "host" as it stands in a URI: new; brackets around IPv6. NULL: not a host
 * name or address (or no memory: *oom). */
char *tw__host_wire(struct tw_str host, bool *oom);

/* The same of a local address, an IPv6 one with brackets or without; new.
 * @return TW_OK, TW_EINVAL (host; port is not within 1..65535), TW_ENOMEM */
tw_status tw__local_wire(char **out, const char *host, uint32_t port,
			 tw_error *err);

/* IPv4 in dots or IPv6, without brackets or zone. */
bool tw__address_is(struct tw_str text);
/* One that a request may be sent to: not the unspecified one, no multicast,
 * no broadcast. */
bool tw__address_is_usable(struct tw_str text);

#endif
