/*
 * Members by a key of their policy: who is first is known at once, and who
 * turns ready or not costs log members. Four children for each place, so
 * that the tree is half as high as a binary one and a step down reads what
 * stands together. A key is never packed with its tie: each may be any
 * number. What is equal in both goes by order, so that the first one depends
 * on the members and never on the way they came in. Does not know what the
 * key means.
 */
#include "ranks.h"
#include "engine.h"

#include <assert.h>

#define WIDTH 4

tw_status tw__ranks_reserve(struct tw_ranks *ranks, size_t total)
{
	if (total <= ranks->capacity)
		return TW_OK;
	return tw__grow((void **)&ranks->item, &ranks->capacity, total,
			sizeof(*ranks->item));
}

void tw__ranks_free(struct tw_ranks *ranks)
{
	tw_free(ranks->item);
	ranks->item = NULL;
	ranks->count = 0;
	ranks->capacity = 0;
}

static bool is_before(const struct tw_rank *a, const struct tw_rank *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	if (a->tie != b->tie)
		return a->tie < b->tie;
	return a->member->order < b->member->order;
}

static void put(struct tw_ranks *ranks, size_t place, struct tw_rank rank)
{
	ranks->item[place] = rank;
	rank.member->rank = (uint32_t)place;
}

static void rise(struct tw_ranks *ranks, size_t place, struct tw_rank rank)
{
	while (place > 0) {
		size_t up = (place - 1) / WIDTH;

		if (!is_before(&rank, &ranks->item[up]))
			break;
		put(ranks, place, ranks->item[up]);
		place = up;
	}
	put(ranks, place, rank);
}

static void sink(struct tw_ranks *ranks, size_t place, struct tw_rank rank)
{
	for (;;) {
		size_t first = WIDTH * place + 1, best = first, i;
		size_t end = first + WIDTH;

		if (first >= ranks->count)
			break;
		if (end > ranks->count)
			end = ranks->count;
		for (i = first + 1; i < end; ++i) {
			if (is_before(&ranks->item[i], &ranks->item[best]))
				best = i;
		}
		if (!is_before(&ranks->item[best], &rank))
			break;
		put(ranks, place, ranks->item[best]);
		place = best;
	}
	put(ranks, place, rank);
}

/* To where it belongs from a place it may be wrong at either way. */
static void settle(struct tw_ranks *ranks, size_t place, struct tw_rank rank)
{
	if (place > 0 && is_before(&rank, &ranks->item[(place - 1) / WIDTH]))
		rise(ranks, place, rank);
	else
		sink(ranks, place, rank);
}

void tw__ranks_add(struct tw_ranks *ranks, struct tw_member *member,
		   int64_t key, uint64_t tie)
{
	member->key = key;
	member->tie = tie;
	tw__ranks_add_again(ranks, member);
}

void tw__ranks_add_again(struct tw_ranks *ranks, struct tw_member *member)
{
	assert(ranks->count < ranks->capacity);
	assert(member->rank == TW_RANK_NONE);
	rise(ranks, ranks->count++, (struct tw_rank){
		member->key, member->tie, member
	});
}

void tw__ranks_remove(struct tw_ranks *ranks, struct tw_member *member)
{
	size_t place = member->rank;
	struct tw_rank last;

	assert(place < ranks->count && ranks->item[place].member == member);
	member->rank = TW_RANK_NONE;
	last = ranks->item[--ranks->count];
	if (last.member != member)
		settle(ranks, place, last);
}

void tw__ranks_move(struct tw_ranks *ranks, struct tw_member *member,
		    int64_t key, uint64_t tie)
{
	assert(member->rank < ranks->count);
	if (member->key == key && member->tie == tie)
		return;
	member->key = key;
	member->tie = tie;
	settle(ranks, member->rank, (struct tw_rank){ key, tie, member });
}

struct tw_member *tw__ranks_first(const struct tw_ranks *ranks)
{
	return ranks->count ? ranks->item[0].member : NULL;
}
