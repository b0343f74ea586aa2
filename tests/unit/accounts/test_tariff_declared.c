/* [[tariff]] as applied is what an import reads. */
#include "tariff_fixture.h"

static void want_tariff(struct fixture *f)
{
	want_two_cities(f);
	want(f, "tariff[0].name", "t");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", "JPY");
	want(f, "tariff[0].zone", "Asia/Tokyo");
}

static void set(struct fixture *f, const char *path, uint32_t type,
		const char *text)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_deployment_set(f->wanted, path, type, text, &err))
		fail_msg("%s: %s", path, err.message);
}

static struct tw__declared declared(struct fixture *f, const char *at)
{
	struct tw__declared found;
	tw_error err = TW_ERROR_INIT;

	if (tw__tariff_declared(&found, f->store, "t", at_time(at), &err))
		fail_msg("%s: %s", err.field, err.message);
	return found;
}

static void all_of_it(void **state)
{
	struct fixture *f = *state;
	struct tw__declared found;
	const tw_tariff_rules *rules = &found.terms.rules;

	want_tariff(f);
	want(f, "tariff[0].round_each", "increment");
	want(f, "tariff[0].tier_mode", "whole");
	want(f, "tariff[0].convert_to", "RUB");
	want(f, "tariff[0].minimum_charge", "0.5");
	want(f, "tariff[0].vat_percent", "12.5");
	set(f, "tariff[0].fee_on_zero", TW_VALUE_BOOLEAN, "true");
	set(f, "tariff[0].minimum_s", TW_VALUE_INTEGER, "30");
	want(f, "tariff[0].holidays[0]", "2026-01-01");
	want(f, "tariff[0].holidays[1]", "2026-02-28 mon");
	want(f, "tariff[0].band[0].name", "night");
	want(f, "tariff[0].band[0].hours[0]", "daily 20:00-08:00");
	want(f, "tariff[0].band[0].percent", "33.3333");
	want(f, "tariff[0].band[1].name", "day");
	want(f, "tariff[0].band[1].hours[0]", "mon 08:00-20:00");
	want(f, "tariff[0].band[1].hours[1]", "tue-sun,holiday 08:00-20:00");
	set(f, "tariff[0].tier[0].from_minutes", TW_VALUE_INTEGER, "1000");
	want(f, "tariff[0].tier[0].percent", "90");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	found = declared(f, "2026-05-01T00:00:00+03:00");
	assert_false(found.decimals_declared);
	assert_string_equal(rules->zone, "Asia/Tokyo");
	assert_int_equal(rules->round_each, TW_ROUND_EACH_INCREMENT);
	assert_int_equal(rules->tier_mode, TW_TIERS_WHOLE);
	assert_int_equal(rules->fee_on_zero, 1);
	assert_int_equal(rules->minimum_s, 30);
	assert_int_equal(rules->minimum_charge_nanos, TW_NANOS / 2);
	assert_true(rules->vat_percent_nanos == 125 * TW_NANOS / 10);
	assert_string_equal(rules->convert_to, "RUB");
	assert_int_equal(found.terms.band_count, 2);
	assert_int_equal(found.terms.bands[0].percent_ppm, 333333);
	assert_int_equal(found.terms.bands[1].percent_ppm, TW_PPM_WHOLE);
	assert_int_equal(found.terms.bands[1].hours_count, 2);
	assert_int_equal(found.terms.day_count, 2);
	assert_int_equal(found.terms.tier_count, 1);
	assert_int_equal(found.terms.tiers[0].from_s, 60000);
	tw__terms_free(&found.terms);
}

/* A tariff that has ended still has the bands that it had. */
static void as_it_was(void **state)
{
	struct fixture *f = *state;
	struct tw__declared found;

	want_tariff(f);
	want(f, "tariff[0].band[0].name", "always");
	want(f, "tariff[0].band[0].hours[0]", "daily 00:00-24:00");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	assert_int_equal(tw_deployment_new(&f->wanted, NULL), TW_OK);
	want_tariff(f);
	want(f, "tariff[0].seconds", "floor");
	apply_at(f, "2026-03-01T00:00:00+03:00");
	assert_int_equal(tw_deployment_new(&f->wanted, NULL), TW_OK);
	want_two_cities(f);
	apply_at(f, "2026-06-01T00:00:00+03:00");
	found = declared(f, "2025-01-01T00:00:00+03:00");
	assert_int_equal(found.terms.rules.seconds, TW_SECONDS_FLOOR);
	assert_int_equal(found.terms.band_count, 0);
	tw__terms_free(&found.terms);
	found = declared(f, "2026-02-01T00:00:00+03:00");
	assert_int_equal(found.terms.rules.seconds, TW_SECONDS_CEIL);
	assert_int_equal(found.terms.band_count, 1);
	tw__terms_free(&found.terms);
	found = declared(f, "2026-12-01T00:00:00+03:00");
	assert_int_equal(found.terms.rules.seconds, TW_SECONDS_FLOOR);
	tw__terms_free(&found.terms);
}

/* What schema 2 called a band: the import says what to do. */
static void bands_of_before(void **state)
{
	struct fixture *f = *state;
	struct tw__declared found;
	tw_error err = TW_ERROR_INIT;

	want_tariff(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	assert_int_equal(run_sql(f, "INSERT INTO entity (id, kind) VALUES "
		"(900, 'tariff_band')"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO tariff_band (id, valid_from, "
		"parent, position, from_minutes, percent) SELECT 900, "
		"valid_from, id, 0, 1000, 90000000000 FROM tariff"), TW_OK);
	assert_int_equal(tw__tariff_declared(&found, f->store, "t",
		at_time("2026-05-01T00:00:00+03:00"), &err),
		TW_EUNSUPPORTED);
	assert_non_null(strstr(err.message, "apply the deployment again"));
	assert_string_equal(err.field, "tariff.band");
}

static void not_there(void **state)
{
	struct fixture *f = *state;
	struct tw__declared found = { .tariff = 5 };
	tw_error err = TW_ERROR_INIT;
	uint32_t ppm = 9;

	assert_int_equal(tw__tariff_declared(&found, f->store, "t", 0, &err),
			 TW_ENOTFOUND);
	assert_int_equal(found.tariff, 5);
	assert_int_equal(tw__percent_ppm(&ppm, 33333300000, &err),
			 TW_OK);
	assert_int_equal(ppm, 333333);
	assert_int_equal(tw__percent_ppm(&ppm, 33333333000, &err), TW_EPARSE);
	assert_int_equal(tw__percent_ppm(&ppm, -100000, &err), TW_EPARSE);
	assert_int_equal(ppm, 333333);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(all_of_it),
		FIXTURE_TEST(as_it_was),
		FIXTURE_TEST(bands_of_before),
		FIXTURE_TEST(not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
