/* From a store to calls and back: limits hold when the disk does not. */
#include "budget_office.h"

static void a_call_from_start_to_record(void **state)
{
	tw_hold_state s = TW_HOLD_STATE_INIT;
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_ask(&o, b, "Kazan", 0), TW_OK);
	assert_int_equal(o.answer.most_s, 400);     /* 10 at 1.50 a minute */
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(o.answer.paid_s, 60);
	assert_int_equal(tw_hold_settle(&s, b, hold, 90 * TW_SECOND, &o.err),
			 TW_OK);
	assert_int_equal(s.held_nanos, RUB(2, 25));
	office_record(&o, o.wall, 90, MOBILE);
	office_step(&o, b);
	/* counted twice until its record is known to be the one */
	assert_int_equal(office_state(&o, b, 0).left_nanos, RUB(5, 50));
	assert_int_equal(tw_hold_release(b, hold, &o.err), TW_OK);
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).left_nanos, RUB(7, 75));
	assert_int_equal(office_state(&o, b, 0).spent_nanos, RUB(2, 25));
	/* and by time where the host says nothing */
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(tw_hold_settle(&s, b, hold, 60 * TW_SECOND, &o.err),
			 TW_OK);
	o.mono += 59 * TW_SECOND;
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, RUB(1, 50));
	o.mono += TW_SECOND;
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, 0);
	tw_budgets_free(b);
	office_close(&o);
}

/* Somebody else holds the writer lock: what is leased goes on, no more. */
static void without_the_store_it_closes(void **state)
{
	struct office o;
	tw_store *other;
	tw_budgets *b;
	tw_hold hold;
	int calls = 0;

	(void)state;
	office_open(&o, "160");
	other = office_store(&o, 0);
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(tw_store_begin(other, &o.err), TW_OK);
	while (office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD) == TW_OK)
		calls++;
	assert_int_equal(calls, 6);     /* a sixteenth: 10 units */
	assert_int_equal(o.answer.flags & TW_BUDGET_STEP, TW_BUDGET_STEP);
	assert_int_equal(tw_budget_step(b, o.wall, &o.err), TW_EBUSY);
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	assert_int_equal(tw_store_rollback(other, &o.err), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	/* and behind the lease's end nothing at all */
	o.mono += 121 * TW_SECOND;
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	office_step(&o, b);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	tw_budgets_free(b);
	tw_store_free(other);
	office_close(&o);
}

static void emergency_needs_no_store(void **state)
{
	tw_call_request r = TW_CALL_REQUEST_INIT;
	tw_authorization a = TW_AUTHORIZATION_INIT;
	struct office o;
	tw_budgets *b;

	(void)state;
	office_open(&o, "0");
	b = office_budgets(&o, o.f.store, "host", 0);
	o.mono += 1000 * TW_SECOND;
	r.number = "112";
	r.at = o.wall;
	r.flags = TW_AUTHORIZE_HOLD;
	assert_int_equal(tw_authorize(&a, b, o.router, &r, &o.err), TW_OK);
	assert_int_equal(a.emergency, 1);
	assert_int_equal(a.hold.id, 0);
	r.number = MOBILE;
	assert_int_equal(tw_authorize(&a, b, o.router, &r, &o.err), TW_EBUSY);
	office_step(&o, b);
	assert_int_equal(tw_authorize(&a, b, o.router, &r, &o.err),
			 TW_EREFUSED);
	tw_budgets_free(b);
	office_close(&o);
}

static void read_only_answers_questions(void **state)
{
	tw_store *reader;
	struct office o;
	tw_budgets *b;

	(void)state;
	office_open(&o, "10");
	reader = office_store(&o, TW_STORE_READONLY);
	b = office_budgets(&o, reader, "host", 0);
	assert_int_equal(office_ask(&o, b, "Kazan", 0), TW_OK);
	assert_int_equal(o.answer.most_s, 400);
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EREFUSED);
	office_step(&o, b);
	assert_int_equal(tw_budgets_close(b, o.wall, &o.err), TW_OK);
	tw_budgets_free(b);
	tw_store_free(reader);
	office_close(&o);
}

/* The wall clock steps over the end of a month and back. */
static void months_by_the_wall(void **state)
{
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "3");
	o.wall = MOSCOW("2026-10-31T23:59:00");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_EREFUSED);
	o.wall += 3600 * TW_SECOND;
	/* November was leased ahead, a sixteenth of it */
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_EREFUSED);
	o.wall -= 3600 * TW_SECOND;
	office_step(&o, b);
	assert_int_equal(office_hold(&o, b, &hold), TW_EREFUSED);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, RUB(3, 0));
	tw_budgets_free(b);
	office_close(&o);
}

static void bad_options_are_named(void **state)
{
	tw_budgets_options options = TW_BUDGETS_OPTIONS_INIT;
	struct office o;
	tw_budgets *b = NULL;

	(void)state;
	office_open(&o, "3");
	options.owner = "";
	assert_int_equal(tw_budgets_open(&b, o.f.store, o.wall, &options,
					 &o.err), TW_EINVAL);
	assert_string_equal(o.err.field, "owner");
	options.owner = "x";
	options.lease_s = 0;
	assert_int_equal(tw_budgets_open(&b, o.f.store, o.wall, &options,
					 &o.err), TW_EINVAL);
	options.lease_s = 1;
	options.flags = 4;
	assert_int_equal(tw_budgets_open(&b, o.f.store, o.wall, &options,
					 &o.err), TW_EINVAL);
	assert_null(b);
	assert_int_equal(one_number(&o.f, "SELECT count(*) FROM "
				    "budget_owner"), 0);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_from_start_to_record),
		cmocka_unit_test(without_the_store_it_closes),
		cmocka_unit_test(emergency_needs_no_store),
		cmocka_unit_test(read_only_answers_questions),
		cmocka_unit_test(months_by_the_wall),
		cmocka_unit_test(bad_options_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
