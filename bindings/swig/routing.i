/* Routing: questions to a router are dicts, rows come as tuples that
 * trunkwise/routes.py makes its own types of. */
TW_FIELDS(tw_route_request, TW_ROUTE_REQUEST_INIT, route_fields)

%{
static const struct field route_fields[] = {
	FIELD(tw_route_request, U32, direction),
	FIELD(tw_route_request, TEXT, number),
	FIELD(tw_route_request, TEXT, caller),
	FIELD(tw_route_request, TEXT, site),
	FIELD(tw_route_request, I64, at),
	FIELD(tw_route_request, I64, expected_us),
	FIELD(tw_route_request, I64, now),
	FIELD(tw_route_request, TEXT, department),
	FIELD(tw_route_request, TEXT, preferred),
};

enum { ROUTE_ROOM = 128 };

/* (verdict, emergency, carrier, trunk, prefix, destination, expected, its
 * currency, reason, tier, policy, caller, caller_of, permit, permission,
 * contract, bundle_s, used_s) */
static PyObject *route_row(const tw_route_candidate *c)
{
	return Py_BuildValue("(iissssLssIssIIssLL)", (int)c->verdict,
		(int)c->emergency, c->carrier, c->trunk, c->prefix,
		c->destination, (long long)c->expected.nanos,
		c->expected.currency, c->reason, (unsigned)c->tier,
		c->policy ? tw_route_policy_name(c->policy) : "", c->caller,
		(unsigned)c->caller_of, (unsigned)c->permit, c->permission,
		c->contract, (long long)c->bundle_s, (long long)c->used_s);
}

/* (result, lack, otherwise, permission, contract, reason) */
static PyObject *rule_row(const tw_route_rule *r)
{
	return Py_BuildValue("(IIIsss)", (unsigned)r->result,
		(unsigned)r->lack, (unsigned)r->otherwise, r->permission,
		r->contract, r->reason);
}

/* (kind, verdict, relation, expected, its currency, carrier, via, caller,
 * destination) */
static PyObject *way_row(const tw_route_way *w)
{
	return Py_BuildValue("(IiILsssss)", (unsigned)w->kind,
		(int)w->verdict, (unsigned)w->relation,
		(long long)w->expected.nanos, w->expected.currency,
		w->carrier, w->via, w->caller, w->destination);
}

static PyObject *refuse_question(tw_status status, const tw_error *e)
{
	tw_raise(status, e);
	return NULL;
}
%}

%inline %{
/* (status, message, [row]); a call that nobody can carry is an answer. */
static PyObject *router_decide(const tw_router *router,
			       const tw_route_request *options)
{
	tw_route_candidate *rows = PyMem_Calloc(ROUTE_ROOM, sizeof(*rows));
	uint32_t count = ROUTE_ROOM;
	tw_error e = TW_ERROR_INIT;
	PyObject *list = NULL;
	tw_status status;

	if (!rows)
		return PyErr_NoMemory();
	rows[0].size = sizeof(*rows);
	status = tw_router_decide(rows, &count, router, options, &e);
	if (status == TW_EINVAL || status == TW_ENOMEM)
		(void)refuse_question(status, &e);
	else
		list = PyList_New(0);
	for (uint32_t i = 0; list && i < count; ++i)
		list = with_row(list, route_row(&rows[i]));
	PyMem_Free(rows);
	return list ? Py_BuildValue("(isN)", (int)status,
				    status ? e.message : "", list) : NULL;
}

static PyObject *router_rules(const tw_router *router,
			      const tw_route_request *options,
			      const char *trunk)
{
	tw_route_rule *rows = PyMem_Calloc(ROUTE_ROOM, sizeof(*rows));
	uint32_t count = ROUTE_ROOM;
	tw_error e = TW_ERROR_INIT;
	PyObject *list = NULL;
	tw_status status;

	if (!rows)
		return PyErr_NoMemory();
	rows[0].size = sizeof(*rows);
	status = tw_router_rules(rows, &count, router, options, trunk, &e);
	if (status)
		(void)refuse_question(status, &e);
	else
		list = PyList_New(0);
	for (uint32_t i = 0; list && i < count; ++i)
		list = with_row(list, rule_row(&rows[i]));
	PyMem_Free(rows);
	return list;
}

static PyObject *router_ways(const tw_router *router,
			     const tw_route_request *options)
{
	tw_route_way *rows = PyMem_Calloc(ROUTE_ROOM, sizeof(*rows));
	uint32_t count = ROUTE_ROOM;
	tw_error e = TW_ERROR_INIT;
	PyObject *list = NULL;
	tw_status status;

	if (!rows)
		return PyErr_NoMemory();
	rows[0].size = sizeof(*rows);
	status = tw_router_ways(rows, &count, router, options, &e);
	if (status)
		(void)refuse_question(status, &e);
	else
		list = PyList_New(0);
	for (uint32_t i = 0; list && i < count; ++i)
		list = with_row(list, way_row(&rows[i]));
	PyMem_Free(rows);
	return list;
}
%}
