/**
 * @file src/rating/ranges.c  Ranges of numbers, collected from anywhere
 *
 * Decides which of two ranges that overlap stays, and keeps every text once:
 * half a million ranges name a few thousand operators and towns. Refuses to
 * know the file they came from and what a region is.
 */
#include "ranges.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64
#define TEXTS_MAX 0x80000000u   /* the top bit of offsets is not ours */

void tw__ranges_free(struct tw__ranges *ranges)
{
	tw_free(ranges->rows);
	tw_free(ranges->places);
	tw_free(ranges->texts);
	tw_free(ranges->text_slots);
	tw_free(ranges->place_slots);
	memset(ranges, 0, sizeof(*ranges));
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static uint64_t hash_text(struct tw_str text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < text.l; i++)
		h = (h ^ (unsigned char)text.p[i]) * 0x100000001b3u;
	return mix(h);
}

static uint64_t hash_place(const struct tw__place_text *place)
{
	return mix(mix((uint64_t)place->operator_name << 32 | place->region) +
		   place->city);
}

/* Room for one more: at most half of the slots are taken. */
static tw_status room(uint32_t **slots, size_t *slot_count, size_t taken,
		      uint32_t **old, size_t *old_count, tw_error *err)
{
	size_t want = *slot_count ? *slot_count * 2 : SLOTS_MIN;
	uint32_t *fresh;

	*old = NULL;
	if (taken * 2 < *slot_count)
		return TW_OK;
	fresh = tw_calloc(want, sizeof(*fresh));
	if (!fresh)
		return tw__fail_oom(err);
	*old = *slots;
	*old_count = *slot_count;
	*slots = fresh;
	*slot_count = want;
	return TW_OK;
}

static void put_slot(uint32_t *slots, size_t count, uint64_t hash,
		     uint32_t value)
{
	size_t s = hash & (count - 1);

	while (slots[s])
		s = (s + 1) & (count - 1);
	slots[s] = value;
}

static tw_status room_for_text(struct tw__ranges *r, tw_error *err)
{
	size_t old_count = 0;
	uint32_t *old;
	tw_status status = room(&r->text_slots, &r->text_slot_count,
				r->text_count, &old, &old_count, err);

	if (status || !old)
		return status;
	for (size_t i = 0; i < old_count; i++) {
		if (old[i])
			put_slot(r->text_slots, r->text_slot_count, hash_text(
				 tw__str_of(r->texts + old[i] - 1)), old[i]);
	}
	tw_free(old);
	return TW_OK;
}

static tw_status room_for_place(struct tw__ranges *r, tw_error *err)
{
	size_t old_count = 0;
	uint32_t *old;
	tw_status status = room(&r->place_slots, &r->place_slot_count,
				r->place_count, &old, &old_count, err);

	if (status || !old)
		return status;
	for (size_t i = 0; i < old_count; i++) {
		if (old[i])
			put_slot(r->place_slots, r->place_slot_count,
				 hash_place(&r->places[old[i] - 1]), old[i]);
	}
	tw_free(old);
	return TW_OK;
}

/* The text's offset; the same text has the same one. */
static tw_status intern(uint32_t *out, struct tw__ranges *r,
			struct tw_str text, tw_error *err)
{
	uint64_t hash = hash_text(text);
	tw_status status = room_for_text(r, err);
	size_t mask = r->text_slot_count - 1, s;

	if (status)
		return status;
	for (s = hash & mask; r->text_slots[s]; s = (s + 1) & mask) {
		if (tw__str_eq(text, r->texts + r->text_slots[s] - 1)) {
			*out = r->text_slots[s] - 1;
			return TW_OK;
		}
	}
	if (r->texts_size + text.l + 1 >= TEXTS_MAX ||
	    tw__grow((void **)&r->texts, &r->texts_capacity,
		     r->texts_size + text.l + 1, 1))
		return tw__fail_oom(err);
	if (text.l)
		memcpy(r->texts + r->texts_size, text.p, text.l);
	r->texts[r->texts_size + text.l] = '\0';
	r->text_slots[s] = (uint32_t)r->texts_size + 1;
	*out = (uint32_t)r->texts_size;
	r->texts_size += text.l + 1;
	r->text_count++;
	return TW_OK;
}

