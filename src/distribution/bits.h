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
/* An empty place comes in at `place`; what stood there and later moves up.
 * There must be room for `places` and one more. */
void tw__bits_insert(struct tw_bits *bits, size_t place, size_t places);
/* Of a word that was or is zero now: what is above it. */
void tw__bits_above(struct tw_bits *bits, size_t word);
size_t tw__bits_far(const struct tw_bits *bits, size_t from);

static inline void tw__bits_set(struct tw_bits *bits, size_t place)
{
	uint64_t *word = &bits->level[0][place / 64];
	const uint64_t was = *word;

	*word |= 1ull << (place % 64);
	if (!was && bits->levels > 1)
		tw__bits_above(bits, place / 64);
}

static inline void tw__bits_clear(struct tw_bits *bits, size_t place)
{
	uint64_t *word = &bits->level[0][place / 64];

	*word &= ~(1ull << (place % 64));
	if (!*word && bits->levels > 1)
		tw__bits_above(bits, place / 64);
}

static inline bool tw__bits_any(const struct tw_bits *bits)
{
	return bits->levels && *bits->level[bits->levels - 1];
}

/* First set one from `from` on, or TW_BITS_NONE. */
static inline size_t tw__bits_next(const struct tw_bits *bits, size_t from)
{
	uint64_t word = from / 64 < bits->words[0] ?
		bits->level[0][from / 64] >> (from % 64) : 0;

	if (word)
		return from + (size_t)__builtin_ctzll(word);
	return bits->levels > 1 ? tw__bits_far(bits, from) : TW_BITS_NONE;
}

#endif
