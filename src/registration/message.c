/**
 * @file src/registration/message.c  SIP responses, read strictly
 *
 * Decides which bytes are one well-formed response (RFC 3261 section 7 and
 * 25.1) and refuses to guess: bare CR or LF, control bytes, a second Call-ID
 * or a body shorter than announced make the whole message unread. Guessing
 * is how header smuggling works.
 */
#include <assert.h>
#include <string.h>
#include "message.h"

static const struct {
	const char *name;
	char compact;                 /* 0: none */
	bool single;                  /* a second one is an error */
	enum tw_header_id id;
} headers[] = {
	{ "Via", 'v', false, TW_HEADER_VIA },
	{ "From", 'f', true, TW_HEADER_FROM },
	{ "To", 't', true, TW_HEADER_TO },
	{ "Call-ID", 'i', true, TW_HEADER_CALL_ID },
	{ "CSeq", 0, true, TW_HEADER_CSEQ },
	{ "Contact", 'm', false, TW_HEADER_CONTACT },
	{ "Expires", 0, true, TW_HEADER_EXPIRES },
	{ "Min-Expires", 0, true, TW_HEADER_MIN_EXPIRES },
	{ "Retry-After", 0, true, TW_HEADER_RETRY_AFTER },
	{ "WWW-Authenticate", 0, false, TW_HEADER_WWW_AUTHENTICATE },
	{ "Proxy-Authenticate", 0, false, TW_HEADER_PROXY_AUTHENTICATE },
	{ "Authentication-Info", 0, false, TW_HEADER_AUTHENTICATION_INFO },
	{ "Proxy-Authentication-Info", 0, false,
	  TW_HEADER_PROXY_AUTHENTICATION_INFO },
	{ "Content-Length", 'l', true, TW_HEADER_CONTENT_LENGTH },
	{ "Content-Type", 'c', true, TW_HEADER_CONTENT_TYPE },
	{ "Max-Forwards", 0, true, TW_HEADER_MAX_FORWARDS },
	{ "Require", 0, false, TW_HEADER_REQUIRE },
	{ "Route", 0, false, TW_HEADER_ROUTE },
	{ "Service-Route", 0, false, TW_HEADER_SERVICE_ROUTE },
	{ "P-Associated-URI", 0, false, TW_HEADER_P_ASSOCIATED_URI },
	{ "Record-Route", 0, false, TW_HEADER_RECORD_ROUTE },
	{ "Flow-Timer", 0, true, TW_HEADER_FLOW_TIMER },
};

static bool is_token_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') ||
		(c && strchr("-.!%*_+`'~", c));
}

bool tw__text_is_token(struct tw_str s)
{
	for (size_t i = 0; i < s.l; i++)
		if (!is_token_byte(s.p[i]))
			return false;
	return s.l > 0;
}

bool tw__text_seconds(uint32_t *out, struct tw_str s)
{
	uint64_t value = 0;

	if (!s.l)
		return false;
	for (size_t i = 0; i < s.l; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (value <= UINT32_MAX)
			value = value * 10 + (uint64_t)(s.p[i] - '0');
	}
	*out = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	return true;
}

/* Length of the quoted string at s, its two quotes included; an open one
 * swallows the rest, so that nothing behind it is taken for syntax. */
static size_t quoted_length(struct tw_str s)
{
	size_t i = 1;

	while (i < s.l) {
		if (s.p[i] == '\\' && i + 1 < s.l)
			i += 2;
		else if (s.p[i++] == '"')
			return i;
	}
	return s.l;
}

bool tw__text_split(struct tw_str *out, struct tw_str *rest, char by)
{
	size_t i = 0;
	bool angle = false;

	if (!rest->l)
		return false;
	while (i < rest->l) {
		char c = rest->p[i];

		if (c == '"') {
			i += quoted_length(tw__str(rest->p + i, rest->l - i));
			continue;
		}
		if (c == '<')
			angle = true;
		else if (c == '>')
			angle = false;
		else if (c == by && !angle)
			break;
		i++;
	}
	*out = tw__str_trim(tw__str(rest->p, i));
	if (i < rest->l)
		i++;
	rest->p += i;
	rest->l -= i;
	return true;
}

bool tw__text_param(struct tw_str *out, struct tw_str params,
		    const char *name)
{
	struct tw_str part;

	while (tw__text_split(&part, &params, ';')) {
		struct tw_str key = part;
		const char *eq = part.l ? memchr(part.p, '=', part.l) : NULL;

		if (eq)
			key.l = (size_t)(eq - part.p);
		if (!tw__str_ieq(tw__str_trim(key), name))
			continue;
		*out = eq ? tw__str_trim(tw__str(eq + 1,
				part.l - key.l - 1)) : tw__str(part.p, 0);
		return true;
	}
	return false;
}

