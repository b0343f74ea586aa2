/**
 * @file src/base/seal.c  AES-256-GCM by OpenSSL
 *
 * Decides how sealed bytes are laid out: one byte that says by which rule,
 * the nonce, the ciphertext, the tag. Refuses to know what is sealed and
 * where keys come from. One of the three files that may see OpenSSL.
 */
#include <limits.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include "seal.h"

enum { VERSION = 1, NONCE = 12, TAG = 16 };

static tw_status refused(tw_error *err)
{
	return tw__fail(err, TW_EUNSUPPORTED, "OpenSSL here refuses "
			"AES-256-GCM; load its default provider");
}

/* By a context that was made ready; stops before the tag. */
static bool run(EVP_CIPHER_CTX *ctx, uint8_t *out, struct tw_str in,
		struct tw_str bound)
{
	int n, last;

	return EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)bound.p,
				(int)bound.l) &&
		EVP_CipherUpdate(ctx, out, &n, (const uint8_t *)in.p,
				 (int)in.l) &&
		EVP_CipherFinal_ex(ctx, out + n, &last);
}

tw_status tw__seal(uint8_t *out, const uint8_t key[TW_SEAL_KEY],
		   struct tw_str bound, struct tw_str plain, tw_error *err)
{
	uint8_t *nonce = out + 1, *text = nonce + NONCE;
	EVP_CIPHER_CTX *ctx;
	bool done;

	if (plain.l > INT_MAX || bound.l > INT_MAX)
		return tw__fail(err, TW_ERANGE, "too long to be sealed");
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return tw__fail_oom(err);
	out[0] = VERSION;
	done = RAND_bytes(nonce, NONCE) == 1 &&
		EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), key, nonce, 1,
				   NULL) &&
		run(ctx, text, plain, bound) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG,
				    text + plain.l);
	EVP_CIPHER_CTX_free(ctx);
	return done ? TW_OK : refused(err);
}

tw_status tw__unseal(uint8_t *out, const uint8_t key[TW_SEAL_KEY],
		     struct tw_str bound, struct tw_str sealed,
		     tw_error *err)
{
	const uint8_t *bytes = (const uint8_t *)sealed.p;
	struct tw_str text = { sealed.p + 1 + NONCE, 0 };
	uint8_t tag[TAG];
	EVP_CIPHER_CTX *ctx;
	bool ready, good;

	if (sealed.l < TW_SEAL_EXTRA || sealed.l > INT_MAX ||
	    bound.l > INT_MAX)
		return tw__fail(err, TW_ECONFLICT, "sealed bytes are cut");
	text.l = sealed.l - TW_SEAL_EXTRA;
	memset(out, 0, text.l);
	if (bytes[0] != VERSION)
		return tw__fail(err, TW_EVERSION, "sealed by rule %u, which "
				"is newer than this library", bytes[0]);
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return tw__fail_oom(err);
	memcpy(tag, text.p + text.l, TAG);
	ready = EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), key, bytes + 1, 0,
				   NULL) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag);
	good = ready && run(ctx, out, text, bound);
	EVP_CIPHER_CTX_free(ctx);
	if (good)
		return TW_OK;
	/* what came out before the tag was found wrong is nobody's */
	OPENSSL_cleanse(out, text.l);
	return ready ? tw__fail(err, TW_ECONFLICT, "does not open: it was "
				"sealed by another key, for something else, "
				"or changed") : refused(err);
}
