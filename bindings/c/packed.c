/**
 * @file bindings/c/packed.c  Arrow columns copied into one piece
 *
 * Decides how texts of other layouts than utf8, columns of several chunks
 * and hidden callers become what the library reads. Refuses to know which
 * column it is. What comes as plain utf8 or int64 in one piece is not copied
 * and never comes here.
 */
#include "packed.h"

#include <stdlib.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>

#define VIEW_INLINE 12          /* bytes that stand in the view itself */

bool packed_is_text(const char *format)
{
	return !strcmp(format, "u") || !strcmp(format, "U") ||
		!strcmp(format, "vu");
}

void packed_free(struct packed *packed)
{
	tw_free(packed->offsets);
	tw_free(packed->data);
	tw_free(packed->values);
	tw_free(packed->valid);
}

static bool grow(void *list, size_t count, size_t size)
{
	void *old, *grown;

	memcpy(&old, list, sizeof(old));
	grown = tw_realloc(old, count * size);
	if (!grown)
		return false;
	memcpy(list, &grown, sizeof(grown));

	return true;
}

static bool make_rows(struct packed *packed, int64_t more, bool texts)
{
	size_t want = packed->count + (size_t)more;

	if (want <= packed->room)
		return true;
	if (want < 2 * packed->room)
		want = 2 * packed->room;
	packed->room = want;
	if (texts)
		return grow(&packed->offsets, want + 1, sizeof(int32_t));

	return grow(&packed->values, want, sizeof(int64_t)) &&
		grow(&packed->valid, want / 8 + 1, 1);
}

struct text {
	const char *data;
	int64_t size;
};

static struct text read_view(const struct ArrowArray *chunk, int64_t row)
{
	const char *view = (const char *)chunk->buffers[1] +
		(chunk->offset + row) * 16;
	int32_t size, buffer, offset;
	int64_t last = chunk->n_buffers - 1;    /* sizes of the others */
	const int64_t *sizes = chunk->buffers[last];

	memcpy(&size, view, sizeof(size));
	if (size <= VIEW_INLINE)
		return (struct text){ view + 4, size };
	memcpy(&buffer, view + 8, sizeof(buffer));
	memcpy(&offset, view + 12, sizeof(offset));
	if (buffer < 0 || buffer >= last - 2 || offset < 0 ||
	    (int64_t)offset + size > sizes[buffer])
		return (struct text){ NULL, -1 };

	return (struct text){ (const char *)chunk->buffers[2 + buffer] +
			      offset, size };
}

static struct text read_text(const struct ArrowArray *chunk,
			     const char *format, int64_t row)
{
	int64_t at = chunk->offset + row, from, to;

	if (!arrow_is_valid(chunk, row))
		return (struct text){ "", 0 };
	if (*format == 'v')
		return read_view(chunk, row);
	if (*format == 'U') {
		const int64_t *offsets = chunk->buffers[1];

		from = offsets[at];
		to = offsets[at + 1];
	}
	else {
		const int32_t *offsets = chunk->buffers[1];

		from = offsets[at];
		to = offsets[at + 1];
	}
	if (from < 0 || to < from)
		return (struct text){ NULL, -1 };

	return (struct text){ chunk->buffers[2] ?
			      (const char *)chunk->buffers[2] + from : "",
			      to - from };
}

static tw_status add_text(struct packed *packed, const struct text *text,
			  const char *name, tw_error *err)
{
	int32_t used = packed->offsets[packed->count];
	size_t want = (size_t)used + (size_t)text->size;

	if (text->size < 0)
		return refuse(err, TW_EINVAL, name, "row %zu has no text "
			"where its offsets point", packed->count);
	if (want > INT32_MAX)
		return refuse(err, TW_ERANGE, name, "more than 2 GiB of "
			      "texts; rate them in slices");
	if (want > packed->data_room) {
		size_t room = want < 64 ? 64 : 2 * want;

		if (!grow(&packed->data, room, 1))
			return refuse(err, TW_ENOMEM, "", "out of memory");
		packed->data_room = room;
	}
	if (text->size)
		memcpy(packed->data + used, text->data, (size_t)text->size);
	packed->offsets[++packed->count] = (int32_t)want;

	return TW_OK;
}

tw_status packed_add_texts(struct packed *packed, const char *format,
			   const struct ArrowArray *chunk, const char *name,
			   tw_error *err)
{
	bool first = !packed->offsets;

	if (!make_rows(packed, chunk->length, true))
		return refuse(err, TW_ENOMEM, "", "out of memory");
	/* An empty column too has its first offset, and data to point at. */
	if (first && !grow(&packed->offsets, packed->room + 1,
			   sizeof(int32_t)))
		return refuse(err, TW_ENOMEM, "", "out of memory");
	if (first)
		packed->offsets[0] = 0;
	for (int64_t i = 0; i < chunk->length; i++) {
		const struct text text = read_text(chunk, format, i);
		tw_status status = add_text(packed, &text, name, err);

		if (status)
			return status;
	}

	return TW_OK;
}

tw_status packed_add_int64s(struct packed *packed,
			    const struct ArrowArray *chunk, const char *name,
			    tw_error *err)
{
	const int64_t *values = chunk->n_buffers == 2 ? chunk->buffers[1] :
		NULL;

	if (!chunk->length)
		return TW_OK;
	if (!values)
		return refuse(err, TW_EINVAL, name, "an Arrow array without "
			      "values");
	if (!make_rows(packed, chunk->length, false))
		return refuse(err, TW_ENOMEM, "", "out of memory");
	for (int64_t i = 0; i < chunk->length; i++) {
		size_t at = packed->count++;
		bool valid = arrow_is_valid(chunk, i);

		packed->values[at] = values[chunk->offset + i];
		if (at % 8 == 0)
			packed->valid[at / 8] = 0;
		packed->valid[at / 8] |= (uint8_t)(valid << at % 8);
		packed->has_nulls |= !valid;
	}

	return TW_OK;
}
