/* Statuses, errors, imports, allocation, buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"

static void names_are_distinct(void **state)
{
	(void)state;
	for (tw_status a = 0; a >= TW_EUNSUPPORTED; a--) {
		assert_string_not_equal(tw_status_name(a), "TW_?");
		for (tw_status b = 0; b > a; b--)
			assert_string_not_equal(tw_status_name(a),
						tw_status_name(b));
	}
	assert_string_equal(tw_status_name(TW_EUNSUPPORTED - 1), "TW_?");
	assert_string_equal(tw_status_name(1), "TW_?");
	assert_true(tw_status_is_retryable(TW_EBUSY));
	assert_false(tw_status_is_retryable(TW_EPARSE));
	assert_string_equal(tw_version(), "0.1.0");
}

static void failure_fills_everything(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	err.sip_code = 403;
	err.line = 9;
	assert_int_equal(tw__fail(&err, TW_EPARSE, "found '%c'", 'x'),
			 TW_EPARSE);
	assert_int_equal(err.code, TW_EPARSE);
	assert_int_equal(err.sip_code, 0);
	assert_int_equal(err.line, 0);
	assert_string_equal(err.message, "found 'x'");
	assert_int_equal(tw__fail(NULL, TW_EIO, "x"), TW_EIO);
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
	assert_int_equal(tw__error_place(&err, 5, "rate"), TW_ERANGE);
	assert_int_equal(tw__error_place(&err, 6, "other"), TW_ERANGE);
	assert_int_equal(err.line, 5);
	assert_string_equal(err.field, "rate");
}

/* A struct whose size was never set is not written beyond it. */
static void short_error_is_left_alone(void **state)
{
	tw_error err;

	(void)state;
	memset(&err, 0x5a, sizeof(err));
	err.size = 8;
	assert_int_equal(tw__fail(&err, TW_EIO, "x"), TW_EIO);
	assert_int_equal(err.message[0], 0x5a);
	assert_int_equal(err.code, 0x5a5a5a5a);
}

struct options {
	uint32_t size;
	uint32_t a;
	uint64_t b;
};

static void import_of_older_and_newer(void **state)
{
	struct { struct options o; uint32_t next[2]; } in = {
		{ sizeof(in), 1, 2 }, { 0, 0 }
	};
	struct options out;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__import(&out, sizeof(out), &in, &err), TW_OK);
	assert_int_equal(out.size, sizeof(out));
	assert_int_equal(out.b, 2);
	in.next[1] = 7;
	out.a = 99;
	assert_int_equal(tw__import(&out, sizeof(out), &in, &err),
			 TW_EVERSION);
	assert_int_equal(out.a, 99);
	in.o.size = 8;
	assert_int_equal(tw__import(&out, sizeof(out), &in, &err), TW_OK);
	assert_int_equal(out.a, 1);
	assert_int_equal(out.b, 0);
}

static void import_refuses_garbage(void **state)
{
	struct options in = { 0, 0, 0 }, out = { 1, 2, 3 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__import(&out, sizeof(out), &in, &err), TW_EINVAL);
	in.size = 0xdeadbeef;
	assert_int_equal(tw__import(&out, sizeof(out), &in, &err), TW_EINVAL);
	assert_int_equal(tw__import(&out, sizeof(out), NULL, &err),
			 TW_EINVAL);
	assert_int_equal(out.b, 3);
}

/* Fails the n-th allocation; counts what is still held. */
struct faults {
	long countdown;
	long held;
};

static void *fault_alloc(size_t size, void *arg)
{
	struct faults *f = arg;

	if (f->countdown-- == 0)
		return NULL;
	f->held++;
	return malloc(size);
}

static void *fault_resize(void *mem, size_t size, void *arg)
{
	struct faults *f = arg;

	return f->countdown-- == 0 ? NULL : realloc(mem, size);
}

static void fault_release(void *mem, void *arg)
{
	struct faults *f = arg;

	f->held--;
	free(mem);
}

