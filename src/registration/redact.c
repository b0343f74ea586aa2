/**
 * @file src/registration/redact.c  A message without its secrets
 *
 * Decides what of a SIP message a trace may show. It errs on the side of
 * hiding: of credentials it keeps what it knows to be harmless and nothing
 * else, and words such as "response=" hide what follows wherever they stand,
 * since peers echo requests in bodies and headers of their own. What a mask
 * knows is hidden without any such word: mask.c finds it. It refuses to know
 * whether a message is well-formed: those that are not must be seen most
 * of all.
 */
#include <string.h>
#include <trunkwise/sys/sip.h>
#include "mask.h"
#include "message.h"
#include "syntax.h"

#define HIDDEN      "***"
#define DIGITS_MIN  7u           /* shorter ones are ports and codes */
#define DIGITS_KEPT 4u

struct redact {
	struct tw_buf out;
	bool numbers;                 /* hide those */
	bool utf8;                    /* the whole message is */
	const char *begin;            /* of the message */
	unsigned char *marks;         /* its bytes that a mask hides; NULL:
					 none */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z');
}

static bool begins_with(struct tw_str s, const char *word)
{
	size_t l = strlen(word);

	return s.l >= l && tw__str_ieq(tw__str(s.p, l), word);
}

/* How many bytes from here on a mask hides. */
static size_t masked_at(const struct redact *r, struct tw_str s)
{
	const unsigned char *mark = r->marks ? r->marks + (s.p - r->begin) :
		NULL;
	size_t l = 0;

	while (mark && l < s.l && mark[l])
		l++;
	return l;
}

/* One mark for what is hidden in several pieces. */
static size_t write_masked(struct redact *r, struct tw_str s)
{
	size_t l = masked_at(r, s);

	if (l && (s.p == r->begin || !r->marks[s.p - r->begin - 1]))
		(void)tw__buf_text(&r->out, HIDDEN);
	return l;
}

/* One byte, or one letter of UTF-8, or all that is masked from here on;
 * returns how many were taken. */
static size_t write_plain(struct redact *r, struct tw_str s)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t l = r->utf8 ? tw__utf8_sequence(s.p, s.l) : 1;
	/* U+0080..U+009F command terminals as ESC does */
	bool harmless = c < 0x80 ? c >= 0x20 && c != 0x7f :
		r->utf8 && l && !(c == 0xc2 && (unsigned char)s.p[1] < 0xa0);

	if (!l)
		l = 1;
	if (masked_at(r, s))
		return write_masked(r, s);
	if (c == '\r' && s.l > 1 && s.p[1] == '\n')
		return 1;
	if (harmless || c == '\t' || c == '\n')
		(void)tw__buf_append(&r->out, s.p, l);
	else
		for (size_t i = 0; i < l; i++)
			(void)tw__buf_printf(&r->out, "\\x%02x",
				(unsigned char)s.p[i]);
	return l;
}

/* "sip:user:password@": length of what comes before the password, and of the
 * password; 0 when there is none. */
static size_t password_at(size_t *password, struct tw_str s)
{
	size_t head = begins_with(s, "sip:") ? 4 :
		begins_with(s, "sips:") ? 5 : 0, colon = 0, i;

	if (!head)
		return 0;
	for (i = head; i < s.l && (unsigned char)s.p[i] > ' ' &&
	     !strchr("<>\"@", s.p[i]); i++)
		if (s.p[i] == ':' && !colon)
			colon = i + 1;
	if (i == s.l || s.p[i] != '@' || !colon || colon == i)
		return 0;
	*password = i - colon;
	return colon;
}

/* "nonce = ": length of the word and its mark when what follows is to be
 * hidden, else 0. */
static size_t secret_at(struct tw_str s)
{
	static const char *const words[] = { "response", "cnonce", "nonce",
		"nextnonce", "rspauth", "opaque", "password", "passwd", "pwd",
		"secret", "token", "auts",
		"authorization" };
	struct tw_str rest;

	if (begins_with(s, "inline:"))
		return 7;
	for (size_t i = 0; i < TW_ARRAY_COUNT(words); i++) {
		size_t l = strlen(words[i]);

		if (!begins_with(s, words[i]))
			continue;
		rest = tw__str(s.p + l, s.l - l);
		tw__skip_blanks(&rest);
		if (!rest.l || rest.p[0] != '=')
			continue;
		rest = tw__str(rest.p + 1, rest.l - 1);
		tw__skip_blanks(&rest);
		return (size_t)(rest.p - s.p);
	}
	return 0;
}

/* Of a value: to its closing quote, or to the next mark. */
static size_t value_length(struct tw_str s)
{
	struct tw_str rest = s;
	size_t l = 0;

	if (s.l && s.p[0] == '"')
		return tw__take_quoted(&rest) ? (size_t)(rest.p - s.p) : s.l;
	while (l < s.l && (unsigned char)s.p[l] > ' ' &&
	       !strchr(",;<>\"&", s.p[l]))
		l++;
	return l;
}

static void write_hidden(struct redact *r, bool quoted)
{
	(void)tw__buf_text(&r->out, quoted ? "\"" HIDDEN "\"" : HIDDEN);
}

