/**
 * @file src/sip/flow.c  What a target's connection does between requests
 *
 * libre opens and closes TCP connections by itself and tells nobody. But it
 * tells who keeps one alive when it is closed: so each connection that holds
 * a binding is watched that way, by pings that are seldom sent. One over which
 * no answer has come yet nobody can keep: knock.c looks who is there.
 *
 * Pings of TCP and TLS are libre's (RFC 5626 section 4.4.1: a double CRLF, and
 * one comes back within 10 s or the connection is dead). Those of UDP are a
 * double CRLF that nobody answers, or STUN where a trunk wants it: stun.c.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <trunkwise/trunk.h>
#include "inside.h"

#define NEVER_S   (30 * 86400)

static void told_h(void *arg)
{
	struct tw_sip_peer *peer = arg;
	struct tw_sip_port *port = peer->port;
	char reason[sizeof(peer->flow.reason)];
	struct tw_sip_loss loss = { peer, false, reason };

	memcpy(reason, peer->flow.reason, sizeof(reason));
	peer->flow.reason[0] = '\0';
	if (port->owner.lost)
		port->owner.lost(&loss, port->owner.arg);
}

void tw__flow_lose(struct tw_sip_peer *peer, const char *fmt, ...)
{
	va_list ap;

	tw__knock_end(&peer->flow.knock);
	va_start(ap, fmt);
	(void)re_vsnprintf(peer->flow.reason, sizeof(peer->flow.reason), fmt,
		ap);
	va_end(ap);
	tmr_start(&peer->flow.timer, 0, told_h, peer);
}

static void watch_h(int err, void *arg)
{
	tw__flow_lose(arg, "TCP connection: %m", err ? err : ECONNRESET);
}

void tw__flow_asked(struct tw_sip_peer *peer)
{
	const struct tw_flow *flow = &peer->flow;

	if (peer->transport == SIP_TRANSP_TCP && !flow->watch &&
	    !flow->reason[0])
		tw__knock_begin(peer);
}

void tw__flow_heard(struct tw_sip_peer *peer, const struct sip_msg *msg)
{
	struct tw_flow *flow = &peer->flow;

	if (peer->transport == SIP_TRANSP_UDP) {
		if (flow->by_stun && !flow->stun)
			tw__stun_begin(peer, msg);
		return;
	}
	tw__knock_end(&flow->knock);
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
	tw__knock_init(&flow->knock);
	tmr_init(&flow->timer);
	tmr_init(&flow->ping);
}

void tw__flow_close(struct tw_flow *flow)
{
	tw__stun_end(flow);
	tmr_cancel(&flow->timer);
	tmr_cancel(&flow->ping);
	tw__knock_end(&flow->knock);
	(void)mem_deref(flow->watch);
}
