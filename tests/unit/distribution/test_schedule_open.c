/* Opening hours: half-open, over midnight, over clock changes, own dates, and
 * the next change of them all, in every zone of 2000 to 2037. */
#include <stdlib.h>
#include <time.h>

#include "schedule_room.h"
#include "base/calendar.h"

static void trap_25_the_end_minute_is_out(void **state)
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

static void trap_25_several_intervals_a_day(void **state)
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
static void trap_25_over_midnight_is_the_first_days(void **state)
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
static void trap_26_a_skipped_start_rolls_forward(void **state)
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
static void trap_26_a_repeated_hour_is_open_twice(void **state)
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

/* Holidays, a moved working Saturday, a short day before the holidays:
 * 2026-01-10 works like a Friday, and two hours less. */
static void trap_27_dates_replace_the_weekly_hours(void **state)
{
	tw_override_options like = TW_OVERRIDE_OPTIONS_INIT;
	tw_override_options early = TW_OVERRIDE_OPTIONS_INIT;
	struct room r;

	(void)state;
	open_room(&r, "Europe/Moscow");
	hours(&r, 0x0f, MIN(9, 0), MIN(18, 0));
	hours(&r, 1u << 4, MIN(9, 0), MIN(13, 0));
	hours(&r, 1u << 4, MIN(14, 0), MIN(17, 0));
	closed(&r, 1, 8);
	like.kind = TW_DAY_LIKE;
	like.weekday = 4;
	like.short_min = 120;
	override(&r, 10, &like);
	early.kind = TW_DAY_OWN;
	early.short_min = 60;
	override(&r, 15, &early);
	assert_false(is_open(&r, "2026-01-08T12:00:00"));
	assert_true(is_open(&r, "2026-01-09T12:00:00"));
	assert_true(is_open(&r, "2026-01-10T12:59:00"));
	assert_false(is_open(&r, "2026-01-10T13:30:00"));
	assert_true(is_open(&r, "2026-01-10T14:59:59"));
	assert_false(is_open(&r, "2026-01-10T15:00:00"));
	assert_false(is_open(&r, "2026-01-17T10:00:00"));
	assert_true(is_open(&r, "2026-01-15T16:59:59"));
	assert_false(is_open(&r, "2026-01-15T17:00:00"));
	assert_true(is_open(&r, "2026-01-14T17:00:00"));
	close_room(&r);
}

/* A lunch break on one date, and the first of two overrides decides. */
static void the_first_override_of_a_date_decides(void **state)
{
	tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;
	const tw_day_span two[] = {
		{ MIN(10, 0), MIN(13, 0) }, { MIN(14, 0), MIN(15, 0) }
	};
	struct room r;

	(void)state;
	open_room(&r, "Europe/Moscow");
	hours(&r, 0x7f, MIN(9, 0), MIN(18, 0));
	o.kind = TW_DAY_HOURS;
	o.span = two;
	o.span_count = 2;
	override(&r, 3, &o);
	closed(&r, 5, 2);
	closed(&r, 1, 9);        /* around both of them */
	date(&r, 6, MIN(9, 0), MIN(12, 0));     /* comes too late */
	date(&r, 10, MIN(11, 0), MIN(12, 0));
	assert_false(is_open(&r, "2026-01-01T11:00:00"));
	assert_false(is_open(&r, "2026-01-02T11:00:00"));
	assert_false(is_open(&r, "2026-01-03T09:30:00"));
	assert_true(is_open(&r, "2026-01-03T10:00:00"));
	assert_false(is_open(&r, "2026-01-03T13:00:00"));
	assert_true(is_open(&r, "2026-01-03T14:00:00"));
	assert_false(is_open(&r, "2026-01-04T11:00:00"));
	assert_false(is_open(&r, "2026-01-06T11:00:00"));
	assert_false(is_open(&r, "2026-01-09T11:00:00"));
	assert_true(is_open(&r, "2026-01-10T11:00:00"));
	assert_false(is_open(&r, "2026-01-10T12:00:00"));
	assert_true(is_open(&r, "2026-01-11T09:00:00"));
	close_room(&r);
}

/* A day that is shorter than its hours is not open at all; hours over
 * midnight are cut at their end, not at midnight. */