/* Length of a number here, in digits and with its marks; 0: none. */
static size_t number_at(size_t *digits, struct tw_str s)
{
	size_t l = 0, i;

	*digits = 0;
	for (i = 0; i < s.l; i++) {
		if (is_digit(s.p[i])) {
			++*digits;
			l = i + 1;
		}
		else if (!strchr("+-() ", s.p[i] ? s.p[i] : '/') ||
			 i - l > 2) {
			break;
		}
	}
	return *digits >= DIGITS_MIN ? l : 0;
}

static void write_number(struct redact *r, struct tw_str s, size_t digits)
{
	for (size_t i = 0; i < s.l; i++) {
		bool hide = is_digit(s.p[i]) && digits > DIGITS_KEPT;

		digits -= is_digit(s.p[i]);
		if (!hide && masked_at(r, tw__str(s.p + i, 1)))
			(void)write_masked(r, tw__str(s.p + i, 1));
		else
			(void)tw__buf_append(&r->out, hide ? "*" : s.p + i,
				1);
	}
}

static void write_whole(struct redact *r, struct tw_str s)
{
	for (size_t i = 0; i < s.l;)
		i += write_plain(r, tw__str(s.p + i, s.l - i));
}

static size_t write_secret(struct redact *r, struct tw_str s, size_t head)
{
	struct tw_str value = tw__str(s.p + head, s.l - head);
	size_t l = value_length(value);

	write_whole(r, tw__str(s.p, head));
	if (l)
		write_hidden(r, value.p[0] == '"');
	return head + l;
}

/* Free text: whatever tells of a secret by a word before it. */
static void write_text(struct redact *r, struct tw_str s, bool numbers)
{
	size_t taken, length, digits;
	char before = ' ';

	for (; s.l; s.p += taken, s.l -= taken) {
		taken = is_alnum(before) ? 0 : secret_at(s);
		if (taken) {
			taken = write_secret(r, s, taken);
		}
		else if ((taken = password_at(&length, s))) {
			write_whole(r, tw__str(s.p, taken));
			write_hidden(r, false);
			taken += length;
		}
		else if (numbers && (is_digit(s.p[0])) &&
			 (taken = number_at(&digits, s))) {
			write_number(r, tw__str(s.p, taken), digits);
		}
		else {
			taken = write_plain(r, s);
		}
		before = s.p[taken - 1];
	}
}

/* ---- headers ---- */

static bool is_harmless(struct tw_str name)
{
	static const char *const names[] = { "username", "realm", "uri",
		"algorithm", "qop", "nc", "stale", "userhash", "charset",
		"domain" };

	for (size_t i = 0; i < TW_ARRAY_COUNT(names); i++)
		if (tw__str_ieq(name, names[i]))
			return true;
	return false;
}

/* "name=value, name=value": values of unknown names are hidden. */
static void write_credentials(struct redact *r, struct tw_str rest)
{
	struct tw_str part, name, value;
	const char *separator = "";

	while (tw__text_split(&part, &rest, ',')) {
		const char *eq = part.l ? memchr(part.p, '=', part.l) : NULL;

		(void)tw__buf_text(&r->out, separator);
		separator = ", ";
		name = tw__str(part.p, eq ? (size_t)(eq - part.p) : 0);
		value = tw__syntax_trim(eq ? tw__str(eq + 1, part.l -
			name.l - 1) : part);
		name = tw__syntax_trim(name);
		if (eq)
			write_text(r, name, false);
		if (eq)
			(void)tw__buf_text(&r->out, "=");
		if (is_harmless(name))
			write_text(r, value, r->numbers &&
				!tw__str_ieq(name, "nc"));
		else if (value.l)
			write_hidden(r, value.p[0] == '"');
	}
}

static void write_authorization(struct redact *r, struct tw_str value)
{
	struct tw_str scheme;

	if (!tw__take_token(&scheme, &value) ||
	    !tw__str_ieq(scheme, "Digest")) {
		write_text(r, scheme, false);
		(void)tw__buf_text(&r->out, scheme.l ? " " HIDDEN : HIDDEN);
		return;
	}
	write_text(r, scheme, false);
	(void)tw__buf_text(&r->out, " ");
	tw__skip_blanks(&value);
	write_credentials(r, value);
}

/* Does its name tell of a secret? */
static bool is_secret(struct tw_str name)
{
	static const char *const words[] = { "auth", "passw", "secret",
		"token", "cookie", "api-key", "apikey" };

	for (size_t at = 0; at < name.l; at++)
		for (size_t i = 0; i < TW_ARRAY_COUNT(words); i++)
			if (begins_with(tw__str(name.p + at, name.l - at),
					words[i]))
				return true;
	return false;
}

static bool is_name(struct tw_str name, const char *const *names)
{
	for (; *names; names++)
		if (tw__str_ieq(name, *names))
			return true;
	return false;
}

