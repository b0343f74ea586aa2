/*
 * Rows that wait to be read, oldest first. Pushing never fails: whoever
 * creates an obligation (an offer will need its closing row) reserves the
 * place beforehand, so that no state change stops half way for memory.
 */
#include "queue.h"

#include <assert.h>
#include <string.h>

tw_status tw__queue_reserve(struct tw_queue *queue, size_t places)
{
	size_t capacity = queue->capacity ? queue->capacity : 64;
	struct tw_row *row;
	size_t i;

	if (queue->capacity - queue->count >= places)
		return TW_OK;
	while (capacity - queue->count < places) {
		if (capacity > SIZE_MAX / 4 / sizeof(*row))
			return TW_ENOMEM;
		capacity *= 2;
	}
	row = tw_malloc(capacity * sizeof(*row));
	if (!row)
		return TW_ENOMEM;
	for (i = 0; i < queue->count; ++i)
		row[i] = queue->row[(queue->head + i) &
				    (queue->capacity - 1)];
	tw_free(queue->row);
	queue->row = row;
	queue->capacity = capacity;
	queue->head = 0;
	return TW_OK;
}

void tw__queue_push(struct tw_queue *queue, const struct tw_row *row)
{
	assert(queue->count < queue->capacity);
	queue->row[(queue->head + queue->count) & (queue->capacity - 1)] =
		*row;
	++queue->count;
}

bool tw__queue_pop(struct tw_row *out, struct tw_queue *queue)
{
	if (!queue->count)
		return false;
	*out = queue->row[queue->head];
	queue->head = (queue->head + 1) & (queue->capacity - 1);
	--queue->count;
	return true;
}

void tw__queue_cut(struct tw_queue *queue, size_t count)
{
	assert(count <= queue->count);
	queue->count = count;
}

void tw__queue_free(struct tw_queue *queue)
{
	tw_free(queue->row);
	memset(queue, 0, sizeof(*queue));
}
