/* How hours and days are written, and which lists of terms a deck takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rating_fixture.h"

static void check_hours(const char *text, uint32_t mask, uint32_t from,
			uint32_t to)
{
	tw_band band = TW_BAND_INIT;

	assert_int_equal(tw_band_add_hours(&band, text, NULL), TW_OK);
	assert_int_equal(band.hours_count, 1);
	assert_int_equal(band.hours[0].day_mask, mask);
	assert_int_equal(band.hours[0].from_min, from);
	assert_int_equal(band.hours[0].to_min, to);
}

static void test_hours(void **state)
{
	(void)state;
	check_hours("mon-fri 08:00-20:00", 0x1f, 480, 1200);
	check_hours("mon-fri 20:00-08:00", 0x1f, 1200, 480);
	check_hours("sat,sun,holiday 00:00-24:00", 0xe0, 0, 1440);
	check_hours("daily 00:00-24:00", 0xff, 0, 1440);
	check_hours("fri-mon 23:59-00:00", 0x71, 1439, 1440);
	check_hours("mon-sun 00:01-00:02", 0x7f, 1, 2);
	check_hours("holiday 10:30-11:00", 0x80, 630, 660);
}

static void test_no_hours(void **state)
{
	static const char *const bad[] = {
		"", "mon", "mon ", "mon 8:00-20:00", "mon 08:00", "Mon "
		"08:00-20:00", "mon 08:00-20:00 ", "mon  08:00-20:00",
		"mon 08:00-25:00", "mon 08:60-09:00", "mon 24:00-08:00",
		"mon 08:00-08:00", "mon,08:00-20:00", "mon-holiday "
		"08:00-20:00", "holiday-mon 08:00-20:00", "moo 08:00-20:00",
		"mon- 08:00-20:00", "mon 08:00-24:01", "daily,mon "
		"08:00-20:00", "mon 00:00-00:00x",
	};
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tw_band band = TW_BAND_INIT;

		assert_int_equal(tw_band_add_hours(&band, bad[i], &err),
				 TW_EPARSE);
		assert_string_equal(err.field, "hours");
		assert_int_equal(band.hours_count, 0);
	}
}

static void test_as_many_hours_as_fit(void **state)
{
	tw_band band = TW_BAND_INIT, old = TW_BAND_INIT;

	(void)state;
	for (int i = 0; i < TW_BAND_HOURS_MAX; i++)
		assert_int_equal(tw_band_add_hours(&band, "mon 08:00-20:00",
						   NULL), TW_OK);
	assert_int_equal(tw_band_add_hours(&band, "mon 08:00-20:00", NULL),
			 TW_ERANGE);
	assert_int_equal(tw_band_add_hours(NULL, "mon 08:00-20:00", NULL),
			 TW_EINVAL);
	assert_int_equal(tw_band_add_hours(&band, NULL, NULL), TW_EINVAL);
	old.size = 4;
	assert_int_equal(tw_band_add_hours(&old, "mon 08:00-20:00", NULL),
			 TW_EINVAL);
}

static void test_days(void **state)
{
	static const char *const bad[] = { "", "2026-1-1", "2026-02-30",
		"2026-01-01 ", "2026-01-01 mo", "2026-01-01 mon ",
		"2026-01-01  mon", "0000-01-01", "01.01.2026" };
	tw_tariff_day day = TW_TARIFF_DAY_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_tariff_day_parse(&day, "2026-01-01", NULL),
			 TW_OK);
	assert_int_equal(day.year, 2026);
	assert_int_equal(day.month, 1);
	assert_int_equal(day.day, 1);
	assert_int_equal(day.counts_as, TW_DAY_HOLIDAY);
	assert_int_equal(tw_tariff_day_parse(&day, "2028-02-29 mon", NULL),
			 TW_OK);
	assert_int_equal(day.counts_as, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(tw_tariff_day_parse(&day, bad[i], &err),
				 TW_EPARSE);
		assert_string_equal(err.field, "holidays");
		assert_int_equal(day.year, 2028);
	}
	assert_int_equal(tw_tariff_day_parse(NULL, "2026-01-01", NULL),
			 TW_EINVAL);
}

/* ---- lists ---- */

struct terms {
	tw_tariff_rules rules;
	tw_band bands[3];
	tw_tariff_day days[3];
	tw_tier tiers[3];
	tw_document documents[2];
	tw_deck_options options;
};

