/*
 * Members by a key of their policy: who is first is known at once, and who
 * turns ready or not costs log members. They are in a heap, with four children
 * for each place, so that the tree is half as high as a binary one and a step
 * down reads what stands together. Beside it may be a run: who comes in as
 * the last by its key, as whose idle clock starts now always does, goes to
 * the end of it, where nothing has to be looked for. Who leaves it from its
 * middle leaves a gap; where gaps fill it, the heap takes all. A key is never
 * packed with its tie: each may be any number. What is equal in both goes by
 * order, so that the first one depends on the members and never on the way
 * they came in. Of a few, nothing is kept: see tier.c. Does not know what the
 * key means.
 */
#include "ranks.h"
#include "engine.h"

#include <assert.h>
#include <string.h>

#define WIDTH 4
#define LINE  64u
#define FAR   1024u          /* so many members fill a cache */
#define IN_RUN 0x80000000u   /* of a place */

/* Children begin a line, so the root ends one. */
static struct tw_rank *root_of(void *block)
{
	const uintptr_t at = (uintptr_t)block + sizeof(struct tw_rank);

	return (struct tw_rank *)((at + LINE - 1) / LINE * LINE) - 1;
}

/* Whether members are waited for. */
static inline bool is_far(const struct tw_ranks *ranks)
{
	return ranks->capacity >= FAR;
}

static inline struct tw_rank *in_run(const struct tw_ranks *ranks, size_t at)
{
	return &ranks->run[at & (ranks->capacity - 1)];
}

static void copy_run(struct tw_ranks *wide, const struct tw_ranks *ranks)
{
	size_t i;

	wide->head = 0;
	wide->tail = ranks->tail - ranks->head;
	for (i = 0; i < wide->tail; ++i) {
		wide->run[i] = *in_run(ranks, ranks->head + i);
		if (wide->run[i].member)
			wide->place[wide->run[i].seat] = (uint32_t)i | IN_RUN;
	}
}

tw_status tw__ranks_reserve(struct tw_ranks *ranks, size_t total, bool runs)
{
	size_t capacity = ranks->capacity ? ranks->capacity : 8;
	struct tw_ranks wide = *ranks;

	if (total <= ranks->capacity)
		return TW_OK;
	while (capacity < total) {
		if (capacity >= IN_RUN / 2)
			return TW_ENOMEM;
		capacity *= 2;
	}
	wide.block = tw_malloc(capacity * ((runs ? 2 : 1) *
					   sizeof(*wide.item) +
					   sizeof(*wide.place)) + 2 * LINE);
	if (!wide.block)
		return TW_ENOMEM;
	wide.item = root_of(wide.block);
	wide.run = runs ? wide.item + capacity : NULL;
	wide.place = (uint32_t *)(wide.item + (runs ? 2 : 1) * capacity);
	wide.capacity = capacity;
	if (ranks->count)
		memcpy(wide.item, ranks->item,
		       ranks->count * sizeof(*wide.item));
	if (ranks->capacity)
		memcpy(wide.place, ranks->place,
		       ranks->capacity * sizeof(*wide.place));
	if (runs)
		copy_run(&wide, ranks);
	tw_free(ranks->block);
	*ranks = wide;
	return TW_OK;
}

void tw__ranks_free(struct tw_ranks *ranks)
{
	tw_free(ranks->block);
	memset(ranks, 0, sizeof(*ranks));
}

static inline bool is_before(const struct tw_rank *a, const struct tw_rank *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	if (a->tie != b->tie)
		return a->tie < b->tie;
	return a->order < b->order;
}

static inline void put(struct tw_ranks *ranks, size_t place,
		       struct tw_rank rank)
{
	ranks->item[place] = rank;
	ranks->place[rank.seat] = (uint32_t)place;
}

static inline void rise(struct tw_ranks *ranks, size_t place,
			struct tw_rank rank)
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

static inline void sink(struct tw_ranks *ranks, size_t place,
			struct tw_rank rank)
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

const struct tw_rank *tw__ranks_merged(const struct tw_ranks *ranks)
{
	const struct tw_rank *rank = in_run(ranks, ranks->head);

	return ranks->count && is_before(ranks->item, rank) ?
		ranks->item : rank;
}

/* At the end of the run, if it belongs there. */
static bool append(struct tw_ranks *ranks, const struct tw_rank *rank)
{
	if (!ranks->live)
		ranks->head = ranks->tail;
	else if (ranks->tail - ranks->head == ranks->capacity ||
		 is_before(rank, in_run(ranks, ranks->tail - 1)))
		return false;
	ranks->place[rank->seat] = IN_RUN |
		(uint32_t)(ranks->tail & (ranks->capacity - 1));
	*in_run(ranks, ranks->tail++) = *rank;
	++ranks->live;
	return true;
}

static inline void add(struct tw_ranks *ranks, struct tw_rank rank)
{
	if (!ranks->run || !append(ranks, &rank))
		rise(ranks, ranks->count++, rank);
}

void tw__ranks_add(struct tw_ranks *ranks, struct tw_member *member,
		   int64_t key, uint64_t tie)
{
	if (!ranks->is_kept)
		return;
	assert(tw__ranks_count(ranks) < ranks->capacity);
	assert(!member->is_ranked);
	if (is_far(ranks) && tw__ranks_count(ranks))   /* see below */
		__builtin_prefetch(tw__ranks_least(ranks)->member->target, 1);
	member->is_ranked = true;
	add(ranks, (struct tw_rank){
		key, tie, member->order, member->seat, member
	});
}

static void leave_gap(struct tw_ranks *ranks, struct tw_rank *rank)
{
	rank->member = NULL;
	if (!--ranks->live)
		return;
	while (!in_run(ranks, ranks->head)->member)
		++ranks->head;
	while (!in_run(ranks, ranks->tail - 1)->member)
		--ranks->tail;
}

static struct tw_rank *rank_of(const struct tw_ranks *ranks,
			       const struct tw_member *member)
{
	const uint32_t place = ranks->place[member->seat];
	struct tw_rank *rank = place & IN_RUN ?
		&ranks->run[place & ~IN_RUN] : &ranks->item[place];

	assert(member->is_ranked && rank->member == member);
	return rank;
}

static void take(struct tw_ranks *ranks, struct tw_rank *rank)
{
	const size_t place = ranks->place[rank->seat];

	if (place & IN_RUN)
		leave_gap(ranks, rank);
	else if (place < --ranks->count)
		settle(ranks, place, ranks->item[ranks->count]);
}

void tw__ranks_remove(struct tw_ranks *ranks, struct tw_member *member)
{
	if (!ranks->is_kept)
		return;
	take(ranks, rank_of(ranks, member));
	member->is_ranked = false;
	/* Who is asked for next is on its way then. */
	if (is_far(ranks) && tw__ranks_count(ranks))
		__builtin_prefetch(tw__ranks_least(ranks)->member, 1);
}

void tw__ranks_move(struct tw_ranks *ranks, struct tw_member *member,
		    int64_t key, uint64_t tie)
{
	struct tw_rank *at, rank;

	if (!ranks->is_kept)
		return;
	at = rank_of(ranks, member);
	rank = *at;
	if (rank.key == key && rank.tie == tie)
		return;
	rank.key = key;
	rank.tie = tie;
	if (ranks->place[rank.seat] & IN_RUN) {
		leave_gap(ranks, at);
		add(ranks, rank);
	} else {
		settle(ranks, ranks->place[rank.seat], rank);
	}
}
