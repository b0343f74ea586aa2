/**
 * @file bindings/c/fields.c  A dict of options as a caller-filled struct
 *
 * Structs that grow at their end would make functions of many arguments; by
 * a table a new member costs one row. What a value means is the library's to
 * say: here only its type and size are looked at.
 */
#include "fields.h"
#include "text.h"
#include "whole.h"

#include <string.h>

static int put_text(char *at, const char *name, PyObject *value)
{
	const char *text;

	if (!text_read(&text, value, name))
		return 0;
	memcpy(at, &text, sizeof(text));
	return 1;
}

static int put_flag(char *at, const char *name, PyObject *value)
{
	const uint32_t flag = value == Py_True;

	if (!PyBool_Check(value)) {
		PyErr_Format(PyExc_TypeError, "%s: %.60R is neither True nor "
			     "False", name, value);
		return 0;
	}
	memcpy(at, &flag, sizeof(flag));
	return 1;
}

static int put(char *at, const struct field *field, PyObject *value)
{
	unsigned long long number;
	uint32_t narrow;

	switch (field->kind) {
	case FIELD_TEXT:
		return put_text(at, field->name, value);
	case FIELD_FLAG:
		return put_flag(at, field->name, value);
	case FIELD_U32:
		if (!whole_read(&number, value, field->name, 0, UINT32_MAX))
			return 0;
		narrow = (uint32_t)number;
		memcpy(at, &narrow, sizeof(narrow));
		return 1;
	case FIELD_U64:
		if (!whole_read(&number, value, field->name, 0, UINT64_MAX))
			return 0;
		break;
	default:
		if (!whole_read(&number, value, field->name, INT64_MIN,
				INT64_MAX))
			return 0;
	}
	memcpy(at, &number, sizeof(number));
	return 1;
}

int fields_read(void *out, const struct field *fields, size_t count,
		PyObject *dict)
{
	PyObject *key, *value;
	Py_ssize_t next = 0;
	size_t i;

	if (!PyDict_Check(dict)) {
		PyErr_SetString(PyExc_TypeError, "options are a dict");
		return 0;
	}
	while (PyDict_Next(dict, &next, &key, &value)) {
		for (i = 0; i < count; ++i) {
			if (PyUnicode_Check(key) &&
			    !PyUnicode_CompareWithASCIIString(key,
							fields[i].name))
				break;
		}
		if (i == count) {
			PyErr_Format(PyExc_TypeError, "no option is named %R",
				     key);
			return 0;
		}
		if (value != Py_None &&
		    !put((char *)out + fields[i].at, &fields[i], value))
			return 0;
	}
	return 1;
}
