/* tw_import_*: every call once, rated as it comes in, owned by somebody or
 * visibly by nobody. */
#include "accounts_fixture.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

static void test_rates_and_reports(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	tw_expense_row row;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "+7 916 123-45-67");

	cdr.trunk = "main";
	add_call(import, &cdr);
	cdr = call_of(f, id, "73472000002", "88432991122");
	cdr.duration_us = 61 * TW_SECOND;
	add_call(import, &cdr);
	assert_int_equal(end_import(import).rows_stored, 2);

	row = expenses_of(f, "2026-10", "Kazan");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.answered, 1);
	assert_int_equal(row.talk_us, 60 * TW_SECOND);
	assert_int_equal(row.calls_cost.nanos, RUB(1, 50));
	assert_string_equal(row.calls_cost.currency, "RUB");
	assert_int_equal(row.rent.nanos, RUB(300, 0));
	assert_int_equal(row.total.nanos, RUB(301, 50));
	row = expenses_of(f, "2026-10", "Ufa");
	assert_int_equal(row.calls_cost.nanos, RUB(12, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rates_and_reports, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