static void short_days_are_cut_at_the_end(void **state)
{
	tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;
	struct room r;

	(void)state;
	open_room(&r, "UTC");
	hours(&r, 0x7f, MIN(22, 0), MIN(2, 0));
	o.kind = TW_DAY_OWN;
	o.short_min = 180;
	override(&r, 5, &o);
	o.short_min = 240;
	override(&r, 7, &o);
	assert_true(is_open(&r, "2026-01-05T22:59:59"));
	assert_false(is_open(&r, "2026-01-05T23:00:00"));
	assert_true(is_open(&r, "2026-01-07T01:59:59"));
	assert_false(is_open(&r, "2026-01-07T22:00:00"));
	assert_string_equal(next_change(&r, "2026-01-07T02:00:00"),
			    "2026-01-08T22:00:00+00:00");
	close_room(&r);
}

/* New Year's Eve until two in the morning, although the 1st is closed. */
static void a_date_may_run_over_midnight(void **state)
{
	const tw_day_span span = { MIN(20, 0), MIN(2, 0) };
	tw_override_options eve = TW_OVERRIDE_OPTIONS_INIT;
	struct room r;

	(void)state;
	open_room(&r, "Europe/Samara");
	eve.kind = TW_DAY_HOURS;
	eve.year = 2025;
	eve.month = 12;
	eve.day = 31;
	eve.span = &span;
	eve.span_count = 1;
	HOST_OK(&r.h, tw_schedule_add_override(r.h.engine, r.id, &eve, NULL));
	closed(&r, 1, 1);
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

static void next_changes_of_a_week(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Moscow");
	assert_string_equal(next_change(&r, "2026-01-12T08:00:00"), "");
	hours(&r, WEEKDAYS, MIN(9, 0), MIN(13, 0));
	hours(&r, WEEKDAYS, MIN(13, 0), MIN(18, 0));  /* no break */
	closed(&r, 9, 1);                             /* a Friday */
	assert_string_equal(next_change(&r, "2026-01-12T08:00:00"),
			    "2026-01-12T09:00:00+03:00");
	assert_string_equal(next_change(&r, "2026-01-12T09:00:00"),
			    "2026-01-12T18:00:00+03:00");
	assert_string_equal(next_change(&r, "2026-01-08T18:00:00"),
			    "2026-01-12T09:00:00+03:00");
	assert_string_equal(next_change(&r, "2026-01-12T08:59:59.999999"),
			    "2026-01-12T09:00:00+03:00");
	close_room(&r);
}

/* Always open but for a holiday five years from now: it is found, and after
 * it nothing ever changes. */
static void changes_far_away_are_found(void **state)
{
	tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;
	struct room r;

	(void)state;
	open_room(&r, "Europe/Berlin");
	hours(&r, 0x7f, 0, TW_DAY_MIN);
	assert_string_equal(next_change(&r, "2026-01-01"), "");
	o.year = 2031;
	o.month = 5;
	o.day = 1;
	o.days = 366;
	HOST_OK(&r.h, tw_schedule_add_override(r.h.engine, r.id, &o, NULL));
	assert_string_equal(next_change(&r, "2026-01-01"),
			    "2031-05-01T00:00:00+02:00");
	assert_string_equal(next_change(&r, "2031-05-01"),
			    "2032-05-01T00:00:00+02:00");
	assert_string_equal(next_change(&r, "2032-05-01"), "");
	close_room(&r);
}

/* The clock jumps back into hours that were over, and jumps over others. */
static void changes_by_the_clock_itself(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, "Europe/Berlin");
	hours(&r, 1u << 6, MIN(2, 0), MIN(2, 30));
	assert_string_equal(next_change(&r, "2026-10-25T00:30:00Z"),
			    "2026-10-25T02:00:00+01:00");
	assert_string_equal(next_change(&r, "2026-10-25T01:00:00Z"),
			    "2026-10-25T02:30:00+01:00");
	/* in spring that half an hour does not exist */
	assert_string_equal(next_change(&r, "2026-03-28T12:00:00"),
			    "2026-04-05T02:00:00+02:00");
	close_room(&r);
	open_room(&r, "Europe/Berlin");
	hours(&r, 1u << 6, MIN(2, 30), MIN(5, 0));
	assert_string_equal(next_change(&r, "2026-03-28T12:00:00"),
			    "2026-03-29T03:00:00+02:00");
	close_room(&r);
}

static void ends_of_time_are_no_trap(void **state)
{
	tw_time at = 0;
	struct room r;

	(void)state;
	open_room(&r, "America/New_York");
	hours(&r, 1, MIN(9, 0), MIN(18, 0));
	for (int i = 0; i < 2; i++) {
		HOST_OK(&r.h, tw_schedule_next_change(&at, r.h.engine, r.id,
			i ? TW_TIME_MAX : TW_TIME_MIN, &r.h.err));
		assert_true(i ? at == TW_TIME_MAX : at > TW_TIME_MIN);
	}
	close_room(&r);
}

