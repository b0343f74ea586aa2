/* One question: order, most seconds, price, why; and emergency calls. */
#include "budget_fixture.h"

#define MOBILE "79161234567"

static void without_budgets_it_is_the_router(void **state)
{
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "dear", 1, "7", 3 * UNIT);
	desk_simple(&o.desk, "cheap", 2, "7", 2 * UNIT);
	assert_int_equal(office_ask(&o, NULL, MOBILE, 0), TW_OK);
	assert_int_equal(o.answer.candidate_count, 2);
	assert_string_equal(o.row[0].trunk, "cheap");
	assert_int_equal(o.answer.price.nanos, 2 * UNIT);
	assert_int_equal(o.row[1].price.nanos, 3 * UNIT);
	assert_int_equal(o.answer.expected.nanos, 2 * UNIT);
	assert_int_equal(o.answer.most_s, 86400);
	assert_int_equal(o.answer.budget_count, 0);
	assert_int_equal(o.answer.hold.id, 0);
	assert_int_equal(office_ask(&o, NULL, "442071234567", 0),
			 TW_ENOPRICE);
	assert_int_equal(o.answer.candidate_count, 2);
	assert_int_equal(office_ask(&o, NULL, "no digits", 0), TW_EINVAL);
	office_close(&o);
}

static void most_counts_what_others_hold(void **state)
{
	struct office o;
	tw_hold hold;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "main", 1, "7", 2 * UNIT);
	office_limit(&o, "kazan", "Kazan", TW_PERIOD_DAY, 10 * UNIT);
	office_limit(&o, "all", NULL, TW_PERIOD_MONTH, 7 * UNIT);
	assert_int_equal(office_ask(&o, "Kazan", MOBILE, 0), TW_OK);
	assert_int_equal(o.answer.most_s, 3 * 60);     /* 7 at 2 a minute */
	assert_int_equal(o.answer.paid_s, 0);
	assert_int_equal(office_ask(&o, "Kazan", MOBILE, TW_AUTHORIZE_HOLD),
			 TW_OK);
	hold = o.answer.hold;
	assert_true(hold.id);
	assert_int_equal(o.answer.paid_s, 60);
	assert_int_equal(o.answer.budget_count, 2);
	assert_string_equal(o.state[0].name, "all");
	assert_int_equal(o.state[0].reserved_nanos, 2 * UNIT);
	assert_int_equal(o.state[0].left_nanos, 5 * UNIT);
	assert_int_equal(office_ask(&o, "Ufa", MOBILE, 0), TW_OK);
	assert_int_equal(o.answer.most_s, 2 * 60);
	assert_int_equal(tw_hold_release(o.budgets, hold, &o.err), TW_OK);
	assert_int_equal(office_ask(&o, "Ufa", MOBILE, 0), TW_OK);
	assert_int_equal(o.answer.most_s, 3 * 60);
	office_close(&o);
}

static void refused_candidates_come_last_with_why(void **state)
{
	tw_budget b = TW_BUDGET_INIT;
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "cheap", 1, "7", UNIT);
	desk_simple(&o.desk, "dear", 1, "7", 2 * UNIT);
	b.name = "cheap-day";
	b.trunk = "cheap";
	b.period = TW_PERIOD_DAY;
	b.hard_nanos = UNIT / 2;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	assert_int_equal(office_ask(&o, NULL, MOBILE, TW_AUTHORIZE_HOLD),
			 TW_OK);
	assert_string_equal(o.row[0].trunk, "dear");
	assert_int_equal(o.row[0].verdict, TW_OK);
	assert_string_equal(o.row[1].trunk, "cheap");
	assert_int_equal(o.row[1].verdict, TW_EREFUSED);
	assert_string_equal(o.row[1].reason, "budget cheap-day: 0.5 left");
	assert_int_equal(o.answer.price.nanos, 2 * UNIT);
	assert_int_equal(o.answer.budget_count, 1);
	assert_int_equal(o.state[0].verdict, TW_EREFUSED);
	assert_int_equal(o.answer.flags, TW_BUDGET_HARD);
	b.name = "guard";
	b.trunk = NULL;
	b.hard_nanos = TW_BUDGET_NONE;
	b.max_price_nanos = UNIT;
	assert_int_equal(tw_budgets_add(o.budgets, &b, &o.err), TW_OK);
	assert_int_equal(office_ask(&o, NULL, MOBILE, TW_AUTHORIZE_HOLD),
			 TW_EREFUSED);
	assert_int_equal(o.answer.candidate_count, 2);
	assert_int_equal(o.answer.hold.id, 0);
	assert_int_equal(o.answer.most_s, 0);
	assert_true(o.err.message[0]);
	office_close(&o);
}

