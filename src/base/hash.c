/**
 * @file src/base/hash.c  Digests by OpenSSL
 *
 * Decides which digests exist here. Refuses to know what is hashed: digest
 * answers, import keys and proofs bring their own bytes. One of the three
 * files that may see OpenSSL.
 */
/* SHA256_Init .. are deprecated since 3.0, and are used for tw__sha256 all
 * the same: it has no way to fail, and EVP can (fetch, allocation). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <limits.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include "hash.h"

void tw__hex(char *out, const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

/* MD5 is fetched, not taken from EVP_md5(): that pointer exists even where
 * the provider refuses the algorithm, and fails later without a reason. */
static tw_status digest(unsigned char out[TW_HASH_MAX], unsigned int *size,
			uint32_t algorithm, struct tw_str data, tw_error *err)
{
	EVP_MD *fetched = NULL;
	const EVP_MD *md;
	int ok;

	switch (algorithm) {

	case TW_HASH_MD5:
		md = fetched = EVP_MD_fetch(NULL, "MD5", NULL);
		if (!md)
			return tw__fail(err, TW_EUNSUPPORTED, "OpenSSL here "
				"refuses MD5 (FIPS mode?); ask the carrier "
				"for algorithm=SHA-256 or load the default "
				"provider");
		break;

	case TW_HASH_SHA256:
		md = EVP_sha256();
		break;

	case TW_HASH_SHA512_256:
		md = EVP_sha512_256();
		break;

	default:
		return tw__fail(err, TW_EINVAL, "unknown digest %u",
				algorithm);
	}
	ok = EVP_Digest(data.p, data.l, out, size, md, NULL);
	EVP_MD_free(fetched);
	return ok ? TW_OK : tw__fail(err, TW_EUNSUPPORTED, "OpenSSL refused "
				     "digest %u", algorithm);
}

tw_status tw__hash_hex(char out[2 * TW_HASH_MAX + 1], uint32_t algorithm,
		       const void *data, size_t size, tw_error *err)
{
	unsigned char bytes[TW_HASH_MAX];
	unsigned int n = 0;
	tw_status status = digest(bytes, &n, algorithm, tw__str(data, size),
				  err);

	if (status)
		return status;
	tw__hex(out, bytes, n);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return TW_OK;
}

tw_status tw__hmac_sha256(uint8_t out[32], const void *key, size_t key_size,
			  const void *data, size_t size, tw_error *err)
{
	unsigned char bytes[32];
	unsigned int n = sizeof(bytes);

	if (key_size > INT_MAX)
		return tw__fail(err, TW_EINVAL, "HMAC key is too long");
	/* a NULL key means "as before" to OpenSSL, not the empty one */
	if (!HMAC(EVP_sha256(), key ? key : "", (int)key_size, data, size,
		  bytes, &n))
		return tw__fail(err, TW_EUNSUPPORTED, "OpenSSL refused "
				"HMAC-SHA-256");
	memcpy(out, bytes, sizeof(bytes));
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return TW_OK;
}

void tw__sha256(uint8_t out[32], const void *data, size_t size)
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, data, size);
	SHA256_Final(out, &ctx);
}

struct tw__digest {
	SHA256_CTX ctx;
};

struct tw__digest *tw__digest_new(void)
{
	struct tw__digest *digest = tw_malloc(sizeof(*digest));

	if (digest)
		SHA256_Init(&digest->ctx);
	return digest;
}

void tw__digest_add(struct tw__digest *digest, const void *data, size_t size)
{
	SHA256_Update(&digest->ctx, data, size);
}

void tw__digest_end(uint8_t out[32], struct tw__digest *digest)
{
	SHA256_Final(out, &digest->ctx);
}

void tw__digest_free(struct tw__digest *digest)
{
	tw_free(digest);
}

/* Keys of records, two for each: whole blocks, with the end that the standard
 * asks for put on here, so that nothing is kept, written out and wiped. */
uint64_t tw__hash64(const void *data, size_t size)
{
	unsigned char blocks[4 * SHA256_CBLOCK];
	unsigned char bytes[SHA256_DIGEST_LENGTH];
	size_t whole = (size + 8) / SHA256_CBLOCK * SHA256_CBLOCK +
		SHA256_CBLOCK;
	SHA256_CTX ctx;
	uint64_t value = 0;

	if (whole > sizeof(blocks)) {
		tw__sha256(bytes, data, size);
		for (size_t i = 0; i < 8; i++)
			value = value << 8 | bytes[i];
		return value;
	}
	if (size)
		memcpy(blocks, data, size);
	memset(&blocks[size], 0, whole - size);
	blocks[size] = 0x80;
	/* in bits: 8 * 247 fits two bytes */
	blocks[whole - 2] = (unsigned char)(size >> 5);
	blocks[whole - 1] = (unsigned char)(size << 3);
	SHA256_Init(&ctx);
	SHA256_Update(&ctx, blocks, whole);
	return (uint64_t)ctx.h[0] << 32 | ctx.h[1];
}

bool tw__equal_ct(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

void tw__wipe(void *mem, size_t size)
{
	if (mem)
		OPENSSL_cleanse(mem, size);
}
