/*
 * Opening hours: is an instant inside of them, and when does that change?
 * Instants are turned into the zone's wall clock first, so a skipped hour
 * opens at its first valid instant and a repeated one is open both times.
 * Refuses to know how hours were given: a day is a list of spans.
 *
 * A change is looked for on the wall clock, where hours live, one stretch of
 * constant offset after another: what is found behind the stretch's end is
 * no change there, because the clock jumps first, and is looked for anew.
 */
#include "engine.h"

#include "base/calendar.h"

/* The hours that start on one day. */
struct day {
	const struct tw_schedule *schedule;
	const tw_day_span *span;    /* NULL: weekly hours of `bit` */
	size_t count;
	uint32_t bit;
	uint32_t cut;           /* nothing is open from this minute on */
};

/* First run that ends on the day or later. */
static size_t run_at(const struct tw_schedule *s, int64_t day)
{
	size_t low = 0, high = s->run_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->run[mid].last < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct tw_override *override_of(const struct tw_schedule *s,
					     int64_t day)
{
	size_t at = run_at(s, day);

	if (at == s->run_count || s->run[at].first > day)
		return NULL;
	return &s->override[s->run[at].override];
}

/* The i-th span, its end in minutes of the first day; empty when it is not
 * of this day. */
static tw_day_span span_of(const struct day *day, size_t i)
{
	tw_day_span span = { 0, 0 };

	if (day->span) {
		span = day->span[i];
	} else if (day->schedule->hours[i].day_mask & day->bit) {
		span.from_min = day->schedule->hours[i].from_min;
		span.to_min = day->schedule->hours[i].to_min;
	} else {
		return span;
	}
	if (span.to_min <= span.from_min)
		span.to_min += TW_DAY_MIN;
	if (span.to_min > day->cut)
		span.to_min = day->cut;
	return span;
}

static void make_short(struct day *day, uint32_t short_min)
{
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < day->count; ++i) {
		tw_day_span span = span_of(day, i);

		if (span.to_min > last)
			last = span.to_min;
	}
	day->cut = last > short_min ? last - short_min : 0;
}

static void day_of(struct day *out, const struct tw_schedule *s, int64_t day)
{
	const struct tw_override *override = override_of(s, day);

	*out = (struct day){
		.schedule = s, .count = s->hours_count,
		.bit = 1u << tw__weekday(day), .cut = UINT32_MAX
	};
	if (!override)
		return;
	if (override->kind == TW_DAY_CLOSED)
		out->count = 0;
	if (override->kind == TW_DAY_LIKE)
		out->bit = 1u << override->weekday;
	if (override->kind == TW_DAY_HOURS) {
		out->span = &s->span[override->first];
		out->count = override->count;
	}
	if (override->short_min)
		make_short(out, override->short_min);
}

/* minute 0..1439: the day the hours start on; 1440..2879: the next. */
static bool covers(const struct day *day, uint32_t minute)
{
	size_t i;

	for (i = 0; i < day->count; ++i) {
		tw_day_span span = span_of(day, i);

		if (minute >= span.from_min && minute < span.to_min)
			return true;
	}
	return false;
}

static bool is_open_on(const struct tw_schedule *s, int64_t day,
		       uint32_t minute)
{
	struct day own, before;

	day_of(&own, s, day);
	if (covers(&own, minute))
		return true;
	day_of(&before, s, day - 1);
	return covers(&before, minute + TW_DAY_MIN);
}

static int64_t wall_of(uint32_t *minute, int32_t *offset_s,
		       const struct tw_schedule *s, tw_time at)
{
	tw_civil local;

	tw_zone_local(&local, s->zone, at);
	*minute = (uint32_t)(local.hour * 60 + local.minute);
	*offset_s = local.offset_s;
	return tw__days_from_civil(local.year, local.month, local.day);
}

bool tw__schedule_is_open(const struct tw_schedule *schedule, tw_time at)
{
	uint32_t minute;
	int32_t offset_s;
	int64_t day = wall_of(&minute, &offset_s, schedule, at);

	return is_open_on(schedule, day, minute);
}

/* The first edge of a span after the minute, in minutes of the day that
 * comes `shift` later than the span's. */
static uint32_t next_edge(const struct day *day, uint32_t minute,
			  uint32_t shift, uint32_t best)
{
	size_t i;

	for (i = 0; i < day->count; ++i) {
		tw_day_span span = span_of(day, i);

		if (span.from_min > minute + shift &&
		    span.from_min - shift < best)
			best = span.from_min - shift;
		if (span.to_min > minute + shift &&
		    span.to_min - shift < best)
			best = span.to_min - shift;
	}
	return best;
}

static uint32_t edge_after(const struct tw_schedule *s, int64_t day,
			   uint32_t minute)
{
	struct day own, before;
	uint32_t best;

	day_of(&own, s, day);
	day_of(&before, s, day - 1);
	best = next_edge(&own, minute, 0, TW_DAY_MIN);
	return next_edge(&before, minute, TW_DAY_MIN, best);
}

/* On an endless wall clock without jumps; false: it stays as it is. After a
 * whole week without an override nothing is new before the next one. */
static bool change_on_wall(int64_t *day, uint32_t *minute,
			   const struct tw_schedule *s, bool is_open)
{
	uint32_t calm = 0;
	size_t at;

	for (;;) {
		*minute = edge_after(s, *day, *minute);
		if (*minute >= TW_DAY_MIN) {
			++*day;
			*minute = 0;
			++calm;
			if (override_of(s, *day) || override_of(s, *day - 1))
				calm = 0;
		}
		if (calm > 8) {
			at = run_at(s, *day);
			if (at == s->run_count)
				return false;
			*day = s->run[at].first;
			calm = 0;
		}
		if (is_open_on(s, *day, *minute) != is_open)
			return true;
	}
}

/* Whether a clock that jumps back could still show a date with an override
 * again. */
static bool is_past_overrides(const struct tw_schedule *s, int64_t day)
{
	return !s->run_count || s->run[s->run_count - 1].last + 2 < day;
}

tw_time tw__schedule_next_change(const struct tw_schedule *schedule,
				 tw_time at)
{
	const bool is_open = tw__schedule_is_open(schedule, at);

	for (;;) {
		tw_time end = tw_zone_next_change(schedule->zone, at);
		uint32_t minute;
		int32_t offset_s;
		int64_t day = wall_of(&minute, &offset_s, schedule, at);
		const int64_t first = day;

		if (change_on_wall(&day, &minute, schedule, is_open)) {
			tw_time change = (day * 86400 + (int64_t)minute * 60 -
					  offset_s) * TW_SECOND;

			if (change < end)   /* not past the last year */
				return change > at ? change : TW_TIME_MAX;
		} else if (is_past_overrides(schedule, first)) {
			return TW_TIME_MAX;
		}
		if (end == TW_TIME_MAX)
			return TW_TIME_MAX;
		at = end;
		if (tw__schedule_is_open(schedule, at) != is_open)
			return at;
	}
}
