/* Which budgets there are, and which of them concern a call. */
#include "budget_fixture.h"

static void bad_budgets_are_refused(void **state)
{
	const char *letters[] = { "79x" }, *empty[] = { "" };
	struct office o;
	tw_budget b = TW_BUDGET_INIT;
	char name[160];

	(void)state;
	office_open(&o, "UTC");
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	memset(name, 'x', sizeof(name));
	name[128] = '\0';
	b.name = name;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	name[127] = '\0';
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	b.period = TW_PERIOD_WEEK;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	assert_string_equal(o.err.field, "period");
	b.period = TW_PERIOD_DAY;
	b.soft_nanos = 2;
	b.hard_nanos = 1;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	assert_string_equal(o.err.field, "soft");
	b.soft_nanos = -2;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	b.soft_nanos = TW_BUDGET_NONE;
	b.prefixes = letters;
	b.prefix_count = 1;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	b.prefixes = empty;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	b.prefixes = NULL;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	b.prefix_count = 0;
	b.increment_s = 86401;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_EINVAL);
	assert_int_equal(o.budgets->count, 1);
	assert_int_equal(tw_budgets_new(&o.budgets, o.zone, "RUBL", &o.err),
			 TW_EINVAL);
	office_close(&o);
}

static void who_is_concerned(void **state)
{
	const char *prefixes[] = { "7495", "44" };
	tw_budget b = TW_BUDGET_INIT;
	struct tw__concern c;
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	office_limit(&o, "ufa", "Ufa", TW_PERIOD_MONTH, UNIT);
	office_limit(&o, "kazan", "Kazan", TW_PERIOD_MONTH, UNIT);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, UNIT);
	b.name = "abroad";
	b.prefixes = prefixes;
	b.prefix_count = 2;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	b.name = "kazan-main";
	b.department = "Kazan";
	b.trunk = "main";
	b.prefix_count = 0;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	assert_int_equal(tw__budgets_concern(&c, o.budgets, "Kazan", "main",
		"79161234567", &o.err), TW_OK);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.purse[0], 2);
	assert_int_equal(c.purse[1], 1);
	assert_int_equal(c.purse[2], 4);
	assert_int_equal(tw__budgets_concern(&c, o.budgets, "Kazan", "other",
		"442071234567", &o.err), TW_OK);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.purse[1], 3);
	assert_int_equal(tw__budgets_concern(&c, o.budgets, "", "main",
		"749", &o.err), TW_OK);
	assert_int_equal(c.count, 1);   /* 749 does not begin with 7495 */
	office_close(&o);
}

static void too_many_are_said(void **state)
{
	struct tw__concern c;
	struct office o;
	char name[16];

	(void)state;
	office_open(&o, "UTC");
	for (int i = 0; i < 33; ++i) {
		snprintf(name, sizeof(name), "b%d", i);
		office_limit(&o, name, NULL, TW_PERIOD_DAY, UNIT);
	}
	assert_int_equal(tw__budgets_concern(&c, o.budgets, "", "main", "7",
					     &o.err), TW_ERANGE);
	office_close(&o);
}

static void new_limits_keep_what_is_spent(void **state)
{
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 10 * UNIT);
	assert_int_equal(tw_budgets_spent(o.budgets, "all", o.at, 4 * UNIT,
					  &o.err), TW_OK);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 5 * UNIT);
	assert_int_equal(o.budgets->count, 1);
	assert_int_equal(office_state(&o, 0).left_nanos, UNIT);
	office_limit(&o, "all", NULL, TW_PERIOD_MONTH, 5 * UNIT);
	assert_int_equal(office_state(&o, 0).spent_nanos, 0);
	assert_int_equal(office_state(&o, 0).to - office_state(&o, 0).from,
			 31 * 86400 * TW_SECOND);
	assert_int_equal(tw_budgets_spent(o.budgets, "none", o.at, 4, &o.err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_budgets_spent(o.budgets, "all", o.at, -1, &o.err),
			 TW_EINVAL);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_budgets_are_refused),
		cmocka_unit_test(who_is_concerned),
		cmocka_unit_test(too_many_are_said),
		cmocka_unit_test(new_limits_keep_what_is_spent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
