/* What no deck could hold is refused before anything is applied. */
#include "deployment_fixture.h"

#define BAND(i, n, h) { "tariff[0].band[" i "].name", "t", n }, \
	{ "tariff[0].band[" i "].hours[0]", "t", h }

static const struct pair week[] = {
	BAND("0", "day", "mon-fri 08:00-20:00"),
	BAND("1", "rest", "mon-fri 20:00-08:00"),
	{ "tariff[0].band[1].hours[1]", "t", "sat,sun,holiday 00:00-24:00" },
	{ "tariff[0].band[1].percent", "t", "50" },
	{ "tariff[0].tier[0].from_minutes", "i", "1000" },
	{ "tariff[0].tier[0].percent", "t", "90" },
	{ "tariff[0].tier[1].from_minutes", "i", "5000" },
	{ "tariff[0].tier[1].percent", "t", "75.5" },
	{ "tariff[0].holidays[0]", "t", "2026-01-01" },
	{ "tariff[0].holidays[1]", "t", "2026-02-28 mon" },
	{ "tariff[0].fee_on_zero", "b", "true" },
	{ "tariff[0].minimum_s", "i", "30" },
	{ "tariff[0].minimum_charge", "t", "0.50" },
	{ "tariff[0].maximum_charge", "t", "20" },
	{ "tariff[0].attempt_fee", "t", "0.05" },
	{ "tariff[0].commitment", "t", "50000" },
	{ "tariff[0].convert_to", "t", "USD" },
	{ "tariff[0].tier_mode", "t", "whole" },
	{ "tariff[0].round_each", "t", "increment" },
};

/* The week, with one thing replaced, added or (text NULL) left out. */
static tw_deployment *with(const struct pair *change)
{
	struct pair pairs[TW_ARRAY_COUNT(week) + 1];
	size_t i, count = TW_ARRAY_COUNT(week);
	bool found = !change;

	for (i = 0; i < TW_ARRAY_COUNT(week); i++) {
		pairs[i] = week[i];
		if (change && !strcmp(change->path, week[i].path)) {
			pairs[i] = *change;
			found = true;
		}
	}
	if (!found)
		pairs[count++] = *change;
	return deployment_with(pairs, count);
}

static void everything_fits(void **state)
{
	tw_deployment *d = with(NULL);
	tw_error err = TW_ERROR_INIT;

	(void)state;
	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw_deployment_free(d);
}

static void one_thing_wrong(void **state)
{
	static const struct wrong cases[] = {
		{ { "tariff[0].band[0].hours[0]", "t", "mon-thu 08:00-20:00" },
		  "tariff[0].band", "Friday", NO },
		{ { "tariff[0].band[0].hours[0]", "t", "mon 8-20" },
		  "tariff[0].band[0].hours", "are no hours", NO },
		{ { "tariff[0].band[1].name", "t", "day" },
		  "tariff[0].band", "another band", NO },
		{ { "tariff[0].band[1].name", "t", NULL },
		  "tariff[0].band[1].name", "required", NO },
		{ { "tariff[0].band[2].name", "t", "never" },
		  "tariff[0].band[2].hours", "required", NO },
		{ { "tariff[0].band[1].percent", "t", "33.33333" },
		  "tariff[0].band[1].percent", "four decimals", NO },
		{ { "tariff[0].band[1].percent", "t", "1001" },
		  "tariff[0].band[1].percent", "range", NO },
		{ { "tariff[0].band[1].from_minutes", "i", "10" },
		  "tariff[0].band[1].from_minutes", "tariff.tier", NO },
		{ { "tariff[0].band[1].was", "t", "night" },
		  "tariff[0].band[1].was", "no key", NO },
		{ { "tariff[0].tier[1].from_minutes", "i", "900" },
		  "tariff[0].tier", "rising", NO },
		{ { "tariff[0].tier[1].from_minutes", "i", "0" },
		  "tariff[0].tier[1].from_minutes", "range", NO },
		{ { "tariff[0].tier[1].percent", "t", "1.00001" },
		  "tariff[0].tier[1].percent", "four decimals", NO },
		{ { "tariff[0].holidays[1]", "t", "2026-02-30" },
		  "tariff[0].holidays", "is no day", NO },
		{ { "tariff[0].holidays[1]", "t", "2026-01-01 tue" },
		  "tariff[0].holidays", "twice", NO },
		{ { "tariff[0].minimum_s", "i", "86401" },
		  "tariff[0].minimum_s", "86400", NO },
		{ { "tariff[0].maximum_charge", "t", "0.49" },
		  "tariff[0].maximum_charge", "less than", NO },
		{ { "tariff[0].attempt_fee", "t", "-1" },
		  "tariff[0].attempt_fee", "below zero", NO },
		{ { "tariff[0].vat_percent", "t", "1.23456" },
		  "tariff[0].vat_percent", "four decimals", NO },
		{ { "tariff[0].convert_to", "t", "RUB" },
		  "tariff[0].convert_to", "own currency", NO },
		{ { "tariff[0].convert_to", "t", "QQQ" },
		  "tariff[0].convert_to", "ISO 4217", NO },
		{ { "tariff[0].tier_mode", "t", "steep" },
		  "tariff[0].tier_mode", "graduated, whole", NO },
		{ { "tariff[0].round_each", "t", "year" },
		  "tariff[0].round_each", "call, increment", NO },
		{ { "tariff[0].fee_on_zero", "t", "true" },
		  "tariff[0].fee_on_zero", "without quotes", NO },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_deployment *d = with(&cases[i].change);

		if (tw_deployment_check(d, NULL) != TW_EPARSE)
			fail_msg("%s '%s' passed", cases[i].change.path,
				 cases[i].change.text);
		if (!has_problem(d, cases[i].field, cases[i].word))
			fail_msg("%s '%s'", cases[i].change.path,
				 cases[i].change.text);
		tw_deployment_free(d);
	}
}

