/**
 * @file src/distribution/policy.h  The rule that orders one tier
 *
 * A policy names the next member of a tier that is ready and was not tried
 * for this call in this step. It sees members and their targets only; tiers,
 * steps, deadlines and rows are the engine's. What is ready it asks of the
 * tier's indexes and never by looking at every member.
 */
#ifndef TW_SRC_DISTRIBUTION_POLICY_H
#define TW_SRC_DISTRIBUTION_POLICY_H

#include "engine.h"
#include <trunkwise/sys/policy.h>

/* One look at a pool on behalf of a call. */
struct tw_look {
	struct tw_engine *engine;
	struct tw_call *call;      /* NULL: any new one (explain) */
	struct tw_pool *pool;
	size_t from;               /* parallel: where the last pick ended */
	struct tw_tier *tier;      /* an own policy is asked about it */
	bool is_failed;            /* ... and did wrong */
	uint32_t why;              /* set by pick: TW_WHY_ and arguments */
	int64_t a;
	int64_t b;
};

struct tw_policy {
	uint32_t id;               /* TW_POLICY_ */
	const char *name;
	bool parallel;             /* offers everyone of the tier at once */
	size_t state_size;         /* of its cursor, one per tier, zeroed */
	/* Orders the tier's ranks; NULL: it goes by place. Must depend on
	 * nothing that changes without tw__member_rank(). */
	int64_t (*key)(const struct tw_member *member);
	/* Changes nothing. */
	struct tw_member *(*pick)(struct tw_look *look, struct tw_tier *tier);
	void (*offered)(struct tw_member *member);
	void (*answered)(struct tw_member *member);
	void (*ended)(struct tw_member *member, uint32_t outcome);
	void (*clear)(const struct tw_pool *pool, void *state);
};

/* policy_own.c */
/* Of the library's or the engine's own; NULL: none such. */
const struct tw_policy *tw__policy_of(const struct tw_engine *engine,
				      uint32_t id);
/* "?" for an id that is none. */
const char *tw__own_name(const struct tw_engine *engine, uint32_t id);
/* Their pools are gone already. */
void tw__own_free(struct tw_engine *engine);

extern const struct tw_policy tw__policy_all;
extern const struct tw_policy tw__policy_linear;
extern const struct tw_policy tw__policy_round_robin;
extern const struct tw_policy tw__policy_longest_idle;

/* NULL: none such. */
const struct tw_policy *tw__policy_by_id(uint32_t id);

/* May the call have this member, were it ready? */
bool tw__look_may(const struct tw_look *look, const struct tw_member *member);
/* First ready member from a place on that the call may have, or NULL. */
struct tw_member *tw__look_next(const struct tw_look *look,
				const struct tw_tier *tier, size_t from);
/* The same by the smallest key. */
struct tw_member *tw__look_first(const struct tw_look *look,
				 struct tw_tier *tier);

#endif
