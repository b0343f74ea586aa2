/**
 * @file bindings/c/arrow.h  The Arrow C data and stream interfaces
 *
 * Field by field as Arrow's specification has them: a small stable ABI that
 * pyarrow, polars, DuckDB and others speak without a common library. Behind
 * Arrow's own guard, so that its headers may stand beside this one.
 */
#ifndef TW_BINDINGS_C_ARROW_H
#define TW_BINDINGS_C_ARROW_H

#include <stdint.h>

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE           2
#define ARROW_FLAG_MAP_KEYS_SORTED    4

/* A struct whose `release` is NULL has been released, or moved elsewhere. */
struct ArrowSchema {
	const char *format;
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *schema);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count;
	int64_t offset;
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers;
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *array);
	void *private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/* Calls return 0 or an errno; at the end get_next gives a released array. */
struct ArrowArrayStream {
	int (*get_schema)(struct ArrowArrayStream *stream,
			  struct ArrowSchema *out);
	int (*get_next)(struct ArrowArrayStream *stream,
			struct ArrowArray *out);
	const char *(*get_last_error)(struct ArrowArrayStream *stream);
	void (*release)(struct ArrowArrayStream *stream);
	void *private_data;
};
#endif

/* Names of the capsules that Python passes them in. */
#define ARROW_SCHEMA_CAPSULE "arrow_schema"
#define ARROW_ARRAY_CAPSULE  "arrow_array"
#define ARROW_STREAM_CAPSULE "arrow_array_stream"

#endif
