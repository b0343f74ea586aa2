/*
 * Who answered a caller last, by the caller's affinity key: a cache and no
 * record. Each key has one place, and of two keys that want the same one the
 * later stays, so that it is bounded, needs no clean-up and forgets those
 * who have not called for long. To forget somebody is harmless: rendezvous
 * answers then, alike every time.
 */
#include "last.h"
#include "draw.h"

#include <string.h>

void tw__last_free(struct tw_last *last)
{
	tw_free(last->row);
	memset(last, 0, sizeof(*last));
}

tw_status tw__last_restore(struct tw_last *out, size_t size)
{
	out->row = tw_calloc(size, sizeof(*out->row));
	if (!out->row)
		return TW_ENOMEM;
	out->size = size;
	return TW_OK;
}

static struct tw_last_row *place_of(const struct tw_last *last, uint64_t key)
{
	return &last->row[tw__mix(key) & (last->size - 1)];
}

/* Twice as large; no memory: it stays as it is. */
static void grow(struct tw_last *last)
{
	struct tw_last wide = { NULL, last->size ? 2 * last->size : 64, 0 };
	size_t i;

	wide.row = tw_calloc(wide.size, sizeof(*wide.row));
	if (!wide.row)
		return;
	for (i = 0; i < last->size; ++i) {
		if (last->row[i].key)
			*place_of(&wide, last->row[i].key) = last->row[i];
	}
	wide.count = last->count;
	tw_free(last->row);
	*last = wide;
}

void tw__last_put(struct tw_last *last, uint64_t key,
		  struct tw_member *member)
{
	struct tw_last_row *row;

	if (!key)
		return;
	if (4 * last->count >= last->size && last->size < TW_LAST_MAX)
		grow(last);
	if (!last->size)
		return;
	row = place_of(last, key);
	if (!row->key)
		++last->count;
	row->key = key;
	row->member = member;
}

struct tw_member *tw__last_get(const struct tw_last *last, uint64_t key)
{
	const struct tw_last_row *row;

	if (!key || !last->size)
		return NULL;
	row = place_of(last, key);
	return row->key == key ? row->member : NULL;
}
