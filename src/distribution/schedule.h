/**
 * @file src/distribution/schedule.h  When a plan's steps are open
 */
#ifndef TW_SRC_DISTRIBUTION_SCHEDULE_H
#define TW_SRC_DISTRIBUTION_SCHEDULE_H

#include "base/base.h"
#include <trunkwise/distribution.h>

struct tw_engine;

#define TW_DAY_MIN         1440u       /* minutes of a wall clock's day */
#define TW_OVERRIDE_DAYS   366u
#define TW_OVERRIDE_SPANS  64u

struct tw_hours {
	uint32_t day_mask;
	uint32_t from_min;
	uint32_t to_min;
};

/* What an override makes of its dates. */
struct tw_override {
	uint32_t kind;          /* TW_DAY_ */
	uint32_t weekday;
	uint32_t short_min;
	size_t first, count;    /* in the schedule's spans */
};

/* Dates in a row that have one override: sorted, none in two runs. */
struct tw_date_run {
	int64_t first, last;    /* days since 1970 */
	size_t override;
};

struct tw_schedule {
	uint32_t id;
	tw_zone *zone;
	struct tw_hours *hours;
	size_t hours_count;
	size_t hours_capacity;
	struct tw_override *override;
	size_t override_count;
	size_t override_capacity;
	tw_day_span *span;          /* of overrides with hours */
	size_t span_count;
	size_t span_capacity;
	struct tw_date_run *run;     /* by day */
	size_t run_count;
	size_t run_capacity;
	char *name;
};

/* schedule.c */
const struct tw_schedule *tw__schedule_of(const struct tw_engine *engine,
					  tw_schedule_id id);
void tw__schedule_free(struct tw_schedule *schedule);

/* schedule_open.c */
bool tw__schedule_is_open(const struct tw_schedule *schedule, tw_time at);
/* TW_TIME_MAX: it stays as it is. */
tw_time tw__schedule_next_change(const struct tw_schedule *schedule,
				 tw_time at);

#endif
