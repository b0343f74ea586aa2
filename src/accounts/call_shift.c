/**
 * @file src/accounts/call_shift.c  The same key at another start
 *
 * Decides whether a record is a stored one whose start has moved: exported
 * again under another zone, or by a clock that was set meanwhile. The call
 * table is clustered on the start and cannot say so, and an index of keys
 * would cost every row ten times itself; so the keys of the days around a
 * file are read once, in their order, when the file has a row there. A file
 * of days that nobody has imported before reads nothing.
 *
 * A key that is made of the start too is another one when the start moves.
 * Then it is the record's own id that leads to the stored call, and that says
 * the same of everything but the day and the hour.
 */
#include <string.h>
#include "base/base.h"
#include "base/hash.h"
#include "call.h"
#include "call_shift.h"

/* What is read ahead beyond the day that a row asks for. */
#define AHEAD_US (24LL * 3600 * TW_SECOND)

/* Rows of one id that are held against a row; a PBX writes a few. */
#define ALIKE_MAX 64

struct slot {
	uint64_t key;           /* or a hash of the id */
	tw_time start;          /* 0: free */
};

/* Where what is, in what has been read. */
struct places {
	const char *sql;
	tw_time from, to;       /* half-open */
	struct slot *slots;
	size_t count, capacity; /* power of two, at least twice count */
};

struct tw__shift {
	tw_store *store;        /* borrowed */
	int64_t batch;
	struct places keys, ids;
};

#define CALLS_OF_OTHERS " FROM call_row WHERE start_us >= ? " \
	"AND start_us < ? AND undone = 0 AND batch <> ?"

tw_status tw__shift_new(struct tw__shift **out, tw_store *store,
			int64_t batch, tw_error *err)
{
	struct tw__shift *shift = tw_calloc(1, sizeof(*shift));

	if (!shift)
		return tw__fail_oom(err);
	shift->store = store;
	shift->batch = batch;
	shift->keys.sql = "SELECT start_us, key" CALLS_OF_OTHERS;
	/* no source with such keys has ids that are packed */
	shift->ids.sql = "SELECT start_us, call_id" CALLS_OF_OTHERS
		" AND typeof(call_id) = 'text'";
	*out = shift;
	return TW_OK;
}

void tw__shift_free(struct tw__shift *shift)
{
	if (!shift)
		return;
	tw_free(shift->keys.slots);
	tw_free(shift->ids.slots);
	tw_free(shift);
}

static void put(struct slot *slots, size_t capacity, struct slot slot)
{
	/* keys are hashes already */
	size_t at = slot.key & (capacity - 1);

	while (slots[at].start)
		at = (at + 1) & (capacity - 1);
	slots[at] = slot;
}

