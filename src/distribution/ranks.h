/**
 * @file src/distribution/ranks.h  Ready members by key, the smallest first
 */
#ifndef TW_SRC_DISTRIBUTION_RANKS_H
#define TW_SRC_DISTRIBUTION_RANKS_H

#include "base/base.h"

#define TW_RANK_NONE UINT32_MAX

struct tw_member;

struct tw_rank {
	int64_t key;
	uint64_t tie;          /* of equal keys the smaller one is first */
	struct tw_member *member;
};

struct tw_ranks {
	struct tw_rank *item;
	size_t count;
	size_t capacity;
};

/* Room for so many in all, so that adding cannot fail. */
tw_status tw__ranks_reserve(struct tw_ranks *ranks, size_t total);
void tw__ranks_free(struct tw_ranks *ranks);
void tw__ranks_add(struct tw_ranks *ranks, struct tw_member *member,
		   int64_t key, uint64_t tie);
/* With the key and tie it had. */
void tw__ranks_add_again(struct tw_ranks *ranks, struct tw_member *member);
void tw__ranks_remove(struct tw_ranks *ranks, struct tw_member *member);
/* Another key for one that is in it. */
void tw__ranks_move(struct tw_ranks *ranks, struct tw_member *member,
		    int64_t key, uint64_t tie);
/* Smallest key, then tie, then order; NULL when empty. */
struct tw_member *tw__ranks_first(const struct tw_ranks *ranks);

#endif
