/* _trunkwise_sip: managed trunk sets of libtrunkwise-sip for
 * trunkwise/trunks.py, which is the only one to import it and does so on
 * first use, so that `import trunkwise` needs no libre. */
%module(package="trunkwise", threads="1") raw_sip
%nothread;

%begin %{
#define PY_SSIZE_T_CLEAN
%}

%include "typemaps.i"

/* Calls on a set wait for its thread, so the interpreter's lock is let go
 * around each of them, also where a handle is freed. */
%thread;
TW_HANDLE(tw_trunks)
TW_HANDLE(tw_trunk)
TW_HANDLE(tw_trunk_views)
/* Results are memory of the interpreter's, and freed under its lock. */
%nothread;
TW_RESULT(tw_trunk_status, TW_TRUNK_STATUS_INIT)
TW_RESULT(tw_trunk_event, TW_TRUNK_EVENT_INIT)
TW_RESULT(tw_trunk_health, TW_TRUNK_HEALTH_INIT)
TW_RESULT(tw_trunk_view, TW_TRUNK_VIEW_INIT)
TW_RESULT(tw_trunk_way, TW_TRUNK_WAY_INIT)
TW_RESULT_WITH(tw_trunk_trace, TW_TRUNK_TRACE_INIT, tw_free($self->text))

%immutable;
typedef struct tw_trunk_status {
	uint32_t state;
	int32_t sip_code, expires_s;
	int64_t expires_at, next_try_at;
	uint64_t requests, retransmits, registrations;
	char realm[128];
	char contact_user[64];
	char reason[160];
	char target[96];
	uint32_t tls;
	int64_t certificate_until;
	uint32_t foreign;
	uint32_t flow, flows, flows_registered, outbound;
} tw_trunk_status;

typedef struct tw_trunk_event {
	uint32_t state_old, state_new;
	int32_t sip_code, next_try_s, expires_s;
	char trunk[64];
	char target[96];
	char reason[160];
	uint32_t health_old, health_new;
	uint32_t tls;
	uint32_t flow, flows, flows_registered;
} tw_trunk_event;

typedef struct tw_trunk_view {
	uint32_t state, health;
	int32_t sip_code, expires_s;
	uint32_t window, loss_percent;
	int64_t rtt_us, expires_at, next_try_at, certificate_until;
	uint64_t requests, retransmits, registrations;
	char name[64];
	char target[96];
	char reason[160];
	uint32_t foreign;
	uint32_t flows, flows_registered;
	uint64_t options, options_retransmits, options_answers;
} tw_trunk_view;

typedef struct tw_trunk_way {
	uint32_t flags, transport, port;
	char host[64];
	char server_name[256];
	char uri[320];
} tw_trunk_way;

typedef struct tw_trunk_trace {
	uint32_t direction, transport, flags;
	int64_t at;
	uint64_t lost;
	char trunk[64];
	char peer[96];
	char *text;
} tw_trunk_trace;

typedef struct tw_trunk_health {
	uint32_t verdict;
	int32_t sip_code;
	uint32_t failures, successes, window, loss_percent, repeat_percent;
	int64_t rtt_us, rtt_smoothed_us, rtt_min_us, rtt_max_us, next_at;
	uint64_t requests, retransmits, answers;
	char target[96];
	char reason[160];
} tw_trunk_health;
%mutable;
%thread;

