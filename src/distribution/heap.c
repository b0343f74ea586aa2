/*
 * Deadlines: which one is next. Knows nothing of what they are for. A binary
 * heap and not a wheel, because an engine has few deadlines for each call and
 * the host wants the exact next one, not the next tick of a wheel.
 */
#include "heap.h"

#include <assert.h>

void tw__timer_init(struct tw_timer *timer, uint32_t kind, void *owner)
{
	timer->at = TW_TIME_MAX;
	timer->sequence = 0;
	timer->place = TW_TIMER_IDLE;
	timer->owner = owner;
	timer->kind = kind;
}

tw_status tw__heap_reserve(struct tw_heap *heap, size_t total)
{
	if (total <= heap->capacity)
		return TW_OK;
	return tw__grow((void **)&heap->item, &heap->capacity, total,
			sizeof(*heap->item));
}

void tw__heap_free(struct tw_heap *heap)
{
	tw_free(heap->item);
	heap->item = NULL;
	heap->count = 0;
	heap->capacity = 0;
}

static bool is_before(const struct tw_timer *a, const struct tw_timer *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	return a->sequence < b->sequence;
}

static void put(struct tw_heap *heap, size_t place, struct tw_timer *timer)
{
	heap->item[place] = timer;
	timer->place = place;
}

static void rise(struct tw_heap *heap, struct tw_timer *timer)
{
	size_t place = timer->place;

	while (place > 0) {
		size_t up = (place - 1) / 2;

		if (!is_before(timer, heap->item[up]))
			break;
		put(heap, place, heap->item[up]);
		place = up;
	}
	put(heap, place, timer);
}

static void sink(struct tw_heap *heap, struct tw_timer *timer)
{
	size_t place = timer->place;

	for (;;) {
		size_t down = 2 * place + 1;

		if (down >= heap->count)
			break;
		if (down + 1 < heap->count &&
		    is_before(heap->item[down + 1], heap->item[down]))
			++down;
		if (!is_before(heap->item[down], timer))
			break;
		put(heap, place, heap->item[down]);
		place = down;
	}
	put(heap, place, timer);
}

void tw__timer_arm(struct tw_heap *heap, struct tw_timer *timer, tw_time at)
{
	tw__timer_stop(heap, timer);
	assert(heap->count < heap->capacity);
	timer->at = at;
	timer->sequence = ++heap->sequence;
	put(heap, heap->count++, timer);
	rise(heap, timer);
}

void tw__timer_stop(struct tw_heap *heap, struct tw_timer *timer)
{
	size_t place = timer->place;
	struct tw_timer *last;

	if (place == TW_TIMER_IDLE)
		return;
	assert(place < heap->count && heap->item[place] == timer);
	last = heap->item[--heap->count];
	timer->place = TW_TIMER_IDLE;
	if (last == timer)
		return;
	put(heap, place, last);
	rise(heap, last);
	sink(heap, last);
}

struct tw_timer *tw__heap_first(const struct tw_heap *heap)
{
	return heap->count ? heap->item[0] : NULL;
}
