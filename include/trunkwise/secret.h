/**
 * @file secret.h  Passwords of trunks, sealed in the store
 *
 * For hosts that want no file with a password on each machine: the store
 * keeps it sealed by AES-256-GCM (NIST SP 800-38D) under a key that the host
 * holds and the store never sees. A sealed password is bound to its trunk:
 * copied to another trunk's row it does not open. It is filled up to a
 * multiple of 64 bytes, so that its length does not show.
 *
 * The key is 32 bytes of good randomness, not a phrase. Where it comes from
 * is the host's affair, as with all secrets: the library reads neither files
 * nor the environment.
 */
#ifndef TRUNKWISE_SECRET_H
#define TRUNKWISE_SECRET_H

#include <trunkwise/report.h>
#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

#define TW_SECRET_KEY_SIZE 32u

/** Reads a key file's bytes: 64 hexadecimal digits and at most one line end.
 * `key` takes TW_SECRET_KEY_SIZE bytes; wipe it after use.
 * @return TW_OK, TW_EPARSE */
TW_EXTERN(tw_status) tw_secret_key_parse(void *key, const void *data,
					 size_t size, tw_error *err);

/** Seals the password of a trunk that is in force, over the one before.
 *
 * @param key  TW_SECRET_KEY_SIZE bytes, borrowed for the call
 * @return TW_OK, TW_ENOTFOUND (trunk), TW_ECONFLICT (the trunk names a file,
 *         variable or credential: a password has one place), TW_EINVAL (it is
 *         empty, longer than TW_SECRET_SIZE_MAX, or has a line break or NUL,
 *         by which its trunk would refuse it) */
TW_EXTERN(tw_status) tw_secret_set(tw_store *store, const char *trunk,
				   const tw_secret *secret, const void *key,
				   tw_error *err);

/** Opens it; wipe `out` after use.
 * @return TW_OK, TW_ENOTFOUND (no trunk, or none is sealed for it),
 *         TW_EREFUSED (sealed by another key, whose name is told),
 *         TW_ECONFLICT (changed, or another trunk's) */
TW_EXTERN(tw_status) tw_secret_get(tw_secret *out, tw_store *store,
				   const char *trunk, const void *key,
				   tw_error *err);

/** @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_secret_remove(tw_store *store, const char *trunk,
				      tw_error *err);

/** Seals all of them anew: what old_key opens, new_key opens afterwards, and
 * old_key does not. All or none. What the old key sealed is overwritten in the
 * file and its log; backups that were made before still hold it.
 *
 * @param out_count  how many; may be NULL
 * @return TW_OK, TW_EREFUSED (one was sealed by neither; it is named),
 *         TW_ECONFLICT (one was changed), TW_EINVAL (the keys are the same) */
TW_EXTERN(tw_status) tw_secret_rotate(uint64_t *out_count, tw_store *store,
				      const void *old_key,
				      const void *new_key, tw_error *err);

/** Which trunks have one, by name: key = trunk, kind = name of the key that
 * sealed it (16 hexadecimal digits), at = when, detail = who. New. */
TW_EXTERN(tw_status) tw_secret_list(tw_listing **out, tw_store *store,
				    tw_error *err);

TW_END_DECLS

#endif
