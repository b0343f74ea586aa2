/* Policies written in Python: a trampoline by hand, since SWIG has directors
 * for C++ only. What Python raises is put aside by trunkwise/policy.py and
 * goes on as words: a verb that was done may not come back with an exception
 * of somebody else's. */
%nodefaultctor tw_look;
%nodefaultdtor tw_look;
typedef struct tw_look {} tw_look;

%{
#include <trunkwise/sys/policy.h>

enum { OWN_PICK, OWN_OFFERED, OWN_ANSWERED, OWN_ENDED, OWN_SAVE, OWN_LOAD };

/* arg(what, look, state, place, outcome, data); state is a dict for each
 * tier. */
static PyObject *own_call(int what, const tw_look *look, void *state,
			  uint32_t place, uint32_t outcome,
			  const tw_policy_bytes *bytes, void *arg)
{
	PyObject **dict = state, *seen, *data;

	if (!*dict && !(*dict = PyDict_New()))
		return NULL;
	seen = SWIG_NewPointerObj((void *)look, SWIGTYPE_p_tw_look, 0);
	data = bytes ? PyBytes_FromStringAndSize(bytes->data,
						 (Py_ssize_t)bytes->size) :
		Py_NewRef(Py_None);
	if (!seen || !data) {
		Py_XDECREF(seen);
		Py_XDECREF(data);
		return NULL;
	}
	return PyObject_CallFunction(arg, "iNOIIN", what, seen, *dict,
				     (unsigned)place, (unsigned)outcome,
				     data);
}

static tw_status own_place(uint32_t *out, PyObject *result)
{
	unsigned long place;

	if (!result)
		return TW_EREFUSED;
	if (!out || result == Py_None)
		return TW_OK;
	place = PyLong_AsUnsignedLong(result);
	if (PyErr_Occurred())
		return TW_EREFUSED;
	*out = place < TW_PLACE_NONE ? (uint32_t)place : TW_PLACE_NONE;
	return TW_OK;
}

/* "KeyError: 'x'"; the exception is gone afterwards. */
static void own_words(tw_error *err)
{
	PyObject *type, *value, *trace, *text;
	const char *words = NULL;

	PyErr_Fetch(&type, &value, &trace);
	PyErr_NormalizeException(&type, &value, &trace);
	text = value ? PyObject_Str(value) : NULL;
	if (text)
		words = PyUnicode_AsUTF8(text);
	snprintf(err->message, sizeof err->message, "%s%s%s",
		 type ? ((PyTypeObject *)type)->tp_name : "no exception",
		 words && *words ? ": " : "", words ? words : "");
	PyErr_Clear();
	Py_XDECREF(text);
	Py_XDECREF(type);
	Py_XDECREF(value);
	Py_XDECREF(trace);
}

static tw_status own_ask(uint32_t *out, int what, const tw_look *look,
	void *state, uint32_t place, uint32_t outcome, void *arg,
	tw_error *err)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *type, *value, *trace, *result;
	tw_status status;

	PyErr_Fetch(&type, &value, &trace);
	result = own_call(what, look, state, place, outcome, NULL, arg);
	status = own_place(out, result);
	Py_XDECREF(result);
	if (status && err)
		own_words(err);
	PyErr_Restore(type, value, trace);
	PyGILState_Release(gil);
	return status;
}

static tw_status own_pick(uint32_t *out, const tw_look *look, void *state,
			  void *arg, tw_error *err)
{
	*out = TW_PLACE_NONE;
	return own_ask(out, OWN_PICK, look, state, 0, 0, arg, err);
}

static tw_status own_offered(const tw_look *look, uint32_t place,
			     void *state, void *arg, tw_error *err)
{
	return own_ask(NULL, OWN_OFFERED, look, state, place, 0, arg, err);
}

static tw_status own_answered(const tw_look *look, uint32_t place,
			      void *state, void *arg, tw_error *err)
{
	return own_ask(NULL, OWN_ANSWERED, look, state, place, 0, arg, err);
}

static tw_status own_ended(const tw_look *look, uint32_t place,
			   uint32_t outcome, void *state, void *arg,
			   tw_error *err)
{
	return own_ask(NULL, OWN_ENDED, look, state, place, outcome, arg,
		       err);
}

/* (version, bytes), or None for nothing to save. */
static tw_status own_bytes(tw_policy_bytes *out, PyObject *result)
{
	Py_ssize_t size = 0;
	char *data = NULL;
	PyObject *bytes;
	unsigned version;

	if (!result)
		return TW_EREFUSED;
	if (result == Py_None)
		return TW_OK;
	if (!PyArg_ParseTuple(result, "IS", &version, &bytes) ||
	    PyBytes_AsStringAndSize(bytes, &data, &size) < 0)
		return TW_EREFUSED;
	if (size > (Py_ssize_t)TW_POLICY_SAVED_MAX) {
		PyErr_Format(PyExc_ValueError, "save() gave %zd bytes, more "
			     "than %u", size, TW_POLICY_SAVED_MAX);
		return TW_EREFUSED;
	}
	memcpy(out->data, data, (size_t)size);
	out->size = (size_t)size;
	out->version = version;
	return TW_OK;
}

