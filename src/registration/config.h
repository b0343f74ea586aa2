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

struct tw_trunk_config {
	char name[64];
	char contact_user[64];
	char *host;              /* of the registrar; IPv6 without brackets */
	char *host_wire;         /* the same as it stands in a URI */
	uint32_t port;           /* 0: not given */
	uint32_t transport;      /* TW_TRANSPORT_ */
	char *aor_user;          /* escaped for a URI */
	char *domain;            /* of the AOR, as it stands in a URI */
	char *request_uri;
	char *auth_user;
	char *realm;             /* NULL: not told */
	char *password;          /* bytes */
	size_t password_size;
	struct tw_ha1 *ha1;      /* NULL: by password */
	bool empty_authorization;
	uint32_t expires_s;
	uint32_t digest_min;
	uint32_t retry_base_s;
	uint32_t retry_max_s;
	uint32_t refused_tries;
	uint32_t refused_probe_s;
};

/* Fills a zeroed config. On failure it is freed again. */
tw_status tw__config_init(struct tw_trunk_config *config,
			  const tw_trunk_options *options,
			  const tw_random *random, tw_error *err);
void tw__config_free(struct tw_trunk_config *config);

/* "host" as it stands in a URI: new; brackets around IPv6. NULL: not a host
 * name or address (or no memory: *oom). */
char *tw__host_wire(struct tw_str host, bool *oom);

/* n random bytes as 2n hex digits and a NUL. */
void tw__random_hex(char *out, size_t n, const tw_random *random);

/* Uniform within [from, to] thousandths of value. */
int64_t tw__jitter(const tw_random *random, int64_t value, uint32_t from,
		   uint32_t to);

#endif
