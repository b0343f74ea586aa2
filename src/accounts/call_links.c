/**
 * @file src/accounts/call_links.c  When calls were that a leg may belong to
 *
 * A slot has the first and the last start of all calls of an id: what lies
 * between may be another call's, and is asked for again. Calls of the import
 * itself stand apart, since they stay while the stretch of others moves on.
 */
#include <string.h>
#include "base/hash.h"
#include "call.h"
#include "call_links.h"

#define AHEAD_US (24LL * 3600 * TW_SECOND)
/* Further away the stretch begins anew: two calls years apart would have all
 * between them in memory. */
#define JUMP_US  (48LL * 3600 * TW_SECOND)

struct slot {
	uint64_t id;            /* 0: free */
	tw_time first, last;
};

struct map {
	struct slot *slots;
	size_t count, capacity; /* power of two, at least twice count */
};

struct tw__links {
	tw_store *store;        /* borrowed */
	char *source;
	struct map own, others;
	tw_time from, to;       /* half-open: what has been read of others */
};

tw_status tw__links_new(struct tw__links **out, tw_store *store,
			const char *source, tw_error *err)
{
	struct tw__links *links = tw_calloc(1, sizeof(*links));

	if (!links)
		return tw__fail_oom(err);
	links->store = store;
	links->source = tw_strdup(source);
	if (!links->source) {
		tw__links_free(links);
		return tw__fail_oom(err);
	}
	*out = links;
	return TW_OK;
}

void tw__links_free(struct tw__links *links)
{
	if (!links)
		return;
	tw_free(links->own.slots);
	tw_free(links->others.slots);
	tw_free(links->source);
	tw_free(links);
}

/* As the table has it: a UUID and its bytes as text are two ids. */
static uint64_t hash(const void *id, size_t size, bool packed)
{
	return (tw__hash64(id, size) ^ packed) | 2;
}

static uint64_t hash_text(const char *id)
{
	unsigned char uuid[TW_CALL_UUID];

	return tw__call_pack_id(uuid, id) ? hash(uuid, sizeof(uuid), true) :
		hash(id, strlen(id), false);
}

static struct slot *slot_of(const struct map *map, uint64_t id)
{
	size_t at = id >> 2 & (map->capacity - 1);

	while (map->slots[at].id && map->slots[at].id != id)
		at = (at + 1) & (map->capacity - 1);
	return &map->slots[at];
}

static tw_status make_room(struct map *map, tw_error *err)
{
	struct map wide = { .count = map->count,
		.capacity = map->capacity ? map->capacity * 2 : 256 };

	if (map->count * 2 < map->capacity)
		return TW_OK;
	wide.slots = tw_calloc(wide.capacity, sizeof(*wide.slots));
	if (!wide.slots)
		return tw__fail_oom(err);
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].id)
			*slot_of(&wide, map->slots[i].id) = map->slots[i];
	}
	tw_free(map->slots);
	*map = wide;
	return TW_OK;
}

static tw_status add(struct map *map, uint64_t id, tw_time start,
		     tw_error *err)
{
	struct slot *slot;
	tw_status status = make_room(map, err);

	if (status)
		return status;
	slot = slot_of(map, id);
	if (!slot->id) {
		*slot = (struct slot){ id, start, start };
		map->count++;
	}
	if (start < slot->first)
		slot->first = start;
	if (start > slot->last)
		slot->last = start;
	return TW_OK;
}

tw_status tw__links_add(struct tw__links *links, const char *id,
			tw_time start, tw_error *err)
{
	return add(&links->own, hash_text(id), start, err);
}

/* ---- those of others ---- */

static tw_status add_column(struct map *map, struct tw_stmt *stmt, int column,
			    tw_error *err)
{
	size_t size;
	const void *id = tw__col_blob(stmt, column, &size);

	if (tw__col_is_null(stmt, column))
		return TW_OK;
	return add(map, hash(id, size, tw__col_i64(stmt, column + 1) != 0),
		   tw__col_i64(stmt, 0), err);
}

static tw_status load(struct tw__links *links, tw_time from, tw_time to,
		      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, links->store,
		"SELECT c.start_us, c.call_id, typeof(c.call_id) = 'blob', "
		"c.linked, typeof(c.linked) = 'blob' "
		"FROM call_row c CROSS JOIN marks m ON m.id = c.marks "
		"WHERE c.start_us >= ? AND c.start_us < ? AND c.undone = 0 "
		"AND m.source = ? AND c.traits IN (SELECT id FROM traits "
		"WHERE direction = ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, from);
	tw__bind_i64(stmt, 2, to);
	tw__bind_text(stmt, 3, links->source);
	tw__bind_i64(stmt, 4, TW_DIRECTION_INBOUND);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_column(&links->others, stmt, 1, err);
		if (!status)
			status = add_column(&links->others, stmt, 3, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static void begin_anew(struct tw__links *links, tw_time at)
{
	tw_free(links->others.slots);
	links->others = (struct map){ NULL, 0, 0 };
	links->from = links->to = at;
}

/* One stretch without holes: rows of a file lie near each other. */
static tw_status cover(struct tw__links *links, const tw_time between[2],
		       tw_error *err)
{
	tw_time to = between[1] + 1;
	tw_status status = TW_OK;

	if (links->from == links->to || between[0] > links->to + JUMP_US ||
	    to < links->from - JUMP_US)
		begin_anew(links, between[0]);
	if (between[0] < links->from) {
		status = load(links, between[0] - AHEAD_US, links->from, err);
		if (!status)
			links->from = between[0] - AHEAD_US;
	}
	if (!status && to > links->to) {
		status = load(links, links->to, to + AHEAD_US, err);
		if (!status)
			links->to = to + AHEAD_US;
	}
	return status;
}

static void widen(tw_time out[2], const struct map *map, uint64_t id,
		  const tw_time between[2])
{
	const struct slot *slot = map->count ? slot_of(map, id) : NULL;

	if (!slot || !slot->id || slot->last < between[0] ||
	    slot->first > between[1])
		return;
	if (!out[0] || slot->first < out[0])
		out[0] = slot->first;
	if (slot->last > out[1])
		out[1] = slot->last;
}

tw_status tw__links_between(tw_time out[2], struct tw__links *links,
			    const char *id, const tw_time between[2],
			    tw_error *err)
{
	const uint64_t hashed = hash_text(id);
	tw_status status = cover(links, between, err);

	out[0] = out[1] = 0;
	if (status)
		return status;
	widen(out, &links->own, hashed, between);
	widen(out, &links->others, hashed, between);
	if (!out[0])
		return TW_OK;
	out[0] = out[0] < between[0] ? between[0] : out[0];
	out[1] = out[1] > between[1] ? between[1] : out[1];
	return TW_OK;
}
