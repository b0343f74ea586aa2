/**
 * @file src/sip/tls.h  TLS under libre: who may answer, and how it ended
 *
 * Decides which certificate is good enough for a name, what is shown to a
 * server that asks for one, and why a connection came to nothing. It refuses
 * to know SIP, trunks and when to try again.
 *
 * Threads: as libre, the loop's. Other threads of the process may use
 * OpenSSL for what they like.
 */
#ifndef TW_SRC_SIP_TLS_H
#define TW_SRC_SIP_TLS_H

#include <re.h>
#include "port.h"

#define TW_TLS_DIGEST 32u

struct tw_tls;
struct tw_tls_hooks;           /* what the identities of a port share */

/* How a connection that we opened ended. */
struct tw_tls_end {
	struct sa address;
	bool refused;          /* by a certificate or a rule, on either side */
	bool stands;           /* but what comes over it is not SIP */
	char reason[160];      /* printable */
};

struct tw_tls_owner {
	/* Within libre's own clean-up: only take note. */
	void (*ended)(const struct tw_tls_end *end, void *arg);
	void *arg;
};

tw_status tw__tls_hooks_new(struct tw_tls_hooks **out, tw_error *err);
void tw__tls_hooks_free(struct tw_tls_hooks *hooks);

/* The identity is read here and not kept; its key lives on in OpenSSL's
 * memory, which wipes it. TW_EINVAL names "ca", "cert" or "key". */
tw_status tw__tls_new(struct tw_tls **out, struct tw_tls_hooks *hooks,
		      const struct tw_sip_identity *identity,
		      const struct tw_tls_owner *owner, tw_error *err);
/* After the stacks that use it. */
void tw__tls_free(struct tw_tls *tls);

/* For sip_transp_add(). */
struct tls *tw__tls_re(const struct tw_tls *tls);

/* Two identities with the same digest are the same one. */
tw_status tw__tls_digest(uint8_t out[TW_TLS_DIGEST],
			 const struct tw_sip_identity *identity,
			 tw_error *err);

/* NULL with 0 is fine. */
void tw__tls_wipe(void *data, size_t size);

/* Connections that libre opens between the two are ours, to that address.
 * failed: it opened none after all, and nothing is told of it. */
void tw__tls_open_begin(struct tw_tls *tls, const struct sa *address);
void tw__tls_open_end(struct tw_tls *tls, bool failed);

/* A SIP message came from there. */
void tw__tls_spoke(struct tw_tls *tls, const struct sa *address);
/* Something else did, and begins so. */
void tw__tls_strange(struct tw_tls *tls, const struct sa *address,
		     const void *data, size_t size);

/* One to this address stands, or is about to. */
bool tw__tls_has(const struct tw_tls *tls, const struct sa *address);

/* One has been on its way to this address for that long, and none stands
 * that a clean sweep would cut. */
bool tw__tls_is_stuck(const struct tw_tls *tls, const struct sa *address,
		      uint64_t ms);

/* When the certificate that was last accepted ends, 0: none yet. */
tw_time tw__tls_until(const struct tw_tls *tls);

#endif
