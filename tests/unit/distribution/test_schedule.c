/* Opening hours: half-open, over midnight, over clock changes, own dates. */
#include "host.h"

struct room {
	struct host h;
	tw_zone *zone;
	tw_schedule_id id;
};

static void open_room(struct room *r, const char *zone)
{
	host_open(&r->h, 0);
	if (tw_zone_open(&r->zone, zone, &r->h.err))
		fail_msg("%s", r->h.err.message);
	HOST_OK(&r->h, tw_engine_add_schedule(&r->id, r->h.engine, "hours",
					      r->zone, &r->h.err));
}

static void close_room(struct room *r)
{
	tw_zone_free(r->zone);   /* the engine has its own reference */
	host_close(&r->h);
}

static void hours(struct room *r, uint32_t days, uint32_t from, uint32_t to)
{
	HOST_OK(&r->h, tw_schedule_add_hours(r->h.engine, r->id, days, from,
					     to, &r->h.err));
}

static void date(struct room *r, int day, uint32_t from, uint32_t to)
{
	HOST_OK(&r->h, tw_schedule_add_date(r->h.engine, r->id, 2026, 1, day,
					    from, to, &r->h.err));
}

static int is_open(struct room *r, const char *text)
{
	int open = -1;
	tw_time at;

	if (tw_time_parse(&at, text, r->zone, &r->h.err))
		fail_msg("%s", r->h.err.message);
	assert_int_equal(tw_schedule_is_open(&open, r->h.engine, r->id, at,
					     &r->h.err), TW_OK);
	return open;
}

#define WEEKDAYS 0x1fu
#define MIN(h, m) ((h) * 60u + (m))

static void intervals_are_half_open(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Moscow");
	assert_false(is_open(&r, "2026-01-12T12:00:00"));   /* no hours */
	hours(&r, WEEKDAYS, MIN(9, 0), MIN(17, 0));
	assert_false(is_open(&r, "2026-01-12T08:59:59.999999"));
	assert_true(is_open(&r, "2026-01-12T09:00:00"));
	assert_true(is_open(&r, "2026-01-12T16:59:59.999999"));
	assert_false(is_open(&r, "2026-01-12T17:00:00"));
	assert_false(is_open(&r, "2026-01-12T17:00:59"));
	assert_false(is_open(&r, "2026-01-10T12:00:00"));   /* Saturday */
	assert_true(is_open(&r, "2026-01-12T06:00:00Z"));
	assert_false(is_open(&r, "2026-01-12T14:00:00Z"));
	close_room(&r);
}

static void several_intervals_a_day(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Asia/Yekaterinburg");
	hours(&r, 0x7f, MIN(9, 0), MIN(13, 0));
	hours(&r, 0x7f, MIN(14, 0), 1440);
	assert_true(is_open(&r, "2026-01-12T12:59:00"));
	assert_false(is_open(&r, "2026-01-12T13:30:00"));
	assert_true(is_open(&r, "2026-01-12T23:59:59"));
	assert_false(is_open(&r, "2026-01-13T00:00:00"));
	close_room(&r);
}

/* Friday 22:00-06:00 covers Saturday morning and not Friday's. */
static void over_midnight_belongs_to_its_first_day(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Moscow");
	hours(&r, 1u << 4, MIN(22, 0), MIN(6, 0));
	assert_false(is_open(&r, "2026-01-09T05:00:00"));   /* Friday */
	assert_true(is_open(&r, "2026-01-09T22:00:00"));
	assert_true(is_open(&r, "2026-01-10T05:59:59"));
	assert_false(is_open(&r, "2026-01-10T06:00:00"));
	assert_false(is_open(&r, "2026-01-10T22:30:00"));
	close_room(&r);
}

static void sunday_runs_into_monday(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "UTC");
	hours(&r, 1u << 6, MIN(12, 0), MIN(12, 0));   /* 24 hours */
	assert_false(is_open(&r, "2026-01-11T11:59:59"));
	assert_true(is_open(&r, "2026-01-11T12:00:00"));
	assert_true(is_open(&r, "2026-01-12T11:59:59"));
	assert_false(is_open(&r, "2026-01-12T12:00:00"));
	close_room(&r);
}

/* Spring: 02:00-03:00 does not exist on 2026-03-29 in Berlin. */
static void a_skipped_start_rolls_forward(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Berlin");
	hours(&r, 1u << 6, MIN(2, 30), MIN(5, 0));
	assert_false(is_open(&r, "2026-03-29T00:59:59Z"));
	assert_true(is_open(&r, "2026-03-29T01:00:00Z"));   /* 03:00 */
	assert_true(is_open(&r, "2026-03-29T02:59:59Z"));
	assert_false(is_open(&r, "2026-03-29T03:00:00Z"));  /* 05:00 */
	close_room(&r);
}

/* Autumn: 02:00-03:00 comes twice on 2026-10-25 in Berlin. */
static void a_repeated_hour_is_open_twice(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Berlin");
	hours(&r, 1u << 6, MIN(2, 0), MIN(2, 30));
	assert_true(is_open(&r, "2026-10-25T00:15:00Z"));
	assert_false(is_open(&r, "2026-10-25T00:45:00Z"));
	assert_true(is_open(&r, "2026-10-25T01:15:00Z"));
	assert_false(is_open(&r, "2026-10-25T01:30:00Z"));
	close_room(&r);
}