bool tw__message_is_response(const void *data, size_t size)
{
	return size >= 8 && tw__str_ieq(tw__str(data, 8), "SIP/2.0 ");
}

enum tw_header_id tw__header_id(struct tw_str name, bool *single)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(headers); i++) {
		if (tw__str_ieq(name, headers[i].name) ||
		    (name.l == 1 && headers[i].compact &&
		     (name.p[0] | 0x20) == headers[i].compact)) {
			if (single)
				*single = headers[i].single;
			return headers[i].id;
		}
	}
	if (single)
		*single = false;
	return TW_HEADER_OTHER;
}

const char *tw__header_name(enum tw_header_id id)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(headers); i++)
		if (headers[i].id == id)
			return headers[i].name;
	return "header";
}

const struct tw_header *tw__message_next(const struct tw_message *msg,
					 enum tw_header_id id, size_t *at)
{
	while (*at < msg->count) {
		const struct tw_header *header = &msg->header[(*at)++];

		if (header->id == id)
			return header;
	}
	return NULL;
}

const struct tw_header *tw__message_first(const struct tw_message *msg,
					  enum tw_header_id id)
{
	size_t at = 0;

	return tw__message_next(msg, id, &at);
}

/* One line up to CRLF, folded continuations joined by blanks in place.
 * *rest moves behind it. */
static tw_status take_line(struct tw_str *out, struct tw_str *rest,
			   int64_t line, tw_error *err)
{
	char *p = (char *)rest->p;
	size_t i = 0;

	for (; i + 1 < rest->l; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '\r' && p[i + 1] == '\n') {
			if (!i || i + 2 >= rest->l ||
			    (p[i + 2] != ' ' && p[i + 2] != '\t'))
				break;
			p[i] = p[i + 1] = ' ';
			continue;
		}
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return tw__fail_at(err, TW_EPARSE, line, "",
				"control byte 0x%02x in the header part", c);
		if (i >= TW_MESSAGE_HEADER_MAX)
			return tw__fail_at(err, TW_EPARSE, line, "",
				"header longer than %u bytes",
				TW_MESSAGE_HEADER_MAX);
	}
	if (i + 1 >= rest->l)
		return tw__fail_at(err, TW_EPARSE, line, "",
			"message ends inside its header part");
	*out = tw__str(p, i);
	rest->p += i + 2;
	rest->l -= i + 2;
	return TW_OK;
}

static tw_status read_status_line(struct tw_message *msg, struct tw_str line,
				  tw_error *err)
{
	struct tw_str code;
	uint64_t value;

	/* "SIP/2.0 200 OK": exactly one blank each, the reason may be empty
	 * but its blank may not */
	if (line.l < 12 || line.p[11] != ' ')
		return tw__fail_at(err, TW_EPARSE, 1, "",
			"malformed status line");
	code = tw__str(line.p + 8, 3);
	if (!tw__str_u64(&value, code) || value < 100 || value > 699)
		return tw__fail_at(err, TW_EPARSE, 1, "",
			"status code is not 100..699");
	msg->code = (int32_t)value;
	msg->reason = tw__str_trim(tw__str(line.p + 12, line.l - 12));
	return TW_OK;
}

static tw_status read_header(struct tw_message *msg, struct tw_str line,
			     int64_t number, tw_error *err)
{
	const char *colon = memchr(line.p, ':', line.l);
	struct tw_header header;
	struct tw_str name;
	bool single;

	name = colon ? tw__str(line.p, (size_t)(colon - line.p)) :
		tw__str(line.p, 0);
	while (name.l && (name.p[name.l - 1] == ' ' ||
			  name.p[name.l - 1] == '\t'))
		name.l--;
	if (!tw__text_is_token(name))
		return tw__fail_at(err, TW_EPARSE, number, "",
			"line is not \"Name: value\"");
	if (msg->count == TW_MESSAGE_HEADERS_MAX)
		return tw__fail_at(err, TW_EPARSE, number, "",
			"more than %u headers", TW_MESSAGE_HEADERS_MAX);
	header.id = tw__header_id(name, &single);
	header.value = tw__str_trim(tw__str(colon + 1,
		line.l - (size_t)(colon + 1 - line.p)));
	if (single && tw__message_first(msg, header.id))
		return tw__fail_at(err, TW_EPARSE, number, "",
			"header %.*s stands twice", (int)name.l, name.p);
	msg->header[msg->count++] = header;
	return TW_OK;
}

