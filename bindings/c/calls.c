/**
 * @file bindings/c/calls.c  Columns of calls as Python hands them over
 *
 * Decides which buffers and Arrow arrays are columns of calls. Nothing is
 * copied, but for callers of which some are null. Refuses to know what is in
 * a row: the library says that of each one. Memory is borrowed until the
 * columns are freed, under the GIL; nobody may write to it while it is rated.
 */
#include "columns.h"

#include "arrow.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>

enum { NUMBERS, CALLERS, ANSWERS, DURATIONS, DIRECTIONS, RELATIONS, COLUMNS };

static const char *const names[COLUMNS] = {
	"numbers", "callers", "answers", "durations_us", "directions",
	"relations",
};

struct text {
	const char *data;
	const int32_t *offsets;
	size_t stride;
};

/* A bit for each row; NULL when none is missing. */
struct validity {
	const uint8_t *bits;
	int64_t from;
};

struct call_columns {
	bool counted;
	size_t count;
	uint32_t direction;
	struct text texts[CALLERS + 1];
	const int64_t *answers;
	const int64_t *durations_us;
	const uint8_t *directions;
	const uint8_t *relations;
	struct validity valid[COLUMNS];
	Py_buffer views[COLUMNS];
	Py_buffer offset_views[CALLERS + 1];
	struct ArrowArray arrays[COLUMNS];
	void *packed;           /* callers without their nulls */
};

tw_status call_columns_new(call_columns **out, uint32_t direction,
			   tw_error *err)
{
	call_columns *calls = tw_calloc(1, sizeof(*calls));

	if (!calls)
		return refuse(err, TW_ENOMEM, "", "out of memory");
	calls->direction = direction;
	*out = calls;

	return TW_OK;
}

void call_columns_free(call_columns *calls)
{
	if (!calls)
		return;
	for (int i = 0; i < COLUMNS; i++) {
		PyBuffer_Release(&calls->views[i]);
		if (calls->arrays[i].release)
			calls->arrays[i].release(&calls->arrays[i]);
	}
	PyBuffer_Release(&calls->offset_views[NUMBERS]);
	PyBuffer_Release(&calls->offset_views[CALLERS]);
	tw_free(calls->packed);
	tw_free(calls);
}

size_t call_columns_count(const call_columns *calls)
{
	return calls->count;
}

static tw_status column_of(int *out, const char *name, int from, int to,
			   tw_error *err)
{
	*out = from;
	while (*out < to && strcmp(names[*out], name))
		++*out;
	if (strcmp(names[*out], name))
		return refuse(err, TW_EINVAL, name,
			      "no such column of calls");

	return TW_OK;
}

/* All columns have as many rows as the first one. */
static tw_status take_count(call_columns *calls, int column, int64_t count,
			    tw_error *err)
{
	if (!calls->counted) {
		calls->counted = true;
		calls->count = (size_t)count;
	}
	if ((size_t)count != calls->count)
		return refuse(err, TW_EINVAL, names[column], "%lld rows where "
			"the first column has %zu", (long long)count,
			calls->count);

	return TW_OK;
}

/* ---- the buffer protocol ---- */

static tw_status get_view(Py_buffer *view, PyObject *data, const char *name,
			  tw_error *err)
{
	if (view->obj)
		return refuse(err, TW_EINVAL, name, "is given twice");
	if (!PyObject_GetBuffer(data, view, PyBUF_FORMAT | PyBUF_ND |
				PyBUF_C_CONTIGUOUS))
		return TW_OK;
	PyErr_Clear();
	memset(view, 0, sizeof(*view));

	return refuse(err, TW_EINVAL, name, "%.60s has no contiguous buffer "
		"of plain values; give an array, a memoryview, an Arrow array "
		"or one of numpy (a copy where it has steps)",
		Py_TYPE(data)->tp_name);
}

/* One letter of struct's, of this machine's byte order. */
static bool is_integer(const Py_buffer *view, const char *letters,
		       Py_ssize_t size)
{
	const char *format = view->format ? view->format : "B";

	if (*format == '@' || *format == '=' ||
	    *format == (PY_LITTLE_ENDIAN ? '<' : '>'))
		format++;

	return view->ndim == 1 && view->itemsize == size && *format &&
		!format[1] && strchr(letters, *format);
}

