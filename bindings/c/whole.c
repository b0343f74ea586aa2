/**
 * @file bindings/c/whole.c  Whole numbers of Python that must fit
 *
 * C has no room for most of them. Which number was wrong is what people need
 * to know: SWIG says "argument 3 of type 'uint32_t'" and OverflowError.
 */
#include "whole.h"

#include <limits.h>

/* What C has room for is not what the library takes: no range is told. */
static void out_of_range(PyObject *value, const char *name, int negative)
{
	PyObject *module = PyImport_ImportModule("trunkwise.errors");
	PyObject *kind = module ? PyObject_GetAttrString(module,
						"OutOfRange") : NULL;
	PyObject *text = kind ? PyUnicode_FromFormat(negative ?
				"%.60S is below 0" : "%.60S does not fit",
				value) : NULL;
	PyObject *words = text ? Py_BuildValue("{ss,ss}", "code",
				"TW_ERANGE", "field", name) : NULL;
	PyObject *one = words ? PyTuple_Pack(1, text) : NULL;
	PyObject *error = one ? PyObject_Call(kind, one, words) : NULL;

	if (error)
		PyErr_SetObject(kind, error);
	Py_XDECREF(error);
	Py_XDECREF(one);
	Py_XDECREF(words);
	Py_XDECREF(text);
	Py_XDECREF(kind);
	Py_XDECREF(module);
}

int whole_read(unsigned long long *out, PyObject *value, const char *name,
	       long long least, unsigned long long most)
{
	/* Python takes True for 1, and a caller who swapped two arguments
	 * would hear nothing */
	PyObject *whole = PyBool_Check(value) ? NULL : PyNumber_Index(value);
	unsigned long long number;
	int beyond, fits;

	if (!whole) {
		PyErr_Format(PyExc_TypeError, "%s: %.60R is no whole number",
			     name, value);
		return 0;
	}
	number = (unsigned long long)PyLong_AsLongLongAndOverflow(whole,
								  &beyond);
	fits = !beyond && (long long)number >= least &&
		((long long)number < 0 || number <= most);
	if (beyond > 0 && most > LLONG_MAX) {
		number = PyLong_AsUnsignedLongLong(whole);
		fits = !PyErr_Occurred();
		PyErr_Clear();
	}
	if (fits)
		*out = number;
	else
		out_of_range(whole, name, !least && (beyond < 0 ||
			(!beyond && (long long)number < 0)));
	Py_DECREF(whole);
	return fits;
}