/* Beside the word of records nothing may say what a price is. */
static void stated_by_records(void **state)
{
	static const struct pair plain[] = {
		{ "tariff[0].stated_by", "t", "zadarma" },
		{ "tariff[0].vat", "t", "gross" },
		{ "tariff[0].commitment", "t", "50000" },
		{ "tariff[0].convert_to", "t", "USD" },
	};
	static const struct wrong cases[] = {
		{ { "tariff[0].decimals", "i", "2" }, "tariff[0].decimals",
		  "there are no prices", NO },
		{ { "tariff[0].minimum_charge", "t", "1" },
		  "tariff[0].minimum_charge", "there are no prices", NO },
		{ { "tariff[0].sheet", "t", "a.csv" }, "tariff[0].sheet",
		  "there are no prices", NO },
		{ { "tariff[0].tier[0].from_minutes", "i", "5" },
		  "tariff[0].tier[0].percent", "required", NO },
	};
	struct pair pairs[TW_ARRAY_COUNT(plain) + 3];
	size_t count = TW_ARRAY_COUNT(plain);
	tw_deployment *d = deployment_with(plain, count);

	(void)state;
	assert_int_equal(tw_deployment_check(d, NULL), TW_OK);
	tw_deployment_free(d);
	memcpy(pairs, plain, sizeof(plain));
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		pairs[count] = cases[i].change;
		d = deployment_with(pairs, count + 1);
		assert_int_not_equal(tw_deployment_check(d, NULL), TW_OK);
		if (!has_problem(d, cases[i].field, cases[i].word))
			fail_msg("%s", cases[i].change.path);
		tw_deployment_free(d);
	}
	pairs[0].text = "a\\b";
	d = deployment_with(pairs, count);
	assert_int_not_equal(tw_deployment_check(d, NULL), TW_OK);
	assert_true(has_problem(d, "tariff[0].stated_by",
				"source of call records"));
	tw_deployment_free(d);
	pairs[0] = plain[0];
	pairs[count] = (struct pair){ "tariff[0].tier[0].from_minutes", "i",
		"5" };
	pairs[count + 1] = (struct pair){ "tariff[0].tier[0].percent", "t",
		"90" };
	d = deployment_with(pairs, count + 2);
	assert_int_not_equal(tw_deployment_check(d, NULL), TW_OK);
	assert_true(has_problem(d, "tariff[0].stated_by", "tiers"));
	tw_deployment_free(d);
	pairs[count] = (struct pair){ "bundle[0].name", "t", "hundred" };
	pairs[count + 1] = (struct pair){ "bundle[0].tariff", "t",
		"volga-2026" };
	pairs[count + 2] = (struct pair){ "bundle[0].minutes", "i", "100" };
	d = deployment_with(pairs, count + 3);
	assert_int_not_equal(tw_deployment_check(d, NULL), TW_OK);
	assert_true(has_problem(d, "bundle[0].tariff", "no bundle"));
	tw_deployment_free(d);
}

/* Two kinds of children do not get into each other's places. */
static void bands_beside_tiers(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_directory *directory;
	tw_deployment *d = with(NULL);
	tw_row row = { 0 }, child = { 0 };
	size_t children = 0;

	assert_true(apply(store, d, AUTUMN) > 0);
	directory = directory_at(store, AUTUMN);
	assert_int_equal(tw_directory_find(&row, directory, "tariff",
					   "volga-2026", NULL), TW_OK);
	while (!tw_directory_next_child(&child, directory, row, NULL))
		children++;
	assert_int_equal(children, 4);
	tw_directory_free(directory);
	/* the same again changes nothing, one percent is one change */
	d = with(NULL);
	assert_int_equal(apply(store, d, AUTUMN + DAY), 0);
	d = with(&(struct pair){ "tariff[0].tier[0].percent", "t", "91" });
	assert_int_equal(apply(store, d, AUTUMN + 2 * DAY), 1);
	/* a band renamed and renamed back goes on under its identity */
	d = with(&(struct pair){ "tariff[0].band[0].name", "t", "work" });
	assert_int_equal(apply(store, d, AUTUMN + 3 * DAY), 2);
	assert_int_equal(ask(store, "SELECT count(DISTINCT id) FROM "
			     "tariff_band WHERE position = 0"), 1);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_fits),
		cmocka_unit_test(one_thing_wrong),
		cmocka_unit_test(stated_by_records),
		TEST(bands_beside_tiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
