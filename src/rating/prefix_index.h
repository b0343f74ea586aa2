/**
 * @file src/rating/prefix_index.h  How the arrays of the index are laid out
 *
 * For prefix.c, which builds and asks them, and prefix_view.c, which takes
 * them from a file. Offsets only: the arrays work wherever they lie.
 */
#ifndef TW_SRC_RATING_PREFIX_INDEX_H
#define TW_SRC_RATING_PREFIX_INDEX_H

#include "prefix.h"

#define TW_PREFIX_ROOT_SMALL 3
#define TW_PREFIX_ROOT_LARGE 5
#define TW_PREFIX_CHILD      0x80000000u
#define TW_PREFIX_SLOTS      111  /* ended, 10 x (ended, 10 digits) */

/* Half a node: 64 slots, so that a step touches 24 bytes. */
struct tw_prefix_half {
	uint64_t child;         /* slots that go on */
	uint64_t start;         /* slots where a run of one answer starts */
	uint32_t child_base;    /* node of the first child slot */
	uint32_t leaf_base;     /* answer of the first run */
};

struct tw_prefix_index {
	size_t root_digits;
	/* Where a length's table starts in root. */
	uint32_t level[TW_PREFIX_ROOT_LARGE + 1];
	uint32_t *root;                   /* answer, or CHILD | node */
	uint32_t *shorter;
	struct tw_prefix_half *halves;
	uint32_t *leaves;
	size_t root_count, count;
	size_t half_count, half_capacity;
	size_t leaf_count, leaf_capacity;
	bool borrowed;                    /* the arrays are somebody's */
	bool counts;                      /* this machine counts bits */
};

/* Sets root_digits, level and root_count, and looks at the machine. */
void tw__prefix_shape(struct tw_prefix_index *index, size_t root_digits);

#endif