static tw_status own_save(tw_policy_bytes *out, const tw_look *look,
			  const void *state, void *arg, tw_error *err)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *type, *value, *trace, *result;
	tw_status status;

	PyErr_Fetch(&type, &value, &trace);
	result = own_call(OWN_SAVE, look, (void *)(uintptr_t)state, 0, 0,
			  NULL, arg);
	status = own_bytes(out, result);
	Py_XDECREF(result);
	if (status)
		own_words(err);
	PyErr_Restore(type, value, trace);
	PyGILState_Release(gil);
	return status;
}

static tw_status own_load(const tw_policy_bytes *bytes, const tw_look *look,
			  void *state, void *arg, tw_error *err)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *type, *value, *trace, *result;

	PyErr_Fetch(&type, &value, &trace);
	result = own_call(OWN_LOAD, look, state, bytes->version, 0, bytes,
			  arg);
	if (!result)
		own_words(err);
	PyErr_Restore(type, value, trace);
	PyGILState_Release(gil);
	if (!result)
		return TW_EREFUSED;
	Py_DECREF(result);
	return TW_OK;
}

/* Objects that go away may run anything, under an exception or not. */
static void own_drop(PyObject *object)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *type, *value, *trace;

	PyErr_Fetch(&type, &value, &trace);
	Py_XDECREF(object);
	PyErr_Restore(type, value, trace);
	PyGILState_Release(gil);
}

static void own_clear(void *state, void *arg)
{
	PyObject **dict = state;

	(void)arg;
	own_drop(*dict);
	*dict = NULL;
}

static void own_free(void *arg)
{
	own_drop(arg);
}
%}

%{
/* `told`: bits of what it wants: 1 offered, 2 answered, 4 ended, 8 save,
 * 16 load. `ask` is borrowed until the table is taken. */
static void own_table(tw_policy_table *t, const char *name, PyObject *ask,
		      uint32_t told)
{
	*t = (tw_policy_table)TW_POLICY_TABLE_INIT;
	t->name = name;
	t->state_size = sizeof(PyObject *);
	t->pick = own_pick;
	t->offered = told & 1u ? own_offered : NULL;
	t->answered = told & 2u ? own_answered : NULL;
	t->ended = told & 4u ? own_ended : NULL;
	t->save = told & 8u ? own_save : NULL;
	t->load = told & 16u ? own_load : NULL;
	t->clear = own_clear;
	t->arg = ask;
	t->arg_free = own_free;
}

/* A list of (name, ask, told). */
static int own_tables(tw_policy_table *t, size_t max, PyObject *list)
{
	Py_ssize_t count = PyList_Size(list), i;

	if (count < 0)
		return 0;
	if (count > (Py_ssize_t)max) {
		PyErr_Format(PyExc_ValueError, "%zd policies; %zu at most",
			     count, max);
		return 0;
	}
	for (i = 0; i < count; i++) {
		const char *name;
		PyObject *ask;
		unsigned told;

		if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "sOI", &name,
				      &ask, &told))
			return 0;
		own_table(&t[i], name, ask, told);
	}
	return 1;
}
%}

%inline %{
static tw_status engine_add_policy(uint32_t *out, tw_engine *engine,
	const char *name, PyObject *ask, uint32_t told, tw_error *err)
{
	tw_policy_table t;
	tw_status status;

	own_table(&t, name, ask, told);
	status = tw_engine_add_policy(out, engine, &t, err);
	if (status == TW_OK)
		Py_INCREF(ask);
	return status;
}
%}

%typemap(in) (const tw_policy_table *policy, size_t policy_count)
	(tw_policy_table given[TW_POLICY_OWN_MAX]) {
	if (!own_tables(given, TW_POLICY_OWN_MAX, $input))
		SWIG_fail;
	$1 = given;
	$2 = (size_t)PyList_GET_SIZE($input);
}
%inline %{
static tw_status directory_engine(tw_engine **out,
	const tw_directory *directory, const tw_engine_options *options,
	const tw_policy_table *policy, size_t policy_count, tw_error *err)
{
	tw_engine_options o = *options;
	tw_status status;
	size_t i;

	o.policy = policy;
	o.policy_count = policy_count;
	/* each is the engine's before it could be asked */
	for (i = 0; i < policy_count; i++)
		Py_INCREF(policy[i].arg);
	status = tw_directory_engine(out, directory, &o, err);
	for (i = 0; i < policy_count && status; i++)
		Py_DECREF(policy[i].arg);
	return status;
}

/* (now, tier, pool, step, call) */
static PyObject *look_read(const tw_look *look)
{
	tw_look_facts f = TW_LOOK_FACTS_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_look_read(&f, look, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(LIIIK)", (long long)f.now, (unsigned)f.tier,
		(unsigned)f.pool.id, (unsigned)f.step,
		(unsigned long long)f.call.id);
}

/* The place after this one, or None; starts with TW_PLACE_NONE. */
static PyObject *look_next(const tw_look *look, uint32_t place)
{
	if (tw_look_next(&place, look, NULL))
		Py_RETURN_NONE;
	return PyLong_FromUnsignedLong(place);
}

/* (target, order, weight, held, capacity, skills, idle_since) */
static PyObject *look_member(const tw_look *look, uint32_t place)
{
	tw_member_facts f = TW_MEMBER_FACTS_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_look_member(&f, look, place, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IIIIIKL)", (unsigned)f.target.id,
		(unsigned)f.order, (unsigned)f.weight, (unsigned)f.held,
		(unsigned)f.capacity, (unsigned long long)f.skills,
		(long long)f.idle_since);
}
%}
tw_status tw_engine_find_policy(uint32_t *out, const tw_engine *engine,
				const char *name, tw_error *err);
