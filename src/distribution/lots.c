/*
 * Weights by place, for policies that draw in exact proportion: whose share
 * a point of the whole falls into is found in log places steps (Fenwick). An
 * alias table would draw in one step, and is wrong as soon as somebody turns
 * busy.
 */
#include "lots.h"

#include <assert.h>
#include <string.h>

void tw__lots_free(struct tw_lots *lots)
{
	tw_free(lots->node);
	memset(lots, 0, sizeof(*lots));
}

/* From sums of ranges to single weights and back, in place. */
static void fold(struct tw_lots *lots, bool up)
{
	size_t i, next;

	for (i = 1; i <= lots->capacity; ++i) {
		size_t at = up ? i : lots->capacity + 1 - i;

		next = at + (at & (0 - at));
		if (next > lots->capacity)
			continue;
		if (up)
			lots->node[next] += lots->node[at];
		else
			lots->node[next] -= lots->node[at];
	}
}

tw_status tw__lots_reserve(struct tw_lots *lots, size_t places)
{
	size_t capacity = lots->capacity ? lots->capacity : 16;
	struct tw_lots wide = { NULL, 0, lots->total };

	if (places <= lots->capacity)
		return TW_OK;
	while (capacity < places)
		capacity *= 2;
	wide.node = tw_calloc(capacity + 1, sizeof(*wide.node));
	if (!wide.node)
		return TW_ENOMEM;
	wide.capacity = capacity;
	if (lots->capacity) {
		fold(lots, false);
		memcpy(wide.node, lots->node,
		       (lots->capacity + 1) * sizeof(*wide.node));
	}
	fold(&wide, true);
	tw_free(lots->node);
	*lots = wide;
	return TW_OK;
}

void tw__lots_add(struct tw_lots *lots, size_t place, uint64_t weight)
{
	size_t i;

	assert(place < lots->capacity);
	lots->total += weight;
	for (i = place + 1; i <= lots->capacity; i += i & (0 - i))
		lots->node[i] += weight;
}

void tw__lots_take(struct tw_lots *lots, size_t place, uint64_t weight)
{
	tw__lots_add(lots, place, 0 - weight);   /* unsigned: it wraps back */
}

void tw__lots_insert(struct tw_lots *lots, size_t place, size_t places)
{
	assert(place <= places && places < lots->capacity);
	if (place == places)
		return;
	fold(lots, false);
	memmove(&lots->node[place + 2], &lots->node[place + 1],
		(places - place) * sizeof(*lots->node));
	lots->node[place + 1] = 0;
	fold(lots, true);
}

size_t tw__lots_find(const struct tw_lots *lots, uint64_t point)
{
	size_t at = 0, step;

	assert(point < lots->total);
	for (step = lots->capacity; step; step /= 2) {
		if (at + step > lots->capacity ||
		    lots->node[at + step] > point)
			continue;
		at += step;
		point -= lots->node[at];
	}
	return at;
}
