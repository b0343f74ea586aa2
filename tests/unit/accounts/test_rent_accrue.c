/* tw_ledger_accrue: every kopeck of a rent, once. */
#include "accounts_fixture.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

static uint64_t accrue(struct fixture *f, const char *month)
{
	tw_error err = TW_ERROR_INIT;
	uint64_t made = 99;

	if (tw_ledger_accrue(&made, f->store, month, &err))
		fail_msg("accrue: %s", err.message);
	return made;
}

static int64_t total(struct fixture *f, const char *month)
{
	tw_error err = TW_ERROR_INIT;
	tw_money money;

	if (tw_ledger_month_total(&money, f->store, month, "RUB", &err))
		fail_msg("total: %s", err.message);
	return money.nanos;
}

/* Postings have the VAT, and each entry's two sides cancel out in it too. */
static void test_vat_is_posted(void **state)
{
	struct fixture *f = *state;

	want_two_cities(f);
	want(f, "carrier[0].vat_percent", "20");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(accrue(f, "2026-10"), 4);
	assert_int_equal(one_number(f, "SELECT sum(net_nanos) FROM posting "
		"WHERE account_kind = 1"), RUB(500, 0));
	assert_int_equal(one_number(f, "SELECT sum(vat_nanos) FROM posting "
		"WHERE account_kind = 1"), RUB(100, 0));
	assert_int_equal(one_number(f, "SELECT sum(net_nanos) + "
		"sum(vat_nanos) FROM posting"), 0);
	assert_int_equal(accrue(f, "2026-10"), 0);
}

/* A percentage that was forgotten changes no amount, only what is in it. */
static void test_vat_put_right(void **state)
{
	struct fixture *f = *state;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(accrue(f, "2026-10"), 4);
	want_two_cities(f);
	want(f, "carrier[0].vat_percent", "20");
	apply_at(f, "2026-09-15T00:00:00+03:00");
	assert_int_equal(accrue(f, "2026-10"), 4);
	assert_int_equal(total(f, "2026-10"), RUB(600, 0));
	assert_int_equal(one_number(f, "SELECT sum(vat_nanos) FROM posting "
		"WHERE account_kind = 1"), RUB(100, 0));
	assert_int_equal(one_number(f, "SELECT sum(net_nanos) FROM posting "
		"WHERE account_kind = 1"), RUB(500, 0));
	assert_int_equal(accrue(f, "2026-10"), 0);
}

static void test_twice_is_once(void **state)
{
	struct fixture *f = *state;
	tw_money money;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-10",
					       "RUB", NULL), TW_ENOTFOUND);
	assert_int_equal(accrue(f, "2026-10"), 4);
	assert_int_equal(total(f, "2026-10"), RUB(600, 0));
	assert_int_equal(accrue(f, "2026-10"), 0);
	assert_int_equal(total(f, "2026-10"), RUB(600, 0));
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").rent.nanos,
			 RUB(300, 0));
	must_verify(f);
}

/* The directory is put right for a month that was accrued. */
static void test_difference_is_a_correction(void **state)
{
	struct fixture *f = *state;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	accrue(f, "2026-10");
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[1].name", "Ufa");
	want(f, "carrier[0].name", "carrier");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "Ufa");
	want(f, "number[0].rent", "300.00");
	want(f, "number[1].number", "73472000002");
	want(f, "number[1].carrier", "carrier");
	want(f, "number[1].department", "Ufa");
	want(f, "number[1].rent", "300.00");
	apply_at(f, "2026-10-17T00:00:00+03:00");
	assert_int_equal(accrue(f, "2026-10"), 4);
	assert_int_equal(total(f, "2026-10"), RUB(600, 0));
	/* 16 of 31 days stay Kazan's */
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM posting "
		"WHERE account_kind = 1 AND account = (SELECT id "
		"FROM department WHERE name = 'Kazan')"), RUB(154, 84));
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting "
		"WHERE correction = 1 AND account_kind = 1"), 2);
	assert_int_equal(one_number(f, "SELECT min(amount_nanos) FROM posting "
		"WHERE correction = 1 AND account_kind = 1"), -RUB(145, 16));
	assert_int_equal(accrue(f, "2026-10"), 0);
	must_verify(f);
}

