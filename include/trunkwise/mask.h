/**
 * @file mask.h  What trunks know to be secret, kept out of traces
 *
 * tw_sip_mask() knows secrets by the words before them. A peer that knows a
 * password may write it anywhere: in a reason phrase, a header, a body, a
 * request of its own. A mask holds the passwords and hashes of registrations
 * that share it, and hides them in whatever text of whichever peer.
 *
 * They are found as they are, with some of their bytes as %41 or behind a
 * backslash, and within base64; hashes in both cases. Not found: those of
 * fewer than 4 bytes (they stand in any text), those that a host gives when
 * they are asked for (tw_secret_fn: nothing is kept of them), and what is
 * written in yet other ways, or across a line break.
 *
 * The reasons of registrations and of tw_qualify hide their own by
 * themselves. A set of trunks with a trace has a mask of its own.
 *
 * Threads: one at a time, with its registrations.
 */
#ifndef TRUNKWISE_MASK_H
#define TRUNKWISE_MASK_H

#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

typedef struct tw_mask tw_mask;

/** New, without secrets. @return TW_OK, TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_mask_new(tw_mask **out, tw_error *err);
/** After the registrations that are in it; NULL is fine. */
TW_EXTERN(void) tw_mask_free(tw_mask *mask);

/**
 * As tw_sip_mask(), and without the secrets of the mask.
 *
 * @param out   new, tw_free() it
 * @param mask  NULL: as tw_sip_mask()
 * @return TW_OK, TW_EINVAL, TW_ENOMEM
 */
TW_EXTERN(tw_status) tw_mask_text(char **out, const tw_mask *mask,
				  const void *data, size_t size,
				  uint32_t flags, tw_error *err);

/**
 * From now on, also after tw_registration_update(), what the registration
 * knows to be secret is in the mask.
 *
 * @param mask  borrowed until it is freed or another one is set; NULL: none
 * @return TW_OK, TW_EINVAL, TW_ENOMEM
 */
TW_EXTERN(tw_status) tw_registration_set_mask(tw_registration *registration,
					      tw_mask *mask, tw_error *err);

TW_END_DECLS

#endif
