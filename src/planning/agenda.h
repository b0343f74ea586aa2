/**
 * @file src/planning/agenda.h  What is to happen in a simulation, in order
 */
#ifndef TW_SRC_PLANNING_AGENDA_H
#define TW_SRC_PLANNING_AGENDA_H

#include <trunkwise/time.h>

#include "base/base.h"

#define TW_EVENT_ARRIVAL  1u   /* place: stream; id: its generation */
#define TW_EVENT_ANSWER   2u   /* place: caller; id: offer */
#define TW_EVENT_PATIENCE 3u   /* place: caller; id: call */
#define TW_EVENT_END      4u   /* of a talk; likewise */
#define TW_EVENT_REDIAL   5u   /* place: stream */

/* Events are never taken back: whoever gets one compares its id with what
 * stands at its place now. */
struct tw_event_due {
	tw_time at;
	uint64_t order;        /* among those of one instant */
	uint64_t id;
	uint32_t kind;         /* TW_EVENT_ */
	uint32_t place;
	uint32_t target;       /* of an answer */
};

struct tw_agenda {
	struct tw_event_due *due;
	size_t count;
	size_t capacity;
};

tw_status tw__agenda_put(struct tw_agenda *agenda,
			 const struct tw_event_due *due);
/* False when nothing is left. */
bool tw__agenda_take(struct tw_event_due *out, struct tw_agenda *agenda);
/* TW_TIME_MAX when nothing is left. */
tw_time tw__agenda_next(const struct tw_agenda *agenda);
void tw__agenda_free(struct tw_agenda *agenda);

#endif
