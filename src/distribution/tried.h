/**
 * @file src/distribution/tried.h  Who was tried for a call in its step
 */
#ifndef TW_SRC_DISTRIBUTION_TRIED_H
#define TW_SRC_DISTRIBUTION_TRIED_H

#include "base/base.h"

struct tw_tried {
	uint32_t *slot;        /* of the members, in the order of trying */
	size_t count;
	size_t capacity;       /* a power of two */
	uint32_t *table;       /* behind the slots: slot + 1 by hash */
	size_t table_size;     /* in use, a power of two; 0 while few */
};

/* Room for so many more, so that adding cannot fail. */
tw_status tw__tried_reserve(struct tw_tried *tried, size_t more);
void tw__tried_free(struct tw_tried *tried);
void tw__tried_clear(struct tw_tried *tried);
void tw__tried_add(struct tw_tried *tried, uint32_t slot);
bool tw__tried_find(const struct tw_tried *tried, uint32_t slot);

static inline bool tw__tried_has(const struct tw_tried *tried, uint32_t slot)
{
	return tried->count && tw__tried_find(tried, slot);
}

#endif
