/*
 * Which places of a tier are ready. A bitmap with a bitmap of its words above
 * it, and so on, so that the next ready one of 100,000 is found in as many
 * steps as there are levels, however many busy ones stand between. A tier of
 * 64 has one word. Does not know what stands at a place.
 */
#include "bits.h"

#include <assert.h>
#include <string.h>

static size_t words_for(size_t bits)
{
	return (bits + 63) / 64;
}

/* Words above those of level `from` follow from them. */
static void sum_up(struct tw_bits *bits, size_t from)
{
	size_t l, i;

	for (l = from; l + 1 < bits->levels; ++l) {
		memset(bits->level[l + 1], 0,
		       bits->words[l + 1] * sizeof(uint64_t));
		for (i = 0; i < bits->words[l]; ++i) {
			if (bits->level[l][i])
				bits->level[l + 1][i / 64] |=
					1ull << (i % 64);
		}
	}
}

tw_status tw__bits_reserve(struct tw_bits *bits, size_t places)
{
	struct tw_bits wide = { { NULL }, { 0 }, 0 };
	size_t words, total = 0;

	if (places <= 64 * bits->words[0])
		return TW_OK;
	words = words_for(places);
	if (words < 2 * bits->words[0])
		words = 2 * bits->words[0];
	do {
		if (wide.levels == TW_BITS_LEVELS)
			return TW_ENOMEM;
		wide.words[wide.levels++] = words;
		total += words;
		words = words_for(words);
	} while (wide.words[wide.levels - 1] > 1);
	wide.level[0] = tw_calloc(total, sizeof(uint64_t));
	if (!wide.level[0])
		return TW_ENOMEM;
	for (words = 1; words < wide.levels; ++words)
		wide.level[words] = wide.level[words - 1] +
			wide.words[words - 1];
	if (bits->levels)
		memcpy(wide.level[0], bits->level[0],
		       bits->words[0] * sizeof(uint64_t));
	sum_up(&wide, 0);
	tw_free(bits->level[0]);
	*bits = wide;
	return TW_OK;
}

void tw__bits_free(struct tw_bits *bits)
{
	tw_free(bits->level[0]);
	memset(bits, 0, sizeof(*bits));
}

void tw__bits_above(struct tw_bits *bits, size_t word)
{
	size_t l;

	for (l = 1; l < bits->levels; ++l, word /= 64) {
		uint64_t *above = &bits->level[l][word / 64];
		const uint64_t was = *above;

		if (bits->level[l - 1][word])
			*above |= 1ull << (word % 64);
		else
			*above &= ~(1ull << (word % 64));
		if (was && *above)
			break;   /* above it nothing is new */
	}
}

void tw__bits_insert(struct tw_bits *bits, size_t place, size_t places)
{
	uint64_t *word = bits->level[0];
	size_t i = places / 64, at = place / 64;
	const uint64_t below = (1ull << (place % 64)) - 1;

	assert(place <= places && places < 64 * bits->words[0]);
	if (place == places)
		return;
	for (; i > at; --i)
		word[i] = word[i] << 1 | word[i - 1] >> 63;
	word[at] = (word[at] & below) | (word[at] & ~below) << 1;
	sum_up(bits, 0);
}

size_t tw__bits_far(const struct tw_bits *bits, size_t from)
{
	size_t l, at = from;

	for (l = 0; l < bits->levels; ++l) {
		size_t i = at / 64;
		uint64_t word;

		if (i >= bits->words[l])
			return TW_BITS_NONE;
		word = bits->level[l][i] >> (at % 64);
		if (!word) {
			at = i + 1;
			continue;
		}
		at += (size_t)__builtin_ctzll(word);
		while (l-- > 0)
			at = 64 * at +
				(size_t)__builtin_ctzll(bits->level[l][at]);
		return at;
	}
	return TW_BITS_NONE;
}
