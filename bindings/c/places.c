/**
 * @file bindings/c/places.c  Files of ranges, and look-ups in Python
 *
 * Decides how a Python callable answers for a ported number. Refuses to keep
 * one alive: whoever hands it over does.
 */
#include "places.h"

#include <string.h>

static tw_status take(char *out, size_t room, PyObject *text,
		      const char *what)
{
	Py_ssize_t size;
	const char *utf8;

	if (text == Py_None)
		return TW_OK;
	if (!PyUnicode_Check(text)) {
		PyErr_Format(PyExc_TypeError, "look-up: %s is a str or None, "
			     "not %.80s", what, Py_TYPE(text)->tp_name);
		return TW_EREFUSED;
	}
	utf8 = PyUnicode_AsUTF8AndSize(text, &size);
	if (!utf8)
		return TW_EREFUSED;
	if ((size_t)size >= room || strlen(utf8) != (size_t)size) {
		PyErr_Format(PyExc_ValueError, "look-up: %s is longer than "
			     "%zu bytes, or holds a NUL", what, room - 1);
		return TW_EREFUSED;
	}
	memcpy(out, utf8, (size_t)size + 1);
	return TW_OK;
}

static tw_status take_answer(tw_place *out, PyObject *answer)
{
	tw_status status;

	if (answer == Py_None)
		return TW_ENOTFOUND;
	if (!PyTuple_Check(answer) || PyTuple_GET_SIZE(answer) != 3) {
		PyErr_SetString(PyExc_TypeError, "look-up: give (operator, "
				"region, city), or None for a number that is "
				"not ported");
		return TW_EREFUSED;
	}
	status = take(out->operator_name, sizeof(out->operator_name),
		      PyTuple_GET_ITEM(answer, 0), "operator");
	if (!status)
		status = take(out->region, sizeof(out->region),
			      PyTuple_GET_ITEM(answer, 1), "region");
	if (!status)
		status = take(out->city, sizeof(out->city),
			      PyTuple_GET_ITEM(answer, 2), "city");
	return status;
}

static tw_status find(void *arg, tw_place *out, const char *digits)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *answer = PyObject_CallFunction(arg, "s", digits);
	tw_status status = answer ? take_answer(out, answer) : TW_EREFUSED;

	Py_XDECREF(answer);
	PyGILState_Release(gil);
	return status;
}

tw_numbering_lookup python_lookup(PyObject *callable)
{
	tw_numbering_lookup lookup = TW_NUMBERING_LOOKUP_INIT;

	if (callable && callable != Py_None) {
		lookup.find = find;
		lookup.arg = callable;
	}
	return lookup;
}

tw_status numbering_find(tw_place *out, const tw_numbering *numbering,
			 const char *digits, PyObject *lookup, tw_error *err)
{
	const tw_numbering_lookup l = python_lookup(lookup);

	return tw_numbering_find(out, numbering, digits, &l, err);
}

tw_status numbering_relation(uint32_t *out, const tw_numbering *numbering,
			     const char *caller, const char *callee,
			     PyObject *lookup, tw_error *err)
{
	const tw_numbering_lookup l = python_lookup(lookup);

	return tw_numbering_relation(out, numbering, caller, callee, &l, err);
}

static tw_status take_file(tw_numbering_source *out, PyObject *file)
{
	char *data;
	Py_ssize_t size;

	*out = (tw_numbering_source)TW_NUMBERING_SOURCE_INIT;
	if (!PyArg_ParseTuple(file, "sO!", &out->name, &PyBytes_Type, &file) ||
	    PyBytes_AsStringAndSize(file, &data, &size) < 0)
		return TW_EINVAL;
	out->data = data;
	out->data_size = (size_t)size;
	return TW_OK;
}

tw_status numbering_import(tw_counts *out, tw_numbering_diff *out_diff,
			   tw_rejects **out_rejects, tw_store *store,
			   PyObject *files, tw_error *err)
{
	Py_ssize_t count = PyList_Check(files) ? PyList_GET_SIZE(files) : 0;
	tw_numbering_source *sources = PyMem_Calloc((size_t)count + 1,
						    sizeof(*sources));
	tw_status status = sources ? TW_OK : TW_ENOMEM;

	for (Py_ssize_t i = 0; i < count && !status; i++)
		status = take_file(&sources[i], PyList_GET_ITEM(files, i));
	if (!status) {
		/* the list keeps the bytes */
		Py_BEGIN_ALLOW_THREADS
		status = tw_numbering_import(out, out_diff, out_rejects,
			store, sources, (size_t)count, err);
		Py_END_ALLOW_THREADS
	}
	PyMem_Free(sources);
	return status;
}
