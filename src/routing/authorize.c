/*
 * One call, one answer: the router's order, each candidate judged by the
 * budgets, the first one that may go priced, and its first increment held.
 */
#include "budget.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

/* One question on its way. */
struct asking {
	tw_authorization answer;
	tw_call_request request;
	tw_budgets *budgets;
	const tw_router *router;
	struct tw_rows rows;
	struct tw__offer first;        /* the one that goes */
	struct tw__offer refused;      /* the first that does not */
	bool has_first, has_refused;
	uint32_t count;                /* the router's rows */
};

static tw_status fit(const tw_authorization *out, tw_error *err)
{
	if (out->candidate_count && (!out->candidates ||
	    out->candidates[0].size < sizeof(uint32_t) ||
	    out->candidates[0].size > 65536))
		return tw__fail(err, TW_EINVAL, "no candidates, or the first "
				"without TW_ROUTE_CANDIDATE_INIT");
	if (out->budget_count && (!out->budgets ||
	    out->budgets[0].size < sizeof(uint32_t) ||
	    out->budgets[0].size > 65536))
		return tw__fail(err, TW_EINVAL, "no budget rows, or the first "
				"without TW_BUDGET_STATE_INIT");
	return TW_OK;
}

static tw_status take_request(struct asking *a,
			      const tw_call_request *request, tw_error *err)
{
	tw_call_request *r = &a->request;
	tw_status status = tw__import(r, sizeof(*r), request, err);

	if (status)
		return status;
	if (r->flags & ~TW_AUTHORIZE_HOLD)
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "a flag is "
				   "newer than this library (%s)",
				   tw_version());
	if (r->most_s < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "most_s", "most_s is 0 "
				   "or more");
	if (!r->most_s || r->most_s > TW_MOST_S)
		r->most_s = TW_MOST_S;
	return TW_OK;
}

/* ---- the router's rows ---- */

static tw_status make_room(tw_budgets *budgets, const tw_router *router,
			   tw_error *err)
{
	const tw_route_candidate init = TW_ROUTE_CANDIDATE_INIT;
	size_t need = router->carrier_count + router->way_count + 1;

	if (tw__grow((void **)&budgets->row, &budgets->row_capacity, need,
		     sizeof(*budgets->row)))
		return tw__fail_oom(err);
	budgets->row[0] = init;
	return TW_OK;
}

static tw_status route(struct asking *a, tw_error *err)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	const tw_call_request *c = &a->request;
	tw_status status = make_room(a->budgets, a->router, err);

	if (status)
		return status;
	r.direction = c->direction;
	r.number = c->number;
	r.caller = c->caller;
	r.site = c->site;
	r.department = c->department;
	r.preferred = c->preferred;
	r.at = c->at;
	r.expected_us = c->expected_us;
	a->count = (uint32_t)a->budgets->row_capacity;
	status = tw_router_decide(a->budgets->row, &a->count, a->router, &r,
				  err);
	if (status == TW_EINVAL || status == TW_ENOMEM)
		a->count = 0;
	return status;
}

/* ---- the budgets' word ---- */

static tw_status judge(struct asking *a, tw_route_candidate *row,
		       tw_error *err)
{
	const struct tw_carrier *carrier = tw__router_trunk(a->router,
							    row->trunk);
	struct tw__offer offer;
	tw_status status;

	if (a->request.trunk && *a->request.trunk &&
	    strcmp(a->request.trunk, row->trunk)) {
		row->verdict = TW_EREFUSED;
		snprintf(row->reason, sizeof(row->reason), "skipped: another "
			 "trunk was asked for");
		return TW_OK;
	}
	tw__offer_ask(&offer, &a->request, a->router,
		      *row->caller ? row->caller : NULL);
	status = tw__offer_judge(&offer, a->budgets, &a->request, carrier,
				 err);
	if (status)
		return status;
	row->price = offer.minute;
	a->answer.flags |= offer.flags;
	if (offer.verdict) {
		row->verdict = offer.verdict;
		memcpy(row->reason, offer.why, sizeof(row->reason));
		if (!a->has_refused)
			a->refused = offer;
		a->has_refused = true;
	} else if (!a->has_first) {
		a->first = offer;
		a->has_first = true;
		a->answer.expected = row->expected;
	}
	return TW_OK;
}

static void write_rows(struct asking *a, bool usable)
{
	for (uint32_t i = 0; i < a->count; ++i) {
		tw_route_candidate *row = &a->budgets->row[i];

		if ((row->verdict == TW_OK) == usable)
			tw__rows_add(&a->rows, row);
	}
}

static tw_status judge_all(struct asking *a, tw_error *err)
{
	tw_status status = TW_OK;

	for (uint32_t i = 0; i < a->count && !status; ++i) {
		if (a->budgets->row[i].verdict == TW_OK)
			status = judge(a, &a->budgets->row[i], err);
	}
	return status;
}

