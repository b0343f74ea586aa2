/**
 * @file bindings/c/calls.c  Columns of calls as Python hands them over
 *
 * Decides which buffers and Arrow arrays are columns of calls. What lies in
 * one piece as the library reads it is not copied; the rest is packed
 * (packed.c). Refuses to know what is in a row: the library says that of each
 * one. Memory is borrowed until the columns are freed, under the GIL; nobody
 * may write to it while it is rated.
 */
#include "columns.h"

#include "packed.h"
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
	struct packed packed[DURATIONS + 1];    /* what had to be copied */
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
	for (int i = 0; i <= DURATIONS; i++)
		packed_free(&calls->packed[i]);
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

static bool is_valid(const struct validity *valid, size_t row)
{
	size_t at = (size_t)valid->from + row;

	return !valid->bits || (valid->bits[at / 8] >> at % 8 & 1);
}

/* int64, and the two that say themselves that they are microseconds. */
static tw_status check_type(int column, const struct ArrowSchema *type,
			    tw_error *err)
{
	const char *format = type->format;
	bool fits = !strcmp(format, "l");

	if (type->dictionary)
		return refuse(err, TW_EINVAL, names[column], "a dictionary "
			"of values; cast it to the values themselves");
	if (column <= CALLERS && !packed_is_text(format))
		return refuse(err, TW_EINVAL, names[column], "an Arrow array "
			"of \"%.20s\" is no column of numbers; cast it to "
			"utf8 (pyarrow.string())", format);
	if (column <= CALLERS)
		return TW_OK;
	if (column == ANSWERS && !strncmp(format, "tsu:", 4) && format[4])
		fits = true;
	if (column == DURATIONS && !strcmp(format, "tDu"))
		fits = true;
	if (!fits)
		return refuse(err, TW_EINVAL, names[column], "an Arrow array "
			"of \"%.20s\" is no column of microseconds; cast it "
			"to %s", format, column == ANSWERS ?
			"timestamp(\"us\", tz=\"UTC\") or int64" :
			"duration(\"us\") or int64");

	return TW_OK;
}

static void set_int64(call_columns *calls, int column, const int64_t *values)
{
	if (column == ANSWERS)
		calls->answers = values;
	else
		calls->durations_us = values;
}

/* Of an int64 column, or of utf8, whose offsets are checked here. */
static tw_status lend_array(call_columns *calls, int column, tw_error *err)
{
	const struct ArrowArray *array = &calls->arrays[column];
	static const int32_t none[1] = { 0 };
	struct text text = { "", none, 0 };
	bool nulls = array->n_buffers && array->buffers[0] &&
		array->null_count;

	if (array->n_buffers != (column <= CALLERS ? 3 : 2))
		return refuse(err, TW_EINVAL, names[column], "an Arrow array "
			"with %lld buffers", (long long)array->n_buffers);
	if (nulls)
		calls->valid[column] = (struct validity){
			array->buffers[0], array->offset };
	if (column > CALLERS) {
		if (array->length)
			set_int64(calls, column, (const int64_t *)
				  array->buffers[1] + array->offset);
		return TW_OK;
	}
	if (array->length)
		text.offsets = (const int32_t *)array->buffers[1] +
			array->offset;
	if (array->length && array->buffers[2])
		text.data = array->buffers[2];
	calls->texts[column] = text;

	return check_rising(text.offsets, array->length, names[column], err);
}

static tw_status pack_chunk(call_columns *calls, int column,
			    const char *format, const struct ArrowArray *chunk,
			    tw_error *err)
{
	struct packed *packed = &calls->packed[column];

	if (column <= CALLERS)
		return packed_add_texts(packed, format, chunk, names[column],
					err);

	return packed_add_int64s(packed, chunk, names[column], err);
}

static void lend_packed(call_columns *calls, int column)
{
	const struct packed *packed = &calls->packed[column];

	if (column <= CALLERS)
		calls->texts[column] = (struct text){
			packed->data ? packed->data : "", packed->offsets, 0 };
	else
		set_int64(calls, column, packed->values);
	if (packed->has_nulls)
		calls->valid[column] = (struct validity){ packed->valid, 0 };
}

/* A hidden caller is an empty text, and what stands in a null's place may be
 * anything. */
static bool must_pack(const call_columns *calls, int column,
		      const char *format)
{
	const struct ArrowArray *array = &calls->arrays[column];

	return column <= CALLERS && (strcmp(format, "u") ||
		(column == CALLERS && array->n_buffers && array->buffers[0] &&
		 array->null_count));
}

