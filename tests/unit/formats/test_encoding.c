/* In which letters a file is: by all of it, in chunks of any size. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>
#include "formats/encoding.h"
#include "../stream.h"

static tw_status find(struct tw__encoding *out, struct tw_str text,
		      enum encoding_wish wish, tw_error *err)
{
	struct stream stream = { .text = text.p, .size = text.l,
		.at_once = text.l % 3 };
	struct tw__bytes bytes = { .read = stream_read, .arg = &stream };
	struct tw__bytes memory = { .data = text.p, .size = text.l };
	struct tw__encoding again;
	tw_status status = tw__encoding_find(out, &bytes, wish, err);

	assert_int_equal(tw__encoding_find(&again, &memory, wish, NULL),
			 status);
	if (status)
		return status;
	assert_int_equal(again.kind, out->kind);
	assert_int_equal(again.mark, out->mark);
	assert_true(bytes.are_known);
	assert_int_equal(bytes.size, text.l);
	return TW_OK;
}

static void small(void **state)
{
	static const struct {
		struct tw_str text;
		enum encoding_wish wish;
		tw_status status;
		struct tw__encoding is;
	} all[] = {
		{ { "", 0 }, WISH_GUESS, 0, { ENCODING_UTF8, 0 } },
		{ { "a\xd0\x98", 3 }, WISH_GUESS, 0, { ENCODING_UTF8, 0 } },
		{ { "\xef\xbb\xbf" "a", 4 }, WISH_UTF8, 0,
			{ ENCODING_UTF8, 3 } },
		{ { "\xef\xbb\xbf\xc8", 4 }, WISH_GUESS, 0,
			{ ENCODING_CP1251, 3 } },
		{ { "a\xd0", 2 }, WISH_GUESS, 0, { ENCODING_CP1251, 0 } },
		{ { "a\xd0", 2 }, WISH_UTF8, TW_EPARSE, { 0, 0 } },
		{ { "a\xd0", 2 }, WISH_LENIENT, 0, { ENCODING_AS_IS, 0 } },
		{ { "a\x98", 2 }, WISH_GUESS, TW_EPARSE, { 0, 0 } },
		{ { "\xd0\x98", 2 }, WISH_CP1251, TW_EPARSE, { 0, 0 } },
		{ { "\xd0\xd0", 2 }, WISH_CP1251, 0,
			{ ENCODING_CP1251, 0 } },
		{ { "\xff\xfe" "a\0", 4 }, WISH_GUESS, 0,
			{ ENCODING_UTF16, 2 } },
		{ { "\xfe\xff\0a", 4 }, WISH_UTF16, 0,
			{ ENCODING_UTF16_BIG, 2 } },
		{ { "a\0", 2 }, WISH_UTF16, 0, { ENCODING_UTF16, 0 } },
		{ { "a\0b", 3 }, WISH_UTF16, TW_EPARSE, { 0, 0 } },
		{ { "\xff\xfe\x00\xd8", 4 }, WISH_GUESS, TW_EPARSE,
			{ 0, 0 } },
		{ { "\xff\xfe\x00\xd8", 4 }, WISH_LENIENT, 0,
			{ ENCODING_AS_IS, 0 } },
		{ { "\xff\xfe\0\0", 4 }, WISH_LENIENT, TW_EUNSUPPORTED,
			{ 0, 0 } },
		{ { "a\0;\0", 4 }, WISH_GUESS, TW_EUNSUPPORTED, { 0, 0 } },
		{ { "\0a\0;", 4 }, WISH_UTF8, TW_EUNSUPPORTED, { 0, 0 } },
		{ { "a\0;\0", 4 }, WISH_UTF16, TW_OK,
			{ ENCODING_UTF16, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		struct tw__encoding is;
		tw_status status = find(&is, all[i].text, all[i].wish, NULL);

		if (status != all[i].status)
			fail_msg("%zu: status %d", i, status);
		if (!status && (is.kind != all[i].is.kind ||
				is.mark != all[i].is.mark))
			fail_msg("%zu: kind %d, mark %zu", i, is.kind,
				 is.mark);
	}
}

/* A letter on each side of where a chunk ends; and where it is told. */
static void chunks(void **state)
{
	const size_t size = 200001;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	for (size_t shift = 0; shift < 4; shift++) {
		struct tw__encoding is;
		tw_error err = TW_ERROR_INIT;
		size_t n = shift;

		memset(text, '\n', size);
		for (; n + 4 < size; n += 4)
			memcpy(text + n, "\xf0\x9f\x98\x80", 4);
		assert_int_equal(find(&is, tw__str(text, size), WISH_UTF8,
				      &err), TW_OK);
		assert_int_equal(is.kind, ENCODING_UTF8);
		text[150000 + shift] = '\n';
		assert_int_equal(find(&is, tw__str(text, size), WISH_UTF8,
				      &err), TW_EPARSE);
		assert_int_equal(err.line, (int64_t)shift + 2);
		assert_non_null(strstr(err.message, shift ? " at 15000" :
				       "byte 0x9f at 150001"));
	}
	free(text);
}

static void whole(void **state)
{
	static const struct {
		enum encoding_kind kind;
		struct tw_str text;
		size_t whole;
	} all[] = {
		{ ENCODING_UTF8, { "ab", 2 }, 2 },
		{ ENCODING_UTF8, { "a\xd0", 2 }, 1 },
		{ ENCODING_UTF8, { "a\xd0\x98", 3 }, 3 },
		{ ENCODING_UTF8, { "\xe2\x82", 2 }, 0 },
		{ ENCODING_UTF8, { "\xf0\x9f\x98", 3 }, 0 },
		{ ENCODING_UTF8, { "\xf0\x9f\x98\x80", 4 }, 4 },
		{ ENCODING_UTF8, { "\x80\x80\x80\x80", 4 }, 4 },
		{ ENCODING_UTF16, { "a\0b", 3 }, 2 },
		{ ENCODING_UTF16, { "a\0\x3d\xd8", 4 }, 2 },
		{ ENCODING_UTF16_BIG, { "\0a\xd8\x3d", 4 }, 2 },
		{ ENCODING_UTF16, { "\x3d\xd8\x00\xde", 4 }, 4 },
		{ ENCODING_CP1251, { "\xd0", 1 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++)
		if (tw__encoding_whole(all[i].kind, all[i].text.p,
				       all[i].text.l) != all[i].whole)
			fail_msg("%zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small),
		cmocka_unit_test(chunks),
		cmocka_unit_test(whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
