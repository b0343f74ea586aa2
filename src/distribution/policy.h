/**
 * @file src/distribution/policy.h  The rule that orders one tier
 *
 * A policy names the next member of a tier that is ready and was not tried
 * for this call in this step. It sees members and their targets only; tiers,
 * steps, deadlines and rows are the engine's.
 */
#ifndef TW_SRC_DISTRIBUTION_POLICY_H
#define TW_SRC_DISTRIBUTION_POLICY_H

#include "engine.h"

/* One look at a pool on behalf of a call. */
struct tw_look {
	struct tw_engine *engine;
	struct tw_call *call;
	struct tw_pool *pool;
	size_t from;               /* parallel: where the last pick ended */
	uint32_t why;              /* set by pick: TW_WHY_ and arguments */
	int64_t a;
	int64_t b;
};

struct tw_policy {
	uint32_t id;               /* TW_POLICY_ */
	const char *name;
	bool parallel;             /* offers everyone of the tier at once */
	size_t state_size;         /* of its cursor, one per tier, zeroed */
	const struct tw_member *(*pick)(struct tw_look *look,
					const struct tw_tier *tier);
	void (*offered)(struct tw_tier *tier,
			const struct tw_member *member);
};

extern const struct tw_policy tw__policy_all;
extern const struct tw_policy tw__policy_linear;
extern const struct tw_policy tw__policy_round_robin;
extern const struct tw_policy tw__policy_longest_idle;

/* NULL: none such. */
const struct tw_policy *tw__policy_by_id(uint32_t id);

/* Ready and untried? One that is not ready gets its row, once a step. */
bool tw__look_ready(struct tw_look *look, const struct tw_member *member);

static inline const struct tw_member *
tw__tier_member(const struct tw_look *look, const struct tw_tier *tier,
		size_t i)
{
	return &look->pool->member[tier->first + i];
}

#endif
