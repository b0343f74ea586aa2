/* What is owed for a month as a whole, and in which currency. */
#include "accounts/ledger.h"
#include "accounts/usage_accrue.h"
#include "usage_fixture.h"

static tw_status dues_at(struct tw__usage_dues *out, struct fixture *f,
			 const char *now)
{
	memset(out, 0, sizeof(*out));
	return tw__usage_dues(out, f->store, "2026-10", at_time(now), NULL);
}

static void not_before_the_month_is_over(void **state)
{
	struct fixture *f = *state;
	struct tw__usage_dues dues;

	want_tariff(f, "RUB");
	want(f, "tariff[0].commitment", "100");
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 60);
	assert_int_equal(dues_at(&dues, f, "2026-10-31T23:59:59+03:00"),
			 TW_OK);
	assert_int_equal(dues.count, 0);
	assert_false(tw__usage_dues_have(&dues, tariff_of(f)));
	tw__usage_dues_free(&dues);
	assert_int_equal(dues_at(&dues, f, "2026-11-01T00:00:00+03:00"),
			 TW_OK);
	assert_int_equal(dues.count, 2);
	assert_true(tw__usage_dues_have(&dues, tariff_of(f)));
	assert_int_equal(dues.rows[0].kind, TW_POSTING_TIER);
	assert_int_equal(dues.rows[0].amount_nanos, 0);
	assert_int_equal(dues.rows[1].kind, TW_POSTING_COMMITMENT);
	assert_int_equal(dues.rows[1].amount_nanos, RUB(98, 50));
	assert_string_equal(dues.rows[1].currency, "RUB");
	assert_string_equal(dues.rows[1].reference,
			    "carrier-2026: commitment shortfall");
	tw__usage_dues_free(&dues);
}

static void tariffs_that_owe_nothing(void **state)
{
	struct fixture *f = *state;
	struct tw__usage_dues dues;

	want_tariff(f, "RUB");
	want_tier(f, "1", "50");
	in_force(f);
	assert_int_equal(dues_at(&dues, f, "2026-12-01T00:00:00+03:00"),
			 TW_OK);
	assert_int_equal(dues.count, 0);
	tw__usage_dues_free(&dues);
}

static void by_the_rate_of_the_last_day(void **state)
{
	struct fixture *f = *state;
	struct tw__usage_dues dues;

	want_tariff(f, "USD");
	want(f, "tariff[0].convert_to", "RUB");
	want(f, "tariff[0].commitment", "10");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Russia mobile,0.01,USD,,,60,60,0,outbound,\n");
	assert_int_equal(dues_at(&dues, f, "2026-12-01T00:00:00+03:00"),
			 TW_ENOTFOUND);
	tw__usage_dues_free(&dues);
	import_rates(f, "date,currency,to,rate\n2026-10-31,USD,RUB,92.555\n"
		     "2026-11-01,USD,RUB,100\n");
	assert_int_equal(dues_at(&dues, f, "2026-12-01T00:00:00+03:00"),
			 TW_OK);
	assert_int_equal(dues.rows[1].amount_nanos, RUB(925, 55));
	assert_string_equal(dues.rows[1].currency, "RUB");
	tw__usage_dues_free(&dues);
}

static void posted_as_what_it_is(void **state)
{
	struct fixture *f = *state;
	uint64_t postings = 0;

	want_tariff(f, "RUB");
	want(f, "tariff[0].commitment", "100");
	in_force(f);
	assert_int_equal(tw_ledger_accrue(&postings, f->store, "2026-10",
					  NULL), TW_OK);
	assert_int_equal(postings, 6);          /* two rents besides */
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE kind = 6 AND account_kind = 1 AND account = 0"),
		RUB(100, 0));
	assert_int_equal(expenses_of(f, "2026-10", "").rent.nanos,
			 RUB(100, 0));
	must_verify(f);
}

static void want_committed(struct fixture *f, const char *kazan,
			   const char *ufa)
{
	want_tariff(f, "RUB");
	want(f, "tariff[0].commitment", "100");
	want(f, "tariff[0].vat", "gross");
	want(f, "tariff[0].vat_percent", "20");
	if (!kazan)
		return;
	want(f, "allocation[0].tariff", "carrier-2026");
	want(f, "allocation[0].share[0].department", "Kazan");
	want(f, "allocation[0].share[0].percent", kazan);
	want(f, "allocation[0].share[1].department", "Ufa");
	want(f, "allocation[0].share[1].percent", ufa);
}

static int64_t rent_of(struct fixture *f, const char *department)
{
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;
	tw_error err = TW_ERROR_INIT;
	int64_t rent = 0;

	if (tw_report_expenses(&expenses, f->store, "2026-10",
			       TW_BY_DEPARTMENT, &err))
		fail_msg("%s", err.message);
	while (tw_expenses_next(&row, expenses, NULL) == TW_OK) {
		if (strcmp(row.department, department) == 0)
			rent = row.rent.nanos;
	}
	tw_expenses_free(expenses);
	return rent;
}

/* 100 less 1.50 of calls: 98.50, shown before it is posted, and once. */
static void a_shortfall_is_shared(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	uint64_t postings = 0;

	want_committed(f, "33.3", "66.7");
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 60);
	/* 32.8005 and 65.6995 beside two rents of 300.00 */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rent_of(f, "Kazan"), RUB(332, 80));
		assert_int_equal(rent_of(f, "Ufa"), RUB(365, 70));
		assert_int_equal(rent_of(f, ""), 0);
		assert_int_equal(tw_ledger_accrue(&postings, f->store,
			"2026-10", &err), TW_OK);
		assert_int_equal(postings, i ? 0 : 8);
	}
	assert_int_equal(one_number(f, "SELECT sum(vat_nanos) FROM posting "
		"WHERE kind = 6 AND account_kind = 1"), RUB(16, 42));
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"kind = 6 AND net_nanos + vat_nanos <> amount_nanos"), 0);
}

/* Nobody's until somebody says whose; then it is moved, and adds up. */
static void shares_that_come_late(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	uint64_t postings = 0;

	want_committed(f, NULL, NULL);
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 60);
	assert_int_equal(rent_of(f, ""), RUB(98, 50));
	assert_int_equal(tw_ledger_accrue(&postings, f->store, "2026-10",
					  &err), TW_OK);
	want_committed(f, "50", "50");
	apply_at(f, "2026-10-31T00:00:00+03:00");
	assert_int_equal(rent_of(f, "Kazan"), RUB(349, 25));
	assert_int_equal(tw_ledger_accrue(&postings, f->store, "2026-10",
					  &err), TW_OK);
	assert_int_equal(postings, 6);
	assert_int_equal(rent_of(f, ""), 0);
	assert_int_equal(rent_of(f, "Ufa"), RUB(349, 25));
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM "
		"posting WHERE kind = 6 AND account_kind = 1"),
		RUB(98, 50));
}

static void an_allocation_is_of_one(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	want_committed(f, "50", "50");
	want(f, "allocation[0].number", "78432000001");
	assert_int_equal(tw_deployment_check(f->wanted, &err), TW_EPARSE);
	assert_string_equal(err.field, "allocation[0].number");
	tw_deployment_free(f->wanted);
	f->wanted = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_shortfall_is_shared),
		FIXTURE_TEST(shares_that_come_late),
		FIXTURE_TEST(an_allocation_is_of_one),
		FIXTURE_TEST(not_before_the_month_is_over),
		FIXTURE_TEST(tariffs_that_owe_nothing),
		FIXTURE_TEST(by_the_rate_of_the_last_day),
		FIXTURE_TEST(posted_as_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
