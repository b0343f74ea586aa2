/* How budgets stand, read beside a process that hands out. */
#include "budget_office.h"

static void as_it_stands(void **state)
{
	tw_budget_state s = TW_BUDGET_STATE_INIT;
	tw_budget_list *list;
	tw_store *reader;
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	office_record(&o, MOSCOW("2026-10-03T10:00:00"), 120, MOBILE);
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	office_step(&o, b);
	reader = office_store(&o, TW_STORE_READONLY);
	assert_int_equal(tw_budget_list_new(&list, reader, o.wall, &o.err),
			 TW_OK);
	assert_int_equal(tw_budget_list_next(&s, list, &o.err), TW_OK);
	assert_string_equal(s.name, "all");
	assert_int_equal(s.spent_nanos, RUB(3, 0));
	assert_int_equal(s.reserved_nanos, RUB(1, 50));
	assert_true(s.leased_nanos > RUB(1, 50));
	assert_int_equal(s.left_nanos, RUB(7, 0) - s.leased_nanos);
	/* 4.50 in 4.5 of 31 days */
	assert_int_equal(s.projected_nanos, RUB(31, 0));
	assert_int_equal(s.from, MOSCOW("2026-10-01T00:00:00"));
	assert_int_equal(tw_budget_list_next(&s, list, &o.err), TW_ITER_END);
	tw_budget_list_free(list);
	/* another month */
	assert_int_equal(tw_budget_list_new(&list, reader,
		MOSCOW("2026-09-10T00:00:00"), &o.err), TW_OK);
	assert_int_equal(tw_budget_list_next(&s, list, &o.err), TW_OK);
	assert_int_equal(s.spent_nanos, 0);
	assert_int_equal(s.reserved_nanos, 0);
	tw_budget_list_free(list);
	tw_store_free(reader);
	tw_budgets_free(b);
	office_close(&o);
}

static void no_company_no_list(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_budget_list *list = NULL;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(tw_budget_list_new(&list, f.store, 0, &err),
			 TW_ENOTFOUND);
	assert_null(list);
	tw_budget_list_free(list);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_stands),
		cmocka_unit_test(no_company_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
