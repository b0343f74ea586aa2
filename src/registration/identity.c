/**
 * @file src/registration/identity.c  Who calls, as a carrier is told
 *
 * Decides what stands in the identity headers of a leg. Two kinds of text
 * come in: ours, which is checked and refused when wrong, and a stranger's
 * (his number, his name), which never fails a call and never passes as it
 * is: what is no plain number becomes anonymous, and of a name only what
 * needs no escaping stays.
 */
#include <stdio.h>
#include <string.h>
#include <trunkwise/identity.h>
#include "base/base.h"
#include "config.h"
#include "message.h"
#include "words.h"

#define ANONYMOUS "sip:anonymous@anonymous.invalid"

enum { PRIVACY_NONE = 1, PRIVACY_HIDES = 2 };

/* What may stand in Privacy: RFC 3323 section 4.2, 3325 section 9.3, 7044
 * section 4.4 (history). */
static const struct {
	const char *name;
	unsigned means;
} privacies[] = {
	{ "none", PRIVACY_NONE },
	{ "header", PRIVACY_HIDES },
	{ "session", PRIVACY_HIDES },
	{ "user", PRIVACY_HIDES },
	{ "id", PRIVACY_HIDES },
	{ "history", 0 },
	{ "critical", 0 },
};

struct parts {
	const tw_identity_request *r;
	char *domain;                /* as in a URI */
	char caller[24];             /* "+7843..."; "": not to be shown */
	bool is_private, asked;      /* asked: by the header */
	char privacy[64];            /* of the caller, what we know of it */
	tw_leg_identity made;
};

/* E.164 has at most 15 digits; short codes and internal numbers pass. */
static bool is_digits(const char *text)
{
	size_t l = text ? strspn(text, "0123456789") : 0;

	return l && l <= 15 && !text[l];
}

/* With "+" where it is long enough to be a whole number. */
static void write_number(char out[24], const char *digits)
{
	(void)snprintf(out, 24, "%s%s", strlen(digits) > 6 ? "+" : "",
		digits);
}

/* Words that nobody knows are left out, each of the others stands once. Many
 * separate them by commas. `kept` (64 bytes) may be NULL. */
static unsigned read_privacy(char *kept, const char *text)
{
	unsigned means = 0, seen = 0;

	while (text && *(text += strspn(text, "; ,\t"))) {
		size_t l = strcspn(text, "; ,\t");

		for (size_t i = 0; i < TW_ARRAY_COUNT(privacies); i++) {
			if (!tw__str_ieq(tw__str(text, l), privacies[i].name)
			    || seen & 1u << i)
				continue;
			seen |= 1u << i;
			means |= privacies[i].means;
			if (kept)
				(void)snprintf(kept + strlen(kept), 64 -
					strlen(kept), "%s%s", *kept ? ";" :
					"", privacies[i].name);
		}
		text += l;
	}
	return means;
}

static bool hides(unsigned means)
{
	return means & PRIVACY_HIDES && !(means & PRIVACY_NONE);
}

int tw_identity_hides(const char *privacy)
{
	return hides(read_privacy(NULL, privacy));
}

static void read_caller(struct parts *p)
{
	const char *text = p->r->caller;

	if (text && *text == '+')
		text++;
	p->asked = hides(read_privacy(p->privacy, p->r->privacy));
	p->is_private = p->asked || p->r->flags & TW_IDENTITY_PRIVATE;
	if (!p->is_private && is_digits(text))
		write_number(p->caller, text);
}

/* What RFC 3261 lets stand between quotes as it is, in whole letters. */
static void read_name(char *out, size_t size, const char *name)
{
	char copy[96];
	size_t l = 0;

	for (; name && *name && l + 1 < sizeof(copy); name++)
		if ((unsigned char)*name >= 0x20 && *name != 0x7f &&
		    !strchr("\"\\<>", *name))
			copy[l++] = *name;
	copy[l] = '\0';
	while (l && !tw__utf8_is_valid(copy, l))
		copy[--l] = '\0';
	tw__utf8_cut(out, size, copy);
}

static tw_status check_number(const tw_identity_request *r, tw_error *err)
{
	if (!is_digits(r->number))
		return tw__fail_at(err, TW_EINVAL, 0, "number",
			"is not 1 to 15 digits");
	for (size_t i = 0; i < r->approved_count; i++)
		if (r->approved[i] && !strcmp(r->approved[i], r->number))
			return TW_OK;
	return tw__fail_at(err, TW_EREFUSED, 0, "number",
		"%s is not among the %zu numbers that this carrier lets us "
		"show; ask it for an approval", r->number,
		r->approved_count);
}

