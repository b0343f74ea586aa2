/**
 * @file src/trunks/index.c  Find a trunk by a text
 *
 * Decides only where a node stands. The keys are ours (Call-ID, contact
 * token, name), so no peer can choose them to collide.
 */
#include <assert.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "index.h"

static uint64_t hash_of(const char *text, size_t size)
{
	uint64_t hash = 14695981039346656037u;        /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
	return hash;
}

static struct tw_index_node **slot_of(const struct tw_index *index,
				      uint64_t hash)
{
	return &index->bucket[hash & (index->buckets - 1)];
}

static tw_status grow(struct tw_index *index)
{
	struct tw_index bigger = { NULL, index->buckets ?
		index->buckets * 2 : 16, index->count };

	bigger.bucket = tw_calloc(bigger.buckets, sizeof(*bigger.bucket));
	if (!bigger.bucket)
		return TW_ENOMEM;
	for (size_t i = 0; i < index->buckets; i++) {
		struct tw_index_node *node = index->bucket[i];

		while (node) {
			struct tw_index_node *next = node->next;
			struct tw_index_node **slot = slot_of(&bigger,
				node->hash);

			node->next = *slot;
			*slot = node;
			node = next;
		}
	}
	tw_free(index->bucket);
	*index = bigger;
	return TW_OK;
}

tw_status tw__index_add(struct tw_index *index, struct tw_index_node *node)
{
	struct tw_index_node **slot;

	if (index->count >= index->buckets && grow(index))
		return TW_ENOMEM;
	node->hash = hash_of(node->text, strlen(node->text));
	slot = slot_of(index, node->hash);
	node->next = *slot;
	*slot = node;
	index->count++;
	return TW_OK;
}

void tw__index_remove(struct tw_index *index, struct tw_index_node *node)
{
	struct tw_index_node **slot = slot_of(index, node->hash);

	while (*slot && *slot != node)
		slot = &(*slot)->next;
	assert(*slot == node);
	*slot = node->next;
	index->count--;
}

void *tw__index_find(const struct tw_index *index, const char *text,
		     size_t size)
{
	struct tw_index_node *node;
	uint64_t hash;

	if (!index->buckets)
		return NULL;
	hash = hash_of(text, size);
	for (node = *slot_of(index, hash); node; node = node->next)
		if (node->hash == hash && strlen(node->text) == size &&
		    !memcmp(node->text, text, size))
			return node->owner;
	return NULL;
}

void tw__index_free(struct tw_index *index)
{
	assert(!index->count);
	tw_free(index->bucket);
	memset(index, 0, sizeof(*index));
}
