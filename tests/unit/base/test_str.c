/* Views, numbers in text, UTF-8, header safety. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"

static void views_compare(void **state)
{
	(void)state;
	assert_true(tw__str_eq(tw__str_of(NULL), ""));
	assert_true(tw__str_eq(TW_STR("ab"), "ab"));
	assert_false(tw__str_eq(TW_STR("ab"), "abc"));
	assert_true(tw__str_ieq(TW_STR("AbZ"), "aBz"));
	assert_false(tw__str_ieq(TW_STR("@"), "`"));
	assert_true(tw__str_eq(tw__str_trim(TW_STR(" \t a b\r ")), "a b"));
	assert_int_equal(tw__str_trim(TW_STR(" \t\r")).l, 0);
}

static void numbers_are_strict(void **state)
{
	static const char *bad[] = { "", "+1", "-1", " 1", "1 ", "1.0", "0x1",
				     "18446744073709551616",
				     "99999999999999999999" };
	uint64_t value = 5;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++)
		assert_false(tw__str_u64(&value, tw__str_of(bad[i])));
	assert_int_equal(value, 5);
	assert_true(tw__str_u64(&value, TW_STR("18446744073709551615")));
	assert_true(value == UINT64_MAX);
	assert_true(tw__str_u64(&value, TW_STR("007")));
	assert_int_equal(value, 7);
}

static bool valid(const char *text)
{
	return tw__utf8_is_valid(text, strlen(text));
}

static void cut_in_whole_letters(void **state)
{
	char out[8];

	(void)state;
	tw__utf8_cut(out, sizeof(out), "abcdefghij");
	assert_string_equal(out, "abcdefg");
	tw__utf8_cut(out, sizeof(out), "abcde\u20ac");
	assert_string_equal(out, "abcde");
	tw__utf8_cut(out, sizeof(out), "abcd\u20ac");
	assert_string_equal(out, "abcd\u20ac");
	tw__utf8_cut(out, 1, "a");
	assert_string_equal(out, "");
	tw__utf8_cut(out, sizeof(out), "");
	assert_string_equal(out, "");
}

static void utf8_is_strict(void **state)
{
	(void)state;
	assert_true(valid(""));
	assert_true(valid("plain ascii longer than eight bytes"));
	assert_true(valid("\xd0\x9a\xd0\xb0\xd0\xb7\xd0\xb0\xd0\xbd\xd1\x8c"));
	assert_true(valid("\xf0\x9f\x98\x80"));
	assert_true(valid("\xf4\x8f\xbf\xbf"));
	assert_false(valid("\xc0\xaf"));              /* overlong */
	assert_false(valid("\xe0\x80\xaf"));
	assert_false(valid("\xf0\x80\x80\xaf"));
	assert_false(valid("\xed\xa0\x80"));          /* surrogate */
	assert_false(valid("\xf4\x90\x80\x80"));      /* above U+10FFFF */
	assert_false(valid("12345678\x80"));
	assert_false(valid("1234567\xd0"));           /* cut off */
	assert_false(tw__utf8_is_valid("\xe2\x82\xac", 2));
}

static void header_safety(void **state)
{
	static const char *bad[] = { "a\r\nVia: x", "a\nb", "\x01", "a\"b",
				     "a\\b", "<a>", "a>", "\x7f", "\xff" };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++)
		assert_false(tw__text_is_header_safe(bad[i]));
	assert_false(tw__text_is_header_safe(NULL));
	assert_true(tw__text_is_header_safe(""));
	assert_true(tw__text_is_header_safe("O'Neill \xd0\x96, main-1@x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_compare),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(utf8_is_strict),
		cmocka_unit_test(cut_in_whole_letters),
		cmocka_unit_test(header_safety),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
