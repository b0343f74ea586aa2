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
	struct tw__event_row *row;
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

/* Cleared in two parts: of one as large gcc makes a string instruction, which
 * takes longer to start than both. */
struct tw__event_row *tw__queue_add(struct tw_queue *queue)
{
	const size_t part = offsetof(struct tw__event_row, offered);
	struct tw__event_row *row;

	assert(queue->count < queue->capacity);
	row = &queue->row[(queue->head + queue->count) &
			  (queue->capacity - 1)];
	++queue->count;
	memset(row, 0, part);
	memset((char *)row + part, 0, sizeof(*row) - part);
	return row;
}

void tw__queue_drop(struct tw_queue *queue)
{
	assert(queue->count);
	queue->head = (queue->head + 1) & (queue->capacity - 1);
	--queue->count;
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
