/* What belongs into a report: months, the ones before, contracts. */
#include "accounts_fixture.h"

static int teardown(void **state)
{
	must_verify(*state);
	return fixture_teardown(state);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, teardown)

/* A call of Kazan's number to a mobile: 1.50 a minute. */
static void one_call(struct fixture *f, const char *start, int minutes)
{
	tw_import *import = begin_import(f, NULL, NULL);
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	cdr.start = cdr.answer = at_time(start);
	cdr.duration_us = minutes * 60 * TW_SECOND;
	add_call(import, &cdr);
	end_import(import);
}

static void three_months(struct fixture *f)
{
	want_two_cities(f);
	want(f, "contract[0].name", "annex");
	want(f, "contract[0].carrier", "carrier");
	apply_at(f, "2026-08-01T00:00:00+03:00");
	usual_tariff(f);
	one_call(f, "2026-08-10T10:00:00+03:00", 2);
	one_call(f, "2026-09-10T10:00:00+03:00", 4);
	one_call(f, "2026-10-10T10:00:00+03:00", 1);
}

static tw_expenses *report(struct fixture *f, const tw_report_options *o)
{
	tw_error err = TW_ERROR_INIT;
	tw_expenses *expenses;

	if (tw_report_make(&expenses, f->store, o, &err))
		fail_msg("%s: %s", err.field, err.message);
	return expenses;
}

static void test_a_range_is_the_sum_of_its_months(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;

	three_months(f);
	options.from = "2026-08";
	options.to = "2026-10";
	expenses = report(f, &options);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.department, "Kazan");
	assert_string_equal(row.period, "");
	assert_string_equal(row.first_day, "2026-08-01");
	assert_string_equal(row.last_day, "2026-10-31");
	assert_int_equal(row.calls, 3);
	assert_int_equal(row.calls_cost.nanos, RUB(10, 50));
	assert_int_equal(row.rent.nanos, RUB(900, 0));
	assert_int_equal(row.previous.nanos, 0);
	tw_expenses_free(expenses);
}

static void test_per_month(void **state)
{
	static const char *const months[] = { "2026-08", "2026-09",
		"2026-10" };
	static const int64_t cost[] = { RUB(303, 0), RUB(306, 0),
		RUB(301, 50) };
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;

	three_months(f);
	options.from = "2026-08";
	options.to = "2026-10";
	options.per = TW_PER_MONTH;
	options.compare = TW_COMPARE_PREVIOUS;
	expenses = report(f, &options);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(tw_expenses_next(&row, expenses, NULL),
				 TW_OK);
		assert_string_equal(row.period, months[i / 2]);
		assert_string_equal(row.department, i % 2 ? "Ufa" : "Kazan");
		assert_int_equal(row.whole_month, 0);
		if (i % 2)
			continue;
		assert_int_equal(row.total.nanos, cost[i / 2]);
		assert_int_equal(row.previous.nanos, i ? cost[i / 2 - 1] : 0);
		assert_int_equal(row.difference.nanos, row.total.nanos -
				 row.previous.nanos);
	}
	assert_int_equal(tw_expenses_next(&row, expenses, NULL),
			 TW_ITER_END);
	tw_expenses_free(expenses);
}

/* As many months before the first as were asked for. */
static void test_a_range_is_compared_with_the_range_before(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;

	three_months(f);
	options.from = "2026-10";
	options.to = "2026-11";
	options.compare = TW_COMPARE_PREVIOUS;
	expenses = report(f, &options);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_int_equal(row.total.nanos, RUB(601, 50));
	assert_int_equal(row.previous.nanos, RUB(609, 0));
	assert_int_equal(row.difference.nanos, RUB(-7, -50));
	assert_int_equal(tw_expenses_total(&row, expenses, 0, NULL), TW_OK);
	assert_int_equal(row.previous.nanos, RUB(1209, 0));
	tw_expenses_free(expenses);
}

