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
	/* rents of September too, which nobody closed before */
	assert_int_equal(made, 8);
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
	assert_string_equal(row.key, "2026-09");
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

/* What the directory says otherwise of closed months is charged in the open
 * one, once: of each of them. */
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
			 RUB(400, 0));
	assert_int_equal(total(f, "2026-11", "Ufa"), RUB(900, 0));
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-11", &err),
			 TW_OK);
	assert_int_equal(made, 8);
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-11", &err),
			 TW_OK);
	assert_int_equal(made, 0);
	assert_int_equal(expenses_of(f, "2026-11", "Ufa").corrections.nanos,
			 RUB(400, 0));
	assert_int_equal(total(f, "2026-11", "Ufa"), RUB(900, 0));
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"of_month = 202610 AND month = 202611 AND correction = 1"),
		2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"of_month = 202609 AND month = 202611 AND correction = 1"),
		2);
	must_verify(f);
	f->now = MOSCOW("2026-12-02T00:00:00");
	assert_int_equal(close_month(f, "2026-11"), TW_OK);
	assert_int_equal(total(f, "2026-11", "Ufa"), RUB(900, 0));
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
				 more ? 0 : 2);
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

static int64_t booked(struct fixture *f, const char *month)
{
	tw_money sum = { 0, "" };
	tw_error err = TW_ERROR_INIT;

	if (tw_ledger_month_total(&sum, f->store, month, "RUB", &err))
		fail_msg("%s: %s", month, err.message);
	return sum.nanos;
}

static void want_kazan(struct fixture *f, const char *rent)
{
	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "department[0].name", "Kazan");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "Kazan");
	want(f, "number[0].rent", rent);
}

/* Months that were accrued, in part or whole or not at all, are closed with
 * the first one that somebody closes: books, report and proof agree. */
static void test_months_before_the_first(void **state)
{
	static const char *const through[] = { NULL, "2026-09-10",
		"2026-09-30" };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(through); i++) {
		struct fixture f;
		tw_accrual accrual = TW_ACCRUAL_INIT;

		fixture_open(&f);
		want_kazan(&f, "0.00");
		apply_at(&f, "2026-08-01T00:00:00+03:00");
		want_kazan(&f, "600.00");
		apply_at(&f, "2026-09-01T00:00:00+03:00");
		usual_tariff(&f);
		import_text(&f, "native", NULL, HEAD "a,2026-08-05T10:00:00"
			"+03:00,60,78432000001,79161234567\n");
		if (through[i])
			assert_int_equal(tw_ledger_accrue_through(&accrual,
				f.store, "2026-09", through[i], NULL), TW_OK);
		assert_int_equal(close_month(&f, "2026-10"), TW_OK);
		must_verify(&f);
		/* calls alone are booked as they came */
		assert_int_equal(one_number(&f, "SELECT min(month) FROM "
					    "period"), 202609);
		assert_int_equal(booked(&f, "2026-09"), RUB(600, 0));
		assert_int_equal(total(&f, "2026-09", "Kazan"), RUB(600, 0));
		assert_int_equal(one_number(&f, "SELECT count(*) FROM "
					    "accrual"), 0);
		import_text(&f, "native", NULL, HEAD "b,2026-08-06T10:00:00"
			"+03:00,60,78432000001,79161234567\n");
		assert_int_equal(total(&f, "2026-08", "Kazan"), RUB(1, 50));
		assert_int_equal(booked(&f, "2026-11"), RUB(1, 50));
		must_verify(&f);
		fixture_close(&f);
	}
}

/* A month's beginning is not ours where a tariff has another zone, and what
 * does not begin before its date owes nothing until then. */
static void test_no_month_too_early(void **state)
{
	struct fixture *f = *state;
	uint64_t made;

	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "department[0].name", "Kazan");
	want(f, "recurring[0].name", "desk");
	want(f, "recurring[0].carrier", "carrier");
	want(f, "recurring[0].department", "Kazan");
	want(f, "recurring[0].amount", "100.00");
	want_as(f, "recurring[0].from", TW_VALUE_DATE, "2026-09-15");
	apply_at(f, "2024-01-01T00:00:00+03:00");
	assert_int_equal(tw_period_close(&made, f->store, "2026-10", NULL),
			 TW_OK);
	assert_int_equal(made, 4);
	assert_int_equal(one_number(f, "SELECT min(month) FROM period"),
			 202609);
	assert_int_equal(booked(f, "2026-09"), RUB(53, 33));
	must_verify(f);
}

/* The month of a tariff that promises something begins with it, also where
 * its own zone is hours ahead. */
static void test_commitments_before_the_first(void **state)
{
	struct fixture *f = *state;
	uint64_t made;

	want_kazan(f, "0.00");
	want(f, "tariff[0].name", "carrier-2026");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", "RUB");
	want(f, "tariff[0].zone", "Asia/Kamchatka");
	want(f, "tariff[0].commitment", "100");
	apply_at(f, "2026-09-01T00:00:00+12:00");
	usual_tariff(f);
	assert_int_equal(tw_period_close(&made, f->store, "2026-10", NULL),
			 TW_OK);
	assert_int_equal(made, 4);
	assert_int_equal(one_number(f, "SELECT min(month) FROM period"),
			 202609);
	assert_int_equal(booked(f, "2026-09"), RUB(100, 0));
	assert_int_equal(total(f, "2026-09", ""), RUB(100, 0));
	must_verify(f);
}

/* An older trunkwise closed accrued months with the first one, without a row:
 * what they lack is posted in the open one. */
static void test_months_without_a_row(void **state)
{
	struct fixture *f = *state;
	tw_accrual accrual = TW_ACCRUAL_INIT;
	uint64_t made;

	assert_int_equal(tw_ledger_accrue_through(&accrual, f->store,
		"2026-09", "2026-09-10", NULL), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO period (month, closed_us, "
		"who, last_posting, proved) SELECT 202610, 1, 0, max(id), 0 "
		"FROM posting"), TW_OK);
	assert_int_equal(run_sql(f, "DELETE FROM accrual"), TW_OK);
	must_verify(f);
	assert_int_equal(total(f, "2026-09", "Kazan"), RUB(100, 0));
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 RUB(500, 0));
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-11", NULL),
			 TW_OK);
	assert_int_equal(total(f, "2026-09", "Kazan"), RUB(100, 0));
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 RUB(500, 0));
	must_verify(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_what_may_be_closed), T(test_late_calls_and_undo),
		T(test_directory_corrections), T(test_no_memory),
		FIXTURE_TEST(test_first_of_all),
		cmocka_unit_test(test_months_before_the_first),
		FIXTURE_TEST(test_no_month_too_early),
		FIXTURE_TEST(test_commitments_before_the_first),
		T(test_months_without_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
