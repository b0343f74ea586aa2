/* A place that no range names is found out, and the one that is meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"
#include <trunkwise/numbering.h>

static void put(tw_number_range *out, uint64_t from, const char *region,
		const char *city)
{
	*out = (tw_number_range)TW_NUMBER_RANGE_INIT;
	out->from = from;
	out->to = from + 999;
	snprintf(out->region, sizeof(out->region), "%s", region);
	snprintf(out->city, sizeof(out->city), "%s", city);
}

static tw_numbering *numbering_new(void)
{
	tw_number_range ranges[5];
	tw_numbering *numbering;

	put(&ranges[0], 78432000000, "Республика Татарстан", "Казань");
	put(&ranges[1], 74951000000, "Москва", "");
	put(&ranges[2], 79161000000, "Москва и Московская область", "");
	put(&ranges[3], 73471000000, "Республика Башкортостан", "Уфа");
	put(&ranges[4], 70000000000, "", "");
	assert_int_equal(tw_numbering_new(&numbering, ranges, 5, NULL),
			 TW_OK);
	return numbering;
}

static void what_a_range_names_is_a_place(void **state)
{
	static const char *const places[] = { "Казань", "Москва",
		"Республика Татарстан", "Московская область",
		"Москва и Московская область", "Уфа" };
	tw_numbering *n = numbering_new();

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(places); ++i)
		assert_int_equal(tw_numbering_place_check(n, places[i], NULL),
				 TW_OK);
	tw_numbering_free(n);
}

static void the_nearest_spelling_is_told(void **state)
{
	static const struct { const char *place, *meant; } tries[] = {
		{ "Казнь", "'Казань'" }, { "казань", "'Казань'" },
		{ "КАЗАНЬ", "'Казань'" }, { "Казаньь", "'Казань'" },
		{ "Татарстан", "'Республика Татарстан'" },
		{ "Московская обл", "'Московская область'" },
		{ "Mосква", "'Москва'" },     /* a Latin M */
		{ "уфа", "'Уфа'" },
	};
	tw_numbering *n = numbering_new();
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(tries); ++i) {
		assert_int_equal(tw_numbering_place_check(n, tries[i].place,
							  &err),
				 TW_ENOTFOUND);
		if (!strstr(err.message, "did you mean") ||
		    !strstr(err.message, tries[i].meant))
			fail_msg("%s: %s", tries[i].place, err.message);
	}
	assert_int_equal(tw_numbering_place_check(n, "Владивосток", &err),
			 TW_ENOTFOUND);
	assert_null(strstr(err.message, "did you mean"));
	assert_non_null(strstr(err.message, "or digits"));
	tw_numbering_free(n);
}

static void nothing_to_look_at(void **state)
{
	tw_number_range range;
	tw_numbering *n;
	char text[2000];

	(void)state;
	put(&range, 70000000000, "", "");
	assert_int_equal(tw_numbering_place_check(NULL, "Уфа", NULL),
			 TW_EUNSUPPORTED);
	assert_int_equal(tw_numbering_new(&n, &range, 1, NULL), TW_OK);
	assert_int_equal(tw_numbering_place_check(n, "Уфа", NULL),
			 TW_EUNSUPPORTED);
	tw_numbering_free(n);
	n = numbering_new();
	assert_int_equal(tw_numbering_place_check(n, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_numbering_place_check(n, "", NULL), TW_EINVAL);
	assert_int_equal(tw_numbering_place_check(n, "\xd0", NULL),
			 TW_EINVAL);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(tw_numbering_place_check(n, text, NULL),
			 TW_ENOTFOUND);
	tw_numbering_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_range_names_is_a_place),
		cmocka_unit_test(the_nearest_spelling_is_told),
		cmocka_unit_test(nothing_to_look_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
