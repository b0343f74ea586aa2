/* Error texts: one clean line, whatever the world put into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"

static void a_failure_replaces_the_last_one(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	tw__fail_at(&err, TW_EPARSE, 9, "rate", "old");
	err.sip_code = 403;
	err.store_code = 5;
	assert_int_equal(tw__fail(&err, TW_ERANGE, "found '%c'", 'x'),
			 TW_ERANGE);
	assert_int_equal(err.code, TW_ERANGE);
	assert_int_equal(err.sip_code, 0);
	assert_int_equal(err.store_code, 0);
	assert_int_equal(err.line, 0);
	assert_string_equal(err.field, "");
	assert_string_equal(err.message, "found 'x'");
	assert_int_equal(tw__fail_oom(&err), TW_ENOMEM);
	assert_int_equal(err.code, TW_ENOMEM);
	assert_string_equal(err.message, "out of memory");
}

static void no_error_struct_is_fine(void **state)
{
	(void)state;
	assert_int_equal(tw__fail(NULL, TW_EIO, "x"), TW_EIO);
	assert_int_equal(tw__fail_at(NULL, TW_EIO, 1, "f", "x"), TW_EIO);
	assert_int_equal(tw__fail_oom(NULL), TW_ENOMEM);
	assert_int_equal(tw__error_place(NULL, 1, "f"), TW_EINVAL);
}

static void message_is_one_clean_line(void **state)
{
	tw_error err = TW_ERROR_INIT;
	char text[800];

	(void)state;
	tw__fail(&err, TW_EPARSE, "%s", "a\r\nb\x1b[2J\x7f\xff\xc3");
	assert_string_equal(err.message, "a??b?[2J???");
	/* 383 bytes fit: 191 two-byte letters, and never half of one */
	for (size_t i = 0; i < 798; i += 2)
		memcpy(text + i, "\xd0\xb6", 2);
	text[798] = '\0';
	tw__fail(&err, TW_EPARSE, "%s", text);
	assert_int_equal(strlen(err.message), 382);
	assert_true(tw__utf8_is_valid(err.message, strlen(err.message)));
	tw__fail(&err, TW_EPARSE, "-%s", text);
	assert_int_equal(strlen(err.message), 383);
	assert_true(tw__utf8_is_valid(err.message, strlen(err.message)));
}

static void field_is_cut_and_cleaned_too(void **state)
{
	tw_error err = TW_ERROR_INIT;
	char field[400];

	(void)state;
	memset(field, 'f', sizeof(field) - 1);
	field[0] = '\n';
	field[sizeof(field) - 1] = '\0';
	tw__fail_at(&err, TW_EPARSE, INT64_MAX, field, "m");
	assert_int_equal(strlen(err.field), TW_ERROR_FIELD_MAX - 1);
	assert_int_equal(err.field[0], '?');
	assert_int_equal(err.field[1], 'f');
	assert_string_equal(err.message, "m");
	assert_true(err.line == INT64_MAX);
	tw__fail(&err, TW_EPARSE, "m");
	tw__error_place(&err, 0, field);
	assert_int_equal(strlen(err.field), TW_ERROR_FIELD_MAX - 1);
	assert_int_equal(err.field[0], '?');
}

static void message_may_quote_the_same_error(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	tw__fail_at(&err, TW_EPARSE, 7, "rate", "bad");
	tw__fail_at(&err, TW_ECONFLICT, err.line, err.field, "row: %s",
		    err.message);
	assert_string_equal(err.message, "row: bad");
	assert_string_equal(err.field, "rate");
	assert_int_equal(err.line, 7);
}

static void place_keeps_what_is_there(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	tw__fail(&err, TW_ERANGE, "too big");
	assert_int_equal(tw__error_place(&err, 0, NULL), TW_ERANGE);
	assert_string_equal(err.field, "");
	assert_int_equal(tw__error_place(&err, 5, NULL), TW_ERANGE);
	assert_int_equal(tw__error_place(&err, 6, "rate"), TW_ERANGE);
	assert_int_equal(tw__error_place(&err, 7, "other"), TW_ERANGE);
	assert_int_equal(err.line, 5);
	assert_string_equal(err.field, "rate");
	assert_string_equal(err.message, "too big");
}

/* A struct whose size was never set is not written beyond it. */
static void short_error_is_left_alone(void **state)
{
	tw_error err;

	(void)state;
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err) - 1;
	assert_int_equal(tw__fail(&err, TW_EIO, "x"), TW_EIO);
	assert_int_equal(tw__fail_at(&err, TW_EIO, 1, "f", "x"), TW_EIO);
	assert_int_equal(tw__error_place(&err, 1, "f"), TW_EINVAL);
	assert_int_equal(err.message[0], 0x5a);
	assert_int_equal(err.field[0], 0x5a);
	assert_int_equal(err.code, 0x5a5a5a5a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_replaces_the_last_one),
		cmocka_unit_test(no_error_struct_is_fine),
		cmocka_unit_test(message_is_one_clean_line),
		cmocka_unit_test(field_is_cut_and_cleaned_too),
		cmocka_unit_test(message_may_quote_the_same_error),
		cmocka_unit_test(place_keeps_what_is_there),
		cmocka_unit_test(short_error_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
