/* Budgets without a store, over a desk of carriers. */
#ifndef TW_TEST_BUDGET_FIXTURE_H
#define TW_TEST_BUDGET_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include "routing_fixture.h"
#include "routing/budget.h"

#define UNIT TW_NANOS

struct office {
	struct desk desk;
	tw_budgets *budgets;
	tw_zone *zone;
	tw_error err;
	tw_route_candidate row[ROOM];
	tw_budget_state state[ROOM];
	tw_authorization answer;
	tw_time at;
};

static inline void office_open(struct office *o, const char *zone)
{
	memset(o, 0, sizeof(*o));
	o->err = (tw_error)TW_ERROR_INIT;
	o->at = T2026 + 12 * 3600 * TW_SECOND;
	desk_open(&o->desk);
	assert_int_equal(tw_zone_open(&o->zone, zone, &o->err), TW_OK);
	assert_int_equal(tw_budgets_new(&o->budgets, o->zone, "RUB",
					&o->err), TW_OK);
}

static inline void office_close(struct office *o)
{
	tw_budgets_free(o->budgets);
	tw_zone_free(o->zone);
	desk_close(&o->desk);
}

static inline void office_limit(struct office *o, const char *name,
				const char *department, uint32_t period,
				int64_t hard)
{
	tw_budget b = TW_BUDGET_INIT;

	b.name = name;
	b.department = department;
	b.period = period;
	b.hard_nanos = hard;
	if (tw_budgets_add(o->budgets, &b, &o->err))
		fail_msg("%s", o->err.message);
}

static inline tw_status office_ask(struct office *o, const char *department,
				   const char *number, uint32_t flags)
{
	const tw_authorization none = TW_AUTHORIZATION_INIT;
	tw_call_request r = TW_CALL_REQUEST_INIT;

	o->row[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	o->state[0] = (tw_budget_state)TW_BUDGET_STATE_INIT;
	o->err = (tw_error)TW_ERROR_INIT;
	o->answer = none;
	o->answer.candidates = o->row;
	o->answer.candidate_count = ROOM;
	o->answer.budgets = o->state;
	o->answer.budget_count = ROOM;
	r.flags = flags;
	r.number = number;
	r.department = department;
	r.at = o->at;
	return tw_authorize(&o->answer, o->budgets, o->desk.router, &r,
			    &o->err);
}

static inline tw_hold_state office_extend(struct office *o, tw_hold hold,
					  int64_t seconds)
{
	tw_hold_state state = TW_HOLD_STATE_INIT;

	assert_int_equal(tw_hold_extend(&state, o->budgets, hold,
					seconds * TW_SECOND, &o->err), TW_OK);
	return state;
}

static inline tw_hold_state office_settle(struct office *o, tw_hold hold,
					  int64_t seconds)
{
	tw_hold_state state = TW_HOLD_STATE_INIT;

	assert_int_equal(tw_hold_settle(&state, o->budgets, hold,
					seconds * TW_SECOND, &o->err), TW_OK);
	return state;
}

static inline tw_budget_state office_state(struct office *o, size_t index)
{
	tw_budget_state state = TW_BUDGET_STATE_INIT;

	assert_int_equal(tw_budgets_state(&state, o->budgets, index, o->at,
					  &o->err), TW_OK);
	return state;
}

#endif
