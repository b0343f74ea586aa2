/* Periods over changes of the clock, sums that saturate, crossings once. */
#include "budget_fixture.h"

static tw_time at(const char *text)
{
	tw_time t;

	assert_int_equal(tw_time_parse(&t, text, NULL, NULL), TW_OK);
	return t;
}

static void period(tw_time range[2], const char *zone, uint32_t kind,
		   const char *text)
{
	tw_zone *z;

	assert_int_equal(tw_zone_open(&z, zone, NULL), TW_OK);
	assert_int_equal(tw__budget_period(range, kind, z, at(text), NULL),
			 TW_OK);
	tw_zone_free(z);
}

static void hours_follow_the_wall(void **state)
{
	tw_time r[2];

	(void)state;
	period(r, "Asia/Kolkata", TW_PERIOD_HOUR, "2026-10-05T10:10:00Z");
	assert_int_equal(r[0], at("2026-10-05T09:30:00Z"));
	assert_int_equal(r[1], at("2026-10-05T10:30:00Z"));
	/* 02:00-03:00 is shown twice in Berlin: two hours */
	period(r, "Europe/Berlin", TW_PERIOD_HOUR, "2026-10-25T00:30:00Z");
	assert_int_equal(r[0], at("2026-10-25T00:00:00Z"));
	assert_int_equal(r[1], at("2026-10-25T01:00:00Z"));
	period(r, "Europe/Berlin", TW_PERIOD_HOUR, "2026-10-25T01:30:00Z");
	assert_int_equal(r[0], at("2026-10-25T01:00:00Z"));
	assert_int_equal(r[1], at("2026-10-25T02:00:00Z"));
	/* Lord Howe goes back by half an hour at 02:00: 01:30 comes again */
	period(r, "Australia/Lord_Howe", TW_PERIOD_HOUR,
	       "2026-04-04T15:10:00Z");
	assert_int_equal(r[0], at("2026-04-04T15:00:00Z"));
	assert_int_equal(r[1], at("2026-04-04T15:30:00Z"));
	period(r, "Australia/Lord_Howe", TW_PERIOD_HOUR,
	       "2026-04-04T14:50:00Z");
	assert_int_equal(r[1], at("2026-04-04T15:00:00Z"));
}

static void days_have_23_or_25_hours(void **state)
{
	tw_time r[2];

	(void)state;
	period(r, "Europe/Berlin", TW_PERIOD_DAY, "2026-03-29T12:00:00Z");
	assert_int_equal(r[1] - r[0], 23 * 3600 * TW_SECOND);
	period(r, "Europe/Berlin", TW_PERIOD_DAY, "2026-10-25T12:00:00Z");
	assert_int_equal(r[1] - r[0], 25 * 3600 * TW_SECOND);
	period(r, "Europe/Berlin", TW_PERIOD_MONTH, "2026-10-25T12:00:00Z");
	assert_int_equal(r[1] - r[0], (31 * 24 + 1) * 3600 * TW_SECOND);
}

/* Hours cover every instant of a year of changes, none twice. */
static void hours_tile(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "Europe/Moscow",
		"Australia/Lord_Howe", "America/St_Johns" };

	(void)state;
	for (size_t z = 0; z < TW_ARRAY_COUNT(zones); ++z) {
		tw_time t = at("2026-01-01T00:00:00Z");
		const tw_time end = at("2027-01-01T00:00:00Z");
		tw_zone *zone;

		assert_int_equal(tw_zone_open(&zone, zones[z], NULL), TW_OK);
		while (t < end) {
			tw_time r[2], in[2];

			assert_int_equal(tw__budget_period(r, TW_PERIOD_HOUR,
				zone, t, NULL), TW_OK);
			assert_true(r[0] <= t && t < r[1]);
			assert_true(r[1] - r[0] <= 3600 * TW_SECOND);
			assert_int_equal(tw__budget_period(in, TW_PERIOD_HOUR,
				zone, r[1] - 1, NULL), TW_OK);
			assert_int_equal(in[0], r[0]);
			t = r[1];
		}
		tw_zone_free(zone);
	}
}

static void sums(void **state)
{
	struct tw__purse p = { .hard = 10, .soft = 8, .max_price = -1 };
	struct tw__money m = { .known = true, .granted = 10 };

	(void)state;
	assert_int_equal(tw__purse_free(&p, &m), 10);
	assert_int_equal(tw__purse_use(&p, &m, 7), 0);
	assert_int_equal(tw__purse_free(&p, &m), 3);
	assert_int_equal(tw__purse_use(&p, &m, 1), TW_BUDGET_SOFT);
	assert_int_equal(tw__purse_use(&p, &m, -2), 0);
	assert_int_equal(tw__purse_use(&p, &m, 2), 0);   /* told before */
	assert_int_equal(tw__purse_state(&p, &m), TW_BUDGET_IS_SOFT);
	assert_int_equal(tw__purse_use(&p, &m, 5), TW_BUDGET_HARD);
	assert_int_equal(tw__purse_state(&p, &m), TW_BUDGET_IS_HARD);
	assert_int_equal(tw__purse_free(&p, &m), 0);
	assert_int_equal(tw__purse_left(&p, &m), 0);
	(void)tw__purse_use(&p, &m, INT64_MAX);
	assert_int_equal(m.used, INT64_MAX);
	m.known = false;
	m.used = 0;
	assert_int_equal(tw__purse_free(&p, &m), 0);
	p.hard = TW_BUDGET_NONE;
	assert_int_equal(tw__purse_free(&p, &m), TW_NO_LIMIT);
	assert_int_equal(tw__purse_state(&p, &m), TW_BUDGET_IS_OK);
}

static void projections(void **state)
{
	(void)state;
	assert_int_equal(tw__projection(100, 0, 30, 10), 300);
	assert_int_equal(tw__projection(1, 0, 3, 2), 2);      /* 1.5, up */
	assert_int_equal(tw__projection(100, 0, 30, 0), 100);
	assert_int_equal(tw__projection(100, 0, 30, 40), 100);
	assert_int_equal(tw__projection(INT64_MAX, 0, 30, 1), INT64_MAX);
}

static void ended_periods_are_forgotten(void **state)
{
	struct tw__purse p = { .hard = 10, .period = TW_PERIOD_DAY };
	struct tw__money *m;
	tw_zone *utc;

	(void)state;
	assert_int_equal(tw_zone_open(&utc, "UTC", NULL), TW_OK);
	for (int64_t day = 0; day < 4; ++day) {
		assert_int_equal(tw__purse_money(&m, &p, utc, T2026 + day *
			86400 * TW_SECOND, false, NULL), TW_OK);
		m->used = day == 1;
	}
	tw__purse_forget(&p, T2026 + 3 * 86400 * TW_SECOND);
	assert_int_equal(p.money_count, 2);
	assert_null(tw__purse_find(&p, T2026));
	assert_non_null(tw__purse_find(&p, T2026 + 86400 * TW_SECOND));
	tw_free(p.money);
	tw_zone_free(utc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_follow_the_wall),
		cmocka_unit_test(days_have_23_or_25_hours),
		cmocka_unit_test(hours_tile),
		cmocka_unit_test(sums),
		cmocka_unit_test(projections),
		cmocka_unit_test(ended_periods_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
