/* Budgets: one question, holds, leases. Rows come as tuples: Python makes its
 * own types of them. */
TW_HANDLE(tw_budgets)

%thread budgets_open;
%thread tw_budget_step;
%thread tw_budgets_close;

tw_status tw_budget_step(tw_budgets *budgets, int64_t now, tw_error *err);
tw_status tw_budgets_close(tw_budgets *budgets, int64_t now, tw_error *err);

%{
/* (name, department, trunk, period, from, to, spent, reserved, leased, left,
 * soft, hard, max_price, projected, state, currency, verdict, reason) */
static PyObject *budget_row(const tw_budget_state *s)
{
	return Py_BuildValue("(sssILLLLLLLLLLIsis)", s->name, s->department,
		s->trunk, (unsigned)s->period, (long long)s->from,
		(long long)s->to, (long long)s->spent_nanos,
		(long long)s->reserved_nanos, (long long)s->leased_nanos,
		(long long)s->left_nanos, (long long)s->soft_nanos,
		(long long)s->hard_nanos, (long long)s->max_price_nanos,
		(long long)s->projected_nanos, (unsigned)s->state,
		s->currency, (int)s->verdict, s->reason);
}

/* (verdict, emergency, carrier, trunk, prefix, destination, expected,
 * its currency, price, its currency, reason) */
static PyObject *candidate_row(const tw_route_candidate *c)
{
	return Py_BuildValue("(iissssLsLsssi)", (int)c->verdict,
		(int)c->emergency, c->carrier, c->trunk, c->prefix,
		c->destination, (long long)c->expected.nanos,
		c->expected.currency, (long long)c->price.nanos,
		c->price.currency, c->reason, c->caller, (int)c->caller_of);
}

/* Takes the row. */
static PyObject *with_row(PyObject *list, PyObject *row)
{
	if (list && (!row || PyList_Append(list, row) < 0))
		Py_CLEAR(list);
	Py_XDECREF(row);
	return list;
}

static PyObject *held_state(tw_status status, const tw_hold_state *s,
			    const tw_error *e)
{
	if (status != TW_OK) {
		tw_raise(status, e);
		return NULL;
	}
	return Py_BuildValue("(LLI)", (long long)s->paid_s,
			     (long long)s->held_nanos, (unsigned)s->flags);
}
%}

%inline %{
static tw_status budgets_open(tw_budgets **out, tw_store *store, int64_t now,
	const char *owner, uint32_t flags, uint32_t lease_s,
	uint32_t orphan_s, uint32_t records_s, tw_error *err)
{
	tw_budgets_options o = TW_BUDGETS_OPTIONS_INIT;

	o.owner = owner;
	o.flags = flags;
	o.lease_s = lease_s;
	o.orphan_s = orphan_s;
	o.records_s = records_s;
	return tw_budgets_open(out, store, now, &o, err);
}

static PyObject *budgets_states(tw_budgets *budgets, int64_t at)
{
	PyObject *list = PyList_New(0);
	tw_error e = TW_ERROR_INIT;
	tw_status status = TW_OK;

	for (size_t i = 0; list && !status; ++i) {
		tw_budget_state s = TW_BUDGET_STATE_INIT;

		status = tw_budgets_state(&s, budgets, i, at, &e);
		if (!status)
			list = with_row(list, budget_row(&s));
	}
	if (status != TW_ITER_END && list) {
		tw_raise(status, &e);
		Py_CLEAR(list);
	}
	return list;
}

/* (status, message, flags, hold, emergency, most_s, paid_s, price, currency,
 * expected, currency, [candidate], [budget]); a refusal is an answer. */
static PyObject *budgets_authorize(tw_budgets *budgets,
	const tw_router *router, const char *number, const char *caller,
	const char *site, const char *department, const char *trunk,
	uint32_t direction, int64_t at, int64_t expected_us, int64_t most_s,
	uint32_t flags, const char *preferred)
{
	tw_route_candidate rows[64] = { TW_ROUTE_CANDIDATE_INIT };
	tw_budget_state states[64] = { TW_BUDGET_STATE_INIT };
	tw_authorization a = TW_AUTHORIZATION_INIT;
	tw_call_request r = TW_CALL_REQUEST_INIT;
	PyObject *candidates, *budget_rows;
	tw_error e = TW_ERROR_INIT;
	tw_status status;

	a.candidates = rows;
	a.candidate_count = 64;
	a.budgets = states;
	a.budget_count = 64;
	r.number = number;
	r.caller = caller;
	r.site = site;
	r.department = department;
	r.trunk = trunk;
	r.direction = direction;
	r.at = at;
	r.expected_us = expected_us;
	r.most_s = most_s;
	r.flags = flags;
	r.preferred = preferred;
	status = tw_authorize(&a, budgets, router, &r, &e);
	if (status == TW_EINVAL || status == TW_ENOMEM) {
		tw_raise(status, &e);
		return NULL;
	}
	candidates = PyList_New(0);
	for (uint32_t i = 0; candidates && i < a.candidate_count; ++i)
		candidates = with_row(candidates, candidate_row(&rows[i]));
	budget_rows = PyList_New(0);
	for (uint32_t i = 0; budget_rows && i < a.budget_count; ++i)
		budget_rows = with_row(budget_rows, budget_row(&states[i]));
	if (!candidates || !budget_rows) {
		Py_XDECREF(candidates);
		Py_XDECREF(budget_rows);
		return NULL;
	}
	return Py_BuildValue("(isIKiLLLsLsNN)", (int)status,
		status ? e.message : "", (unsigned)a.flags,
		(unsigned long long)a.hold.id, (int)a.emergency,
		(long long)a.most_s, (long long)a.paid_s,
		(long long)a.price.nanos, a.price.currency,
		(long long)a.expected.nanos, a.expected.currency, candidates,
		budget_rows);
}

/* (paid_s, held nanos, flags) */
static PyObject *hold_extend(tw_budgets *budgets, uint64_t hold,
			     int64_t elapsed_us)
{
	tw_hold_state s = TW_HOLD_STATE_INIT;
	tw_error e = TW_ERROR_INIT;

	return held_state(tw_hold_extend(&s, budgets, (tw_hold){ hold },
					 elapsed_us, &e), &s, &e);
}

static PyObject *hold_settle(tw_budgets *budgets, uint64_t hold,
			     int64_t duration_us)
{
	tw_hold_state s = TW_HOLD_STATE_INIT;
	tw_error e = TW_ERROR_INIT;

	return held_state(tw_hold_settle(&s, budgets, (tw_hold){ hold },
					 duration_us, &e), &s, &e);
}

static tw_status hold_move(tw_budgets *budgets, uint64_t hold,
	const tw_router *router, const char *trunk, tw_error *err)
{
	return tw_hold_move(budgets, (tw_hold){ hold }, router, trunk, err);
}

static tw_status hold_release(tw_budgets *budgets, uint64_t hold,
			      tw_error *err)
{
	return tw_hold_release(budgets, (tw_hold){ hold }, err);
}
%}
