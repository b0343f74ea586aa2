/**
 * @file src/registration/digest.h  Answers to challenges
 *
 * Keeps the nonces that are in use and writes Authorization lines from
 * them (RFC 7616). It refuses to know which request it is for and what a
 * second refusal means; machine.c and authorize.c decide that.
 */
#ifndef TW_SRC_REGISTRATION_DIGEST_H
#define TW_SRC_REGISTRATION_DIGEST_H

#include <trunkwise/sys/clock.h>
#include <trunkwise/trunk.h>
#include "challenge.h"
#include "ha1.h"

#define TW_NONCE_COUNTS 16u

/* nc must grow per nonce, whoever uses it: a REGISTER and the INVITEs of
 * the same trunk often get the same one. The least recent is forgotten;
 * the worst that follows is one "stale" round. */
struct tw_nonce_counts {         /* zeroed is empty */
	struct tw_nonce_count {
		uint64_t key;        /* hash of the nonce */
		uint32_t count;
	} *slot;
	uint32_t used, capacity;
};
void tw__nonce_counts_free(struct tw_nonce_counts *counts);

/* An answer that can be given again with the next nc. Zeroed is empty. */
struct tw_credentials {
	bool is_proxy;           /* Proxy-Authorization */
	bool qop;
	uint32_t algorithm;      /* TW_DIGEST_ */
	char *realm;             /* NULL: nothing to answer yet */
	char *nonce;
	char *opaque;            /* NULL: none came */
};

struct tw_digest_secret {
	const char *user;
	const void *password;
	size_t password_size;
	const struct tw_ha1 *ha1;      /* instead of it; NULL: none */
	tw_secret_fn *ask;             /* for it; NULL: it is here */
	void *arg;
};

tw_status tw__credentials_set(struct tw_credentials *out,
			      const struct tw_challenge *challenge,
			      bool is_proxy, tw_error *err);
void tw__credentials_free(struct tw_credentials *credentials);

/* nextnonce="..." in the Authentication-Info of a 2xx, or for a proxy in
 * its Proxy-Authentication-Info (RFC 7615). */
void tw__credentials_next_nonce(struct tw_credentials *credentials,
				const struct tw_message *msg);

/* Appends "Authorization: Digest ..." without CRLF. */
tw_status tw__credentials_write(struct tw_buf *out,
	const struct tw_credentials *credentials,
	struct tw_nonce_counts *counts, const tw_random *random,
	const struct tw_digest_secret *secret,
	const char *method, const char *uri, tw_error *err);

#endif
