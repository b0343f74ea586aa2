/**
 * @file src/sip/inside.h  What the files of this room share
 */
#ifndef TW_SRC_SIP_INSIDE_H
#define TW_SRC_SIP_INSIDE_H

#include <re.h>
#include "flow.h"
#include "port.h"
#include "stack.h"
#include "tls.h"

struct tw_sip_port {
	struct sip *sip;               /* lent; NULL: own is used */
	struct tw_sip_stacks own;
	struct sip_lsnr *listener;
	struct hash *peers;            /* by address */
	struct tw_tls_hooks *hooks;    /* NULL: no identity yet */
	struct list papers, identities;
	struct list losses;            /* to be told of */
	struct list stuns;             /* sockets that STUN comes by */
	struct tmr loss_timer, close_timer;
	struct tw_stack_watch watch;
	struct tmr timer;
	struct tw_sip_owner owner;
};

struct tw_sip_papers {
	struct le le;                  /* in the port's list */
	uint32_t refs;
	struct tw_sip_port *port;
	struct tw_sip_identity copy;   /* its name is "" */
	uint8_t digest[TW_TLS_DIGEST];
};

/* One for each server name, set of CAs, certificate of ours and policy. */
struct tw_sip_tls {
	struct le le;                  /* in the port's list */
	uint32_t refs;                 /* with those of the host's holds */
	uint32_t holds;
	struct tw_sip_port *port;
	struct tw_tls *tls;
	uint64_t patience_ms;          /* with a handshake */
	struct tw_sip_stacks stacks;
	uint8_t digest[TW_TLS_DIGEST];
};

struct tw_sip_peer {
	struct le le;                  /* in the port's table */
	uint32_t refs;
	struct tw_sip_port *port;
	struct sip *sip;               /* that speaks to it */
	struct tw_sip_tls *tls;        /* NULL: not TLS */
	struct sa address;
	enum sip_transp transport;
	struct tw_flow flow;
};

/* port.c */
bool tw__port_response(struct tw_sip_port *port, const struct sip_msg *msg,
		       const struct tw_sip_tls *tls);
/* True: it gets no answer. */
bool tw__port_request(struct tw_sip_port *port, const struct sip_msg *msg,
		      const struct tw_sip_tls *tls);
void tw__port_answered(struct tw_sip_port *port,
		       const struct tw_stack_answer *answer,
		       const struct tw_sip_tls *tls);

/* peer.c: the peer of this identity at this address, or that of TCP; NULL:
 * none. */
struct tw_sip_peer *tw__peer_find(const struct tw_sip_port *port,
				  const struct tw_sip_tls *tls,
				  const struct sa *address);
/* That of UDP. */
struct tw_sip_peer *tw__peer_find_udp(const struct tw_sip_port *port,
				      const struct sa *address);

/* identity.c */
tw_status tw__port_hooks(struct tw_sip_port *port, tw_error *err);
int tw__tls_send(const struct tw_sip_tls *tls, struct sip *sip,
		 const struct sa *address, struct mbuf *mb);
/* All of them, and what they share; nothing more is told of. */
void tw__identities_close(struct tw_sip_port *port);

#endif