static bool is_text(const Py_buffer *view)
{
	const char *format = view->format ? view->format : "B";
	size_t digits = strspn(format, "0123456789");

	return view->ndim == 1 && !strcmp(format + digits, "s");
}

/* Rows of a table of bytes, or what numpy calls S. */
static tw_status read_stride(struct text *out, const Py_buffer *view,
			     const char *name, tw_error *err)
{
	bool table = view->ndim == 2 && view->itemsize == 1;

	if (!table && !is_text(view))
		return refuse(err, TW_EINVAL, name, "a buffer of \"%.20s\" is "
			"no column of texts; give numpy's S (astype(\"S16\")),"
			" a pair (offsets, bytes), an Arrow array or a list",
			view->format ? view->format : "B");
	out->data = view->buf;
	out->stride = (size_t)(table ? view->shape[1] : view->itemsize);
	if (!out->stride && view->shape[0])
		return refuse(err, TW_EINVAL, name,
			      "texts of no width; a number has digits");

	return TW_OK;
}

/* All of them, here: threads look at slices of their own only. */
static tw_status check_rising(const int32_t *offsets, int64_t count,
			      const char *name, tw_error *err)
{
	if (offsets[0] < 0)
		return refuse(err, TW_EINVAL, name,
			      "the first offset is below 0");
	for (int64_t i = 0; i < count; i++) {
		if (offsets[i + 1] < offsets[i])
			return refuse(err, TW_EINVAL, name, "offset %lld is "
				"below the one before it; offsets rise",
				(long long)i + 1);
	}

	return TW_OK;
}

static tw_status read_offsets(struct text *out, const Py_buffer *offsets,
			      const Py_buffer *data, const char *name,
			      tw_error *err)
{
	Py_ssize_t count;

	if (!is_integer(offsets, "il", 4) || offsets->shape[0] < 1)
		return refuse(err, TW_EINVAL, name, "offsets are int32, one "
			"more of them than rows: array(\"i\"), int32 of "
			"numpy");
	if (data->ndim != 1 || data->itemsize != 1)
		return refuse(err, TW_EINVAL, name,
			"what offsets point into is bytes");
	count = offsets->shape[0] - 1;
	out->offsets = offsets->buf;
	out->data = data->buf ? data->buf : "";
	if (out->offsets[count] > data->len)
		return refuse(err, TW_EINVAL, name, "the last offset is %d, "
			"and there are %lld bytes", (int)out->offsets[count],
			(long long)data->len);

	return check_rising(out->offsets, count, name, err);
}

tw_status call_columns_texts(call_columns *calls, const char *name,
			     PyObject *data, PyObject *offsets,
			     tw_error *err)
{
	struct text text = { 0 };
	int64_t count;
	Py_buffer *view, *places;
	tw_status status;
	int column;

	status = column_of(&column, name, NUMBERS, CALLERS, err);
	if (status)
		return status;
	view = &calls->views[column];
	places = &calls->offset_views[column];
	status = get_view(view, data, name, err);
	if (!status && offsets != Py_None)
		status = get_view(places, offsets, name, err);
	if (status)
		return status;
	if (places->obj) {
		status = read_offsets(&text, places, view, name, err);
		count = places->ndim == 1 ? places->shape[0] - 1 : 0;
	}
	else {
		status = read_stride(&text, view, name, err);
		count = view->ndim ? view->shape[0] : 0;
	}
	if (status)
		return status;
	calls->texts[column] = text;

	return take_count(calls, column, count, err);
}

