/**
 * @file src/sip/port.h  Datagrams and one timer over libre
 *
 * The only room that includes <re.h>. It moves bytes between a SIP stack of
 * libre and whoever owns the transactions, and wakes him at a deadline. It
 * refuses to know registrations, and uses none of libre's request, digest
 * or registration code (research: libre's timers and digest).
 */
#ifndef TW_SRC_SIP_PORT_H
#define TW_SRC_SIP_PORT_H

#include <stdbool.h>
#include <trunkwise/time.h>

struct sip;
struct tw_dns;
struct tw_sip_port;
struct tw_sip_peer;               /* a target: address, port, transport */
struct tw_sip_papers;             /* what TLS goes by, but for the name */
struct tw_sip_tls;                /* an identity and the stacks for it */

/* Whom a TLS peer has to prove to be, and what it is shown. */
struct tw_sip_identity {
	const char *name;         /* host name, also sent, or IP literal */
	const void *ca;           /* PEM; none: those of the system */
	size_t ca_size;
	const void *cert;         /* PEM, ours and then its chain, or none */
	size_t cert_size;
	const void *key;          /* PEM, of cert; a secret */
	size_t key_size;
	const void *crl;          /* PEM, revocation lists, or none */
	size_t crl_size;
	bool verify;              /* false: anybody will do */
	bool must_staple;         /* not without its CA's word (OCSP) */
};

/* A TCP or TLS connection to a peer is gone, or never came to be. */
struct tw_sip_loss {
	const struct tw_sip_peer *peer;
	bool refused;             /* by a certificate or a rule */
	const char *reason;       /* one line, printable */
};

/* One response; its raw bytes and its Call-ID, borrowed. True: taken.
 * Not valid: nothing may come of it, whoever it is for. `from` and `tls` say
 * who sent it, for tw__sip_peer_sent(). */
struct tw_sip_response {
	const void *data;
	size_t size;
	bool valid;
	uint32_t transport;       /* TW_TRANSPORT_ */
	const char *call_id;
	size_t call_id_size;
	const void *from;
	const struct tw_sip_tls *tls;      /* it came over; NULL: not TLS */
};

struct tw_sip_owner {
	bool (*response)(const struct tw_sip_response *response, void *arg);
	void (*timer)(void *arg);
	/* never from within another call of this room; NULL: not told */
	void (*lost)(const struct tw_sip_loss *loss, void *arg);
	void *arg;
	/* A stranger's request to a stack of the port's own, which answers
	 * it unless this is true, and that answer, whose `from` is whom it
	 * went to: to look at. May be NULL. */
	bool (*request)(const struct tw_sip_response *request, void *arg);
	void (*answered)(const struct tw_sip_response *answer, void *arg);
};

tw_status tw__sip_port_new(struct tw_sip_port **out, struct sip *sip,
			   const struct tw_sip_owner *owner, tw_error *err);
/* The same with stacks of its own, on `host` or, where that is NULL, on the
 * address that the route to each peer says. */
tw_status tw__sip_port_new_own(struct tw_sip_port **out, const char *host,
			       uint32_t number,
			       const struct tw_sip_owner *owner,
			       tw_error *err);
void tw__sip_port_free(struct tw_sip_port *port);
/* The lent one, NULL if there is none. */
struct sip *tw__sip_port_sip(const struct tw_sip_port *port);

/* Tells of each stack that comes (1) and goes (0) from now on, at once of
 * those that are there: for hosts that take calls, so that our own stacks
 * answer requests no more. The lent one comes and never goes. NULL: tells no
 * more. Stacks that are made from now on look names up by `dns`, which has to
 * outlive them. */
void tw__sip_port_watch(struct tw_sip_port *port,
			void (*watch)(struct sip *sip, int is_there,
				      void *arg), void *arg,
			struct tw_dns *dns);

/* One more, or one less, who needs a stack that `watch` was told of. */
tw_status tw__sip_port_hold(struct tw_sip_port *port, const struct sip *sip,
			    bool hold, tw_error *err);

/* Arms the timer, INT64_MAX disarms it. */
void tw__sip_port_wake(struct tw_sip_port *port, int64_t delay_us);

/* host: IP literal or "localhost"; 0 is the default port. Who asks for the
 * same gets the same; each frees what he got, before the port. */
tw_status tw__sip_peer_new(struct tw_sip_peer **out,
			   struct tw_sip_port *port, const char *host,
			   uint32_t number, uint32_t transport,
			   tw_error *err);
/* The same over TLS; it keeps the identity. The port is 5061 if 0. */
tw_status tw__sip_peer_new_tls(struct tw_sip_peer **out,
			       struct tw_sip_tls *tls, const char *host,
			       uint32_t number, tw_error *err);
void tw__sip_peer_free(struct tw_sip_peer *peer);
/* The stack that speaks to it, borrowed. */
struct sip *tw__sip_peer_sip(const struct tw_sip_peer *peer);
/* When the certificate ends that was last accepted, 0: none was. */
tw_time tw__sip_peer_until(const struct tw_sip_peer *peer);
bool tw__sip_peer_sent(const struct tw_sip_peer *peer,
		       const struct tw_sip_response *response);

/* "192.0.2.1:5060" of the peer, of who sent something. */
void tw__sip_peer_text(char *out, size_t size,
		       const struct tw_sip_peer *peer);
void tw__sip_sender_text(char *out, size_t size,
			 const struct tw_sip_response *response);

/* The stack's own address that packets to this peer leave from. */
tw_status tw__sip_local(char *host, size_t size, uint32_t *number,
			const struct tw_sip_peer *peer, tw_error *err);

tw_status tw__sip_send(struct tw_sip_peer *peer, const void *data,
		       size_t size);

/* Its connection is watched, and kept open by a ping at least each so many
 * seconds (0: no pings), until all who asked for it have let go. Of several
 * wishes on one connection the shortest that was known when it opened. stun:
 * over UDP by STUN, if one of them wishes so; a flow that proves broken is
 * told as a lost connection. */
void tw__sip_keep(struct tw_sip_peer *peer, uint32_t seconds, bool stun);
void tw__sip_unkeep(struct tw_sip_peer *peer);

/* CAs, certificate and key for any number of names; identity->name is not
 * read. Copied, once for all who bring the same, and wiped. Each frees what
 * he got, before the port.
 * @return TW_EINVAL at "ca", "cert" or "key" */
tw_status tw__sip_papers_new(struct tw_sip_papers **out,
			     struct tw_sip_port *port,
			     const struct tw_sip_identity *identity,
			     tw_error *err);
void tw__sip_papers_free(struct tw_sip_papers *papers);

/* Who asks for the same name by the same papers gets the same, with one
 * connection for an address; other identities never share it. Each frees
 * what he got, before the port; the papers may go before. */
tw_status tw__sip_tls_new(struct tw_sip_tls **out,
			  const struct tw_sip_papers *papers,
			  const char *name, tw_error *err);
void tw__sip_tls_free(struct tw_sip_tls *tls);

/* tw__fail() of src/base is hidden in another library. */
tw_status tw__sip_fail(tw_error *err, tw_status code, const char *field,
		       const char *fmt, ...) TW_PRINTF(4, 5);

#endif