static void emergency_is_asked_for_nothing(void **state)
{
	tw_rate rate = desk_rate("112", 5 * UNIT, 60, 0);
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	desk_carrier(&o.desk, "main", "RUB", 1, &rate, 1);
	office_limit(&o, "all", NULL, TW_PERIOD_DAY, 0);
	assert_int_equal(office_ask(&o, "Kazan", "112", TW_AUTHORIZE_HOLD),
			 TW_OK);
	assert_int_equal(o.answer.emergency, 1);
	assert_int_equal(o.answer.most_s, TW_MOST_UNLIMITED);
	assert_int_equal(o.answer.hold.id, 0);
	assert_int_equal(o.answer.flags, 0);
	assert_int_equal(office_state(&o, 0).reserved_nanos, 0);
	/* every trunk is down: the host is told, and what it may try */
	assert_int_equal(tw_router_set_usable(o.desk.router, "main", 0,
					      T2026, &o.err), TW_OK);
	assert_int_equal(office_ask(&o, "Kazan", "112", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	assert_int_equal(o.answer.emergency, 1);
	assert_int_equal(o.answer.most_s, TW_MOST_UNLIMITED);
	assert_int_equal(o.answer.candidate_count, 1);
	office_close(&o);
}

static void one_trunk_may_be_asked_for(void **state)
{
	tw_call_request r = TW_CALL_REQUEST_INIT;
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	desk_simple(&o.desk, "cheap", 1, "7", UNIT);
	desk_simple(&o.desk, "dear", 1, "7", 2 * UNIT);
	(void)office_ask(&o, NULL, MOBILE, 0);
	o.answer.candidate_count = ROOM;
	r.number = MOBILE;
	r.at = o.at;
	r.trunk = "dear";
	r.most_s = 100;
	assert_int_equal(tw_authorize(&o.answer, o.budgets, o.desk.router, &r,
				      &o.err), TW_OK);
	assert_string_equal(o.row[0].trunk, "dear");
	assert_int_equal(o.row[1].verdict, TW_EREFUSED);
	assert_int_equal(o.answer.most_s, 100);
	r.trunk = "none";
	o.answer.candidate_count = ROOM;
	assert_int_equal(tw_authorize(&o.answer, o.budgets, o.desk.router, &r,
				      &o.err), TW_EREFUSED);
	r.flags = 8;
	assert_int_equal(tw_authorize(&o.answer, o.budgets, o.desk.router, &r,
				      &o.err), TW_EINVAL);
	office_close(&o);
}

static void rows_without_size_are_refused(void **state)
{
	tw_authorization answer = TW_AUTHORIZATION_INIT;
	tw_route_candidate row = TW_ROUTE_CANDIDATE_INIT;
	tw_call_request r = TW_CALL_REQUEST_INIT;
	struct office o;

	(void)state;
	office_open(&o, "UTC");
	r.number = MOBILE;
	row.size = 0;
	answer.candidates = &row;
	answer.candidate_count = 1;
	assert_int_equal(tw_authorize(&answer, o.budgets, o.desk.router, &r,
				      &o.err), TW_EINVAL);
	answer.candidate_count = 0;
	answer.budget_count = 3;
	assert_int_equal(tw_authorize(&answer, o.budgets, o.desk.router, &r,
				      &o.err), TW_EINVAL);
	answer.budget_count = 0;
	assert_int_equal(tw_authorize(&answer, o.budgets, o.desk.router, &r,
				      &o.err), TW_ENOPRICE);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_budgets_it_is_the_router),
		cmocka_unit_test(most_counts_what_others_hold),
		cmocka_unit_test(refused_candidates_come_last_with_why),
		cmocka_unit_test(emergency_is_asked_for_nothing),
		cmocka_unit_test(one_trunk_may_be_asked_for),
		cmocka_unit_test(rows_without_size_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