%{
#include <stddef.h>

/* Options of a trunk by their names; one row for each, as in trunk.h. */
enum trunk_field_kind {
	TRUNK_TEXT, TRUNK_BYTES, TRUNK_NUMBER, TRUNK_FLAG, TRUNK_SECRET
};

static const struct trunk_field {
	const char *name;
	enum trunk_field_kind kind;
	size_t at;                       /* in the struct; of a flag: its bit */
	size_t size_at;                  /* of bytes */
} trunk_fields[] = {
#define FIELD(kind, name) { #name, kind, offsetof(tw_trunk_options, name), 0 }
#define BYTES(name) { #name, TRUNK_BYTES, offsetof(tw_trunk_options, name), \
	offsetof(tw_trunk_options, name ## _size) }
	FIELD(TRUNK_TEXT, name),
	FIELD(TRUNK_TEXT, registrar),
	FIELD(TRUNK_TEXT, user),
	FIELD(TRUNK_TEXT, auth_user),
	BYTES(password),
	BYTES(ca),
	BYTES(cert),
	BYTES(key),
	BYTES(crl),
	FIELD(TRUNK_TEXT, realm),
	FIELD(TRUNK_TEXT, contact_user),
	FIELD(TRUNK_TEXT, domain),
	FIELD(TRUNK_NUMBER, expires_s),
	FIELD(TRUNK_NUMBER, digest_min),
	FIELD(TRUNK_NUMBER, retry_base_s),
	FIELD(TRUNK_NUMBER, retry_max_s),
	FIELD(TRUNK_NUMBER, refused_tries),
	FIELD(TRUNK_NUMBER, refused_probe_s),
	FIELD(TRUNK_TEXT, ha1),
	FIELD(TRUNK_TEXT, backup),
	FIELD(TRUNK_TEXT, outbound_proxy),
	FIELD(TRUNK_NUMBER, target_timeout_s),
	FIELD(TRUNK_NUMBER, keepalive_s),
	FIELD(TRUNK_NUMBER, registrar_requests_per_s),
	FIELD(TRUNK_NUMBER, qualify_s),
	FIELD(TRUNK_NUMBER, qualify_timeout_ms),
	FIELD(TRUNK_NUMBER, qualify_down),
	FIELD(TRUNK_NUMBER, qualify_up),
	FIELD(TRUNK_NUMBER, qualify_loss_percent),
	FIELD(TRUNK_NUMBER, qualify_rtt_ms),
	FIELD(TRUNK_TEXT, qualify_alive),
	{ "secret", TRUNK_SECRET, 0, 0 },
	{ "empty_authorization", TRUNK_FLAG, TW_TRUNK_EMPTY_AUTHORIZATION, 0 },
	{ "no_verify", TRUNK_FLAG, TW_TRUNK_NO_VERIFY, 0 },
	{ "nat_contact", TRUNK_FLAG, TW_TRUNK_NAT_CONTACT, 0 },
	{ "static", TRUNK_FLAG, TW_TRUNK_STATIC, 0 },
	{ "stun", TRUNK_FLAG, TW_TRUNK_STUN, 0 },
	{ "gin", TRUNK_FLAG, TW_TRUNK_GIN, 0 },
	{ "must_staple", TRUNK_FLAG, TW_TRUNK_MUST_STAPLE, 0 },
	FIELD(TRUNK_TEXT, peers),
	FIELD(TRUNK_TEXT, carrier),
	FIELD(TRUNK_NUMBER, flows),
	FIELD(TRUNK_TEXT, instance),
#undef FIELD
#undef BYTES
};

/* On the set's own thread, which no Python code has made. The exception goes
 * to where those of threads go; the trunk tells of its kind only. */
static tw_status trunk_secret(tw_secret *out, void *arg, tw_error *err)
{
	PyGILState_STATE state = PyGILState_Ensure();
	PyObject *given = PyObject_CallNoArgs(arg), *type;
	tw_status status = TW_EREFUSED;
	Py_ssize_t size = 0;
	char *bytes;

	if (given && PyBytes_AsStringAndSize(given, &bytes, &size) == 0 &&
	    size <= TW_SECRET_SIZE_MAX) {
		memcpy(out->bytes, bytes, (size_t)size);
		out->length = (uint32_t)size;
		status = TW_OK;
	}
	type = PyErr_Occurred();
	if (err)
		snprintf(err->message, sizeof err->message, "%s", type ?
			((PyTypeObject *)type)->tp_name :
			"it is longer than 1024 bytes");
	if (type)
		PyErr_WriteUnraisable(arg);
	Py_XDECREF(given);
	PyGILState_Release(state);
	return status;
}

static int trunk_field_set(tw_trunk_options *o, const struct trunk_field *f,
			   PyObject *value)
{
	char *at = (char *)o + (f->kind == TRUNK_FLAG ? 0 : f->at);
	const char *text = NULL;
	unsigned long long number;
	Py_ssize_t size;
	size_t taken;
	char *bytes;

	switch (f->kind) {

	case TRUNK_TEXT:
		if (!text_read(&text, value, f->name))
			return 0;
		memcpy(at, &text, sizeof text);
		return 1;

	case TRUNK_BYTES:
		if (PyBytes_AsStringAndSize(value, &bytes, &size) < 0)
			return 0;
		taken = (size_t)size;
		memcpy(at, &bytes, sizeof bytes);
		memcpy((char *)o + f->size_at, &taken, sizeof taken);
		return 1;

	case TRUNK_NUMBER:
		if (!whole_read(&number, value, f->name, 0, UINT32_MAX))
			return 0;
		*(uint32_t *)at = (uint32_t)number;
		return 1;

	case TRUNK_SECRET:
		o->secret = trunk_secret;
		o->secret_arg = value;
		return 1;

	default:
		if (!PyBool_Check(value)) {
			PyErr_Format(PyExc_TypeError, "%s: %.60R is neither "
				     "True nor False", f->name, value);
			return 0;
		}
		if (value == Py_True)
			o->flags |= (uint32_t)f->at;
		return 1;
	}
}

/* Borrows from the dict, which nobody else holds. */
static int trunk_options_read(tw_trunk_options *o, PyObject *dict)
{
	PyObject *key, *value;
	Py_ssize_t at = 0;

	if (!PyDict_Check(dict)) {
		PyErr_SetString(PyExc_TypeError, "options are a dict");
		return 0;
	}
	while (PyDict_Next(dict, &at, &key, &value)) {
		const struct trunk_field *field = NULL;

		for (size_t i = 0; i < sizeof trunk_fields /
		     sizeof trunk_fields[0]; i++)
			if (PyUnicode_Check(key) &&
			    !PyUnicode_CompareWithASCIIString(key,
					trunk_fields[i].name))
				field = &trunk_fields[i];
		if (!field) {
			PyErr_Format(PyExc_TypeError,
				     "a trunk has no option %R", key);
			return 0;
		}
		if (value != Py_None && !trunk_field_set(o, field, value))
			return 0;
	}
	return 1;
}
%}

%typemap(in) const tw_trunk_options *options
	(tw_trunk_options o = TW_TRUNK_OPTIONS_INIT)
{
	if (!trunk_options_read(&o, $input))
		SWIG_fail;
	$1 = &o;
}
TW_INT_OUT(uint32_t, out_change, PyLong_FromUnsignedLong)

/* Taken and given back: another object where it is another handle, which the
 * caller then puts in the place of this one (that is not his any more). */
%typemap(in) tw_trunk **trunk (tw_trunk *now, tw_trunk *before) {
	void *ptr = NULL;

	if (!SWIG_IsOK(SWIG_ConvertPtr($input, &ptr,
				       $descriptor(tw_trunk *), 0)) || !ptr)
		SWIG_exception_fail(SWIG_TypeError, "a trunk is wanted");
	now = before = ptr;
	$1 = &now;
}
%typemap(argout) tw_trunk **trunk {
	$result = tw_append($result, *$1 == before$argnum ?
		SWIG_Py_Void() : SWIG_NewPointerObj(*$1,
			$descriptor(tw_trunk *), SWIG_POINTER_OWN));
}

%apply (const void *data, size_t size) {
	(const void *ca, size_t ca_size)
};
%typemap(freearg) (const void *ca, size_t ca_size) =
	(const void *data, size_t size);

%inline %{
static tw_status trunks_new(tw_trunks **out, const char *local_host,
	uint32_t local_port, uint32_t requests_per_s,
	uint32_t registrar_requests_per_s, uint32_t start_spread_s,
	int leased, uint32_t trace_max, uint32_t trace_flags,
	const char *dns_servers, const void *ca, size_t ca_size,
	tw_error *err)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;

	o.local_host = local_host;
	o.local_port = local_port;
	o.requests_per_s = requests_per_s;
	o.registrar_requests_per_s = registrar_requests_per_s;
	o.start_spread_s = start_spread_s;
	o.trace_max = trace_max;
	o.trace_flags = trace_flags;
	o.dns_servers = dns_servers;
	o.ca = ca;
	o.ca_size = ca_size;
	if (leased)
		o.flags |= TW_TRUNKS_LEASED;
	return tw_trunks_new_managed(out, &o, err);
}
%}