static void terms_make(struct terms *t)
{
	tw_band band = TW_BAND_INIT;
	tw_deck_options options = TW_DECK_OPTIONS_INIT;

	memset(t, 0, sizeof(*t));
	t->rules = fixture_rules();
	t->bands[0] = t->bands[1] = t->bands[2] = band;
	strcpy(t->bands[0].name, "day");
	tw_band_add_hours(&t->bands[0], "daily 08:00-20:00", NULL);
	strcpy(t->bands[1].name, "night");
	tw_band_add_hours(&t->bands[1], "daily 20:00-08:00", NULL);
	t->days[0] = (tw_tariff_day)TW_TARIFF_DAY_INIT;
	tw_tariff_day_parse(&t->days[0], "2026-05-09", NULL);
	t->days[1] = t->days[0];
	tw_tariff_day_parse(&t->days[1], "2026-01-01 sun", NULL);
	t->tiers[0] = (tw_tier){ sizeof(tw_tier), 900000, 60 };
	t->tiers[1] = (tw_tier){ sizeof(tw_tier), 800000, 120 };
	t->documents[0] = (tw_document)TW_DOCUMENT_INIT;
	strcpy(t->documents[0].name, "annex.csv");
	t->documents[0].version = 3;
	t->options = options;
	t->options.rules = &t->rules;
	t->options.bands = t->bands;
	t->options.band_count = 2;
	t->options.days = t->days;
	t->options.day_count = 2;
	t->options.tiers = t->tiers;
	t->options.tier_count = 2;
	t->options.documents = t->documents;
	t->options.document_count = 1;
}

static void test_terms_come_back(void **state)
{
	tw_tariff_day day = TW_TARIFF_DAY_INIT;
	tw_document document = TW_DOCUMENT_INIT;
	tw_band band = TW_BAND_INIT;
	tw_tier tier = TW_TIER_INIT;
	struct terms t;
	tw_deck *deck;

	(void)state;
	terms_make(&t);
	assert_int_equal(tw_deck_make(&deck, &t.options, NULL, 0, NULL),
			 TW_OK);
	assert_int_equal(tw_deck_band(&band, deck, 1, NULL), TW_OK);
	assert_string_equal(band.name, "night");
	assert_int_equal(band.hours[0].to_min, 480);
	assert_int_equal(tw_deck_band(&band, deck, 2, NULL), TW_ITER_END);
	/* by date, whatever the order they came in */
	assert_int_equal(tw_deck_day(&day, deck, 0, NULL), TW_OK);
	assert_int_equal(day.month, 1);
	assert_int_equal(day.counts_as, 6);
	assert_int_equal(tw_deck_day(&day, deck, 1, NULL), TW_OK);
	assert_int_equal(day.month, 5);
	assert_int_equal(tw_deck_day(&day, deck, 2, NULL), TW_ITER_END);
	assert_int_equal(tw_deck_tier(&tier, deck, 1, NULL), TW_OK);
	assert_int_equal(tier.from_s, 120);
	assert_int_equal(tw_deck_tier(&tier, deck, 2, NULL), TW_ITER_END);
	assert_int_equal(tw_deck_document(&document, deck, 0, NULL), TW_OK);
	assert_string_equal(document.name, "annex.csv");
	assert_int_equal(document.version, 3);
	assert_int_equal(tw_deck_document(&document, deck, 1, NULL),
			 TW_ITER_END);
	tw_deck_free(deck);
}

static void refuses(const struct terms *t, tw_status status,
		    const char *field)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;

	assert_int_equal(tw_deck_make(&deck, &t->options, NULL, 0, &err),
			 status);
	assert_null(deck);
	assert_string_equal(err.field, field);
}

static void test_refused_terms(void **state)
{
	struct terms t;

	(void)state;
#define REFUSES(change, status, field) \
	do { \
		terms_make(&t); \
		change; \
		refuses(&t, status, field); \
	} while (0)
	REFUSES(t.bands[1].name[0] = '\0', TW_EINVAL, "band");
	REFUSES(strcpy(t.bands[1].name, "day"), TW_EINVAL, "band");
	REFUSES(strcpy(t.bands[1].name, "a\nb"), TW_EINVAL, "band");
	REFUSES(memset(t.bands[1].name, 'x', 32), TW_EINVAL, "band");
	REFUSES(t.bands[1].percent_ppm = 10000001, TW_EINVAL, "band");
	REFUSES(t.bands[1].hours_count = 0, TW_EINVAL, "band");
	REFUSES(t.bands[1].hours_count = 17, TW_EINVAL, "band");
	REFUSES(t.bands[1].hours[0].day_mask = 0x100, TW_EINVAL, "band");
	REFUSES(t.bands[1].hours[0].to_min = 1441, TW_EINVAL, "band");
	REFUSES(t.options.bands = NULL, TW_EINVAL, "");
	REFUSES(t.options.band_count = 256, TW_ERANGE, "band");
	REFUSES(t.bands[1].size = 8, TW_EINVAL, "");
	REFUSES(t.days[1] = t.days[0], TW_ECONFLICT, "holidays");
	REFUSES(t.days[1].month = 13, TW_EINVAL, "holidays");
	REFUSES(t.days[1].counts_as = 8, TW_EINVAL, "holidays");
	REFUSES(t.tiers[0].from_s = 0, TW_EINVAL, "tier");
	REFUSES(t.tiers[1].from_s = 60, TW_EINVAL, "tier");
	REFUSES(t.tiers[1].percent_ppm = 10000001, TW_EINVAL, "tier");
	REFUSES(t.options.tier_count = 17, TW_ERANGE, "tier");
	REFUSES(memset(t.documents[0].name, 'x', 128), TW_EINVAL,
		"document");
#undef REFUSES
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_no_hours),
		cmocka_unit_test(test_as_many_hours_as_fit),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_terms_come_back),
		cmocka_unit_test(test_refused_terms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
