/**
 * @file src/formats/csv_marks.h  Where a block of delimited text is special
 */
#ifndef TW_SRC_CSV_MARKS_H
#define TW_SRC_CSV_MARKS_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BLOCK 64u

/* A bit for each byte of a block that could end or spoil a field. */
#if defined(__SSE2__)
/* NUL and the line ends all lie at or below '\r'. What else does is as rare
 * in texts, and is told apart where it is met. */
static inline uint64_t find_marks(const char *p, char delimiter)
{
	const __m128i end = _mm_set1_epi8(delimiter);
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i last = _mm_set1_epi8('\r');
	uint32_t part[BLOCK / 16];

	for (unsigned i = 0; i < BLOCK / 16; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + 16 * i));
		__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, last), v);
		__m128i mark = _mm_or_si128(_mm_cmpeq_epi8(v, end),
					    _mm_cmpeq_epi8(v, quote));

		part[i] = (uint32_t)_mm_movemask_epi8(_mm_or_si128(mark,
								   low));
	}
	return (uint64_t)(part[3] << 16 | part[2]) << 32 |
		(part[1] << 16 | part[0]);
}
#else
/* 0x80 in every byte of x that is zero: exact, unlike the shorter trick that
 * lets a borrow spill into the next byte. */
static inline uint64_t zero_bytes(uint64_t x)
{
	const uint64_t low7 = 0x7f7f7f7f7f7f7f7full;

	return ~(((x & low7) + low7) | x | low7);
}

static inline uint64_t match8(uint64_t word, char c)
{
	return zero_bytes(word ^ 0x0101010101010101ull * (unsigned char)c);
}

/* Gathers the eight 0x80 flags into one byte. */
static inline uint64_t gather(uint64_t flags)
{
	return (flags >> 7) * 0x0102040810204080ull >> 56;
}

static inline uint64_t find_marks(const char *p, char delimiter)
{
	uint64_t marks = 0;

	for (unsigned i = 0; i < BLOCK; i += 8) {
		uint64_t word = 0;

		for (unsigned k = 0; k < 8; k++)
			word |= (uint64_t)(unsigned char)p[i + k] << (8 * k);
		marks |= gather(match8(word, delimiter) |
				match8(word, '\n') | match8(word, '\r') |
				match8(word, '"') | match8(word, '\0')) << i;
	}
	return marks;
}
#endif

static uint64_t tail_marks(const char *p, size_t left, char delimiter)
{
	char tail[BLOCK] = { 0 };

	memcpy(tail, p, left);
	return find_marks(tail, delimiter) & ((1ull << left) - 1);
}

#endif