/* Thirds of 100.00 in every month of a year: the shares add up. */
static void test_shares_add_up(void **state)
{
	static const char *const cities[] = { "A", "B", "C" };
	struct fixture *f = *state;
	char path[64], month[32];

	want_company(f);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "department[%d].name", i);
		want(f, path, cities[i]);
	}
	want(f, "carrier[0].name", "carrier");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].rent", "100.00");
	want(f, "allocation[0].number", "78432000001");
	want(f, "allocation[0].share[0].department", "A");
	want_as(f, "allocation[0].share[0].percent", TW_VALUE_DECIMAL,
		"33.3");
	want(f, "allocation[0].share[1].department", "B");
	want_as(f, "allocation[0].share[1].percent", TW_VALUE_DECIMAL,
		"33.3");
	want(f, "allocation[0].share[2].department", "C");
	want_as(f, "allocation[0].share[2].percent", TW_VALUE_DECIMAL,
		"33.4");
	want(f, "vendor[0].name", "PBX");
	want(f, "recurring[0].name", "seats");
	want(f, "recurring[0].department", "A");
	want(f, "recurring[0].vendor", "PBX");
	want(f, "recurring[0].amount", "0.10");
	apply_at(f, "2025-12-31T23:00:00+03:00");
	f->now = MOSCOW("2027-01-01T00:00:00");
	for (int m = 1; m <= 12; m++) {
		snprintf(month, sizeof(month), "2026-%02d", m);
		accrue(f, month);
		assert_int_equal(total(f, month), RUB(100, 10));
		assert_int_equal(expenses_of(f, month, "B").rent.nanos,
				 RUB(33, 30));
		assert_int_equal(expenses_of(f, month, "C").rent.nanos,
				 RUB(33, 40));
	}
	must_verify(f);
}

static void test_one_off_and_periods(void **state)
{
	struct fixture *f = *state;

	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "vendor[0].name", "PBX");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].rented_through", "PBX");
	want(f, "number[0].department", "Kazan");
	want(f, "number[0].one_off", "1500.00");
	want(f, "number[0].rent", "310.00");
	want(f, "recurring[0].name", "support");
	want(f, "recurring[0].department", "Kazan");
	want(f, "recurring[0].vendor", "PBX");
	want(f, "recurring[0].amount", "31.00");
	want_as(f, "recurring[0].from", TW_VALUE_DATE, "2026-10-11");
	want_as(f, "recurring[0].to", TW_VALUE_DATE, "2026-10-21");
	apply_at(f, "2026-10-02T09:00:00+03:00");
	accrue(f, "2026-10");
	/* midnights of 3..31 October: 29 days; support: 11..20 */
	assert_int_equal(total(f, "2026-10"), RUB(1500, 0) + RUB(290, 0) +
			 RUB(10, 0));
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting "
				    "WHERE account_kind = 3"), 3);
	f->now = MOSCOW("2026-12-01T00:00:00");
	accrue(f, "2026-11");
	assert_int_equal(total(f, "2026-11"), RUB(310, 0));
	must_verify(f);
}

/* 31 departments hold a 0.15 number for a day each: none owes less than
 * nothing and the month is 0.15. */
static void test_many_holders(void **state)
{
	struct fixture *f = *state;
	char path[64], text[64];

	for (int day = 1; day <= 31; day++) {
		want_company(f);
		for (int i = 0; i < 31; i++) {
			snprintf(path, sizeof(path), "department[%d].name",
				 i);
			snprintf(text, sizeof(text), "d%02d", i + 1);
			want(f, path, text);
		}
		want(f, "carrier[0].name", "carrier");
		want(f, "number[0].number", "78432000001");
		want(f, "number[0].carrier", "carrier");
		want(f, "number[0].rent", "0.15");
		snprintf(text, sizeof(text), "d%02d", day);
		want(f, "number[0].department", text);
		snprintf(text, sizeof(text), "2026-10-%02dT00:00:00+03:00",
			 day);
		apply_at(f, text);
	}
	accrue(f, "2026-10");
	assert_int_equal(total(f, "2026-10"), RUB(0, 15));
	assert_int_equal(one_number(f, "SELECT min(amount_nanos) "
		"FROM posting WHERE account_kind = 1"), RUB(0, 1));
	must_verify(f);
}

