/* Who bears a day of a rent: seats, shares, the owner. */
#include "accounts_fixture.h"
#include "accounts/ledger.h"
#include "accounts/rent.h"
#include "accounts/rent_share.h"
#include "../faults.h"

static void want_seats(struct fixture *f, const char *kazan, const char *ufa)
{
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[1].name", "Ufa");
	want(f, "vendor[0].name", "cloud");
	want(f, "vendor[0].vat_percent", "20");
	want(f, "recurring[0].name", "seats");
	want(f, "recurring[0].vendor", "cloud");
	want(f, "recurring[0].amount", "350.00");
	want(f, "recurring[0].seat[0].department", "Kazan");
	want_as(f, "recurring[0].seat[0].count", TW_VALUE_INTEGER, kazan);
	if (!ufa)
		return;
	want(f, "recurring[0].seat[1].department", "Ufa");
	want_as(f, "recurring[0].seat[1].count", TW_VALUE_INTEGER, ufa);
}

static int64_t department(struct fixture *f, const char *name)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT max(id) FROM department WHERE "
		 "name = '%s'", name);
	return one_number(f, sql);
}

/* Amount and VAT of a department's October. */
static void owes(struct fixture *f, const char *name, int64_t amount,
		 int64_t vat)
{
	struct tw__rents rents = { 0 };
	struct tw__book book;
	int64_t number, sum = 0, tax = 0;
	tw_error err = TW_ERROR_INIT;
	tw_time from, to;

	assert_int_equal(tw__book_open(&book, f->store, NULL, &err), TW_OK);
	assert_int_equal(tw__book_parse(&number, &from, &to, &book, "2026-10",
					&err), TW_OK);
	if (tw__rents_compute(&rents, f->store, &book, from, to, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < rents.count; i++) {
		assert_int_equal(rents.rows[i].kind, TW_POSTING_RECURRING);
		assert_int_equal(rents.rows[i].amount_nanos -
				 rents.rows[i].vat_nanos,
				 rents.rows[i].net_nanos);
		if (rents.rows[i].department != department(f, name))
			continue;
		sum += rents.rows[i].amount_nanos;
		tax += rents.rows[i].vat_nanos;
	}
	tw__rents_free(&rents);
	tw__book_close(&book);
	assert_int_equal(sum, amount);
	assert_int_equal(tax, vat);
}

static void each_its_own(void **state)
{
	struct fixture *f = *state;

	want_seats(f, "3", "2");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	owes(f, "Kazan", RUB(1050, 0), RUB(175, 0));
	owes(f, "Ufa", RUB(700, 0), RUB(116, 67));
}

/* A seat more from the 17th on: 15 days of 31. */
static void by_the_day(void **state)
{
	struct fixture *f = *state;

	want_seats(f, "3", "2");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	want_seats(f, "4", NULL);
	apply_at(f, "2026-10-17T00:00:00+03:00");
	/* 350 * (3 * 16 + 4 * 15) / 31 = 1219.3548, 350 * 2 * 16 / 31 =
	 * 361.2903: together 1580.6451 */
	owes(f, "Kazan", RUB(1219, 36), RUB(203, 23));
	owes(f, "Ufa", RUB(361, 29), RUB(60, 21));
}

static void posted_once_and_corrected(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	uint64_t postings = 0;

	want_seats(f, "3", "2");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw_ledger_accrue(&postings, f->store, "2026-10",
					  &err), TW_OK);
	assert_int_equal(postings, 4);
	assert_int_equal(tw_ledger_accrue(&postings, f->store, "2026-10",
					  &err), TW_OK);
	assert_int_equal(postings, 0);
	want_seats(f, "4", "2");
	apply_at(f, "2026-10-01T00:00:00+03:00");
	assert_int_equal(tw_ledger_accrue(&postings, f->store, "2026-10",
					  &err), TW_OK);
	assert_int_equal(postings, 2);
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM "
		"posting WHERE account_kind = 1"), RUB(6 * 350, 0));
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE account_kind = 1 AND correction = 1"), RUB(350, 0));
}

