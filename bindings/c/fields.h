/**
 * @file bindings/c/fields.h  A dict of options as a caller-filled struct
 */
#ifndef TW_BINDINGS_C_FIELDS_H
#define TW_BINDINGS_C_FIELDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_TEXT,                     /* const char *, borrowed */
	FIELD_U32,                      /* also ids of four bytes */
	FIELD_FLAG,                     /* of four bytes: True or False */
	FIELD_U64,
	FIELD_I64
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t at;
};

/* One row for each member of a struct, as its header has it. */
#define FIELD(T, kind, name) { #name, FIELD_ ## kind, offsetof(T, name) }

/* Fills what the dict names; None leaves a field as its _INIT has it. Borrows
 * texts from the dict. Returns 0 with an exception set for a name that is not
 * a field, a wrong type, or a number that does not fit. */
int fields_read(void *out, const struct field *fields, size_t count,
		PyObject *dict);

#endif
