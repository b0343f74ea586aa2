/**
 * @file src/accounts/join_held.c  Ambiguous pairs, looked at again
 *
 * Decides which pairs that nobody could be sure of are asked about anew: all
 * of two sources that are being joined, each time, so that they are listed
 * until a call that came since, or a person, settles them. Refuses to say
 * whether they are settled (pair.c).
 */
#include <string.h>
#include "join.h"

size_t tw__told_place(const struct tw__told_side *side, tw_time start,
		      int64_t key)
{
	size_t low = 0, high = side->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tw__told *told = &side->told[middle];

		if (told->start < start ||
		    (told->start == start && told->key < key))
			low = middle + 1;
		else
			high = middle;
	}
	return low < side->count && side->told[low].start == start &&
		side->told[low].key == key ? low : SIZE_MAX;
}

/* ---- which there are ---- */

static void read_held(struct tw__held *out, struct tw_stmt *stmt)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < 2; i++) {
		out->told[i].start = tw__col_i64(stmt, 3 * i);
		out->told[i].key = tw__col_i64(stmt, 3 * i + 1);
		out->told[i].batch = tw__col_i64(stmt, 3 * i + 2);
	}
	out->run = tw__col_i64(stmt, 6);
	out->state = (uint32_t)tw__col_i64(stmt, 7);
}

static size_t place_of(const struct tw__told_side *side,
		       const struct tw__told *told)
{
	return tw__told_place(side, told->start, told->key);
}

/* Who was first when the pair was kept may be the second now. */
static void place(struct tw__held *held, const struct tw__told_side sides[2])
{
	for (int turned = 0; turned < 2; turned++) {
		held->place[turned] = place_of(&sides[turned],
					       &held->told[0]);
		held->place[!turned] = place_of(&sides[!turned],
						&held->told[1]);
		if (held->place[0] != SIZE_MAX && held->place[1] != SIZE_MAX)
			return;
	}
	held->place[0] = held->place[1] = SIZE_MAX;
}

static bool is_whole(const struct tw__held *held)
{
	return held->place[0] != SIZE_MAX;
}

/* No offset and no window reach further. */
#define REACH_US (27 * 3600 * TW_SECOND)

static void find_time(tw_time out[2], const struct tw__told_side sides[2])
{
	out[0] = INT64_MAX;
	out[1] = INT64_MIN;
	for (int i = 0; i < 2; i++) {
		const struct tw__told *told = sides[i].told;

		if (!sides[i].count)
			continue;
		if (told[0].start - REACH_US < out[0])
			out[0] = told[0].start - REACH_US;
		if (told[sides[i].count - 1].start + REACH_US > out[1])
			out[1] = told[sides[i].count - 1].start + REACH_US;
	}
}

/* Pairs that any of the lists knows; the others are nobody's here. */
static tw_status load(struct tw__helds *out,
		      const struct tw__told_side sides[2], tw_store *store,
		      tw_error *err)
{
	tw_time time[2];
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT first_us, first_key, first_batch, second_us, "
		"second_key, second_batch, run, state FROM call_pair "
		"WHERE parted = 0 AND first_us >= ? AND first_us <= ?", err);

	if (status)
		return status;
	find_time(time, sides);
	tw__bind_i64(stmt, 1, time[0]);
	tw__bind_i64(stmt, 2, time[1]);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__held held;
		bool known = false;

		read_held(&held, stmt);
		for (int i = 0; i < 4; i++)
			known |= place_of(&sides[i / 2],
					  &held.told[i % 2]) != SIZE_MAX;
		if (!known)
			continue;
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(held))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		out->rows[out->count++] = held;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- those of which half is not looked at ---- */

static void drop_half(const struct tw__held *held,
		      struct tw__told_side sides[2])
{
	for (int i = 0; i < 4; i++) {
		size_t at = place_of(&sides[i / 2], &held->told[i % 2]);

		if (at != SIZE_MAX)
			sides[i / 2].told[at].gone = true;
	}
}

static void close_ranks(struct tw__told_side *side)
{
	size_t left = 0;

	for (size_t i = 0; i < side->count; i++) {
		if (side->told[i].gone)
			continue;
		side->told[left] = side->told[i];
		side->seen[left++] = side->seen[i];
	}
	side->count = left;
}

static void name_twins(const struct tw__held *held,
		       struct tw__told_side sides[2])
{
	for (int i = 0; i < 2; i++)
		sides[i].seen[held->place[i]].twin =
			(uint32_t)held->place[!i] + 1;
}

tw_status tw__helds_load(struct tw__helds *out,
			 struct tw__told_side sides[2], tw_store *store,
			 tw_error *err)
{
	size_t ambiguous = 0;
	tw_status status = load(out, sides, store, err);

	if (status)
		return status;
	for (size_t i = 0; i < out->count; i++) {
		place(&out->rows[i], sides);
		if (!is_whole(&out->rows[i]))
			drop_half(&out->rows[i], sides);
	}
	close_ranks(&sides[0]);
	close_ranks(&sides[1]);
	for (size_t i = 0; i < out->count; i++) {
		struct tw__held *held = &out->rows[i];

		place(held, sides);
		if (!is_whole(held))
			continue;
		if (held->state == TW_PAIR_JOINED)
			name_twins(held, sides);
		else
			out->rows[ambiguous++] = *held;
	}
	out->count = ambiguous;
	return TW_OK;
}

void tw__helds_free(struct tw__helds *helds)
{
	tw_free(helds->rows);
	memset(helds, 0, sizeof(*helds));
}

tw_status tw__helds_part(const struct tw__helds *helds, tw_store *store,
			 tw_error *err)
{
	struct tw__parting parting = { 0 };
	tw_status status = TW_OK;

	for (size_t i = 0; i < helds->count && !status; i++) {
		if (helds->rows[i].kept)
			continue;
		if (!parting.store)
			status = tw__parting_begin(&parting, store, err);
		if (!status)
			status = tw__join_part_two(&parting, &helds->rows[i],
						   err);
	}
	if (!status && parting.store)
		status = tw__parting_settle(&parting, err);
	tw__parting_free(&parting);
	return status;
}
