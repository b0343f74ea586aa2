/* Which trunk a request came by, and who calls as a carrier is told. Both are
 * pure; what they fill is handed over as tuples for trunkwise/callers.py. */

%inline %{
static PyObject *inbound_tuple(tw_status status, const tw_inbound_match *m)
{
	PyObject *names = PyList_New(0);
	uint32_t n = m->count < TW_INBOUND_CANDIDATES ? m->count
		: TW_INBOUND_CANDIDATES;

	for (uint32_t i = 0; names && i < n && m->candidates[i][0]; i++) {
		PyObject *name = PyUnicode_FromString(m->candidates[i]);

		if (!name || PyList_Append(names, name))
			Py_CLEAR(names);
		Py_XDECREF(name);
	}
	return names ? Py_BuildValue("(sIIssN)", tw_status_name(status),
				     m->how, m->count, m->trunk, m->reason,
				     names) : NULL;
}

/* One of (name, transport, port, host, contact_user, peers, carrier); texts
 * are borrowed from it. */
static int inbound_trunk(tw_inbound_trunk *out, PyObject *row)
{
	static const tw_inbound_trunk fresh = TW_INBOUND_TRUNK_INIT;

	*out = fresh;
	return PyArg_ParseTuple(row, "sIIzzzz", &out->name, &out->transport,
				&out->port, &out->host, &out->contact_user,
				&out->peers, &out->carrier);
}

static PyObject *inbound_find(PyObject *trunks, const char *host,
			      uint32_t port, uint32_t transport,
			      const char *user, const char *carrier)
{
	tw_inbound_request request = TW_INBOUND_REQUEST_INIT;
	tw_inbound_match match = TW_INBOUND_MATCH_INIT;
	tw_error e = TW_ERROR_INIT;
	PyObject *rows = PySequence_Fast(trunks, "trunks is no sequence");
	tw_inbound_trunk *list;
	Py_ssize_t n, i;
	tw_status status;

	if (!rows)
		return NULL;
	n = PySequence_Fast_GET_SIZE(rows);
	list = PyMem_Calloc(n ? (size_t)n : 1, sizeof(*list));
	if (!list) {
		Py_DECREF(rows);
		return PyErr_NoMemory();
	}
	for (i = 0; i < n; i++)
		if (!inbound_trunk(&list[i],
				   PySequence_Fast_GET_ITEM(rows, i)))
			break;
	if (i < n) {
		PyMem_Free(list);
		Py_DECREF(rows);
		return NULL;
	}
	request.host = host;
	request.port = port;
	request.transport = transport;
	request.user = user;
	request.carrier = carrier;
	status = tw_inbound_find(&match, list, (size_t)n, &request, &e);
	PyMem_Free(list);
	Py_DECREF(rows);
	if (!match.reason[0] && status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	return inbound_tuple(status, &match);
}

/* approved: a sequence of digits. */
static PyObject *identity_make(uint32_t flags, uint32_t style,
			       uint32_t forward, const char *domain,
			       const char *number, PyObject *approved,
			       const char *caller, const char *caller_name,
			       const char *reason, const char *privacy)
{
	tw_identity_request request = TW_IDENTITY_REQUEST_INIT;
	tw_leg_identity made = TW_LEG_IDENTITY_INIT;
	tw_error e = TW_ERROR_INIT;
	PyObject *rows = PySequence_Fast(approved, "approved is no sequence");
	const char **list;
	Py_ssize_t n, i;
	tw_status status;

	if (!rows)
		return NULL;
	n = PySequence_Fast_GET_SIZE(rows);
	list = PyMem_Calloc(n ? (size_t)n : 1, sizeof(*list));
	if (!list) {
		Py_DECREF(rows);
		return PyErr_NoMemory();
	}
	for (i = 0; i < n; i++) {
		list[i] = PyUnicode_AsUTF8(PySequence_Fast_GET_ITEM(rows, i));
		if (!list[i]) {
			PyMem_Free(list);
			Py_DECREF(rows);
			return NULL;
		}
	}
	request.flags = flags;
	request.style = style;
	request.forward = forward;
	request.domain = domain;
	request.number = number;
	request.approved = list;
	request.approved_count = (size_t)n;
	request.caller = caller;
	request.caller_name = caller_name;
	request.reason = reason;
	request.privacy = privacy;
	status = tw_identity_make(&made, &request, &e);
	PyMem_Free(list);
	Py_DECREF(rows);
	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(sss)", made.from_uri, made.from_name,
			     made.headers);
}
%}

int tw_identity_hides(const char *privacy);
