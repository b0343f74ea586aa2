/**
 * @file policy.c  Who may speak to us, and whether what he says is SIP
 *
 * libre's parser lets through what RFC 3261 forbids (a CSeq of another
 * method, a wrapped number, no From at all); tw_sip_check() is where that
 * ends. Trust is by address alone and refuses by default: a gateway that
 * carries calls for strangers pays for them. Knows nothing of numbers and
 * prices.
 */
#include <string.h>
#include "gw.h"

enum {
	MESSAGE_MAX = 16384,
	URI_MAX = 200,
};


static bool is_printable(const struct pl *pl)
{
	size_t i;

	for (i = 0; i < pl->l; i++) {
		const unsigned char c = (unsigned char)pl->p[i];

		if (c <= ' ' || c >= 0x7f)
			return false;
	}

	return pl->l > 0;
}


/* Narrower than SIP: what goes into records and onto other legs. */
static bool address_is_sane(const struct sip_taddr *addr)
{
	return pl_isset(&addr->auri) && addr->auri.l <= URI_MAX &&
		is_printable(&addr->auri);
}


static bool headers_are_sane(const struct sip_msg *msg)
{
	return address_is_sane(&msg->from) && address_is_sane(&msg->to) &&
		msg->callid.l <= GW_CALLID_MAX &&
		pl_isset(&msg->via.branch);
}


/* RFC 3261 20.15: what kind of body, if there is one. */
static bool body_is_sane(const struct sip_msg *msg)
{
	return pl_isset(&msg->clen) || mbuf_get_left(msg->mb) == 0 ||
		pl_isset(&msg->ctyp.type);
}


/* Bodies pass untouched, so only those that the other side can mean: an SDP,
 * or parts of which one is. */
static bool is_session(const struct sip_msg *msg)
{
	const struct pl *type = &msg->ctyp.type;

	if (sip_msg_hdr(msg, SIP_HDR_CONTENT_ENCODING))
		return false;
	if (!pl_isset(type))
		return true;

	return !pl_strcasecmp(type, "multipart") ||
		(!pl_strcasecmp(type, "application") &&
		 !pl_strcasecmp(&msg->ctyp.subtype, "sdp"));
}


/* RFC 3261 18.2.2 sends the answer to maddr, whoever that is. */
bool policy_is_bounced(const struct sip_msg *msg)
{
	struct pl maddr;

	return !msg_param_decode(&msg->via.params, "maddr", &maddr);
}


/* The library's check of the bytes as they came, then what is ours. */
uint16_t policy_check(tw_sip_verdict *verdict, const struct sip_msg *msg)
{
	static const tw_sip_verdict none = TW_SIP_VERDICT_INIT;
	tw_sip_options options = TW_SIP_OPTIONS_INIT;
	const char *end = (const char *)msg->mb->buf + msg->mb->end;
	const char *reason = NULL;

	*verdict = none;
	verdict->action = TW_SIP_DROP;
	options.flags = TW_SIP_FORWARDING;
	if (msg->tp != SIP_TRANSP_UDP)
		options.flags |= TW_SIP_STREAM;
	options.message_max = MESSAGE_MAX;
	options.uri_max = URI_MAX;
	if (tw_sip_check(verdict, msg->met.p, (size_t)(end - msg->met.p),
			 &options, NULL))
		return 500;
	if (verdict->action != TW_SIP_ACCEPT)
		return (uint16_t)verdict->code;

	if (!headers_are_sane(msg) || !is_printable(&msg->ruri))
		reason = "Bad Request";
	else if (!body_is_sane(msg))
		reason = "Missing Content-Type";
	verdict->code = reason ? 400 : 0;
	if (!reason && !pl_strcmp(&msg->met, "INVITE") && !is_session(msg)) {
		reason = "Unsupported Media Type";
		verdict->code = 415;
	}
	if (reason)
		str_ncpy(verdict->reason, reason, sizeof(verdict->reason));

	return (uint16_t)verdict->code;
}


static bool is_addr(const struct sa *addr, const struct sa *src)
{
	return sa_isset(addr, SA_ALL) && sa_cmp(addr, src, SA_ALL);
}


static struct phone *phone_of(const struct gateway *gw,
			      const struct sip_msg *msg)
{
	const struct le *le;

	for (le = gw->phonel.head; le; le = le->next) {
		struct phone *phone = le->data;

		if (is_addr(&phone->addr, &msg->src) &&
		    !pl_strcmp(&msg->from.uri.user, phone->user))
			return phone;
	}

	return NULL;
}


/* Whom we may have dialled: inside of such a dialog his From is what we wrote
 * into To. */
static bool is_dialled_addr(const struct gateway *gw, const struct sa *src)
{
	const struct list *const boxes[] = { &gw->linel, &gw->formerl };
	const struct le *le;
	size_t i;

	for (le = gw->phonel.head; le; le = le->next) {
		if (is_addr(&((struct phone *)le->data)->addr, src))
			return true;
	}
	for (i = 0; i < ARRAY_SIZE(boxes); i++) {
		for (le = boxes[i]->head; le; le = le->next) {
			if (is_addr(&((struct line *)le->data)->addr, src))
				return true;
		}
	}

	return false;
}


bool policy_source(struct source *out, const struct stack *stack,
		   const struct sip_msg *msg)
{
	const struct gateway *gw = stack->gw;
	const bool is_tls = stack != gw->stack;
	tw_inbound_match match;
	tw_status status;

	out->phone = is_tls ? NULL : phone_of(gw, msg);
	/* several trunks there, or none for what it wants: still no stranger,
	 * and what it gets is decided with the number */
	status = trunk_ask(&match, gw, msg, NULL);
	out->is_trunk = status == TW_OK || status == TW_ECONFLICT;
	if (out->phone || out->is_trunk)
		return true;

	return !is_tls && pl_isset(&msg->to.tag) &&
		is_dialled_addr(gw, &msg->src);
}
