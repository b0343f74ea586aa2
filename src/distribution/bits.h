/**
 * @file src/distribution/bits.h  A set of places, the next of which is asked
 */
#ifndef TW_SRC_DISTRIBUTION_BITS_H
#define TW_SRC_DISTRIBUTION_BITS_H

#include "base/base.h"

#define TW_BITS_LEVELS 4         /* of 64: 16 million places */
#define TW_BITS_NONE   SIZE_MAX

struct tw_bits {
	/* level 0: a bit for each place; above: for each word below that is
	 * not zero. All levels are one block, level[0]. */
	uint64_t *level[TW_BITS_LEVELS];
	size_t words[TW_BITS_LEVELS];
	size_t levels;
};

/* Room for so many places, so that setting and inserting cannot fail. */
tw_status tw__bits_reserve(struct tw_bits *bits, size_t places);
void tw__bits_free(struct tw_bits *bits);
void tw__bits_set(struct tw_bits *bits, size_t place);
void tw__bits_clear(struct tw_bits *bits, size_t place);
/* An empty place comes in at `place`; what stood there and later moves up.
 * There must be room for `places` and one more. */
void tw__bits_insert(struct tw_bits *bits, size_t place, size_t places);
/* First set one from `from` on, or TW_BITS_NONE. */
size_t tw__bits_next(const struct tw_bits *bits, size_t from);

#endif
