/* Entries of two postings each. */
#include "accounts_fixture.h"
#include "accounts/ledger.h"
#include "../faults.h"

static const struct tw__entry rent = { .department = 7,
	.payee_kind = TW_ACCOUNT_VENDOR, .payee = 8, .amount_nanos = 450,
	.kind = TW_POSTING_RENT, .month = 202610, .batch = 0, .subject = 9,
	.currency = "RUB", .reference = "78432000001" };

static void two_sides(void **state)
{
	struct fixture *f = *state;
	struct tw__entry entry = rent;
	tw_error err = TW_ERROR_INIT;

	f->now = 1234;
	fixture_begin(f);
	assert_int_equal(tw__ledger_post(f->store, &rent, &err), TW_OK);
	entry.amount_nanos = -INT64_MAX;
	entry.reference = NULL;
	entry.correction = 1;
	assert_int_equal(tw__ledger_post(f->store, &entry, &err), TW_OK);
	/* nothing is no entry */
	entry.amount_nanos = 0;
	assert_int_equal(tw__ledger_post(f->store, &entry, &err), TW_OK);
	entry.amount_nanos = INT64_MIN;
	assert_int_equal(tw__ledger_post(f->store, &entry, &err), TW_ERANGE);
	assert_non_null(strstr(err.message, "202610"));
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting"), 4);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"entry = 1 AND account_kind = 1 AND account = 7 AND "
		"amount_nanos = 450 AND currency = 'RUB' AND kind = 3 AND "
		"correction = 0 AND month = 202610 AND batch = 0 AND subject "
		"= 9 AND made_us = 1234 AND reference = '78432000001'"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"entry = 1 AND account_kind = 3 AND account = 8 AND "
		"amount_nanos = -450"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"entry = 2 AND correction = 1 AND reference = ''"), 2);
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM "
				    "posting"), 0);
}

static void add(struct tw__rollup *rollup, struct tw__rollup_key key,
		int64_t cost)
{
	struct tw__rollup_row *row;

	assert_int_equal(tw__rollup_row(&row, rollup, &key, NULL), TW_OK);
	row->sums.cost_nanos = cost;
}

/* One entry for each month, department, carrier and currency; forwarded legs
 * apart. Numbers, destinations and directions are a report's matter. */
static void calls_are_summed(void **state)
{
	struct fixture *f = *state;
	struct tw__rollup rollup = { 0 };
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	assert_int_equal(run_sql(f, "INSERT INTO word (id, text) VALUES "
				 "(1, 'RUB'), (2, 'USD')"), TW_OK);
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 1, 2, 3, 4,
		TW_DIRECTION_OUTBOUND, 1 }, 100);
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 1, 2, 5, 6,
		TW_DIRECTION_INBOUND, 1 }, 20);
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 1, 2, 3, 4,
		TW_DIRECTION_FORWARD, 1 }, 3);
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 1, 2, 3, 4,
		TW_DIRECTION_OUTBOUND, 2 }, 4);
	add(&rollup, (struct tw__rollup_key){ 202611, 0, 1, 2, 3, 4,
		TW_DIRECTION_OUTBOUND, 1 }, 5);
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 0, 2, 3, 4,
		TW_DIRECTION_OUTBOUND, 1 }, 6);
	/* days are the same money once more */
	add(&rollup, (struct tw__rollup_key){ 20261005, 0, 1, 2, 3, 4,
		TW_DIRECTION_OUTBOUND, 1 }, 100);
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 9, 9, 9, 9,
		TW_DIRECTION_OUTBOUND, 0 }, 0);
	assert_int_equal(tw__ledger_post_calls(f->store, &rollup,
		&(struct tw__charges_of){ .batch = 77 }, &err),
			 TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
				    "batch = 77"), 10);
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE account_kind = 1 AND account = 1 AND kind = 1 AND "
		"month = 202610 AND currency = 'RUB'"), 120);
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE account_kind = 2 AND account = 2 AND kind = 2"), -3);
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE account_kind = 1 AND currency = 'USD'"), 4);
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE account_kind = 1 AND account = 0"), 6);
	fixture_commit(f);
	tw__rollup_free(&rollup);
}

/* Of two closed months two entries, each with its month. */
static void which_month_it_is_about(void **state)
{
	struct fixture *f = *state;
	const char *const starts[] = { "2026-08-05T00:00:00+03:00",
		"2026-09-30T23:59:59+03:00", "2026-09-01T00:00:00+03:00",
		"2026-10-01T00:00:00+03:00" };
	const struct tw__rollup_row one = { { 0, 0, 7, 8, 9, 10, 1, 1 },
		{ .cost_nanos = 100, .net_nanos = 100 } };
	struct tw__rollup charges = { 0 };
	struct tw__book book;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(run_sql(f, "INSERT INTO word VALUES (1, 'RUB')"),
			 TW_OK);
	assert_int_equal(tw__book_open(&book, f->store, "Europe/Moscow",
				       &err), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(starts); i++) {
		const struct tw__posted posted = { at_time(starts[i]),
			202610, -1 };

		assert_int_equal(tw__charges_add(&charges, &book, &posted,
						 &one, &err), TW_OK);
	}
	tw__book_close(&book);
	assert_int_equal(charges.count, 3);
	fixture_begin(f);
	assert_int_equal(tw__ledger_post_calls(f->store, &charges,
		&(const struct tw__charges_of){ .batch = 1, .correction = 1 },
		&err), TW_OK);
	fixture_commit(f);
	tw__rollup_free(&charges);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"month = 202610 AND account_kind = 1"), 3);
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE of_month = 202609 AND account_kind = 1"), -200);
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE of_month = 202608 AND account_kind = 1"), -100);
	assert_int_equal(one_number(f, "SELECT amount_nanos FROM posting "
		"WHERE of_month = 0 AND account_kind = 1"), -100);
}

