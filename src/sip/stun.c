/**
 * @file src/sip/stun.c  Keep-alives by STUN over libre's SIP sockets
 *
 * libre takes STUN on its SIP sockets for itself and drops answers to what it
 * did not ask. So we listen below it, on the socket that the first answer of
 * a peer came by; what is not for us goes on to libre. When a request goes
 * out and which answer is believed, the pure keepalive decides.
 */
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/stun.h>
#include "inside.h"

enum { BELOW_SIP = -100 };             /* layer of libre's helpers */

/* A socket of libre's; one listener, whatever the number of peers. */
struct stun {
	struct le le;                  /* in the port's list */
	struct tw_sip_port *port;
	struct udp_sock *sock;
	struct udp_helper *helper;
};

static int64_t now_us(void)
{
	return (int64_t)tmr_jiffies() * 1000;
}

static void ping_h(void *arg);

static void plan(struct tw_sip_peer *peer)
{
	int64_t left = tw_keepalive_deadline(peer->flow.stun) - now_us();

	tmr_start(&peer->flow.ping, left > 0 ? (uint64_t)left / 1000 + 1 : 0,
		ping_h, peer);
}

/* The peer may be gone afterwards. */
static void run(struct tw_sip_peer *peer)
{
	tw_keepalive_action action = TW_KEEPALIVE_ACTION_INIT;
	struct tw_sip_port *port = peer->port;
	struct tw_sip_loss loss = { peer, false, NULL };
	char reason[sizeof(action.reason)];

	while (!tw_keepalive_next(&action, peer->flow.stun, NULL)) {
		if (action.kind == TW_KEEPALIVE_SEND)
			(void)tw__sip_send(peer, action.data,
				action.data_size);
		if (action.kind != TW_KEEPALIVE_LOST)
			continue;
		memcpy(reason, action.reason, sizeof(reason));
		loss.reason = reason;
	}
	plan(peer);
	if (loss.reason && port->owner.lost)
		port->owner.lost(&loss, port->owner.arg);
}

static void ping_h(void *arg)
{
	struct tw_sip_peer *peer = arg;

	(void)tw_keepalive_tick(peer->flow.stun, now_us(), NULL);
	run(peer);
}

/* True: taken. RFC 5764 section 5.1.2: STUN begins with 0 to 3, SIP never. */
static bool recv_h(struct sa *src, struct mbuf *mb, void *arg)
{
	const struct stun *stun = arg;
	struct tw_sip_peer *peer;
	char host[64];

	if (mbuf_get_left(mb) < TW_STUN_REQUEST_SIZE || *mbuf_buf(mb) > 3)
		return false;
	peer = tw__peer_find_udp(stun->port, src);
	if (!peer || !peer->flow.stun || sa_ntop(src, host, sizeof(host)))
		return false;
	if (tw_keepalive_receive(peer->flow.stun, host, sa_port(src),
			mbuf_buf(mb), mbuf_get_left(mb), now_us(), NULL) ==
	    TW_ENOTFOUND)
		return false;
	run(peer);
	return true;
}

static void drop(struct stun *stun)
{
	list_unlink(&stun->le);
	(void)mem_deref(stun->helper);
	(void)mem_deref(stun->sock);
	tw_free(stun);
}

static bool listen_below(struct tw_sip_port *port, struct udp_sock *sock)
{
	struct stun *stun;
	struct le *le;

	for (le = port->stuns.head; le; le = le->next)
		if (((struct stun *)le->data)->sock == sock)
			return true;
	stun = tw_calloc(1, sizeof(*stun));
	if (!stun)
		return false;
	stun->port = port;
	stun->sock = mem_ref(sock);
	list_append(&port->stuns, &stun->le, stun);
	if (!udp_register_helper(&stun->helper, sock, BELOW_SIP, NULL,
				 recv_h, stun))
		return true;
	drop(stun);
	return false;
}

void tw__stun_begin(struct tw_sip_peer *peer, const struct sip_msg *msg)
{
	char host[64];

	if (!msg->sock || sa_ntop(&peer->address, host, sizeof(host)) ||
	    !listen_below(peer->port, msg->sock) ||
	    tw_keepalive_new(&peer->flow.stun, host, sa_port(&peer->address),
			peer->flow.keep_s, NULL, now_us(), NULL))
		return;
	plan(peer);
}

void tw__stun_end(struct tw_flow *flow)
{
	if (!flow->stun)
		return;
	tmr_cancel(&flow->ping);
	tw_keepalive_free(flow->stun);
	flow->stun = NULL;
}

void tw__stuns_close(struct tw_sip_port *port)
{
	while (port->stuns.head)
		drop(port->stuns.head->data);
}
