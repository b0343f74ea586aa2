/**
 * @file src/distribution/last.h  Who answered a caller last
 */
#ifndef TW_SRC_DISTRIBUTION_LAST_H
#define TW_SRC_DISTRIBUTION_LAST_H

#include "base/base.h"

#define TW_LAST_MAX 65536u

struct tw_member;

struct tw_last_row {
	uint64_t key;          /* 0: empty */
	struct tw_member *member;
};

struct tw_last {
	struct tw_last_row *row;   /* by hash; one place for each key */
	size_t size;               /* a power of two, or 0 */
	size_t count;
};

/* An empty one of this size, which is a power of two. */
tw_status tw__last_restore(struct tw_last *out, size_t size);
void tw__last_free(struct tw_last *last);
/* Without memory, or at TW_LAST_MAX, a newcomer takes another one's place. */
void tw__last_put(struct tw_last *last, uint64_t key,
		  struct tw_member *member);
struct tw_member *tw__last_get(const struct tw_last *last, uint64_t key);

#endif
