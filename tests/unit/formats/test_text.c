/* Encodings become UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "formats/csv.h"

static tw_status convert(char **out, size_t *size, struct tw_str in,
			 bool fallback)
{
	/* exactly sized heap copy: a read past the end is seen by asan */
	char *copy = malloc(in.l ? in.l : 1);
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	assert_non_null(copy);
	memcpy(copy, in.p, in.l);
	status = tw__text_to_utf8(out, size, copy, in.l, fallback, &err);
	free(copy);
	if (status)
		assert_true(err.message[0] != '\0');
	return status;
}

static void check(struct tw_str in, bool fallback, const char *want)
{
	char *out = NULL;
	size_t size = 0;

	assert_int_equal(convert(&out, &size, in, fallback), TW_OK);
	assert_int_equal(size, strlen(want));
	assert_string_equal(out, want);
	tw_free(out);
}

static void good_encodings(void **state)
{
	(void)state;
	check(TW_STR(""), false, "");
	check(TW_STR("abc"), false, "abc");
	check(TW_STR("\xef\xbb\xbf\xd0\xb6"), false, "\xd0\xb6");
	check(TW_STR("\xd0\xb6"), true, "\xd0\xb6");
	check(TW_STR("\xff\xfe\x36\x04;\0"), false, "\xd0\xb6;");
	check(TW_STR("\xfe\xff\x04\x36\0;"), false, "\xd0\xb6;");
	check(TW_STR("\xff\xfe\x3d\xd8\x00\xde"), false, "\xf0\x9f\x98\x80");
	check(TW_STR("\xff\xfe\xac\x20"), false, "\xe2\x82\xac");
	check(TW_STR("\xff\xfe"), false, "");
	/* "Kazan" in Russian, the numero sign and the ruble's old neighbour */
	check(TW_STR("\xca\xe0\xe7\xe0\xed\xfc \xb9 \x88 \xff"), true,
	      "\xd0\x9a\xd0\xb0\xd0\xb7\xd0\xb0\xd0\xbd\xd1\x8c "
	      "\xe2\x84\x96 \xe2\x82\xac \xd1\x8f");
}

static void refusals(void **state)
{
	static const struct { struct tw_str in; bool fallback; } rows[] = {
		{ { "ab\xff", 3 }, false },
		{ { "a\x98", 2 }, true },            /* unassigned */
		{ { "\xff\xfe" "a", 3 }, true },     /* odd length */
		{ { "\xff\xfe\x3d\xd8", 4 }, true }, /* half a pair at end */
		{ { "\xff\xfe\x00\xde" "a\0", 6 }, true },
		{ { "\xff\xfe\x3d\xd8" "a\0", 6 }, true },
	};
	char *out = NULL;
	size_t size = 77;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		assert_int_equal(convert(&out, &size, rows[i].in,
					 rows[i].fallback), TW_EPARSE);
	assert_int_equal(convert(&out, &size, TW_STR("\xff\xfe\0\0a\0\0\0"),
				 true), TW_EUNSUPPORTED);
	assert_null(out);
	assert_int_equal(size, 77);
}

static void place_of_the_bad_byte(void **state)
{
	tw_error err = TW_ERROR_INIT;
	char *out = NULL;
	size_t size;

	(void)state;
	assert_int_equal(tw__text_to_utf8(&out, &size, "a\nb\nc\xe9\n", 7,
					  false, &err), TW_EPARSE);
	assert_int_equal(err.line, 3);
	assert_non_null(strstr(err.message, "0xe9 at 5"));
}

/* Every assigned byte maps to one valid letter, none to two alike. */
static void whole_code_page(void **state)
{
	char seen[128][4];
	size_t count = 0;

	(void)state;
	for (int b = 0x80; b < 0x100; b++) {
		/* a lone 0x81 in front keeps the input from being UTF-8 */
		char in[2] = { '\x81', (char)b }, *out = NULL;
		size_t size;

		if (b == 0x98)
			continue;
		assert_int_equal(tw__text_to_utf8(&out, &size, in, 2, true,
						  NULL), TW_OK);
		assert_true(tw__utf8_is_valid(out, size));
		assert_memory_equal(out, "\xd0\x83", 2);
		assert_int_equal(tw__utf8_sequence(out + 2, size - 2),
				 size - 2);
		for (size_t i = 0; i < count; i++)
			assert_string_not_equal(seen[i], out + 2);
		strcpy(seen[count++], out + 2);
		tw_free(out);
	}
	assert_int_equal(count, 127);
}

