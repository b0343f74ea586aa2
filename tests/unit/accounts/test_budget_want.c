/* Sizes of leases, and money that goes back only once nobody has it. */
#include "budget_office.h"

static void slices_follow_demand(void **state)
{
	struct office o;
	tw_hold hold;
	tw_budgets *b;

	(void)state;
	office_open(&o, "1600");
	b = office_budgets(&o, o.f.store, "host", 0);
	/* a sixteenth lies ready without anybody asking */
	assert_int_equal(office_state(&o, b, 0).leased_nanos, RUB(100, 0));
	for (int i = 0; i < 60; i++)
		assert_int_equal(office_ask(&o, b, "Kazan",
					    TW_AUTHORIZE_HOLD), TW_OK);
	office_step(&o, b);     /* 90 in use, as much again and twice */
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, RUB(90, 0));
	assert_int_equal(office_state(&o, b, 0).leased_nanos, RUB(270, 0));
	office_step(&o, b);     /* a quiet second */
	assert_int_equal(office_state(&o, b, 0).leased_nanos, RUB(190, 0));
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	tw_budgets_free(b);
	office_close(&o);
}

static void nothing_changes_nothing_is_written(void **state)
{
	int64_t before;
	struct office o;
	tw_budgets *b;

	(void)state;
	office_open(&o, "1600");
	b = office_budgets(&o, o.f.store, "host", 0);
	office_step(&o, b);
	before = one_number(&o.f, "SELECT beat FROM budget_owner");
	for (int i = 0; i < 29; i++) {
		o.mono += TW_SECOND;
		office_step(&o, b);
	}
	assert_int_equal(one_number(&o.f, "SELECT beat FROM budget_owner"),
			 before);
	o.mono += TW_SECOND;    /* a quarter of the lease */
	office_step(&o, b);
	assert_int_equal(one_number(&o.f, "SELECT beat FROM budget_owner"),
			 before + 1);
	tw_budgets_free(b);
	office_close(&o);
}

/* Two processes: together never more than the limit. */
static void two_share(void **state)
{
	tw_budgets *b[2];
	struct office o;
	tw_store *second;
	int64_t sum = 0;
	tw_hold hold;
	int idle = 0;

	(void)state;
	office_open(&o, "30");
	second = office_store(&o, 0);
	b[0] = office_budgets(&o, o.f.store, "one", 0);
	b[1] = office_budgets(&o, second, "two", 0);
	for (int i = 0; idle < 10; i++) {
		if (office_hold(&o, b[i & 1], &hold) == TW_OK) {
			sum += o.answer.paid_s * RUB(1, 50) / 60;
			idle = 0;
		} else {
			idle++;
		}
		office_step(&o, b[i & 1]);
		o.mono += TW_SECOND;
		assert_true(one_number(&o.f, "SELECT sum(granted_nanos) "
			"FROM budget_lease WHERE period_us = (SELECT "
			"min(period_us) FROM budget_lease)") <= RUB(30, 0));
		assert_true(sum <= RUB(30, 0));
	}
	assert_true(sum >= RUB(29, 0));
	tw_budgets_free(b[0]);
	tw_budgets_free(b[1]);
	tw_store_free(second);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_follow_demand),
		cmocka_unit_test(nothing_changes_nothing_is_written),
		cmocka_unit_test(two_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
