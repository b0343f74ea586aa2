/**
 * @file src/registration/nat.h  The address a registrar sees us at
 *
 * Learns from the topmost Via of answers (RFC 3581: received, rport) and
 * says which address Contacts name. It refuses to know when a REGISTER goes
 * out.
 */
#ifndef TW_SRC_REGISTRATION_NAT_H
#define TW_SRC_REGISTRATION_NAT_H

#include "message.h"

/* A NAT that changes its mapping more often than that is not followed. */
#define TW_NAT_CHANGES 4u
#define TW_NAT_HOUR_US (3600LL * 1000000)

struct tw_nat {
	char host[64];               /* as in a URI; "": not learned */
	uint32_t port;
	char old_host[64];           /* bound before; "": none to take back */
	uint32_t old_port;
	uint32_t changes;            /* within the hour that began then */
	int64_t hour_at;
	bool told;                   /* within it, that it flaps */
};

enum tw_nat_news {
	TW_NAT_SAME,
	TW_NAT_CHANGED,
	TW_NAT_FLAPS                 /* it would change, and is not let */
};

/* host and port: what our Via said. */
enum tw_nat_news tw__nat_learn(struct tw_nat *nat,
			       const struct tw_message *msg,
			       const char *host, uint32_t port,
			       int64_t now_us);
/* Another way out: nothing is known of it. */
void tw__nat_forget(struct tw_nat *nat);

#endif