static tw_status check(struct parts *p, tw_error *err)
{
	const tw_identity_request *r = p->r;
	bool oom;

	if (r->flags & ~(TW_IDENTITY_FORWARDED | TW_IDENTITY_PRIVATE))
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
			"unknown bits 0x%x", r->flags);
	if (r->style < TW_IDENTITY_FROM || r->style > TW_IDENTITY_PPI)
		return tw__fail_at(err, TW_EINVAL, 0, "style",
			"%u is no TW_IDENTITY_", r->style);
	if (r->forward < TW_FORWARD_OWN || r->forward > TW_FORWARD_DIVERSION)
		return tw__fail_at(err, TW_EINVAL, 0, "forward",
			"%u is no TW_FORWARD_", r->forward);
	if (r->reason && (!tw__text_is_token(tw__str_of(r->reason)) ||
			  strlen(r->reason) > 32))
		return tw__fail_at(err, TW_EINVAL, 0, "reason",
			"is not a token; write \"unconditional\", "
			"\"user-busy\" or \"no-answer\"");
	if (r->approved_count && !r->approved)
		return tw__fail_at(err, TW_EINVAL, 0, "approved",
			"is NULL with a count");
	p->domain = tw__host_wire(tw__str_of(r->domain), &oom);
	if (!p->domain)
		return oom ? tw__fail_oom(err) : tw__fail_at(err, TW_EINVAL,
			0, "domain", "is not a host name or address");
	return check_number(r, err);
}

static void add(struct parts *p, const char *fmt, ...) TW_PRINTF(2, 3);

static void add(struct parts *p, const char *fmt, ...)
{
	size_t l = strlen(p->made.headers);
	va_list ap;

	/* all parts are bounded: 3 headers of at most 310 bytes */
	va_start(ap, fmt);
	(void)vsnprintf(p->made.headers + l, sizeof(p->made.headers) - l,
		fmt, ap);
	va_end(ap);
}

/* True: the leg's caller is not to be known to whom it goes to. */
static bool write_from(struct parts *p, const char *own)
{
	const tw_identity_request *r = p->r;
	const bool forwarded = r->flags & TW_IDENTITY_FORWARDED;
	const bool shows_caller = forwarded &&
		r->forward == TW_FORWARD_DIVERSION;
	const char *number = shows_caller ? p->caller : own;
	const bool hidden = shows_caller ? !p->caller[0] :
		!forwarded && p->is_private;

	if (hidden) {
		memcpy(p->made.from_uri, ANONYMOUS, sizeof(ANONYMOUS));
		memcpy(p->made.from_name, "Anonymous", 10);
		return true;
	}
	(void)snprintf(p->made.from_uri, sizeof(p->made.from_uri),
		"sip:%s@%s", number, p->domain);
	if (p->is_private)
		return false;
	if (forwarded && !shows_caller)
		/* the only place left to say who calls */
		(void)snprintf(p->made.from_name, sizeof(p->made.from_name),
			"%s", p->caller);
	else
		read_name(p->made.from_name, sizeof(p->made.from_name),
			r->caller_name);
	return false;
}

tw_status tw_identity_make(tw_leg_identity *out,
			   const tw_identity_request *request, tw_error *err)
{
	struct parts p = { NULL, NULL, "", false, false, "",
		TW_LEG_IDENTITY_INIT };
	tw_identity_request r;
	char own[24];
	bool hidden;
	tw_status status;

	if (!out || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "out is NULL or out->size is "
			"not set; use TW_LEG_IDENTITY_INIT");
	status = tw__import(&r, sizeof(r), request, err);
	p.r = &r;
	if (!status)
		status = check(&p, err);
	if (!status) {
		read_caller(&p);
		write_number(own, r.number);
		hidden = write_from(&p, own);
		if (r.style != TW_IDENTITY_FROM)
			add(&p, "P-%s-Identity: <sip:%s@%s>\r\n", r.style ==
				TW_IDENTITY_PAI ? "Asserted" : "Preferred",
				own, p.domain);
		if (hidden || p.privacy[0])
			add(&p, "Privacy: %s\r\n", hidden && !p.asked ?
				"id" : p.privacy);
		if (r.flags & TW_IDENTITY_FORWARDED &&
		    r.forward == TW_FORWARD_DIVERSION)
			add(&p, "Diversion: <sip:%s@%s>;reason=%s;counter=1"
				"\r\n", own, p.domain, r.reason ? r.reason :
				"unknown");
		tw__hand_out(out, &p.made, sizeof(p.made));
	}
	tw_free(p.domain);
	return status;
}
