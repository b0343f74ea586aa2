/**
 * @file bindings/c/charges.c  Columns of charges as Python reads them
 *
 * One block of memory that memoryviews and Arrow arrays share and that the
 * last of them frees, from whatever thread. Decides where a column lies;
 * refuses to know what it means.
 */
#include "columns.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64            /* what Arrow recommends */

static size_t aligned(size_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static tw_status place_columns(charge_columns *charges, tw_error *err)
{
	size_t wide = aligned(charges->count * sizeof(int64_t));
	size_t narrow = aligned(charges->count * sizeof(int32_t));
	char *memory = aligned_alloc(ALIGNMENT, CHARGE_INT64S * wide +
				     narrow + ALIGNMENT);

	if (!memory)
		return refuse(err, TW_ENOMEM, "", "out of memory");
	charges->memory = memory;
	for (int i = 0; i < CHARGE_INT64S; i++, memory += wide)
		charges->int64s[i] = (int64_t *)memory;
	charges->statuses = (int32_t *)memory;

	return TW_OK;
}

tw_status charge_columns_new(charge_columns **out, size_t count,
			     const tw_deck *deck, tw_error *err)
{
	charge_columns *charges;
	tw_status status;

	if (count > SIZE_MAX / 64)
		return refuse(err, TW_ERANGE, "", "%zu rows", count);
	charges = calloc(1, sizeof(*charges));
	if (!charges)
		return refuse(err, TW_ENOMEM, "", "out of memory");
	charges->refs = 1;
	charges->count = count;
	memcpy(charges->currency, tw_deck_rules(deck)->currency,
	       sizeof(charges->currency));
	status = place_columns(charges, err);
	if (status)
		charge_columns_free(charges);
	else
		*out = charges;

	return status;
}

charge_columns *charge_columns_ref(charge_columns *charges)
{
	__atomic_fetch_add(&charges->refs, 1, __ATOMIC_RELAXED);

	return charges;
}

void charge_columns_free(charge_columns *charges)
{
	if (!charges ||
	    __atomic_sub_fetch(&charges->refs, 1, __ATOMIC_ACQ_REL))
		return;
	free(charges->memory);
	free(charges);
}

const char *charge_columns_currency(const charge_columns *charges)
{
	return charges->currency;
}

/* A row without a number, an answer or a duration is no call. */
static uint64_t refuse_nulls(charge_columns *charges,
			     const call_columns *calls, size_t from,
			     size_t to)
{
	uint64_t priced = 0;

	for (size_t row = from; row < to; row++) {
		if (call_columns_is_null(calls, row)) {
			charges->statuses[row] = TW_EINVAL;
			for (int i = 0; i < CHARGE_INT64S; i++)
				charges->int64s[i][row] = INT64_MIN;
		}
		priced += charges->statuses[row] == TW_OK;
	}

	return priced;
}

tw_status charge_columns_rate(uint64_t *out, charge_columns *charges,
			      const tw_deck *deck, const call_columns *calls,
			      size_t from, size_t to, tw_error *err)
{
	tw_charge_columns slice = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns in;
	tw_status status;

	if (from > to || to > charges->count ||
	    to > call_columns_count(calls))
		return refuse(err, TW_EINVAL, "", "rows %zu to %zu of %zu",
			      from, to, charges->count);
	in = call_columns_slice(calls, from, to);
	slice.costs = charges->int64s[CHARGE_COST] + from;
	slice.nets = charges->int64s[CHARGE_NET] + from;
	slice.vats = charges->int64s[CHARGE_VAT] + from;
	slice.charged_s = charges->int64s[CHARGE_CHARGED_S] + from;
	slice.rate_indexes = charges->int64s[CHARGE_RATE_INDEX] + from;
	slice.statuses = charges->statuses + from;
	status = tw_rating_rate_columns(&slice, deck, &in, out, err);
	if (!status && call_columns_has_nulls(calls))
		*out = refuse_nulls(charges, calls, from, to);

	return status;
}

/* ---- a column as a Python object with a buffer ---- */

typedef struct {
	PyObject_HEAD
	charge_columns *charges;
	int column;
	Py_ssize_t shape;
	Py_ssize_t stride;
} ColumnObject;

static int column_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
	ColumnObject *c = (ColumnObject *)self;
	bool narrow = c->column == CHARGE_STATUS;

	if (flags & PyBUF_WRITABLE) {
		PyErr_SetString(PyExc_BufferError,
				"charges are not to be written to");
		return -1;
	}
	c->stride = narrow ? sizeof(int32_t) : sizeof(int64_t);
	c->shape = (Py_ssize_t)c->charges->count;
	*view = (Py_buffer){
		.buf = narrow ? (void *)c->charges->statuses :
			c->charges->int64s[c->column],
		.obj = Py_NewRef(self), .len = c->shape * c->stride,
		.itemsize = c->stride, .readonly = 1, .ndim = 1,
		.format = flags & PyBUF_FORMAT ? (narrow ? "i" : "q") : NULL,
		.shape = flags & PyBUF_ND ? &c->shape : NULL,
		.strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ?
			&c->stride : NULL,
	};

	return 0;
}

static void column_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	charge_columns_free(((ColumnObject *)self)->charges);
	PyObject_Free(self);
	Py_DECREF(type);
}

static PyType_Slot column_slots[] = {
	{ Py_bf_getbuffer, column_getbuffer },
	{ Py_tp_dealloc, column_dealloc },
	{ 0, NULL },
};

static PyType_Spec column_spec = {
	.name = "trunkwise.raw.Column",
	.basicsize = sizeof(ColumnObject),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = column_slots,
};

/* The type is made anew for each view and lives as long: cheap beside the
 * column, and nothing static to outlive an interpreter. */
PyObject *charge_columns_view(charge_columns *charges, int column)
{
	PyTypeObject *type;
	ColumnObject *exporter;
	PyObject *view;

	if (column < 0 || column > CHARGE_STATUS) {
		PyErr_SetString(PyExc_IndexError, "no such column");
		return NULL;
	}
	type = (PyTypeObject *)PyType_FromSpec(&column_spec);
	if (!type)
		return NULL;
	exporter = PyObject_New(ColumnObject, type);
	Py_DECREF(type);
	if (!exporter)
		return NULL;
	exporter->charges = charge_columns_ref(charges);
	exporter->column = column;
	view = PyMemoryView_FromObject((PyObject *)exporter);
	Py_DECREF(exporter);

	return view;
}
