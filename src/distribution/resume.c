/*
 * Callers who come back: whose call dropped while it waited or rang, and who
 * calls again within some time, has the age of the first call. Known by a key
 * of the host's, for one plan, once. Nothing is owed to them: when there are
 * too many, or no memory, somebody begins anew.
 */
#include "engine.h"

#include <assert.h>
#include <string.h>

/* Callers' keys are the host's to choose: mixed, so that a row of them does
 * not make a row of places. */
static size_t place_of(const struct tw_drops *drops, uint64_t affinity)
{
	uint64_t z = affinity * 0x9e3779b97f4a7c15u;

	return (size_t)(z ^ z >> 32) & (drops->capacity - 1);
}

static struct tw_drop *find(const struct tw_drops *drops, uint64_t affinity)
{
	size_t i = place_of(drops, affinity);

	while (drops->drop[i].affinity && drops->drop[i].affinity != affinity)
		i = (i + 1) & (drops->capacity - 1);
	return &drops->drop[i];
}

/* Into a table with room, without those whose time is over. */
static void rebuild(struct tw_drops *drops, size_t capacity, tw_time now)
{
	struct tw_drops fresh = { .capacity = capacity };
	size_t i;

	fresh.drop = tw_calloc(capacity, sizeof(*fresh.drop));
	if (!fresh.drop)
		return;
	for (i = 0; i < drops->capacity; ++i) {
		const struct tw_drop *drop = &drops->drop[i];

		if (drop->affinity && drop->until > now) {
			*find(&fresh, drop->affinity) = *drop;
			++fresh.count;
		}
	}
	tw_free(drops->drop);
	*drops = fresh;
}

static bool has_room(struct tw_drops *drops, tw_time now)
{
	size_t capacity = drops->capacity ? drops->capacity : 64;

	if (drops->capacity && drops->count < drops->capacity / 2)
		return true;
	rebuild(drops, capacity, now);   /* most may be over */
	if (drops->capacity && drops->count < drops->capacity / 4)
		return true;
	if (capacity < TW_DROPS_MAX)
		rebuild(drops, capacity * 2, now);
	return drops->capacity && drops->count < drops->capacity / 2;
}

tw_status tw__resume_restore(struct tw_drops *out,
			     const struct tw_drop *list, size_t count,
			     size_t capacity)
{
	size_t i;

	assert(2 * count <= capacity);
	if (!capacity)
		return TW_OK;
	out->drop = tw_calloc(capacity, sizeof(*out->drop));
	if (!out->drop)
		return TW_ENOMEM;
	out->capacity = capacity;
	for (i = 0; i < count; ++i) {
		struct tw_drop *drop = find(out, list[i].affinity);

		out->count += !drop->affinity;
		*drop = list[i];
	}
	return TW_OK;
}

void tw__resume_keep(struct tw_engine *engine, const struct tw_call *call)
{
	struct tw_drops *drops = &engine->drops;
	struct tw_drop *drop;

	if (!engine->resume_us || !call->affinity ||
	    !has_room(drops, engine->now))
		return;
	drop = find(drops, call->affinity);
	if (!drop->affinity)
		++drops->count;
	*drop = (struct tw_drop){
		.affinity = call->affinity,
		.plan = call->hops && call->hops->count ?
			call->hops->plan[0] : call->plan->id,
		.entered = call->entered,
		.until = engine->now + engine->resume_us
	};
}

/* Closes the gap, so that whoever stands behind it is found. */
static void forget(struct tw_drops *drops, struct tw_drop *drop)
{
	size_t mask = drops->capacity - 1;
	size_t gap = (size_t)(drop - drops->drop), i = gap;

	for (;;) {
		i = (i + 1) & mask;
		if (!drops->drop[i].affinity)
			break;
		if (((i - place_of(drops, drops->drop[i].affinity)) & mask) <
		    ((i - gap) & mask))
			continue;
		drops->drop[gap] = drops->drop[i];
		gap = i;
	}
	memset(&drops->drop[gap], 0, sizeof(drops->drop[gap]));
	--drops->count;
}

bool tw__resume_take(tw_time *entered, struct tw_engine *engine,
		     uint64_t affinity, uint32_t plan)
{
	struct tw_drops *drops = &engine->drops;
	struct tw_drop *drop;

	if (!affinity || !drops->count)
		return false;
	drop = find(drops, affinity);
	if (!drop->affinity || drop->plan != plan ||
	    drop->until <= engine->now)
		return false;
	*entered = drop->entered;
	forget(drops, drop);
	return true;
}
