/**
 * @file src/rating/ranges.h  Ranges being collected, and held apart
 */
#ifndef TW_SRC_RATING_RANGES_H
#define TW_SRC_RATING_RANGES_H

#include "base/base.h"
#include <trunkwise/numbering.h>

#define TW_NUMBER_MAX 999999999999999u   /* E.164: 15 digits */

/* One range of several sources (files); what it says is interned. */
struct tw__range {
	uint64_t from, to;
	uint32_t place;         /* tw__ranges_place() */
	uint32_t source;        /* the caller's; of two that overlap the one
				   with the lower source and line stays */
	int64_t line;
	uint64_t code;          /* the caller's */
};

struct tw__place_text {
	uint32_t operator_name, region, city;   /* offsets into texts */
};

struct tw__ranges {
	struct tw__range *rows;
	size_t count, capacity;
	struct tw__place_text *places;
	size_t place_count, place_capacity;
	char *texts;
	size_t texts_size, texts_capacity;
	uint32_t *text_slots, *place_slots;     /* hash tables, id + 1 */
	size_t text_slot_count, place_slot_count, text_count;
};

/* What a row says of its place; views, copied. */
struct tw__place_view {
	struct tw_str operator_name, region, city;
};

/* The next of the regions that a text joins. */
struct tw_str tw__next_region(const char **at);
/* By index, borrowed; the same name may come again. False: past the last. */
bool tw__numbering_place(const char **region, const char **city,
			 const tw_numbering *numbering, size_t index);

/* Ok to free when zeroed. */
void tw__ranges_free(struct tw__ranges *ranges);
/* The same texts have the same place. @return TW_OK, TW_ENOMEM */
tw_status tw__ranges_place(uint32_t *out, struct tw__ranges *ranges,
			   const struct tw__place_view *view, tw_error *err);
tw_status tw__ranges_add(struct tw__ranges *ranges,
			 const struct tw__range *row, tw_error *err);
/* Can numbers stand in it? Says the mend. @return TW_OK, TW_EINVAL */
tw_status tw__range_check(uint64_t from, uint64_t to, tw_error *err);

/* Sorts by number and parts what overlaps: `found` hears of each row that
 * goes and the one that stays before it; alike rows (same range, same place)
 * too. What it returns ends the sweep. */
typedef tw_status tw__range_found(void *arg, const struct tw__range *gone,
				  const struct tw__range *stays, bool alike);
tw_status tw__ranges_sweep(struct tw__ranges *ranges, tw__range_found *found,
			   void *arg);
/* Of swept ranges, which stay the caller's. */
tw_status tw__numbering_of(tw_numbering **out,
			   const struct tw__ranges *ranges, tw_error *err);

#endif
