/**
 * @file src/planning/callers.h  Who is in a simulation now
 */
#ifndef TW_SRC_PLANNING_CALLERS_H
#define TW_SRC_PLANNING_CALLERS_H

#include <trunkwise/time.h>

#include "base/base.h"

#define TW_NOWHERE UINT32_MAX

struct tw_caller {
	uint64_t id;           /* of the engine's call; 0: an empty place */
	uint32_t stream;
	uint32_t target;       /* talks to; 0: waits */
	tw_time entered;
	bool was_rung;
	bool is_ticket;        /* hung up; will be called back */
	bool is_waiting;       /* nobody was rung when he came */
	uint32_t next_free;
};

struct tw_callers {
	struct tw_caller *caller;
	size_t count;          /* places, empty ones too */
	size_t capacity;
	uint32_t free;         /* first empty place, or TW_NOWHERE */
	uint32_t live;
	uint32_t *place;       /* hash of id: place + 1; 0: none */
	size_t places;         /* a power of two */
};

void tw__callers_init(struct tw_callers *callers);
void tw__callers_free(struct tw_callers *callers);
/* Puts a new one, zeroed but for its id; where he stands. */
tw_status tw__callers_add(uint32_t *out, struct tw_callers *callers,
			  uint64_t id);
/* TW_NOWHERE: not here. */
uint32_t tw__callers_find(const struct tw_callers *callers, uint64_t id);
void tw__callers_remove(struct tw_callers *callers, uint32_t place);

#endif
