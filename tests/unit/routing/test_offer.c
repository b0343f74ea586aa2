/* Why a budget refuses a trunk, in words that name it. */
#include "budget_fixture.h"

static struct tw__offer judge(struct office *o, const char *trunk,
			      const char *number)
{
	tw_call_request r = TW_CALL_REQUEST_INIT;
	struct tw__offer offer;

	r.number = number;
	r.at = o->at;
	tw__offer_ask(&offer, &r, o->desk.router, NULL);
	if (tw__offer_judge(&offer, o->budgets, &r,
			    tw__router_trunk(o->desk.router, trunk), &o->err))
		fail_msg("%s", o->err.message);
	return offer;
}

static void guard_and_money(void **state)
{
	tw_budget b = TW_BUDGET_INIT;
	struct tw__offer offer;
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", 3 * UNIT / 2);
	offer = judge(&o, "main", "79161234567");
	assert_int_equal(offer.verdict, TW_OK);
	assert_int_equal(offer.left, TW_NO_LIMIT);
	assert_int_equal(offer.increment_s, 60);
	b.name = "guard";
	b.max_price_nanos = UNIT;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	offer = judge(&o, "main", "79161234567");
	assert_int_equal(offer.verdict, TW_EREFUSED);
	assert_string_equal(offer.why, "budget guard: 1.5 a minute is over 1");
	b.max_price_nanos = 3 * UNIT / 2;
	b.hard_nanos = UNIT;
	b.increment_s = 6;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	offer = judge(&o, "main", "79161234567");
	assert_int_equal(offer.verdict, TW_EREFUSED);
	assert_string_equal(offer.why, "budget guard: 1 left");
	assert_int_equal(offer.flags, TW_BUDGET_HARD);
	assert_int_equal(judge(&o, "main", "79161234567").flags, 0);
	b.hard_nanos = 2 * UNIT;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	offer = judge(&o, "main", "79161234567");
	assert_int_equal(offer.verdict, TW_OK);
	assert_int_equal(offer.left, 2 * UNIT);
	assert_int_equal(offer.increment_s, 6);
	office_close(&o);
}

static void other_money_is_not_counted(void **state)
{
	tw_rate rate = desk_rate("7", UNIT, 60, 0);
	struct tw__offer offer;
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	desk_carrier(&o.desk, "dollars", "USD", 1, &rate, 1);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 100 * UNIT);
	offer = judge(&o, "dollars", "79161234567");
	assert_int_equal(offer.verdict, TW_ECONFLICT);
	assert_string_equal(offer.why, "budget all: the price is in USD, not "
			    "RUB");
	office_close(&o);
}

static void long_names_are_cut_between_letters(void **state)
{
	struct tw__offer offer;
	struct office o;
	char name[100] = "";

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", UNIT);
	for (int i = 0; i < 33; ++i)
		strcat(name, "\xe2\x82\xac");
	office_limit(&o, name, NULL, TW_PERIOD_DAY, 0);
	offer = judge(&o, "main", "79161234567");
	assert_int_equal(offer.verdict, TW_EREFUSED);
	assert_true(tw__utf8_is_valid(offer.why, strlen(offer.why)));
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guard_and_money),
		cmocka_unit_test(other_money_is_not_counted),
		cmocka_unit_test(long_names_are_cut_between_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
