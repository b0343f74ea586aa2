/* Whose day of rent it is, and how kopecks are shared. */
#include "accounts_fixture.h"
#include "accounts/ledger.h"
#include "accounts/rent.h"
#include "../faults.h"

typedef tw_status compute_h(struct tw__rents *out, tw_store *store,
			    const struct tw__book *book, tw_time from,
			    tw_time to, tw_error *err);

static struct tw__rents compute_by(compute_h *how, struct fixture *f,
				   const char *month)
{
	struct tw__rents rents = { 0 };
	struct tw__book book;
	tw_error err = TW_ERROR_INIT;
	int64_t number;
	tw_time from, to;

	assert_int_equal(tw__book_open(&book, f->store, NULL, &err), TW_OK);
	assert_int_equal(tw__book_parse(&number, &from, &to, &book, month,
					&err), TW_OK);
	if (how(&rents, f->store, &book, from, to, &err))
		fail_msg("%s: %s", month, err.message);
	tw__book_close(&book);
	return rents;
}

static struct tw__rents compute(struct fixture *f, const char *month)
{
	return compute_by(tw__rents_compute, f, month);
}

static int64_t id_of(struct fixture *f, const char *kind, const char *name)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT max(id) FROM \"%s\" WHERE name = "
		 "'%s'", kind, name);
	return one_number(f, sql);
}

/* Sum of what a department owes, of one kind; "" is nobody. */
static int64_t owes(struct fixture *f, const struct tw__rents *rents,
		    const char *department, int64_t kind)
{
	int64_t id = *department ? id_of(f, "department", department) : 0;
	int64_t sum = 0;

	for (size_t i = 0; i < rents->count; i++) {
		if (rents->rows[i].department == id &&
		    rents->rows[i].kind == kind)
			sum += rents->rows[i].amount_nanos;
	}
	return sum;
}

static void want_held(struct fixture *f, const char *department,
		      const char *rent)
{
	want(f, "department[0].name", "Kazan");
	want(f, "department[1].name", "Ufa");
	want(f, "carrier[0].name", "carrier");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	if (department)
		want(f, "number[0].department", department);
	want(f, "number[0].rent", rent);
}

static void want_number(struct fixture *f, const char *department,
			const char *rent)
{
	want_company(f);
	want_held(f, department, rent);
}

static void a_whole_month(void **state)
{
	struct fixture *f = *state;
	struct tw__rents rents;

	want_number(f, "Kazan", "300.00");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	rents = compute(f, "2026-10");
	assert_int_equal(rents.count, 1);
	assert_int_equal(rents.rows[0].kind, TW_POSTING_RENT);
	assert_int_equal(rents.rows[0].amount_nanos, RUB(300, 0));
	assert_int_equal(rents.rows[0].payee_kind, TW_ACCOUNT_CARRIER);
	assert_int_equal(rents.rows[0].payee, id_of(f, "carrier",
						    "carrier"));
	assert_int_equal(rents.rows[0].subject, id_of(f, "number",
						      "78432000001"));
	assert_string_equal(rents.rows[0].reference, "78432000001");
	tw__rents_free(&rents);
	assert_int_equal(rents.count, 0);
	/* nothing before its first day */
	rents = compute(f, "2026-08");
	assert_int_equal(rents.count, 0);
	tw__rents_free(&rents);
}

/* A number moved at noon is the old department's until the evening. */
static void days_by_local_midnight(void **state)
{
	static const struct { const char *at; int64_t kazan; } moves[] = {
		{ "2026-10-11T00:00:00+03:00", 10 },
		{ "2026-10-11T00:00:01+03:00", 11 },
		{ "2026-10-11T12:00:00+03:00", 11 },
		{ "2026-10-31T23:59:59+03:00", 31 },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(moves); i++) {
		struct fixture *f = *state;
		struct tw__rents rents;

		want_number(f, "Kazan", "310.00");
		apply_at(f, "2026-09-01T00:00:00+03:00");
		want_number(f, "Ufa", "310.00");
		apply_at(f, moves[i].at);
		rents = compute(f, "2026-10");
		assert_int_equal(owes(f, &rents, "Kazan", TW_POSTING_RENT),
				 RUB(10 * moves[i].kazan, 0));
		assert_int_equal(owes(f, &rents, "Ufa", TW_POSTING_RENT),
				 RUB(310 - 10 * moves[i].kazan, 0));
		tw__rents_free(&rents);
		fixture_close(f);
		fixture_open(f);
	}
}

