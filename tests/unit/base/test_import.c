/* Structs of callers that were built against another release. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"

struct options {
	uint32_t size;
	uint32_t a;
	uint64_t b;
};

static void the_same_release(void **state)
{
	struct options in = { sizeof(in), 1, 2 }, out = { 7, 7, 7 };

	(void)state;
	assert_int_equal(tw__import(&out, sizeof(out), &in, NULL), TW_OK);
	assert_memory_equal(&out, &in, sizeof(in));
}

static void newer_is_taken_while_its_news_are_zero(void **state)
{
	struct { struct options o; unsigned char next[8]; } in = {
		{ sizeof(in), 1, 2 }, { 0 }
	};
	struct options out = { 0, 0, 0 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__import(&out, sizeof(out), &in, &err), TW_OK);
	assert_int_equal(out.size, sizeof(out));
	assert_int_equal(out.a, 1);
	assert_int_equal(out.b, 2);
	for (size_t i = 0; i < sizeof(in.next); i++) {
		memset(in.next, 0, sizeof(in.next));
		in.next[i] = 0x80;
		out.a = 99;
		assert_int_equal(tw__import(&out, sizeof(out), &in, &err),
				 TW_EVERSION);
		assert_int_equal(out.a, 99);
	}
	assert_non_null(strstr(err.message, "byte 23 "));
	assert_non_null(strstr(err.message, "leave it zero"));
	/* what lies beyond its own size is not the caller's word */
	in.o.size = sizeof(in) - 1;
	assert_int_equal(tw__import(&out, sizeof(out), &in, &err), TW_OK);
}

/* Cut anywhere, even within a member: bytes it did not know are zero. */
static void older_is_filled_with_zeroes(void **state)
{
	struct options in, out;

	(void)state;
	for (uint32_t size = 4; size < sizeof(in); size++) {
		unsigned char *bytes = (unsigned char *)&out;

		memset(&in, 0xaa, sizeof(in));
		in.size = size;
		memset(&out, 0x55, sizeof(out));
		assert_int_equal(tw__import(&out, sizeof(out), &in, NULL),
				 TW_OK);
		assert_int_equal(out.size, sizeof(out));
		for (uint32_t i = 4; i < sizeof(out); i++)
			assert_int_equal(bytes[i], i < size ? 0xaa : 0);
	}
}

static void garbage_is_refused(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 3, 65537, 0xdeadbeef };
	static unsigned char large[65536];
	struct options in = { 0, 0, 0 }, out = { 1, 2, 3 };
	uint32_t most = sizeof(large);
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(sizes); i++) {
		in.size = sizes[i];
		assert_int_equal(tw__import(&out, sizeof(out), &in, &err),
				 TW_EINVAL);
		assert_non_null(strstr(err.message, "_INIT"));
	}
	assert_int_equal(tw__import(&out, sizeof(out), NULL, &err),
			 TW_EINVAL);
	assert_non_null(strstr(err.message, "NULL"));
	assert_int_equal(out.a, 2);
	assert_int_equal(out.b, 3);
	memcpy(large, &most, sizeof(most));
	assert_int_equal(tw__import(&out, sizeof(out), large, &err), TW_OK);
	assert_int_equal(out.b, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_release),
		cmocka_unit_test(newer_is_taken_while_its_news_are_zero),
		cmocka_unit_test(older_is_filled_with_zeroes),
		cmocka_unit_test(garbage_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
