/**
 * @file src/accounts/call_shift.c  The same key at another start
 *
 * Decides whether a record is a stored one whose start has moved: exported
 * again under another zone, or by a clock that was set meanwhile. The call
 * table is clustered on the start and cannot say so, and an index of keys
 * would cost every row ten times itself; so the keys of the days around a
 * file are read once, in their order, when the file has a row there. A file
 * of days that nobody has imported before reads nothing.
 */
#include <string.h>
#include "base/base.h"
#include "call_shift.h"

/* What is read ahead beyond the day that a row asks for. */
#define AHEAD_US (24LL * 3600 * TW_SECOND)

struct slot {
	uint64_t key;
	tw_time start;          /* 0: free */
};

struct tw__shift {
	tw_store *store;        /* borrowed */
	int64_t batch;
	tw_time from, to;       /* half-open: what has been read */
	struct slot *slots;
	size_t count, capacity; /* power of two, at least twice count */
};

tw_status tw__shift_new(struct tw__shift **out, tw_store *store,
			int64_t batch, tw_error *err)
{
	struct tw__shift *shift = tw_calloc(1, sizeof(*shift));

	if (!shift)
		return tw__fail_oom(err);
	shift->store = store;
	shift->batch = batch;
	*out = shift;
	return TW_OK;
}

void tw__shift_free(struct tw__shift *shift)
{
	if (!shift)
		return;
	tw_free(shift->slots);
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

static tw_status make_room(struct tw__shift *shift, tw_error *err)
{
	size_t capacity = shift->capacity ? shift->capacity * 2 : 1024;
	struct slot *slots;

	if (shift->count * 2 < shift->capacity)
		return TW_OK;
	slots = tw_calloc(capacity, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	for (size_t i = 0; i < shift->capacity; i++) {
		if (shift->slots[i].start)
			put(slots, capacity, shift->slots[i]);
	}
	tw_free(shift->slots);
	shift->slots = slots;
	shift->capacity = capacity;
	return TW_OK;
}

static tw_status load(struct tw__shift *shift, tw_time from, tw_time to,
		      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, shift->store,
		"SELECT key, start_us FROM call_row WHERE start_us >= ? "
		"AND start_us < ? AND undone = 0 AND batch <> ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, from);
	tw__bind_i64(stmt, 2, to);
	tw__bind_i64(stmt, 3, shift->batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct slot slot = { (uint64_t)tw__col_i64(stmt, 0),
				     tw__col_i64(stmt, 1) };

		status = make_room(shift, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
		put(shift->slots, shift->capacity, slot);
		shift->count++;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* One stretch without holes: rows of a file lie near each other. */
static tw_status cover(struct tw__shift *shift, tw_time from, tw_time to,
		       tw_error *err)
{
	tw_status status = TW_OK;

	if (shift->from == shift->to)
		shift->from = shift->to = from;
	if (from < shift->from) {
		status = load(shift, from - AHEAD_US, shift->from, err);
		if (!status)
			shift->from = from - AHEAD_US;
	}
	if (!status && to > shift->to) {
		status = load(shift, shift->to, to + AHEAD_US, err);
		if (!status)
			shift->to = to + AHEAD_US;
	}
	return status;
}

tw_status tw__shift_find(tw_time *out, struct tw__shift *shift, uint64_t key,
			 tw_time start, tw_error *err)
{
	tw_status status = cover(shift, start - TW_SHIFT_MAX_US,
				 start + TW_SHIFT_MAX_US + 1, err);
	tw_time found = 0;

	*out = 0;
	if (status || !shift->count)
		return status;
	for (size_t i = key & (shift->capacity - 1); shift->slots[i].start;
	     i = (i + 1) & (shift->capacity - 1)) {
		tw_time at = shift->slots[i].start;

		if (shift->slots[i].key != key)
			continue;
		/* at its own start it is known: no matter where else */
		if (at == start)
			return TW_OK;
		if (at >= start - TW_SHIFT_MAX_US &&
		    at <= start + TW_SHIFT_MAX_US)
			found = at;
	}
	*out = found;
	return TW_OK;
}
