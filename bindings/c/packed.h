/**
 * @file bindings/c/packed.h  Arrow columns copied into one piece
 */
#ifndef TW_BINDINGS_C_PACKED_H
#define TW_BINDINGS_C_PACKED_H

#include "arrow.h"
#include "refuse.h"

#include <stdbool.h>

/* A column of texts or of int64; a null is an empty text or a clear bit. */
struct packed {
	size_t count;
	size_t room;            /* rows that there is memory for */
	int32_t *offsets;
	char *data;
	size_t data_room;
	int64_t *values;
	uint8_t *valid;
	bool has_nulls;         /* of values */
};

/* Layouts of texts that can be packed: utf8, large utf8, views. */
bool packed_is_text(const char *format);
tw_status packed_add_texts(struct packed *packed, const char *format,
			   const struct ArrowArray *chunk, const char *name,
			   tw_error *err);
tw_status packed_add_int64s(struct packed *packed,
			    const struct ArrowArray *chunk, const char *name,
			    tw_error *err);
void packed_free(struct packed *packed);

/* Whether a row of an array is there. */
static inline bool arrow_is_valid(const struct ArrowArray *array, int64_t row)
{
	const uint8_t *bits = array->n_buffers ? array->buffers[0] : NULL;
	size_t at = (size_t)(array->offset + row);

	return !bits || (bits[at / 8] >> at % 8 & 1);
}

#endif
