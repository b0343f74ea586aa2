/* How C's grammar becomes Python's: status -> exception, out parameters ->
 * results, handles -> owned objects, bytes -> buffers. No logic lives here. */
%include <stdint.i>

typedef int32_t tw_status;

%{
#include <trunkwise.h>
#include <trunkwise/sys/alloc.h>

static PyObject *tw_raise_hook;      /* trunkwise.errors.raise_ */

/* Never overwrites an exception that is already on its way. */
static void tw_raise(tw_status status, const tw_error *e)
{
	if (PyErr_Occurred())
		return;
	if (!tw_raise_hook) {
		PyErr_Format(PyExc_RuntimeError, "%s: %s",
			     tw_status_name(status), e->message);
		return;
	}
	PyObject *r = PyObject_CallFunction(tw_raise_hook, "issLii",
		(int)status, e->message, e->field, (long long)e->line,
		(int)e->sip_code, (int)e->store_code);
	Py_XDECREF(r);
	if (!PyErr_Occurred())
		PyErr_SetString(PyExc_RuntimeError, e->message);
}
%}

/* A status that was well is no result: what is appended takes its place. SWIG
 * 4.3 would keep it, as the None of a function that returns something. */
#if SWIG_VERSION >= 0x040300
%{
#define tw_append(result, item) SWIG_Python_AppendOutput(result, item, 1)
%}
#else
%{
#define tw_append(result, item) SWIG_Python_AppendOutput(result, item)
%}
#endif

%inline %{
/* raise_(status, message, field, line, sip_code, store_code); borrowed for
 * the life of the module. */
static void set_raise_hook(PyObject *hook)
{
	Py_XINCREF(hook);
	Py_XDECREF(tw_raise_hook);
	tw_raise_hook = hook;
}
%}

/* noblock: the error lives in the wrapper's own scope, where the rule for
 * tw_status can read it. */
%typemap(in, numinputs=0, noblock=1) tw_error *err {
	tw_error tw_err = TW_ERROR_INIT;
	$1 = &tw_err;
}
%typemap(out) tw_status {
	if ($1 == TW_ITER_END) {
		if (!PyErr_Occurred())
			PyErr_SetNone(PyExc_StopIteration);
		SWIG_fail;
	}
	if ($1 != TW_OK) {
		tw_raise($1, &tw_err);
		SWIG_fail;
	}
	$result = SWIG_Py_Void();
}

/* A number that does not fit is told by the name of its argument. */
%{
#include "whole.h"
%}
%define TW_WHOLE(T, LEAST, MOST)
%typemap(in, noblock=1) T (unsigned long long number) {
	if (!whole_read(&number, $input, "$1_name", LEAST, MOST))
		SWIG_fail;
	$1 = ($1_ltype)number;
}
%enddef
TW_WHOLE(int, INT_MIN, INT_MAX)
TW_WHOLE(int32_t, INT32_MIN, INT32_MAX)
TW_WHOLE(uint32_t, 0, UINT32_MAX)
TW_WHOLE(int64_t, INT64_MIN, INT64_MAX)
TW_WHOLE(uint64_t, 0, UINT64_MAX)
TW_WHOLE(size_t, 0, SIZE_MAX)

/* True and False are no numbers, but for these. */
%define TW_FLAG(NAME)
%typemap(in, noblock=1) int NAME (unsigned long long number) {
	number = $input == Py_True;
	if (!PyBool_Check($input) &&
	    !whole_read(&number, $input, "$1_name", 0, 1))
		SWIG_fail;
	$1 = (int)number;
}
%enddef
TW_FLAG(add)
TW_FLAG(back)
TW_FLAG(carry_over)
TW_FLAG(dry_run)
TW_FLAG(keep_age)
TW_FLAG(leased)
TW_FLAG(usable)

/* Text ends where Python says, or is refused by the name of its argument. */
%{
#include "text.h"
%}
%typemap(in, noblock=1) const char * {
	if (!text_read((const char **)&$1, $input, "$1_name"))
		SWIG_fail;
}
%typemap(freearg) const char * ""

/* Opaque handles: made by a T **out, freed with the Python object. */
%define TW_HANDLE(T)
%nodefaultctor T;
typedef struct T {} T;
%extend T { ~T() { T##_free($self); } }
%typemap(in, numinputs=0) T **out (T *made = NULL),
	T **out_rejects (T *made = NULL) { $1 = &made; }
%typemap(argout) T **out, T **out_rejects {
	$result = tw_append($result,
		SWIG_NewPointerObj(*$1, $descriptor(T *), SWIG_POINTER_OWN));
}
%enddef

/* Result structs: a copy that Python owns, read by attribute. FREE ends what
 * the struct itself owns. */
%define TW_RESULT(T, INIT)
TW_RESULT_WITH(T, INIT, (void)0)
%enddef
%define TW_RESULT_WITH(T, INIT, FREE)
%immutable;
%nodefaultctor T;
%extend T { ~T() { FREE; PyMem_Free($self); } }
%typemap(in, numinputs=0, noblock=1) T *out (T made), T *out_diff (T made)
{
	made = (T)INIT;
	$1 = &made;
}
%typemap(argout) T *out, T *out_diff {
	T *copy = PyMem_Malloc(sizeof *copy);
	if (!copy) {
		PyErr_NoMemory();
		SWIG_fail;
	}
	*copy = *$1;
	$result = tw_append($result,
		SWIG_NewPointerObj(copy, $descriptor(T *), SWIG_POINTER_OWN));
}
%enddef

%define TW_INT_OUT(T, NAME, MAKE)
%typemap(in, numinputs=0) T *NAME (T made = 0) { $1 = &made; }
%typemap(argout) T *NAME {
	$result = tw_append($result, MAKE(*$1));
}
%enddef
TW_INT_OUT(int64_t, out, PyLong_FromLongLong)
TW_INT_OUT(int64_t, out_nanos, PyLong_FromLongLong)
TW_INT_OUT(int64_t, out_from, PyLong_FromLongLong)
TW_INT_OUT(int64_t, out_to, PyLong_FromLongLong)
TW_INT_OUT(uint64_t, out, PyLong_FromUnsignedLongLong)
TW_INT_OUT(uint64_t, out_postings, PyLong_FromUnsignedLongLong)
TW_INT_OUT(uint64_t, out_rate_index, PyLong_FromUnsignedLongLong)
TW_INT_OUT(uint32_t, out, PyLong_FromUnsignedLong)
TW_INT_OUT(int, out, PyLong_FromLong)

/* New strings. */
%typemap(in, numinputs=0) char **out (char *made = NULL) { $1 = &made; }
%typemap(argout) char **out {
	$result = tw_append($result, PyUnicode_FromString(*$1));
	tw_free(*$1);
}

/* Any object with a contiguous buffer; held for the call. Empty from the
 * start: another argument may be refused before this one is looked at. */
%typemap(in) (const void *data, size_t size) (Py_buffer view = { 0 }) {
	if (PyObject_GetBuffer($input, &view, PyBUF_SIMPLE) < 0)
		SWIG_fail;
	$1 = view.buf;
	$2 = (size_t)view.len;
}
%typemap(freearg) (const void *data, size_t size) {
	if (view$argnum.obj)
		PyBuffer_Release(&view$argnum);
}
%apply (const void *data, size_t size) {
	(const void *response, size_t response_size)
};
