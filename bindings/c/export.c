/**
 * @file bindings/c/export.c  Charges as an Arrow record batch
 *
 * Decides how a charge looks to Arrow: money as decimal128(19, 9) with its
 * currency as metadata, a null where there is no price, the status as a
 * dictionary of names. Seconds and rows are shared, not copied; money is
 * widened, because Arrow's old readers know no decimal of 64 bits. Nothing
 * here needs the GIL to let go.
 */
#include "columns.h"

#include "arrow.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 6

struct field {
	const char *name;
	const char *format;
	int column;
	int64_t flags;
};

static const struct field fields[FIELDS] = {
	{ "status", "c", CHARGE_STATUS, 0 },
	{ "cost", "d:19,9", CHARGE_COST, ARROW_FLAG_NULLABLE },
	{ "net", "d:19,9", CHARGE_NET, ARROW_FLAG_NULLABLE },
	{ "vat", "d:19,9", CHARGE_VAT, ARROW_FLAG_NULLABLE },
	{ "charged_s", "l", CHARGE_CHARGED_S, ARROW_FLAG_NULLABLE },
	{ "rate_index", "l", CHARGE_RATE_INDEX, ARROW_FLAG_NULLABLE },
};

/* ---- schema ---- */

static void release_schema(struct ArrowSchema *schema)
{
	for (int64_t i = 0; i < schema->n_children; i++) {
		struct ArrowSchema *child = schema->children[i];

		if (child && child->release)
			child->release(child);
		free(child);
	}
	free(schema->children);
	if (schema->dictionary && schema->dictionary->release)
		schema->dictionary->release(schema->dictionary);
	free(schema->dictionary);
	free(schema->private_data);
	schema->release = NULL;
}

static char *put_text(char *at, const char *text)
{
	int32_t size = (int32_t)strlen(text);

	memcpy(at, &size, sizeof(size));
	memcpy(at + sizeof(size), text, (size_t)size);

	return at + sizeof(size) + size;
}

/* {"currency": "RUB"} as Arrow writes it: counts and sizes before texts. */
static char *currency_metadata(const charge_columns *charges)
{
	char *metadata = calloc(1, 64);
	const int32_t one = 1;

	if (!metadata)
		return NULL;
	memcpy(metadata, &one, sizeof(one));
	put_text(put_text(metadata + sizeof(one), "currency"),
		 charges->currency);

	return metadata;
}

static void start_schema(struct ArrowSchema *out, const char *name,
			 const char *format, int64_t flags)
{
	*out = (struct ArrowSchema){ .format = format, .name = name,
		.flags = flags, .release = release_schema };
}

static bool name_currency(struct ArrowSchema *schema,
			  const charge_columns *charges)
{
	schema->private_data = currency_metadata(charges);
	schema->metadata = schema->private_data;

	return schema->private_data != NULL;
}

static bool fill_field(struct ArrowSchema *out, const struct field *field,
		       const charge_columns *charges)
{
	start_schema(out, field->name, field->format, field->flags);
	if (*field->format == 'd')
		return name_currency(out, charges);
	if (field->column != CHARGE_STATUS)
		return true;
	out->dictionary = calloc(1, sizeof(*out->dictionary));
	if (!out->dictionary)
		return false;
	start_schema(out->dictionary, "", "u", 0);

	return true;
}

static int make_schema(struct ArrowSchema *out, const charge_columns *charges)
{
	bool whole;

	start_schema(out, "", "+s", 0);
	whole = name_currency(out, charges);
	out->children = calloc(FIELDS, sizeof(*out->children));
	for (int i = 0; whole && out->children && i < FIELDS; i++) {
		struct ArrowSchema *child = calloc(1, sizeof(*child));

		if (!child)
			break;
		out->children[out->n_children++] = child;
		whole = fill_field(child, &fields[i], charges);
	}
	if (whole && out->n_children == FIELDS)
		return 0;
	out->release(out);

	return ENOMEM;
}

/* ---- array ---- */

struct held {
	charge_columns *charges;
	void *validity;
	void *values;
	void *texts;
	const void *buffers[3];
};

static void release_array(struct ArrowArray *array)
{
	struct held *held = array->private_data;

	for (int64_t i = 0; i < array->n_children; i++) {
		struct ArrowArray *child = array->children[i];

		if (child && child->release)
			child->release(child);
		free(child);
	}
	free(array->children);
	if (array->dictionary && array->dictionary->release)
		array->dictionary->release(array->dictionary);
	free(array->dictionary);
	if (held) {
		charge_columns_free(held->charges);
		free(held->validity);
		free(held->values);
		free(held->texts);
	}
	free(held);
	array->release = NULL;
}