/* Told what it is, a file may look like something else. */
static void named_encodings(void **state)
{
	char *out = NULL;
	size_t size;

	(void)state;
	assert_int_equal(tw__text_utf16(&out, &size, "7\0\x1a\x04", 4, NULL),
			 TW_OK);
	assert_string_equal(out, "7\xd0\x9a");
	tw_free(out);
	assert_int_equal(tw__text_utf16(&out, &size, "\xfe\xff\0" "7", 4,
					NULL), TW_OK);
	assert_string_equal(out, "7");
	tw_free(out);
	assert_int_equal(tw__text_utf16(&out, &size, "777", 3, NULL),
			 TW_EPARSE);
	assert_int_equal(tw__text_cp1251(&out, &size, "\xd0\x9a", 2, NULL),
			 TW_OK);
	assert_string_equal(out, "\xd0\xa0\xd1\x99");
	tw_free(out);
	assert_int_equal(tw__text_cp1251(&out, &size, "\x98", 1, NULL),
			 TW_EPARSE);
	assert_int_equal(tw__text_cp1251(NULL, &size, "7", 1, NULL),
			 TW_EINVAL);
	assert_int_equal(tw__text_utf16(NULL, &size, "7", 1, NULL),
			 TW_EINVAL);
}

static void what_is_shown_is_cut_between_letters(void **state)
{
	char out[TW_TEXT_SHOWN + 1], text[100];

	(void)state;
	out[TW_TEXT_SHOWN] = 'z';
	memset(text, 'a', sizeof(text));
	tw__text_shown(out, tw__str(text, TW_TEXT_SHOWN - 1));
	assert_int_equal(strlen(out), TW_TEXT_SHOWN - 1);
	assert_int_equal(out[TW_TEXT_SHOWN - 2], 'a');
	tw__text_shown(out, tw__str(text, TW_TEXT_SHOWN));
	assert_string_equal(out + TW_TEXT_SHOWN - 5, "a...");
	for (size_t pad = 0; pad < 4; pad++) {
		memset(text, 'a', pad);
		for (size_t i = pad; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 3);
		tw__text_shown(out, tw__str(text, 90));
		assert_true(tw__utf8_is_valid(out, strlen(out)));
		assert_true(strlen(out) >= TW_TEXT_SHOWN - 4);
		assert_string_equal(out + strlen(out) - 3, "...");
	}
	assert_int_equal(out[TW_TEXT_SHOWN], 'z');
	tw__text_shown(out, TW_STR("\x1f\x7f~"));
	assert_string_equal(out, "\?\?~");
}

/* Every second byte; not a hole in a disk, nor a byte gone astray. */
static void is_wide(void **state)
{
	const struct { struct tw_str text; bool is; } all[] = {
		{ TW_STR("a\0b\0\n\0"), true },
		{ TW_STR("\0a\0b\0\n"), true },
		{ TW_STR("\x1a\x04;\0" "1\0\n\0"), true },
		{ TW_STR("\0\0\0\0\0\0\0\0"), false },
		{ TW_STR("a,b,c,\0,d,e\n"), false },
		{ TW_STR("a,b,c,d\n"), false }, { TW_STR("a\0"), false },
		{ TW_STR(""), false },
	};
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		if (tw__text_is_wide(all[i].text) != all[i].is)
			fail_msg("%zu", i);
	}
	assert_int_equal(tw__text_fail_wide(&err), TW_EUNSUPPORTED);
	assert_non_null(strstr(err.message, "UTF-16"));
}

/* A view, without a copy, of what needs none. */
static void is_utf8_as_it_stands(void **state)
{
	static const struct tw_str not[] = {
		TW_STR("caf\xe9"), TW_STR("\xff\xfe" "a\0"),
		TW_STR("\xfe\xff\0a"), TW_STR("\0\0\xfe\xff\0\0\0a"),
		TW_STR("a long text of ASCII, and one letter more: \x80"),
		TW_STR("\xed\xa0\x80 in front of a text of ASCII letters"),
		TW_STR("a\0;\0" "1\0\n"), TW_STR("\0a\0;\0" "1\0\n"),
	};
	static const char marked[] = "\xef\xbb\xbf" "a\xe2\x82\xac";
	struct tw_str out = { NULL, 77 };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(not); i++)
		assert_false(tw__text_is_utf8(&out, not[i].p, not[i].l));
	assert_int_equal(out.l, 77);
	assert_true(tw__text_is_utf8(&out, marked, sizeof(marked) - 1));
	assert_ptr_equal(out.p, marked + 3);
	assert_int_equal(out.l, 4);
	assert_true(tw__text_is_utf8(&out, NULL, 0));
	assert_int_equal(out.l, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_wide),
		cmocka_unit_test(is_utf8_as_it_stands),
		cmocka_unit_test(good_encodings),
		cmocka_unit_test(refusals),
		cmocka_unit_test(place_of_the_bad_byte),
		cmocka_unit_test(whole_code_page),
		cmocka_unit_test(named_encodings),
		cmocka_unit_test(what_is_shown_is_cut_between_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
