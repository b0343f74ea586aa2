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
#include <trunkwise/base.h>

struct sip;
struct tw_sip_port;
struct tw_sip_peer;               /* a target: address, port, transport */

/* One response; its raw bytes and its Call-ID, borrowed. True: taken.
 * Not valid: nothing may come of it, whoever it is for. `from` is who sent
 * it, for tw__sip_peer_sent(). */
struct tw_sip_response {
	const void *data;
	size_t size;
	bool valid;
	const char *call_id;
	size_t call_id_size;
	const void *from;
};

struct tw_sip_owner {
	bool (*response)(const struct tw_sip_response *response, void *arg);
	void (*timer)(void *arg);
	void *arg;
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

/* Arms the timer, INT64_MAX disarms it. */
void tw__sip_port_wake(struct tw_sip_port *port, int64_t delay_us);

/* host: IP literal or "localhost"; 0 is the default port. Who asks for the
 * same gets the same; each frees what he got, before the port. */
tw_status tw__sip_peer_new(struct tw_sip_peer **out,
			   struct tw_sip_port *port, const char *host,
			   uint32_t number, uint32_t transport,
			   tw_error *err);
void tw__sip_peer_free(struct tw_sip_peer *peer);
bool tw__sip_peer_sent(const struct tw_sip_peer *peer,
		       const struct tw_sip_response *response);

/* The stack's own address that packets to this peer leave from. */
tw_status tw__sip_local(char *host, size_t size, uint32_t *number,
			const struct tw_sip_peer *peer, tw_error *err);

tw_status tw__sip_send(const struct tw_sip_peer *peer, const void *data,
		       size_t size);

/* tw__fail() of src/base is hidden in another library. */
tw_status tw__sip_fail(tw_error *err, tw_status code, const char *field,
		       const char *fmt, ...) TW_PRINTF(4, 5);

#endif
