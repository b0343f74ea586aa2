/**
 * @file src/registration/digest.c  Answers to challenges
 *
 * Decides the bytes of an Authorization line. It stands beside libre's own
 * because that one answers MD5 next to SHA-256 and fails on an unknown
 * algorithm; and it forgets HA1 after each use instead of keeping it, since
 * for MD5 that hash is as good as the password.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <trunkwise/trunk.h>
#include "base/hash.h"
#include "config.h"
#include "digest.h"

typedef char digest_hex[2 * TW_HASH_MAX + 1];

struct answer {
	digest_hex response;
	char cnonce[33];
	uint32_t nc;
};

void tw__credentials_free(struct tw_credentials *credentials)
{
	tw_free(credentials->realm);
	tw_free(credentials->nonce);
	tw_free(credentials->opaque);
	memset(credentials, 0, sizeof(*credentials));
}

tw_status tw__credentials_set(struct tw_credentials *out,
			      const struct tw_challenge *challenge,
			      bool is_proxy, tw_error *err)
{
	struct tw_credentials made = {
		.is_proxy = is_proxy,
		.qop = challenge->qop_auth,
		.algorithm = challenge->algorithm,
		.realm = tw__str_dup(challenge->realm),
		.nonce = tw__str_dup(challenge->nonce),
	};

	if (challenge->has_opaque)
		made.opaque = tw__str_dup(challenge->opaque);
	if (!made.realm || !made.nonce ||
	    (challenge->has_opaque && !made.opaque)) {
		tw__credentials_free(&made);
		return tw__fail_oom(err);
	}
	tw__credentials_free(out);
	*out = made;
	return TW_OK;
}

/* Without memory the old nonce stays: it costs a stale round, no more. */
static void replace(char **text, struct tw_str by)
{
	char *made = tw__str_dup(by);

	if (!made)
		return;
	tw_free(*text);
	*text = made;
}

void tw__credentials_next_nonce(struct tw_credentials *credentials,
				const struct tw_message *msg)
{
	const struct tw_header *info = tw__message_first(msg,
		credentials->is_proxy ? TW_HEADER_PROXY_AUTHENTICATION_INFO :
		TW_HEADER_AUTHENTICATION_INFO);
	struct tw_str rest, part;

	if (!info || !credentials->realm)
		return;
	rest = info->value;
	while (tw__text_split(&part, &rest, ',')) {
		struct tw_str value;

		if (!tw__text_param(&value, part, "nextnonce"))
			continue;
		if (value.l > 2 && value.l - 2 <= TW_NONCE_MAX &&
		    value.p[0] == '"' && value.p[value.l - 1] == '"' &&
		    !memchr(value.p, '\\', value.l) &&
		    !memchr(value.p + 1, '"', value.l - 2))
			replace(&credentials->nonce,
				tw__str(value.p + 1, value.l - 2));
	}
}

/* Where the count of that nonce stands, or is to stand: room for one more,
 * or without memory that of the least recent. */
static size_t place_of(struct tw_nonce_counts *counts, uint64_t key)
{
	size_t i = 0, capacity = counts->capacity;

	while (i < counts->used && counts->slot[i].key != key)
		i++;
	if (i < counts->used || i == TW_NONCE_COUNTS)
		return i < counts->used ? i : i - 1;
	if (tw__grow((void **)&counts->slot, &capacity, i + 1,
		     sizeof(counts->slot[0])))
		return i - 1;
	counts->capacity = (uint32_t)capacity;
	counts->used++;
	counts->slot[i].key = 0;
	return i;
}

void tw__nonce_counts_free(struct tw_nonce_counts *counts)
{
	tw_free(counts->slot);
	memset(counts, 0, sizeof(*counts));
}

/* Most recently used first. */
static uint32_t next_count(struct tw_nonce_counts *counts, const char *nonce)
{
	uint64_t key = tw__hash64(nonce, strlen(nonce)) | 1;
	size_t i = place_of(counts, key);
	uint32_t count = 0;

	if (i == SIZE_MAX)
		return 1;              /* no memory for the first */
	if (counts->slot[i].key == key)
		count = counts->slot[i].count;
	memmove(&counts->slot[1], &counts->slot[0],
		i * sizeof(counts->slot[0]));
	counts->slot[0].key = key;
	counts->slot[0].count = ++count;
	return count;
}

/* HA1 = H(user:realm:password), in memory that is wiped. */
static tw_status hash_password(digest_hex out, uint32_t algorithm,
			       const struct tw_digest_secret *secret,
			       const char *realm, tw_error *err)
{
	size_t head = strlen(secret->user) + strlen(realm) + 2;
	size_t size = head + secret->password_size;
	tw_status status;
	char *text;

	text = tw_malloc(size + 1);
	if (!text)
		return tw__fail_oom(err);
	(void)snprintf(text, size + 1, "%s:%s:", secret->user, realm);
	if (secret->password_size)
		memcpy(text + head, secret->password, secret->password_size);
	status = tw__hash_hex(out, algorithm, text, size, err);
	tw__wipe(text, size);
	tw_free(text);
	return status;
}

