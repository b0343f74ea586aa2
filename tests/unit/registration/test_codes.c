/**
 * @file test_codes.c  Which answers count as alive
 */
#include "fake.h"
#include "registration/codes.h"

static void test_default(void **state)
{
	static const int32_t dead[] = { 0, 100, 199, 408, 502, 503, 504, 700,
		-1, INT32_MAX, INT32_MIN };
	static const int32_t alive[] = { 200, 202, 302, 401, 403, 404, 405,
		407, 481, 500, 501, 603, 699 };
	struct tw_codes codes;

	(void)state;
	assert_int_equal(tw__codes_read(&codes, NULL, "f", NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(dead); i++)
		assert_false(tw__codes_has(&codes, dead[i]));
	for (size_t i = 0; i < TW_ARRAY_COUNT(alive); i++)
		assert_true(tw__codes_has(&codes, alive[i]));
}

static void test_list(void **state)
{
	struct tw_codes codes;

	(void)state;
	assert_int_equal(tw__codes_read(&codes, " 2xx,404\n  6XX ", "f", NULL),
		TW_OK);
	for (int32_t code = 100; code < 800; code++)
		assert_int_equal(tw__codes_has(&codes, code),
			code / 100 == 2 || code / 100 == 6 || code == 404);
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "", " , ", "1xx", "7xx", "199",
		"700", "20", "2000", "2x", "xxx", "-404", "+04", "404;405",
		"2xx 4 04", "\r\n", "4\xd1\x85" };
	struct tw_codes codes = { { 7 } };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		assert_int_equal(tw__codes_read(&codes, bad[i], "alive",
			&err), TW_EINVAL);
		assert_string_equal(err.field, "alive");
		assert_int_equal(codes.bits[0], 7);      /* untouched */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
