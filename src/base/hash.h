/**
 * @file src/base/hash.h  Digests over OpenSSL, and a seedless 64-bit key
 */
#ifndef TW_SRC_HASH_H
#define TW_SRC_HASH_H

#include "base.h"

#define TW_HASH_MD5        1u
#define TW_HASH_SHA256     2u
#define TW_HASH_SHA512_256 3u
#define TW_HASH_MAX        32

/* Hex length is 32 for MD5, 64 for the others. */
tw_status tw__hash_hex(char out[2 * TW_HASH_MAX + 1], uint32_t algorithm,
		       const void *data, size_t size, tw_error *err);
tw_status tw__hmac_sha256(uint8_t out[32], const void *key, size_t key_size,
			  const void *data, size_t size, tw_error *err);
/* First 8 bytes of SHA-256, big endian: stable over machines and releases,
 * because it is stored. */
uint64_t tw__hash64(const void *data, size_t size);
/* All of it; cannot fail. */
void tw__sha256(uint8_t out[32], const void *data, size_t size);
/* The same of bytes that come by and by. NULL: no memory. */
struct tw__digest;
struct tw__digest *tw__digest_new(void);
void tw__digest_add(struct tw__digest *digest, const void *data, size_t size);
void tw__digest_end(uint8_t out[32], struct tw__digest *digest);
void tw__digest_free(struct tw__digest *digest);
/* out has 2 * size + 1 bytes. */
void tw__hex(char *out, const uint8_t *bytes, size_t size);
bool tw__equal_ct(const void *a, const void *b, size_t size);
void tw__wipe(void *mem, size_t size);     /* never optimised away */

#endif
