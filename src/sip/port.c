/**
 * @file src/sip/port.c  Datagrams and one timer over libre
 *
 * Decides how bytes come back from somebody's libre stack: by a response
 * listener. One timer for all trunks, because libre keeps timers in a sorted
 * list. How they leave is peer.c's: by sip_send(), so from the port that the
 * stack listens on.
 */
#include <string.h>
#include <re.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/trunk.h>
#include "check.h"
#include "dns.h"
#include "inside.h"
#include "wide.h"

enum { PEERS = 256 };              /* buckets */

static uint32_t transport_of(enum sip_transp transport)
{
	switch (transport) {
	case SIP_TRANSP_UDP:
		return TW_TRANSPORT_UDP;
	case SIP_TRANSP_TCP:
		return TW_TRANSPORT_TCP;
	default:
		return TW_TRANSPORT_TLS;
	}
}

static void view(struct tw_sip_response *out, const struct sip_msg *msg,
		 const struct tw_sip_tls *tls)
{
	tw_sip_verdict verdict;

	tw__sip_bytes(&out->data, &out->size, msg);
	tw__sip_check(&verdict, msg);
	out->valid = verdict.action == TW_SIP_ACCEPT;
	out->transport = transport_of(msg->tp);
	out->call_id = msg->callid.p;
	out->call_id_size = msg->callid.l;
	out->from = &msg->src;
	out->tls = tls;
}

/* libre takes any three words for the first line of a message, those of HTTP
 * too. */
static void note_spoken(const struct tw_sip_response *what,
			const struct sip_msg *msg)
{
	if (!what->tls)
		return;
	if (!pl_strcmp(&msg->ver, "SIP/2.0"))
		tw__tls_spoke(what->tls->tls, &msg->src);
	else
		tw__tls_strange(what->tls->tls, &msg->src, what->data,
			what->size);
}

bool tw__port_response(struct tw_sip_port *port, const struct sip_msg *msg,
		       const struct tw_sip_tls *tls)
{
	struct tw_sip_response response;
	struct tw_sip_peer *peer = NULL;

	view(&response, msg, tls);
	note_spoken(&response, msg);
	if (!response.data || !response.call_id ||
	    !port->owner.response(&response, port->owner.arg))
		return false;
	if (msg->tp == SIP_TRANSP_TCP || msg->tp == SIP_TRANSP_TLS)
		peer = tw__peer_find(port, tls, &msg->src);
	else if (msg->tp == SIP_TRANSP_UDP)
		peer = tw__peer_find_udp(port, &msg->src);
	if (peer)
		tw__flow_heard(peer, msg);
	return true;
}

bool tw__port_request(struct tw_sip_port *port, const struct sip_msg *msg,
		      const struct tw_sip_tls *tls)
{
	struct tw_sip_response request;

	view(&request, msg, tls);
	note_spoken(&request, msg);
	return port->owner.request &&
		port->owner.request(&request, port->owner.arg);
}

void tw__port_answered(struct tw_sip_port *port,
		       const struct tw_stack_answer *answer,
		       const struct tw_sip_tls *tls)
{
	const struct tw_sip_response told = { answer->data, answer->size,
		true, transport_of(answer->transport), NULL, 0, answer->to,
		tls };

	if (port->owner.answered)
		port->owner.answered(&told, port->owner.arg);
}

static bool response_h(const struct sip_msg *msg, void *arg)
{
	/* of a stack of our own it is taken there */
	return tw__wide_take(msg) || tw__port_response(arg, msg, NULL);
}

static bool request_h(const struct sip_msg *msg, void *arg)
{
	return tw__port_request(arg, msg, NULL);
}

static void answered_h(const struct tw_stack_answer *answer, void *arg)
{
	tw__port_answered(arg, answer, NULL);
}

static void timer_h(void *arg)
{
	struct tw_sip_port *port = arg;

	port->owner.timer(port->owner.arg);
}

static tw_status make(struct tw_sip_port **out,
		      const struct tw_sip_owner *owner, tw_error *err)
{
	struct tw_sip_port *port = tw_calloc(1, sizeof(*port));

	if (!port || hash_alloc(&port->peers, PEERS)) {
		tw_free(port);
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	}
	port->owner = *owner;
	tmr_init(&port->timer);
	tmr_init(&port->loss_timer);
	tmr_init(&port->close_timer);
	*out = port;
	return TW_OK;
}

tw_status tw__sip_port_new(struct tw_sip_port **out, struct sip *sip,
			   const struct tw_sip_owner *owner, tw_error *err)
{
	struct tw_sip_port *port;
	tw_status status = make(&port, owner, err);
	int e;

	if (status)
		return status;
	port->sip = sip;
	e = sip_listen(&port->listener, sip, false, response_h, port);
	if (e) {
		tw__sip_port_free(port);
		return tw__sip_fail(err, e == ENOMEM ? TW_ENOMEM : TW_EIO,
			"", "the SIP stack refused a listener: %s",
			strerror(e));
	}
	tw__wide_ask(sip);
	*out = port;
	return TW_OK;
}

tw_status tw__sip_port_new_own(struct tw_sip_port **out, const char *host,
			       uint32_t number,
			       const struct tw_sip_owner *owner,
			       tw_error *err)
{
	struct tw_sip_port *port;
	tw_status status = make(&port, owner, err);

	if (status)
		return status;
	port->own.number = (uint16_t)number;
	port->own.response = response_h;
	port->own.request = request_h;
	port->own.answered = answered_h;
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
	tw__stuns_close(port);
	tw__identities_close(port);
	tw__stacks_close(&port->own);
	(void)mem_deref(port->peers);
	tw_free(port);
}

struct sip *tw__sip_port_sip(const struct tw_sip_port *port)
{
	return port->sip;
}

void tw__sip_port_watch(struct tw_sip_port *port,
			void (*watch)(struct sip *sip, int is_there,
				      void *arg), void *arg,
			struct tw_dns *dns)
{
	struct le *le;

	port->watch.h = watch;
	port->watch.arg = arg;
	port->watch.dns = tw__dns_client(dns);
	if (!watch)
		return;
	if (port->sip)
		watch(port->sip, 1, arg);
	for (le = port->identities.head; le; le = le->next)
		tw__stacks_tell(&((struct tw_sip_tls *)le->data)->stacks);
}

tw_status tw__sip_port_hold(struct tw_sip_port *port, const struct sip *sip,
			    bool hold, tw_error *err)
{
	struct le *le;

	if (sip && sip == port->sip)
		return TW_OK;
	for (le = port->identities.head; le; le = le->next) {
		struct tw_sip_tls *tls = le->data;

		if (!tw__stacks_have(&tls->stacks, sip))
			continue;
		if (hold) {
			tls->holds++;
			tls->refs++;
		}
		else if (tls->holds) {
			tls->holds--;
			tw__sip_tls_free(tls);
		}
		return TW_OK;
	}
	return tw__sip_fail(err, TW_ENOTFOUND, "", "no stack of this set");
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