tw_status tw__ranges_place(uint32_t *out, struct tw__ranges *r,
			   const struct tw__place_view *view, tw_error *err)
{
	struct tw__place_text place = { 0 };
	tw_status status = intern(&place.operator_name, r,
				  view->operator_name, err);
	size_t mask, s;

	if (!status)
		status = intern(&place.region, r, view->region, err);
	if (!status)
		status = intern(&place.city, r, view->city, err);
	if (!status)
		status = room_for_place(r, err);
	if (status)
		return status;
	mask = r->place_slot_count - 1;
	for (s = hash_place(&place) & mask; r->place_slots[s];
	     s = (s + 1) & mask) {
		uint32_t id = r->place_slots[s] - 1;

		if (memcmp(&r->places[id], &place, sizeof(place)) == 0) {
			*out = id;
			return TW_OK;
		}
	}
	if (tw__grow((void **)&r->places, &r->place_capacity,
		     r->place_count + 1, sizeof(place)))
		return tw__fail_oom(err);
	r->places[r->place_count] = place;
	*out = (uint32_t)r->place_count++;
	r->place_slots[s] = *out + 1;
	return TW_OK;
}

tw_status tw__ranges_add(struct tw__ranges *r, const struct tw__range *row,
			 tw_error *err)
{
	if (tw__grow((void **)&r->rows, &r->capacity, r->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	r->rows[r->count++] = *row;
	return TW_OK;
}

static int digits_of(uint64_t number)
{
	int n = 1;

	while (number >= 10) {
		number /= 10;
		n++;
	}
	return n;
}

tw_status tw__range_check(uint64_t from, uint64_t to, tw_error *err)
{
	if (!from || !to || from > TW_NUMBER_MAX || to > TW_NUMBER_MAX)
		return tw__fail(err, TW_EINVAL, "a number has 1 to 15 digits, "
				"the country code first, and begins with no "
				"0");
	if (from > to)
		return tw__fail(err, TW_EINVAL, "the range %" PRIu64 "-%"
				PRIu64 " ends before it begins; swap them",
				from, to);
	if (digits_of(from) != digits_of(to))
		return tw__fail(err, TW_EINVAL, "%" PRIu64 " and %" PRIu64
				" are not of one length; write as many "
				"digits in both", from, to);
	return TW_OK;
}

/* ---- order, and what overlaps ---- */

static bool is_earlier(const struct tw__range *a, const struct tw__range *b)
{
	return a->source != b->source ? a->source < b->source :
		a->line < b->line;
}

static int compare(const void *left, const void *right)
{
	const struct tw__range *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return is_earlier(a, b) ? -1 : is_earlier(b, a);
}

static bool is_sorted(const struct tw__ranges *r)
{
	for (size_t i = 1; i < r->count; i++) {
		if (compare(&r->rows[i - 1], &r->rows[i]) > 0)
			return false;
	}
	return true;
}

tw_status tw__ranges_sweep(struct tw__ranges *r, tw__range_found *found,
			   void *arg)
{
	size_t kept = 0;

	if (r->count > 1 && !is_sorted(r))
		qsort(r->rows, r->count, sizeof(*r->rows), compare);
	for (size_t i = 0; i < r->count; i++) {
		struct tw__range now = r->rows[i], *last = NULL;
		bool alike, goes;
		tw_status status;

		if (kept && now.from <= r->rows[kept - 1].to)
			last = &r->rows[kept - 1];
		if (!last) {
			r->rows[kept++] = now;
			continue;
		}
		alike = now.from == last->from && now.to == last->to &&
			now.place == last->place;
		goes = is_earlier(last, &now);
		status = goes ? found(arg, &now, last, alike) :
			found(arg, last, &now, alike);
		if (status)
			return status;
		if (!goes)
			*last = now;
	}
	r->count = kept;
	return TW_OK;
}
