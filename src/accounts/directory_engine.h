/**
 * @file src/accounts/directory_engine.h  An engine while it is being built
 */
#ifndef TW_SRC_DIRECTORY_ENGINE_H
#define TW_SRC_DIRECTORY_ENGINE_H

#include "directory.h"

/* A row of kind holiday, ready to become an override. */
struct tw_build_day {
	tw_row row;
	int64_t first, last;     /* days since 1970 */
	bool everywhere;         /* for all schedules */
};

struct tw_build {
	tw_engine *engine;
	const struct tw_directory *directory;
	struct tw_build_day *holidays;     /* who decides first, first */
	size_t holidays_count;
};

/* directory_skills.c. Skills before whoever has or needs them. */
tw_status tw__build_skills(struct tw_build *b, tw_error *err);
/* Of a list, one a line; the bits of an engine that knows them all.
 * @return TW_OK, TW_ENOTFOUND */
tw_status tw__directory_skills(uint64_t *out, const tw_engine *engine,
			       const char *list, tw_error *err);

/* directory_days.c. Holidays first: schedules take theirs from them. */
tw_status tw__build_holidays(struct tw_build *b, tw_error *err);
tw_status tw__build_schedule(struct tw_build *b, tw_row row, tw_error *err);

/* directory_plans.c. All plans before the first steps. */
tw_status tw__build_plan(struct tw_build *b, tw_row row, tw_error *err);
tw_status tw__build_steps(struct tw_build *b, tw_row row, tw_error *err);

#endif
