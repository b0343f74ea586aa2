/* Lives of processes: a crash, a silence, a name taken over. */
#include "budget_office.h"

static int64_t leased(struct office *o)
{
	return one_number(&o->f, "SELECT coalesce(sum(granted_nanos), 0) "
			  "FROM budget_lease JOIN budget_owner ON "
			  "id = owner");
}

static void a_crash_keeps_its_leases_for_a_while(void **state)
{
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	b = office_budgets(&o, o.f.store, "host", 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	tw_budgets_free(b);     /* as if killed: nothing is written */
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_true(office_state(&o, b, 0).left_nanos <= RUB(4, 0));
	o.mono += 59 * TW_SECOND;
	office_step(&o, b);
	assert_true(office_state(&o, b, 0).left_nanos <= RUB(4, 0));
	o.wall += 3600 * TW_SECOND;     /* the wall clock says nothing */
	office_step(&o, b);
	assert_true(office_state(&o, b, 0).left_nanos <= RUB(4, 0));
	o.mono += TW_SECOND;
	office_step(&o, b);     /* freed for good */
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).left_nanos, RUB(10, 0));
	assert_int_equal(one_number(&o.f, "SELECT count(*) FROM "
				    "budget_owner"), 1);
	tw_budgets_free(b);
	office_close(&o);
}

static void records_that_are_in_free_at_once(void **state)
{
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	tw_budgets_free(b);
	office_record(&o, o.wall, 40, MOBILE);
	b = office_budgets(&o, o.f.store, "host", TW_BUDGETS_RECORDS_IN);
	assert_int_equal(office_state(&o, b, 0).left_nanos, RUB(9, 0));
	assert_int_equal(office_state(&o, b, 0).spent_nanos, RUB(1, 0));
	tw_budgets_free(b);
	office_close(&o);
}

static void a_name_has_one_life(void **state)
{
	tw_budgets *first, *second;
	struct office o;
	tw_store *store;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	store = office_store(&o, 0);
	first = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_hold(&o, first, &hold), TW_OK);
	second = office_budgets(&o, store, "host", 0);
	o.mono += 60 * TW_SECOND;
	assert_int_equal(tw_budget_step(first, o.wall, &o.err),
			 TW_ECONFLICT);
	assert_string_equal(o.err.field, "owner");
	assert_int_equal(office_ask(&o, first, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	assert_int_equal(tw_budget_step(first, o.wall, &o.err),
			 TW_ECONFLICT);
	tw_budgets_free(first);
	tw_budgets_free(second);
	tw_store_free(store);
	office_close(&o);
}

/* Silent for twice its lease: it stopped handing out long before. */
static void the_silent_are_dead(void **state)
{
	tw_budgets *first, *second;
	struct office o;
	tw_store *store;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	store = office_store(&o, 0);
	first = office_budgets(&o, o.f.store, "one", 0);
	assert_int_equal(office_hold(&o, first, &hold), TW_OK);
	second = office_budgets(&o, store, "two", 0);
	for (int i = 0; i < 8; i++) {
		o.mono += 30 * TW_SECOND;
		office_step(&o, second);
	}
	assert_int_equal(one_number(&o.f, "SELECT ended FROM budget_owner "
				    "WHERE name = 'one'"), 1);
	assert_int_equal(office_ask(&o, first, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	for (int i = 0; i < 3; i++) {
		o.mono += 30 * TW_SECOND;
		office_step(&o, second);
	}
	assert_int_equal(one_number(&o.f, "SELECT count(*) FROM "
				    "budget_owner"), 1);
	/* it was only asleep: its call goes on, its lease is gone */
	office_step(&o, first);
	assert_int_equal(one_number(&o.f, "SELECT count(*) FROM "
				    "budget_owner"), 2);
	assert_true(leased(&o) <= RUB(10, 0));
	office_step(&o, second);
	assert_int_equal(office_state(&o, second, 0).reserved_nanos,
			 RUB(1, 50));
	tw_budgets_free(first);
	tw_budgets_free(second);
	tw_store_free(store);
	office_close(&o);
}

static void closing_gives_back(void **state)
{
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(tw_budgets_close(b, o.wall, &o.err), TW_OK);
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	tw_budgets_free(b);
	assert_int_equal(one_number(&o.f, "SELECT count(*) FROM "
				    "budget_owner"), 0);
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(tw_budgets_close(b, o.wall, &o.err), TW_OK);
	tw_budgets_free(b);
	assert_int_equal(leased(&o), RUB(1, 50));
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_keeps_its_leases_for_a_while),
		cmocka_unit_test(records_that_are_in_free_at_once),
		cmocka_unit_test(a_name_has_one_life),
		cmocka_unit_test(the_silent_are_dead),
		cmocka_unit_test(closing_gives_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
