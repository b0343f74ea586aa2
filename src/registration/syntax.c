/**
 * @file src/registration/syntax.c  What a header's value is made of
 *
 * Written as RFC 3261's grammar is, and stricter than it nowhere. It is more
 * liberal in three places, where carriers and phones are: an unquoted display
 * name may hold any letters, "#" may stand in a user part, and a host name
 * may have underscores.
 */
#include <string.h>
#include "message.h"
#include "syntax.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') ||
		(c >= 'A' && c <= 'F');
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		is_digit(c);
}

static void skip(struct tw_str *rest, size_t n)
{
	rest->p += n;
	rest->l -= n;
}

static bool take_char(struct tw_str *rest, char c)
{
	if (!rest->l || rest->p[0] != c)
		return false;
	skip(rest, 1);
	return true;
}

void tw__skip_blanks(struct tw_str *rest)
{
	while (rest->l && is_blank(rest->p[0]))
		skip(rest, 1);
}

struct tw_str tw__syntax_trim(struct tw_str s)
{
	tw__skip_blanks(&s);
	while (s.l && is_blank(s.p[s.l - 1]))
		s.l--;
	return s;
}

/* A separator with the blanks that may stand around it. */
static bool take_mark(struct tw_str *rest, char c)
{
	tw__skip_blanks(rest);
	if (!take_char(rest, c))
		return false;
	tw__skip_blanks(rest);
	return true;
}

bool tw__take_token(struct tw_str *out, struct tw_str *rest)
{
	size_t l = 0;

	while (l < rest->l && tw__text_is_token(tw__str(rest->p + l, 1)))
		l++;
	*out = tw__str(rest->p, l);
	skip(rest, l);
	return l > 0;
}

bool tw__take_digits(struct tw_str *out, struct tw_str *rest)
{
	size_t l = 0;

	while (l < rest->l && is_digit(rest->p[l]))
		l++;
	*out = tw__str(rest->p, l);
	skip(rest, l);
	return l > 0;
}

bool tw__take_quoted(struct tw_str *rest)
{
	if (!take_char(rest, '"'))
		return false;
	while (rest->l) {
		char c = rest->p[0];

		if (c == '\\' && rest->l < 2)
			return false;
		skip(rest, c == '\\' ? 2 : 1);
		if (c == '"')
			return true;
	}
	return false;
}

/* ---- hosts ---- */

static bool is_ipv4(struct tw_str s)
{
	unsigned parts = 0;

	while (true) {
		struct tw_str digits;
		uint64_t value;

		if (!tw__take_digits(&digits, &s) || digits.l > 3 ||
		    !tw__str_u64(&value, digits) || value > 255)
			return false;
		if (++parts == 4)
			return !s.l;
		if (!take_char(&s, '.'))
			return false;
	}
}

/* RFC 4291 section 2.2; RFC 5118 section 4.10 on three colons. */
bool tw__ipv6_is_valid(struct tw_str s)
{
	unsigned groups = 0;
	bool gap = false;

	while (s.l) {
		size_t l = 0;

		if (s.l > 1 && s.p[0] == ':' && s.p[1] == ':') {
			if (gap)
				return false;
			gap = true;
			skip(&s, 2);
			if (!s.l)
				break;
		}
		else if (groups && !take_char(&s, ':')) {
			return false;
		}
		while (l < s.l && is_hex(s.p[l]))
			l++;
		if (l < s.l && s.p[l] == '.' && is_ipv4(s)) {
			groups += 2;
			break;
		}
		if (!l || l > 4)
			return false;
		skip(&s, l);
		groups++;
	}
	return gap ? groups < 8 : groups == 8;
}

bool tw__take_host(struct tw_str *rest)
{
	const char *end;
	size_t l = 0;

	if (rest->l && rest->p[0] == '[') {
		end = memchr(rest->p, ']', rest->l);
		if (!end)
			return false;
		l = (size_t)(end - rest->p) + 1;
		if (!tw__ipv6_is_valid(tw__str(rest->p + 1, l - 2)))
			return false;
		skip(rest, l);
		return true;
	}
	while (l < rest->l && (is_alnum(rest->p[l]) ||
			       strchr("-._", rest->p[l] ? rest->p[l] : '/')))
		l++;
	if (!l || !(is_alnum(rest->p[0]) || rest->p[0] == '_'))
		return false;
	skip(rest, l);
	return true;
}