static void what_cannot_be_posted(void **state)
{
	struct fixture *f = *state;
	struct tw__rollup rollup = { 0 };
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 1, 2, 3, 4, 1, 5 },
	    1);
	assert_int_equal(tw__ledger_post_calls(f->store, &rollup,
		&(struct tw__charges_of){ .batch = 1 }, &err),
			 TW_ESTORE);
	assert_non_null(strstr(err.message, "word 5"));
	add(&rollup, (struct tw__rollup_key){ 202610, 0, 1, 2, 4, 4, 1, 5 },
	    INT64_MAX);
	assert_int_equal(tw__ledger_post_calls(f->store, &rollup,
		&(struct tw__charges_of){ .batch = 1 }, &err),
			 TW_ERANGE);
	assert_non_null(strstr(err.message, "import it in parts"));
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	tw__rollup_free(&rollup);
}

/* Net and VAT go along, run and who stand beside. */
static void amended_by_somebody(void **state)
{
	struct fixture *f = *state;
	struct tw__rollup rollup = { 0 };
	struct tw__rollup_row *row;
	const struct tw__rollup_key key = { 202611, 1, 1, 2, 3, 4,
		TW_DIRECTION_OUTBOUND, 1 };
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	tw_store_free(f->store);
	options.clock = &f->clock;
	options.actor = "anna";
	assert_int_equal(tw_store_open(&f->store, f->path, &options, &err),
			 TW_OK);
	fixture_begin(f);
	assert_int_equal(run_sql(f, "INSERT INTO word (id, text) VALUES "
				 "(1, 'RUB')"), TW_OK);
	assert_int_equal(tw__rollup_row(&row, &rollup, &key, NULL), TW_OK);
	row->sums.cost_nanos = row->sums.net_nanos = -100;
	row->sums.vat_nanos = -20;
	assert_int_equal(tw__ledger_post_calls(f->store, &rollup,
		&(struct tw__charges_of){ .run = 5, .correction = true,
			.reference = "rerate" }, &err), TW_OK);
	fixture_commit(f);
	tw__rollup_free(&rollup);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting p "
		"JOIN word w ON w.id = p.who WHERE w.text = 'anna' AND "
		"run = 5 AND batch = 0 AND correction = 1 AND "
		"reference = 'rerate' AND of_month = 0 AND abs(vat_nanos) = "
		"20 AND net_nanos = amount_nanos"), 2);
	assert_int_equal(one_number(f, "SELECT sum(vat_nanos) + "
		"sum(net_nanos) + sum(amount_nanos) FROM posting"), 0);
}

static void who_may_be_named(void **state)
{
	struct fixture *f = *state;
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char name[70];
	tw_store *store;

	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	options.actor = name;
	assert_int_equal(tw_store_open(&store, f->path, &options, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "actor");
	options.actor = "\xff";
	assert_int_equal(tw_store_open(&store, f->path, &options, &err),
			 TW_EINVAL);
	name[63] = '\0';
	options.actor = name;
	assert_int_equal(tw_store_open(&store, f->path, &options, &err),
			 TW_OK);
	tw_store_free(store);
}

static void total_of_a_month(void **state)
{
	struct fixture *f = *state;
	struct tw__entry entry = rent;
	tw_error err = TW_ERROR_INIT;
	tw_money money = { 5, "XXX" };

	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-10",
		"RUB", &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "company.zone");
	want_company(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-10",
		"RUB", &err), TW_ENOTFOUND);
	assert_non_null(strstr(err.message, "2026-10 in RUB"));
	fixture_begin(f);
	assert_int_equal(tw__ledger_post(f->store, &entry, &err), TW_OK);
	entry.amount_nanos = -50;
	assert_int_equal(tw__ledger_post(f->store, &entry, &err), TW_OK);
	entry.month = 202611;
	entry.amount_nanos = INT64_MAX;
	assert_int_equal(tw__ledger_post(f->store, &entry, &err), TW_OK);
	assert_int_equal(tw__ledger_post(f->store, &entry, &err), TW_OK);
	fixture_commit(f);
	assert_int_equal(money.nanos, 5);
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-10",
		"RUB", &err), TW_OK);
	assert_int_equal(money.nanos, 400);
	assert_string_equal(money.currency, "RUB");
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-10",
		"USD", &err), TW_ENOTFOUND);
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-11",
		"RUB", &err), TW_ERANGE);
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-13",
		"RUB", &err), TW_EPARSE);
	assert_int_equal(tw_ledger_month_total(NULL, f->store, "2026-10",
		"RUB", &err), TW_EINVAL);
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-10",
		NULL, &err), TW_EINVAL);
	assert_int_equal(money.nanos, 400);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct tw__entry entry = rent;
	struct faults faults;
	int64_t n = 0;

	entry.batch = 5;
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		fixture_begin(f);
		faults_begin(&faults, n);
		status = tw__ledger_post(f->store, &entry, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
	assert_true(n > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(two_sides),
		FIXTURE_TEST(calls_are_summed),
		FIXTURE_TEST(which_month_it_is_about),
		FIXTURE_TEST(what_cannot_be_posted),
		FIXTURE_TEST(amended_by_somebody),
		FIXTURE_TEST(who_may_be_named),
		FIXTURE_TEST(total_of_a_month),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
