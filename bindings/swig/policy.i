/* Policies written in Python: a trampoline by hand, since SWIG has directors
 * for C++ only. What Python raises is put aside by trunkwise/policy.py and
 * goes on as words: a verb that was done may not come back with an exception
 * of somebody else's. */
%nodefaultctor tw_look;
%nodefaultdtor tw_look;
typedef struct tw_look {} tw_look;

%{
#include <trunkwise/sys/policy.h>

enum { OWN_PICK, OWN_OFFERED, OWN_ANSWERED, OWN_ENDED };

/* arg(what, look, state, place, outcome); state is a dict for each tier. */
static PyObject *own_call(int what, const tw_look *look, void *state,
			  uint32_t place, uint32_t outcome, void *arg)
{
	PyObject **dict = state, *seen, *result;

	if (!*dict && !(*dict = PyDict_New()))
		return NULL;
	seen = SWIG_NewPointerObj((void *)look, SWIGTYPE_p_tw_look, 0);
	if (!seen)
		return NULL;
	result = PyObject_CallFunction(arg, "iNOII", what, seen, *dict,
				       (unsigned)place, (unsigned)outcome);
	return result;
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
	result = own_call(what, look, state, place, outcome, arg);
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

%inline %{
/* `told`: bits of what it wants to be told, 1 offered, 2 answered, 4 ended. */
static tw_status engine_add_policy(uint32_t *out, tw_engine *engine,
	const char *name, PyObject *ask, uint32_t told, tw_error *err)
{
	tw_policy_table t = TW_POLICY_TABLE_INIT;
	tw_status status;

	t.name = name;
	t.state_size = sizeof(PyObject *);
	t.pick = own_pick;
	t.offered = told & 1u ? own_offered : NULL;
	t.answered = told & 2u ? own_answered : NULL;
	t.ended = told & 4u ? own_ended : NULL;
	t.clear = own_clear;
	t.arg = ask;
	t.arg_free = own_free;
	status = tw_engine_add_policy(out, engine, &t, err);
	if (status == TW_OK)
		Py_INCREF(ask);
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
