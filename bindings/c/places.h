/**
 * @file bindings/c/places.h  Files of ranges, and look-ups in Python
 */
#ifndef TW_BINDINGS_C_PLACES_H
#define TW_BINDINGS_C_PLACES_H

#include "refuse.h"

#include <trunkwise/cdr.h>

/* `files` is a list of (name, bytes); the GIL is let go meanwhile. */
tw_status numbering_import(tw_counts *out, tw_numbering_diff *out_diff,
			   tw_rejects **out_rejects, tw_store *store,
			   PyObject *files, tw_error *err);

/* A look-up that calls `callable` (borrowed; None: there is none), which gives
 * (operator, region, city) or None. Called with or without the GIL. What it
 * raises stays raised and comes out of the call that asked. */
tw_numbering_lookup python_lookup(PyObject *callable);

tw_status numbering_find(tw_place *out, const tw_numbering *numbering,
			 const char *digits, PyObject *lookup, tw_error *err);
tw_status numbering_relation(uint32_t *out, const tw_numbering *numbering,
			     const char *caller, const char *callee,
			     PyObject *lookup, tw_error *err);

#endif