/* What the host gives is checked as options are, and never repeated. */
static tw_status ask(tw_secret *out, const struct tw_digest_secret *secret,
		     tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status = secret->ask(out, secret->arg, &why);

	if (status)
		return tw__fail_at(err, status > 0 ? TW_EINVAL : status, 0,
			"secret", "no password was given: %s",
			*why.message ? why.message : tw_status_name(status));
	if (!out->length || out->length > sizeof(out->bytes) ||
	    tw__password_check(out->bytes, out->length, "", NULL))
		return tw__fail_at(err, TW_EINVAL, 0, "secret", "the password "
			"that was given is empty, longer than %u bytes or "
			"has a line break or NUL", TW_SECRET_SIZE_MAX);
	return TW_OK;
}

static tw_status hash_secret(digest_hex out, uint32_t algorithm,
			     const struct tw_digest_secret *secret,
			     const char *realm, tw_error *err)
{
	struct tw_digest_secret given = *secret;
	tw_secret asked = TW_SECRET_INIT;
	tw_status status = TW_OK;

	if (secret->ha1) {
		memcpy(out, secret->ha1->hex[algorithm], sizeof(digest_hex));
		return TW_OK;
	}
	if (secret->ask) {
		status = ask(&asked, secret, err);
		given.password = asked.bytes;
		given.password_size = asked.length;
	}
	if (!status)
		status = hash_password(out, algorithm, &given, realm, err);
	if (secret->ask)
		tw_secret_wipe(&asked);
	return status;
}

static tw_status hash_format(digest_hex out, uint32_t algorithm,
			     struct tw_buf *text, tw_error *err)
{
	tw_status status;

	if (text->failed)
		return tw__fail_oom(err);
	status = tw__hash_hex(out, algorithm, text->data, text->size, err);
	tw__wipe(text->data, text->size);
	tw__buf_clear(text);
	return status;
}

static tw_status hash_answer(struct answer *out,
			     const struct tw_credentials *credentials,
			     const struct tw_digest_secret *secret,
			     const char *method, const char *uri,
			     tw_error *err)
{
	uint32_t algorithm = credentials->algorithm;
	digest_hex ha1, ha2;
	struct tw_buf text;
	tw_status status;

	tw__buf_init(&text);
	(void)tw__buf_reserve(&text, 250);     /* as a rule */
	status = hash_secret(ha1, algorithm, secret, credentials->realm, err);
	if (status)
		goto out;
	(void)tw__buf_printf(&text, "%s:%s", method, uri);
	status = hash_format(ha2, algorithm, &text, err);
	if (status)
		goto out;
	(void)tw__buf_printf(&text, "%s:%s:", ha1, credentials->nonce);
	if (credentials->qop)
		(void)tw__buf_printf(&text, "%08" PRIx32 ":%s:auth:",
			out->nc, out->cnonce);
	(void)tw__buf_text(&text, ha2);
	status = hash_format(out->response, algorithm, &text, err);
 out:
	tw__wipe(ha1, sizeof(ha1));
	tw__buf_free(&text);
	return status;
}

static const char *algorithm_name(uint32_t algorithm)
{
	switch (algorithm) {
	case TW_DIGEST_SHA256:     return "SHA-256";
	case TW_DIGEST_SHA512_256: return "SHA-512-256";
	default:                   return "MD5";
	}
}

static void write_line(struct tw_buf *out, const struct answer *answer,
		       const struct tw_credentials *credentials,
		       const char *user, const char *uri)
{
	/* algorithm is named even for MD5: some registrars answer 400
	 * when it is left out, none is known to mind it */
	(void)tw__buf_printf(out, "%s: Digest username=\"%s\", realm=\"%s\","
		" nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=%s",
		credentials->is_proxy ? "Proxy-Authorization" :
			"Authorization", user, credentials->realm,
		credentials->nonce, uri, answer->response,
		algorithm_name(credentials->algorithm));
	if (credentials->qop)
		(void)tw__buf_printf(out, ", qop=auth, nc=%08" PRIx32
			", cnonce=\"%s\"", answer->nc, answer->cnonce);
	if (credentials->opaque)
		(void)tw__buf_printf(out, ", opaque=\"%s\"",
			credentials->opaque);
}

tw_status tw__credentials_write(struct tw_buf *out,
	const struct tw_credentials *credentials,
	struct tw_nonce_counts *counts, const tw_random *random,
	const struct tw_digest_secret *secret,
	const char *method, const char *uri, tw_error *err)
{
	struct answer answer;
	tw_status status;

	assert(credentials->realm);
	tw__random_hex(answer.cnonce, 16, random);
	answer.nc = next_count(counts, credentials->nonce);
	status = hash_answer(&answer, credentials, secret, method, uri, err);
	if (status)
		return status;
	write_line(out, &answer, credentials, secret->user, uri);
	return out->failed ? tw__fail_oom(err) : TW_OK;
}
