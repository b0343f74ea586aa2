/**
 * @file src/planning/simulation.h  What a simulation is told, and remembers
 */
#ifndef TW_SRC_PLANNING_SIMULATION_H
#define TW_SRC_PLANNING_SIMULATION_H

#include <trunkwise/simulation.h>

#include "planning.h"

struct tw_simulated_plan {
	uint32_t id;
	tw_simulated_calls sums;
};

struct tw_stream {
	uint32_t plan;         /* index of its sums, not the engine's id */
	tw_time from, to;
	double per_us;
	uint32_t sources;
	uint32_t priority;
	uint64_t skills_needed;
};

/* Of one target, at index id - 1. */
struct tw_use {
	uint32_t talks;
	tw_time since;
	uint64_t calls;
	double first, second;  /* integrals over us of talks, and of squares */
};

struct tw_simulation {
	tw_simulation_options options;
	double *talks_s, *patiences_s;     /* owned, or NULL */
	struct tw_stream *stream;
	size_t stream_count, stream_capacity;
	double expected;                   /* calls of all streams */
	struct tw_simulated_plan *plan;
	size_t plan_count, plan_capacity;
	struct tw_use *use;
	size_t use_count, use_capacity;
};

#endif
