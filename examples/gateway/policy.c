/**
 * @file policy.c  Who may speak to us, and whether what he says is SIP
 *
 * libre's parser lets through what RFC 3261 forbids (a CSeq of another
 * method, a wrapped number, no From at all); here is where that ends. Trust
 * is by address alone and refuses by default: a gateway that carries calls
 * for strangers pays for them. Knows nothing of numbers and prices.
 */
#include <string.h>
#include "gw.h"

enum {
	MESSAGE_MAX = 16384,
	URI_MAX = 200,
	CSEQ_DIGITS = 10,
};


static bool all_digits(const struct pl *pl)
{
	size_t i;

	for (i = 0; i < pl->l; i++) {
		if (pl->p[i] < '0' || pl->p[i] > '9')
			return false;
	}

	return pl->l > 0;
}


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


/* libre reads numbers modulo 2^32; the text tells. */
static bool cseq_is_sane(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CSEQ);
	struct pl num;

	if (!hdr || re_regex(hdr->val.p, hdr->val.l, "[0-9]+[ \t]+[^ \t]+",
			     &num, NULL, NULL))
		return false;

	return num.l <= CSEQ_DIGITS && pl_u64(&num) < 0x80000000u &&
		num.p == hdr->val.p && !pl_cmp(&msg->cseq.met, &msg->met);
}


static bool has_once(const struct sip_msg *msg, enum sip_hdrid id)
{
	return sip_msg_hdr_count(msg, id) == 1;
}


static bool has_twice(const struct sip_msg *msg, enum sip_hdrid id)
{
	return sip_msg_hdr_count(msg, id) > 1;
}


static bool address_is_sane(const struct sip_taddr *addr)
{
	return pl_isset(&addr->auri) && addr->auri.l <= URI_MAX &&
		is_printable(&addr->auri);
}


static bool headers_are_sane(const struct sip_msg *msg)
{
	return has_once(msg, SIP_HDR_FROM) && has_once(msg, SIP_HDR_TO) &&
		has_once(msg, SIP_HDR_CALL_ID) &&
		has_once(msg, SIP_HDR_CSEQ) &&
		address_is_sane(&msg->from) && address_is_sane(&msg->to) &&
		pl_isset(&msg->from.tag) &&
		is_printable(&msg->callid) &&
		msg->callid.l <= GW_CALLID_MAX &&
		pl_isset(&msg->via.branch) && cseq_is_sane(msg);
}


static bool body_is_sane(const struct sip_msg *msg)
{
	const size_t left = mbuf_get_left(msg->mb);

	if (has_twice(msg, SIP_HDR_CONTENT_LENGTH) ||
	    has_twice(msg, SIP_HDR_CONTENT_TYPE))
		return false;
	if (!pl_isset(&msg->clen))
		return left == 0 || pl_isset(&msg->ctyp.type);

	return all_digits(&msg->clen) && msg->clen.l <= 6 &&
		pl_u32(&msg->clen) <= left;
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


uint16_t policy_check(const struct sip_msg *msg, const char **reason)
{
	if (msg->mb->end > MESSAGE_MAX) {
		*reason = "Message Too Large";
		return 513;
	}
	if (!headers_are_sane(msg)) {
		*reason = "Bad Request";
		return 400;
	}
	if (!body_is_sane(msg)) {
		*reason = "Bad Content-Length";
		return 400;
	}
	if (pl_strcasecmp(&msg->uri.scheme, "sip")) {
		*reason = "Unsupported URI Scheme";
		return 416;
	}
	if (msg->ruri.l > URI_MAX || !is_printable(&msg->ruri)) {
		*reason = "Bad Request-URI";
		return 400;
	}
	if (pl_isset(&msg->maxfwd)) {
		if (has_twice(msg, SIP_HDR_MAX_FORWARDS) ||
		    !all_digits(&msg->maxfwd) || msg->maxfwd.l > 3) {
			*reason = "Bad Max-Forwards";
			return 400;
		}
		if (pl_u32(&msg->maxfwd) == 0) {
			*reason = "Too Many Hops";
			return 483;
		}
	}
	if (sip_msg_hdr(msg, SIP_HDR_REQUIRE)) {
		*reason = "Bad Extension";
		return 420;
	}
	if (!pl_strcmp(&msg->met, "INVITE") && !is_session(msg)) {
		*reason = "Unsupported Media Type";
		return 415;
	}

	return 0;
}


static bool is_addr(const struct sa *addr, const struct sa *src)
{
	return sa_isset(addr, SA_ALL) && sa_cmp(addr, src, SA_ALL);
}


static const struct phone *phone_of(const struct gateway *gw,
				    const struct sip_msg *msg)
{
	const struct le *le;

	for (le = gw->phonel.head; le; le = le->next) {
		const struct phone *phone = le->data;

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
	const struct le *le;

	for (le = gw->phonel.head; le; le = le->next) {
		if (is_addr(&((struct phone *)le->data)->addr, src))
			return true;
	}
	for (le = gw->linel.head; le; le = le->next) {
		if (is_addr(&((struct line *)le->data)->addr, src))
			return true;
	}

	return false;
}


bool policy_source(struct source *out, const struct gateway *gw,
		   const struct sip_msg *msg)
{
	const struct le *le;

	out->phone = phone_of(gw, msg);
	out->is_trunk = false;
	for (le = gw->trunkl.head; le && !out->is_trunk; le = le->next) {
		const struct trunk *trunk = le->data;

		out->is_trunk = sa_isset(&trunk->addr, SA_ADDR) &&
			sa_cmp(&trunk->addr, &msg->src, SA_ADDR);
	}
	if (out->phone || out->is_trunk)
		return true;

	return pl_isset(&msg->to.tag) && is_dialled_addr(gw, &msg->src);
}
