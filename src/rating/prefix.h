/**
 * @file src/rating/prefix.h  Which prefixes a number begins with
 */
#ifndef TW_SRC_RATING_PREFIX_H
#define TW_SRC_RATING_PREFIX_H

#include "base/base.h"

#define TW_PREFIX_DIGITS 15
#define TW_PREFIX_NONE   0x7fffffffu

/* A prefix in one word: digits from the top, four bits each, length in the
 * lowest four. As integers they sort like the texts do ("7" < "70" < "8"),
 * each prefix right before what it is a prefix of. 0 is the empty text. */
bool tw__prefix_pack(uint64_t *out, const char *digits);
/* The first `length` of already checked digits. */
uint64_t tw__prefix_head(const char *digits, size_t length);
void tw__prefix_unpack(char out[TW_PREFIX_DIGITS + 1], uint64_t prefix);
static inline size_t tw__prefix_length(uint64_t prefix)
{
	return (size_t)(prefix & 15);
}
bool tw__prefix_covers(uint64_t prefix, uint64_t longer);

struct tw_prefix_index;

/* `sorted`: rising, none empty. A prefix's number is the first place that it
 * has in there, so that rows sorted by prefix need no table of their own
 * between the index and them. Immutable afterwards. */
tw_status tw__prefix_new(struct tw_prefix_index **out, const uint64_t *sorted,
			 size_t count, tw_error *err);
void tw__prefix_free(struct tw_prefix_index *index);

/* Longest prefix of a number (digits only, any length) or TW_PREFIX_NONE,
 * and from one prefix to the next shorter one of the same number. */
uint32_t tw__prefix_longest(const struct tw_prefix_index *index,
			    const char *digits, size_t length);
uint32_t tw__prefix_shorter(const struct tw_prefix_index *index,
			    uint32_t prefix);
size_t tw__prefix_bytes(const struct tw_prefix_index *index);

/* ---- in a file ---- */

/* An array that lies somewhere. */
struct tw_part {
	const void *data;
	size_t size;            /* of an element */
	size_t count;
};

/* The index as arrays of offsets, without an address in them. */
#define TW_PREFIX_PARTS 4
void tw__prefix_parts(struct tw_part out[TW_PREFIX_PARTS],
		      const struct tw_prefix_index *index);

/* An index over such arrays, which outlive it and are aligned to 8 bytes.
 * `rows` begin with a packed prefix each, sorted as tw__prefix_new() wants it,
 * which the caller has checked. The parts may hold anything: what would lead
 * out of them or in a circle, or would not find a prefix of the rows, is
 * TW_EPARSE. */
tw_status tw__prefix_view(struct tw_prefix_index **out,
			  const struct tw_part parts[TW_PREFIX_PARTS],
			  const struct tw_part *rows, tw_error *err);

#endif
