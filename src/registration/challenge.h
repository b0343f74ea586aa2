/**
 * @file src/registration/challenge.h  What a 401 or 407 asks for
 *
 * Reads WWW- and Proxy-Authenticate and picks the one challenge to answer
 * (RFC 7616, RFC 8760). It refuses to know passwords; digest.h has them.
 */
#ifndef TW_SRC_REGISTRATION_CHALLENGE_H
#define TW_SRC_REGISTRATION_CHALLENGE_H

#include "message.h"

#define TW_CHALLENGES_MAX 16u
#define TW_REALM_MAX      127u
#define TW_NONCE_MAX      1023u      /* nonce and opaque */

struct tw_challenge {
	bool is_digest;          /* false: Basic, Bearer, AKA, ... */
	bool stale;
	bool qop_offered;        /* an answer without qop: a downgrade */
	bool qop_auth;           /* "auth" is among the offered */
	uint32_t algorithm;      /* TW_DIGEST_, 0: one that we do not know */
	struct tw_str realm;     /* views into the message, quotes removed, */
	struct tw_str nonce;     /* escapes left as they came (RFC 7616 unq) */
	struct tw_str opaque;
	bool has_opaque;
};

/* What a trunk answers. */
struct tw_challenge_policy {
	const char *realm;       /* NULL: any */
	uint32_t digest_min;     /* weakest TW_DIGEST_ */
	uint32_t algorithms;     /* bits 1 << TW_DIGEST_ that its secret is
				    known for; 0: all, by a password */
};

/* TW_DIGEST_ of a name as it stands on the wire; 0: not known. The "-sess"
 * ones are not: what their hash covers once a nonce is used again, texts and
 * registrars do not agree on. */
uint32_t tw__challenge_algorithm(struct tw_str name);

/* All challenges of that header id, in the order they stand. */
tw_status tw__challenge_list(struct tw_challenge *out, size_t *count,
			     const struct tw_message *msg,
			     enum tw_header_id id, tw_error *err);

/* Which to answer: the topmost that we may, but SHA-256 or better before
 * MD5 wherever it stands. @return TW_OK, TW_EREFUSED (another realm),
 * TW_EUNSUPPORTED (nothing that we answer) */
tw_status tw__challenge_choose(const struct tw_challenge **out,
			       const struct tw_challenge *list, size_t count,
			       const struct tw_challenge_policy *policy,
			       tw_error *err);

#endif