tw_status tw_trunk_new(tw_trunk **out, tw_trunks *trunks,
		       const tw_trunk_options *options, tw_error *err);
tw_status tw_trunk_update(uint32_t *out_change, tw_trunk **trunk,
	const tw_trunk_options *options, tw_error *err);
tw_status tw_trunk_flow_get(tw_trunk_status *out, const tw_trunk *trunk,
			    uint32_t index, tw_error *err);
tw_status tw_trunk_remove(tw_trunk *trunk, tw_error *err);
tw_status tw_trunks_lease(tw_trunks *trunks, int64_t until_us,
			  tw_error *err);
int tw_trunks_fd(const tw_trunks *trunks);
tw_status tw_trunks_next_event(tw_trunk_event *out, tw_trunks *trunks,
			       tw_error *err);
tw_status tw_trunks_snapshot(tw_trunk_views **out, const tw_trunks *trunks,
			     tw_error *err);
tw_status tw_trunk_views_next(tw_trunk_view *out, tw_trunk_views *views,
			      tw_error *err);
tw_status tw_trunks_metrics(char **out, const tw_trunks *trunks,
			    uint32_t flags, tw_error *err);
tw_status tw_trunks_next_trace(tw_trunk_trace *out, tw_trunks *trunks,
			       tw_error *err);
uint32_t tw_trunks_pending(const tw_trunks *trunks);
tw_status tw_trunk_start(tw_trunk *trunk, tw_error *err);
tw_status tw_trunk_stop(tw_trunk *trunk, tw_error *err);
tw_status tw_trunk_status_get(tw_trunk_status *out, const tw_trunk *trunk,
			      tw_error *err);
tw_status tw_trunk_authorize(char **out, tw_trunk *trunk, const char *method,
	const char *uri, const void *response, size_t response_size,
	tw_error *err);
tw_status tw_trunk_health_get(tw_trunk_health *out, const tw_trunk *trunk,
			      tw_error *err);
tw_status tw_trunk_service_route(char **out, const tw_trunk *trunk,
				 tw_error *err);
tw_status tw_trunk_associated_uris(char **out, const tw_trunk *trunk,
				   tw_error *err);
tw_status tw_trunk_public_gruu(char **out, const tw_trunk *trunk,
			       tw_error *err);
tw_status tw_trunk_gruu_cookie(char **out, const tw_trunk *trunk,
			       tw_error *err);
tw_status tw_trunk_way_get(tw_trunk_way *out, const tw_trunk *trunk,
			   tw_error *err);
tw_status tw_trunk_route_set(char **out, const tw_trunk *trunk,
			     tw_error *err);
const char *tw_trunk_state_name(uint32_t state);
const char *tw_trunk_health_name(uint32_t verdict);