tw_status call_columns_int64(call_columns *calls, const char *name,
			     PyObject *data, tw_error *err)
{
	Py_buffer *view;
	tw_status status;
	int column;

	status = column_of(&column, name, ANSWERS, DURATIONS, err);
	if (status)
		return status;
	view = &calls->views[column];
	status = get_view(view, data, name, err);
	if (status)
		return status;
	if (!is_integer(view, "ql", 8))
		return refuse(err, TW_EINVAL, name, "a buffer of \"%.20s\" is "
			"no column of int64 microseconds; give array(\"q\") "
			"or numpy's int64 (datetime64[us] by view(\"int64\"))",
			view->format ? view->format : "B");
	if (column == ANSWERS)
		calls->answers = view->buf;
	else
		calls->durations_us = view->buf;

	return take_count(calls, column, view->shape[0], err);
}

tw_status call_columns_uint8(call_columns *calls, const char *name,
			     PyObject *data, tw_error *err)
{
	Py_buffer *view;
	tw_status status;
	int column;

	status = column_of(&column, name, DIRECTIONS, RELATIONS, err);
	if (status)
		return status;
	view = &calls->views[column];
	status = get_view(view, data, name, err);
	if (status)
		return status;
	if (!is_integer(view, "B", 1))
		return refuse(err, TW_EINVAL, name, "a buffer of \"%.20s\" is "
			"no column of uint8; give bytes or a list of names",
			view->format ? view->format : "B");
	if (column == DIRECTIONS)
		calls->directions = view->buf;
	else
		calls->relations = view->buf;

	return take_count(calls, column, view->shape[0], err);
}

/* ---- Arrow ---- */

/* The array is moved out of its capsule, and is ours to release. */
static tw_status take_array(call_columns *calls, int column,
			    PyObject *capsule, tw_error *err)
{
	struct ArrowArray *array = PyCapsule_GetPointer(capsule,
							ARROW_ARRAY_CAPSULE);

	if (!array) {
		PyErr_Clear();
		return refuse(err, TW_EINVAL, names[column],
			"__arrow_c_array__ gave no \"arrow_array\"");
	}
	if (!array->release || calls->arrays[column].release)
		return refuse(err, TW_EINVAL, names[column],
			"the Arrow array is released, or given twice");
	calls->arrays[column] = *array;
	array->release = NULL;

	return TW_OK;
}

static bool has_nulls(const struct ArrowArray *array)
{
	return array->n_buffers && array->buffers[0] && array->null_count;
}

static bool is_valid(const struct validity *valid, size_t row)
{
	size_t at = (size_t)valid->from + row;

	return !valid->bits || (valid->bits[at / 8] >> at % 8 & 1);
}

/* What stands in a null's place may be anything: hidden callers are packed
 * anew as empty texts. */
static tw_status drop_nulls(call_columns *calls, struct text *text,
			    tw_error *err)
{
	const struct validity *valid = &calls->valid[CALLERS];
	const int32_t *from = text->offsets;
	size_t count = calls->count;
	int32_t *offsets, used = 0;
	char *data;

	offsets = tw_malloc((count + 1) * sizeof(*offsets) +
			    (size_t)(from[count] - from[0]));
	if (!offsets)
		return refuse(err, TW_ENOMEM, "callers", "out of memory");
	calls->packed = offsets;
	data = (char *)(offsets + count + 1);
	offsets[0] = 0;
	for (size_t i = 0; i < count; i++) {
		int32_t size = from[i + 1] - from[i];

		if (is_valid(valid, i)) {
			memcpy(data + used, text->data + from[i],
			       (size_t)size);
			used += size;
		}
		offsets[i + 1] = used;
	}
	*text = (struct text){ data, offsets, 0 };

	return TW_OK;
}

static tw_status read_arrow_text(call_columns *calls, int column,
				 const char *format, tw_error *err)
{
	const struct ArrowArray *array = &calls->arrays[column];
	static const int32_t none[1] = { 0 };
	struct text text = { "", none, 0 };
	tw_status status;

	if (strcmp(format, "u") || array->n_buffers != 3)
		return refuse(err, TW_EINVAL, names[column], "an Arrow array "
			"of \"%.20s\" is no column of numbers; cast it to "
			"utf8 (pyarrow.string())", format);
	if (array->length) {
		text.offsets = (const int32_t *)array->buffers[1] +
			array->offset;
		if (array->buffers[2])
			text.data = array->buffers[2];
	}
	status = check_rising(text.offsets, array->length, names[column],
			      err);
	if (!status && column == CALLERS && calls->valid[CALLERS].bits)
		status = drop_nulls(calls, &text, err);
	if (status)
		return status;
	calls->texts[column] = text;

	return TW_OK;
}

