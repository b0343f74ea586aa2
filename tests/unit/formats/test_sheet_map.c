/* Keys of a mapping, and what they may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "formats/sheet.h"

static int setup(void **state)
{
	return tw_sheet_map_new((tw_sheet_map **)state, NULL);
}

static int teardown(void **state)
{
	tw_sheet_map_free(*state);
	return 0;
}

static void takes(tw_sheet_map *map, const char *key, const char *value)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_sheet_map_set(map, key, value, &err))
		fail_msg("%s = %s: %s", key, value, err.message);
}

static void refuses(tw_sheet_map *map, const char *key, const char *value,
		    tw_status status, const char *reason)
{
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_sheet_map_set(map, key, value, &err), status);
	assert_string_equal(err.field, key);
	if (!strstr(err.message, reason))
		fail_msg("%s = %s: %s", key, value, err.message);
}

static void plain_keys(void **state)
{
	tw_sheet_map *map = *state;

	assert_int_equal(map->header, SHEET_HEADER_FOUND);
	takes(map, "delimiter", ";");
	assert_int_equal(map->delimiter, ';');
	takes(map, "delimiter", "tab");
	assert_int_equal(map->delimiter, '\t');
	takes(map, "encoding", "cp1251");
	assert_int_equal(map->encoding, ENCODING_CP1251);
	takes(map, "decimal", "comma");
	assert_int_equal(map->decimal, ',');
	takes(map, "header", "0");
	assert_true(map->header == 0);
	takes(map, "header", "auto");
	assert_true(map->header == SHEET_HEADER_FOUND);
	takes(map, "skip", "3");
	assert_true(map->skip == 3);
	takes(map, "dates", "excel");
	assert_int_equal(map->dates, DATES_EXCEL);
	takes(map, "price_per", "second");
	assert_true(map->per_second);
	takes(map, "until_blank", "true");
	assert_true(map->until_blank);
	takes(map, "country", "+7");
	assert_string_equal(map->country, "7");
}

static void bad_values(void **state)
{
	static const char *const keys[] = { "delimiter", "encoding",
		"decimal", "header", "skip", "dates", "price_per",
		"until_blank", "country", "columns", "column.x" };
	tw_sheet_map *map = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(keys); i++) {
		refuses(map, keys[i], "nonsense", TW_EPARSE, "");
		refuses(map, keys[i], "", TW_EPARSE, "");
	}
	refuses(map, "country", "12345678", TW_EPARSE, "calling code");
	refuses(map, "header", "-1", TW_EPARSE, "number of a line");
	refuses(map, "decimel", "comma", TW_ENOTFOUND, "decimal");
	refuses(map, "default.prefix", "7", TW_EPARSE, "no default");
	refuses(map, "default.peak", "7", TW_EPARSE, "no default");
	assert_int_equal(tw_sheet_map_set(map, "skip", NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_sheet_map_set(map, "column.\xff", "rate", NULL),
			 TW_EPARSE);
	assert_int_equal(tw_sheet_map_new(NULL, NULL), TW_EINVAL);
	tw_sheet_map_free(NULL);
}

static void columns(void **state)
{
	tw_sheet_map *map = *state;

	takes(map, "columns", "prefix, - ,Цена");
	assert_int_equal(map->place_count, 3);
	assert_int_equal(map->places[1], COL_COMMENT);
	assert_int_equal(map->places[2], COL_RATE);
	/* a refused value leaves the old one */
	refuses(map, "columns", "rate,peak", TW_EPARSE, "\"peak\"");
	assert_int_equal(map->place_count, 3);
	assert_int_equal(map->places[0], COL_PREFIX);
	takes(map, "columns", "rate,prefix");
	assert_int_equal(map->place_count, 2);
	takes(map, "columns", "Tarif=rate,Zone=-");
	assert_int_equal(map->place_count, 0);
	assert_int_equal(map->rename_count, 2);
	assert_string_equal(map->renames[0].name, "tarif");
	assert_int_equal(map->renames[0].column, COL_RATE);
	assert_int_equal(map->renames[1].column, COL_COMMENT);
	takes(map, "column.Цена, руб. без НДС", "rate");
	assert_string_equal(map->renames[2].name, "цена,_руб_без_ндс");
	takes(map, "column.TARIF", "-");
	assert_int_equal(map->rename_count, 3);
	assert_int_equal(map->renames[0].column, COL_COMMENT);
	refuses(map, "columns", "=rate", TW_EPARSE, "empty");
}

static void defaults(void **state)
{
	tw_sheet_map *map = *state;

	takes(map, "default.currency", "RUB");
	takes(map, "default.currency", "USD");
	takes(map, "default.валюта", "KZT");
	assert_string_equal(map->defaults[COL_CURRENCY], "KZT");
	takes(map, "default.first_inc", "1");
	assert_string_equal(map->defaults[COL_FIRST_INC], "1");
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain_keys), TEST(bad_values), TEST(columns),
		TEST(defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
