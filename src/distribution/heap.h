/**
 * @file src/distribution/heap.h  Deadlines in one binary heap
 */
#ifndef TW_SRC_DISTRIBUTION_HEAP_H
#define TW_SRC_DISTRIBUTION_HEAP_H

#include "base/base.h"
#include <trunkwise/time.h>

#define TW_TIMER_IDLE SIZE_MAX

#define TW_TIMER_OFFER  1u
#define TW_TIMER_CALL   2u
#define TW_TIMER_TARGET 3u
#define TW_TIMER_WIDEN  4u

struct tw_timer {
	tw_time at;
	uint64_t sequence;     /* equal deadlines run in arming order */
	size_t place;          /* in the heap, or TW_TIMER_IDLE */
	void *owner;
	uint32_t kind;         /* TW_TIMER_ of the owner */
};

struct tw_heap {
	struct tw_timer **item;
	size_t count;
	size_t capacity;
	uint64_t sequence;
};

void tw__timer_init(struct tw_timer *timer, uint32_t kind, void *owner);
/* Room for so many timers in all, so that arming later cannot fail. */
tw_status tw__heap_reserve(struct tw_heap *heap, size_t total);
void tw__heap_free(struct tw_heap *heap);
void tw__timer_arm(struct tw_heap *heap, struct tw_timer *timer, tw_time at);
void tw__timer_stop(struct tw_heap *heap, struct tw_timer *timer);
/* Earliest, borrowed, or NULL. */
struct tw_timer *tw__heap_first(const struct tw_heap *heap);

#endif
