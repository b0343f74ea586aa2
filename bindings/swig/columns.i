/* Batches: columns in, columns out. The code is in bindings/c; nothing of it
 * is public in C. */
%{
#include "columns.h"
%}

TW_HANDLE(call_columns)
TW_HANDLE(charge_columns)

%thread charge_columns_rate;

tw_status call_columns_new(call_columns **out, uint32_t direction,
			   tw_error *err);
size_t call_columns_count(const call_columns *calls);
tw_status call_columns_texts(call_columns *calls, const char *name,
			     PyObject *data, PyObject *offsets,
			     tw_error *err);
tw_status call_columns_int64(call_columns *calls, const char *name,
			     PyObject *data, tw_error *err);
tw_status call_columns_uint8(call_columns *calls, const char *name,
			     PyObject *data, tw_error *err);
tw_status call_columns_arrow(call_columns *calls, const char *name,
			     PyObject *schema, PyObject *array,
			     tw_error *err);
tw_status call_columns_stream(call_columns *calls, const char *name,
			      PyObject *capsule, tw_error *err);
PyObject *arrow_text_schema(void);

tw_status charge_columns_new(charge_columns **out, size_t count,
			     const tw_deck *deck, tw_error *err);
tw_status charge_columns_rate(uint64_t *out, charge_columns *charges,
			      const tw_deck *deck, const call_columns *calls,
			      size_t from, size_t to, tw_error *err);
const char *charge_columns_currency(const charge_columns *charges);
PyObject *charge_columns_view(charge_columns *charges, int column);
PyObject *charge_columns_arrow_schema(charge_columns *charges);
PyObject *charge_columns_arrow_array(charge_columns *charges);
PyObject *charge_columns_arrow_stream(charge_columns *charges);
