/**
 * @file test_fail.c  Errors: one line, whatever was quoted
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#include "sip/port.h"

static void test_shape(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	err.sip_code = 403;
	err.store_code = 5;
	err.line = 9;
	assert_int_equal(tw__sip_fail(&err, TW_EIO, "local_host",
		"port %u", 5060u), TW_EIO);
	assert_int_equal(err.code, TW_EIO);
	assert_int_equal(err.size, sizeof(err));
	assert_int_equal(err.sip_code, 0);
	assert_int_equal(err.store_code, 0);
	assert_int_equal(err.line, 0);
	assert_string_equal(err.field, "local_host");
	assert_string_equal(err.message, "port 5060");
	assert_int_equal(tw__sip_fail(NULL, TW_EIO, "f", "x"), TW_EIO);
}

static void test_quotes_itself(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	(void)tw__sip_fail(&err, TW_EIO, "registrar", "no route");
	(void)tw__sip_fail(&err, TW_EBUSY, err.field, "again: %s",
		err.message);
	assert_string_equal(err.field, "registrar");
	assert_string_equal(err.message, "again: no route");
}

static void test_one_clean_line(void **state)
{
	tw_error err = TW_ERROR_INIT;
	char text[800];

	(void)state;
	(void)tw__sip_fail(&err, TW_EINVAL, "a\nb", "%s",
		"10.0.0.1\r\nforged\x1b[2J\x7f \xd0\xb6 \xe2\x82\xac "
		"\xf0\x9f\x98\x80 \xff\xc3 \xc0\xaf \x80 \xf5\x80\x80\x80");
	assert_string_equal(err.field, "a?b");
	assert_string_equal(err.message, "10.0.0.1?\?forged?[2J? \xd0\xb6 "
		"\xe2\x82\xac \xf0\x9f\x98\x80 ?? ?? ? ????");
	for (size_t i = 0; i < 798; i += 2)
		memcpy(text + i, "\xd0\xb6", 2);
	text[798] = '\0';
	(void)tw__sip_fail(&err, TW_EINVAL, text, "%s", text);
	assert_int_equal(strlen(err.message), TW_ERROR_MESSAGE_MAX - 1);
	assert_int_equal(err.message[TW_ERROR_MESSAGE_MAX - 2], '?');
	assert_int_equal(strlen(err.field), TW_ERROR_FIELD_MAX - 1);
	assert_int_equal(err.field[TW_ERROR_FIELD_MAX - 2], '?');
}

/* As in src/base: never written beyond what the caller has. */
static void test_short_struct_is_left_alone(void **state)
{
	tw_error err;

	(void)state;
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err) - 1;
	assert_int_equal(tw__sip_fail(&err, TW_EIO, "f", "x"), TW_EIO);
	assert_int_equal(err.code, 0x5a5a5a5a);
	assert_int_equal(err.message[0], 0x5a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_quotes_itself),
		cmocka_unit_test(test_one_clean_line),
		cmocka_unit_test(test_short_struct_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
