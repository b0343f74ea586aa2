/**
 * @file src/distribution/slab.h  Objects of one size, side by side
 */
#ifndef TW_SRC_DISTRIBUTION_SLAB_H
#define TW_SRC_DISTRIBUTION_SLAB_H

#include "base/base.h"

#define TW_LINE 64u            /* bytes that come from memory at once */

struct tw_slab {
	void **block;
	size_t block_count;
	size_t block_capacity;
	char *fresh;           /* not given yet, of the last block */
	size_t fresh_count;
	void *given_back;      /* each begins with a pointer to the next */
};

/* One of so many bytes, always the same: zeroed, at the beginning of a line,
 * and never moved. NULL: no memory. */
void *tw__slab_take(struct tw_slab *slab, size_t size);
void tw__slab_give(struct tw_slab *slab, void *object);
/* All that were taken are gone. */
void tw__slab_free(struct tw_slab *slab);

#endif
