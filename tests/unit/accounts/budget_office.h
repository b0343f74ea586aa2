/* Budgets of a store: two cities, a tariff, a wall clock and a monotonic one
 * that go their own ways. */
#ifndef TW_TESTS_BUDGET_OFFICE_H
#define TW_TESTS_BUDGET_OFFICE_H

#include "accounts_fixture.h"
#include "accounts/budget_keeper.h"

#define MOBILE "79161234567"
#define NOW    "2026-10-05T12:00:00"

struct office {
	struct fixture f;
	tw_clock clock;
	tw_time wall;
	int64_t mono;
	tw_router *router;
	tw_error err;
	tw_budget_state state[8];
	tw_route_candidate row[4];
	tw_authorization answer;
};

static inline tw_time office_wall(void *arg)
{
	return ((struct office *)arg)->wall;
}

static inline int64_t office_mono(void *arg)
{
	return ((struct office *)arg)->mono;
}

static inline tw_store *office_store(struct office *o, uint32_t flags)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *store;

	options.clock = &o->clock;
	options.flags = flags;
	options.lock_wait_ms = 20;
	if (tw_store_open(&store, o->f.path, &options, &o->err))
		fail_msg("open: %s", o->err.message);
	return store;
}

/* 1.50 a minute to mobiles by the second; one budget of 10 a month. */
static inline void office_open(struct office *o, const char *hard)
{
	tw_directory *d;

	memset(o, 0, sizeof(*o));
	o->err = (tw_error)TW_ERROR_INIT;
	fixture_open(&o->f);
	o->wall = MOSCOW(NOW);
	o->mono = 1000 * TW_SECOND;
	o->clock = (tw_clock){ sizeof(o->clock), office_wall, office_mono,
		o };
	tw_store_free(o->f.store);
	o->f.store = office_store(o, 0);
	want_two_cities(&o->f);
	want(&o->f, "budget[0].name", "all");
	want(&o->f, "budget[0].hard", hard);
	apply_at(&o->f, "2026-09-01T00:00:00+03:00");
	usual_tariff(&o->f);
	if (tw_directory_open(&d, o->f.store, o->wall, &o->err) ||
	    tw_directory_router(&o->router, d, o->f.store, &o->err))
		fail_msg("%s", o->err.message);
	tw_directory_free(d);
}

static inline void office_close(struct office *o)
{
	tw_router_free(o->router);
	fixture_close(&o->f);
}

static inline tw_budgets *office_budgets(struct office *o, tw_store *store,
					 const char *owner, uint32_t flags)
{
	tw_budgets_options options = TW_BUDGETS_OPTIONS_INIT;
	tw_budgets *budgets;

	options.owner = owner;
	options.flags = flags;
	if (tw_budgets_open(&budgets, store, o->wall, &options, &o->err))
		fail_msg("budgets: %s", o->err.message);
	return budgets;
}

static inline tw_status office_ask(struct office *o, tw_budgets *budgets,
				   const char *department, uint32_t flags)
{
	tw_call_request r = TW_CALL_REQUEST_INIT;
	tw_authorization none = TW_AUTHORIZATION_INIT;

	o->row[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	o->state[0] = (tw_budget_state)TW_BUDGET_STATE_INIT;
	none.candidates = o->row;
	none.candidate_count = 4;
	none.budgets = o->state;
	none.budget_count = 8;
	o->answer = none;
	r.flags = flags;
	r.number = MOBILE;
	r.department = department;
	r.at = o->wall;
	return tw_authorize(&o->answer, budgets, o->router, &r, &o->err);
}

/* As a host does: what is not leased is stepped for, once. */
static inline tw_status office_hold(struct office *o, tw_budgets *budgets,
				    tw_hold *hold)
{
	tw_status status = office_ask(o, budgets, "Kazan",
				      TW_AUTHORIZE_HOLD);

	if (status == TW_EBUSY && o->answer.flags & TW_BUDGET_STEP) {
		if (tw_budget_step(budgets, o->wall, &o->err))
			fail_msg("step: %s", o->err.message);
		status = office_ask(o, budgets, "Kazan", TW_AUTHORIZE_HOLD);
	}
	*hold = o->answer.hold;
	return status;
}

static inline void office_step(struct office *o, tw_budgets *budgets)
{
	if (tw_budget_step(budgets, o->wall, &o->err))
		fail_msg("step: %s", o->err.message);
}

static inline tw_budget_state office_state(struct office *o,
					   tw_budgets *budgets, size_t index)
{
	tw_budget_state state = TW_BUDGET_STATE_INIT;

	if (tw_budgets_state(&state, budgets, index, o->wall, &o->err))
		fail_msg("state: %s", o->err.message);
	return state;
}

/* A stored call from Kazan of so many seconds: 1.50 a minute. */
static inline void office_record(struct office *o, tw_time start,
				 int64_t seconds, const char *callee)
{
	tw_import *import = begin_import(&o->f, NULL, NULL);
	char id[32];
	tw_cdr cdr = call_of(&o->f, id, "78432000001", callee);

	cdr.start = start;
	cdr.answer = start;
	cdr.end = start + seconds * TW_SECOND;
	cdr.duration_us = seconds * TW_SECOND;
	cdr.trunk = "main";
	add_call(import, &cdr);
	end_import(import);
}

#endif
