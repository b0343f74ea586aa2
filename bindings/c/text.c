/**
 * @file bindings/c/text.c  Text of Python as a C string
 *
 * C ends at the first NUL and would take the half before it for the whole:
 * a path of another file, an address of another host. SWIG lets it, and says
 * "argument 2 of type 'char const *'" of what is no text.
 */
#include "text.h"

#include <string.h>

int text_read(const char **out, PyObject *value, const char *name)
{
	Py_ssize_t size;
	const char *text;

	if (value == Py_None) {
		*out = NULL;
		return 1;
	}
	if (!PyUnicode_Check(value)) {
		PyErr_Format(PyExc_TypeError, "%s is text, not %.60s", name,
			     Py_TYPE(value)->tp_name);
		return 0;
	}
	text = PyUnicode_AsUTF8AndSize(value, &size);
	if (!text)
		return 0;
	if (strlen(text) != (size_t)size) {
		PyErr_Format(PyExc_ValueError, "%s: embedded null", name);
		return 0;
	}
	*out = text;
	return 1;
}
