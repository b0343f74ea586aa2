/**
 * @file src/accounts/call_starts.c  The starts of a file's own keys
 *
 * Decides whether a row of a file may stand in it already with another start:
 * the store cannot be asked for each, and rows wait for each other on their
 * way into it. Eight bytes a row, half a key and a second, tell it of nearly
 * all rows; of the others the store is asked (call_shift.h).
 */
#include "call_shift.h"
#include "call_starts.h"

#define NEAR_S (TW_SHIFT_MAX_US / TW_SECOND)
#define HELD_MAX (2u << 20)     /* places before there are that many rows */

struct tw__starts {
	uint64_t *slots;        /* upper half of a key, second + 1; 0: free */
	size_t count, capacity; /* power of two, a third more than count */
};

tw_status tw__starts_new(struct tw__starts **out, uint64_t rows,
			 tw_error *err)
{
	struct tw__starts *starts = tw_calloc(1, sizeof(*starts));
	size_t capacity = 1024;

	if (!starts)
		return tw__fail_oom(err);
	while (capacity / 4 * 3 < rows && capacity < HELD_MAX)
		capacity *= 2;
	starts->slots = tw_calloc(capacity, sizeof(*starts->slots));
	if (!starts->slots) {
		tw_free(starts);
		return tw__fail_oom(err);
	}
	starts->capacity = capacity;
	*out = starts;
	return TW_OK;
}

void tw__starts_free(struct tw__starts *starts)
{
	if (!starts)
		return;
	tw_free(starts->slots);
	tw_free(starts);
}

/* Keys are hashes already: half of one tells where it is. */
static size_t place_of(const struct tw__starts *starts, uint64_t key)
{
	return (size_t)(key >> 32) & (starts->capacity - 1);
}

void tw__starts_expect(const struct tw__starts *starts, uint64_t key)
{
	__builtin_prefetch(&starts->slots[place_of(starts, key)]);
}

static uint64_t slot_of(uint64_t key, tw_time start)
{
	return (key >> 32) << 32 | (uint32_t)(start / TW_SECOND + 1);
}

tw_time tw__starts_near(const struct tw__starts *starts, uint64_t key,
			tw_time start, size_t *step)
{
	const uint64_t wanted = slot_of(key, start);
	uint64_t slot;

	while ((slot = starts->slots[(place_of(starts, key) + *step) &
				     (starts->capacity - 1)])) {
		int64_t apart = (int64_t)(slot - wanted);

		++*step;
		/* a second more: starts have parts of one */
		if (slot >> 32 == wanted >> 32 && apart <= NEAR_S + 1 &&
		    apart >= -NEAR_S - 1)
			return (tw_time)((uint32_t)slot - 1) * TW_SECOND;
	}
	return -1;
}

static void put(uint64_t *slots, size_t capacity, uint64_t slot)
{
	size_t at = (size_t)(slot >> 32) & (capacity - 1);

	while (slots[at])
		at = (at + 1) & (capacity - 1);
	slots[at] = slot;
}

static tw_status grow(struct tw__starts *starts, tw_error *err)
{
	const size_t capacity = starts->capacity * 2;
	uint64_t *slots = tw_calloc(capacity, sizeof(*slots));

	if (!slots)
		return tw__fail_oom(err);
	for (size_t i = 0; i < starts->capacity; i++) {
		if (starts->slots[i])
			put(slots, capacity, starts->slots[i]);
	}
	tw_free(starts->slots);
	starts->slots = slots;
	starts->capacity = capacity;
	return TW_OK;
}

tw_status tw__starts_add(struct tw__starts *starts, uint64_t key,
			 tw_time start, tw_error *err)
{
	if (starts->count >= starts->capacity / 4 * 3) {
		tw_status status = grow(starts, err);

		if (status)
			return status;
	}
	put(starts->slots, starts->capacity, slot_of(key, start));
	starts->count++;
	return TW_OK;
}