static void refused(struct fixture *f, const char *field, const char *words)
{
	tw_error err = TW_ERROR_INIT;

	assert_int_not_equal(tw_deployment_check(f->wanted, &err), TW_OK);
	assert_string_equal(err.field, field);
	if (!strstr(err.message, words))
		fail_msg("%s", err.message);
	tw_deployment_free(f->wanted);
	f->wanted = NULL;
}

static void what_makes_no_sense(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	want_seats(f, "3", "2");
	want(f, "recurring[0].department", "Kazan");
	refused(f, "recurring[0].department", "leave department out");
	want_seats(f, "3", NULL);
	want(f, "recurring[0].seat[1].department", "Kazan");
	want_as(f, "recurring[0].seat[1].count", TW_VALUE_INTEGER, "1");
	refused(f, "recurring[0].seat[1].department", "add the two up");
	want_seats(f, "3", NULL);
	want(f, "allocation[0].recurring", "seats");
	want(f, "allocation[0].share[0].department", "Ufa");
	want(f, "allocation[0].share[0].percent", "100");
	refused(f, "recurring[0].seat", "not both");
	want_seats(f, "3", NULL);
	want(f, "recurring[0].seat[1].department", "Ufa");
	refused(f, "recurring[0].seat[1].count", "required");
	want_company(f);
	assert_int_not_equal(tw_deployment_set(f->wanted,
		"recurring[0].seat[0].count", TW_VALUE_INTEGER, "0", &err),
		TW_OK);
}

static tw_status add(int64_t department, int64_t percent, void *arg,
		     tw_error *err)
{
	int64_t *sums = arg;

	(void)err;
	sums[department] += percent / TW_NANOS;
	return TW_OK;
}

/* What no share takes is the owner's; seats leave nothing. */
static void shares_of_a_day(void **state)
{
	struct tw__share rows[] = {
		{ 0, 10, 1, 40 * TW_NANOS, 0 }, { 0, 20, 2, 0, 3 },
		{ 0, 10, 3, 70 * TW_NANOS, 0 },
	};
	struct tw__shares shares = { .rows = rows, .count = 1,
		.name = "seats" };
	tw_error err = TW_ERROR_INIT;
	int64_t sums[5] = { 0 };

	(void)state;
	assert_int_equal(tw__shares_day(&shares, 5, 4, add, sums, &err),
			 TW_OK);
	assert_int_equal(sums[1], 40);
	assert_int_equal(sums[4], 60);
	assert_int_equal(tw__shares_day(&shares, 10, 4, add, sums, &err),
			 TW_OK);
	assert_int_equal(sums[4], 160);
	shares.count = 2;
	assert_int_equal(tw__shares_day(&shares, 5, 4, add, sums, &err),
			 TW_OK);
	assert_int_equal(sums[2], 300);
	assert_int_equal(sums[1], 40);
	assert_int_equal(sums[4], 160);
	/* a directory that was damaged */
	shares.count = 3;
	rows[1].to = 5;
	assert_int_equal(tw__shares_day(&shares, 5, 4, add, sums, &err),
			 TW_ECONFLICT);
	assert_non_null(strstr(err.message, "'seats'"));
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	bool more = true;
	int64_t item;

	want_seats(f, "3", "2");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	item = one_number(f, "SELECT id FROM recurring");
	for (int64_t n = 0; more; n++) {
		struct tw__shares shares = { 0 };
		tw_error err = TW_ERROR_INIT;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__shares_load(&shares, f->store,
					 TW_POSTING_RECURRING, item, &err);
		tw__shares_free(&shares);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(each_its_own), FIXTURE_TEST(by_the_day),
		FIXTURE_TEST(posted_once_and_corrected),
		FIXTURE_TEST(what_makes_no_sense),
		cmocka_unit_test(shares_of_a_day),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