static void test_by_direction_and_contract(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;

	three_months(f);
	options.by = TW_BY_DIRECTION | TW_BY_CONTRACT;
	options.from = "2026-10";
	expenses = report(f, &options);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.contract, "annex");
	assert_string_equal(row.direction, "");
	assert_int_equal(row.total.nanos, RUB(600, 0));
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.contract, "annex");
	assert_string_equal(row.direction, "outbound");
	assert_int_equal(row.total.nanos, RUB(1, 50));
	assert_int_equal(row.unallocated, 0);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL),
			 TW_ITER_END);
	tw_expenses_free(expenses);
}

struct days {
	int64_t rents, calls, rent_of_10, calls_of_10, calls_of_31;
	int rows, months;
};

static struct days days_of(struct fixture *f, const char *month)
{
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	struct days days = { 0 };
	tw_expenses *expenses;

	options.from = month;
	options.per = TW_PER_DAY;
	options.by = TW_BY_CITY;
	expenses = report(f, &options);
	while (tw_expenses_next(&row, expenses, NULL) == TW_OK) {
		days.rows++;
		days.months += row.whole_month;
		days.rents += row.rent.nanos;
		days.calls += row.calls_cost.nanos;
		if (!strcmp(row.period + 7, "-10")) {
			days.rent_of_10 += row.rent.nanos;
			days.calls_of_10 += row.calls_cost.nanos;
		}
		if (!strcmp(row.period + 7, "-31"))
			days.calls_of_31 += row.calls_cost.nanos;
	}
	assert_int_equal(tw_expenses_total(&row, expenses, 0, NULL), TW_OK);
	assert_int_equal(row.total.nanos, days.rents + days.calls);
	tw_expenses_free(expenses);
	return days;
}

/* Two rents of 300.00 by the day: 31 days of two cities, to the kopeck. */
static void test_days_add_up_to_the_month(void **state)
{
	struct fixture *f = *state;
	struct days days;

	three_months(f);
	one_call(f, "2026-10-31T20:59:59.999999Z", 3);   /* 23:59:59 there */
	one_call(f, "2026-10-31T21:00:00Z", 5);
	days = days_of(f, "2026-10");
	assert_int_equal(days.rows, 62);
	assert_int_equal(days.months, 0);
	assert_int_equal(days.rents, RUB(600, 0));
	/* whole kopecks of 300 * 10 / 31 = 96.774 and 300 * 9 / 31 = 87.096 */
	assert_int_equal(days.rent_of_10, 2 * RUB(9, 68));
	assert_int_equal(days.calls, RUB(6, 0));
	assert_int_equal(days.calls_of_10, RUB(1, 50));
	assert_int_equal(days.calls_of_31, RUB(4, 50));
}

/* A closed month's days are what it was charged. What the directory says
 * otherwise by now is not: it stands with the month as a whole. */
static void test_days_of_a_closed_month(void **state)
{
	struct fixture *f = *state;
	struct tw_stmt *stmt;
	struct days days;
	tw_error err = TW_ERROR_INIT;

	three_months(f);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-08", NULL),
			 TW_OK);
	days = days_of(f, "2026-08");
	assert_int_equal(days.months, 0);
	assert_int_equal(days.rows, 62);
	assert_int_equal(days.rents, RUB(600, 0));
	/* a number of August that nobody knew of */
	assert_int_equal(tw__stmt_new(&stmt, f->store, "INSERT INTO number "
		"(id, valid_from, name, department, carrier, rent) "
		"SELECT max(e.id), 0, '78432000009', n.department, "
		"n.carrier, 31000000000 FROM entity e, number n "
		"WHERE n.name = '78432000001'", &err), TW_OK);
	assert_int_equal(tw__run(stmt, &err), TW_OK);
	tw__stmt_free(stmt);
	days = days_of(f, "2026-08");
	assert_int_equal(days.months, 1);
	assert_int_equal(days.rents, RUB(600, 0));
	assert_int_equal(days.rent_of_10, 2 * RUB(9, 68) + RUB(1, 0));
}