static void allocator_is_replaceable(void **state)
{
	struct faults faults = { 1, 0 };
	tw_allocator table = { sizeof(table), fault_alloc, fault_resize,
			       fault_release, &faults };
	tw_allocator broken = table;
	tw_error err = TW_ERROR_INIT;
	char *a, *b;

	(void)state;
	broken.resize = NULL;
	assert_int_equal(tw_allocator_set(&broken, &err), TW_EINVAL);
	assert_int_equal(tw_allocator_set(&table, &err), TW_OK);
	a = tw_strdup("one");
	b = tw_strdup("two");
	tw_free(NULL);
	assert_non_null(a);
	assert_null(b);
	tw_free(a);
	assert_int_equal(tw_allocator_set(NULL, &err), TW_OK);
	assert_int_equal(faults.held, 0);
	assert_null(tw_strdup(NULL));
}

static void calloc_checks_the_product(void **state)
{
	unsigned char *mem;

	(void)state;
	assert_null(tw_calloc(SIZE_MAX / 2, 3));
	mem = tw_calloc(3, 5);
	for (size_t i = 0; i < 15; i++)
		assert_int_equal(mem[i], 0);
	tw_free(mem);
	mem = tw_malloc(0);
	assert_non_null(mem);
	tw_free(mem);
}

static void buffer_grows_and_is_taken(void **state)
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
}

static void buffer_poisons_after_failure(void **state)
{
	struct faults faults = { 1, 0 };
	tw_allocator table = { sizeof(table), fault_alloc, fault_resize,
			       fault_release, &faults };
	struct tw_buf buf;

	(void)state;
	tw_allocator_set(&table, NULL);
	tw__buf_init(&buf);
	assert_int_equal(tw__buf_text(&buf, "1234567"), TW_OK);
	assert_int_equal(tw__buf_text(&buf, "89"), TW_ENOMEM);
	assert_int_equal(tw__buf_text(&buf, ""), TW_ENOMEM);
	assert_null(tw__buf_take(&buf));
	assert_int_equal(faults.held, 0);
	tw_allocator_set(NULL, NULL);
}

static void grow_refuses_overflow(void **state)
{
	void *mem = NULL;
	size_t capacity = 0;

	(void)state;
	assert_int_equal(tw__grow(&mem, &capacity, SIZE_MAX, 1), TW_ENOMEM);
	assert_int_equal(tw__grow(&mem, &capacity, SIZE_MAX / 4, 16),
			 TW_ENOMEM);
	assert_null(mem);
	assert_int_equal(capacity, 0);
	assert_int_equal(tw__grow(&mem, &capacity, 9, 16), TW_OK);
	assert_int_equal(capacity, 16);
	tw_free(mem);
}

static void json_is_escaped(void **state)
{
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	tw__buf_json(&buf, "a\"b\\\n\t\x01\x7f \xd0\xb6\xff\xe2\x82");
	assert_string_equal(buf.data, "\"a\\\"b\\\\\\n\\t\\u0001\\u007f "
			    "\xd0\xb6\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	tw__buf_clear(&buf);
	tw__buf_json(&buf, "");
	assert_string_equal(buf.data, "\"\"");
	tw__buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_distinct),
		cmocka_unit_test(failure_fills_everything),
		cmocka_unit_test(message_is_one_clean_line),
		cmocka_unit_test(message_may_quote_the_same_error),
		cmocka_unit_test(place_keeps_what_is_there),
		cmocka_unit_test(short_error_is_left_alone),
		cmocka_unit_test(import_of_older_and_newer),
		cmocka_unit_test(import_refuses_garbage),
		cmocka_unit_test(allocator_is_replaceable),
		cmocka_unit_test(calloc_checks_the_product),
		cmocka_unit_test(buffer_grows_and_is_taken),
		cmocka_unit_test(buffer_poisons_after_failure),
		cmocka_unit_test(grow_refuses_overflow),
		cmocka_unit_test(json_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
