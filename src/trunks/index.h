/**
 * @file src/trunks/index.h  Find a trunk by a text, and the next deadline
 *
 * Two small structures that the set needs because 100 000 trunks are asked
 * for one at a time: chained hash tables over texts that live in the trunks
 * themselves, and a binary heap that knows where each trunk stands in it.
 */
#ifndef TW_SRC_TRUNKS_INDEX_H
#define TW_SRC_TRUNKS_INDEX_H

#include <stdbool.h>
#include <trunkwise/base.h>

/* Sits in the trunk, one for each table. */
struct tw_index_node {
	const char *text;
	void *owner;
	uint64_t hash;
	struct tw_index_node *next;
};

struct tw_index {                 /* zeroed is empty */
	struct tw_index_node **bucket;
	size_t buckets;           /* power of two */
	size_t count;
};

tw_status tw__index_add(struct tw_index *index, struct tw_index_node *node);
void tw__index_remove(struct tw_index *index, struct tw_index_node *node);
void *tw__index_find(const struct tw_index *index, const char *text,
		     size_t size);
void tw__index_free(struct tw_index *index);

/* Sits in the trunk. */
struct tw_heap_node {
	int64_t at;
	void *owner;
	size_t place;             /* in the heap's array */
};

struct tw_heap {                  /* zeroed is empty */
	struct tw_heap_node **node;
	size_t count, capacity;
};

tw_status tw__heap_add(struct tw_heap *heap, struct tw_heap_node *node);
void tw__heap_remove(struct tw_heap *heap, struct tw_heap_node *node);
void tw__heap_move(struct tw_heap *heap, struct tw_heap_node *node,
		   int64_t at);
/* NULL when empty. */
struct tw_heap_node *tw__heap_first(const struct tw_heap *heap);
void tw__heap_free(struct tw_heap *heap);

#endif
