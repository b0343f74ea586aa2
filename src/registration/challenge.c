/**
 * @file src/registration/challenge.c  What a 401 or 407 asks for
 *
 * Decides what stands in the challenge headers and which one is answered.
 * Never Basic, never auth-int alone, never a realm that is not the trunk's:
 * an answer to a stranger's realm is a hash of the password in his hands.
 */
#include <assert.h>
#include <string.h>
#include <trunkwise/trunk.h>
#include "challenge.h"

static const struct {
	const char *name;
	uint32_t algorithm;
} algorithms[] = {
	{ "MD5", TW_DIGEST_MD5 },
	{ "SHA-256", TW_DIGEST_SHA256 },
	{ "SHA-512-256", TW_DIGEST_SHA512_256 },
};

static struct tw_str unquote(struct tw_str s)
{
	if (s.l >= 2 && s.p[0] == '"' && s.p[s.l - 1] == '"')
		return tw__str(s.p + 1, s.l - 2);
	return s;
}

/* What goes back between our quotes: no quote that is not escaped, and no
 * backslash at the end to eat our closing one. */
static bool is_quotable(struct tw_str s, size_t max)
{
	if (s.l > max)
		return false;
	for (size_t i = 0; i < s.l; i++) {
		if (s.p[i] == '"')
			return false;
		if (s.p[i] == '\\' && ++i == s.l)
			return false;
	}
	return true;
}

static void read_qop(struct tw_challenge *c, struct tw_str value)
{
	struct tw_str item;

	c->qop_offered = true;
	while (tw__text_split(&item, &value, ','))
		if (tw__str_ieq(item, "auth"))
			c->qop_auth = true;
}

uint32_t tw__challenge_algorithm(struct tw_str name)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(algorithms); i++)
		if (tw__str_ieq(name, algorithms[i].name))
			return algorithms[i].algorithm;
	return 0;
}

static bool take_text(struct tw_str *out, struct tw_str value, size_t max)
{
	if (!is_quotable(value, max))
		return false;
	*out = value;
	return true;
}

/* One "name=value"; false when a value is not what we could send back. */
static bool read_param(struct tw_challenge *c, struct tw_str name,
		       struct tw_str value)
{
	value = unquote(value);
	if (tw__str_ieq(name, "realm"))
		return take_text(&c->realm, value, TW_REALM_MAX);
	if (tw__str_ieq(name, "nonce"))
		return take_text(&c->nonce, value, TW_NONCE_MAX);
	if (tw__str_ieq(name, "opaque")) {
		c->has_opaque = true;
		return take_text(&c->opaque, value, TW_NONCE_MAX);
	}
	if (tw__str_ieq(name, "stale"))
		c->stale = tw__str_ieq(value, "true");
	else if (tw__str_ieq(name, "algorithm"))
		c->algorithm = tw__challenge_algorithm(value);
	else if (tw__str_ieq(name, "qop"))
		read_qop(c, value);
	return true;
}

/* "Digest realm=x" opens a challenge, "nonce=y" goes on with it: the scheme
 * is a token followed by a blank where a parameter has its "=". */
static bool take_scheme(struct tw_str *scheme, struct tw_str *part)
{
	size_t i = 0, end;

	while (i < part->l && part->p[i] != ' ' && part->p[i] != '\t' &&
	       part->p[i] != '=')
		i++;
	end = i;
	while (i < part->l && (part->p[i] == ' ' || part->p[i] == '\t'))
		i++;
	if (i < part->l && part->p[i] == '=')
		return false;
	*scheme = tw__str(part->p, end);
	part->p += i;
	part->l -= i;
	return tw__text_is_token(*scheme);
}

/* first: where the challenges of this header begin; a parameter before any
 * scheme must not reach back into the header above. */
