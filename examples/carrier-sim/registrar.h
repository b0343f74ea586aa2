/**
 * @file registrar.h  Who is reachable where, and until when
 *
 * Decides what a REGISTER is answered with (RFC 3261 section 10.3): digest
 * first, then the bindings of one account, each with its own end. Refuses to
 * know anything of calls.
 */
#ifndef EXAMPLES_REGISTRAR_H
#define EXAMPLES_REGISTRAR_H

#include <re.h>
#include "digest.h"
#include "jitter.h"

struct registrar;

struct registrar_options {
	struct sip *sip;
	struct digest *digest;        /* referenced */
	const struct jitter *jitter;  /* copied */
	const char *user;             /* the one account */
	const char *password;
	uint32_t expires_min_s;       /* shorter: 423 */
	uint32_t expires_max_s;       /* longer: cut to it */
};

struct registrar_stats {
	uint64_t registered;          /* bindings made or kept */
	uint64_t unregistered;
	uint64_t challenged;          /* without an answer to a challenge */
	uint64_t stale;
	uint64_t refused;
	unsigned algorithm;           /* of the last proof */
};

int registrar_alloc(struct registrar **registrarp,
		    const struct registrar_options *options);

/* Takes a REGISTER; false for other requests. */
bool registrar_take(struct registrar *registrar, const struct sip_msg *msg);

/* The Contact bound last that is still in force, exactly as it was written;
 * borrowed until the next REGISTER. NULL: not registered. */
const char *registrar_contact(const struct registrar *registrar);
const struct registrar_stats *registrar_stats(const struct registrar *r);

#endif
