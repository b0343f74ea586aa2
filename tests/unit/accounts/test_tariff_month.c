/* Sums of a month: rounded, exact, by the tier, to the commitment. */
#include "accounts/tariff_month.h"
#include "usage_fixture.h"

static struct tw__tariff_month month_at(struct fixture *f, const char *month)
{
	struct tw__tariff_month out;
	tw_error err = TW_ERROR_INIT;

	if (tw__tariff_month(&out, f->store, tariff_of(f), month, &err))
		fail_msg("%s", err.message);
	return out;
}

static void exact_sums_are_rounded_once(void **state)
{
	struct fixture *f = *state;
	struct tw__tariff_month m;

	want_tariff(f, "RUB");
	in_force(f);
	/* a second at 1.50 a minute is 0.025, and 0.03 when rounded */
	for (int i = 0; i < 10; i++)
		talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00") +
		     i * TW_SECOND, 1);
	m = month_at(f, "2026-10");
	assert_int_equal(m.sums.calls, 10);
	assert_int_equal(m.sums.sum_of_rounded.nanos, RUB(0, 30));
	assert_int_equal(m.sums.rounded_sum.nanos, RUB(0, 25));
	assert_int_equal(m.sums.difference.nanos, -RUB(0, 5));
	assert_int_equal(m.sums.total.nanos, RUB(0, 30));
	assert_string_equal(m.sums.total.currency, "RUB");
	assert_string_equal(m.sums.converted.currency, "");
	assert_int_equal(month_at(f, "2026-11").sums.calls, 0);
}

static void a_tier_is_reached_at_its_start(void **state)
{
	struct fixture *f = *state;
	tw_tariff_month m;

	want_tariff(f, "RUB");
	want(f, "tariff[0].tier_mode", "whole");
	want_tier(f, "2", "90");
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 119);
	m = month_at(f, "2026-10").sums;
	assert_int_equal(m.tier_from_s, 0);
	assert_int_equal(m.tier_ppm, TW_PPM_WHOLE);
	assert_int_equal(m.tier_difference.nanos, 0);
	talk(f, MOBILE, MOSCOW("2026-10-05T11:00:00"), 1);
	m = month_at(f, "2026-10").sums;
	assert_int_equal(m.tier_from_s, 120);
	assert_int_equal(m.tier_ppm, 900000);
	assert_int_equal(m.tier_difference.nanos, -RUB(0, 30));
	assert_int_equal(m.total.nanos, m.sum_of_rounded.nanos - RUB(0, 30));
}

static void a_commitment_needs_its_tariff(void **state)
{
	struct fixture *f = *state;
	struct tw__tariff_month m;

	want_tariff(f, "RUB");
	want(f, "tariff[0].commitment", "100");
	in_force(f);
	m = month_at(f, "2026-10");
	assert_true(m.declared);
	assert_int_equal(m.sums.shortfall.nanos, RUB(100, 0));
	assert_int_equal(m.sums.total.nanos, RUB(100, 0));
	/* before the deployment said so, and without a call: nothing */
	m = month_at(f, "2025-10");
	assert_false(m.declared);
	assert_int_equal(m.sums.commitment.nanos, 0);
	assert_int_equal(m.sums.total.nanos, 0);
}

static void too_much_for_a_sum(void **state)
{
	struct fixture *f = *state;
	struct tw__tariff_month m;

	want_tariff(f, "RUB");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,5000000000,RUB,,,60,60,0,,\n");
	/* two months of the books, one of the tariff: only the total sums */
	talk(f, MOBILE, MOSCOW("2026-10-31T23:59:00"), 60);
	m = month_at(f, "2026-10");
	assert_int_equal(m.sums.total.nanos, RUB(5000000000, 0));
	fixture_begin(f);
	assert_int_equal(run_sql(f, "INSERT INTO call_row SELECT start_us, "
		"key + 1, undone, content, batch, marks, call_id, linked, "
		"sequence, traits, answer, ended, duration, caller, callee, "
		"rate_row, charged_s, cost, vat, source_cost_nanos "
		"FROM call_row"), TW_OK);
	assert_int_equal(tw__tariff_month(&m, f->store, tariff_of(f),
					  "2026-10", NULL), TW_ERANGE);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

static void what_is_not_there(void **state)
{
	struct fixture *f = *state;
	struct tw__tariff_month m;

	want_tariff(f, "RUB");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	assert_int_equal(tw__tariff_month(&m, f->store, tariff_of(f),
					  "2026-10", NULL), TW_ENOTFOUND);
	usual_tariff(f);
	assert_int_equal(tw__tariff_month(&m, f->store, tariff_of(f),
					  "2026-13", NULL), TW_EPARSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(exact_sums_are_rounded_once),
		FIXTURE_TEST(a_tier_is_reached_at_its_start),
		FIXTURE_TEST(a_commitment_needs_its_tariff),
		FIXTURE_TEST(too_much_for_a_sum),
		FIXTURE_TEST(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