static void write_header(struct redact *r, struct tw_str line)
{
	static const char *const schemes[] = { "Authorization",
		"Proxy-Authorization", "WWW-Authenticate",
		"Proxy-Authenticate", NULL };
	static const char *const infos[] = { "Authentication-Info",
		"Proxy-Authentication-Info", NULL };
	static const char *const counts[] = { "Via", "v", "Call-ID", "i",
		"CSeq", "RAck", NULL };
	const char *colon = line.l ? memchr(line.p, ':', line.l) : NULL;
	struct tw_str name, value;

	if (!colon) {
		write_text(r, line, r->numbers);
		return;
	}
	value = tw__syntax_trim(tw__str(colon + 1,
		line.l - (size_t)(colon + 1 - line.p)));
	name = tw__syntax_trim(tw__str(line.p, (size_t)(colon - line.p)));
	/* a start line has a colon in its URI */
	if (!tw__text_is_token(name)) {
		write_text(r, line, r->numbers);
		return;
	}
	write_text(r, name, false);
	(void)tw__buf_text(&r->out, value.l ? ": " : ":");
	if (is_name(name, schemes))
		write_authorization(r, value);
	else if (is_name(name, infos))
		write_credentials(r, value);
	else if (is_secret(name))
		write_hidden(r, false);
	else
		write_text(r, value, r->numbers && !is_name(name, counts));
}

/* ---- bodies ---- */

static void write_body_line(struct redact *r, struct tw_str line)
{
	static const char *const whole[] = { "a=key-mgmt:", "a=ice-pwd:",
		"k=" };
	static const char *const echoed[] = { "Authorization",
		"Proxy-Authorization" };
	size_t head = 0;
	int blanks = 0;

	for (size_t i = 0; i < TW_ARRAY_COUNT(echoed); i++)
		if (begins_with(line, echoed[i])) {
			write_header(r, line);
			return;
		}
	if (begins_with(line, "a=crypto:")) {
		/* tag and suite stay */
		for (; head < line.l && blanks < 2; head++)
			blanks += line.p[head] == ' ';
		if (blanks < 2)
			head = strlen("a=crypto:");
	}
	for (size_t i = 0; i < TW_ARRAY_COUNT(whole); i++)
		if (begins_with(line, whole[i]))
			head = strlen(whole[i]);
	if (!head) {
		/* of SDP those lines that tell of people, not of ports */
		write_text(r, line, r->numbers && (line.l < 2 ||
			line.p[1] != '=' || (line.p[0] &&
			strchr("osipe", line.p[0]))));
		return;
	}
	write_text(r, tw__str(line.p, head), false);
	(void)tw__buf_text(&r->out, HIDDEN);
}

/* Up to a line break of any kind; in headers folds belong to it. */
static bool take_line(struct tw_str *out, struct tw_str *rest, bool folds)
{
	size_t l = 0;

	if (!rest->l)
		return false;
	while (l < rest->l && (rest->p[l] != '\n' ||
			(folds && l + 1 < rest->l && l &&
			 (rest->p[l + 1] == ' ' || rest->p[l + 1] == '\t'))))
		l++;
	*out = tw__str(rest->p, l);
	if (l < rest->l)
		l++;
	rest->p += l;
	rest->l -= l;
	while (out->l && out->p[out->l - 1] == '\r')
		out->l--;
	return true;
}

/* Where the mask's secrets stand. */
static tw_status mark(struct redact *r, const tw_mask *mask, struct tw_str s)
{
	r->begin = s.p;
	if (!mask || !mask->count || !s.l)
		return TW_OK;
	r->marks = tw_calloc(s.l, 1);
	if (!r->marks)
		return TW_ENOMEM;
	if (!tw__mask_find(r->marks, mask, s)) {
		tw_free(r->marks);
		r->marks = NULL;
	}
	return TW_OK;
}

tw_status tw_sip_mask(char **out, const void *data, size_t size,
		      uint32_t flags, tw_error *err)
{
	return tw_mask_text(out, NULL, data, size, flags, err);
}

tw_status tw_mask_text(char **out, const tw_mask *mask, const void *data,
		       size_t size, uint32_t flags, tw_error *err)
{
	struct tw_str rest = tw__str(data, size), line;
	struct redact r;
	bool headers = true, begun = false;

	if (!out || (!data && size))
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	if (flags & ~TW_SIP_MASK_NUMBERS)
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
			"unknown bits 0x%x", flags);
	memset(&r, 0, sizeof(r));
	tw__buf_init(&r.out);
	r.numbers = flags & TW_SIP_MASK_NUMBERS;
	r.utf8 = tw__utf8_is_valid(size ? data : "", size);
	if (mark(&r, mask, rest))
		return tw__fail_oom(err);
	(void)tw__buf_text(&r.out, "");      /* of nothing a text, too */
	while (take_line(&line, &rest, headers)) {
		if (headers)
			write_header(&r, line);
		else
			write_body_line(&r, line);
		(void)tw__buf_text(&r.out, "\n");
		if (!line.l && begun)
			headers = false;
		begun |= line.l > 0;
	}
	tw_free(r.marks);
	if (r.out.failed) {
		tw__buf_free(&r.out);
		return tw__fail_oom(err);
	}
	*out = tw__buf_take(&r.out);
	return TW_OK;
}
