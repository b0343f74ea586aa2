/**
 * @file src/registration/validate.c  May this SIP message be acted upon?
 *
 * Decides accept, answer or drop for one message, requests and responses
 * alike, from its bytes alone. It goes once through all headers even after
 * the first fault, since only then it is known whether there is anybody to
 * answer to. It refuses to know transports, sources, dialogs and what a
 * method means.
 *
 * Of a response less is read than of a request: nobody can be told, so what
 * no reader of ours relies on may be as sloppy as registrars are.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <trunkwise/sys/sip.h>
#include "message.h"
#include "syntax.h"

#define FLAGS_ALL (TW_SIP_STREAM | TW_SIP_FORWARDING | TW_SIP_SIPS | \
	TW_SIP_TEL)

struct check {
	tw_sip_options o;
	tw_sip_verdict v;
	struct tw_str method;
	struct tw_str length;          /* of Content-Length */
	bool is_sip;                   /* the first line says so */
	bool hops_left;                /* Max-Forwards is not 0 */
	uint32_t headers;
	uint32_t vias;
	uint32_t seen;                 /* bits by enum tw_header_id */
	bool has_way_back;             /* the topmost Via names a host */
};

static bool is_response(const struct check *c)
{
	return c->v.flags & TW_SIP_RESPONSE;
}

/* The first fault is told, as somebody who reads from the top would. */
static void fault(struct check *c, int32_t code, const char *reason)
{
	if (c->v.code)
		return;
	c->v.code = code;
	(void)snprintf(c->v.reason, sizeof(c->v.reason), "%s", reason);
}

static void fault_of(struct check *c, const char *what, enum tw_header_id id)
{
	if (c->v.code)
		return;
	fault(c, 400, "");
	(void)snprintf(c->v.reason, sizeof(c->v.reason), "%s %s", what,
		tw__header_name(id));
}

static bool is_seen(const struct check *c, enum tw_header_id id)
{
	return c->seen >> id & 1u;
}

/* ---- lines ---- */

/* Up to a CRLF that is no fold; false when there is none. */
static bool take_line(struct check *c, struct tw_str *out,
		      struct tw_str *rest)
{
	bool quoted = false, escaped = false;
	size_t i = 0;

	for (; i < rest->l; i++) {
		unsigned char byte = (unsigned char)rest->p[i];
		const char *next = rest->p + i + 1;
		size_t left = rest->l - i - 1;

		if (byte == '\r' && left && *next == '\n') {
			if (!i || left < 2 || (next[1] != ' ' &&
					       next[1] != '\t'))
				break;
			escaped = false;
			i++;
			continue;
		}
		/* "\" NUL in a quoted string is legal; not so line breaks */
		if (((byte < 0x20 && byte != '\t') || byte == 0x7f) &&
		    (!quoted || !escaped || byte == '\r' || byte == '\n'))
			fault(c, 400, "Control Byte In Header");
		if (byte == '"' && !escaped)
			quoted = !quoted;
		escaped = byte == '\\' && !escaped;
	}
	*out = tw__str(rest->p, i);
	if (i == rest->l)
		return false;
	rest->p += i + 2;
	rest->l -= i + 2;
	return true;
}

static bool is_version(struct tw_str s)
{
	return s.l > 4 && tw__str_ieq(tw__str(s.p, 4), "SIP/");
}

static void read_status_line(struct check *c, struct tw_str line)
{
	uint64_t code;

	c->v.flags |= TW_SIP_RESPONSE;
	c->is_sip = tw__message_is_response(line.p, line.l);
	if (!c->is_sip)
		fault(c, 505, "Version Not Supported");
	else if (line.l < 12 || line.p[11] != ' ' ||
		 !tw__str_u64(&code, tw__str(line.p + 8, 3)) ||
		 code < 100 || code > 699)
		fault(c, 400, "Malformed Status Line");
}

static bool is_served(const struct check *c, struct tw_str scheme)
{
	return tw__str_ieq(scheme, "sip") ||
		((c->o.flags & TW_SIP_SIPS) && tw__str_ieq(scheme, "sips")) ||
		((c->o.flags & TW_SIP_TEL) && tw__str_ieq(scheme, "tel"));
}

