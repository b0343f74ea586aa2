/* Growing byte strings and arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"
#include "../faults.h"

static void grows_and_is_taken(void **state)
{
	struct tw_buf buf;
	char *text;

	(void)state;
	tw__buf_init(&buf);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(tw__buf_printf(&buf, "%d,", i), TW_OK);
	assert_int_equal(buf.size, 3890);
	assert_int_equal(buf.data[buf.size], '\0');
	text = tw__buf_take(&buf);
	assert_memory_equal(text, "0,1,2,", 6);
	assert_null(buf.data);
	tw_free(text);
	text = tw__buf_take(&buf);
	assert_string_equal(text, "");
	tw_free(text);
	tw__buf_free(NULL);
}

/* The terminator has room of its own at every size. */
static void bytes_of_any_value_and_count(void **state)
{
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	for (size_t i = 0; i < 70; i++) {
		assert_int_equal(tw__buf_append(&buf, "\0x", 1), TW_OK);
		assert_int_equal(buf.size, i + 1);
		assert_true(buf.capacity > buf.size);
		assert_int_equal(buf.data[buf.size], '\0');
	}
	assert_int_equal(tw__buf_text(&buf, NULL), TW_OK);
	assert_int_equal(tw__buf_append(&buf, NULL, 0), TW_OK);
	assert_int_equal(buf.size, 70);
	tw__buf_free(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.capacity, 0);
}

static void a_failure_poisons_until_cleared(void **state)
{
	struct faults faults;
	struct tw_buf buf;
	char *text;

	(void)state;
	faults_begin(&faults, 1);
	tw__buf_init(&buf);
	assert_int_equal(tw__buf_text(&buf, "1234567"), TW_OK);
	assert_int_equal(tw__buf_text(&buf, "89"), TW_ENOMEM);
	assert_string_equal(buf.data, "1234567");
	/* memory is back, yet a text with a hole is worth nothing */
	assert_int_equal(tw__buf_text(&buf, ""), TW_ENOMEM);
	assert_int_equal(tw__buf_printf(&buf, "%d", 1), TW_ENOMEM);
	assert_int_equal(tw__buf_json(&buf, "x"), TW_ENOMEM);
	assert_null(tw__buf_take(&buf));
	assert_int_equal(faults.held, 0);
	assert_int_equal(tw__buf_text(&buf, "after take"), TW_OK);
	buf.failed = true;
	tw__buf_cut(&buf, 5);
	assert_string_equal(buf.data, "after");
	assert_false(buf.failed);
	tw__buf_clear(&buf);
	assert_string_equal(buf.data, "");
	assert_int_equal(tw__buf_text(&buf, "again"), TW_OK);
	text = tw__buf_take(&buf);
	assert_string_equal(text, "again");
	tw_free(text);
	assert_true(faults_end(&faults));
	assert_int_equal(faults.held, 0);
}

static void sizes_beyond_memory_are_refused(void **state)
{
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	assert_int_equal(tw__buf_append(&buf, "x", SIZE_MAX), TW_ENOMEM);
	assert_true(buf.failed);
	assert_null(buf.data);
	tw__buf_clear(&buf);
	tw__buf_text(&buf, "abc");
	assert_int_equal(tw__buf_append(&buf, "x", SIZE_MAX - 2), TW_ENOMEM);
	assert_string_equal(buf.data, "abc");
	tw__buf_free(&buf);
}

static void arrays_double_and_refuse_overflow(void **state)
{
	struct faults faults;
	void *mem = NULL, *before;
	size_t capacity = 0;

	(void)state;
	assert_int_equal(tw__grow(&mem, &capacity, SIZE_MAX, 1), TW_ENOMEM);
	assert_int_equal(tw__grow(&mem, &capacity, SIZE_MAX / 4, 16),
			 TW_ENOMEM);
	assert_null(mem);
	assert_int_equal(capacity, 0);
	assert_int_equal(tw__grow(&mem, &capacity, 1, 16), TW_OK);
	assert_int_equal(capacity, 8);
	before = mem;
	assert_int_equal(tw__grow(&mem, &capacity, 8, 16), TW_OK);
	assert_ptr_equal(mem, before);
	faults_begin(&faults, 0);
	assert_int_equal(tw__grow(&mem, &capacity, 9, 16), TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_ptr_equal(mem, before);
	assert_int_equal(capacity, 8);
	assert_int_equal(tw__grow(&mem, &capacity, 9, 16), TW_OK);
	assert_int_equal(capacity, 16);
	tw_free(mem);
}

static void json_is_escaped(void **state)
{
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	tw__buf_json(&buf, "a\"b\\\n\r\t\x01\x1f\x7f \xd0\xb6\xff\xe2\x82");
	assert_string_equal(buf.data, "\"a\\\"b\\\\\\n\\r\\t\\u0001\\u001f"
			    "\\u007f \xd0\xb6\xef\xbf\xbd\xef\xbf\xbd"
			    "\xef\xbf\xbd\"");
	tw__buf_clear(&buf);
	tw__buf_json(&buf, "");
	tw__buf_json(&buf, NULL);
	assert_string_equal(buf.data, "\"\"\"\"");
	tw__buf_free(&buf);
}

static void test_reserve(void **state)
{
	struct tw_buf buf;
	const char *data;

	(void)state;
	tw__buf_init(&buf);
	assert_int_equal(tw__buf_reserve(&buf, 100), TW_OK);
	assert_string_equal(buf.data, "");
	assert_int_equal(buf.size, 0);
	data = buf.data;
	for (int i = 0; i < 10; i++)
		assert_int_equal(tw__buf_printf(&buf, "%010d", i), TW_OK);
	assert_ptr_equal(buf.data, data);
	assert_int_equal(buf.size, 100);
	/* what does not fit moves, and nothing is lost by the first print */
	assert_int_equal(tw__buf_printf(&buf, "%0200d", 7), TW_OK);
	assert_int_equal(strlen(buf.data), 300);
	assert_int_equal(buf.data[99], '9');
	assert_int_equal(tw__buf_reserve(&buf, SIZE_MAX), TW_ENOMEM);
	assert_int_equal(tw__buf_printf(&buf, "x"), TW_ENOMEM);
	tw__buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_is_taken),
		cmocka_unit_test(bytes_of_any_value_and_count),
		cmocka_unit_test(a_failure_poisons_until_cleared),
		cmocka_unit_test(sizes_beyond_memory_are_refused),
		cmocka_unit_test(arrays_double_and_refuse_overflow),
		cmocka_unit_test(json_is_escaped),
		cmocka_unit_test(test_reserve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
