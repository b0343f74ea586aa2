/* How rows are named and sorted. */
#include "accounts_fixture.h"

/* A number given up in September: October has a row of it, with nothing but
 * what it cost before. */
static void test_what_is_gone_is_a_row_too(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;
	int64_t previous = 0;

	want_two_cities(f);
	apply_at(f, "2026-08-01T00:00:00+03:00");
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[0].city", "Kazan");
	want(f, "carrier[0].name", "carrier");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "Kazan");
	want(f, "number[0].rent", "450.00");
	apply_at(f, "2026-10-01T00:00:00+03:00");
	options.from = "2026-10";
	options.compare = TW_COMPARE_PREVIOUS;
	assert_int_equal(tw_report_make(&expenses, f->store, &options, NULL),
			 TW_OK);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.department, "Kazan");
	assert_int_equal(row.difference.nanos, RUB(150, 0));
	previous += row.previous.nanos;
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.department, "Ufa");
	assert_int_equal(row.total.nanos, 0);
	assert_int_equal(row.previous.nanos, RUB(300, 0));
	assert_int_equal(row.difference.nanos, RUB(-300, 0));
	previous += row.previous.nanos;
	assert_int_equal(tw_expenses_total(&row, expenses, 0, NULL), TW_OK);
	assert_int_equal(row.previous.nanos, previous);
	tw_expenses_free(expenses);
}

/* By time first, and in each time the unallocated ones last. */
static void test_time_comes_first(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;
	char before[32] = "";

	a_month(f);
	options.from = "2026-09";
	options.to = "2026-10";
	options.per = TW_PER_MONTH;
	assert_int_equal(tw_report_make(&expenses, f->store, &options, NULL),
			 TW_OK);
	while (tw_expenses_next(&row, expenses, NULL) == TW_OK) {
		char now[32];

		snprintf(now, sizeof(now), "%.15s %u", row.period,
			 (unsigned int)row.unallocated);
		assert_true(strcmp(before, now) <= 0);
		strcpy(before, now);
	}
	assert_string_equal(before, "2026-10 1");
	tw_expenses_free(expenses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_what_is_gone_is_a_row_too),
		FIXTURE_TEST(test_time_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