static tw_status read_cseq(struct tw_message *msg, tw_error *err)
{
	const struct tw_header *cseq = tw__message_first(msg, TW_HEADER_CSEQ);
	struct tw_str value, number;
	uint64_t n;
	size_t i = 0;

	if (!cseq)
		return tw__fail_at(err, TW_EPARSE, 0, "CSeq", "is missing");
	value = cseq->value;
	while (i < value.l && value.p[i] >= '0' && value.p[i] <= '9')
		i++;
	number = tw__str(value.p, i);
	if (!tw__str_u64(&n, number) || n > INT32_MAX || i == value.l ||
	    (value.p[i] != ' ' && value.p[i] != '\t'))
		return tw__fail_at(err, TW_EPARSE, 0, "CSeq",
			"is not a number below 2^31 and a method");
	msg->method = tw__str_trim(tw__str(value.p + i, value.l - i));
	if (!tw__text_is_token(msg->method))
		return tw__fail_at(err, TW_EPARSE, 0, "CSeq",
			"method is not a token");
	msg->cseq = (uint32_t)n;
	return TW_OK;
}

static tw_status read_via(struct tw_message *msg, tw_error *err)
{
	const struct tw_header *via = tw__message_first(msg, TW_HEADER_VIA);
	struct tw_str list, top, params;

	if (!via)
		return tw__fail_at(err, TW_EPARSE, 0, "Via", "is missing");
	list = via->value;
	msg->branch = tw__str("", 0);
	if (!tw__text_split(&top, &list, ',') ||
	    !tw__text_split(&params, &top, ';'))
		return tw__fail_at(err, TW_EPARSE, 0, "Via", "is empty");
	params = top;
	(void)tw__text_param(&msg->branch, params, "branch");
	return TW_OK;
}

static tw_status read_mandatory(struct tw_message *msg, size_t body,
				tw_error *err)
{
	const struct tw_header *header;
	tw_status status;
	uint64_t length;

	status = read_via(msg, err);
	if (!status)
		status = read_cseq(msg, err);
	if (status)
		return status;
	header = tw__message_first(msg, TW_HEADER_CALL_ID);
	if (!header || !header->value.l)
		return tw__fail_at(err, TW_EPARSE, 0, "Call-ID",
			"is missing or empty");
	msg->call_id = header->value;
	if (!tw__message_first(msg, TW_HEADER_FROM) ||
	    !tw__message_first(msg, TW_HEADER_TO))
		return tw__fail_at(err, TW_EPARSE, 0, "From",
			"From or To is missing");
	header = tw__message_first(msg, TW_HEADER_CONTENT_LENGTH);
	if (header && (!tw__str_u64(&length, header->value) || length > body))
		return tw__fail_at(err, TW_EPARSE, 0, "Content-Length",
			"is not a number or more than the body that came");
	return TW_OK;
}

static tw_status read_all(struct tw_message *msg, size_t size, tw_error *err)
{
	struct tw_str rest = tw__str(msg->text, size), line;
	tw_status status;
	int64_t number = 1;

	status = take_line(&line, &rest, number, err);
	if (!status)
		status = read_status_line(msg, line, err);
	while (!status) {
		status = take_line(&line, &rest, ++number, err);
		if (!status && !line.l)
			break;
		if (!status)
			status = read_header(msg, line, number, err);
	}
	if (!status)
		status = read_mandatory(msg, rest.l, err);
	return status;
}

tw_status tw__message_parse(struct tw_message *out, const void *data,
			    size_t size, tw_error *err)
{
	tw_status status;

	assert(out);
	if (!data || !tw__message_is_response(data, size))
		return tw__fail(err, TW_EPARSE, "not a SIP/2.0 response");
	if (size > TW_MESSAGE_SIZE_MAX)
		return tw__fail(err, TW_EPARSE, "message of %zu bytes, at "
			"most %u are read", size, TW_MESSAGE_SIZE_MAX);
	out->count = 0;
	out->text = tw_malloc(size);
	if (!out->text)
		return tw__fail_oom(err);
	memcpy(out->text, data, size);
	status = read_all(out, size, err);
	if (status)
		tw__message_free(out);
	return status;
}

void tw__message_free(struct tw_message *msg)
{
	tw_free(msg->text);
	msg->text = NULL;
	msg->count = 0;
}
