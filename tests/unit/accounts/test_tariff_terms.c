/* Terms come back from the store as they were, and are told apart. */
#include "tariff_fixture.h"
#include "../faults.h"

static int64_t written(struct fixture *f, const struct tw__terms *terms)
{
	struct tw__rates rates = { 0 };
	struct tw__new_version v = new_version(f, terms, &rates);
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	if (tw__tariff_version_write(&v, &err))
		fail_msg("%s", err.message);
	fixture_commit(f);
	return v.id;
}

static void as_written(void **state)
{
	struct fixture *f = *state;
	struct tw__terms terms = full_terms(), again;
	tw_error err = TW_ERROR_INIT;
	int64_t id = written(f, &terms);

	assert_int_equal(tw__terms_read(&again, f->store, id, &err), TW_OK);
	assert_true(tw__terms_equal(&terms, &again));
	assert_int_equal(again.band_count, 2);
	assert_int_equal(again.bands[1].hours_count, 2);
	assert_int_equal(again.bands[1].percent_ppm, 505000);
	assert_int_equal(again.days[1].counts_as, 0);
	assert_int_equal(again.tiers[0].from_s, 60000);
	tw__terms_free(&again);
	tw__terms_free(&terms);
	assert_int_equal(tw__terms_read(&again, f->store, 77, &err),
			 TW_ENOTFOUND);
}

/* Nobody can change what calls were rated by. */
static void never_changed(void **state)
{
	static const char *const wrong[] = {
		"UPDATE tariff_version_band SET percent_ppm = 1",
		"UPDATE tariff_version_day SET day = ''",
		"UPDATE tariff_version_tier SET from_s = 1",
		"DELETE FROM tariff_version_band",
		"DELETE FROM tariff_version_day",
		"DELETE FROM tariff_version_tier",
	};
	struct fixture *f = *state;
	struct tw__terms terms = full_terms();

	(void)written(f, &terms);
	tw__terms_free(&terms);
	for (size_t i = 0; i < TW_ARRAY_COUNT(wrong); i++)
		assert_int_not_equal(run_sql(f, wrong[i]), TW_OK);
}

static void change_rule(struct tw__terms *terms, size_t i)
{
	tw_tariff_rules *r = &terms->rules;
	uint32_t *const words[] = { &r->seconds, &r->rounding, &r->decimals,
		&r->crossing, &r->vat, &r->invoice_total, &r->round_each,
		&r->fee_on_zero, &r->tier_mode, &r->minimum_s,
		&r->free_below_s, &r->included_s };
	int64_t *const amounts[] = { &r->vat_percent_nanos,
		&r->minimum_charge_nanos, &r->maximum_charge_nanos,
		&r->attempt_fee_nanos, &r->commitment_nanos,
		&terms->tiers[0].from_s };
	char *const texts[] = { r->currency, r->zone, r->convert_to,
		terms->bands[0].name, r->stated_by };

	if (i < 12)
		*words[i] += 1;
	else if (i < 18)
		*amounts[i - 12] += 1;
	else if (i < 22)
		texts[i - 18][0]++;
}

static void change_list(struct tw__terms *terms, size_t i)
{
	switch (i) {
	case 22: terms->bands[1].percent_ppm++; break;
	case 23: terms->bands[1].hours_count--; break;
	case 24: terms->bands[1].hours[0].day_mask ^= 1; break;
	case 25: terms->bands[1].hours[1].to_min--; break;
	case 26: terms->days[0].day++; break;
	case 27: terms->days[1].counts_as++; break;
	case 28: terms->tiers[0].percent_ppm++; break;
	case 29: terms->band_count--; break;
	case 30: terms->day_count--; break;
	case 31: terms->tier_count--; break;
	default: change_rule(terms, i);
	}
}

/* One field, any of them: other terms, so another version. */
static void told_apart(void **state)
{
	struct tw__terms terms = full_terms();

	(void)state;
	for (size_t i = 0; i < 32; i++) {
		struct tw__terms other = full_terms();

		assert_true(tw__terms_equal(&terms, &other));
		change_list(&other, i);
		if (tw__terms_equal(&terms, &other))
			fail_msg("change %zu was not seen", i);
		tw__terms_free(&other);
	}
	tw__terms_free(&terms);
}

/* Every mask of days is written so that it is read back as it was. */
static void hours_as_text(void **state)
{
	char text[64];

	(void)state;
	for (uint32_t mask = 1; mask < 256; mask++) {
		const tw_band_hours hours = { mask, 20 * 60, 8 * 60 + 30 };
		tw_band band = TW_BAND_INIT;
		tw_error err = TW_ERROR_INIT;

		tw__hours_format(text, &hours);
		if (tw_band_add_hours(&band, text, &err))
			fail_msg("'%s': %s", text, err.message);
		assert_int_equal(band.hours[0].day_mask, mask);
		assert_int_equal(band.hours[0].from_min, 1200);
		assert_int_equal(band.hours[0].to_min, 510);
	}
	tw__hours_format(text, &(tw_band_hours){ 0xff, 0, 1440 });
	assert_string_equal(text, "daily 00:00-24:00");
}

static void refused(void **state)
{
	struct tw__terms terms = { .rules = TW_TARIFF_RULES_INIT };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__terms_add_band(&terms, "a", "mon 8-20", 1,
					    &err), TW_EPARSE);
	assert_int_equal(tw__terms_add_band(&terms, "a name that is longer "
		"than a band may have", "daily 00:00-24:00", 1, &err),
		TW_EPARSE);
	assert_int_equal(tw__terms_add_days(&terms, "2026-01-01\n2026-02-30",
					    &err), TW_EPARSE);
	assert_int_equal(terms.band_count, 0);
	tw__terms_free(&terms);
}

static void without_memory(void **state)
{
	struct fixture *f = *state;
	struct tw__terms terms = full_terms(), again = { 0 };
	int64_t id = written(f, &terms);
	tw_status status = TW_ENOMEM;
	struct faults faults;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__terms_read(&again, f->store, id, &err), TW_OK);
	tw__terms_free(&again);
	for (int64_t n = 0; status; n++) {
		faults_begin(&faults, n);
		status = tw__terms_read(&again, f->store, id, &err);
		(void)faults_end(&faults);
		assert_true(!status || status == TW_ENOMEM);
		assert_true(!status == !!again.bands);
	}
	assert_true(tw__terms_equal(&terms, &again));
	tw__terms_free(&again);
	tw__terms_free(&terms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(as_written),
		FIXTURE_TEST(never_changed),
		cmocka_unit_test(told_apart),
		cmocka_unit_test(hours_as_text),
		cmocka_unit_test(refused),
		FIXTURE_TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
