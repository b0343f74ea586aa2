/*
 * Who was tried for a call in its step. A list of those few and not a mark
 * for each member: entering a step must not cost more in a pool of 100,000
 * than in one of 10. A longer list gets a hash table behind it, of which a
 * step uses as much as it fills, however large it was for another one.
 */
#include "tried.h"

#include <assert.h>
#include <string.h>

#define FEW 16u

static size_t place_of(const struct tw_tried *tried, uint32_t slot)
{
	size_t mask = tried->table_size - 1;
	size_t i = (size_t)(slot * 2654435769u) & mask;

	while (tried->table[i] && tried->table[i] != slot + 1)
		i = (i + 1) & mask;
	return i;
}

/* At most half of the table is filled. */
static void spread(struct tw_tried *tried, size_t size)
{
	size_t i;

	tried->table_size = size;
	memset(tried->table, 0, size * sizeof(*tried->table));
	for (i = 0; i < tried->count; ++i)
		tried->table[place_of(tried, tried->slot[i])] =
			tried->slot[i] + 1;
}

tw_status tw__tried_reserve(struct tw_tried *tried, size_t more)
{
	size_t total = tried->count + more, capacity = FEW;
	uint32_t *slot;

	if (total <= tried->capacity)
		return TW_OK;
	while (capacity < total)
		capacity *= 2;
	slot = tw_malloc(3 * capacity * sizeof(*slot));
	if (!slot)
		return TW_ENOMEM;
	if (tried->count)
		memcpy(slot, tried->slot, tried->count * sizeof(*slot));
	tw_free(tried->slot);
	tried->slot = slot;
	tried->table = slot + capacity;
	tried->capacity = capacity;
	if (tried->table_size)
		spread(tried, tried->table_size);
	return TW_OK;
}

void tw__tried_free(struct tw_tried *tried)
{
	tw_free(tried->slot);
	memset(tried, 0, sizeof(*tried));
}

void tw__tried_clear(struct tw_tried *tried)
{
	tried->count = 0;
	tried->table_size = 0;
}

void tw__tried_add(struct tw_tried *tried, uint32_t slot)
{
	assert(tried->count < tried->capacity);
	tried->slot[tried->count++] = slot;
	if (tried->count <= FEW)
		return;
	if (2 * tried->count > tried->table_size)
		spread(tried, tried->table_size ? 2 * tried->table_size :
		       4 * FEW);
	else
		tried->table[place_of(tried, slot)] = slot + 1;
}

bool tw__tried_find(const struct tw_tried *tried, uint32_t slot)
{
	size_t i;

	if (tried->table_size)
		return tried->table[place_of(tried, slot)] != 0;
	for (i = 0; i < tried->count; ++i) {
		if (tried->slot[i] == slot)
			return true;
	}
	return false;
}
