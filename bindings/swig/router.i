/* The router as a host drives it: trunks, calls, reports. Options are dicts,
 * rows tuples that trunkwise/routing.py makes its own types of. */

%{
static const struct field carrier_fields[] = {
	FIELD(tw_route_carrier, U32, priority),
	FIELD(tw_route_carrier, TEXT, carrier),
	FIELD(tw_route_carrier, TEXT, trunk),
	FIELD(tw_route_carrier, U32, calls_max),
	FIELD(tw_route_carrier, U32, tier),
	FIELD(tw_route_carrier, I64, exchange_nanos),
	FIELD(tw_route_carrier, U32, weight),
};

static const struct field rules_fields[] = {
	FIELD(tw_route_rules, U32, suspect_after),
	FIELD(tw_route_rules, U32, down_after),
	FIELD(tw_route_rules, U32, up_after),
	FIELD(tw_route_rules, U32, down_s),
	FIELD(tw_route_rules, U32, down_max_s),
	FIELD(tw_route_rules, U32, slow_start_s),
	FIELD(tw_route_rules, U32, probe_ppm),
	FIELD(tw_route_rules, U32, rest_s),
	FIELD(tw_route_rules, U32, rest_max_s),
	FIELD(tw_route_rules, U32, refusals),
	FIELD(tw_route_rules, U32, off_s),
	FIELD(tw_route_rules, U32, measure),
	FIELD(tw_route_rules, U32, half_life_s),
	FIELD(tw_route_rules, U32, prior_calls),
	FIELD(tw_route_rules, U32, prior_ppm),
	FIELD(tw_route_rules, U32, hysteresis_ppm),
	FIELD(tw_route_rules, U32, band_ppm),
	FIELD(tw_route_rules, U32, explore_ppm),
	FIELD(tw_route_rules, U32, learn_calls),
	FIELD(tw_route_rules, U64, seed),
};

static const struct field request_fields[] = {
	FIELD(tw_route_request, U32, direction),
	FIELD(tw_route_request, TEXT, number),
	FIELD(tw_route_request, TEXT, caller),
	FIELD(tw_route_request, TEXT, site),
	FIELD(tw_route_request, TEXT, department),
	FIELD(tw_route_request, TEXT, preferred),
	FIELD(tw_route_request, I64, at),
	FIELD(tw_route_request, I64, now),
	FIELD(tw_route_request, I64, expected_us),
	FIELD(tw_route_request, I64, limit_nanos),
	FIELD(tw_route_request, U32, margin_ppm),
};

static const struct field attempt_fields[] = {
	FIELD(tw_route_attempt, U32, flags),
	FIELD(tw_route_attempt, TEXT, trunk),
	FIELD(tw_route_attempt, TEXT, number),
	FIELD(tw_route_attempt, I64, now),
};

static const struct field outcome_fields[] = {
	FIELD(tw_route_outcome, U32, flags),
	FIELD(tw_route_outcome, U32, q850),
	FIELD(tw_route_outcome, I64, retry_after_s),
	FIELD(tw_route_outcome, I64, now),
};

/* (verdict, emergency, carrier, trunk, prefix, destination, expected, its
 * currency, reason, tier, policy) */
static PyObject *order_row(const tw_route_candidate *c)
{
	return Py_BuildValue("(iissssLssIs)", (int)c->verdict,
		(int)c->emergency, c->carrier, c->trunk, c->prefix,
		c->destination, (long long)c->expected.nanos,
		c->expected.currency, c->reason, (unsigned)c->tier,
		c->policy ? tw_route_policy_name(c->policy) : "");
}

/* [(us, calls)] into two arrays of the caller; -1 with an exception. */
static int histogram_read(int64_t *us, uint32_t *calls, uint32_t *count,
			  PyObject *list)
{
	*count = 0;
	if (list == Py_None)
		return 0;
	PyObject *rows = PySequence_Fast(list, "no list of durations");
	Py_ssize_t n = rows ? PySequence_Fast_GET_SIZE(rows) : 0;
	int ok = rows != NULL;

	if (ok && n > 64) {
		PyErr_SetString(PyExc_ValueError, "more than 64 durations");
		ok = 0;
	}
	for (Py_ssize_t i = 0; ok && i < n; ++i) {
		PyObject *first, *second;
		unsigned long long d = 0, number = 0;

		ok = PyArg_ParseTuple(PySequence_Fast_GET_ITEM(rows, i),
				      "OO", &first, &second) &&
			whole_read(&d, first, "durations", INT64_MIN,
				   INT64_MAX) &&
			whole_read(&number, second, "durations (calls)", 0,
				   UINT32_MAX);
		us[i] = ok ? (int64_t)d : 0;
		calls[i] = ok ? (uint32_t)number : 0;
	}
	*count = (uint32_t)n;
	Py_XDECREF(rows);
	return ok ? 0 : -1;
}
%}

