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

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(not_before_the_month_is_over),
		FIXTURE_TEST(tariffs_that_owe_nothing),
		FIXTURE_TEST(by_the_rate_of_the_last_day),
		FIXTURE_TEST(posted_as_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
