/**
 * @file src/distribution/plan.h  What happens to a call, step by step
 */
#ifndef TW_SRC_DISTRIBUTION_PLAN_H
#define TW_SRC_DISTRIBUTION_PLAN_H

#include "pool.h"
#include "schedule.h"

#define TW_ANNOUNCE_MS_MIN 5000u
#define TW_RETRY_MS_MAX    3600000u

struct tw_step {
	uint32_t kind;
	struct tw_pool *pool;
	int64_t ring_us;        /* the whole step; 0: no limit */
	uint32_t when;
	const struct tw_schedule *schedule;
	uint32_t sip_code;
	uint32_t reserve;
	uint32_t length_max;
	uint32_t join;          /* TW_NEED_ */
	uint32_t leave;
	int64_t retry_us;
	int64_t announce_us;    /* 0: never */
	bool any_skills;
	const struct tw_plan *plan;
};

struct tw_plan {
	uint32_t id;
	struct tw_step *step;
	size_t step_count;
	size_t step_capacity;
	size_t old;             /* place + 1 in the engine's old plans, or 0 */
	bool is_gone;           /* not in the configuration any more */
	char *name;
};

/* plan.c */
struct tw_plan *tw__plan_of(const struct tw_engine *engine, tw_plan_id id);
void tw__plan_free(struct tw_plan *plan);
/* Could tw_plan_add_step() have made it? */
bool tw__step_is_sound(const struct tw_step *step, bool has_pool);

#endif