static tw_status take_array(call_columns *calls, int column,
			    const char *format, tw_error *err)
{
	const struct ArrowArray *array = &calls->arrays[column];
	tw_status status = take_count(calls, column, array->length, err);

	if (status)
		return status;
	if (!must_pack(calls, column, format))
		return lend_array(calls, column, err);
	status = pack_chunk(calls, column, format, array, err);
	if (!status)
		lend_packed(calls, column);

	return status;
}

static tw_status start_arrow(int *column, const call_columns *calls,
			     const char *name, tw_error *err)
{
	tw_status status = column_of(column, name, NUMBERS, DURATIONS, err);

	if (!status && calls->arrays[*column].release)
		status = refuse(err, TW_EINVAL, name, "is given twice");

	return status;
}

tw_status call_columns_arrow(call_columns *calls, const char *name,
			     PyObject *schema, PyObject *array, tw_error *err)
{
	const struct ArrowSchema *type = PyCapsule_GetPointer(schema,
						ARROW_SCHEMA_CAPSULE);
	struct ArrowArray *given = type ? PyCapsule_GetPointer(array,
						ARROW_ARRAY_CAPSULE) : NULL;
	tw_status status;
	int column;

	PyErr_Clear();
	if (!given || !type->release || !given->release)
		return refuse(err, TW_EINVAL, name, "__arrow_c_array__ gave "
			"no \"arrow_schema\" and \"arrow_array\", or "
			"released ones");
	status = start_arrow(&column, calls, name, err);
	if (!status)
		status = check_type(column, type, err);
	if (status)
		return status;
	/* Moved out of its capsule, and ours to release. */
	calls->arrays[column] = *given;
	given->release = NULL;

	return take_array(calls, column, type->format, err);
}

/* ---- Arrow in chunks ---- */

static tw_status next_chunk(struct ArrowArray *out,
			    struct ArrowArrayStream *stream, const char *name,
			    tw_error *err)
{
	const char *why;

	memset(out, 0, sizeof(*out));
	if (!stream->get_next(stream, out))
		return TW_OK;
	why = stream->get_last_error(stream);

	return refuse(err, TW_EINVAL, name, "the Arrow stream broke off: "
		      "%.200s", why ? why : "no reason given");
}

/* The first chunk, and more after it: into one piece. */
static tw_status pack_stream(call_columns *calls, int column,
			     const char *format, struct ArrowArray *chunk,
			     struct ArrowArrayStream *stream, tw_error *err)
{
	tw_status status = pack_chunk(calls, column, format,
				      &calls->arrays[column], err);

	while (!status && chunk->release) {
		status = pack_chunk(calls, column, format, chunk, err);
		chunk->release(chunk);
		if (!status)
			status = next_chunk(chunk, stream, names[column],
					    err);
	}
	if (chunk->release)
		chunk->release(chunk);
	if (!status)
		status = take_count(calls, column,
			(int64_t)calls->packed[column].count, err);
	if (!status)
		lend_packed(calls, column);

	return status;
}

static tw_status take_stream(call_columns *calls, int column,
			     const struct ArrowSchema *type,
			     struct ArrowArrayStream *stream, tw_error *err)
{
	struct ArrowArray *first = &calls->arrays[column], second;
	tw_status status = check_type(column, type, err);

	if (!status)
		status = next_chunk(first, stream, names[column], err);
	if (status)
		return status;
	/* No chunk is a column without rows. */
	if (!first->release) {
		status = pack_chunk(calls, column, type->format, first, err);
		if (!status)
			lend_packed(calls, column);
		return status ? status : take_count(calls, column, 0, err);
	}
	status = next_chunk(&second, stream, names[column], err);
	if (status)
		return status;
	if (!second.release)
		return take_array(calls, column, type->format, err);

	return pack_stream(calls, column, type->format, &second, stream,
			   err);
}

tw_status call_columns_stream(call_columns *calls, const char *name,
			      PyObject *capsule, tw_error *err)
{
	struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule,
						ARROW_STREAM_CAPSULE);
	struct ArrowSchema type = { .release = NULL };
	tw_status status;
	int column;

	PyErr_Clear();
	if (!stream || !stream->release)
		return refuse(err, TW_EINVAL, name, "__arrow_c_stream__ gave "
			"no \"arrow_array_stream\", or a released one");
	status = start_arrow(&column, calls, name, err);
	if (!status && stream->get_schema(stream, &type))
		status = refuse(err, TW_EINVAL, name, "the Arrow stream has "
				"no schema");
	if (!status)
		status = take_stream(calls, column, &type, stream, err);
	if (type.release)
		type.release(&type);

	return status;
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