static bool take_port(struct tw_str *rest)
{
	struct tw_str digits;
	uint64_t port;

	return tw__take_digits(&digits, rest) && digits.l <= 5 &&
		tw__str_u64(&port, digits) && port > 0 && port <= 65535;
}

/* ---- parameters of headers ---- */

/* Wider than token, host or quoted-string: "received=2001:db8::1" without
 * brackets is legal (RFC 5118 section 4.5), and slashes are common. */
static bool take_value(struct tw_str *rest)
{
	size_t l = 0;

	if (rest->l && rest->p[0] == '"')
		return tw__take_quoted(rest);
	while (l < rest->l && rest->p[l] > ' ' && rest->p[l] < 0x7f &&
	       !strchr(";,\"<>", rest->p[l]))
		l++;
	skip(rest, l);
	return l > 0;
}

static bool take_param(struct tw_str *name, struct tw_str *value,
		       struct tw_str *rest)
{
	const char *begin;

	*value = tw__str("", 0);
	if (!tw__take_token(name, rest))
		return false;
	if (take_mark(rest, '=')) {
		begin = rest->p;
		if (!take_value(rest))
			return false;
		*value = tw__str(begin, (size_t)(rest->p - begin));
	}
	tw__skip_blanks(rest);
	return true;
}

bool tw__take_params(struct tw_str *out, struct tw_str *rest)
{
	const char *begin;
	struct tw_str name, value;
	bool good = true;

	tw__skip_blanks(rest);
	begin = rest->p;
	while (good && take_mark(rest, ';'))
		good = take_param(&name, &value, rest);
	*out = tw__str(begin, (size_t)(rest->p - begin));
	return good && (!rest->l || rest->p[0] == ',');
}

bool tw__params_get(struct tw_str *out, struct tw_str params,
		    const char *wanted)
{
	struct tw_str name;

	while (take_mark(&params, ';'))
		if (!take_param(&name, out, &params))
			return false;
		else if (tw__str_ieq(name, wanted))
			return true;
	return false;
}

/* ---- URIs ---- */

struct tw_str tw__uri_scheme(struct tw_str uri)
{
	size_t l = 0;

	while (l < uri.l && (is_alnum(uri.p[l]) ||
			     strchr("+-.", uri.p[l] ? uri.p[l] : '/')))
		l++;
	if (l == uri.l || uri.p[l] != ':' || is_digit(uri.p[0]))
		l = 0;
	return tw__str(uri.p, l);
}

static bool is_sip(struct tw_str scheme)
{
	return tw__str_ieq(scheme, "sip") || tw__str_ieq(scheme, "sips");
}

static bool is_visible(struct tw_str s)
{
	for (size_t i = 0; i < s.l; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("\"<>", s.p[i]))
			return false;
	return s.l > 0;
}

/* Letters, digits, escapes and the marks given. */
static bool is_made_of(struct tw_str s, const char *marks)
{
	for (size_t i = 0; i < s.l; i++) {
		if (s.p[i] == '%') {
			if (s.l - i < 3 || !is_hex(s.p[i + 1]) ||
			    !is_hex(s.p[i + 2]))
				return false;
			i += 2;
		}
		else if (!is_alnum(s.p[i]) &&
			 (!s.p[i] || !strchr(marks, s.p[i]))) {
			return false;
		}
	}
	return true;
}

