/**
 * @file src/registration/answer.c  What a final answer to REGISTER grants
 *
 * Decides how the numbers of an answer are read when they are missing,
 * absurd or several. The flood that libre's sipreg makes of "expires=0" or
 * "expires=4294967296" begins with such a number taken as it stands.
 */
#include <string.h>
#include "answer.h"

struct contact {
	struct tw_str user;
	struct tw_str host;
	uint32_t port;
	bool bulk;                   /* for all numbers */
	struct tw_str params;        /* of the header, not of the URI */
};

static bool read_host_port(struct contact *out, struct tw_str s)
{
	const char *colon;
	uint64_t port = 0;

	if (s.l && s.p[0] == '[') {
		const char *end = memchr(s.p, ']', s.l);

		if (!end)
			return false;
		out->host = tw__str(s.p, (size_t)(end - s.p) + 1);
	}
	else {
		colon = s.l ? memchr(s.p, ':', s.l) : NULL;
		out->host = colon ? tw__str(s.p, (size_t)(colon - s.p)) : s;
	}
	s = tw__str(s.p + out->host.l, s.l - out->host.l);
	if (s.l && (s.p[0] != ':' ||
		    !tw__str_u64(&port, tw__str(s.p + 1, s.l - 1)) ||
		    port > 65535))
		return false;
	out->port = (uint32_t)port;
	return out->host.l > 0;
}

/* "sip:user:password@host:port;uri-params?headers" */
static bool read_uri(struct contact *out, struct tw_str uri)
{
	struct tw_str host, rest, none;
	const char *at, *end;

	out->bulk = false;
	if (uri.l < 5 || !tw__str_ieq(tw__str(uri.p, 4), "sip:"))
		return false;
	uri = tw__str(uri.p + 4, uri.l - 4);
	at = memchr(uri.p, '@', uri.l);
	out->user = tw__str(uri.p, at ? (size_t)(at - uri.p) : 0);
	host = at ? tw__str(at + 1, uri.l - out->user.l - 1) : uri;
	for (end = host.p; end < host.p + host.l; end++)
		if (*end == ';' || *end == '?')
			break;
	rest = tw__str(end, uri.l - (size_t)(end - uri.p));
	host.l = (size_t)(end - host.p);
	if (rest.l && rest.p[0] == ';') {
		rest = tw__str(rest.p + 1, rest.l - 1);
		out->bulk = !at && tw__text_param(&none, rest, "bnc");
	}
	return read_host_port(out, host);
}

/* name-addr or addr-spec; in the latter every parameter is the header's */
static bool read_contact(struct contact *out, struct tw_str item)
{
	struct tw_str rest = item, head;
	const char *open, *close;

	if (!tw__text_split(&head, &rest, ';'))
		return false;
	out->params = rest;
	open = head.l ? memchr(head.p, '<', head.l) : NULL;
	if (!open)
		return read_uri(out, head);
	/* a display name in quotes may carry a "<" of its own */
	if (head.p[0] == '"') {
		size_t i = 1;

		while (i < head.l && head.p[i] != '"')
			i += head.p[i] == '\\' ? 2 : 1;
		if (i >= head.l)
			return false;
		open = memchr(head.p + i, '<', head.l - i);
		if (!open)
			return false;
	}
	close = memchr(open, '>', head.l - (size_t)(open - head.p));
	return close && read_uri(out, tw__str(open + 1,
		(size_t)(close - open) - 1));
}

static bool has_our_user(const struct contact *c,
			 const struct tw_binding *ours)
{
	return ours->user ? tw__str_eq(c->user, ours->user) : c->bulk;
}

/* RFC 5626 section 4.1: instances are the same letter for letter, but for
 * those of a UUID. -1: of another flow of ours, 1: this one, 0: not told. */
static int of_flow(const struct contact *c, const struct tw_binding *ours)
{
	struct tw_str text;
	uint64_t id;

	if (!ours->instance ||
	    !tw__text_param(&text, c->params, "+sip.instance") ||
	    text.l < 4 || text.p[0] != '"' || text.p[1] != '<' ||
	    !tw__str_ieq(tw__str(text.p + 2, text.l - 4), ours->instance) ||
	    !tw__text_param(&text, c->params, "reg-id") ||
	    !tw__str_u64(&id, text))
		return 0;
	return id == ours->reg_id ? 1 : -1;
}

static bool is_exact(const struct contact *c, const struct tw_binding *ours)
{
	return tw__str_ieq(c->host, ours->host) &&
		(c->port ? c->port : 5060) ==
		(ours->port ? ours->port : 5060);
}

/* A registrar behind NAT may rewrite host and port; the user token stays.
 * Of several such the longest is ours, since it is the one just renewed. */
static bool granted_by_contact(uint32_t *out, const struct tw_message *msg,
			       const struct tw_binding *ours)
{
	const struct tw_header *header;
	size_t at = 0;
	bool found = false;

	while ((header = tw__message_next(msg, TW_HEADER_CONTACT, &at))) {
		struct tw_str rest = header->value, item, text;

		while (tw__text_split(&item, &rest, ',')) {
			struct contact c;
			uint32_t seconds;
			int flow;

			if (!read_contact(&c, item) ||
			    !has_our_user(&c, ours))
				continue;
			flow = of_flow(&c, ours);
			if (flow < 0 ||
			    !tw__text_param(&text, c.params, "expires") ||
			    !tw__text_seconds(&seconds, text))
				continue;
			if (flow > 0 || (!ours->instance &&
					 is_exact(&c, ours))) {
				*out = seconds;
				return true;
			}
			if (!found || seconds > *out)
				*out = seconds;
			found = true;
		}
	}
	return found;
}

