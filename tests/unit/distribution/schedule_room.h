/* One schedule in an engine, made and asked in a line each. */
#ifndef TW_TESTS_SCHEDULE_ROOM_H
#define TW_TESTS_SCHEDULE_ROOM_H

#include "host.h"

struct room {
	struct host h;
	tw_zone *zone;
	tw_schedule_id id;
};

static inline void open_room(struct room *r, const char *zone)
{
	host_open(&r->h, 0);
	if (tw_zone_open(&r->zone, zone, &r->h.err))
		fail_msg("%s", r->h.err.message);
	HOST_OK(&r->h, tw_engine_add_schedule(&r->id, r->h.engine, "hours",
					      r->zone, &r->h.err));
}

static inline void close_room(struct room *r)
{
	tw_zone_free(r->zone);   /* the engine has its own reference */
	host_close(&r->h);
}

static inline void hours(struct room *r, uint32_t days, uint32_t from,
			 uint32_t to)
{
	HOST_OK(&r->h, tw_schedule_add_hours(r->h.engine, r->id, days, from,
					     to, &r->h.err));
}

/* Days of January 2026. */
static inline void override(struct room *r, int day,
			    tw_override_options *options)
{
	options->year = 2026;
	options->month = 1;
	options->day = day;
	HOST_OK(&r->h, tw_schedule_add_override(r->h.engine, r->id, options,
						&r->h.err));
}

static inline void closed(struct room *r, int day, uint32_t days)
{
	tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;

	o.days = days;
	override(r, day, &o);
}

static inline void date(struct room *r, int day, uint32_t from, uint32_t to)
{
	tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;
	const tw_day_span span = { from, to };

	o.kind = TW_DAY_HOURS;
	o.span = &span;
	o.span_count = 1;
	override(r, day, &o);
}

static inline int is_open(struct room *r, const char *text)
{
	int open = -1;
	tw_time at;

	if (tw_time_parse(&at, text, r->zone, &r->h.err))
		fail_msg("%s", r->h.err.message);
	assert_int_equal(tw_schedule_is_open(&open, r->h.engine, r->id, at,
					     &r->h.err), TW_OK);
	return open;
}

static inline tw_time time_of(struct room *r, const char *text)
{
	tw_time at;

	if (tw_time_parse(&at, text, r->zone, &r->h.err))
		fail_msg("%s", r->h.err.message);
	return at;
}

/* The next change, as the wall clock shows it; "" for never. */
static inline const char *next_change(struct room *r, const char *text)
{
	static char out[40];
	tw_time at = 7;

	HOST_OK(&r->h, tw_schedule_next_change(&at, r->h.engine, r->id,
					       time_of(r, text), &r->h.err));
	out[0] = '\0';
	if (at != TW_TIME_MAX)
		tw_time_format(out, sizeof(out), at, r->zone, NULL);
	return out;
}

#define WEEKDAYS 0x1fu
#define MIN(h, m) ((h) * 60u + (m))

#endif
