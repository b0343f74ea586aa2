/**
 * @file digest.h  The server's half of digest authentication
 *
 * Decides whether a request proves the password (RFC 7616, RFC 8760, qop
 * "auth" only). A nonce carries its time and an HMAC, so that challenges cost
 * no memory; the nonces that were used are remembered for their nc, which
 * must rise. Refuses to know what the request asks for.
 */
#ifndef EXAMPLES_DIGEST_H
#define EXAMPLES_DIGEST_H

#include <re.h>
#include "../common/clk.h"

enum {
	DIGEST_MD5     = 1,
	DIGEST_SHA256  = 2,   /* offered first when both are */
	DIGEST_REALM_MAX = 127,
};

enum digest_verdict {
	DIGEST_OK,
	DIGEST_ABSENT,        /* no answer for our realm: challenge */
	DIGEST_STALE,         /* right, but the nonce is old or used up */
	DIGEST_WRONG,         /* not the password, or not this request */
};

struct digest;

int digest_alloc(struct digest **digestp, struct clk *clk, const char *realm,
		 unsigned algorithms, uint32_t nonce_life_s);

/* Header lines for a 401 or a 407, each with its CRLF; new, mem_deref(). */
int digest_challenge(char **headers, struct digest *digest, bool proxy,
		     bool stale);

/* Checks the Authorization (or Proxy-Authorization) of a request. On DIGEST_OK
 * *algorithm is what was used. user and password may be NULL (no such
 * account): as much work, and never DIGEST_OK. */
enum digest_verdict digest_check(struct digest *digest,
				 const struct sip_msg *msg, bool proxy,
				 const char *user, const char *password,
				 unsigned *algorithm);

const char *digest_name(unsigned algorithm);

#endif
