/**
 * @file src/registration/prefix.h  IP addresses and prefixes as texts
 */
#ifndef TW_SRC_REGISTRATION_PREFIX_H
#define TW_SRC_REGISTRATION_PREFIX_H

#include "base/base.h"

#define TW_PREFIXES_MAX 64u

struct tw_prefix {
	uint8_t byte[16];            /* IPv4 as ::ffff:a.b.c.d */
	uint32_t bits;               /* 128: one address */
};

/* "192.0.2.1", "192.0.2.0/24", "2001:db8::/32". What stands behind the prefix
 * must be zero: else a typing error would admit strangers. */
bool tw__prefix_read(struct tw_prefix *out, struct tw_str text);
/* A bare address. */
bool tw__prefix_address(uint8_t out[16], struct tw_str text);
bool tw__prefix_has(const struct tw_prefix *prefix, const uint8_t at[16]);

/* A list with blanks, commas or line ends between; NULL is none. */
tw_status tw__prefixes_check(const char *list, const char *field,
			     tw_error *err);
bool tw__prefixes_have(const char *list, const uint8_t at[16]);

#endif
