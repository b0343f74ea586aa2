/* Making schedules: what is refused changes nothing. */
#include "schedule_room.h"

static void bad_hours_change_nothing(void **state)
{
	struct room r;
	tw_schedule_id other = { 99 };
	tw_engine *e;
	tw_time at = 7;
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
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_schedule_is_open(&open, e, other,
		T0, &r.h.err));
	HOST_FAIL(&r.h, TW_EEXIST, tw_engine_add_schedule(&other, e, "hours",
		r.zone, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_engine_add_schedule(&other, e, "no",
		NULL, &r.h.err));
	assert_int_equal(other.id, 99);
	assert_int_equal(open, 7);
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_schedule_next_change(&at, e, other,
		T0, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_next_change(NULL, e, r.id,
		T0, &r.h.err));
	assert_int_equal(at, 7);
	assert_int_equal(e->schedule[0]->hours_count, 0);
	HOST_OK(&r.h, tw_engine_find_schedule(&other, e, "hours", NULL));
	assert_int_equal(other.id, r.id.id);
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_engine_find_schedule(&other, e,
		"none", &r.h.err));
	close_room(&r);
}

static void refuses(struct room *r, const char *field,
		    const tw_override_options *o)
{
	HOST_FAIL(&r->h, TW_EINVAL, tw_schedule_add_override(r->h.engine,
		r->id, o, &r->h.err));
	if (strcmp(r->h.err.field, field))
		fail_msg("%s, not %s", r->h.err.field, field);
}

static void bad_overrides_change_nothing(void **state)
{
	const tw_override_options good = {
		.size = sizeof(good), .kind = TW_DAY_CLOSED, .year = 2026,
		.month = 2, .day = 28, .days = 1
	};
	const tw_day_span late = { 0, 1441 };
	tw_override_options o = good;
	struct room r;

	(void)state;
	open_room(&r, "UTC");
	o.kind = 0;
	refuses(&r, "kind", &o);
	o.kind = 5;
	refuses(&r, "kind", &o);
	o = good;
	o.day = 29;
	refuses(&r, "date", &o);
	o = good;
	o.days = 0;
	refuses(&r, "days", &o);
	o.days = 367;
	refuses(&r, "days", &o);
	o = good;
	o.short_min = 5;
	refuses(&r, "short_min", &o);
	o.kind = TW_DAY_OWN;
	o.short_min = 1440;
	refuses(&r, "short_min", &o);
	o = good;
	o.kind = TW_DAY_LIKE;
	o.weekday = 7;
	refuses(&r, "weekday", &o);
	o = good;
	o.span = &late;
	o.span_count = 1;
	refuses(&r, "span", &o);
	o.kind = TW_DAY_HOURS;
	refuses(&r, "to_min", &o);
	o.span_count = 65;
	refuses(&r, "span", &o);
	o.span_count = 0;
	refuses(&r, "span", &o);
	HOST_FAIL(&r.h, TW_EINVAL, tw_schedule_add_override(r.h.engine, r.id,
		NULL, &r.h.err));
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_schedule_add_override(r.h.engine,
		(tw_schedule_id){ 9 }, &good, &r.h.err));
	assert_int_equal(r.h.engine->schedule[0]->override_count, 0);
	assert_int_equal(r.h.engine->schedule[0]->run_count, 0);
	assert_int_equal(r.h.engine->schedule[0]->span_count, 0);
	close_room(&r);
}

/* Every date belongs to one override, however they lie across each other. */
static void runs_stay_apart(void **state)
{
	struct room r;
	const struct tw_schedule *s;
	uint32_t n = 1;

	(void)state;
	open_room(&r, "UTC");
	s = r.h.engine->schedule[0];
	for (int i = 0; i < 300; i++) {
		n = n * 1664525u + 1013904223u;
		closed(&r, 1 + (int)(n >> 16) % 31, 1 + (n >> 8) % 40);
		for (size_t k = 0; k < s->run_count; k++) {
			assert_true(s->run[k].first <= s->run[k].last);
			assert_true(!k || s->run[k - 1].last <
				    s->run[k].first);
			assert_true(s->run[k].override <
				    s->override_count);
		}
	}
	close_room(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_hours_change_nothing),
		cmocka_unit_test(bad_overrides_change_nothing),
		cmocka_unit_test(runs_stay_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