/* The array can be released from here on, whatever is still missing. */
static struct held *start_array(struct ArrowArray *out, int64_t length,
				int64_t n_buffers)
{
	struct held *held = calloc(1, sizeof(*held));

	*out = (struct ArrowArray){ .length = length,
		.n_buffers = n_buffers, .private_data = held,
		.release = release_array };
	if (held)
		out->buffers = held->buffers;

	return held;
}

/* Below 0 and absent is a row number only; money may be anything. */
static bool is_absent(int column, int64_t value)
{
	return column == CHARGE_RATE_INDEX ? value < 0 : value == INT64_MIN;
}

static bool fill_validity(struct ArrowArray *array, struct held *held,
			  int column, const int64_t *values)
{
	uint8_t *bits = calloc(1, (size_t)array->length / 8 + 1);

	if (!bits)
		return false;
	for (int64_t i = 0; i < array->length; i++) {
		if (is_absent(column, values[i]))
			array->null_count++;
		else
			bits[i / 8] |= (uint8_t)(1u << i % 8);
	}
	held->validity = bits;
	held->buffers[0] = bits;

	return true;
}

static bool fill_money(struct held *held, const int64_t *values,
		       size_t count)
{
	int64_t *wide = malloc((count + 1) * 2 * sizeof(*wide));

	if (!wide)
		return false;
	for (size_t i = 0; i < count; i++) {
		int64_t value = values[i] == INT64_MIN ? 0 : values[i];

		wide[2 * i + PY_BIG_ENDIAN] = value;
		wide[2 * i + PY_LITTLE_ENDIAN] = value < 0 ? -1 : 0;
	}
	held->values = wide;
	held->buffers[1] = wide;

	return true;
}

static bool fill_int64(struct ArrowArray *out, const struct field *field,
		       charge_columns *charges)
{
	struct held *held = start_array(out, (int64_t)charges->count, 2);
	const int64_t *values = charges->int64s[field->column];

	if (!held || !fill_validity(out, held, field->column, values))
		return false;
	if (*field->format == 'd')
		return fill_money(held, values, charges->count);
	held->charges = charge_columns_ref(charges);
	held->buffers[1] = values;

	return true;
}

/* Names of 0, -1, -2 .. as long as the library has them. */
static bool fill_names(struct ArrowArray *out)
{
	struct held *held = start_array(out, 0, 3);
	size_t room = 128 * 24;
	int32_t *offsets, used = 0;
	char *texts;

	if (!held)
		return false;
	held->values = offsets = calloc(129, sizeof(*offsets));
	held->texts = texts = calloc(1, room);
	if (!offsets || !texts)
		return false;
	while (out->length < 128) {
		const char *name = tw_status_name((tw_status)-out->length);
		size_t size = strlen(name);

		if (!strcmp(name, "TW_?") || (size_t)used + size > room)
			break;
		memcpy(texts + used, name, size);
		used += (int32_t)size;
		offsets[++out->length] = used;
	}
	held->buffers[1] = offsets;
	held->buffers[2] = texts;

	return true;
}

static bool fill_statuses(struct ArrowArray *out,
			  const charge_columns *charges)
{
	struct held *held = start_array(out, (int64_t)charges->count, 2);
	int8_t *indexes;

	if (!held)
		return false;
	held->values = indexes = malloc(charges->count + 1);
	out->dictionary = calloc(1, sizeof(*out->dictionary));
	if (!indexes || !out->dictionary || !fill_names(out->dictionary))
		return false;
	for (size_t i = 0; i < charges->count; i++)
		indexes[i] = (int8_t)-charges->statuses[i];
	held->buffers[1] = indexes;

	return true;
}

static int make_array(struct ArrowArray *out, charge_columns *charges)
{
	bool whole = start_array(out, (int64_t)charges->count, 1) != NULL;

	out->children = calloc(FIELDS, sizeof(*out->children));
	for (int i = 0; whole && out->children && i < FIELDS; i++) {
		struct ArrowArray *child = calloc(1, sizeof(*child));

		if (!child)
			break;
		out->children[out->n_children++] = child;
		whole = fields[i].column == CHARGE_STATUS ?
			fill_statuses(child, charges) :
			fill_int64(child, &fields[i], charges);
	}
	if (whole && out->n_children == FIELDS)
		return 0;
	out->release(out);

	return ENOMEM;
}