static void dates_replace_the_weekly_hours(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Moscow");
	hours(&r, WEEKDAYS, MIN(9, 0), MIN(18, 0));
	date(&r, 8, 0, 0);                      /* a holiday */
	date(&r, 10, MIN(10, 0), MIN(13, 0));   /* a working Saturday */
	date(&r, 10, MIN(14, 0), MIN(15, 0));
	assert_true(is_open(&r, "2026-01-07T12:00:00"));
	assert_false(is_open(&r, "2026-01-08T12:00:00"));
	assert_true(is_open(&r, "2026-01-09T12:00:00"));
	assert_false(is_open(&r, "2026-01-10T09:30:00"));
	assert_true(is_open(&r, "2026-01-10T10:00:00"));
	assert_false(is_open(&r, "2026-01-10T13:00:00"));
	assert_true(is_open(&r, "2026-01-10T14:00:00"));
	assert_false(is_open(&r, "2026-01-17T10:00:00"));
	close_room(&r);
}

/* New Year's Eve until two in the morning, although the 1st is closed. */
static void a_date_may_run_over_midnight(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Samara");
	HOST_OK(&r.h, tw_schedule_add_date(r.h.engine, r.id, 2025, 12, 31,
					   MIN(20, 0), MIN(2, 0), NULL));
	date(&r, 1, 0, 0);
	assert_false(is_open(&r, "2025-12-31T19:59:59"));
	assert_true(is_open(&r, "2026-01-01T01:59:59"));
	assert_false(is_open(&r, "2026-01-01T02:00:00"));
	close_room(&r);
}

/* Against a naive reading of the wall clock, each quarter of an hour over
 * two years with both clock changes. */
static void agrees_with_a_naive_reading(void **state)
{
	struct room r;
	tw_time at;
	int open;

	(void)state;
	open_room(&r, "America/New_York");
	hours(&r, 0x3f, MIN(8, 30), MIN(12, 15));
	hours(&r, 0x60, MIN(23, 0), MIN(3, 45));   /* Sat, Sun nights */
	for (at = T0; at < T0 + 730 * 86400 * TW_SECOND;
	     at += 900 * TW_SECOND) {
		tw_civil c;
		int minute, want;

		tw_zone_local(&c, r.zone, at);
		minute = c.hour * 60 + c.minute;
		want = (c.weekday < 6 && minute >= 510 && minute < 735) ||
			(c.weekday >= 5 && minute >= 1380) ||
			((c.weekday == 6 || c.weekday == 0) && minute < 225);
		assert_int_equal(tw_schedule_is_open(&open, r.h.engine, r.id,
						     at, NULL), TW_OK);
		assert_int_equal(open, want);
	}
	close_room(&r);
}

static void bad_hours_change_nothing(void **state)
{
	struct room r;
	tw_schedule_id other = { 99 };
	tw_engine *e;
	int open = 7;

	(void)state;
	open_room(&r, "UTC");
	e = r.h.engine;
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_add_hours(e, r.id, 0, 0, 60,
		&r.h.err));
	assert_string_equal(r.h.err.field, "day_mask");
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_add_hours(e, r.id, 0x80, 0,
		60, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_add_hours(e, r.id, 1, 1440,
		60, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_add_hours(e, r.id, 1, 0, 1441,
		&r.h.err));
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_schedule_add_hours(e, other, 1, 0,
		60, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_add_date(e, r.id, 2026, 2, 29,
		0, 0, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_add_date(e, r.id, 2026, 13, 1,
		0, 0, &r.h.err));
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_schedule_is_open(&open, e, other,
		T0, &r.h.err));
	HOST_FAIL(&r.h, TW_EEXIST, tw_engine_add_schedule(&other, e, "hours",
		r.zone, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_engine_add_schedule(&other, e, "no",
		NULL, &r.h.err));
	assert_int_equal(other.id, 99);
	assert_int_equal(open, 7);
	assert_int_equal(e->schedule[0]->hours_count, 0);
	assert_int_equal(e->schedule[0]->date_count, 0);
	HOST_OK(&r.h, tw_engine_find_schedule(&other, e, "hours", NULL));
	assert_int_equal(other.id, r.id.id);
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_engine_find_schedule(&other, e,
		"none", &r.h.err));
	close_room(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_are_half_open),
		cmocka_unit_test(several_intervals_a_day),
		cmocka_unit_test(over_midnight_belongs_to_its_first_day),
		cmocka_unit_test(sunday_runs_into_monday),
		cmocka_unit_test(a_skipped_start_rolls_forward),
		cmocka_unit_test(a_repeated_hour_is_open_twice),
		cmocka_unit_test(dates_replace_the_weekly_hours),
		cmocka_unit_test(a_date_may_run_over_midnight),
		cmocka_unit_test(agrees_with_a_naive_reading),
		cmocka_unit_test(bad_hours_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
