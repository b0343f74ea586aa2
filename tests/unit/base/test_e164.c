/* Dialled strings become digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/e164.h"

static void check(const char *text, const struct tw_dial_rule *rule,
		  const char *want)
{
	char out[TW_DIGITS_MAX];
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__e164(out, text, rule, &err), TW_OK);
	assert_string_equal(out, want);
}

static void russian_spellings(void **state)
{
	static const char *same[] = {
		"+7 (495) 123-45-67", "84951234567", "8 495 123.45.67",
		"74951234567", "+74951234567", "(8)495-1234567",
		"81074951234567"
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(same); i++)
		check(same[i], &tw__dial_russia, "74951234567");
	check("810 49 30 1234567", &tw__dial_russia, "49301234567");
	check("112", &tw__dial_russia, "112");
	check("88002000600", &tw__dial_russia, "78002000600");
	check("1234567", &tw__dial_russia, "1234567");
	check("8101", &tw__dial_russia, "8101");
	check("4951234567", &tw__dial_russia, "4951234567");
	check("88002000600123", &tw__dial_russia, "88002000600123");
}

static void other_countries(void **state)
{
	static const struct tw_dial_rule germany = { "49", "0", "00", 0,
		NULL };
	static const struct tw_dial_rule spain = { "34", "", "00", 9,
		NULL };

	(void)state;
	check("030 1234567", &germany, "49301234567");
	check("0044 20 7946 0000", &germany, "442079460000");
	check("912345678", &spain, "34912345678");
	check("061", &spain, "061");
	check("00 7 495 1234567", &spain, "74951234567");
	check("+1-202-555-0100", NULL, "12025550100");
	check("0301234567", NULL, "0301234567");
}

static void refusals(void **state)
{
	static const char *bad[] = {
		"", " ", "+", "()", "abc", "7495x123", "7+495", "++7", "7;8",
		"sip:7@x", "+0123", "+1234567890123456",
		"00000000001111111111222222222233", "7\n8", "8495\xd0\xb6"
	};
	char out[TW_DIGITS_MAX] = "kept";

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(tw__e164(out, bad[i], &tw__dial_russia,
					  &err), TW_EPARSE);
		assert_true(err.message[0] != '\0');
	}
	assert_int_equal(tw__e164(out, NULL, NULL, NULL), TW_EINVAL);
	assert_string_equal(out, "kept");
}

static void digits_only(void **state)
{
	(void)state;
	assert_true(tw__digits_only("0123"));
	assert_false(tw__digits_only(""));
	assert_false(tw__digits_only(NULL));
	assert_false(tw__digits_only("12 3"));
}

/* Eight bytes a step: what is no digit is seen wherever it stands. */
static void digits_only_sees_each_byte(void **state)
{
	static const char others[] = { '/', ':', ' ', '\x01', '\x7f', '\xb0',
		'\xff' };
	char text[40];

	(void)state;
	for (size_t length = 1; length < sizeof(text); length++) {
		memset(text, '7', length);
		text[length] = '\0';
		assert_true(tw__digits_only(text));
		for (size_t at = 0; at < length; at++) {
			text[at] = others[(at + length) % sizeof(others)];
			assert_false(tw__digits_only(text));
			text[at] = at & 1 ? '0' : '9';
			assert_true(tw__digits_only(text));
		}
	}
}

/* Digits that need nothing take a short way, no further than others. */
static void what_is_spelled_already(void **state)
{
	static const char longest[] = "7777777777777777777777777777777";
	static const char too_long[] = "77777777777777777777777777777777";
	char out[TW_DIGITS_MAX] = "kept";

	(void)state;
	_Static_assert(sizeof(longest) == TW_DIGITS_MAX, "fits");
	check(longest, &tw__dial_russia, longest);
	check("7", &tw__dial_russia, "7");
	check("8", &tw__dial_russia, "8");
	check("74951234567", NULL, "74951234567");
	assert_int_equal(tw__e164(out, too_long, NULL, NULL), TW_EPARSE);
	assert_int_equal(tw__e164(out, "", &tw__dial_russia, NULL),
			 TW_EPARSE);
}

static void test_emergency_numbers_of_a_country(void **state)
{
	static const struct tw_dial_rule elsewhere = { "49", "0", "00", 0,
		NULL };

	(void)state;
	assert_true(tw__is_emergency("112", NULL));
	assert_true(tw__is_emergency("112", &elsewhere));
	assert_true(tw__is_emergency("103", &tw__dial_russia));
	assert_false(tw__is_emergency("103", &elsewhere));
	assert_false(tw__is_emergency("1120", &tw__dial_russia));
	assert_false(tw__is_emergency("", &tw__dial_russia));
}

/* One rule for a deployment, an import and a host of the library. */
static void rule_of_a_calling_code(void **state)
{
	static const struct { const char *country, *text, *digits; } cases[] =
	{
		{ NULL, "8 843 200-00-01", "78432000001" },
		{ "", "8 843 200-00-01", "78432000001" },
		{ "7", "810 49 170 1234567", "491701234567" },
		{ "49", "0049 170 1234567", "491701234567" },
		{ "49", "+49 170 1234567", "491701234567" },
		{ "49", "0170 1234567", "01701234567" },
		{ "49", "88432000001", "88432000001" },
		{ "49", "112", "112" }, { "49", "101", "101" },
	};
	char digits[32];
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		if (tw_number_digits(digits, sizeof(digits), cases[i].text,
				     cases[i].country, &err))
			fail_msg("%s: %s", cases[i].text, err.message);
		assert_string_equal(digits, cases[i].digits);
	}
	assert_int_equal(tw_number_digits(digits, sizeof(digits), "00", "49",
					  &err), TW_EPARSE);
	assert_null(tw__dial_rule("49").emergency);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_emergency_numbers_of_a_country),
		cmocka_unit_test(russian_spellings),
		cmocka_unit_test(other_countries),
		cmocka_unit_test(refusals),
		cmocka_unit_test(digits_only),
		cmocka_unit_test(digits_only_sees_each_byte),
		cmocka_unit_test(what_is_spelled_already),
		cmocka_unit_test(rule_of_a_calling_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