static tw_status make_room(struct places *places, tw_error *err)
{
	size_t capacity = places->capacity ? places->capacity * 2 : 1024;
	struct slot *slots;

	if (places->count * 2 < places->capacity)
		return TW_OK;
	slots = tw_calloc(capacity, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	for (size_t i = 0; i < places->capacity; i++) {
		if (places->slots[i].start)
			put(slots, capacity, places->slots[i]);
	}
	tw_free(places->slots);
	places->slots = slots;
	places->capacity = capacity;
	return TW_OK;
}

static uint64_t id_hash(const char *call_id)
{
	return tw__hash64(call_id, strlen(call_id));
}

static tw_status load(struct tw__shift *shift, struct places *places,
		      const tw_time range[2], tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, shift->store, places->sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, range[0]);
	tw__bind_i64(stmt, 2, range[1]);
	tw__bind_i64(stmt, 3, shift->batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct slot slot = { places == &shift->ids ?
			id_hash(tw__col_text(stmt, 1)) :
			(uint64_t)tw__col_i64(stmt, 1),
			tw__col_i64(stmt, 0) };

		status = make_room(places, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
		put(places->slots, places->capacity, slot);
		places->count++;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* All around a start; one stretch without holes: rows of a file lie near each
 * other. */
static tw_status cover(struct tw__shift *shift, struct places *places,
		       tw_time start, tw_error *err)
{
	const tw_time from = start - TW_SHIFT_MAX_US;
	const tw_time to = start + TW_SHIFT_MAX_US + 1;
	tw_status status = TW_OK;

	if (places->from == places->to)
		places->from = places->to = from;
	if (from < places->from) {
		const tw_time range[2] = { from - AHEAD_US, places->from };

		status = load(shift, places, range, err);
		if (!status)
			places->from = range[0];
	}
	if (!status && to > places->to) {
		const tw_time range[2] = { places->to, to + AHEAD_US };

		status = load(shift, places, range, err);
		if (!status)
			places->to = range[1];
	}
	return status;
}

static bool is_near(tw_time at, tw_time start)
{
	return at >= start - TW_SHIFT_MAX_US && at <= start + TW_SHIFT_MAX_US;
}

tw_status tw__shift_find(tw_time *out, struct tw__shift *shift, uint64_t key,
			 tw_time start, tw_error *err)
{
	const struct places *keys = &shift->keys;
	tw_status status = cover(shift, &shift->keys, start, err);
	tw_time found = 0;

	*out = 0;
	if (status || !keys->count)
		return status;
	for (size_t i = key & (keys->capacity - 1); keys->slots[i].start;
	     i = (i + 1) & (keys->capacity - 1)) {
		tw_time at = keys->slots[i].start;

		if (keys->slots[i].key != key)
			continue;
		/* at its own start it is known: no matter where else */
		if (at == start)
			return TW_OK;
		if (is_near(at, start))
			found = at;
	}
	*out = found;
	return TW_OK;
}

tw_status tw__shift_within(tw_time *out, struct tw__shift *shift,
			   const struct tw__shift_place *place, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, shift->store, "SELECT start_us "
		"FROM call_row WHERE start_us >= ? AND start_us < ? "
		"AND key = ? AND undone = 0", err);

	*out = 0;
	if (status)
		return status;
	tw__bind_i64(stmt, 1, place->second);
	tw__bind_i64(stmt, 2, place->second + TW_SECOND);
	tw__bind_i64(stmt, 3, (int64_t)place->key);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_time at = tw__col_i64(stmt, 0);

		if (at != place->start && is_near(at, place->start))
			*out = at;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static bool is_there(const struct places *keys, uint64_t key, tw_time start)
{
	for (size_t i = key & (keys->capacity - 1); keys->slots[i].start;
	     i = (i + 1) & (keys->capacity - 1)) {
		if (keys->slots[i].key == key && keys->slots[i].start == start)
			return true;
	}
	return false;
}

/* What the call would say, had it begun then. */
static uint64_t content_at(struct tw__call *call, tw_time start)
{
	const uint64_t key = call->key, content = call->content;
	const tw_time answer = call->cdr.answer, end = call->cdr.end;
	const tw_time by = start - call->cdr.start;
	uint64_t moved;

	call->cdr.answer += answer ? by : 0;
	call->cdr.end += end ? by : 0;
	tw__call_hash(call);
	moved = call->content;
	call->key = key;
	call->content = content;
	call->cdr.answer = answer;
	call->cdr.end = end;
	return moved;
}

static tw_status says_the_same(bool *out, struct tw__shift *shift,
			       struct tw__call *call, tw_time at,
			       tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, shift->store, "SELECT r.content "
		"FROM call_row r JOIN marks m ON m.id = r.marks "
		"WHERE r.start_us = ? AND r.call_id = ? AND m.source = ? "
		"AND r.undone = 0 AND r.batch <> ?", err);
	uint64_t moved;

	if (status)
		return status;
	moved = content_at(call, at);
	tw__bind_i64(stmt, 1, at);
	tw__bind_text(stmt, 2, call->cdr.call_id);
	tw__bind_text(stmt, 3, call->source);
	tw__bind_i64(stmt, 4, shift->batch);
	while ((status = tw__step(stmt, err)) == TW_OK)
		*out |= tw__content_is((uint64_t)tw__col_i64(stmt, 0), moved);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__shift_moved(tw_time *out, struct tw__shift *shift,
			  struct tw__call *call, tw_error *err)
{
	const struct places *ids = &shift->ids;
	const tw_time start = call->cdr.start;
	const uint64_t id = id_hash(call->cdr.call_id);
	tw_status status = cover(shift, &shift->keys, start, err);
	int held = 0;

	*out = 0;
	if (!status)
		status = cover(shift, &shift->ids, start, err);
	if (status || !ids->count || is_there(&shift->keys, call->key, start))
		return status;
	for (size_t i = id & (ids->capacity - 1); ids->slots[i].start &&
	     !status && !*out && held < ALIKE_MAX;
	     i = (i + 1) & (ids->capacity - 1)) {
		tw_time at = ids->slots[i].start;
		bool same = false;

		/* of phones that rang at once nobody talked at more than
		 * one; who did has come under another zone */
		if (ids->slots[i].key != id || !is_near(at, start) ||
		    (at == start && !call->cdr.duration_us))
			continue;
		held++;
		status = says_the_same(&same, shift, call, at, err);
		if (same)
			*out = at;
	}
	return status;
}
