/**
 * @file src/distribution/target.h  Who can ring, and where it stands
 */
#ifndef TW_SRC_DISTRIBUTION_TARGET_H
#define TW_SRC_DISTRIBUTION_TARGET_H

#include "heap.h"
#include <trunkwise/distribution.h>

struct tw_engine;
struct tw_pool;
struct tw_level;
struct tw_member;

#define TW_PAUSE_MS_MAX    86400000u   /* wrap-up, found busy */
#define TW_CAPACITY_MAX    100000u
#define TW_WEIGHT_MAX      65535u
#define TW_PAUSE_TEXT_MAX  31u         /* bytes of a reason */

/* Where a target stands at the latest instant seen; members of it are
 * counted and indexed by it. */
#define TW_STANDING_READY  0u
#define TW_STANDING_BUSY   1u   /* in use, wrap-up, back-off */
#define TW_STANDING_AWAY   2u   /* unreachable */
#define TW_STANDING_PAUSED 3u
#define TW_STANDINGS       4
static inline bool tw__is_gone(uint32_t standing)
{
	return standing >= TW_STANDING_AWAY;
}

/* What a choice reads and writes is in the first line: at 100,000 members each
 * one is a wait. */
struct tw_target {
	uint32_t capacity;
	uint32_t held;          /* offers + talks + outside */
	uint32_t state;
	uint32_t standing;      /* TW_STANDING_: of all below; see stand.c */
	struct tw_member *first;    /* in the first of its pools, or NULL */
	tw_time idle_since;
	struct tw_target *next_freed;
	tw_time ready_at;
	uint32_t id;
	uint32_t outside;       /* tw_target_occupy() */
	uint32_t member_count;
	bool is_freed;          /* in the engine's freed list */
	bool is_resting;        /* its timer runs */
	bool is_gone;           /* not in the configuration any more */
	struct tw_member **member;  /* one in each of its pools */
	size_t member_capacity;
	struct tw_timer timer;  /* at ready_at, while that is to come */
	uint32_t ready_why;     /* TW_WHY_WRAP_UP, _FOUND_BUSY, _BACK_OFF */
	uint32_t kind;
	int64_t wrap_up_us;
	int64_t busy_us;
	int64_t no_answer_us;   /* back-off after such an offer */
	int64_t rejected_us;
	int64_t unreachable_us;
	char *name;
	uint64_t name_hash;     /* alike in every engine */
	char pause[TW_PAUSE_TEXT_MAX + 1];   /* why it is paused */
};

/* A target in a pool. Never moves and is never copied: offers, targets and
 * indexes point at it. Its second line is for policies that count. */
struct tw_member {
	struct tw_target *target;
	struct tw_pool *pool;
	struct tw_level *tier;
	tw_time idle_since;     /* by the pool's idle options */
	uint64_t skills;
	uint32_t slot;          /* order of joining the pool: stable */
	uint32_t seat;          /* of joining the tier: stable */
	uint32_t place;         /* in the tier: by order */
	uint32_t order;
	uint32_t weight;
	bool is_ranked;         /* it is in the tier's ranks */
	bool is_later;          /* those are the tier's `later` */
	bool is_barred;         /* the host cannot do what it needs */
	bool confirm;           /* its answers ask for a key */
	int64_t load;           /* what its policy counts; 0 at first */
	int64_t extra;          /* on top, until it answers */
	uint64_t turn;          /* the engine's offers at its last one */
	int64_t base;           /* weighted: where its turns are counted */
	uint64_t served;        /* from, how many there were, and the time */
	int64_t begins;         /* of its next one, that follows from both; */
	int64_t ends;           /* alike: not known yet */
	struct tw_member *aside;  /* next one that a look has set aside */
};

/* target.c */
struct tw_target *tw__target_of(const struct tw_engine *engine,
				tw_target_id id);
static inline bool tw__target_is_ready(const struct tw_target *target)
{
	return target->standing == TW_STANDING_READY;
}
/* TW_WHY_ it is not ready, with the arguments of the row. */
uint32_t tw__target_why_not(const struct tw_target *target, tw_time now,
			    int64_t *a, int64_t *b);
struct tw_target *tw__target_take(struct tw_engine *engine);
/* Nobody points at it any more. */
void tw__target_free(struct tw_engine *engine, struct tw_target *target);

/* stand.c */
/* Whose member it is: `first`, else a line further off. */
static inline struct tw_member *
tw__target_member(const struct tw_target *target, uint32_t i)
{
	return i ? target->member[i] : target->first;
}
/* Whatever its standing follows from has changed: counts and indexes of its
 * pools follow. O(pools of the target x log members). */
void tw__target_settle(struct tw_target *target);
void tw__target_hold(struct tw_engine *engine, struct tw_target *target);
void tw__target_let_go(struct tw_engine *engine, struct tw_target *target);
void tw__target_freed(struct tw_engine *engine, struct tw_target *target);
void tw__target_rest(struct tw_engine *engine, struct tw_target *target,
		     int64_t pause_us, uint32_t why);
/* Restarts the idle clocks of its members that such a use counts for; pool
 * NULL: a call outside of all pools. */
#define TW_USE_CALL    0u
#define TW_USE_OFFER   1u    /* that was not answered */
#define TW_USE_WRAP_UP 2u
#define TW_USE_RETURN  3u    /* it was away */
void tw__target_was_used(struct tw_target *target,
			 const struct tw_pool *pool, uint32_t use,
			 tw_time at);
void tw__member_was_used(struct tw_member *member, uint32_t use,
			 const struct tw_pool *pool, tw_time at);
/* A new member, in no count or index yet, has those of its target. */
void tw__member_stand(struct tw_member *member);
/* It is in this tier from now on, with what it has done in the pool so far. */
void tw__member_begin(struct tw_member *member);
/* Its counters are those of a new one. */
void tw__member_reset(struct tw_member *member);

#endif