/* ---- against another reading ---- */

#define MODEL_HOURS     4
#define MODEL_OVERRIDES 80

/* What the property below knows of a schedule: plain lists, read by the C
 * library's own clock and zones. */
struct model {
	struct { uint32_t mask, from, to; } hours[MODEL_HOURS];
	struct {
		int64_t first, last;
		uint32_t kind, weekday, cut;
		tw_day_span span[2];
	} override[MODEL_OVERRIDES];
	uint64_t seed;
};

static uint32_t draw(struct model *m, uint32_t below)
{
	m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(m->seed >> 33) % below;
}

static uint32_t quarter(struct model *m)
{
	return draw(m, 96) * 15 + (draw(m, 8) ? 0 : draw(m, 15));
}

static void make_hours(struct room *r, struct model *m)
{
	for (int i = 0; i < MODEL_HOURS; i++) {
		m->hours[i].mask = draw(m, 127) + 1;
		m->hours[i].from = quarter(m);
		m->hours[i].to = m->hours[i].from + 1 + draw(m, 300);
		if (draw(m, 5) && m->hours[i].to > TW_DAY_MIN)
			m->hours[i].to = TW_DAY_MIN;
		hours(r, m->hours[i].mask, m->hours[i].from,
		      m->hours[i].to > TW_DAY_MIN ?
		      m->hours[i].to - TW_DAY_MIN : m->hours[i].to);
	}
}

/* Dates anywhere in those years; a third of them where clocks change. */
static int64_t draw_day(struct room *r, struct model *m)
{
	int64_t day = 10957 + draw(m, 38 * 365);
	tw_time at = day * 86400 * TW_SECOND;

	if (draw(m, 3))
		return day;
	at = tw_zone_next_change(r->zone, at);
	if (at == TW_TIME_MAX)
		return day;
	return at / (86400 * TW_SECOND) - 2 + draw(m, 4);
}

static void make_overrides(struct room *r, struct model *m)
{
	for (int i = 0; i < MODEL_OVERRIDES; i++) {
		tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;
		int64_t day = draw_day(r, m);

		o.kind = 1 + draw(m, 4);
		o.days = draw(m, 4) ? 1 : 1 + draw(m, 12);
		o.weekday = draw(m, 7);
		if (o.kind != TW_DAY_CLOSED && draw(m, 2))
			o.short_min = draw(m, 200);
		for (int k = 0; k < 2; k++) {
			m->override[i].span[k].from_min = quarter(m);
			m->override[i].span[k].to_min = quarter(m);
		}
		if (o.kind == TW_DAY_HOURS) {
			o.span = m->override[i].span;
			o.span_count = 2;
		}
		tw__civil_from_days(&o.year, &o.month, &o.day, day);
		m->override[i].first = day;
		m->override[i].last = day + o.days - 1;
		m->override[i].kind = o.kind;
		m->override[i].weekday = o.weekday;
		m->override[i].cut = o.short_min;
		HOST_OK(&r->h, tw_schedule_add_override(r->h.engine, r->id,
							&o, &r->h.err));
	}
}

static bool model_day(const struct model *m, int64_t day, uint32_t minute)
{
	uint32_t weekday = (uint32_t)((day + 3) % 7), last = 0, n = 0;
	struct { uint32_t from, to; } span[MODEL_HOURS];
	int o = 0;

	while (o < MODEL_OVERRIDES && (day < m->override[o].first ||
				       day > m->override[o].last))
		o++;
	if (o < MODEL_OVERRIDES && m->override[o].kind == TW_DAY_CLOSED)
		return false;
	if (o < MODEL_OVERRIDES && m->override[o].kind == TW_DAY_LIKE)
		weekday = m->override[o].weekday;
	if (o < MODEL_OVERRIDES && m->override[o].kind == TW_DAY_HOURS) {
		for (; n < 2; n++) {
			span[n].from = m->override[o].span[n].from_min;
			span[n].to = m->override[o].span[n].to_min;
			if (span[n].to <= span[n].from)
				span[n].to += 1440;
		}
	} else {
		for (int i = 0; i < MODEL_HOURS; i++) {
			if (!(m->hours[i].mask >> weekday & 1))
				continue;
			span[n].from = m->hours[i].from;
			span[n++].to = m->hours[i].to;
		}
	}
	for (uint32_t i = 0; i < n; i++)
		last = span[i].to > last ? span[i].to : last;
	if (o < MODEL_OVERRIDES && m->override[o].cut)
		last = m->override[o].cut < last ?
			last - m->override[o].cut : 0;
	for (uint32_t i = 0; i < n; i++) {
		if (minute >= span[i].from && minute < span[i].to &&
		    minute < last)
			return true;
	}
	return false;
}

