/**
 * @file bindings/c/refuse.h  Python, and refusals in the library's words
 */
#ifndef TW_BINDINGS_C_REFUSE_H
#define TW_BINDINGS_C_REFUSE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <trunkwise/base.h>

/* An Error of Python's making that reads like the library's own. */
tw_status refuse(tw_error *err, tw_status status, const char *field,
		 const char *fmt, ...) TW_PRINTF(4, 5);

#endif