static void test_needs_a_company(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	uint64_t made = 7;

	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-10", &err),
			 TW_ENOTFOUND);
	assert_int_equal(made, 7);
	want_company(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw_ledger_accrue(&made, f->store, "October", &err),
			 TW_EPARSE);
	assert_int_equal(accrue(f, "2026-10"), 0);
}

static void refuse(struct fixture *f, const char *sql)
{
	struct tw_stmt *stmt;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_begin(f->store, &err), TW_OK);
	assert_int_equal(tw__stmt_new(&stmt, f->store, sql, &err), TW_OK);
	assert_int_not_equal(tw__run(stmt, &err), TW_OK);
	tw__stmt_free(stmt);
	tw_store_rollback(f->store, NULL);
}

/* What nobody owes yet would stay in the books for good. */
static void test_months_to_come(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	uint64_t made = 77;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	f->now = MOSCOW("2026-11-30T23:59:59");
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2026-12", &err),
			 TW_EREFUSED);
	assert_string_equal(err.field, "month");
	assert_non_null(strstr(err.message, "2026-12 has not begun"));
	assert_int_equal(tw_ledger_accrue(&made, f->store, "2027-12", &err),
			 TW_EREFUSED);
	assert_int_equal(made, 77);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting"), 0);
	assert_int_equal(accrue(f, "2026-11"), 4);
	/* the company's midnight, not that of UTC */
	f->now = MOSCOW("2026-12-01T00:00:00");
	assert_int_equal(accrue(f, "2026-12"), 0);
	f->now = MOSCOW("2026-12-02T00:00:00");
	assert_int_equal(accrue(f, "2026-12"), 4);
	must_verify(f);
}

static void test_postings_stay(void **state)
{
	struct fixture *f = *state;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	accrue(f, "2026-10");
	refuse(f, "UPDATE posting SET amount_nanos = 0");
	refuse(f, "DELETE FROM posting");
	refuse(f, "INSERT OR REPLACE INTO posting SELECT id, entry, 1, 0, 1, "
	       "0, 0, 'RUB', 1, 0, 202610, 0, 0, 0, 0, 0, 0, '' FROM posting");
	assert_int_equal(total(f, "2026-10"), RUB(600, 0));
}

/* ---- day by day ---- */

static tw_accrual accrue_through(struct fixture *f, const char *day)
{
	tw_accrual accrual = TW_ACCRUAL_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_ledger_accrue_through(&accrual, f->store, "2026-10", day,
				     &err))
		fail_msg("accrue: %s: %s", err.field, err.message);
	return accrual;
}

static int64_t corrections(struct fixture *f)
{
	return one_number(f, "SELECT count(*) FROM posting "
			  "WHERE correction = 1 AND account_kind = 1");
}

/* 100.00 with 20 % in it: what whole kopecks 1 to 31 days have earned, and
 * nothing that is posted is ever taken back. */
static void test_day_by_day(void **state)
{
	struct fixture *f = *state;

	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "carrier[0].name", "carrier");
	want(f, "carrier[0].vat_percent", "20");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "Kazan");
	want(f, "number[0].rent", "100.00");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	for (int day = 0; day <= 31; day++) {
		int64_t kopecks = 10000 * day / 31;
		char through[32] = "";

		f->now = MOSCOW("2026-10-01T12:00:00") +
			day * 24LL * 3600 * TW_SECOND;
		if (day)
			snprintf(through, sizeof(through), "2026-10-%02d",
				 day);
		assert_int_equal(accrue(f, "2026-10"), day ? 2 : 0);
		assert_int_equal(accrue(f, "2026-10"), 0);
		assert_string_equal(accrue_through(f, NULL).through, through);
		assert_int_equal(accrue_through(f, NULL).posted.nanos,
				 RUB(0, kopecks));
		assert_int_equal(one_number(f, "SELECT coalesce("
			"sum(vat_nanos), 0) FROM posting "
			"WHERE account_kind = 1"), day == 31 ?
			RUB(16, 67) : RUB(0, kopecks / 6));
		must_verify(f);
	}
	assert_int_equal(one_number(f, "SELECT min(amount_nanos) FROM posting "
		"WHERE account_kind = 1"), RUB(3, 22));
	assert_int_equal(corrections(f), 0);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting "), 64);
	assert_int_equal(total(f, "2026-10"), RUB(100, 0));
	must_verify(f);
}

