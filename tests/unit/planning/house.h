/*
 * A house to simulate: engines built by public verbs, figures of 30 seeds,
 * and the verdict: a closed form must lie in the 99.9 % interval of the
 * seeds, and the interval be narrow enough to tell a wrong policy.
 */
#ifndef TW_TESTS_PLANNING_HOUSE_H
#define TW_TESTS_PLANNING_HOUSE_H

#include <stdio.h>
#include <stdlib.h>

#include <trunkwise/simulation.h>

#include "near.h"

#define HOUSE_T0 (1767225600LL * TW_SECOND)   /* 2026-01-01T00:00:00Z */
#define SEEDS    30
#define HOLD_S   180.0

#define FINE(verb) do { \
	tw_error fine_ = TW_ERROR_INIT, *err = &fine_; \
	tw_status fine_status_ = (verb); \
	if (fine_status_) \
		fail_msg("%s: %s %s", tw_status_name(fine_status_), \
			 fine_.field, fine_.message); \
} while (0)

static inline tw_engine *house_open(void)
{
	tw_engine *engine;

	FINE(tw_engine_new(&engine, NULL, err));
	return engine;
}

static inline tw_target_id house_target(tw_engine *engine, const char *name,
					uint32_t capacity)
{
	tw_target_options o = TW_TARGET_OPTIONS_INIT;
	tw_target_id id;

	o.name = name;
	o.capacity = capacity;
	FINE(tw_engine_add_target(&id, engine, &o, err));
	return id;
}

static inline void house_member_of(tw_engine *engine, tw_pool_id pool,
				   tw_target_id target, uint32_t order,
				   uint32_t weight)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;

	o.order = order;
	o.weight = weight;
	FINE(tw_pool_add_member(engine, pool, target, &o, err));
}

static inline void house_member(tw_engine *engine, tw_pool_id pool,
				tw_target_id target, uint32_t order)
{
	house_member_of(engine, pool, target, order, 1);
}

/* A pool of n new targets of one call each; their ids follow each other. */
static inline tw_pool_id house_pool(tw_engine *engine, const char *name,
				    uint32_t policy, uint32_t n)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	char text[48];
	tw_pool_id id;
	uint32_t i;

	o.name = name;
	o.policy = policy;
	FINE(tw_engine_add_pool(&id, engine, &o, err));
	for (i = 1; i <= n; ++i) {
		snprintf(text, sizeof(text), "%s %u", name, i);
		house_member(engine, id, house_target(engine, text, 1), i);
	}
	return id;
}

static inline tw_plan_id house_plan(tw_engine *engine, const char *name)
{
	tw_plan_id id;

	FINE(tw_engine_add_plan(&id, engine, name, err));
	return id;
}

/* kind: TW_STEP_RING or TW_STEP_QUEUE, that leave `reserve` members */
static inline void house_step(tw_engine *engine, tw_plan_id plan,
			      tw_pool_id pool, uint32_t kind,
			      uint32_t reserve)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	o.kind = kind;
	o.pool = pool;
	o.reserve = reserve;
	FINE(tw_plan_add_step(engine, plan, &o, err));
}

static inline void house_ring(tw_engine *engine, tw_plan_id plan,
			      tw_pool_id pool)
{
	house_step(engine, plan, pool, TW_STEP_RING, 0);
}

static inline bool house_is_long(void)
{
	return getenv("TW_TEST_LONG") != NULL;
}

/* So many talks' time counts, after the house has filled up. */
static inline tw_simulation_options house_options(double talks)
{
	tw_simulation_options o = TW_SIMULATION_OPTIONS_INIT;

	o.talk_s = HOLD_S;
	o.from = HOUSE_T0 + (tw_time)(30 * HOLD_S * 1e6);
	o.to = o.from + (tw_time)(talks * HOLD_S * 1e6);
	return o;
}

/* load: erlang, of each source where there are some */
static inline void house_calls(tw_simulation *sim,
			       const tw_simulation_options *o,
			       tw_plan_id plan, double load, uint32_t sources)
{
	tw_simulation_stream s = TW_SIMULATION_STREAM_INIT;

	s.plan = plan;
	s.from = HOUSE_T0;
	s.to = o->to;
	s.per_hour = load * 3600 / HOLD_S;
	s.sources = sources;
	FINE(tw_simulation_add_stream(sim, &s, err));
}

static inline tw_simulated_calls house_sums(const tw_simulation *sim,
					    uint32_t plan)
{
	tw_simulated_calls c = TW_SIMULATED_CALLS_INIT;

	FINE(tw_simulation_calls(&c, sim, (tw_plan_id){ plan }, err));
	assert_int_equal(c.offered, c.answered + c.abandoned + c.lost +
			 c.tickets + c.unfinished);
	assert_true(c.answered_in_time <= c.answered);
	assert_true(c.abandoned_in_time <= c.abandoned);
	return c;
}

static inline tw_simulated_use house_use(const tw_simulation *sim,
					 uint32_t target)
{
	tw_simulated_use u = TW_SIMULATED_USE_INIT;

	FINE(tw_simulation_use(&u, sim, (tw_target_id){ target }, err));
	return u;
}

/* width: the interval's half, to the form */
static inline void inside(const char *what, const double x[SEEDS],
			  double form, double width)
{
	double mean, reach;

	FINE(tw_mean_interval(&mean, &reach, x, SEEDS, 0.999, err));
	if (!(fabs(mean - form) <= reach))
		fail_msg("%s: %.6f +- %.6f is not %.6f", what, mean, reach,
			 form);
	if (!(reach <= width * fabs(form)))
		fail_msg("%s: +- %.6f tells nothing of %.6f", what, reach,
			 form);
}

static inline double jain(const double *x, uint32_t n)
{
	double sum = 0, squares = 0;
	uint32_t i;

	for (i = 0; i < n; ++i) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	return sum * sum / (n * squares);
}

#endif