static void read_request_uri(struct check *c, struct tw_str uri)
{
	struct tw_str scheme = tw__uri_scheme(uri);

	if (uri.l > c->o.uri_max)
		fault(c, 414, "Request-URI Too Long");
	else if (!tw__uri_is_valid(uri))
		fault(c, 400, "Malformed Request-URI");
	else if (!is_served(c, scheme))
		fault(c, 416, "Unsupported URI Scheme");
	else if (!tw__str_ieq(scheme, "tel") && tw__uri_has_headers(uri))
		/* RFC 3261 section 19.1.1: not allowed there */
		fault(c, 400, "Headers In Request-URI");
}

static void read_request_line(struct check *c, struct tw_str line)
{
	const struct tw_str whole = line;
	const char *blank;
	struct tw_str uri, version;
	size_t at;

	line = tw__syntax_trim(line);
	at = line.l;
	while (at && line.p[at - 1] != ' ')
		at--;
	version = tw__str(line.p + at, line.l - at);
	c->is_sip = at && is_version(version);
	blank = line.l ? memchr(line.p, ' ', line.l) : NULL;
	if (!c->is_sip || !blank)
		return;
	c->method = tw__str(line.p, (size_t)(blank - line.p));
	if (!tw__text_is_token(c->method) ||
	    c->method.l >= sizeof(c->v.method)) {
		c->method.l = 0;
		fault(c, 400, "Malformed Method");
	}
	memcpy(c->v.method, c->method.p, c->method.l);
	if (!tw__str_ieq(version, "SIP/2.0")) {
		fault(c, 505, "Version Not Supported");
		return;
	}
	if (whole.l != line.l || at < (size_t)(blank - line.p) + 2) {
		fault(c, 400, "Malformed Request Line");
		return;
	}
	uri = tw__str(blank + 1, (size_t)(line.p + at - blank) - 2);
	read_request_uri(c, uri);
}

/* ---- headers ---- */

static void read_cseq(struct check *c, struct tw_str value)
{
	struct tw_str digits, method;
	uint64_t number;

	if (!tw__take_digits(&digits, &value) || !value.l) {
		fault(c, 400, "Malformed CSeq");
		return;
	}
	if (!tw__str_u64(&number, digits) || number > INT32_MAX) {
		fault(c, 400, "CSeq Out Of Range");
		return;
	}
	method = tw__syntax_trim(value);
	if (method.p == value.p || !tw__text_is_token(method))
		fault(c, 400, "Malformed CSeq");
	else if (!is_response(c) && (method.l != c->method.l ||
			memcmp(method.p, c->method.p, method.l)))
		fault(c, 400, "CSeq Of Another Method");
}

static void read_max_forwards(struct check *c, struct tw_str value)
{
	uint64_t hops;

	if (!tw__str_u64(&hops, value) || hops > 255)
		fault(c, 400, "Bad Max-Forwards");
	else
		c->hops_left = hops > 0;
}

static void read_call_id(struct check *c, struct tw_str value)
{
	static const char marks[] = "-.!%*_+`'~()<>:\\/\"[]?{}@";
	bool good = value.l > 0;

	for (size_t i = 0; good && i < value.l; i++)
		good = tw__text_is_token(tw__str(value.p + i, 1)) ||
			(value.p[i] && strchr(marks, value.p[i]));
	if (!good)
		fault(c, 400, "Malformed Call-ID");
}

static void read_party(struct check *c, enum tw_header_id id,
		       struct tw_str value)
{
	struct tw_str params, tag;

	if (!tw__take_address(&params, &value) || value.l)
		fault_of(c, "Malformed", id);
	else if (id == TW_HEADER_FROM &&
		 (!tw__params_get(&tag, params, "tag") ||
		  !tw__text_is_token(tag)))
		fault(c, 400, "Missing From Tag");
}

static void read_addresses(struct check *c, enum tw_header_id id,
			   struct tw_str value)
{
	struct tw_str params;

	if (id == TW_HEADER_CONTACT && tw__str_eq(value, "*"))
		return;
	do {
		if (!tw__take_address(&params, &value)) {
			fault_of(c, "Malformed", id);
			return;
		}
	} while (value.l && (value.p++, value.l--));
}

static void read_top_via(struct check *c, const struct tw_via *via)
{
	struct tw_str value;

	c->has_way_back = via->sent_by;
	if (tw__params_get(&value, via->params, "maddr"))
		c->v.flags |= TW_SIP_ELSEWHERE;
	/* RFC 4475 section 3.2.1: two such requests would be one transaction,
	 * so that it is no key, and may be refused */
	if (tw__params_get(&value, via->params, "branch") &&
	    tw__str_ieq(value, "z9hG4bK"))
		fault(c, 400, "Missing Transaction Identifier");
}

