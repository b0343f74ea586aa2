/*
 * A binary heap by time, then by order. Not the engine's heap of timers: its
 * events are values that nobody stops.
 */
#include "agenda.h"

static bool is_before(const struct tw_event_due *a,
		      const struct tw_event_due *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

tw_status tw__agenda_put(struct tw_agenda *agenda,
			 const struct tw_event_due *due)
{
	size_t i = agenda->count, up;

	if (tw__grow((void **)&agenda->due, &agenda->capacity, i + 1,
		     sizeof(*agenda->due)))
		return TW_ENOMEM;
	for (; i; i = up) {
		up = (i - 1) / 2;
		if (!is_before(due, &agenda->due[up]))
			break;
		agenda->due[i] = agenda->due[up];
	}
	agenda->due[i] = *due;
	++agenda->count;
	return TW_OK;
}

bool tw__agenda_take(struct tw_event_due *out, struct tw_agenda *agenda)
{
	struct tw_event_due last;
	size_t i = 0, down;

	if (!agenda->count)
		return false;
	*out = agenda->due[0];
	last = agenda->due[--agenda->count];
	while ((down = 2 * i + 1) < agenda->count) {
		if (down + 1 < agenda->count &&
		    is_before(&agenda->due[down + 1], &agenda->due[down]))
			++down;
		if (!is_before(&agenda->due[down], &last))
			break;
		agenda->due[i] = agenda->due[down];
		i = down;
	}
	agenda->due[i] = last;
	return true;
}

tw_time tw__agenda_next(const struct tw_agenda *agenda)
{
	return agenda->count ? agenda->due[0].at : TW_TIME_MAX;
}

void tw__agenda_free(struct tw_agenda *agenda)
{
	tw_free(agenda->due);
	*agenda = (struct tw_agenda){ 0 };
}