%inline %{
static tw_status router_add(tw_router *router, tw_deck *deck,
			    PyObject *options, tw_error *err)
{
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;

	if (!fields_read(&c, carrier_fields, sizeof(carrier_fields) /
			 sizeof(carrier_fields[0]), options))
		return TW_EINVAL;
	c.deck = deck;
	return tw_router_add_carrier(router, &c, err);
}

static tw_status router_tune(tw_router *router, PyObject *options,
			      tw_error *err)
{
	tw_route_rules r = TW_ROUTE_RULES_INIT;

	if (!fields_read(&r, rules_fields, sizeof(rules_fields) /
			 sizeof(rules_fields[0]), options))
		return TW_EINVAL;
	return tw_router_set_rules(router, &r, err);
}

/* {name: number} */
static PyObject *router_rules_now(const tw_router *router)
{
	tw_route_rules r = TW_ROUTE_RULES_INIT;
	PyObject *made = PyDict_New();
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_router_rules_read(&r, router, &e);

	if (status) {
		Py_XDECREF(made);
		tw_raise(status, &e);
		return NULL;
	}
	for (size_t i = 0; made && i < sizeof(rules_fields) /
	     sizeof(rules_fields[0]); ++i) {
		const char *at = (const char *)&r + rules_fields[i].at;
		PyObject *number = rules_fields[i].kind == FIELD_U64 ?
			PyLong_FromUnsignedLongLong(*(const uint64_t *)at) :
			PyLong_FromUnsignedLong(*(const uint32_t *)at);

		if (!number || PyDict_SetItemString(made,
				rules_fields[i].name, number))
			Py_CLEAR(made);
		Py_XDECREF(number);
	}
	return made;
}

/* (status, message, [row]); a call that nobody can carry is an answer. */
static PyObject *router_order(const tw_router *router,
	const tw_deck *customer, PyObject *options, PyObject *durations)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	const uint32_t room = 1024;
	uint32_t calls[64], count = room;
	tw_route_candidate *rows;
	tw_error e = TW_ERROR_INIT;
	int64_t us[64];
	tw_status status;
	PyObject *list;

	if (!fields_read(&r, request_fields, sizeof(request_fields) /
			 sizeof(request_fields[0]), options) ||
	    histogram_read(us, calls, &r.duration_count, durations) < 0)
		return NULL;
	r.durations_us = us;
	r.counts = calls;
	r.customer = customer;
	rows = PyMem_Calloc(room, sizeof(*rows));
	if (!rows)
		return PyErr_NoMemory();
	rows[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	status = tw_router_decide(rows, &count, router, &r, &e);
	if (status == TW_EINVAL || status == TW_ENOMEM) {
		PyMem_Free(rows);
		tw_raise(status, &e);
		return NULL;
	}
	list = PyList_New(0);
	for (uint32_t i = 0; list && i < count; ++i)
		list = with_row(list, order_row(&rows[i]));
	PyMem_Free(rows);
	return list ? Py_BuildValue("(isN)", (int)status,
				    status ? e.message : "", list) : NULL;
}

static PyObject *router_begin(tw_router *router, PyObject *options)
{
	tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
	tw_route_call call = { 0 };
	tw_error e = TW_ERROR_INIT;
	tw_status status;

	if (!fields_read(&a, attempt_fields, sizeof(attempt_fields) /
			 sizeof(attempt_fields[0]), options))
		return NULL;
	status = tw_router_call_begin(&call, router, &a, &e);
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return PyLong_FromUnsignedLongLong(call.id);
}

static tw_status router_end(tw_router *router, uint64_t call, int64_t now,
			    tw_error *err)
{
	return tw_router_call_end(router, (tw_route_call){ call }, now, err);
}

/* (next, class, rest_s, reason) */
static PyObject *router_report(tw_router *router, uint64_t call, int sip_code,
			       PyObject *options)
{
	tw_route_outcome o = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict v = TW_ROUTE_VERDICT_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status;

	if (!fields_read(&o, outcome_fields, sizeof(outcome_fields) /
			 sizeof(outcome_fields[0]), options))
		return NULL;
	o.sip_code = sip_code;
	status = tw_router_report(&v, router, (tw_route_call){ call }, &o,
				  &e);
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IsLs)", (unsigned)v.next,
			     tw_route_class_name(v.outcome_class),
			     (long long)v.rest_s, v.reason);
}

