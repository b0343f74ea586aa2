/**
 * @file src/sip/flow.c  What a target's connection does between requests
 *
 * libre opens and closes TCP connections by itself and tells nobody. But it
 * tells who keeps one alive when it is closed: so each connection that holds
 * a binding is watched that way, by pings that are seldom sent. A connection
 * that is refused was never open, so that nobody can keep it: where no answer
 * comes at once we knock at the same port ourselves, and hear why.
 *
 * Pings of TCP and TLS are libre's (RFC 5626 section 4.4.1: a double CRLF, and
 * one comes back within 10 s or the connection is dead). Those of UDP are a
 * double CRLF that nobody answers, or STUN where a trunk wants it: stun.c.
 */
#include <errno.h>
#include <string.h>
#include <trunkwise/trunk.h>
#include "inside.h"

#define KNOCK_MS  250
#define NEVER_S   (30 * 86400)

static void told_h(void *arg)
{
	struct tw_sip_peer *peer = arg;
	struct tw_sip_port *port = peer->port;
	char reason[96];
	struct tw_sip_loss loss = { peer, false, reason };

	(void)re_snprintf(reason, sizeof(reason), "TCP connection: %m",
		peer->flow.err);
	peer->flow.err = 0;
	if (port->owner.lost)
		port->owner.lost(&loss, port->owner.arg);
}

static void lose(struct tw_sip_peer *peer, int err)
{
	peer->flow.knock = mem_deref(peer->flow.knock);
	peer->flow.waiting = false;
	peer->flow.err = err ? err : ECONNRESET;
	tmr_start(&peer->flow.timer, 0, told_h, peer);
}

static void watch_h(int err, void *arg)
{
	lose(arg, err);
}

/* ---- knocking ---- */

static void open_h(void *arg)
{
	struct tw_sip_peer *peer = arg;

	/* somebody is there, and slow */
	peer->flow.knock = mem_deref(peer->flow.knock);
}

static void recv_h(struct mbuf *mb, void *arg)
{
	(void)mb;
	(void)arg;
}

static void refused_h(int err, void *arg)
{
	lose(arg, err);
}

static void knock_h(void *arg)
{
	struct tw_sip_peer *peer = arg;
	int err;

	peer->flow.waiting = false;
	if (peer->flow.knock)
		return;
	err = tcp_connect(&peer->flow.knock, &peer->address, open_h, recv_h,
		refused_h, peer);
	if (err)
		lose(peer, err);
}

void tw__flow_asked(struct tw_sip_peer *peer)
{
	struct tw_flow *flow = &peer->flow;

	if (peer->transport != SIP_TRANSP_TCP || flow->watch ||
	    flow->waiting || flow->err)
		return;
	flow->waiting = true;
	tmr_start(&flow->timer, KNOCK_MS, knock_h, peer);
}

void tw__flow_heard(struct tw_sip_peer *peer, const struct sip_msg *msg)
{
	struct tw_flow *flow = &peer->flow;

	if (peer->transport == SIP_TRANSP_UDP) {
		if (flow->by_stun && !flow->stun)
			tw__stun_begin(peer, msg);
		return;
	}
	if (flow->waiting)
		tmr_cancel(&flow->timer);
	flow->waiting = false;
	flow->knock = mem_deref(flow->knock);
	/* TLS tells of its losses without this */
	if (flow->watch || !flow->keepers || (peer->tls && !flow->keep_s))
		return;
	(void)sip_keepalive_start(&flow->watch, peer->sip, msg,
		flow->keep_s ? flow->keep_s : NEVER_S, watch_h, peer);
}

/* ---- pings over UDP ---- */

static void ping_h(void *arg);

static void plan_ping(struct tw_sip_peer *peer)
{
	/* 80 to 100 %, so that those of many peers fall apart */
	tmr_start(&peer->flow.ping, peer->flow.keep_s *
		(800ull + rand_u16() % 201), ping_h, peer);
}

static void ping_h(void *arg)
{
	struct tw_sip_peer *peer = arg;

	(void)tw__sip_send(peer, "\r\n\r\n", 4);
	plan_ping(peer);
}

void tw__sip_keep(struct tw_sip_peer *peer, uint32_t seconds, bool stun)
{
	struct tw_flow *flow = &peer->flow;

	flow->keepers++;
	flow->by_stun |= stun;
	if (!seconds || (flow->keep_s && flow->keep_s <= seconds))
		return;
	flow->keep_s = seconds;
	/* until the first answer tells the socket that STUN would come by */
	if (peer->transport == SIP_TRANSP_UDP && !flow->stun)
		plan_ping(peer);
}

void tw__sip_unkeep(struct tw_sip_peer *peer)
{
	struct tw_flow *flow;

	if (!peer)
		return;
	flow = &peer->flow;
	if (--flow->keepers)
		return;
	flow->keep_s = 0;
	flow->by_stun = false;
	tw__stun_end(flow);
	tmr_cancel(&flow->ping);
	flow->watch = mem_deref(flow->watch);
}

void tw__flow_init(struct tw_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	tmr_init(&flow->timer);
	tmr_init(&flow->ping);
}

void tw__flow_close(struct tw_flow *flow)
{
	tw__stun_end(flow);
	tmr_cancel(&flow->timer);
	tmr_cancel(&flow->ping);
	(void)mem_deref(flow->knock);
	(void)mem_deref(flow->watch);
}
