/* Months that are closed, and where what comes later goes. */
#include "accounts_fixture.h"
#include "../faults.h"

#define HEAD "call_id,start,duration,caller,callee\n"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	fixture_close(*state);
	free(*state);
	return 0;
}

static tw_status close_month(struct fixture *f, const char *month)
{
	tw_error err = TW_ERROR_INIT;

	return tw_period_close(NULL, f->store, month, &err);
}

static int64_t total(struct fixture *f, const char *month,
		     const char *department)
{
	return expenses_of(f, month, department).total.nanos;
}

static void test_what_may_be_closed(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *list;
	uint64_t made = 0;

	assert_int_equal(tw_period_close(&made, f->store, "2026-11", &err),
			 TW_EREFUSED);
	assert_non_null(strstr(err.message, "2026-12-01T00:00:00+03:00"));
	assert_int_equal(tw_period_close(&made, f->store, "November", &err),
			 TW_EPARSE);
	assert_int_equal(tw_period_close(&made, NULL, "2026-10", &err),
			 TW_EINVAL);
	assert_int_equal(tw_period_close(&made, f->store, "2026-10", &err),
			 TW_OK);
	assert_int_equal(made, 4);
	assert_int_equal(close_month(f, "2026-10"), TW_EEXIST);
	assert_int_equal(close_month(f, "2026-09"), TW_EEXIST);
	f->now = MOSCOW("2027-02-01T00:00:00");
	assert_int_equal(tw_period_close(&made, f->store, "2026-12", &err),
			 TW_EINVAL);
	assert_non_null(strstr(err.message, "close 2026-11 first"));
	assert_int_equal(close_month(f, "2026-11"), TW_OK);
	/* an accrual is refused, and says where it belongs */
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-11", &err),
			 TW_EREFUSED);
	assert_non_null(strstr(err.message, "2026-12"));
	assert_int_equal(tw_period_list(&list, f->store, &err), TW_OK);
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, "2026-10");
	assert_int_equal(row.at, MOSCOW("2026-11-15T12:00:00"));
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, "2026-11");
	assert_int_equal(tw_listing_next(&row, list, &err), TW_ITER_END);
	tw_listing_free(list);
}

static void test_late_calls_and_undo(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	int64_t kazan, ufa;

	assert_int_equal(close_month(f, "2026-10"), TW_OK);
	kazan = total(f, "2026-10", "Kazan");
	ufa = total(f, "2026-10", "Ufa");
	import_text(f, "native", NULL, HEAD
		"late,2026-10-06T10:00:00+03:00,120,78432000001,79161234567\n"
		"new,2026-11-06T10:00:00+03:00,60,78432000001,79161234567\n");
	assert_int_equal(total(f, "2026-10", "Kazan"), kazan);
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 RUB(3, 0));
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").calls_cost.nanos,
			 RUB(1, 50));
	/* what was in it when it was closed leaves it in the open month, and
	 * the entry says which month it is about */
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT of_month FROM posting WHERE "
		"batch = 1 AND correction = 1 AND month = 202611"), 202610);
	assert_int_equal(total(f, "2026-10", "Kazan"), kazan);
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 RUB(1, 50));
	must_verify(f);
	/* and a month later what came in November leaves November */
	f->now = MOSCOW("2026-12-02T00:00:00");
	assert_int_equal(close_month(f, "2026-11"), TW_OK);
	kazan = total(f, "2026-11", "Kazan");
	assert_int_equal(tw_import_undo(f->store, 2, &err), TW_OK);
	assert_int_equal(total(f, "2026-11", "Kazan"), kazan);
	assert_int_equal(expenses_of(f, "2026-12", "Kazan").corrections.nanos,
			 -RUB(4, 50));
	assert_int_equal(total(f, "2026-10", "Ufa"), ufa);
	assert_int_equal(one_number(f, "SELECT sum(cost_nanos) FROM rollup "
				    "WHERE period < 1000000"), 0);
}

/* A number that is entered for a day of a closed month is charged in the open
 * one, once; so is what was charged for one that was not there. */
static void test_directory_corrections(void **state)
{
	struct fixture *f = *state;
	tw_changes *changes;
	tw_error err = TW_ERROR_INIT;
	uint64_t made;
	int64_t ufa;

	assert_int_equal(close_month(f, "2026-10"), TW_OK);
	ufa = total(f, "2026-10", "Ufa");
	want_two_cities(f);
	assert_int_equal(tw_deployment_apply(&changes, f->wanted, f->store,
		at_time("2026-10-31T00:00:00+03:00"), 0, &err), TW_EREFUSED);
	assert_string_equal(err.field, "at");
	/* behind the library's back, as only SQL can */
	assert_int_equal(past_guard(f, "number_no_update", "UPDATE number SET "
		"rent = 500000000000 WHERE name = '73472000002'"), TW_OK);
	assert_int_equal(total(f, "2026-10", "Ufa"), ufa);
	assert_int_equal(expenses_of(f, "2026-11", "Ufa").corrections.nanos,
			 RUB(200, 0));
	assert_int_equal(total(f, "2026-11", "Ufa"), RUB(700, 0));
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-11", &err),
			 TW_OK);
	assert_int_equal(made, 6);
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-11", &err),
			 TW_OK);
	assert_int_equal(made, 0);
	assert_int_equal(expenses_of(f, "2026-11", "Ufa").corrections.nanos,
			 RUB(200, 0));
	assert_int_equal(total(f, "2026-11", "Ufa"), RUB(700, 0));
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"of_month = 202610 AND month = 202611 AND correction = 1"),
		2);
	must_verify(f);
	f->now = MOSCOW("2026-12-02T00:00:00");
	assert_int_equal(close_month(f, "2026-11"), TW_OK);
	assert_int_equal(total(f, "2026-11", "Ufa"), RUB(700, 0));
	assert_int_equal(total(f, "2026-12", "Ufa"), RUB(500, 0));
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_period_close(NULL, f->store, "2026-10", NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(one_number(f, "SELECT count(*) FROM period"),
				 more ? 0 : 1);
	}
}

/* Rents alone: the zone of the books is written down once. */
static void test_first_of_all(void **state)
{
	struct fixture *f = *state;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(close_month(f, "2026-10"), TW_OK);
	assert_int_equal(total(f, "2026-10", "Kazan"), RUB(300, 0));
	must_verify(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_what_may_be_closed), T(test_late_calls_and_undo),
		T(test_directory_corrections), T(test_no_memory),
		FIXTURE_TEST(test_first_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