/* ---- stream: one batch ---- */

struct stream_state {
	charge_columns *charges;
	bool done;
	const char *error;
};

static int stream_schema(struct ArrowArrayStream *stream,
			 struct ArrowSchema *out)
{
	struct stream_state *state = stream->private_data;
	int error = make_schema(out, state->charges);

	state->error = error ? "out of memory" : NULL;

	return error;
}

static int stream_next(struct ArrowArrayStream *stream,
		       struct ArrowArray *out)
{
	struct stream_state *state = stream->private_data;
	int error;

	if (state->done) {
		*out = (struct ArrowArray){ .release = NULL };
		return 0;
	}
	error = make_array(out, state->charges);
	state->done = !error;
	state->error = error ? "out of memory" : NULL;

	return error;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
	return ((struct stream_state *)stream->private_data)->error;
}

static void stream_release(struct ArrowArrayStream *stream)
{
	struct stream_state *state = stream->private_data;

	charge_columns_free(state->charges);
	free(state);
	stream->release = NULL;
}

/* ---- capsules: who takes the struct out leaves `release` NULL ---- */

static void free_schema_capsule(PyObject *capsule)
{
	struct ArrowSchema *schema = PyCapsule_GetPointer(capsule,
						ARROW_SCHEMA_CAPSULE);

	if (schema->release)
		schema->release(schema);
	free(schema);
}

static void free_array_capsule(PyObject *capsule)
{
	struct ArrowArray *array = PyCapsule_GetPointer(capsule,
						ARROW_ARRAY_CAPSULE);

	if (array->release)
		array->release(array);
	free(array);
}

static void free_stream_capsule(PyObject *capsule)
{
	struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule,
						ARROW_STREAM_CAPSULE);

	if (stream->release)
		stream->release(stream);
	free(stream);
}

static PyObject *schema_capsule(struct ArrowSchema *schema)
{
	PyObject *capsule = PyCapsule_New(schema, ARROW_SCHEMA_CAPSULE,
					  free_schema_capsule);

	if (!capsule) {
		schema->release(schema);
		free(schema);
	}

	return capsule;
}

PyObject *arrow_text_schema(void)
{
	struct ArrowSchema *schema = malloc(sizeof(*schema));

	if (!schema)
		return PyErr_NoMemory();
	start_schema(schema, "", "u", ARROW_FLAG_NULLABLE);

	return schema_capsule(schema);
}

PyObject *charge_columns_arrow_schema(charge_columns *charges)
{
	struct ArrowSchema *schema = malloc(sizeof(*schema));

	if (!schema || make_schema(schema, charges)) {
		free(schema);
		return PyErr_NoMemory();
	}

	return schema_capsule(schema);
}

static PyObject *array_capsule(charge_columns *charges)
{
	struct ArrowArray *array = malloc(sizeof(*array));
	PyObject *capsule;

	if (!array || make_array(array, charges)) {
		free(array);
		return PyErr_NoMemory();
	}
	capsule = PyCapsule_New(array, ARROW_ARRAY_CAPSULE,
				free_array_capsule);
	if (!capsule) {
		array->release(array);
		free(array);
	}

	return capsule;
}

PyObject *charge_columns_arrow_array(charge_columns *charges)
{
	PyObject *schema = charge_columns_arrow_schema(charges);
	PyObject *array = schema ? array_capsule(charges) : NULL;
	PyObject *pair = array ? PyTuple_Pack(2, schema, array) : NULL;

	Py_XDECREF(schema);
	Py_XDECREF(array);

	return pair;
}

PyObject *charge_columns_arrow_stream(charge_columns *charges)
{
	struct ArrowArrayStream *stream = malloc(sizeof(*stream));
	struct stream_state *state = calloc(1, sizeof(*state));
	PyObject *capsule;

	if (!stream || !state) {
		free(stream);
		free(state);
		return PyErr_NoMemory();
	}
	state->charges = charge_columns_ref(charges);
	*stream = (struct ArrowArrayStream){ stream_schema, stream_next,
		stream_error, stream_release, state };
	capsule = PyCapsule_New(stream, ARROW_STREAM_CAPSULE,
				free_stream_capsule);
	if (!capsule) {
		stream_release(stream);
		free(stream);
	}

	return capsule;
}