static void add_budget(struct asking *a, const struct tw_rows *rows,
		       uint32_t index)
{
	const struct tw__purse *purse = &a->budgets->purse[index];
	struct tw__money *money = tw__purse_find(purse, a->request.at);
	tw_budget_state state = TW_BUDGET_STATE_INIT;

	if (!money || a->answer.budget_count >= rows->room)
		return;
	tw__budgets_describe(&state, a->budgets, purse, money,
			     a->request.at);
	if (a->has_refused && a->refused.hindered_by == index) {
		state.verdict = a->refused.verdict;
		memcpy(state.reason, a->refused.why, sizeof(state.reason));
	}
	state.size = rows->stride;
	memcpy(rows->at + (size_t)a->answer.budget_count * rows->stride,
	       &state, rows->stride < sizeof(state) ? rows->stride :
	       sizeof(state));
	++a->answer.budget_count;
}

/* Those of the call that goes, and of the first that was refused. */
static void write_budgets(struct asking *a, const struct tw_rows *rows)
{
	const struct tw__concern *go = &a->first.concern;
	const struct tw__concern *stay = &a->refused.concern;

	for (uint32_t i = 0; a->has_first && i < go->count; ++i)
		add_budget(a, rows, go->purse[i]);
	for (uint32_t i = 0; a->has_refused && i < stay->count; ++i) {
		uint32_t k = 0;

		while (a->has_first && k < go->count &&
		       go->purse[k] != stay->purse[i])
			++k;
		if (!a->has_first || k == go->count)
			add_budget(a, rows, stay->purse[i]);
	}
}

static tw_status nobody(const struct asking *a, tw_error *err)
{
	if (!a->has_refused)
		return tw__fail(err, TW_EREFUSED, "no carrier of trunk "
				"\"%.63s\" can take the call",
				a->request.trunk ? a->request.trunk : "");
	return tw__fail(err, a->refused.verdict, "%s", a->refused.why);
}

static tw_status hold(struct asking *a, tw_error *err)
{
	if (!(a->request.flags & TW_AUTHORIZE_HOLD))
		return TW_OK;
	if (a->budgets->readonly && a->first.concern.count)
		return tw__fail(err, TW_EREFUSED, "the store is open read "
				"only, so nothing can be reserved; open it "
				"for writing");
	return tw__hold_new(&a->answer, a->budgets, &a->request, &a->first,
			    err);
}

static tw_status decide(struct asking *a, const struct tw_rows *budgets,
			tw_error *err)
{
	tw_status status = route(a, err);

	if (status == TW_EINVAL || status == TW_ENOMEM)
		return status;
	if (tw_router_is_emergency(a->router, a->request.number)) {
		/* also where no way out is up: one is tried all the same */
		a->answer.emergency = 1;
		a->answer.most_s = TW_MOST_UNLIMITED;
	} else if (!status) {
		status = judge_all(a, err);
		if (status)
			return status;
		if (a->has_first) {
			a->answer.price = a->first.minute;
			a->answer.most_s = tw__call_most(&a->first.price,
				a->first.left, a->request.most_s);
			status = hold(a, err);
		} else {
			status = nobody(a, err);
		}
	}
	write_rows(a, true);
	write_rows(a, false);
	write_budgets(a, budgets);
	return status;
}

tw_status tw_authorize(tw_authorization *out, tw_budgets *budgets,
		       const tw_router *router,
		       const tw_call_request *request, tw_error *err)
{
	struct tw_rows rows = { 0 };
	struct asking a;
	tw_status status;
	uint32_t size;

	if (!out || !budgets || !router || !request)
		return tw__fail(err, TW_EINVAL, "no answer, budgets, router "
				"or request given");
	/* the offers are large, and written before they are read */
	a.has_first = a.has_refused = false;
	a.budgets = budgets;
	a.router = router;
	size = out->size;
	status = tw__import(&a.answer, sizeof(a.answer), out, err);
	if (!status)
		status = take_request(&a, request, err);
	if (!status)
		status = fit(&a.answer, err);
	if (status)
		return status;
	a.rows = (struct tw_rows){ (unsigned char *)a.answer.candidates,
		a.answer.candidate_count ? a.answer.candidates[0].size : 0,
		a.answer.candidate_count, 0 };
	rows = (struct tw_rows){ (unsigned char *)a.answer.budgets,
		a.answer.budget_count ? a.answer.budgets[0].size : 0,
		a.answer.budget_count, 0 };
	a.answer.flags = 0;
	a.answer.budget_count = 0;
	a.answer.hold = (tw_hold){ 0 };
	a.answer.emergency = 0;
	a.answer.most_s = a.answer.paid_s = 0;
	memset(&a.answer.price, 0, sizeof(a.answer.price));
	memset(&a.answer.expected, 0, sizeof(a.answer.expected));
	(void)pthread_mutex_lock(&budgets->lock);
	status = decide(&a, &rows, err);
	(void)pthread_mutex_unlock(&budgets->lock);
	if (status == TW_EINVAL || status == TW_ENOMEM)
		return status;
	a.answer.candidate_count = a.rows.count;
	a.answer.size = size;
	memcpy(out, &a.answer, size < sizeof(a.answer) ? size :
	       sizeof(a.answer));
	return status;
}