static void want_kazan_and_ufa(struct fixture *f, const char *rent,
			       const char *owner)
{
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[1].name", "Ufa");
	want(f, "carrier[0].name", "carrier");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", owner);
	want(f, "number[0].rent", rent);
}

/* What is to come changes nothing that was earned; what was put right is a
 * correction, beside what the days between have added. */
static void test_what_changed_when(void **state)
{
	struct fixture *f = *state;

	want_kazan_and_ufa(f, "310.00", "Kazan");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	f->now = MOSCOW("2026-10-11T09:00:00");
	assert_int_equal(accrue(f, "2026-10"), 2);
	assert_int_equal(total(f, "2026-10"), RUB(100, 0));
	want_kazan_and_ufa(f, "93.01", "Ufa");
	apply_at(f, "2026-10-11T09:00:00+03:00");
	must_verify(f);
	assert_int_equal(accrue(f, "2026-10"), 0);
	f->now = MOSCOW("2026-10-14T00:00:00");
	/* a day more of Kazan, two of Ufa */
	assert_int_equal(accrue(f, "2026-10"), 4);
	assert_int_equal(total(f, "2026-10"), RUB(116, 0));
	assert_int_equal(corrections(f), 0);
	/* it is 620.00 since the 12th: two days that were posted, two new */
	want_kazan_and_ufa(f, "620.00", "Ufa");
	apply_at(f, "2026-10-12T00:00:00+03:00");
	f->now = MOSCOW("2026-10-16T00:00:00");
	assert_int_equal(accrue(f, "2026-10"), 4);
	assert_int_equal(corrections(f), 1);
	assert_int_equal(total(f, "2026-10"), RUB(110 + 40 + 40, 0));
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM posting "
		"WHERE account_kind = 1 AND correction = 1"), RUB(34, 0));
	assert_int_equal(accrue(f, "2026-10"), 0);
	must_verify(f);
}

/* A clock that goes back, or an earlier day, takes nothing back; a day of a
 * month that is over is not the whole of it. */
static void test_never_back(void **state)
{
	struct fixture *f = *state;
	tw_accrual accrual = TW_ACCRUAL_INIT;
	tw_error err = TW_ERROR_INIT;

	want_kazan_and_ufa(f, "310.00", "Kazan");
	want(f, "number[0].one_off", "50.00");
	apply_at(f, "2026-10-05T12:00:00+03:00");
	assert_int_equal(accrue_through(f, "2026-10-04").postings, 0);
	accrual = accrue_through(f, "2026-10-05");
	assert_int_equal(accrual.posted.nanos, RUB(50, 0));
	accrual = accrue_through(f, "2026-10-15");
	assert_int_equal(accrual.posted.nanos, RUB(150, 0));
	assert_int_equal(accrual.whole, 0);
	assert_string_equal(accrual.through, "2026-10-15");
	assert_string_equal(accrual.month, "2026-10");
	assert_string_equal(accrual.posted.currency, "RUB");
	accrual = accrue_through(f, "2026-10-10");
	assert_int_equal(accrual.postings, 0);
	assert_string_equal(accrual.through, "2026-10-15");
	f->now = MOSCOW("2026-10-08T00:00:00");
	assert_int_equal(accrue(f, "2026-10"), 0);
	must_verify(f);
	assert_int_equal(total(f, "2026-10"), RUB(150, 0));
	f->now = MOSCOW("2026-11-01T00:00:00");
	assert_int_equal(accrue(f, "2026-10"), 2);
	assert_int_equal(tw_ledger_accrued(&accrual, f->store, "2026-10",
					   &err), TW_OK);
	assert_int_equal(accrual.whole, 1);
	assert_int_equal(accrual.postings, 0);
	assert_string_equal(accrual.through, "2026-10-31");
	assert_int_equal(accrual.posted.nanos, RUB(310, 0));
	assert_int_equal(tw_ledger_accrue_through(&accrual, f->store,
		"2026-10", "2026-11-01", &err), TW_EINVAL);
	assert_int_equal(tw_ledger_accrue_through(&accrual, f->store,
		"2026-11", "2026-11-02", &err), TW_EREFUSED);
	assert_string_equal(err.field, "through");
	assert_int_equal(tw_ledger_accrued(&accrual, f->store, "2026-13",
					   &err), TW_EPARSE);
	assert_int_equal(tw_ledger_accrued(NULL, f->store, "2026-10", &err),
			 TW_EINVAL);
}