static void read_vias(struct check *c, struct tw_str value)
{
	bool good;

	do {
		struct tw_via via;

		good = tw__take_via(&via, &value);
		if (!c->vias++)
			read_top_via(c, &via);
		if (!good)
			fault(c, 400, "Malformed Via");
		if (c->vias > c->o.vias_max)
			fault(c, 400, "Too Many Vias");
	} while (good && value.l && (value.p++, value.l--));
}

static bool is_listed(struct tw_str tag, const char *list)
{
	struct tw_str rest = tw__str_of(list), one;

	while (tw__text_split(&one, &rest, ','))
		if (one.l == tag.l && !strncasecmp(one.p, tag.p, tag.l))
			return true;
	return false;
}

static void read_require(struct check *c, struct tw_str value)
{
	char *out = c->v.unsupported;
	const size_t size = sizeof(c->v.unsupported);

	do {
		struct tw_str tag;
		size_t l = strlen(out);

		tw__skip_blanks(&value);
		if (!tw__take_token(&tag, &value)) {
			fault(c, 400, "Malformed Require");
			return;
		}
		tw__skip_blanks(&value);
		if (value.l && value.p[0] != ',') {
			fault(c, 400, "Malformed Require");
			return;
		}
		/* as many as fit, each whole */
		if (!is_listed(tag, c->o.supported) &&
		    l + tag.l + 3 <= size)
			(void)snprintf(out + l, size - l, "%s%.*s",
				l ? ", " : "", (int)tag.l, tag.p);
	} while (value.l && (value.p++, value.l--));
}

static void read_of_request(struct check *c, enum tw_header_id id,
			    struct tw_str value)
{
	switch (id) {
	case TW_HEADER_FROM:
	case TW_HEADER_TO:
		read_party(c, id, value);
		break;
	case TW_HEADER_CONTACT:
	case TW_HEADER_ROUTE:
	case TW_HEADER_RECORD_ROUTE:
		read_addresses(c, id, value);
		break;
	case TW_HEADER_MAX_FORWARDS:
		read_max_forwards(c, value);
		break;
	case TW_HEADER_REQUIRE:
		read_require(c, value);
		break;
	default:
		break;
	}
}

static void read_header(struct check *c, struct tw_str line)
{
	const char *colon = memchr(line.p, ':', line.l);
	struct tw_str name, value;
	enum tw_header_id id;
	bool single;

	name = tw__str(line.p, colon ? (size_t)(colon - line.p) : 0);
	while (name.l && (name.p[name.l - 1] == ' ' ||
			  name.p[name.l - 1] == '\t'))
		name.l--;
	if (!tw__text_is_token(name)) {
		fault(c, 400, "Malformed Header");
		return;
	}
	value = tw__syntax_trim(tw__str(colon + 1,
		line.l - (size_t)(colon + 1 - line.p)));
	id = tw__header_id(name, &single);
	if (single && is_seen(c, id)) {
		if (id == TW_HEADER_CONTENT_LENGTH)
			c->v.flags |= TW_SIP_CLOSE;
		fault_of(c, "Second", id);
		return;
	}
	c->seen |= 1u << id;
	if (id == TW_HEADER_VIA)
		read_vias(c, value);
	else if (id == TW_HEADER_CSEQ)
		read_cseq(c, value);
	else if (id == TW_HEADER_CALL_ID)
		read_call_id(c, value);
	else if (id == TW_HEADER_CONTENT_LENGTH)
		c->length = value;
	else if (!is_response(c))
		read_of_request(c, id, value);
}

/* ---- the whole ---- */

static void check_length(struct check *c, size_t body)
{
	uint64_t length;

	if (!is_seen(c, TW_HEADER_CONTENT_LENGTH)) {
		if (!(c->o.flags & TW_SIP_STREAM))
			return;
		fault(c, 400, "Missing Content-Length");
		c->v.flags |= TW_SIP_CLOSE;
	}
	else if (!tw__str_u64(&length, c->length) || length > body) {
		fault(c, 400, "Bad Content-Length");
		c->v.flags |= TW_SIP_CLOSE;
	}
}