/* August is closed, and a call of August comes in: September shows it. */
static void test_what_is_late_is_a_correction(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;

	three_months(f);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-08", NULL),
			 TW_OK);
	one_call(f, "2026-08-20T10:00:00+03:00", 10);
	assert_int_equal(expenses_of(f, "2026-08", "Kazan").calls, 1);
	row = expenses_of(f, "2026-09", "Kazan");
	assert_int_equal(row.calls, 2);
	assert_int_equal(row.calls_cost.nanos, RUB(6, 0));
	assert_int_equal(row.corrections.nanos, RUB(15, 0));
	assert_int_equal(row.total.nanos, RUB(321, 0));
	assert_int_equal(row.net.nanos, RUB(321, 0));
	options.from = "2026-09";
	options.per = TW_PER_WEEK;
	expenses = report(f, &options);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_int_equal(row.whole_month, 1);
	assert_int_equal(row.corrections.nanos, RUB(15, 0));
	tw_expenses_free(expenses);
}

static void want_budget(struct fixture *f, int i, const char *name,
			const char *period, const char *hard)
{
	char path[64];

	snprintf(path, sizeof(path), "budget[%d].name", i);
	want(f, path, name);
	snprintf(path, sizeof(path), "budget[%d].period", i);
	want(f, path, period);
	snprintf(path, sizeof(path), "budget[%d].hard", i);
	want(f, path, hard);
}

/* The least of a department's month; neither days nor destinations nor
 * what is nobody's in particular. */
static void want_budgets(struct fixture *f)
{
	want_two_cities(f);
	want(f, "department[2].name", "Idle");
	want_budget(f, 0, "kazan", "month", "10.00");
	want(f, "budget[0].department", "Kazan");
	want_budget(f, 1, "kazan too", "month", "100.00");
	want(f, "budget[1].department", "Kazan");
	want_budget(f, 2, "kazan day", "day", "1.00");
	want(f, "budget[2].department", "Kazan");
	want_budget(f, 3, "kazan trunk", "month", "1.00");
	want(f, "budget[3].department", "Kazan");
	want(f, "budget[3].trunk", "main");
	want_budget(f, 4, "all", "month", "1.00");
	want(f, "budget[5].name", "idle");
	want(f, "budget[5].department", "Idle");
	want(f, "budget[5].period", "month");
	want(f, "budget[5].soft", "7.00");
}

static void test_compared_with_budgets(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;

	want_budgets(f);
	apply_at(f, "2026-09-15T00:00:00+03:00");
	usual_tariff(f);
	one_call(f, "2026-10-10T10:00:00+03:00", 8);
	options.from = "2026-09";
	options.to = "2026-10";
	options.compare = TW_COMPARE_BUDGET;
	expenses = report(f, &options);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.department, "Idle");
	assert_int_equal(row.has_budget, 1);
	assert_int_equal(row.total.nanos, 0);
	assert_int_equal(row.budget_left.nanos, RUB(14, 0));
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.department, "Kazan");
	assert_int_equal(row.budget.nanos, RUB(20, 0));
	assert_int_equal(row.budget_spent.nanos, RUB(12, 0));
	assert_int_equal(row.budget_left.nanos, RUB(8, 0));
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.department, "Ufa");
	assert_int_equal(row.has_budget, 0);
	assert_int_equal(tw_expenses_total(&row, expenses, 0, NULL), TW_OK);
	assert_int_equal(row.budget.nanos, RUB(34, 0));
	assert_int_equal(row.budget_spent.nanos, RUB(12, 0));
	tw_expenses_free(expenses);
	options.by = TW_BY_CITY;
	assert_int_equal(tw_report_make(&expenses, f->store, &options, NULL),
			 TW_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_range_is_the_sum_of_its_months),
		T(test_per_month),
		T(test_a_range_is_compared_with_the_range_before),
		T(test_by_direction_and_contract),
		T(test_days_of_a_closed_month),
		T(test_days_add_up_to_the_month),
		T(test_compared_with_budgets),
		T(test_what_is_late_is_a_correction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