/* As many parts as days: February has 28. */
static void length_of_months(void **state)
{
	static const struct { const char *month; int64_t days; } cases[] = {
		{ "2026-10", 31 }, { "2026-11", 30 }, { "2027-02", 28 },
		{ "2028-02", 29 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw__rents rents;
		char at[48];

		want_number(f, "Kazan", "1.00");
		apply_at(f, "2026-09-01T00:00:00+03:00");
		want_number(f, "Ufa", "1.00");
		snprintf(at, sizeof(at), "%s-02T00:00:00+03:00",
			 cases[i].month);
		apply_at(f, at);
		rents = compute(f, cases[i].month);
		/* a day's part of a rouble, to the kopeck */
		assert_int_equal(owes(f, &rents, "Kazan", TW_POSTING_RENT),
				 RUB(0, (100 + cases[i].days / 2) /
				     cases[i].days));
		assert_int_equal(owes(f, &rents, "Kazan", TW_POSTING_RENT) +
				 owes(f, &rents, "Ufa", TW_POSTING_RENT),
				 RUB(1, 0));
		tw__rents_free(&rents);
		fixture_close(f);
		fixture_open(f);
	}
}

static void want_shares(struct fixture *f, const char *a, const char *b)
{
	want(f, "allocation[0].number", "78432000001");
	want(f, "allocation[0].share[0].department", "Kazan");
	want(f, "allocation[0].share[0].percent", a);
	want(f, "allocation[0].share[1].department", "Ufa");
	want(f, "allocation[0].share[1].percent", b);
}

/* Largest remainder; of equal ones whoever held it first. */
static void odd_kopecks(void **state)
{
	static const struct {
		const char *rent, *a, *b;
		int64_t kazan, ufa;
	} cases[] = {
		{ "0.01", "50", "50", 1, 0 },
		{ "0.03", "50", "50", 2, 1 },
		{ "0.01", "49", "51", 0, 1 },
		{ "0.10", "99", "1", 10, 0 },
		{ "100.01", "33.3", "66.7", 3330, 6671 },
		{ "0.00", "50", "50", 0, 0 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw__rents rents;

		want_number(f, NULL, cases[i].rent);
		want_shares(f, cases[i].a, cases[i].b);
		apply_at(f, "2026-09-01T00:00:00+03:00");
		rents = compute(f, "2026-10");
		assert_int_equal(owes(f, &rents, "Kazan", TW_POSTING_RENT),
				 RUB(0, cases[i].kazan));
		assert_int_equal(owes(f, &rents, "Ufa", TW_POSTING_RENT),
				 RUB(0, cases[i].ufa));
		assert_int_equal(owes(f, &rents, "", TW_POSTING_RENT), 0);
		tw__rents_free(&rents);
		fixture_close(f);
		fixture_open(f);
	}
}

static void sum_rents(int64_t sums[3], const struct tw__rents *rents)
{
	sums[0] = sums[1] = sums[2] = 0;
	for (size_t i = 0; i < rents->count; i++) {
		sums[0] += rents->rows[i].amount_nanos;
		sums[1] += rents->rows[i].net_nanos;
		sums[2] += rents->rows[i].vat_nanos;
	}
}

/* VAT of the item's month is rounded once, however many share it. */
static void vat_of_shares(void **state)
{
	static const struct {
		const char *rent, *vat, *a, *b;
		int64_t net, tax, first_tax;
	} cases[] = {
		{ "100.00", "gross", "50", "50", 8333, 1667, 834 },
		{ "100.00", "net", "50", "50", 10000, 2000, 1000 },
		{ "0.03", "gross", "50", "50", 2, 1, 1 },
		{ "100.01", "gross", "33.3", "66.7", 8334, 1667, 555 },
		{ "100.03", "net", "49.99", "50.01", 10003, 2001, 1000 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw__rents rents;
		int64_t sums[3];

		want_number(f, NULL, cases[i].rent);
		want(f, "carrier[0].vat", cases[i].vat);
		want(f, "carrier[0].vat_percent", "20");
		want_shares(f, cases[i].a, cases[i].b);
		apply_at(f, "2026-09-01T00:00:00+03:00");
		rents = compute(f, "2026-10");
		sum_rents(sums, &rents);
		assert_int_equal(sums[1], RUB(0, cases[i].net));
		assert_int_equal(sums[2], RUB(0, cases[i].tax));
		assert_int_equal(rents.rows[0].vat_nanos,
				 RUB(0, cases[i].first_tax));
		for (size_t k = 0; k < rents.count; k++)
			assert_int_equal(rents.rows[k].amount_nanos,
				rents.rows[k].net_nanos +
				(strcmp(cases[i].vat, "net") ?
				 rents.rows[k].vat_nanos : 0));
		tw__rents_free(&rents);
		fixture_close(f);
		fixture_open(f);
	}
}

/* Another percentage from the 11th on, and one of the number's own. */
static void vat_by_days(void **state)
{
	struct fixture *f = *state;
	struct tw__rents rents;
	int64_t sums[3];

	want_number(f, "Kazan", "310.00");
	want(f, "number[0].one_off", "120.00");
	want(f, "carrier[0].vat_percent", "20");
	apply_at(f, "2026-10-01T00:00:00+03:00");
	want_number(f, "Kazan", "310.00");
	want(f, "number[0].one_off", "120.00");
	want(f, "carrier[0].vat_percent", "22");
	apply_at(f, "2026-10-11T00:00:00+03:00");
	rents = compute(f, "2026-10");
	sum_rents(sums, &rents);
	assert_int_equal(sums[0], RUB(430, 0));
	/* 100 at 20 %: 16.67; 210 at 22 %: 37.87; the fee: 20.00 */
	assert_int_equal(sums[2], RUB(74, 54));
	assert_int_equal(sums[1], RUB(355, 46));
	tw__rents_free(&rents);
	fixture_close(f);
	fixture_open(f);
	want_number(f, "Kazan", "310.00");
	want(f, "carrier[0].vat_percent", "20");
	want(f, "number[0].vat_percent", "0");
	apply_at(f, "2026-10-01T00:00:00+03:00");
	rents = compute(f, "2026-10");
	sum_rents(sums, &rents);
	assert_int_equal(sums[2], 0);
	assert_int_equal(sums[1], RUB(310, 0));
	tw__rents_free(&rents);
}

static void coins_of_the_currency(void **state)
{
	static const struct { const char *currency; int64_t kazan; }
	cases[] = {
		{ "JPY", 2 * TW_NANOS }, { "KWD", 1500 * TW_NANOS / 1000 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw__rents rents;

		want(f, "company.name", "Factory");
		want(f, "company.zone", "Europe/Moscow");
		want(f, "company.currency", cases[i].currency);
		want_held(f, NULL, "3");
		want_shares(f, "50", "50");
		apply_at(f, "2026-09-01T00:00:00+03:00");
		rents = compute(f, "2026-10");
		assert_int_equal(owes(f, &rents, "Kazan", TW_POSTING_RENT),
				 cases[i].kazan);
		assert_int_equal(owes(f, &rents, "Ufa", TW_POSTING_RENT),
				 3 * TW_NANOS - cases[i].kazan);
		tw__rents_free(&rents);
		fixture_close(f);
		fixture_open(f);
	}
}

static void nobodys_rent_is_shown(void **state)
{
	struct fixture *f = *state;
	struct tw__rents rents;

	want_number(f, NULL, "300.00");
	want(f, "number[0].one_off", "50.00");
	apply_at(f, "2026-10-15T12:00:00+03:00");
	rents = compute(f, "2026-10");
	/* from the midnight after: 16 of 31 days, and the fee whole */
	assert_int_equal(owes(f, &rents, "", TW_POSTING_RENT),
			 RUB(154, 84));
	assert_int_equal(owes(f, &rents, "", TW_POSTING_ONE_OFF),
			 RUB(50, 0));
	tw__rents_free(&rents);
	rents = compute(f, "2026-11");
	assert_int_equal(owes(f, &rents, "", TW_POSTING_RENT),
			 RUB(300, 0));
	assert_int_equal(owes(f, &rents, "", TW_POSTING_ONE_OFF), 0);
	tw__rents_free(&rents);
}

/* A vendor in between is who is paid; from and to bound what recurs. */
static void payees_and_periods(void **state)
{
	struct fixture *f = *state;
	struct tw__rents rents;

	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "vendor[0].name", "PBX");
	want(f, "recurring[0].name", "seats");
	want(f, "recurring[0].department", "Kazan");
	want(f, "recurring[0].vendor", "PBX");
	want(f, "recurring[0].amount", "31.00");
	want_as(f, "recurring[0].from", TW_VALUE_DATE, "2026-10-02");
	want_as(f, "recurring[0].to", TW_VALUE_DATE, "2026-10-12");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].rented_through", "PBX");
	want(f, "number[0].department", "Kazan");
	want(f, "number[0].rent", "1.00");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	rents = compute(f, "2026-10");
	assert_int_equal(owes(f, &rents, "Kazan", TW_POSTING_RECURRING),
			 RUB(10, 0));
	assert_int_equal(rents.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(rents.rows[i].payee_kind,
				 TW_ACCOUNT_VENDOR);
		assert_int_equal(rents.rows[i].payee, id_of(f, "vendor",
							    "PBX"));
	}
	tw__rents_free(&rents);
}

/* What apply refuses may still stand in a file: never paid in silence. */
static void damaged_directories(void **state)
{
	static const struct {
		const char *sql, *word;
		tw_status status;
	} cases[] = {
		{ "INSERT INTO allocation_share (id, valid_from, parent, "
		  "position, department, percent) VALUES (1, 1, (SELECT "
		  "max(id) FROM allocation), 7, 1, 60000000000)",
		  "exceed 100 percent", TW_ECONFLICT },
		{ "INSERT INTO number (id, valid_from, name, rent) VALUES "
		  "(1, 1, 'x', -1)", "negative rent", TW_ERANGE },
	};
	struct fixture *f = *state;
	struct tw__book book;

	want_number(f, NULL, "300.00");
	want_shares(f, "50", "50");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw__book_open(&book, f->store, NULL, NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw__rents rents = { .count = 77 };
		tw_error err = TW_ERROR_INIT;

		fixture_begin(f);
		assert_int_equal(run_sql(f, cases[i].sql), TW_OK);
		assert_int_equal(tw__rents_compute(&rents, f->store, &book,
			MOSCOW("2026-10-01T00:00:00"),
			MOSCOW("2026-11-01T00:00:00"), &err),
			cases[i].status);
		assert_non_null(strstr(err.message, cases[i].word));
		assert_int_equal(rents.count, 77);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
	tw__book_close(&book);
}

static void no_currency(void **state)
{
	struct fixture *f = *state;
	struct tw__rents rents = { .count = 77 };
	struct tw__book book;
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	assert_int_equal(run_sql(f, "INSERT INTO entity (id, kind) VALUES "
				 "(1, 'number')"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO number (id, valid_from, "
		"name, rent) VALUES (1, 1, 'x', 5000000000)"), TW_OK);
	fixture_commit(f);
	assert_int_equal(tw__book_open(&book, f->store, "Europe/Moscow",
				       NULL), TW_OK);
	assert_int_equal(tw__rents_compute(&rents, f->store, &book,
		MOSCOW("2026-10-01T00:00:00"), MOSCOW("2026-11-01T00:00:00"),
		&err), TW_ENOTFOUND);
	assert_string_equal(err.field, "company.currency");
	assert_int_equal(rents.count, 77);
	tw__book_close(&book);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	struct tw__book book;
	int64_t n = 0;

	want_number(f, NULL, "300.00");
	want(f, "number[0].one_off", "50.00");
	want_shares(f, "50", "50");
	apply_at(f, "2026-09-10T00:00:00+03:00");
	assert_int_equal(tw__book_open(&book, f->store, NULL, NULL), TW_OK);
	for (bool more = true; more; n++) {
		struct tw__rents rents = { 0 };
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__rents_compute(&rents, f->store, &book,
			MOSCOW("2026-09-01T00:00:00"),
			MOSCOW("2026-10-01T00:00:00"), &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_int_equal(rents.count, more ? 0 : 3);
		tw__rents_free(&rents);
	}
	assert_true(n > 4);
	tw__book_close(&book);
}

/* Days of every row add up to its month, in amount, net and VAT, and none
 * turns negative; the kopeck by which shares add up comes with the last day,
 * also where it is of days before; a one-off fee is of its first day. */
static void days_make_the_month(void **state)
{
	struct fixture *f = *state;
	struct tw__rents whole, days;

	want_number(f, "Kazan", "100.01");
	want(f, "carrier[0].vat_percent", "20");
	want(f, "number[0].one_off", "50.00");
	apply_at(f, "2026-10-05T12:00:00+03:00");
	want_number(f, "Ufa", "100.01");
	want(f, "carrier[0].vat_percent", "20");
	want(f, "number[0].one_off", "50.00");
	apply_at(f, "2026-10-20T00:00:00+03:00");
	whole = compute(f, "2026-10");
	days = compute_by(tw__rents_daily, f, "2026-10");
	assert_int_equal(whole.count, 3);
	assert_int_equal(days.count, 14 + 1 + 12 + 1);
	for (size_t i = 0; i < days.count; i++) {
		const struct tw__rent *d = &days.rows[i];
		bool kazan = d->department == id_of(f, "department",
						    "Kazan");

		if (d->kind == TW_POSTING_RENT && kazan && d->day == 31)
			assert_in_range(d->amount_nanos + d->vat_nanos,
					RUB(0, 1), RUB(0, 2));
		else
			assert_true(d->net_nanos > 0 && d->vat_nanos > 0);
		if (d->kind == TW_POSTING_ONE_OFF)
			assert_int_equal(d->day, 5);
		else if (!kazan || d->day < 31)
			assert_true(kazan ? d->day >= 6 && d->day <= 19 :
				    d->day >= 20 && d->day <= 31);
		for (size_t j = 0; j < whole.count; j++) {
			struct tw__rent *w = &whole.rows[j];

			if (w->kind != d->kind ||
			    w->department != d->department)
				continue;
			w->amount_nanos -= d->amount_nanos;
			w->net_nanos -= d->net_nanos;
			w->vat_nanos -= d->vat_nanos;
		}
	}
	for (size_t j = 0; j < whole.count; j++) {
		assert_int_equal(whole.rows[j].amount_nanos, 0);
		assert_int_equal(whole.rows[j].net_nanos, 0);
		assert_int_equal(whole.rows[j].vat_nanos, 0);
	}
	tw__rents_free(&whole);
	tw__rents_free(&days);
}

/* The dearest rent that can be written, times many seats. */
static void days_of_a_great_rent(void **state)
{
	struct fixture *f = *state;
	struct tw__rents days;
	int64_t sum = 0;

	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "vendor[0].name", "cloud");
	want(f, "recurring[0].name", "seats");
	want(f, "recurring[0].vendor", "cloud");
	want(f, "recurring[0].amount", "92000.01");
	want(f, "recurring[0].seat[0].department", "Kazan");
	want_as(f, "recurring[0].seat[0].count", TW_VALUE_INTEGER, "100000");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	days = compute_by(tw__rents_daily, f, "2026-10");
	assert_int_equal(days.count, 31);
	for (size_t i = 0; i < days.count; i++)
		sum += days.rows[i].amount_nanos;
	assert_int_equal(sum, RUB(INT64_C(9200001000), 0));
	tw__rents_free(&days);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_whole_month),
		FIXTURE_TEST(days_by_local_midnight),
		FIXTURE_TEST(length_of_months),
		FIXTURE_TEST(odd_kopecks),
		FIXTURE_TEST(vat_of_shares),
		FIXTURE_TEST(vat_by_days),
		FIXTURE_TEST(coins_of_the_currency),
		FIXTURE_TEST(nobodys_rent_is_shown),
		FIXTURE_TEST(payees_and_periods),
		FIXTURE_TEST(damaged_directories),
		FIXTURE_TEST(no_currency),
		FIXTURE_TEST(days_make_the_month),
		FIXTURE_TEST(days_of_a_great_rent),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
