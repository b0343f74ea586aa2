/* Days that are over, and the last one that was accrued. */
#include "accounts/accrual.h"
#include "accounts_fixture.h"

static struct tw__book book_in(const char *zone)
{
	struct tw__book book = { .country = "7" };
	tw_error err = TW_ERROR_INIT;

	if (tw_zone_open(&book.zone, zone, &err))
		fail_msg("%s: %s", zone, err.message);
	return book;
}

/* By the midnights of the zone, whose days have 23, 24 or 25 hours, or begin
 * at one. */
static void days_that_are_over(void **state)
{
	static const struct {
		const char *zone, *now;
		int64_t month;
		int over;
	} cases[] = {
		{ "Europe/Moscow", "2026-10-16T00:00:00+03:00", 202610, 15 },
		{ "Europe/Moscow", "2026-10-15T23:59:59+03:00", 202610, 14 },
		{ "Europe/Moscow", "2026-10-01T12:00:00+03:00", 202610, 0 },
		{ "Europe/Moscow", "2026-09-30T23:59:59+03:00", 202610, 0 },
		{ "Europe/Moscow", "2026-10-31T23:59:59+03:00", 202610, 30 },
		{ "Europe/Moscow", "2026-11-01T00:00:00+03:00", 202610, 31 },
		{ "Europe/Moscow", "2031-01-01T00:00:00+03:00", 202402, 29 },
		{ "Europe/Berlin", "2026-10-25T22:59:59Z", 202610, 24 },
		{ "Europe/Berlin", "2026-10-25T23:00:00Z", 202610, 25 },
		{ "Europe/Berlin", "2026-03-29T22:00:00Z", 202603, 29 },
		{ "America/Sao_Paulo", "2018-11-04T02:59:59Z", 201811, 2 },
		{ "America/Sao_Paulo", "2018-11-04T03:00:00Z", 201811, 3 },
		{ "Pacific/Apia", "2011-12-30T09:59:59Z", 201112, 28 },
		{ "Pacific/Apia", "2011-12-30T10:00:00Z", 201112, 30 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw__book book = book_in(cases[i].zone);

		assert_int_equal(tw__accrual_over(&book, cases[i].month,
			at_time(cases[i].now)), cases[i].over);
		tw__book_close(&book);
	}
}

static void a_day_as_it_is_written(void **state)
{
	static const struct {
		const char *day;
		tw_status status;
		int number;
		const char *says;
	} cases[] = {
		{ "2026-10-01", TW_OK, 1, NULL },
		{ "2026-10-16", TW_OK, 16, NULL },
		{ "2026-10-17", TW_EREFUSED, 0, "has not begun" },
		{ "2026-09-30", TW_EINVAL, 0, "no day of 2026-10" },
		{ "2026-11-01", TW_EINVAL, 0, "no day of 2026-10" },
		{ "2026-10-32", TW_EPARSE, 0, "is no day" },
		{ "2026-10-1", TW_EPARSE, 0, "is no day" },
		{ "2026-10-1a", TW_EPARSE, 0, "is no day" },
		{ "20261015T0", TW_EPARSE, 0, "is no day" },
		{ "2026-10-15T10:00", TW_EPARSE, 0, "is no day" },
		{ "", TW_EPARSE, 0, "is no day" },
	};
	struct tw__book book = book_in("Europe/Moscow");
	tw_time now = MOSCOW("2026-10-16T00:00:00");

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_error err = TW_ERROR_INIT;
		int day = 77;

		assert_int_equal(tw__accrual_parse(&day, &book, 202610,
			cases[i].day, now, &err), cases[i].status);
		assert_int_equal(day, cases[i].says ? 77 : cases[i].number);
		if (!cases[i].says)
			continue;
		assert_string_equal(err.field, "through");
		assert_non_null(strstr(err.message, cases[i].says));
	}
	tw__book_close(&book);
}

static struct tw__accrual read_back(struct fixture *f, int64_t month)
{
	struct tw__accrual accrual = { 9, 9 };
	tw_error err = TW_ERROR_INIT;

	if (tw__accrual_read(&accrual, f->store, month, &err))
		fail_msg("read: %s", err.message);
	assert_int_equal(accrual.done, accrual.until);
	return accrual;
}

static void keep(struct fixture *f, int64_t month, int until)
{
	struct tw__accrual accrual = read_back(f, month);
	tw_error err = TW_ERROR_INIT;

	accrual.until = until;
	fixture_begin(f);
	if (tw__accrual_keep(f->store, month, &accrual, &err))
		fail_msg("keep: %s", err.message);
	fixture_commit(f);
}

/* Neither we nor anybody who has only SQL takes a day back. */
static void it_never_goes_back(void **state)
{
	static const char *const refused[] = {
		"UPDATE accrual SET day = 20261009",
		"UPDATE accrual SET day = 20261010",
		"UPDATE accrual SET month = 202611, day = 20261110",
		"UPDATE accrual SET day = 20261032",
		"UPDATE accrual SET day = 20261105",
		"DELETE FROM accrual",
	};
	struct fixture *f = *state;

	assert_int_equal(read_back(f, 202610).done, 0);
	keep(f, 202610, 10);
	assert_int_equal(read_back(f, 202610).done, 10);
	assert_int_equal(read_back(f, 202611).done, 0);
	keep(f, 202610, 10);
	keep(f, 202610, 9);
	assert_int_equal(read_back(f, 202610).done, 10);
	for (size_t i = 0; i < TW_ARRAY_COUNT(refused); i++) {
		fixture_begin(f);
		assert_int_not_equal(run_sql(f, refused[i]), TW_OK);
		tw_store_rollback(f->store, NULL);
	}
	keep(f, 202610, 31);
	assert_int_equal(read_back(f, 202610).done, 31);
}

/* Months that are closed have no days to come. */
static void closed_months_need_none(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	keep(f, 202609, 30);
	keep(f, 202610, 10);
	keep(f, 202611, 5);
	fixture_begin(f);
	assert_int_not_equal(tw__accrual_forget(f->store, 202610, &err),
			     TW_OK);
	tw_store_rollback(f->store, NULL);
	assert_int_equal(read_back(f, 202610).done, 10);
	fixture_begin(f);
	assert_int_equal(run_sql(f, "INSERT INTO period (month, closed_us, "
		"who, last_posting) VALUES (202610, 0, 0, 0)"), TW_OK);
	if (tw__accrual_forget(f->store, 202610, &err))
		fail_msg("forget: %s", err.message);
	fixture_commit(f);
	assert_int_equal(read_back(f, 202609).done, 0);
	assert_int_equal(read_back(f, 202610).done, 0);
	assert_int_equal(read_back(f, 202611).done, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_that_are_over),
		cmocka_unit_test(a_day_as_it_is_written),
		FIXTURE_TEST(it_never_goes_back),
		FIXTURE_TEST(closed_months_need_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
