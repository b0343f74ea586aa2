/**
 * @file src/registration/mask.h  Secrets that a text must not show
 *
 * A table of what is secret, and where it stands in a text. It refuses to
 * know whose secrets they are and what becomes of the text.
 */
#ifndef TW_SRC_REGISTRATION_MASK_H
#define TW_SRC_REGISTRATION_MASK_H

#include <trunkwise/mask.h>
#include "base/base.h"

#define TW_MASKED_MIN 4u         /* bytes; shorter ones stand in any text */
#define TW_MASKED_MAX 4u         /* secrets of one trunk */

/* One secret; its bytes are somebody else's. */
struct tw_masked {
	struct tw_masked *next;
	struct tw_str text;
	bool hex;              /* in both cases */
};

struct tw_mask {
	struct tw_masked **bucket;     /* a power of two of them */
	size_t buckets, count;
};

void tw__mask_add(struct tw_mask *mask, struct tw_masked *one);
void tw__mask_remove(struct tw_mask *mask, struct tw_masked *one);

/* Sets the bytes of `marks` (zeroed, of text.l) where a secret stands. False:
 * nowhere. */
bool tw__mask_find(unsigned char *marks, const struct tw_mask *mask,
		   struct tw_str text);

/* What of a registration is in a mask. */
struct tw_mask_place {
	struct tw_mask *mask;          /* NULL: none; borrowed */
	struct tw_masked *masked;      /* room for TW_MASKED_MAX */
	size_t count;
};

struct tw_trunk_config;
/* Around a change of what is secret. */
void tw__mask_leave(struct tw_mask_place *place);
void tw__mask_join(struct tw_mask_place *place,
		   const struct tw_trunk_config *config);
/* At its end. */
void tw__mask_close(struct tw_mask_place *place);

#endif
