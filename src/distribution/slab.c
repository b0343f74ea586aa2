/*
 * Objects of one size in blocks, so that each begins a cache line and what
 * stands side by side was made one after another: a hundred thousand single
 * allocations are as many pages to look up. Blocks double, from four objects
 * on: a small engine takes little. Does not know what the objects are.
 */
#include "slab.h"

#include <string.h>

#define FEW  4u
#define MANY 1024u

static bool add_block(struct tw_slab *slab, size_t size)
{
	const size_t blocks = slab->block_count;
	const size_t count = blocks < 8 ? FEW << blocks : MANY;
	char *block;

	if (tw__grow((void **)&slab->block, &slab->block_capacity,
		     blocks + 1, sizeof(*slab->block)))
		return false;
	block = tw_calloc(count + 1, size);
	if (!block)
		return false;
	slab->block[slab->block_count++] = block;
	slab->fresh = block + (TW_LINE - (uintptr_t)block % TW_LINE) % TW_LINE;
	slab->fresh_count = count;
	return true;
}

void *tw__slab_take(struct tw_slab *slab, size_t size)
{
	void *object = slab->given_back;

	size = (size + TW_LINE - 1) / TW_LINE * TW_LINE;
	if (object) {
		memcpy(&slab->given_back, object, sizeof(object));
		memset(object, 0, size);
		return object;
	}
	if (!slab->fresh_count && !add_block(slab, size))
		return NULL;
	object = slab->fresh;
	slab->fresh += size;
	--slab->fresh_count;
	return object;
}

void tw__slab_give(struct tw_slab *slab, void *object)
{
	memcpy(object, &slab->given_back, sizeof(object));
	slab->given_back = object;
}

void tw__slab_free(struct tw_slab *slab)
{
	size_t i;

	for (i = 0; i < slab->block_count; ++i)
		tw_free(slab->block[i]);
	tw_free(slab->block);
	memset(slab, 0, sizeof(*slab));
}
