/* Which part of the week an instant lies in, and whether all of it has one.*/
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/calendar.h"
#include "rating/deck.h"
#include "rating_fixture.h"

struct week {
	tw_tariff_rules rules;
	tw_band bands[4];
	tw_tariff_day days[2];
	tw_deck_options options;
};

static void add(struct week *w, const char *name, const char *first,
		const char *second)
{
	tw_band band = TW_BAND_INIT;

	strcpy(band.name, name);
	assert_int_equal(tw_band_add_hours(&band, first, NULL), TW_OK);
	if (second)
		assert_int_equal(tw_band_add_hours(&band, second, NULL),
				 TW_OK);
	w->bands[w->options.band_count++] = band;
}

static void week_make(struct week *w, const char *zone)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;

	memset(w, 0, sizeof(*w));
	w->rules = fixture_rules();
	strcpy(w->rules.zone, zone);
	w->options = options;
	w->options.rules = &w->rules;
	w->options.bands = w->bands;
	w->options.days = w->days;
}

static tw_deck *week_deck(const struct week *w)
{
	tw_deck *deck = NULL;

	assert_int_equal(tw_deck_make(&deck, &w->options, NULL, 0, NULL),
			 TW_OK);
	return deck;
}

static uint32_t band_at(const tw_deck *deck, const char *text, tw_time *until)
{
	tw_time at = 0, unused;

	assert_int_equal(tw_time_parse(&at, text, NULL, NULL), TW_OK);
	return tw__band_at(deck, at, until ? until : &unused);
}

static void check_until(const tw_deck *deck, const char *at, uint32_t band,
			const char *until)
{
	tw_time got = 0, wanted = 0;

	assert_int_equal(tw_time_parse(&wanted, until, NULL, NULL), TW_OK);
	assert_int_equal(band_at(deck, at, &got), band);
	assert_true(got == wanted);
}

static void test_week(void **state)
{
	struct week w;
	tw_deck *deck;

	(void)state;
	week_make(&w, "Europe/Moscow");
	add(&w, "day", "mon-fri 08:00-20:00", NULL);
	add(&w, "rest", "mon-fri 20:00-08:00", "sat,sun,holiday 00:00-24:00");
	deck = week_deck(&w);
	/* Monday */
	check_until(deck, "2026-10-05T07:59:59.999999+03:00", 1,
		    "2026-10-05T08:00:00+03:00");
	check_until(deck, "2026-10-05T08:00:00+03:00", 0,
		    "2026-10-05T20:00:00+03:00");
	check_until(deck, "2026-10-05T20:00:00+03:00", 1,
		    "2026-10-06T00:00:00+03:00");
	/* Saturday */
	assert_int_equal(band_at(deck, "2026-10-10T12:00:00+03:00", NULL), 1);
	tw_deck_free(deck);
}

static void test_calendar(void **state)
{
	struct week w;
	tw_deck *deck;

	(void)state;
	week_make(&w, "UTC");
	add(&w, "work", "mon-fri 00:00-24:00", NULL);
	add(&w, "rest", "sat,sun,holiday 00:00-24:00", NULL);
	w.days[0] = w.days[1] = (tw_tariff_day)TW_TARIFF_DAY_INIT;
	tw_tariff_day_parse(&w.days[0], "2026-10-05", NULL);
	tw_tariff_day_parse(&w.days[1], "2026-10-10 mon", NULL);
	w.options.day_count = 2;
	deck = week_deck(&w);
	assert_int_equal(band_at(deck, "2026-10-04T23:59:59Z", NULL), 1);
	assert_int_equal(band_at(deck, "2026-10-05T12:00:00Z", NULL), 1);
	assert_int_equal(band_at(deck, "2026-10-06T12:00:00Z", NULL), 0);
	assert_int_equal(band_at(deck, "2026-10-10T12:00:00Z", NULL), 0);
	assert_int_equal(band_at(deck, "2026-10-11T12:00:00Z", NULL), 1);
	tw_deck_free(deck);
}

/* Of two that fit the first one listed serves. */
static void test_first_listed(void **state)
{
	struct week w;
	tw_deck *deck;

	(void)state;
	week_make(&w, "UTC");
	add(&w, "noon", "daily 12:00-13:00", NULL);
	add(&w, "all", "daily 00:00-24:00", NULL);
	deck = week_deck(&w);
	assert_int_equal(band_at(deck, "2026-10-05T12:59:00Z", NULL), 0);
	assert_int_equal(band_at(deck, "2026-10-05T13:00:00Z", NULL), 1);
	tw_deck_free(deck);
}

/* Berlin: 02:00 to 03:00 comes twice, or never. */
static void test_clock_changes(void **state)
{
	struct week w;
	tw_deck *deck;

	(void)state;
	week_make(&w, "Europe/Berlin");
	add(&w, "two", "daily 02:00-03:00", NULL);
	add(&w, "rest", "daily 03:00-02:00", NULL);
	deck = week_deck(&w);
	check_until(deck, "2026-10-25T02:30:00+02:00", 0,
		    "2026-10-25T02:00:00+01:00");
	check_until(deck, "2026-10-25T02:30:00+01:00", 0,
		    "2026-10-25T03:00:00+01:00");
	check_until(deck, "2026-03-29T01:59:00+01:00", 1,
		    "2026-03-29T03:00:00+02:00");
	check_until(deck, "2026-03-29T03:00:00+02:00", 1,
		    "2026-03-30T00:00:00+02:00");
	tw_deck_free(deck);
}

static void refuses(struct week *w, const char *words)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;

	assert_int_equal(tw_deck_make(&deck, &w->options, NULL, 0, &err),
			 TW_ECONFLICT);
	assert_string_equal(err.field, "band");
	assert_non_null(strstr(err.message, words));
}

static void test_gaps(void **state)
{
	struct week w;

	(void)state;
	week_make(&w, "UTC");
	add(&w, "day", "mon-fri 08:00-20:00", NULL);
	refuses(&w, "Monday at 00:00");
	add(&w, "night", "mon-sun 20:00-08:00", NULL);
	refuses(&w, "Saturday at 08:00");
	add(&w, "weekend", "sat,sun 08:00-20:00", NULL);
	tw_deck_free(week_deck(&w));
	/* as soon as a holiday can occur */
	w.days[0] = (tw_tariff_day)TW_TARIFF_DAY_INIT;
	tw_tariff_day_parse(&w.days[0], "2026-10-05", NULL);
	w.options.day_count = 1;
	refuses(&w, "a holiday at 00:00");
	add(&w, "feast", "holiday 00:00-23:59", NULL);
	refuses(&w, "a holiday at 23:59");
}

static void test_hidden_band(void **state)
{
	struct week w;

	(void)state;
	week_make(&w, "UTC");
	add(&w, "all", "daily 00:00-24:00", NULL);
	add(&w, "noon", "daily 12:00-13:00", NULL);
	refuses(&w, "\"noon\" never serves");
}

static void test_without_bands(void **state)
{
	struct week w;
	tw_time until = 0;
	tw_deck *deck;

	(void)state;
	week_make(&w, "UTC");
	deck = week_deck(&w);
	assert_int_equal(band_at(deck, "2026-10-05T12:59:00Z", &until), 0);
	assert_true(until == TW_TIME_MAX);
	tw_deck_free(deck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_week),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_first_listed),
		cmocka_unit_test(test_clock_changes),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_hidden_band),
		cmocka_unit_test(test_without_bands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
