/**
 * @file base.h  Status codes, errors and version
 *
 * What every other header stands on. Nothing here allocates.
 *
 * Ownership words used in all headers: *new* (you free it), *borrowed*
 * (valid until the named call), *taken* (we free it). On failure outputs are
 * untouched; on success all of them are set.
 */
#ifndef TRUNKWISE_BASE_H
#define TRUNKWISE_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define TW_BEGIN_DECLS extern "C" {
#define TW_END_DECLS }
#else
#define TW_BEGIN_DECLS
#define TW_END_DECLS
#endif

#if defined(SWIG)
#define TW_EXTERN(type) extern type
#elif defined(__GNUC__)
#define TW_EXTERN(type) extern __attribute__((visibility("default"))) type
#else
#define TW_EXTERN(type) extern type
#endif

#if defined(__GNUC__) && !defined(SWIG)
#define TW_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define TW_PRINTF(fmt, args)
#endif

TW_BEGIN_DECLS

#define TW_VERSION_MAJOR 0
#define TW_VERSION_MINOR 1
#define TW_VERSION_PATCH 0

/** 0 is success, negatives are named below; a typedef, so that a binding can
 * hook one rule to it and leave plain counts alone. */
typedef int32_t tw_status;

#define TW_OK            0
#define TW_ITER_END     -1  /* iterator: nothing left (not a failure) */
#define TW_EINVAL       -2  /* the caller broke the contract of a call */
#define TW_ENOMEM       -3
#define TW_EPARSE       -4  /* input text or bytes are malformed */
#define TW_ERANGE       -5  /* value does not fit: overflow is never silent */
#define TW_ENOTFOUND    -6  /* the named thing does not exist */
#define TW_EEXIST       -7  /* the named thing is there already */
#define TW_ECONFLICT    -8  /* same key, other content; or rules disagree */
#define TW_EREFUSED     -9  /* a policy or the peer said no */
#define TW_ENOPRICE    -10  /* no price in force: never a silent 0 */
#define TW_EIO         -11  /* operating system refused a read or write */
#define TW_ESTORE      -12  /* the store refused; see store_code */
#define TW_EBUSY       -13  /* lock or limit reached: try again */
#define TW_EVERSION    -14  /* file or struct is newer than this library */
#define TW_EUNSUPPORTED -15 /* known, but not served here */
#define TW_ECANCELLED   -16 /* the progress callback said stop */

#define TW_ERROR_FIELD_MAX   128
#define TW_ERROR_MESSAGE_MAX 384

/**
 * Caller-owned error text, fixed size, never thread-local: lives on the
 * caller's stack and needs no free. NULL is allowed wherever one is taken.
 */
typedef struct tw_error {
	uint32_t size;                       /* TW_ERROR_INIT */
	tw_status code;
	int32_t sip_code;                    /* answer behind it, 0 if none */
	int32_t store_code;                  /* extended SQLite code or 0 */
	int64_t line;                        /* physical line, 1-based, or 0 */
	char field[TW_ERROR_FIELD_MAX];      /* key path or column, or "" */
	char message[TW_ERROR_MESSAGE_MAX];  /* one line, UTF-8: what, mend */
} tw_error;

#define TW_ERROR_INIT { sizeof(tw_error), TW_OK, 0, 0, 0, "", "" }

/** Name of a status such as "TW_EPARSE"; "TW_?" for unknown ones. Static. */
TW_EXTERN(const char *) tw_status_name(tw_status status);

/** 1 if the same call may succeed later unchanged (TW_EBUSY, TW_EIO). */
TW_EXTERN(int) tw_status_is_retryable(tw_status status);

/** "0.1.0" of the library that is loaded, not of the header. Static. */
TW_EXTERN(const char *) tw_version(void);

/**
 * A number as it was dialled or signalled, as the digits that a directory and
 * a router know it by.
 *
 * @param buf      32 bytes always suffice
 * @param text     "+7 (843) 555-01-01", "88435550101", "112"
 * @param country  calling code of the company; for "7" also the prefixes 8
 *                 and 810 are read; NULL: "7"
 * @return TW_OK, TW_EPARSE (not a number), TW_EINVAL (buffer too small)
 */
TW_EXTERN(tw_status) tw_number_digits(char *buf, size_t size,
				      const char *text, const char *country,
				      tw_error *err);

TW_END_DECLS

#endif
