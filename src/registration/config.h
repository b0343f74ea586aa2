/**
 * @file src/registration/config.h  A trunk's options, checked and copied
 *
 * Decides what a host may ask for. Everything here has passed the header
 * safety check already, so that no other file has to escape anything.
 */
#ifndef TW_SRC_REGISTRATION_CONFIG_H
#define TW_SRC_REGISTRATION_CONFIG_H

#include <trunkwise/sys/clock.h>
#include <trunkwise/trunk.h>
#include "base/base.h"
#include "ha1.h"
#include "hop.h"
#include "mask.h"

#define TW_HOPS_MAX 2u           /* a registrar and its backup */

/* Who we are to a registrar, as it stands in URIs. */
struct tw_identity {
	char *domain;            /* of the AOR */
	char *request_uri;
};

struct tw_trunk_config {
	char name[64];
	char contact_user[64];
	struct tw_hop hop[TW_HOPS_MAX];
	struct tw_identity identity[TW_HOPS_MAX];
	size_t hops;
	char *route;             /* of an outbound proxy; NULL: none */
	char *aor_user;          /* escaped for a URI */
	char *auth_user;
	char *realm;             /* NULL: not told */
	char *password;          /* bytes */
	size_t password_size;
	struct tw_ha1 *ha1;      /* NULL: by password */
	tw_secret_fn *secret;    /* NULL: by those */
	void *secret_arg;
	bool empty_authorization;
	bool nat_contact;
	bool stun;
	bool gin;                /* all numbers of a trunk in one Contact */
	bool verify;             /* whom TLS speaks to */
	uint8_t papers[32];      /* digest of what TLS goes by */
	bool is_static;
	uint32_t expires_s;
	uint32_t digest_min;
	uint32_t retry_base_s;
	uint32_t retry_max_s;
	uint32_t refused_tries;
	uint32_t refused_probe_s;
	uint32_t target_timeout_s;
	uint32_t keepalive_s;
	uint32_t flows;          /* 0: not by RFC 5626 */
	char instance[46];       /* "urn:uuid:...", "" without flows */
	uint32_t requests_per_s; /* to its registrar; 0: the pace's */
};

/* Fills a zeroed config. On failure it is freed again. */
tw_status tw__config_init(struct tw_trunk_config *config,
			  const tw_trunk_options *options,
			  const tw_random *random, tw_error *err);
void tw__config_free(struct tw_trunk_config *config);
/* It can answer a challenge. */
bool tw__config_has_secret(const struct tw_trunk_config *config);

/* No password is of two lines or has a NUL: a file would, that was taken as it
 * is, and every answer would fail unexplained. */
tw_status tw__password_check(const void *bytes, size_t size,
			     const char *field, tw_error *err);

#define TW_RANDOM_HEX_MAX 16u

/* n random bytes as 2n hex digits and a NUL. */
void tw__random_hex(char *out, size_t n, const tw_random *random);

/* Uniform within [from, to] thousandths of value. */
int64_t tw__jitter(const tw_random *random, int64_t value, uint32_t from,
		   uint32_t to);

/* bytes of what a peer says that are looked at */
#define TW_PHRASE_MAX 256u

/* What of it is secret, views into it; how many. */
size_t tw__config_masked(struct tw_masked out[TW_MASKED_MAX],
			 const struct tw_trunk_config *config);

/* A peer's text without our password or its hash, which he may have echoed:
 * reasons go into logs. */
struct tw_str tw__config_hide(char out[TW_PHRASE_MAX],
			      const struct tw_trunk_config *config,
			      struct tw_str text);

#endif
