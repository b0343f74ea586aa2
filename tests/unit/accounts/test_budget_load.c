/* A directory's budgets in memory, and again after an apply. */
#include "budget_office.h"

static void fields_mean_what_they_say(void **state)
{
	struct office o;
	tw_budgets *b;
	tw_budget_state s;
	const struct tw__purse *p;

	(void)state;
	office_open(&o, "10");
	want_two_cities(&o.f);
	want(&o.f, "budget[0].name", "all");
	want(&o.f, "budget[0].hard", "12.50");
	want(&o.f, "budget[1].name", "kazan abroad");
	want(&o.f, "budget[1].department", "Kazan");
	want(&o.f, "budget[1].trunk", "main");
	want(&o.f, "budget[1].destinations[0]", "44");
	want(&o.f, "budget[1].destinations[1]", "1");
	want(&o.f, "budget[1].period", "hour");
	want(&o.f, "budget[1].soft", "1");
	want(&o.f, "budget[1].max_price", "3.25");
	want_as(&o.f, "budget[1].increment_s", TW_VALUE_INTEGER, "30");
	apply_at(&o.f, "2026-10-02T00:00:00+03:00");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(b->count, 2);
	assert_int_equal(office_state(&o, b, 0).hard_nanos, RUB(12, 50));
	s = office_state(&o, b, 1);
	assert_string_equal(s.department, "Kazan");
	assert_string_equal(s.trunk, "main");
	assert_string_equal(s.currency, "RUB");
	assert_int_equal(s.period, TW_PERIOD_HOUR);
	assert_int_equal(s.to - s.from, 3600 * TW_SECOND);
	assert_int_equal(s.soft_nanos, RUB(1, 0));
	assert_int_equal(s.hard_nanos, TW_BUDGET_NONE);
	assert_int_equal(s.max_price_nanos, RUB(3, 25));
	p = &b->purse[1];
	assert_int_equal(p->increment_s, 30);
	assert_int_equal(p->prefix_count, 2);
	assert_string_equal(p->prefixes[1], "1");
	tw_budgets_free(b);
	office_close(&o);
}

static void an_apply_is_seen(void **state)
{
	struct office o;
	tw_hold hold;
	tw_budgets *b;

	(void)state;
	office_open(&o, "10");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	want_two_cities(&o.f);
	want(&o.f, "budget[0].name", "all");
	want(&o.f, "budget[0].hard", "2");
	apply_at(&o.f, "2026-10-04T00:00:00+03:00");
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).hard_nanos, RUB(2, 0));
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, RUB(1, 50));
	assert_int_equal(office_state(&o, b, 0).left_nanos, RUB(0, 50));
	want_two_cities(&o.f);
	apply_at(&o.f, "2026-10-04T10:00:00+03:00");
	office_step(&o, b);
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_OK);
	assert_int_equal(o.answer.budget_count, 0);
	assert_int_equal(tw_hold_release(b, hold, &o.err), TW_OK);
	tw_budgets_free(b);
	office_close(&o);
}

/* A budget that begins tomorrow begins tomorrow. */
static void versions_come_into_force(void **state)
{
	tw_budget_state s = TW_BUDGET_STATE_INIT;
	struct office o;
	tw_budgets *b;

	(void)state;
	office_open(&o, "10");
	want_two_cities(&o.f);
	want(&o.f, "budget[0].name", "all");
	want(&o.f, "budget[0].hard", "20");
	apply_at(&o.f, "2026-10-06T00:00:00+03:00");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_state(&o, b, 0).hard_nanos, RUB(10, 0));
	o.wall = MOSCOW("2026-10-06T00:00:00");
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).hard_nanos, RUB(20, 0));
	o.wall -= TW_SECOND;      /* a clock that steps back */
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).hard_nanos, RUB(10, 0));
	assert_int_equal(tw_budgets_state(&s, b, 1, o.wall, &o.err),
			 TW_ITER_END);
	tw_budgets_free(b);
	office_close(&o);
}

static void what_limits_nothing_is_refused(void **state)
{
	static const char *const bad[][3] = {
		{ "budget[0].increment_s", "60", "hard" },
		{ "budget[0].destinations[0]", "79x", "destinations" },
	};
	struct office o;

	(void)state;
	office_open(&o, "10");
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		tw_error err = TW_ERROR_INIT;
		tw_deployment *d;

		assert_int_equal(tw_deployment_new(&d, &err), TW_OK);
		(void)tw_deployment_set(d, "company.name", TW_VALUE_TEXT, "F",
					&err);
		(void)tw_deployment_set(d, "company.zone", TW_VALUE_TEXT,
					"UTC", &err);
		(void)tw_deployment_set(d, "company.currency", TW_VALUE_TEXT,
					"RUB", &err);
		(void)tw_deployment_set(d, "budget[0].name", TW_VALUE_TEXT,
					"b", &err);
		(void)tw_deployment_set(d, bad[i][0], i ? TW_VALUE_TEXT :
					TW_VALUE_INTEGER, bad[i][1], &err);
		if (i)
			(void)tw_deployment_set(d, "budget[0].hard",
						TW_VALUE_TEXT, "1", &err);
		assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
		if (!strstr(err.field, bad[i][2]))
			fail_msg("%s: %s", err.field, err.message);
		tw_deployment_free(d);
	}
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_mean_what_they_say),
		cmocka_unit_test(an_apply_is_seen),
		cmocka_unit_test(versions_come_into_force),
		cmocka_unit_test(what_limits_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