static bool rents_hold(struct fixture *f)
{
	tw_verdict verdicts[16];
	uint32_t count = 16;

	assert_int_equal(tw_store_verify(verdicts, &count, f->store, NULL),
			 TW_OK);
	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(verdicts[i].invariant,
			   "rent_posted_equals_directory") == 0)
			return verdicts[i].holds;
	}
	fail_msg("no such invariant");
	return false;
}

/* A closed month is whole, also one that nobody accrued; nothing is posted
 * for a day of it. */
static void test_accrued_of_closed(void **state)
{
	struct fixture *f = *state;
	tw_accrual accrual = TW_ACCRUAL_INIT;
	tw_error err = TW_ERROR_INIT;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	accrue_through(f, "2026-10-10");
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	assert_int_equal(total(f, "2026-10"), RUB(600, 0));
	assert_int_equal(tw_ledger_accrued(&accrual, f->store, "2026-10",
					   NULL), TW_OK);
	assert_int_equal(accrual.whole, 1);
	assert_int_equal(accrual.posted.nanos, RUB(600, 0));
	assert_int_equal(tw_ledger_accrued(&accrual, f->store, "2026-08",
					   NULL), TW_OK);
	assert_int_equal(accrual.whole, 1);
	assert_string_equal(accrual.through, "2026-08-31");
	assert_int_equal(tw_ledger_accrue_through(&accrual, f->store,
		"2026-10", "2026-10-31", &err), TW_EREFUSED);
	assert_non_null(strstr(err.message, "closed"));
	must_verify(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM accrual"), 0);
	assert_int_equal(run_sql(f, "INSERT INTO accrual (month, day) "
		"VALUES (202610, 20261010)"), TW_OK);
	assert_false(rents_hold(f));
}

/* What somebody makes of the day, or of all that was posted by then. */
static void test_edits_are_seen(void **state)
{
	static const char *const edits[] = {
		"UPDATE accrual SET day = day + 1",
		"UPDATE accrual SET day = day - 1",
		"UPDATE accrual SET day = 20261101, month = 202611",
		"DELETE FROM accrual",
		"DELETE FROM posting",
	};
	struct fixture *f = *state;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	accrue_through(f, "2026-10-10");
	assert_true(rents_hold(f));
	for (size_t i = 0; i < TW_ARRAY_COUNT(edits); i++) {
		fixture_begin(f);
		run_sql(f, "DROP TRIGGER accrual_only_grows");
		run_sql(f, "DROP TRIGGER accrual_no_delete");
		run_sql(f, "DROP TRIGGER posting_no_delete");
		assert_int_equal(run_sql(f, edits[i]), TW_OK);
		assert_false(rents_hold(f));
		tw_store_rollback(f->store, NULL);
	}
	assert_true(rents_hold(f));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_twice_is_once),
		T(test_vat_is_posted),
		T(test_vat_put_right),
		T(test_difference_is_a_correction),
		T(test_shares_add_up),
		T(test_one_off_and_periods),
		T(test_many_holders),
		T(test_needs_a_company),
		T(test_months_to_come),
		T(test_postings_stay),
		T(test_day_by_day),
		T(test_what_changed_when),
		T(test_never_back),
		T(test_accrued_of_closed),
		T(test_edits_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
