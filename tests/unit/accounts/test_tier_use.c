/* Whose month a call counts for, and what is stored of it. */
#include "accounts/tier_use.h"
#include "usage_fixture.h"

static void months_of_a_zone(void **state)
{
	struct tw__month_cache cache = { 0 };
	int64_t month = 0;
	tw_zone *zone;

	(void)state;
	assert_int_equal(tw_zone_open(&zone, "Europe/Moscow", NULL), TW_OK);
	assert_int_equal(tw__month_of(&month, &cache, zone,
		MOSCOW("2026-10-31T23:59:59.999999"), NULL), TW_OK);
	assert_int_equal(month, 202610);
	assert_int_equal(tw__month_of(&month, &cache, zone,
		MOSCOW("2026-11-01T00:00:00"), NULL), TW_OK);
	assert_int_equal(month, 202611);
	assert_int_equal(tw__month_of(&month, &cache, zone,
		MOSCOW("2026-10-01T00:00:00"), NULL), TW_OK);
	assert_int_equal(month, 202610);
	assert_int_equal(tw__month_of(&month, &cache, zone, TW_TIME_MAX,
				      NULL), TW_ERANGE);
	tw_zone_free(zone);
}

static int64_t paid(struct tw__tier_sums *sums, int64_t tariff,
		    int64_t month)
{
	struct tw__tier_sum *sum;

	assert_int_equal(tw__tier_sum(&sum, sums, tariff, month, NULL),
			 TW_OK);
	return sum->paid_s;
}

static void sums_from_calls(void **state)
{
	struct fixture *f = *state;
	struct tw__tier_sums sums = { 0 };
	int64_t tariff;
	uint64_t batch;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	tariff = tariff_of(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 700);
	batch = talk(f, MOBILE, MOSCOW("2026-11-05T10:00:00"), 60);
	/* a tariff without tiers is not counted of itself */
	assert_int_equal(tw__tier_scan(&sums, f->store, 0, 0, NULL), TW_OK);
	assert_int_equal(sums.count, 0);
	assert_int_equal(tw__tier_scan(&sums, f->store, tariff, 0, NULL),
			 TW_OK);
	/* what the bundle paid for does not count */
	assert_int_equal(paid(&sums, tariff, 202610), 100);
	assert_int_equal(paid(&sums, tariff, 202611), 0);
	tw__tier_sums_free(&sums);
	assert_int_equal(tw__tier_scan(&sums, f->store, tariff,
				       (int64_t)batch, NULL), TW_OK);
	assert_int_equal(sums.count, 1);
	tw__tier_sums_free(&sums);
}

static void stored_and_read(void **state)
{
	struct fixture *f = *state;
	struct tw__tier_sums sums = { 0 };
	struct tw__tier_sum sum = { 5, 202610, 60, false };

	fixture_begin(f);
	assert_int_equal(tw__tier_write(f->store, &sum, NULL), TW_OK);
	sum.paid_s = 90;
	assert_int_equal(tw__tier_write(f->store, &sum, NULL), TW_OK);
	sum.tariff = 6;
	assert_int_equal(tw__tier_write(f->store, &sum, NULL), TW_OK);
	assert_int_equal(tw__tier_read(&sums, f->store, 5, NULL), TW_OK);
	assert_int_equal(sums.count, 1);
	assert_int_equal(paid(&sums, 5, 202610), 90);
	assert_int_equal(tw__tier_read(&sums, f->store, 0, NULL), TW_OK);
	assert_int_equal(sums.count, 2);
	tw__tier_sums_free(&sums);
	fixture_commit(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_of_a_zone),
		FIXTURE_TEST(sums_from_calls),
		FIXTURE_TEST(stored_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
