/* Which billing period a day is in, and whose word counts for it. */
#include "accounts/ledger.h"
#include "accounts/rent_period.h"
#include "accounts_fixture.h"
#include "base/calendar.h"

static int64_t day_of(int date)
{
	return tw__days_from_civil(date / 10000, date / 100 % 100,
				   date % 100);
}

static void periods(void **state)
{
	static const struct {
		int date, billing_day, first, days;
	} cases[] = {
		{ 20261001, 1, 20261001, 31 },
		{ 20261031, 1, 20261001, 31 },
		{ 20260215, 1, 20260201, 28 },
		{ 20261009, 10, 20260910, 30 },
		{ 20261010, 10, 20261010, 31 },
		{ 20261109, 10, 20261010, 31 },
		{ 20270109, 10, 20261210, 31 },
		{ 20270128, 28, 20270128, 31 },
		{ 20270227, 28, 20270128, 31 },
		{ 20270228, 28, 20270228, 28 },
		{ 20240229, 28, 20240228, 29 },
		{ 20240301, 15, 20240215, 29 },
		{ 20261231, 2, 20261202, 31 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw__billing p = tw__billing_of(day_of(cases[i].date),
			cases[i].billing_day);

		assert_int_equal(p.first, day_of(cases[i].first));
		assert_int_equal(p.days, cases[i].days);
	}
}

/* Of every billing day they follow each other without a gap. */
static void no_day_is_lost(void **state)
{
	(void)state;
	for (int billing_day = 1; billing_day <= 28; billing_day++) {
		int64_t day = day_of(20230101), end = day_of(20290101);

		while (day < end) {
			struct tw__billing p = tw__billing_of(day,
							      billing_day);
			struct tw__billing last = tw__billing_of(p.first +
				p.days - 1, billing_day);

			assert_true(p.first <= day && day < p.first + p.days);
			assert_in_range(p.days, 28, 31);
			assert_int_equal(last.first, p.first);
			day = p.first + p.days;
			assert_int_equal(tw__billing_of(day,
				billing_day).first, day);
		}
	}
}

static struct tw__billings billings_of(struct fixture *f)
{
	struct tw__billings billings = { 0 };
	tw_error err = TW_ERROR_INIT;

	if (tw__billings_load(&billings, f->store, &err))
		fail_msg("load: %s", err.message);
	return billings;
}

static void whose_word(void **state)
{
	struct fixture *f = *state;
	tw_time early = MOSCOW("2026-09-20T00:00:00");
	tw_time late = MOSCOW("2026-10-20T00:00:00");
	struct tw__billings billings;
	int64_t carrier;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	billings = billings_of(f);
	assert_false(billings.any);
	assert_int_equal(tw__billing_day(&billings, 2, 1, late, 5), 1);
	tw__billings_free(&billings);
	want_two_cities(f);
	want_as(f, "carrier[0].billing_day", TW_VALUE_INTEGER, "10");
	apply_at(f, "2026-10-01T00:00:00+03:00");
	carrier = one_number(f, "SELECT max(id) FROM carrier");
	billings = billings_of(f);
	assert_true(billings.any);
	assert_int_equal(tw__billing_day(&billings, TW_ACCOUNT_CARRIER,
					 carrier, early, 0), 1);
	assert_int_equal(tw__billing_day(&billings, TW_ACCOUNT_CARRIER,
					 carrier, late, 0), 10);
	assert_int_equal(tw__billing_day(&billings, TW_ACCOUNT_CARRIER,
					 carrier, late, 28), 28);
	assert_int_equal(tw__billing_day(&billings, TW_ACCOUNT_VENDOR,
					 carrier, late, 0), 1);
	assert_int_equal(tw__billing_day(&billings, TW_ACCOUNT_CARRIER,
					 carrier, late, 31), 1);
	assert_int_equal(tw__billing_day(&billings, TW_ACCOUNT_CARRIER,
					 carrier, late, -1), 1);
	tw__billings_free(&billings);
	assert_int_equal(billings.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods),
		cmocka_unit_test(no_day_is_lost),
		FIXTURE_TEST(whose_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