/* [(trunk, carrier, health, tier, weight, calls, calls_max, failures,
 * share, quality, answered, known, until, reason)] */
static PyObject *router_states(const tw_router *router, int64_t now)
{
	PyObject *list = PyList_New(0);
	tw_error e = TW_ERROR_INIT;
	tw_status status = TW_OK;

	for (size_t i = 0; list && !status; ++i) {
		tw_route_state s = TW_ROUTE_STATE_INIT;

		status = tw_router_state(&s, router, i, now, &e);
		if (!status)
			list = with_row(list, Py_BuildValue(
				"(sssIIIIIIIILLs)", s.trunk, s.carrier,
				tw_route_health_name(s.health), s.tier,
				s.weight, s.calls, s.calls_max, s.failures,
				s.share_ppm, s.quality_ppm, s.answered_ppm,
				(long long)s.known_milli, (long long)s.until,
				s.reason));
	}
	return list;
}

static PyObject *router_snapshot(const tw_router *router, int64_t now)
{
	tw_error e = TW_ERROR_INIT;
	PyObject *made;
	void *bytes;
	size_t size;
	tw_status status = tw_router_snapshot(&bytes, &size, router, now, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	made = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)size);
	tw_free(bytes);
	return made;
}

/* How many trunks were forgotten. */
static PyObject *router_restore(tw_router *router, const void *data,
				size_t size, int64_t now, int64_t age_us)
{
	tw_route_snapshot s = TW_ROUTE_SNAPSHOT_INIT;
	tw_error e = TW_ERROR_INIT;
	uint32_t forgotten = 0;
	tw_status status;

	s.data = data;
	s.data_size = size;
	s.now = now;
	s.age_us = age_us;
	status = tw_router_restore(&forgotten, router, &s, &e);
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return PyLong_FromUnsignedLong(forgotten);
}

/* (calls, trunk_calls, carrier_calls, begun, ended) */
static PyObject *router_stats(const tw_router *router)
{
	tw_router_stats s = TW_ROUTER_STATS_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_router_stats_read(&s, router, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IIIKK)", s.calls, s.trunk_calls,
			     s.carrier_calls, (unsigned long long)s.begun,
			     (unsigned long long)s.ended);
}
%}

tw_status tw_directory_used(tw_router *router, const tw_directory *directory,
			    tw_store *store, tw_error *err);
tw_status tw_router_keep(const tw_router *router, tw_store *store,
			 const char *host, int64_t now, int64_t at,
			 tw_error *err);
tw_status tw_router_recall(tw_router *router, tw_store *store,
			   const char *host, int64_t now, int64_t at,
			   tw_error *err);
tw_status tw_router_new(tw_router **out, tw_error *err);
tw_status tw_router_set_policy(tw_router *router, uint32_t tier,
			       uint32_t policy, tw_error *err);
tw_status tw_route_policy_find(uint32_t *out, const char *name,
			       tw_error *err);
tw_status tw_router_cap_carrier(tw_router *router, const char *carrier,
				uint32_t calls_max, tw_error *err);
tw_status tw_router_set_usable(tw_router *router, const char *trunk,
			       int usable, int64_t now, tw_error *err);
tw_status tw_router_set_service(tw_router *router, const char *trunk,
				uint32_t service, int64_t now, tw_error *err);
tw_status tw_router_set_class(tw_router *router, uint32_t kind,
			      uint32_t code, uint32_t outcome_class,
			      tw_error *err);
tw_status tw_router_add_quality_prefix(tw_router *router, const char *prefix,
				       tw_error *err);
tw_status tw_router_add_emergency(tw_router *router, const char *site,
				  const char *via, tw_error *err);
tw_status tw_router_add_emergency_number(tw_router *router,
					 const char *digits, tw_error *err);