uint32_t tw__answer_granted(const struct tw_message *msg,
			    const struct tw_binding *ours, uint32_t asked_s)
{
	const struct tw_header *expires;
	uint32_t granted = asked_s;

	if (!granted_by_contact(&granted, msg, ours)) {
		expires = tw__message_first(msg, TW_HEADER_EXPIRES);
		if (!expires || !tw__text_seconds(&granted, expires->value))
			granted = asked_s;
	}
	return granted < asked_s ? granted : asked_s;
}

bool tw__answer_keeps(const struct tw_message *msg,
		      const struct tw_binding *ours)
{
	const struct tw_header *header;
	size_t at = 0;

	while ((header = tw__message_next(msg, TW_HEADER_CONTACT, &at))) {
		struct tw_str rest = header->value, item, text;

		while (tw__text_split(&item, &rest, ',')) {
			struct contact c;
			uint32_t seconds;

			if (read_contact(&c, item) && has_our_user(&c, ours) &&
			    (ours->instance ? of_flow(&c, ours) > 0 :
				is_exact(&c, ours)) &&
			    tw__text_param(&text, c.params, "expires") &&
			    tw__text_seconds(&seconds, text) && seconds)
				return true;
		}
	}
	return false;
}

uint32_t tw__answer_foreign(const struct tw_message *msg,
			    const struct tw_binding *ours)
{
	const struct tw_header *header;
	uint32_t count = 0;
	size_t at = 0;

	while ((header = tw__message_next(msg, TW_HEADER_CONTACT, &at))) {
		struct tw_str rest = header->value, item, text;

		while (tw__text_split(&item, &rest, ',')) {
			struct contact c;
			uint32_t seconds;

			/* what takes one back is listed with 0 by some */
			if (read_contact(&c, item) &&
			    !has_our_user(&c, ours) &&
			    !(tw__text_param(&text, c.params, "expires") &&
			      tw__text_seconds(&seconds, text) && !seconds))
				count++;
		}
	}
	return count;
}

struct tw_str tw__answer_params(const struct tw_message *msg,
				const struct tw_binding *ours)
{
	struct tw_str found = { "", 0 };
	const struct tw_header *header;
	size_t at = 0;

	while ((header = tw__message_next(msg, TW_HEADER_CONTACT, &at))) {
		struct tw_str rest = header->value, item;

		while (tw__text_split(&item, &rest, ',')) {
			struct contact c;

			if (!read_contact(&c, item) ||
			    !has_our_user(&c, ours))
				continue;
			if (is_exact(&c, ours))
				return c.params;
			if (!found.l)
				found = c.params;
		}
	}
	return found;
}

bool tw__answer_has_bulk(const struct tw_message *msg)
{
	const struct tw_header *header;
	size_t at = 0;

	while ((header = tw__message_next(msg, TW_HEADER_CONTACT, &at))) {
		struct tw_str rest = header->value, item;
		struct contact c;

		while (tw__text_split(&item, &rest, ','))
			if (read_contact(&c, item) && c.bulk)
				return true;
	}
	return false;
}

bool tw__answer_has_outbound(const struct tw_message *msg)
{
	const struct tw_header *header;
	size_t at = 0;

	while ((header = tw__message_next(msg, TW_HEADER_REQUIRE, &at))) {
		struct tw_str rest = header->value, tag;

		while (tw__text_split(&tag, &rest, ','))
			if (tw__str_ieq(tag, "outbound"))
				return true;
	}
	return false;
}

uint32_t tw__answer_retry_after(const struct tw_message *msg)
{
	const struct tw_header *header = tw__message_first(msg,
		TW_HEADER_RETRY_AFTER);
	struct tw_str value;
	uint32_t seconds;
	size_t digits = 0;

	if (!header)
		return 0;
	/* "18000;duration=3600", "120 (I'm in a meeting)" */
	value = header->value;
	while (digits < value.l && value.p[digits] >= '0' &&
	       value.p[digits] <= '9')
		digits++;
	if (!tw__text_seconds(&seconds, tw__str(value.p, digits)))
		return 0;
	return seconds < TW_RETRY_AFTER_MAX_S ? seconds :
		TW_RETRY_AFTER_MAX_S;
}

uint32_t tw__answer_min_expires(const struct tw_message *msg)
{
	const struct tw_header *header = tw__message_first(msg,
		TW_HEADER_MIN_EXPIRES);
	uint32_t seconds;

	if (!header || !tw__text_seconds(&seconds, header->value) ||
	    seconds > TW_MIN_EXPIRES_MAX_S)
		return 0;
	return seconds;
}

uint32_t tw__answer_flow_timer(const struct tw_message *msg)
{
	const struct tw_header *header = tw__message_first(msg,
		TW_HEADER_FLOW_TIMER);
	uint32_t seconds;

	if (!header || !tw__text_seconds(&seconds, header->value) ||
	    !seconds || seconds > 86400)
		return 0;
	/* nobody makes us ping in a storm */
	return seconds < TW_FLOW_TIMER_MIN_S ? TW_FLOW_TIMER_MIN_S : seconds;
}

enum tw_verdict tw__answer_verdict(int32_t code)
{
	switch (code) {
	case 401: case 402: case 403: case 404: case 407: case 410:
		return TW_VERDICT_REFUSED;
	case 405: case 416: case 420: case 421: case 501: case 505:
		return TW_VERDICT_FATAL;
	default:
		/* 400 too: Kamailio answers it to a repeated CSeq under load.
		 * A redirect is not followed: the password belongs to the
		 * registrar that was configured. */
		return (code >= 300 && code < 400) || code >= 600 ?
			TW_VERDICT_REFUSED : TW_VERDICT_TEMPORARY;
	}
}