static void check_all(struct check *c, size_t body)
{
	static const enum tw_header_id must[] = { TW_HEADER_VIA,
		TW_HEADER_FROM, TW_HEADER_TO, TW_HEADER_CALL_ID,
		TW_HEADER_CSEQ };

	for (size_t i = 0; i < TW_ARRAY_COUNT(must); i++)
		if (!is_seen(c, must[i]))
			fault_of(c, "Missing", must[i]);
	check_length(c, body);
	if (is_response(c)) {
		/* RFC 3261 section 8.1.3.3: it went astray */
		if (c->vias > 1)
			fault(c, 400, "Several Vias In Response");
		return;
	}
	if (!c->hops_left && (c->o.flags & TW_SIP_FORWARDING))
		fault(c, 483, "Too Many Hops");
	/* RFC 3261 section 8.2.2.3 */
	if (tw__str_eq(c->method, "ACK") || tw__str_eq(c->method, "CANCEL"))
		c->v.unsupported[0] = '\0';
	if (c->v.unsupported[0])
		fault(c, 420, "Bad Extension");
	if (c->v.code != 420)
		c->v.unsupported[0] = '\0';
}

static void read_line(struct check *c, struct tw_str line, bool first)
{
	if (line.l > c->o.header_max)
		fault(c, 513, "Header Too Long");
	if (!first && ++c->headers > c->o.headers_max)
		fault(c, 513, "Too Many Headers");
	else if (first && is_version(line))
		read_status_line(c, line);
	else if (first)
		read_request_line(c, line);
	else if (line.l <= c->o.header_max)
		read_header(c, line);
}

static void check_message(struct check *c, struct tw_str rest)
{
	struct tw_str line;
	bool first = true, ended = true;

	/* RFC 3261 section 7.5; also keep-alives */
	while (rest.l > 1 && rest.p[0] == '\r' && rest.p[1] == '\n')
		rest = tw__str(rest.p + 2, rest.l - 2);
	if (rest.l > c->o.message_max) {
		fault(c, 513, "Message Too Large");
		rest.l = c->o.message_max;
	}
	while ((ended = take_line(c, &line, &rest)) && line.l) {
		read_line(c, line, first);
		first = false;
		if (!c->is_sip)
			return;
	}
	if (!ended) {
		fault(c, 400, "Message Ends In Its Headers");
		c->v.flags |= TW_SIP_CLOSE;
	}
	check_all(c, rest.l);
}

static uint32_t action_of(const struct check *c)
{
	if (!c->v.code)
		return TW_SIP_ACCEPT;
	/* RFC 3261 section 17: no answer to an answer or to an ACK */
	return is_response(c) || !c->has_way_back || !c->method.l ||
		tw__str_eq(c->method, "ACK") ? TW_SIP_DROP : TW_SIP_ANSWER;
}

static void read_limit(uint32_t *limit, uint32_t otherwise)
{
	if (!*limit)
		*limit = otherwise;
}

static tw_status read_options(tw_sip_options *out, const tw_sip_options *in,
			      tw_error *err)
{
	static const tw_sip_options defaults = TW_SIP_OPTIONS_INIT;
	tw_status status;

	*out = defaults;
	if (!in)
		return TW_OK;
	status = tw__import(out, sizeof(*out), in, err);
	if (status)
		return status;
	if (out->flags & ~FLAGS_ALL)
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
			"unknown bits 0x%x", out->flags);
	read_limit(&out->message_max, defaults.message_max);
	read_limit(&out->header_max, defaults.header_max);
	read_limit(&out->headers_max, defaults.headers_max);
	read_limit(&out->vias_max, defaults.vias_max);
	read_limit(&out->uri_max, defaults.uri_max);
	if (out->message_max > TW_MESSAGE_SIZE_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "message_max",
			"%u is not within 1..%u", out->message_max,
			TW_MESSAGE_SIZE_MAX);
	return TW_OK;
}

tw_status tw_sip_check(tw_sip_verdict *out, const void *data, size_t size,
		       const tw_sip_options *options, tw_error *err)
{
	struct check c;
	uint32_t known;
	tw_status status;

	if (!out || out->size < sizeof(out->size) || (!data && size))
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_SIP_VERDICT_INIT");
	memset(&c, 0, sizeof(c));
	status = read_options(&c.o, options, err);
	if (status)
		return status;
	c.method = c.length = tw__str("", 0);
	c.hops_left = true;
	check_message(&c, tw__str(size ? data : "", size));
	if (!c.is_sip)
		fault(&c, 400, "Not SIP");
	c.v.action = action_of(&c);
	known = out->size < sizeof(c.v) ? out->size : (uint32_t)sizeof(c.v);
	c.v.size = out->size;
	memcpy(out, &c.v, known);
	return TW_OK;
}
