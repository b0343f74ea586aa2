/*
 * Callers by the engine's id of their call. An open hash whose gaps are
 * closed on removal, so that millions who come and go leave nothing behind.
 */
#include "callers.h"

#include <string.h>

#define PLACES_MIN 64u

void tw__callers_init(struct tw_callers *callers)
{
	*callers = (struct tw_callers){ .free = TW_NOWHERE };
}

void tw__callers_free(struct tw_callers *callers)
{
	tw_free(callers->caller);
	tw_free(callers->place);
	tw__callers_init(callers);
}

static size_t home(const struct tw_callers *callers, uint64_t id)
{
	return (size_t)((id * 0x9e3779b97f4a7c15u) >> 32) &
		(callers->places - 1);
}

static void put(struct tw_callers *callers, uint32_t place)
{
	size_t i = home(callers, callers->caller[place].id);

	while (callers->place[i])
		i = (i + 1) & (callers->places - 1);
	callers->place[i] = place + 1;
}

static tw_status reserve(struct tw_callers *callers)
{
	size_t places = callers->places ? 2 * callers->places : PLACES_MIN;
	uint32_t *fresh, i;

	if (2 * ((size_t)callers->live + 1) <= callers->places)
		return TW_OK;
	fresh = tw_calloc(places, sizeof(*fresh));
	if (!fresh)
		return TW_ENOMEM;
	tw_free(callers->place);
	callers->place = fresh;
	callers->places = places;
	for (i = 0; i < callers->count; ++i) {
		if (callers->caller[i].id)
			put(callers, i);
	}
	return TW_OK;
}

tw_status tw__callers_add(uint32_t *out, struct tw_callers *callers,
			  uint64_t id)
{
	uint32_t at = callers->free;

	if (reserve(callers))
		return TW_ENOMEM;
	if (at != TW_NOWHERE) {
		callers->free = callers->caller[at].next_free;
	} else {
		if (tw__grow((void **)&callers->caller, &callers->capacity,
			     callers->count + 1, sizeof(*callers->caller)))
			return TW_ENOMEM;
		at = (uint32_t)callers->count++;
	}
	callers->caller[at] = (struct tw_caller){ .id = id };
	put(callers, at);
	++callers->live;
	*out = at;
	return TW_OK;
}

/* Where in the hash; the number of its places when it is not in it. */
static size_t look_up(const struct tw_callers *callers, uint64_t id)
{
	size_t i;

	if (!callers->places)
		return 0;
	for (i = home(callers, id); callers->place[i];
	     i = (i + 1) & (callers->places - 1)) {
		if (callers->caller[callers->place[i] - 1].id == id)
			return i;
	}
	return callers->places;
}

uint32_t tw__callers_find(const struct tw_callers *callers, uint64_t id)
{
	size_t i = look_up(callers, id);

	return i < callers->places ? callers->place[i] - 1 : TW_NOWHERE;
}

/* Whoever stands behind the gap moves into it, unless his home is between. */
static void close_gap(struct tw_callers *callers, size_t gap)
{
	size_t mask = callers->places - 1, i = gap, from;

	for (;;) {
		i = (i + 1) & mask;
		if (!callers->place[i])
			break;
		from = home(callers,
			    callers->caller[callers->place[i] - 1].id);
		if (((i - from) & mask) >= ((i - gap) & mask)) {
			callers->place[gap] = callers->place[i];
			gap = i;
		}
	}
	callers->place[gap] = 0;
}

void tw__callers_remove(struct tw_callers *callers, uint32_t place)
{
	struct tw_caller *caller = &callers->caller[place];

	close_gap(callers, look_up(callers, caller->id));
	*caller = (struct tw_caller){ .next_free = callers->free };
	callers->free = place;
	--callers->live;
}