/* int64, and the two that say themselves that they are microseconds. */
static tw_status read_arrow_int64(call_columns *calls, int column,
				  const char *format, tw_error *err)
{
	const struct ArrowArray *array = &calls->arrays[column];
	const int64_t *values;
	bool fits = !strcmp(format, "l");

	if (column == ANSWERS && !strncmp(format, "tsu:", 4) && format[4])
		fits = true;
	if (column == DURATIONS && !strcmp(format, "tDu"))
		fits = true;
	if (!fits || array->n_buffers != 2)
		return refuse(err, TW_EINVAL, names[column], "an Arrow array "
			"of \"%.20s\" is no column of microseconds; cast it "
			"to %s", format, column == ANSWERS ?
			"timestamp(\"us\", tz=\"UTC\") or int64" :
			"duration(\"us\") or int64");
	values = array->length ?
		(const int64_t *)array->buffers[1] + array->offset : NULL;
	if (column == ANSWERS)
		calls->answers = values;
	else
		calls->durations_us = values;

	return TW_OK;
}

tw_status call_columns_arrow(call_columns *calls, const char *name,
			     PyObject *schema, PyObject *array, tw_error *err)
{
	const struct ArrowSchema *type = PyCapsule_GetPointer(schema,
						ARROW_SCHEMA_CAPSULE);
	const struct ArrowArray *values;
	tw_status status;
	int column;

	if (!type || !type->release) {
		PyErr_Clear();
		return refuse(err, TW_EINVAL, name,
			"__arrow_c_array__ gave no \"arrow_schema\"");
	}
	status = column_of(&column, name, NUMBERS, DURATIONS, err);
	if (!status)
		status = take_array(calls, column, array, err);
	if (status)
		return status;
	values = &calls->arrays[column];
	if (type->dictionary)
		return refuse(err, TW_EINVAL, name, "a dictionary of values; "
			      "cast it to the values themselves");
	status = take_count(calls, column, values->length, err);
	if (status)
		return status;
	if (has_nulls(values))
		calls->valid[column] = (struct validity){
			values->buffers[0], values->offset };
	if (column <= CALLERS)
		return read_arrow_text(calls, column, type->format, err);

	return read_arrow_int64(calls, column, type->format, err);
}

/* ---- for rating ---- */

static void slice_text(const char **data, const int32_t **offsets,
		       size_t *stride, const struct text *text, size_t from)
{
	*data = text->data;
	*offsets = text->offsets;
	*stride = text->stride;
	if (text->offsets)
		*offsets += from;
	else if (text->data)
		*data += from * text->stride;
}

tw_rating_columns call_columns_slice(const call_columns *calls, size_t from,
				     size_t to)
{
	tw_rating_columns in = TW_RATING_COLUMNS_INIT;

	in.direction = calls->direction;
	in.count = to - from;
	slice_text(&in.numbers, &in.number_offsets, &in.number_stride,
		   &calls->texts[NUMBERS], from);
	slice_text(&in.callers, &in.caller_offsets, &in.caller_stride,
		   &calls->texts[CALLERS], from);
	if (calls->answers)
		in.answers = calls->answers + from;
	if (calls->durations_us)
		in.durations_us = calls->durations_us + from;
	if (calls->directions)
		in.directions = calls->directions + from;
	if (calls->relations)
		in.relations = calls->relations + from;

	return in;
}

bool call_columns_has_nulls(const call_columns *calls)
{
	return calls->valid[NUMBERS].bits || calls->valid[ANSWERS].bits ||
		calls->valid[DURATIONS].bits;
}

bool call_columns_is_null(const call_columns *calls, size_t row)
{
	return !is_valid(&calls->valid[NUMBERS], row) ||
		!is_valid(&calls->valid[ANSWERS], row) ||
		!is_valid(&calls->valid[DURATIONS], row);
}
