/**
 * @file src/sip/flow.h  What a target's connection does between requests
 *
 * Tells of a TCP connection that is gone or never came to be, and keeps ways
 * open: through NATs, and known on both sides. It refuses to know what the
 * connection is for.
 */
#ifndef TW_SRC_SIP_FLOW_H
#define TW_SRC_SIP_FLOW_H

#include <re.h>
#include <trunkwise/base.h>

struct tw_sip_peer;

struct tw_flow {
	struct sip_keepalive *watch;   /* of libre; NULL: none */
	struct tcp_conn *knock;
	struct tmr timer;              /* to knock, to tell */
	bool waiting;                  /* to knock; tmr_isrunning() of libre
					  4.10 is true after a cancel */
	struct tmr ping;               /* UDP */
	uint32_t keepers;              /* who want it watched */
	uint32_t keep_s;               /* the shortest wanted; 0: no pings */
	int err;                       /* to be told */
};

void tw__flow_init(struct tw_flow *flow);
void tw__flow_close(struct tw_flow *flow);

/* A request is on its way, a response has come. */
void tw__flow_asked(struct tw_sip_peer *peer);
void tw__flow_heard(struct tw_sip_peer *peer, const struct sip_msg *msg);

#endif
