/**
 * @file src/base/seal.h  Bytes that only a key's holder reads or changes
 */
#ifndef TW_SRC_SEAL_H
#define TW_SRC_SEAL_H

#include "base.h"

#define TW_SEAL_KEY   32u
#define TW_SEAL_EXTRA (1u + 12u + 16u)     /* version, nonce, tag */

/* AES-256-GCM (NIST SP 800-38D). `out` takes plain.l + TW_SEAL_EXTRA bytes.
 * `bound` is not stored, and opening wants the same again. The nonce is the
 * system's randomness, never the caller's: one that came twice would open
 * both messages. @return TW_OK, TW_ERANGE, TW_EUNSUPPORTED */
tw_status tw__seal(uint8_t *out, const uint8_t key[TW_SEAL_KEY],
		   struct tw_str bound, struct tw_str plain, tw_error *err);

/* `out` takes sealed.l - TW_SEAL_EXTRA bytes; all zero when it fails.
 * @return TW_OK, TW_ECONFLICT (another key, other bytes, bound to something
 * else), TW_EVERSION, TW_EUNSUPPORTED */
tw_status tw__unseal(uint8_t *out, const uint8_t key[TW_SEAL_KEY],
		     struct tw_str bound, struct tw_str sealed,
		     tw_error *err);

#endif
