/**
 * @file bindings/c/text.h  Text of Python as a C string
 */
#ifndef TW_BINDINGS_C_TEXT_H
#define TW_BINDINGS_C_TEXT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* `*out` is borrowed from `value`, NULL of None. Returns 0 with an exception
 * set that names the argument: TypeError, or ValueError. */
int text_read(const char **out, PyObject *value, const char *name);

#endif