/* "user:password@host:port;name=value?name=value", the scheme gone. */
static bool is_sip_rest(struct tw_str s)
{
	const char *at = s.l ? memchr(s.p, '@', s.l) : NULL, *mark;

	if (at) {
		struct tw_str user = tw__str(s.p, (size_t)(at - s.p));

		/* "#" is dialled, though it should be escaped */
		if (!user.l || !is_made_of(user, "-_.!~*'()&=+$,;?/:#"))
			return false;
		skip(&s, user.l + 1);
	}
	if (!tw__take_host(&s))
		return false;
	if (take_char(&s, ':') && !take_port(&s))
		return false;
	mark = s.l ? memchr(s.p, '?', s.l) : NULL;
	if (mark && (size_t)(mark - s.p) + 1 == s.l)
		return false;
	if (s.l && s.p[0] != ';' && s.p[0] != '?')
		return false;
	return is_made_of(s, "-_.!~*'()[]/:&+$=;?");
}

bool tw__uri_is_valid(struct tw_str uri)
{
	struct tw_str scheme = tw__uri_scheme(uri), rest = uri;

	if (!scheme.l || !is_visible(uri))
		return false;
	skip(&rest, scheme.l + 1);
	return is_sip(scheme) ? is_sip_rest(rest) : rest.l > 0;
}

bool tw__uri_has_headers(struct tw_str uri)
{
	const char *at = memchr(uri.p, '@', uri.l);

	/* a "?" before it is the user's */
	if (at)
		skip(&uri, (size_t)(at - uri.p));
	return memchr(uri.p, '?', uri.l) != NULL;
}

/* ---- addresses ---- */

/* Up to "<", or nothing if there is none before the next comma. */
static bool take_display(struct tw_str *rest, bool *angle)
{
	size_t l = 0;

	if (rest->l && rest->p[0] == '"') {
		if (!tw__take_quoted(rest))
			return false;
		tw__skip_blanks(rest);
		*angle = true;
		return rest->l && rest->p[0] == '<';
	}
	while (l < rest->l && !strchr("<>\",;", rest->p[l] ? rest->p[l] :
			' '))
		l++;
	*angle = l < rest->l && rest->p[l] == '<';
	if (*angle)
		skip(rest, l);
	return true;
}

bool tw__take_address(struct tw_str *params, struct tw_str *rest)
{
	const char *end;
	size_t l = 0;
	bool angle;

	tw__skip_blanks(rest);
	if (!take_display(rest, &angle))
		return false;
	if (angle) {
		skip(rest, 1);
		end = rest->l ? memchr(rest->p, '>', rest->l) : NULL;
		if (!end)
			return false;
		l = (size_t)(end - rest->p);
		if (!tw__uri_is_valid(tw__str(rest->p, l)))
			return false;
		skip(rest, l + 1);
		return tw__take_params(params, rest);
	}
	/* RFC 3261 section 20: with "?", "," or ";" in it a URI must stand in
	 * angle brackets; so the first of them ends it here, and "?" is
	 * ambiguous */
	while (l < rest->l && !is_blank(rest->p[l]) &&
	       !strchr(",;?", rest->p[l] ? rest->p[l] : ' '))
		l++;
	if (!tw__uri_is_valid(tw__str(rest->p, l)))
		return false;
	skip(rest, l);
	return tw__take_params(params, rest);
}

/* ---- Via ---- */

/* "SIP / 2.0 / UDP host : port". Of another version it is, too, what a 505
 * goes back by. */
static bool take_sent_by(struct tw_str *version, struct tw_str *rest)
{
	struct tw_str name, transport;

	if (!tw__take_token(&name, rest) || !tw__str_ieq(name, "SIP") ||
	    !take_mark(rest, '/') || !tw__take_token(version, rest) ||
	    !take_mark(rest, '/') ||
	    !tw__take_token(&transport, rest) ||
	    !rest->l || !is_blank(rest->p[0]))
		return false;
	tw__skip_blanks(rest);
	if (!tw__take_host(rest))
		return false;
	tw__skip_blanks(rest);
	return !take_mark(rest, ':') || take_port(rest);
}

bool tw__take_via(struct tw_via *out, struct tw_str *rest)
{
	struct tw_str version;

	tw__skip_blanks(rest);
	out->params = tw__str("", 0);
	out->sent_by = take_sent_by(&version, rest);
	return out->sent_by && tw__take_params(&out->params, rest) &&
		tw__str_eq(version, "2.0");
}