static tw_status read_part(struct tw_challenge *list, size_t *count,
			   size_t first, struct tw_str part, tw_error *err)
{
	struct tw_challenge *c;
	struct tw_str scheme, name;
	const char *eq;

	if (take_scheme(&scheme, &part)) {
		if (*count == TW_CHALLENGES_MAX)
			return tw__fail(err, TW_EPARSE,
				"more than %u challenges", TW_CHALLENGES_MAX);
		memset(&list[*count], 0, sizeof(list[0]));
		list[*count].algorithm = TW_DIGEST_MD5;
		list[*count].is_digest = tw__str_ieq(scheme, "Digest");
		(*count)++;
	}
	if (*count == first)
		return tw__fail(err, TW_EPARSE, "challenge without a scheme");
	c = &list[*count - 1];
	if (!part.l || !c->is_digest)
		return TW_OK;
	eq = memchr(part.p, '=', part.l);
	if (!eq)
		return tw__fail(err, TW_EPARSE, "malformed challenge");
	name = tw__str(part.p, (size_t)(eq - part.p));
	if (!read_param(c, tw__str_trim(name), tw__str_trim(
			tw__str(eq + 1, part.l - name.l - 1))))
		return tw__fail(err, TW_EPARSE,
			"challenge parameter too long or badly quoted");
	return TW_OK;
}

tw_status tw__challenge_list(struct tw_challenge *out, size_t *count,
			     const struct tw_message *msg,
			     enum tw_header_id id, tw_error *err)
{
	const struct tw_header *header;
	size_t at = 0, found = 0;

	while ((header = tw__message_next(msg, id, &at)) != NULL) {
		struct tw_str rest = header->value, part;
		size_t first = found;

		while (tw__text_split(&part, &rest, ',')) {
			tw_status status = read_part(out, &found, first, part,
				err);

			if (status)
				return status;
		}
	}
	*count = found;
	return TW_OK;
}

static bool has_secret(const struct tw_challenge *c,
		       const struct tw_challenge_policy *policy)
{
	return !policy->algorithms ||
		(policy->algorithms & (1u << c->algorithm));
}

static bool is_answerable(const struct tw_challenge *c,
			  const struct tw_challenge_policy *policy)
{
	return c->is_digest && c->algorithm &&
		c->algorithm >= policy->digest_min && has_secret(c, policy) &&
		c->nonce.l && c->realm.l &&
		(!c->qop_offered || c->qop_auth);
}

static bool is_realm(const struct tw_challenge *c, const char *realm)
{
	return !realm || tw__str_eq(c->realm, realm);
}

static tw_status explain(const struct tw_challenge *list, size_t count,
			 const struct tw_challenge_policy *policy,
			 tw_error *err)
{
	bool any_digest = false, weak = false, int_only = false;
	bool no_secret = false;

	for (size_t i = 0; i < count; i++) {
		const struct tw_challenge *c = &list[i];

		any_digest |= c->is_digest;
		weak |= c->is_digest && c->algorithm &&
			c->algorithm < policy->digest_min;
		no_secret |= c->is_digest && c->algorithm &&
			!has_secret(c, policy);
		int_only |= c->is_digest && c->qop_offered && !c->qop_auth;
	}
	if (!any_digest)
		return tw__fail(err, TW_EUNSUPPORTED, "%s", count ?
			"only schemes other than Digest are offered; a "
			"password is never sent by Basic" :
			"challenge header is missing");
	if (weak)
		return tw__fail(err, TW_EUNSUPPORTED, "only digests weaker "
			"than digest_min are offered; lower digest_min if "
			"that is acceptable");
	if (int_only)
		return tw__fail(err, TW_EUNSUPPORTED,
			"only qop=auth-int is offered; qop=auth is served");
	if (no_secret)
		return tw__fail_at(err, TW_EUNSUPPORTED, 0, "ha1",
			"the digest algorithms that are offered are not "
			"among those of ha1; add their hashes");
	return tw__fail(err, TW_EUNSUPPORTED, "no digest algorithm among "
		"MD5, SHA-256, SHA-512-256 is offered");
}

tw_status tw__challenge_choose(const struct tw_challenge **out,
			       const struct tw_challenge *list, size_t count,
			       const struct tw_challenge_policy *policy,
			       tw_error *err)
{
	const struct tw_challenge *best = NULL;
	bool foreign = false;

	for (size_t i = 0; i < count; i++) {
		const struct tw_challenge *c = &list[i];

		if (!is_answerable(c, policy))
			continue;
		if (!is_realm(c, policy->realm)) {
			foreign = true;
			continue;
		}
		if (!best || (best->algorithm < TW_DIGEST_SHA256 &&
			      c->algorithm >= TW_DIGEST_SHA256))
			best = c;
	}
	if (best) {
		*out = best;
		return TW_OK;
	}
	if (foreign)
		return tw__fail_at(err, TW_EREFUSED, 0, "realm", "the peer "
			"asks for another realm than \"%s\"; the password is "
			"not for it", policy->realm);
	return explain(list, count, policy, err);
}
