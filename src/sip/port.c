/**
 * @file src/sip/port.c  Datagrams and one timer over libre
 *
 * Decides how bytes reach the wire through somebody's libre stack: by
 * sip_send(), so that they leave from the port the stack listens on, and
 * back by a response listener. One timer for all trunks, because libre
 * keeps timers in a sorted list.
 */
#include <string.h>
#include <re.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/trunk.h>
#include "port.h"
#include "stack.h"

struct tw_sip_port {
	struct sip *sip;               /* lent; NULL: own is used */
	struct tw_sip_stacks own;
	struct sip_lsnr *listener;
	struct tmr timer;
	struct tw_sip_owner owner;
};

struct tw_sip_peer {
	struct sip *sip;               /* that speaks to it */
	struct sa address;
	enum sip_transp transport;
};

static bool response_h(const struct sip_msg *msg, void *arg)
{
	struct tw_sip_port *port = arg;
	struct tw_sip_response response;
	const char *end = (const char *)msg->mb->buf + msg->mb->end;

	/* ver is the first word of a response: over TCP the buffer may have
	 * keep-alives before it */
	response.data = msg->ver.p;
	response.size = (size_t)(end - msg->ver.p);
	response.call_id = msg->callid.p;
	response.call_id_size = msg->callid.l;
	response.from = &msg->src;
	return msg->ver.p && msg->callid.p &&
		port->owner.response(&response, port->owner.arg);
}

static void timer_h(void *arg)
{
	struct tw_sip_port *port = arg;

	port->owner.timer(port->owner.arg);
}

tw_status tw__sip_port_new(struct tw_sip_port **out, struct sip *sip,
			   const struct tw_sip_owner *owner, tw_error *err)
{
	struct tw_sip_port *port = tw_calloc(1, sizeof(*port));
	int e;

	if (!port)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	port->sip = sip;
	port->owner = *owner;
	tmr_init(&port->timer);
	e = sip_listen(&port->listener, sip, false, response_h, port);
	if (e) {
		tw_free(port);
		return tw__sip_fail(err, e == ENOMEM ? TW_ENOMEM : TW_EIO,
			"", "the SIP stack refused a listener: %s",
			strerror(e));
	}
	*out = port;
	return TW_OK;
}

tw_status tw__sip_port_new_own(struct tw_sip_port **out, const char *host,
			       uint32_t number,
			       const struct tw_sip_owner *owner,
			       tw_error *err)
{
	struct tw_sip_port *port = tw_calloc(1, sizeof(*port));
	tw_status status;

	if (!port)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	port->owner = *owner;
	tmr_init(&port->timer);
	port->own.number = (uint16_t)number;
	port->own.response = response_h;
	port->own.arg = port;
	status = tw__stacks_open(&port->own, host, err);
	if (status)
		tw__sip_port_free(port);
	else
		*out = port;
	return status;
}

void tw__sip_port_free(struct tw_sip_port *port)
{
	if (!port)
		return;
	tmr_cancel(&port->timer);
	(void)mem_deref(port->listener);
	tw__stacks_close(&port->own);
	tw_free(port);
}

struct sip *tw__sip_port_sip(const struct tw_sip_port *port)
{
	return port->sip;
}

void tw__sip_port_wake(struct tw_sip_port *port, int64_t delay_us)
{
	const int64_t hour_us = 3600 * 1000000LL;

	if (delay_us == INT64_MAX) {
		tmr_cancel(&port->timer);
		return;
	}
	if (delay_us < 0)
		delay_us = 0;
	if (delay_us > hour_us)          /* an early wake does no harm */
		delay_us = hour_us;
	/* rounded up: a tick before its time would only be repeated */
	tmr_start(&port->timer, (uint64_t)(delay_us + 999) / 1000, timer_h,
		port);
}

static tw_status transport_of(enum sip_transp *out, uint32_t transport,
			      tw_error *err)
{
	switch (transport) {
	case TW_TRANSPORT_UDP:
		*out = SIP_TRANSP_UDP;
		return TW_OK;
	case TW_TRANSPORT_TCP:
		*out = SIP_TRANSP_TCP;
		return TW_OK;
	default:
		return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
			"TLS is not served yet; write ;transport=udp or tcp");
	}
}

static tw_status stack_of(struct tw_sip_peer *peer, struct tw_sip_port *port,
			  tw_error *err)
{
	struct sa local;

	if (!port->sip)
		return tw__stacks_for(&peer->sip, &port->own,
			peer->transport, &peer->address, err);
	peer->sip = port->sip;
	if (sip_transp_laddr(port->sip, &local, peer->transport,
			     &peer->address))
		return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
			"the SIP stack has no %s transport of that address "
			"family; add one before", sip_transp_name(
				peer->transport));
	return TW_OK;
}

tw_status tw__sip_peer_new(struct tw_sip_peer **out,
			   struct tw_sip_port *port, const char *host,
			   uint32_t number, uint32_t transport,
			   tw_error *err)
{
	struct tw_sip_peer made, *peer;
	tw_status status = transport_of(&made.transport, transport, err);

	if (status)
		return status;
	if (!strcasecmp(host, "localhost"))
		host = "127.0.0.1";
	if (sa_set_str(&made.address, host, (uint16_t)(number ? number :
			SIP_PORT)))
		return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
			"host names are not resolved yet; write the "
			"registrar's IP address instead of \"%s\"", host);
	status = stack_of(&made, port, err);
	if (status)
		return status;
	peer = tw_malloc(sizeof(*peer));
	if (!peer)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	*peer = made;
	*out = peer;
	return TW_OK;
}

void tw__sip_peer_free(struct tw_sip_peer *peer)
{
	tw_free(peer);
}

bool tw__sip_peer_sent(const struct tw_sip_peer *peer,
		       const struct tw_sip_response *response)
{
	/* not the port: a registrar behind a balancer may answer from
	 * another one, and the branch is 64 random bits */
	return sa_cmp(&peer->address, response->from, SA_ADDR);
}

tw_status tw__sip_local(char *host, size_t size, uint32_t *number,
			const struct tw_sip_peer *peer, tw_error *err)
{
	struct sa local;
	int e;

	/* the same look-up as in sip_send(); libre binds to no wildcard,
	 * so this is an address that the peer can reach */
	e = sip_transp_laddr(peer->sip, &local, peer->transport,
		&peer->address);
	if (!e)
		e = sa_ntop(&local, host, (int)size);
	if (e)
		return tw__sip_fail(err, TW_EIO, "local_host",
			"the SIP stack has no address for this registrar: %s",
			strerror(e));
	*number = sa_port(&local);
	return TW_OK;
}

tw_status tw__sip_send(const struct tw_sip_peer *peer, const void *data,
		       size_t size)
{
	struct mbuf *mb = mbuf_alloc(size);
	int err;

	if (!mb)
		return TW_ENOMEM;
	err = mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	if (!err)
		err = sip_send(peer->sip, NULL, peer->transport,
			&peer->address, mb);
	(void)mem_deref(mb);
	return err ? TW_EIO : TW_OK;
}
