/**
 * @file src/registration/ha1.h  Hashed passwords
 *
 * HA1 = H(user:realm:password), which a carrier hands out or a host keeps so
 * that it need not keep the password (RFC 7616 section 3.4.2). It opens that
 * one account as the password does: it is wiped like one.
 */
#ifndef TW_SRC_REGISTRATION_HA1_H
#define TW_SRC_REGISTRATION_HA1_H

#include "base/base.h"
#include "base/hash.h"

struct tw_ha1 {
	uint32_t algorithms;     /* bits 1 << TW_DIGEST_ that are there */
	char hex[4][2 * TW_HASH_MAX + 1];     /* by TW_DIGEST_, lower case */
};

/* "MD5:<32 hex>", "SHA-256:<64 hex>", "SHA-512-256:<64 hex>", several by
 * comma, blank or line break; new. The error never tells what stood there. */
tw_status tw__ha1_read(struct tw_ha1 **out, const char *text, tw_error *err);
void tw__ha1_free(struct tw_ha1 *ha1);

#endif