static bool model_is_open(const struct model *m, tw_time at)
{
	time_t seconds = (time_t)(at / TW_SECOND);
	int64_t day;
	struct tm tm;
	uint32_t minute;

	localtime_r(&seconds, &tm);
	day = tw__days_from_civil(tm.tm_year + 1900, tm.tm_mon + 1,
				  tm.tm_mday);
	minute = (uint32_t)(tm.tm_hour * 60 + tm.tm_min);
	return model_day(m, day, minute) || model_day(m, day - 1,
						      minute + 1440);
}

/* From one change to the next: open or closed all the time between, and
 * otherwise at the change itself. */
static void walk_zone(const char *zone, uint64_t seed, int64_t step_s)
{
	const tw_time end = 2145916800LL * TW_SECOND;   /* 2038 */
	struct model m = { .seed = seed };
	tw_time at = 946684800LL * TW_SECOND, next, probe = at;
	struct room r;
	bool open;

	setenv("TZ", zone, 1);
	tzset();
	open_room(&r, zone);
	make_hours(&r, &m);
	make_overrides(&r, &m);
	open = model_is_open(&m, at);
	while (at < end) {
		next = tw__schedule_next_change(r.h.engine->schedule[0], at);
		for (; probe < next && probe < end;
		     probe += step_s * TW_SECOND) {
			if (model_is_open(&m, probe) != open ||
			    tw__schedule_is_open(r.h.engine->schedule[0],
						 probe) != open)
				fail_msg("%s, seed %llu: %lld", zone,
					 (unsigned long long)seed,
					 (long long)(probe / TW_SECOND));
		}
		if (next == TW_TIME_MAX)
			break;
		if (model_is_open(&m, next - 1) != open ||
		    model_is_open(&m, next) == open)
			fail_msg("%s, seed %llu: change at %lld", zone,
				 (unsigned long long)seed,
				 (long long)(next / TW_SECOND));
		open = !open;
		at = next;
	}
	close_room(&r);
}

/* Each line "Z NAME ..." of tzdata's own list. */
static void walk_all_zones(void)
{
	FILE *list = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
	char line[256], name[128];
	uint64_t seed = 1;

	if (!list) {
		print_message("skipped: no tzdata.zi\n");
		return;
	}
	while (fgets(line, sizeof(line), list)) {
		if (sscanf(line, "Z %127s", name) == 1)
			walk_zone(name, seed++, 900);
	}
	fclose(list);
	assert_true(seed > 300);
}

static void trap_26_all_zones_2000_to_2037(void **state)
{
	static const char *const sample[] = {
		"Europe/Moscow", "Asia/Yekaterinburg", "Europe/Samara",
		"Europe/Volgograd", "Europe/Berlin", "America/New_York",
		"Africa/Casablanca", "Asia/Gaza", "Australia/Lord_Howe",
		"Pacific/Apia", "America/Caracas", "Europe/Dublin",
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(sample); i++)
		walk_zone(sample[i], 100 + i, 13020);
	if (getenv("TW_TEST_LONG"))
		walk_all_zones();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_25_the_end_minute_is_out),
		cmocka_unit_test(trap_25_several_intervals_a_day),
		cmocka_unit_test(trap_25_over_midnight_is_the_first_days),
		cmocka_unit_test(sunday_runs_into_monday),
		cmocka_unit_test(trap_26_a_skipped_start_rolls_forward),
		cmocka_unit_test(trap_26_a_repeated_hour_is_open_twice),
		cmocka_unit_test(trap_27_dates_replace_the_weekly_hours),
		cmocka_unit_test(the_first_override_of_a_date_decides),
		cmocka_unit_test(short_days_are_cut_at_the_end),
		cmocka_unit_test(a_date_may_run_over_midnight),
		cmocka_unit_test(agrees_with_a_naive_reading),
		cmocka_unit_test(next_changes_of_a_week),
		cmocka_unit_test(changes_far_away_are_found),
		cmocka_unit_test(changes_by_the_clock_itself),
		cmocka_unit_test(ends_of_time_are_no_trap),
		cmocka_unit_test(trap_26_all_zones_2000_to_2037),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
