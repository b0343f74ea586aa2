/* Codes as carriers and spreadsheets write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "formats/sheet.h"
#include "rating/prefix.h"

struct bench {
	struct tw_sheet_map map;
	struct sheet_reading reading;
	struct sheet_codes codes;
	tw_reject reject;
	char list[256];
};

static int setup(void **state)
{
	static struct bench b;

	tw_free(b.codes.list);
	memset(&b, 0, sizeof(b));
	b.map = tw__sheet_map_none;
	b.reading.map = &b.map;
	b.reading.present[COL_PREFIX] = true;
	for (int i = 0; i < COL_COUNT; i++)
		b.reading.names[i] = tw__sheet_column_name(i);
	*state = &b;
	return 0;
}

static tw_status read_codes(struct bench *b, const char *country,
			    const char *text)
{
	struct sheet_cell cells[COL_COUNT];

	for (int i = 0; i < COL_COUNT; i++)
		cells[i] = (struct sheet_cell){ tw__str("", 0), i,
			&b->reject, &b->reading };
	cells[COL_COUNTRY].text = tw__str_of(country);
	cells[b->reading.present[COL_AREA] ? COL_AREA : COL_PREFIX].text =
		tw__str_of(text);
	b->reject = (tw_reject)TW_REJECT_INIT;
	return tw__sheet_codes(&b->codes, cells);
}

static void takes(struct bench *b, const char *text, const char *codes)
{
	char code[TW_PREFIX_DIGITS + 1];

	if (read_codes(b, "7", text))
		fail_msg("'%s': %s", text, b->reject.reason);
	b->list[0] = '\0';
	for (size_t i = 0; i < b->codes.count && i < 12; i++) {
		tw__prefix_unpack(code, b->codes.list[i]);
		strcat(strcat(b->list, i ? " " : ""), code);
	}
	assert_string_equal(b->list, codes);
}

static void refuses(struct bench *b, const char *text, const char *reason)
{
	if (read_codes(b, "7", text) != TW_EPARSE)
		fail_msg("'%s' was taken", text);
	assert_string_equal(b->reject.column, b->reading.present[COL_AREA] ?
			    "area_code" : "prefix");
	if (!strstr(b->reject.reason, reason))
		fail_msg("'%s': %s", text, b->reject.reason);
}

static void single_codes(void **state)
{
	struct bench *b = *state;

	takes(b, "7495", "7495");
	takes(b, "+123456789012345", "123456789012345");
	takes(b, "007", "007");
	refuses(b, "", "missing");
	refuses(b, "+", "1 to 15 digits");
	refuses(b, "++7", "1 to 15 digits");
	refuses(b, "1234567890123456", "longer than 15");
	refuses(b, "Emirates", "not a code");
	refuses(b, "\xd9\xa7", "not a code");
	refuses(b, "7 (495)", "not a code");
	refuses(b, "7495/7499", "not a code");
}

static void spreadsheet_damage(void **state)
{
	struct bench *b = *state;

	takes(b, "7495.0", "7495");
	takes(b, "+7495.00", "7495");
	takes(b, "'7495", "7495");
	takes(b, "=\"0495\"", "0495");
	refuses(b, "7495.5", "column as text");
	refuses(b, ".0", "column as text");
	refuses(b, "7.495.0", "column as text");
	refuses(b, "7495\xc2\xa0", "column as text");
	refuses(b, "7.495E+3", "spreadsheet");
	refuses(b, "7,495E+10", "spreadsheet");
	refuses(b, "7495e3", "spreadsheet");
	refuses(b, "'", "1 to 15 digits");
}

static void ranges(void **state)
{
	struct bench *b = *state;

	takes(b, "7495-7499", "7495 7496 7497 7498 7499");
	takes(b, "+7495 - +7496", "7495 7496");
	takes(b, "7495\xe2\x80\x93" "7496", "7495 7496");
	takes(b, "098-101", "098 099 100 101");
	takes(b, "7495-7495", "7495");
	takes(b, "74950XX-74951XX", "74950 74951");
	takes(b, "70000-79999", "70000 70001 70002 70003 70004 70005 70006 "
	      "70007 70008 70009 70010 70011");
	assert_int_equal(b->codes.count, 10000);
	refuses(b, "70000-80000", "more than 10000");
	refuses(b, "000000000000000-999999999999999", "more than 10000");
	refuses(b, "7495-9", "as many digits");
	refuses(b, "8-800", "as many digits");
	refuses(b, "7495XX-7499X", "as many digits");
	refuses(b, "7499-7495", "ends before");
	refuses(b, "7495-", "ends where");
	refuses(b, "7495-7496-7497", "not a code");
}

static void lists(void **state)
{
	struct bench *b = *state;

	takes(b, "7495,7499", "7495 7499");
	takes(b, "7495;7499", "7495 7499");
	takes(b, "7495, 749 ;74", "7495 749 74");
	takes(b, "7495 7499\n7812", "7495 7499 7812");
	takes(b, "7495-7496, 7812", "7495 7496 7812");
	takes(b, "495, 499", "495 499");
	refuses(b, "7,495", "thousands");
	refuses(b, "495,499", "thousands");
	refuses(b, "7,495,123", "thousands");
	refuses(b, "7495,0", "a fraction");
	refuses(b, "7495,00000", "a fraction");
	refuses(b, "7495,5", "a fraction");
	refuses(b, "44,1", "a fraction");
	takes(b, "44, 1", "44 1");
	takes(b, "44;1", "44 1");
	refuses(b, "7 495", "one code or several");
	refuses(b, "495 499", "one code or several");
	refuses(b, "7495 749", "one code or several");
	refuses(b, "7495,", "ends where");
	refuses(b, "7495,,7499", "not a code");
}

static void wildcards(void **state)
{
	struct bench *b = *state;

	takes(b, "8800XXXXXXX", "8800");
	takes(b, "8800xx", "8800");
	takes(b, "8800\xd0\xa5\xd1\x85", "8800");
	takes(b, "8800XXX;8804XXX", "8800 8804");
	refuses(b, "88XX12", "at the end");
	refuses(b, "XXX", "not a code");
	refuses(b, "8800*", "not a code");
}

static void countries_apart(void **state)
{
	struct bench *b = *state;

	b->reading.present[COL_PREFIX] = false;
	b->reading.present[COL_COUNTRY] = true;
	b->reading.present[COL_AREA] = true;
	takes(b, "495", "7495");
	takes(b, "495,499", "7495 7499");
	takes(b, "495 499", "7495 7499");
	takes(b, "20-22;301", "720 721 722 7301");
	takes(b, "", "7");
	takes(b, "20,22", "720 722");
	refuses(b, "20,0", "a fraction");
	refuses(b, "+495", "has a +");
	refuses(b, "7,495", "thousands");
	refuses(b, "7 495", "one code or several");
	refuses(b, "123456789012345", "longer than 15");
	assert_int_equal(read_codes(b, "", "495"), TW_EPARSE);
	assert_string_equal(b->reject.column, "country_code");
	assert_int_equal(read_codes(b, "7;8", "495"), TW_EPARSE);
	assert_string_equal(b->reject.column, "country_code");
	b->reading.present[COL_COUNTRY] = false;
	strcpy(b->map.country, "44");
	takes(b, "20", "4420");
}

static void national_codes(void **state)
{
	struct bench *b = *state;

	strcpy(b->map.country, "7");
	takes(b, "495", "7495");
	takes(b, "+44", "44");
	takes(b, "495,499", "7495 7499");
	takes(b, "495, +44", "7495 44");
}

static void one_code(void **state)
{
	struct bench *b = *state;
	struct sheet_cell cell = { TW_STR("'7495.0"), COL_CALLER_PREFIX,
		&b->reject, &b->reading };
	char code[16] = "old";

	assert_int_equal(tw__sheet_code(code, &cell), TW_OK);
	assert_string_equal(code, "7495");
	cell.text = TW_STR("7495-7499");
	assert_int_equal(tw__sheet_code(code, &cell), TW_EPARSE);
	cell.text = TW_STR("7495X");
	assert_int_equal(tw__sheet_code(code, &cell), TW_EPARSE);
	cell.text = TW_STR("7E5");
	assert_int_equal(tw__sheet_code(code, &cell), TW_EPARSE);
	assert_string_equal(code, "7495");
}

#define TEST(t) cmocka_unit_test_setup(t, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(single_codes), TEST(spreadsheet_damage), TEST(ranges),
		TEST(lists), TEST(wildcards), TEST(countries_apart),
		TEST(national_codes), TEST(one_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
