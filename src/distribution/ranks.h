/**
 * @file src/distribution/ranks.h  Ready members by key, the smallest first
 */
#ifndef TW_SRC_DISTRIBUTION_RANKS_H
#define TW_SRC_DISTRIBUTION_RANKS_H

#include "base/base.h"

struct tw_member;

/* What two are compared by is beside them, and who has which place in an
 * array of its own: members are far apart, and to ask or tell each one that
 * changes places would be a wait. */
struct tw_rank {
	int64_t key;
	uint64_t tie;          /* of equal keys the smaller one is first, */
	uint32_t order;        /* of equal ties the smaller order */
	uint32_t seat;         /* the member's in its tier */
	struct tw_member *member;
};

/* So many are looked through, each time, and no ranks kept of them: who turns
 * ready or not costs nothing then. */
#define TW_FEW 32u

struct tw_ranks {
	bool is_kept;          /* else who comes and goes is not told */
	struct tw_rank *run;   /* NULL: none is kept. A ring of those who came
				* last by their key */
	size_t head, tail;     /* of it: neither is a gap; counted on and on */
	size_t live;           /* those in it that are no gaps */
	struct tw_rank *item;  /* the others: 4-ary heap, four children in */
	size_t count;          /* two lines */
	uint32_t *place;       /* in either, by seat, of those who are there */
	size_t capacity;       /* of both: a power of two */
	void *block;           /* that all are in */
};

/* Room for so many in all, with seats below that, so that adding cannot
 * fail. `runs`, always the same: most come as the last by their key. */
tw_status tw__ranks_reserve(struct tw_ranks *ranks, size_t total, bool runs);
void tw__ranks_free(struct tw_ranks *ranks);
void tw__ranks_add(struct tw_ranks *ranks, struct tw_member *member,
		   int64_t key, uint64_t tie);
void tw__ranks_remove(struct tw_ranks *ranks, struct tw_member *member);
/* Another key for one that is in it. */
void tw__ranks_move(struct tw_ranks *ranks, struct tw_member *member,
		    int64_t key, uint64_t tie);
/* Of those in the run and in the heap; there is a run. */
const struct tw_rank *tw__ranks_merged(const struct tw_ranks *ranks);
/* Smallest key, then tie, then order; NULL when empty. */
static inline const struct tw_rank *
tw__ranks_least(const struct tw_ranks *ranks)
{
	if (ranks->live)
		return tw__ranks_merged(ranks);
	return ranks->count ? ranks->item : NULL;
}
static inline struct tw_member *tw__ranks_first(const struct tw_ranks *ranks)
{
	const struct tw_rank *rank = tw__ranks_least(ranks);

	return rank ? rank->member : NULL;
}
static inline size_t tw__ranks_count(const struct tw_ranks *ranks)
{
	return ranks->count + ranks->live;
}

#endif
