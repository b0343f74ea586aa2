/* Columns by their names, whoever wrote them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "formats/sheet.h"

static void names_of_columns(void **state)
{
	(void)state;
	for (int i = 0; i < COL_COUNT; i++) {
		const char *name = tw__sheet_column_name(i);

		assert_string_not_equal(name, "");
		assert_int_equal(tw__sheet_column(tw__str_of(name)), i);
	}
	assert_string_equal(tw__sheet_column_name(COL_COUNT), "");
	assert_int_equal(tw__sheet_column(TW_STR(" Dial-Code\t")),
			 COL_PREFIX);
	assert_int_equal(tw__sheet_column(TW_STR("PRICE PER MINUTE")),
			 COL_RATE);
	assert_int_equal(tw__sheet_column(TW_STR("")), COL_COUNT);
	assert_int_equal(tw__sheet_column(TW_STR("pre")), COL_COUNT);
	assert_int_equal(tw__sheet_column(TW_STR("rate_per_second")),
			 COL_COUNT);
	assert_int_equal(tw__sheet_column(TW_STR("действует по")),
			 COL_COUNT);
}

static void names_fold(void **state)
{
	static const struct {
		const char *name, *folded;
	} cases[] = {
		{ "Dial Code", "dial_code" }, { " A - B_c ", "a_b_c" },
		{ "ЦЕНА за мин.", "цена_за_мин" }, { "Ёж ЯЩ", "еж_ящ" },
		{ "код\xc2\xa0города", "код_города" }, { "a\n b", "a_b" },
		{ "", "" }, { "...", "" }, { "\xd0", "\xd0" },
	};
	char folded[SHEET_NAME], name[400];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw__sheet_fold(folded, tw__str_of(cases[i].name));
		assert_string_equal(folded, cases[i].folded);
	}
	/* two long names must not become one by being cut */
	memset(name, 'n', sizeof(name));
	tw__sheet_fold(folded, tw__str(name, sizeof(name)));
	assert_string_equal(folded, "");
	tw__sheet_fold(folded, tw__str(name, 250));
	assert_int_equal(strlen(folded), 250);
}

static void russian_names(void **state)
{
	(void)state;
	assert_int_equal(tw__sheet_column(TW_STR("КОД")), COL_PREFIX);
	assert_int_equal(tw__sheet_column(TW_STR("Направление")),
			 COL_DESTINATION);
	assert_int_equal(tw__sheet_column(TW_STR("Цена за минуту")),
			 COL_RATE);
	assert_int_equal(tw__sheet_column(TW_STR("ВАЛЮТА")), COL_CURRENCY);
	assert_int_equal(tw__sheet_column(TW_STR("Действует с")), COL_FROM);
	assert_int_equal(tw__sheet_column(TW_STR("Код страны")),
			 COL_COUNTRY);
	assert_int_equal(tw__sheet_column(TW_STR("Код города")), COL_AREA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_columns),
		cmocka_unit_test(names_fold),
		cmocka_unit_test(russian_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
