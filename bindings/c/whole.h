/**
 * @file bindings/c/whole.h  Whole numbers of Python that must fit
 */
#ifndef TW_BINDINGS_C_WHOLE_H
#define TW_BINDINGS_C_WHOLE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* `*out` is the number, as two's complement where `least` is below 0. Returns
 * 0 with an exception set that names the argument: TypeError, or OutOfRange
 * of trunkwise.errors, which is a ValueError and an OverflowError. */
int whole_read(unsigned long long *out, PyObject *value, const char *name,
	       long long least, unsigned long long most);

#endif
