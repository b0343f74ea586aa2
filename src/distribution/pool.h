/**
 * @file src/distribution/pool.h  Members in tiers, and who wants them
 */
#ifndef TW_SRC_DISTRIBUTION_POOL_H
#define TW_SRC_DISTRIBUTION_POOL_H

#include "bits.h"
#include "last.h"
#include "line.h"
#include "lots.h"
#include "meet.h"
#include "ranks.h"
#include "slab.h"
#include "target.h"

struct tw_policy;
struct tw_call;

#define TW_RING_MS_MIN     1000u
#define TW_RING_MS_MAX     600000u
#define TW_IDLE_KNOWN      0xfu
#define TW_RING_COUNT      3u          /* of ring_n, if not said */
#define TW_DELAY_MS        5000u       /* of progressive, if not said */

/* A tier of a pool. Not tw_tier: that is public, and a tariff's. */
struct tw_level {
	uint32_t tier;
	uint64_t weight;        /* of those not away */
	struct tw_member **member;  /* by order */
	size_t member_count;
	size_t member_capacity;
	struct tw_bits ready;   /* by place */
	struct tw_ranks rank;   /* the ready ones by the policy's key, */
	struct tw_ranks later;  /* and those of them whose turn is not yet */
	struct tw_lots share;   /* their shares, for policies that draw */
	struct tw_meet meet;    /* for one that goes by the caller's key */
	void *state;            /* the policy's cursor */
};

/* How fast a pool answers calls while others wait for it. */
#define TW_PACE_COUNT 16u
struct tw_pace {
	tw_time since;          /* the last answer, or when the line began */
	int64_t sum_us;
	int64_t interval_us[TW_PACE_COUNT];
	uint32_t next;
	uint32_t count;
};

struct tw_pool {
	uint32_t id;
	const struct tw_policy *policy;
	int64_t ring_us;        /* 0: the step's time */
	uint32_t ring_count;
	int64_t delay_us;
	uint32_t advance_on;
	uint32_t idle;          /* TW_IDLE_ */
	uint32_t count[TW_STANDINGS];
	struct tw_last last;    /* who answered whom, if its policy asks */
	struct tw_slab members;
	struct tw_member **member;  /* by slot */
	size_t member_count;
	size_t member_capacity;
	struct tw_level **tier;  /* lowest first */
	size_t tier_count;
	size_t tier_capacity;
	struct tw_call *ringing;      /* parallel: calls that ring here, */
	struct tw_call *ringing_last; /* the first one first */
	struct tw_lines lines;        /* calls that wait here */
	struct tw_pace pace;
	bool is_gone;           /* not in the configuration any more */
	char *name;
};

/* tier.c */
tw_status tw__tier_new(struct tw_level **out, const struct tw_pool *pool,
		       uint32_t tier);
void tw__tier_free(struct tw_level *tier);
/* NULL: nobody of it has this order. */
struct tw_member *tw__tier_find(const struct tw_level *tier, uint32_t order);
/* Room for one more, so that joining cannot fail. */
tw_status tw__tier_reserve(struct tw_level *tier,
			   const struct tw_policy *policy);
void tw__tier_join(struct tw_level *tier, struct tw_member *member);
/* Who is ready is kept by the policy's key from now on; there is room. */
void tw__tier_begin_ranks(struct tw_level *tier,
			  const struct tw_policy *policy);
/* Place of the first member whose order is greater, or the count. */
size_t tw__tier_after(const struct tw_level *tier, uint32_t order);

/* pool.c */
struct tw_pool *tw__pool_of(const struct tw_engine *engine, tw_pool_id id);
void tw__pool_free(struct tw_pool *pool);
bool tw__pool_has(const struct tw_pool *pool, uint32_t need);
void tw__pool_ring_add(struct tw_pool *pool, struct tw_call *call);
void tw__pool_ring_remove(struct tw_pool *pool, struct tw_call *call);

/* estimate.c */
/* Somebody waits where nobody did before. */
void tw__pace_begin(struct tw_pace *pace, tw_time now);
/* A call was answered, and others wait. */
void tw__pace_answer(struct tw_pace *pace, tw_time now);

#endif
