/**
 * @file src/trunks/heap.c  The next deadline of many trunks
 *
 * Decides who is due first. A heap and not a timing wheel: deadlines reach
 * from half a second to a day, and moving one costs log n either way that
 * matters here.
 */
#include <assert.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "index.h"

static void put(struct tw_heap *heap, size_t place,
		struct tw_heap_node *node)
{
	heap->node[place] = node;
	node->place = place;
}

static void sift(struct tw_heap *heap, struct tw_heap_node *node)
{
	size_t i = node->place;

	while (i && heap->node[(i - 1) / 2]->at > node->at) {
		put(heap, i, heap->node[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < heap->count &&
		    heap->node[child + 1]->at < heap->node[child]->at)
			child++;
		if (child >= heap->count ||
		    heap->node[child]->at >= node->at)
			break;
		put(heap, i, heap->node[child]);
		i = child;
	}
	put(heap, i, node);
}

tw_status tw__heap_add(struct tw_heap *heap, struct tw_heap_node *node)
{
	if (heap->count == heap->capacity) {
		size_t capacity = heap->capacity ? heap->capacity * 2 : 16;
		void *grown = tw_realloc(heap->node,
			capacity * sizeof(heap->node[0]));

		if (!grown)
			return TW_ENOMEM;
		heap->node = grown;
		heap->capacity = capacity;
	}
	put(heap, heap->count++, node);
	sift(heap, node);
	return TW_OK;
}

void tw__heap_remove(struct tw_heap *heap, struct tw_heap_node *node)
{
	struct tw_heap_node *last = heap->node[--heap->count];

	assert(heap->node[node->place] == node || last == node);
	if (last == node)
		return;
	put(heap, node->place, last);
	sift(heap, last);
}

void tw__heap_move(struct tw_heap *heap, struct tw_heap_node *node,
		   int64_t at)
{
	if (node->at == at)
		return;
	node->at = at;
	sift(heap, node);
}

struct tw_heap_node *tw__heap_first(const struct tw_heap *heap)
{
	return heap->count ? heap->node[0] : NULL;
}

void tw__heap_free(struct tw_heap *heap)
{
	assert(!heap->count);
	tw_free(heap->node);
	memset(heap, 0, sizeof(*heap));
}
