/* The zone of the books, and which month an instant belongs to. */
#include "accounts_fixture.h"
#include "accounts/ledger_month.h"
#include "../faults.h"

static struct tw__book open_book(struct fixture *f, const char *fallback)
{
	struct tw__book book;
	tw_error err = TW_ERROR_INIT;

	if (tw__book_open(&book, f->store, fallback, &err))
		fail_msg("%s", err.message);
	return book;
}

static void whose_zone(void **state)
{
	struct fixture *f = *state;
	struct tw__book book = { .day = 77 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__book_open(&book, f->store, NULL, &err),
			 TW_ENOTFOUND);
	assert_string_equal(err.field, "company.zone");
	assert_non_null(strstr(err.message, "[company] zone"));
	assert_int_equal(tw__book_open(&book, f->store, "Mars/Base", &err),
			 TW_ENOTFOUND);
	assert_int_equal(book.day, 77);
	book = open_book(f, "Asia/Tokyo");
	assert_string_equal(tw_zone_name(book.zone), "Asia/Tokyo");
	assert_string_equal(book.currency, "");
	assert_string_equal(book.country, "7");
	assert_false(book.kept);
	tw__book_close(&book);
	assert_null(book.zone);
	/* the company's goes before a fallback */
	want_company(f);
	want(f, "company.country", "49");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	book = open_book(f, "Asia/Tokyo");
	assert_string_equal(tw_zone_name(book.zone), "Europe/Moscow");
	assert_string_equal(book.currency, "RUB");
	assert_string_equal(book.country, "49");
	tw__book_close(&book);
}

/* A company that moves does not move months that were paid. */
static void kept_for_good(void **state)
{
	struct fixture *f = *state;
	struct tw__book book;

	want_company(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	book = open_book(f, NULL);
	fixture_begin(f);
	assert_int_equal(tw__book_keep(&book, f->store, NULL), TW_OK);
	assert_true(book.kept);
	assert_int_equal(tw__book_keep(&book, f->store, NULL), TW_OK);
	fixture_commit(f);
	tw__book_close(&book);
	want(f, "company.name", "Factory");
	want(f, "company.zone", "Asia/Tokyo");
	want(f, "company.currency", "JPY");
	apply_at(f, "2026-10-01T00:00:00+03:00");
	book = open_book(f, "UTC");
	assert_true(book.kept);
	assert_string_equal(tw_zone_name(book.zone), "Europe/Moscow");
	assert_string_equal(book.currency, "JPY");
	tw__book_close(&book);
	assert_int_equal(one_number(f, "SELECT count(*) FROM book"), 1);
}

static void months_by_local_midnight(void **state)
{
	static const struct { const char *at; int64_t month; } cases[] = {
		{ "2026-09-30T23:59:59.999999+03:00", 202609 },
		{ "2026-10-01T00:00:00+03:00", 202610 },
		{ "2026-10-31T23:59:59.999999+03:00", 202610 },
		{ "2026-11-01T00:00:00+03:00", 202611 },
		{ "2026-09-30T22:00:00Z", 202610 },
		{ "2026-12-31T20:59:59Z", 202612 },
		{ "2026-12-31T21:00:00Z", 202701 },
		{ "1970-01-01T00:00:00Z", 197001 },
		{ "9999-12-31T00:00:00Z", 999912 },
	};
	struct fixture *f = *state;
	struct tw__book book = open_book(f, "Europe/Moscow");

	/* forward, back, and each alone: the cache decides nothing */
	for (int turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
			size_t k = turn == 1 ? TW_ARRAY_COUNT(cases) - 1 - i :
				i;

			if (turn == 2)
				book.from = book.to = 0;
			assert_int_equal(tw__book_month(&book,
				at_time(cases[k].at)), cases[k].month);
		}
	}
	tw__book_close(&book);
}

/* Every hour around both changes of a clock, in both directions. */
static void days_of_changing_clocks(void **state)
{
	struct fixture *f = *state;
	struct tw__book book = open_book(f, "Europe/Berlin");
	static const char *const from[] = { "2026-03-28T12:00:00Z",
		"2026-10-24T12:00:00Z" };

	for (int turn = 0; turn < 4; turn++) {
		for (int i = 0; i < 48 * 4; i++) {
			int step = turn % 2 ? 48 * 4 - i : i;
			tw_time t = at_time(from[turn / 2]) +
				step * 900 * TW_SECOND;
			tw_civil civil;

			tw_zone_local(&civil, book.zone, t);
			assert_int_equal(tw__book_day(&book, t),
				civil.year * 10000 + civil.month * 100 +
				civil.day);
		}
	}
	tw__book_close(&book);
}

static void the_first_open_month(void **state)
{
	struct fixture *f = *state;
	struct tw__book book = open_book(f, "UTC");

	assert_int_equal(book.open_month, 0);
	tw__book_close(&book);
	assert_int_equal(run_sql(f, "INSERT INTO period VALUES "
		"(202611, 1, 0, 0, 0), (202612, 2, 0, 0, 0)"), TW_OK);
	book = open_book(f, "UTC");
	assert_int_equal(book.open_month, 202701);
	tw__book_close(&book);
}

static void months_as_text(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-13", "2026-00",
		"2026-1", "2026-10-05", "10-2026", "2026-10x" };
	struct fixture *f = *state;
	struct tw__book book = open_book(f, "Europe/Moscow");
	tw_error err = TW_ERROR_INIT;
	int64_t month = 5;
	tw_time from = 6, to = 7;

	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		assert_int_equal(tw__book_parse(&month, &from, &to, &book,
						bad[i], &err), TW_EPARSE);
		assert_int_equal(month, 5);
	}
	assert_int_equal(tw__book_parse(&month, &from, &to, &book, "2026-02",
					&err), TW_OK);
	assert_int_equal(month, 202602);
	assert_int_equal(from, MOSCOW("2026-02-01T00:00:00"));
	assert_int_equal(to, MOSCOW("2026-03-01T00:00:00"));
	assert_int_equal(tw__book_month(&book, from), month);
	assert_int_equal(tw__book_month(&book, to), 202603);
	tw__book_close(&book);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	int64_t n = 0;

	for (bool more = true; more; n++) {
		struct tw__book book = { .day = 77 };
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__book_open(&book, f->store, "Europe/Moscow",
				       &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		if (more)
			assert_int_equal(book.day, 77);
		else
			tw__book_close(&book);
	}
	assert_true(n > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(whose_zone),
		FIXTURE_TEST(kept_for_good),
		FIXTURE_TEST(months_by_local_midnight),
		FIXTURE_TEST(months_as_text),
		FIXTURE_TEST(days_of_changing_clocks),
		FIXTURE_TEST(the_first_open_month),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
