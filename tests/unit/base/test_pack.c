/* Numbers, texts and counts as bytes; reading stops at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/pack.h"
#include <trunkwise/time.h>

#define T0 (1767225600 * TW_SECOND)

static void numbers_are_the_same_everywhere(void **state)
{
	struct tw_unpack in;
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	tw__pack_number(&buf, 0x0102030405060708u, 8);
	tw__pack_number(&buf, 0xfffffffeu, 4);
	tw__pack_number(&buf, 1, 1);
	assert_int_equal(buf.size, 13);
	assert_memory_equal(buf.data, "\x8\x7\x6\x5\x4\x3\x2\x1\xfe\xff\xff"
			    "\xff\x1", 13);
	in = (struct tw_unpack){ (uint8_t *)buf.data,
				 (uint8_t *)buf.data + buf.size, false };
	assert_int_equal(tw__unpack_number(&in, 8), 0x0102030405060708u);
	assert_int_equal(tw__unpack_number(&in, 4), 0xfffffffeu);
	assert_int_equal(tw__unpack_number(&in, 1), 1);
	assert_false(in.is_bad);
	assert_int_equal(tw__unpack_number(&in, 1), 0);
	assert_true(in.is_bad);
	tw__buf_free(&buf);
}

static bool reads(const char *bytes, size_t size, const char *text)
{
	struct tw_unpack in = { (const uint8_t *)bytes,
				(const uint8_t *)bytes + size, false };
	char out[16];

	tw__unpack_text(out, 6, &in);
	return !in.is_bad && !strcmp(out, text);
}

static void texts_are_checked(void **state)
{
	(void)state;
	assert_true(reads("\4\0anna", 6, "anna"));
	assert_false(reads("\5\0anna", 6, "anna"));
	assert_false(reads("\6\0annass", 8, "annass"));
	assert_true(reads("\0\0", 2, ""));
	assert_false(reads("\2\0a\0", 4, "a"));
	assert_false(reads("\1\0\xff", 3, "\xff"));
	assert_false(reads("\xff\xff", 2, ""));
	assert_false(reads("\4", 1, ""));
}

/* No memory is taken for what cannot follow. */
static void counts_are_held_against_the_rest(void **state)
{
	const uint8_t bytes[] = { 2, 0, 0, 0, 9, 9, 9, 9, 9, 9 };
	struct tw_unpack in = { bytes, bytes + sizeof(bytes), false };

	(void)state;
	assert_int_equal(tw__unpack_count(&in, 3), 2);
	in.at = bytes;
	assert_int_equal(tw__unpack_count(&in, 4), 0);
	assert_true(in.is_bad);
}

struct thing {
	uint32_t narrow;
	bool flag;
	tw_time at;
};

static void members_that_cannot_be(void **state)
{
	static const struct tw_saved table[] = {
		TW_SAVED(thing, narrow, NUMBER),
		TW_SAVED(thing, flag, BOOL),
		TW_SAVED(thing, at, TIME),
	};
	struct thing from = { 7, true, T0 }, to = { 0 }, copy = { 0 };
	struct tw_unpack in;
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	tw__pack_saved(&buf, &from, table, 3);
	assert_int_equal(buf.size, 13);
	in.at = (uint8_t *)buf.data;
	in.end = in.at + buf.size;
	in.is_bad = false;
	tw__unpack_saved(&to, &in, table, 3);
	assert_false(in.is_bad);
	assert_int_equal(to.narrow, 7);
	assert_true(to.flag);
	assert_int_equal(to.at, T0);
	tw__copy_saved(&copy, &to, table, 3);
	assert_int_equal(copy.at, T0);
	buf.data[4] = 2;
	in.at = (uint8_t *)buf.data;
	tw__unpack_saved(&to, &in, table, 3);
	assert_true(in.is_bad);
	buf.data[4] = 1;
	buf.data[12] = 0x70;    /* the year 250000 */
	in.at = (uint8_t *)buf.data;
	in.is_bad = false;
	tw__unpack_saved(&to, &in, table, 3);
	assert_true(in.is_bad);
	tw__buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_the_same_everywhere),
		cmocka_unit_test(texts_are_checked),
		cmocka_unit_test(counts_are_held_against_the_rest),
		cmocka_unit_test(members_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
