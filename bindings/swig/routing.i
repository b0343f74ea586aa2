/* Routing: one question to the router, its rows as tuples. */
%{
/* (verdict, emergency, carrier, trunk, prefix, destination, expected, its
 * currency, reason) */
static PyObject *route_row(const tw_route_candidate *c)
{
	return Py_BuildValue("(iissssLss)", (int)c->verdict,
		(int)c->emergency, c->carrier, c->trunk, c->prefix,
		c->destination, (long long)c->expected.nanos,
		c->expected.currency, c->reason);
}
%}

%inline %{
/* (status, message, [row]); a call that nobody can carry is an answer. */
static PyObject *router_decide(const tw_router *router, uint32_t direction,
	const char *number, const char *caller, const char *site, int64_t at,
	int64_t expected_us)
{
	tw_route_candidate rows[64];
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	PyObject *list = PyList_New(0);
	tw_error e = TW_ERROR_INIT;
	uint32_t count = 64;
	tw_status status;

	for (uint32_t i = 0; i < count; ++i)
		rows[i] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	r.direction = direction;
	r.number = number;
	r.caller = caller;
	r.site = site;
	r.at = at;
	r.expected_us = expected_us;
	status = tw_router_decide(rows, &count, router, &r, &e);
	if (status == TW_EINVAL || status == TW_ENOMEM) {
		tw_raise(status, &e);
		Py_CLEAR(list);
		return NULL;
	}
	for (uint32_t i = 0; list && i < count; ++i)
		list = with_row(list, route_row(&rows[i]));
	return list ? Py_BuildValue("(isN)", (int)status,
				    status ? e.message : "", list) : NULL;
}
%}
