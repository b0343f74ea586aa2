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
#include "knock.h"

struct tw_sip_peer;

struct tw_flow {
	struct sip_keepalive *watch;   /* of libre; NULL: none */
	struct tw_knock knock;
	struct tmr timer;              /* to tell */
	struct tmr ping;               /* UDP */
	bool by_stun;                  /* wanted */
	struct tw_keepalive *stun;     /* NULL: by CRLF, or not heard yet */
	uint32_t keepers;              /* who want it watched */
	uint32_t keep_s;               /* the shortest wanted; 0: no pings */
	char reason[96];               /* to be told; "": nothing */
};

void tw__flow_init(struct tw_flow *flow);
void tw__flow_close(struct tw_flow *flow);

/* A request is on its way, a response has come. */
void tw__flow_asked(struct tw_sip_peer *peer);
void tw__flow_heard(struct tw_sip_peer *peer, const struct sip_msg *msg);
/* It is lost: tells so from the loop. As re_printf(). */
void tw__flow_lose(struct tw_sip_peer *peer, const char *fmt, ...);

/* stun.c: keep-alives by STUN in the place of CRLFs, which go on if they
 * cannot begin. */
void tw__stun_begin(struct tw_sip_peer *peer, const struct sip_msg *msg);
void tw__stun_end(struct tw_flow *flow);
struct tw_sip_port;
void tw__stuns_close(struct tw_sip_port *port);

#endif
