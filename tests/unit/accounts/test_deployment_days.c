/* Schedules and holidays: what cannot stand together is refused. */
#include "deployment_fixture.h"

static const struct wrong wrongs[] = {
	{ { "holiday[0].schedules[0]", "t", "work" },
	  "holiday[0].schedules", "exclude", NO },
	{ { "holiday[0].schedules[0]", "t", "wrok" },
	  "holiday[0].schedules", "did you mean 'work'",
	  { "holiday[0].schedule", "t", NULL } },
	{ { "holiday[0].hours[0]", "t", "10:00-15:00" }, "holiday[0].like",
	  "exclude", { "holiday[0].like", "t", "fri" } },
	{ { "holiday[0].hours[0]", "t", "10:00-15:00" },
	  "holiday[0].short_min", "exclude",
	  { "holiday[0].short_min", "i", "60" } },
	{ { "holiday[0].short_min", "i", "1440" }, "holiday[0].short_min",
	  "1 to 1439", NO },
	{ { "holiday[0].like", "t", "monday" }, "holiday[0].like",
	  "mon tue", NO },
	{ { "holiday[0].last", "D", "2026-12-31" }, "holiday[0].last",
	  "before date", NO },
	{ { "holiday[0].last", "D", "2028-01-02" }, "holiday[0].last",
	  "367 days", NO },
	{ { "holiday[0].hours[0]", "t", "16:00-16:00" },
	  "holiday[0].hours[0]", "no hours", NO },
};

static void refused_with_place_and_reason(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

/* The issue asks for exactly this one to be refused. */
static void a_schedule_that_never_opens(void **state)
{
	static const struct pair changes[] = {
		{ "schedule[0].hours[0]", "t", NULL },
		{ "schedule[0].hours[1]", "t", NULL },
	};
	tw_deployment *d = deployment_with(changes, 2);

	(void)state;
	assert_int_equal(tw_deployment_check(d, NULL), TW_EPARSE);
	assert_true(has_problem(d, "schedule[0].hours", "never opens"));
	tw_deployment_free(d);
}

struct pair_of_days {
	const char *what;
	bool is_refused;
	struct pair more[6];
};

#define SECOND { "holiday[1].name", "t", "second" }
#define WORK   { "holiday[1].schedule", "t", "work" }

/* holiday[0] is 2027-01-01 of `work`. */
static const struct pair_of_days pairs[] = {
	{ "the same date of one schedule", true, { SECOND, WORK,
		{ "holiday[1].date", "D", "2027-01-01" } } },
	{ "the same by a list", true, { SECOND,
		{ "holiday[1].schedules[0]", "t", "work" },
		{ "holiday[1].date", "D", "2027-01-01" } } },
	{ "other dates", false, { SECOND, WORK,
		{ "holiday[1].date", "D", "2027-01-02" } } },
	{ "one for all schedules", false, { SECOND,
		{ "holiday[1].date", "D", "2027-01-01" } } },
	{ "days around it", false, { SECOND, WORK,
		{ "holiday[1].date", "D", "2026-12-31" },
		{ "holiday[1].last", "D", "2027-01-08" } } },
	{ "as many days, half of them common", true, { SECOND, WORK,
		{ "holiday[0].last", "D", "2027-01-02" },
		{ "holiday[1].date", "D", "2027-01-02" },
		{ "holiday[1].last", "D", "2027-01-03" } } },
	{ "another schedule", false, { SECOND,
		{ "holiday[1].schedule", "t", "other" },
		{ "holiday[1].date", "D", "2027-01-01" },
		{ "schedule[1].name", "t", "other" },
		{ "schedule[1].zone", "t", "UTC" },
		{ "schedule[1].hours[0]", "t", "daily 09:00-18:00" } } },
};

static void two_holidays_for_one_date(void **state)
{
	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(pairs); i++) {
		tw_deployment *d;
		size_t n = 0;

		while (n < 6 && pairs[i].more[n].path)
			n++;
		d = deployment_with(pairs[i].more, n);
		if (tw_deployment_check(d, NULL) !=
		    (pairs[i].is_refused ? TW_EPARSE : TW_OK))
			fail_msg("%s", pairs[i].what);
		if (pairs[i].is_refused)
			assert_true(has_problem(d, "holiday[1].date",
						"holiday[0] has days"));
		tw_deployment_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_with_place_and_reason),
		cmocka_unit_test(a_schedule_that_never_opens),
		cmocka_unit_test(two_holidays_for_one_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
