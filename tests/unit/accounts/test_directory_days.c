/* Schedules and holidays of a directory, as the engine has them. */
#include "deployment_fixture.h"

struct asked {
	const char *at;          /* in Yekaterinburg's wall clock, +05:00 */
	int open;
};

static void ask_all(const tw_directory *d, const char *schedule,
		    const struct asked *asked, size_t count)
{
	tw_error err = TW_ERROR_INIT;
	tw_engine *engine = NULL;
	tw_schedule_id id;
	tw_time at = 0;
	int open = -1;

	if (tw_directory_engine(&engine, d, NULL, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_engine_find_schedule(&id, engine, schedule,
						 &err), TW_OK);
	for (size_t i = 0; i < count; i++) {
		if (tw_time_parse(&at, asked[i].at, NULL, &err))
			fail_msg("%s", err.message);
		tw_schedule_is_open(&open, engine, id, at, &err);
		if (open != asked[i].open)
			fail_msg("%s", asked[i].at);
	}
	tw_engine_free(engine);
}

/* A production calendar: the holidays of the country for every schedule, one
 * row; a city's own day; a working Saturday that ends early, inside of them.
 * 2027-02-20 is a Saturday. */
static void trap_27_a_production_calendar(void **state)
{
	static const struct pair changes[] = {
		{ "holiday[0].schedule", "t", NULL },
		{ "holiday[0].last", "D", "2027-01-08" },
		{ "holiday[1].name", "t", "open in the holidays" },
		{ "holiday[1].schedules[0]", "t", "work" },
		{ "holiday[1].date", "D", "2027-01-06" },
		{ "holiday[1].hours[0]", "t", "10:00-13:00" },
		{ "holiday[1].hours[1]", "t", "14:00-15:00" },
		{ "holiday[2].name", "t", "working Saturday" },
		{ "holiday[2].date", "D", "2027-02-20" },
		{ "holiday[2].like", "t", "fri" },
		{ "holiday[2].short_min", "i", "60" },
		{ "holiday[3].name", "t", "short day" },
		{ "holiday[3].date", "D", "2027-02-22" },
		{ "holiday[3].short_min", "i", "90" },
		{ "schedule[1].name", "t", "night" },
		{ "schedule[1].zone", "t", "Asia/Yekaterinburg" },
		{ "schedule[1].hours[0]", "t", "daily 22:00-06:00" },
	};
	static const struct asked work[] = {
		{ "2026-12-31T12:00:00+05:00", 1 },
		{ "2027-01-01T12:00:00+05:00", 0 },
		{ "2027-01-06T09:30:00+05:00", 0 },
		{ "2027-01-06T10:00:00+05:00", 1 },
		{ "2027-01-06T13:30:00+05:00", 0 },
		{ "2027-01-06T14:30:00+05:00", 1 },
		{ "2027-01-08T12:00:00+05:00", 0 },
		{ "2027-01-09T12:00:00+05:00", 1 },
		{ "2027-02-20T09:00:00+05:00", 1 },
		{ "2027-02-20T17:59:59+05:00", 1 },
		{ "2027-02-20T18:00:00+05:00", 0 },
		{ "2027-02-22T17:29:00+05:00", 1 },
		{ "2027-02-22T17:30:00+05:00", 0 },
	};
	static const struct asked night[] = {
		{ "2026-12-31T23:00:00+05:00", 1 },
		{ "2027-01-01T05:59:00+05:00", 1 },
		{ "2027-01-01T23:00:00+05:00", 0 },
		{ "2027-01-06T11:00:00+05:00", 0 },
		{ "2027-01-09T05:00:00+05:00", 0 },
		{ "2027-01-09T22:00:00+05:00", 1 },
	};
	tw_store *store;
	tw_directory *d = snapshot(&store, state, changes,
				   TW_ARRAY_COUNT(changes));

	ask_all(d, "work", work, TW_ARRAY_COUNT(work));
	ask_all(d, "night", night, TW_ARRAY_COUNT(night));
	tw_directory_free(d);
	tw_store_free(store);
}

/* Dates are those of the calendar on the wall, also where the schedule's
 * zone and the company's have different ones at the same instant. */
static void dates_are_local_everywhere(void **state)
{
	static const struct pair changes[] = {
		{ "company.zone", "t", "America/New_York" },
		{ "schedule[0].hours[0]", "t", "daily 00:00-24:00" },
		{ "schedule[0].hours[1]", "t", NULL },
	};
	static const struct asked work[] = {
		{ "2026-12-31T23:59:59+05:00", 1 },
		{ "2027-01-01T00:00:00+05:00", 0 },
		{ "2027-01-01T23:59:59+05:00", 0 },
		{ "2027-01-02T00:00:00+05:00", 1 },
	};
	tw_store *store;
	tw_directory *d = snapshot(&store, state, changes,
				   TW_ARRAY_COUNT(changes));

	ask_all(d, "work", work, TW_ARRAY_COUNT(work));
	tw_directory_free(d);
	tw_store_free(store);
}

/* What apply refuses, and something else has written. */
static void damaged_days_are_named(void **state)
{
	static const struct { const char *sql, *field; } cases[] = {
		{ "INSERT INTO holiday (id, valid_from, name, \"date\", "
		  "hours) VALUES (900, 1, 'odd', 1, '25:00-26:00')", "odd" },
		{ "INSERT INTO holiday (id, valid_from, name, \"date\", "
		  "\"last\") VALUES (900, 1, 'odd', 1, "
		  "99999999999999)", "days" },
		{ "INSERT INTO holiday (id, valid_from, name, \"date\", "
		  "\"like\") VALUES (900, 1, 'odd', 1, 'someday')",
		  "weekday" },
	};
	tw_store *store = fixture_store(*state);

	apply(store, deployment_new(), AUTUMN);
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_error err = TW_ERROR_INIT;
		tw_engine *engine = NULL;
		tw_directory *d;

		assert_int_equal(tw_store_begin(store, NULL), TW_OK);
		assert_int_equal(run(store, "INSERT INTO entity (id, kind) "
				     "VALUES (900, 'holiday')", &err),
				 TW_OK);
		if (run(store, cases[i].sql, &err))
			fail_msg("%s", err.message);
		d = directory_at(store, AUTUMN);
		assert_int_not_equal(tw_directory_engine(&engine, d, NULL,
							 &err), TW_OK);
		assert_string_equal(err.field, cases[i].field);
		assert_null(engine);
		tw_directory_free(d);
		assert_int_equal(tw_store_rollback(store, NULL), TW_OK);
	}
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(trap_27_a_production_calendar),
		TEST(dates_are_local_everywhere),
		TEST(damaged_days_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
