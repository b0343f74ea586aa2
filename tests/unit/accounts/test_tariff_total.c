/* Periods of bundles beside the sums of a month. */
#include "usage_fixture.h"
#include "../faults.h"

static tw_pots *pots_of(struct fixture *f, const char *month)
{
	tw_tariff_month sums = TW_TARIFF_MONTH_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_pots *pots;

	if (tw_tariff_total(&sums, &pots, f->store, "carrier-2026", month,
			    &err))
		fail_msg("%s: %s", err.field, err.message);
	return pots;
}

static void a_month_of_a_bundle(void **state)
{
	struct fixture *f = *state;
	tw_pot pot = TW_POT_INIT;
	tw_pots *pots;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 90);
	pots = pots_of(f, "2026-10");
	assert_int_equal(tw_pots_next(&pot, pots, NULL), TW_OK);
	assert_string_equal(pot.name, "free");
	assert_int_equal(pot.period, TW_PERIOD_MONTH);
	assert_int_equal(pot.from, MOSCOW("2026-10-01T00:00:00"));
	assert_int_equal(pot.to, MOSCOW("2026-11-01T00:00:00"));
	assert_int_equal(pot.seconds, 600);
	assert_int_equal(pot.used_s, 90);
	assert_int_equal(pot.left_s, 510);
	assert_int_equal(tw_pots_next(&pot, pots, NULL), TW_ITER_END);
	tw_pots_free(pots);
	tw_pots_free(NULL);
}

static size_t count(struct fixture *f, const char *month)
{
	tw_pots *pots = pots_of(f, month);
	tw_pot pot = TW_POT_INIT;
	size_t n = 0;

	while (tw_pots_next(&pot, pots, NULL) == TW_OK)
		n++;
	tw_pots_free(pots);
	return n;
}

/* Weeks that touch the month: five or six of them; days as many as it has;
 * one row a period, whatever versions it saw. */
static void periods_that_touch_it(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "RUB");
	want_bundle(f);
	want(f, "bundle[0].period", "week");
	in_force(f);
	assert_int_equal(count(f, "2026-10"), 5);
	assert_int_equal(count(f, "2026-08"), 6);
	want_tariff(f, "RUB");
	want_bundle(f);
	want(f, "bundle[0].period", "day");
	apply_at(f, "2026-10-30T12:00:00+03:00");
	/* weeks until the 30th, of which the last is spoken for by days */
	assert_int_equal(count(f, "2026-11"), 30);
}

static void who_asks_for_nothing(void **state)
{
	struct fixture *f = *state;
	tw_tariff_month sums = TW_TARIFF_MONTH_INIT, unset = { 0 };
	tw_pots *pots = NULL;
	tw_pot small = { .size = 0 }, pot = TW_POT_INIT;

	assert_int_equal(tw_tariff_total(&sums, NULL, f->store, "none",
					 "2026-10", NULL), TW_ENOTFOUND);
	assert_int_equal(tw_tariff_total(NULL, NULL, f->store, "none",
					 "2026-10", NULL), TW_EINVAL);
	assert_int_equal(tw_pots_next(NULL, NULL, NULL), TW_EINVAL);
	/* what cannot be filled gives nothing, and passes nothing over */
	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	assert_int_equal(tw_tariff_total(&unset, &pots, f->store,
		"carrier-2026", "2026-10", NULL), TW_EINVAL);
	assert_null(pots);
	pots = pots_of(f, "2026-10");
	assert_int_equal(tw_pots_next(&small, pots, NULL), TW_EINVAL);
	assert_int_equal(tw_pots_next(&pot, pots, NULL), TW_OK);
	tw_pots_free(pots);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	bool more = true;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 90);
	for (int64_t n = 0; more; n++) {
		tw_tariff_month sums = TW_TARIFF_MONTH_INIT;
		tw_pots *pots = NULL;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_tariff_total(&sums, &pots, f->store,
					 "carrier-2026", "2026-10", NULL);
		more = faults_end(&faults);
		assert_true(status == TW_OK || (more && status == TW_ENOMEM));
		assert_int_equal(sums.calls, status == TW_OK);
		assert_true((pots != NULL) == (status == TW_OK));
		tw_pots_free(pots);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_month_of_a_bundle),
		FIXTURE_TEST(periods_that_touch_it),
		FIXTURE_TEST(who_asks_for_nothing),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
