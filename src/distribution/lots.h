/**
 * @file src/distribution/lots.h  Weights of the ready by place
 */
#ifndef TW_SRC_DISTRIBUTION_LOTS_H
#define TW_SRC_DISTRIBUTION_LOTS_H

#include "base/base.h"

struct tw_lots {
	uint64_t *node;        /* 1-based Fenwick tree */
	size_t capacity;       /* a power of two, or 0 */
	uint64_t total;
};

/* Room for so many places, so that adding cannot fail. */
tw_status tw__lots_reserve(struct tw_lots *lots, size_t places);
void tw__lots_free(struct tw_lots *lots);
void tw__lots_add(struct tw_lots *lots, size_t place, uint64_t weight);
void tw__lots_take(struct tw_lots *lots, size_t place, uint64_t weight);
/* An empty place comes in at `place`; what stood there and later moves up. */
void tw__lots_insert(struct tw_lots *lots, size_t place, size_t places);
/* Whose share the point is, 0 <= point < total: places by their weights. */
size_t tw__lots_find(const struct tw_lots *lots, uint64_t point);

#endif
