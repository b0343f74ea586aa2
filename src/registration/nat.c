/**
 * @file src/registration/nat.c  The address a registrar sees us at
 *
 * Decides whether an answer tells another address than our Contact, and when
 * to stop believing it: Contacts that chase a NAT which maps each packet anew
 * are a REGISTER loop, and the old bindings ring into nowhere.
 */
#include <stdio.h>
#include <string.h>
#include "nat.h"

/* An IP literal as it stands in a URI; a name here would let a peer send
 * our calls anywhere. */
static bool read_host(char out[64], struct tw_str s)
{
	const char *set = "0123456789.";
	bool ipv6;

	if (s.l > 2 && s.p[0] == '[' && s.p[s.l - 1] == ']')
		s = tw__str(s.p + 1, s.l - 2);
	ipv6 = s.l && memchr(s.p, ':', s.l);
	if (ipv6)
		set = "0123456789abcdefABCDEF:.";
	if (s.l < (ipv6 ? 2u : 7u) || s.l > 45)
		return false;
	for (size_t i = 0; i < s.l; i++)
		if (!s.p[i] || !strchr(set, s.p[i]))
			return false;
	(void)snprintf(out, 64, ipv6 ? "[%.*s]" : "%.*s", (int)s.l, s.p);
	return true;
}

static bool read_via(char host[64], uint32_t *port,
		     const struct tw_message *msg)
{
	const struct tw_header *via = tw__message_first(msg, TW_HEADER_VIA);
	struct tw_str list, top, head, value;
	uint64_t number;

	if (!via)
		return false;
	list = via->value;
	if (!tw__text_split(&top, &list, ',') ||
	    !tw__text_split(&head, &top, ';') ||
	    !tw__text_param(&value, top, "received") ||
	    !read_host(host, value))
		return false;
	/* received without rport is of a peer before RFC 3581: the port may
	 * be another one, so nothing is learned */
	if (!tw__text_param(&value, top, "rport") ||
	    !tw__str_u64(&number, value) || !number || number > 65535)
		return false;
	*port = (uint32_t)number;
	return true;
}

/* A peer that sees what the Via says may leave received out, RFC 3261
 * section 18.2.1; its rport alone tells a mapped port. */
static bool read_rport(uint32_t *port, const struct tw_message *msg)
{
	const struct tw_header *via = tw__message_first(msg, TW_HEADER_VIA);
	struct tw_str list, top, head, value;
	uint64_t number;

	if (!via)
		return false;
	list = via->value;
	if (!tw__text_split(&top, &list, ',') ||
	    !tw__text_split(&head, &top, ';') ||
	    tw__text_param(&value, top, "received") ||
	    !tw__text_param(&value, top, "rport") ||
	    !tw__str_u64(&number, value) || !number || number > 65535)
		return false;
	*port = (uint32_t)number;
	return true;
}

static void change(struct tw_nat *nat, const char *host, uint32_t port,
		   const char *seen, uint32_t seen_port)
{
	const char *from = nat->host[0] ? nat->host : host;

	/* the one before was never bound if it still waits to be taken back */
	if (!nat->old_host[0]) {
		nat->old_port = nat->host[0] ? nat->port : port;
		(void)snprintf(nat->old_host, sizeof(nat->old_host), "%.63s",
			from);
	}
	(void)snprintf(nat->host, sizeof(nat->host), "%.63s", seen);
	nat->port = seen_port;
	nat->changes++;
}

enum tw_nat_news tw__nat_learn(struct tw_nat *nat,
			       const struct tw_message *msg,
			       const char *host, uint32_t port,
			       int64_t now_us)
{
	char seen[64] = "";
	uint32_t seen_port = 0;

	if (!read_via(seen, &seen_port, msg)) {
		if (!read_rport(&seen_port, msg))
			return TW_NAT_SAME;
		(void)snprintf(seen, sizeof(seen), "%.63s", host);
	}
	if (tw__str_ieq(tw__str_of(seen), nat->host[0] ? nat->host : host) &&
	    seen_port == (nat->host[0] ? nat->port : port))
		return TW_NAT_SAME;
	if (!nat->changes || now_us - nat->hour_at >= TW_NAT_HOUR_US) {
		nat->hour_at = now_us;
		nat->changes = 0;
		nat->told = false;
	}
	if (nat->changes >= TW_NAT_CHANGES)
		return TW_NAT_FLAPS;
	change(nat, host, port, seen, seen_port);
	return TW_NAT_CHANGED;
}

void tw__nat_forget(struct tw_nat *nat)
{
	struct tw_nat fresh = { .changes = nat->changes,
		.hour_at = nat->hour_at, .told = nat->told };

	*nat = fresh;
}
