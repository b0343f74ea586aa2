/* The one door to memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"
#include "../faults.h"

static void another_allocator_answers(void **state)
{
	struct faults faults;
	char *one, *two;

	(void)state;
	faults_begin(&faults, 1);
	one = tw_strdup("one");
	two = tw_strdup("two");
	assert_string_equal(one, "one");
	assert_null(two);
	assert_int_equal(faults.held, 1);
	tw_free(NULL);
	tw_free(one);
	assert_true(faults_end(&faults));
	assert_int_equal(faults.held, 0);
	/* libc again: the table is not asked any more */
	tw_free(tw_strdup("three"));
	assert_int_equal(faults.countdown, -1);
}

static void half_a_table_changes_nothing(void **state)
{
	struct faults faults = { 100, 0 };
	const tw_allocator whole = { sizeof(whole), faults_alloc,
		faults_resize, faults_release, &faults };
	tw_allocator table;
	tw_error err;

	(void)state;
	for (int missing = 0; missing < 4; missing++) {
		table = whole;
		if (missing == 0)
			table.alloc = NULL;
		else if (missing == 1)
			table.resize = NULL;
		else if (missing == 2)
			table.release = NULL;
		else
			table.size = 0;
		err = (tw_error)TW_ERROR_INIT;
		assert_int_equal(tw_allocator_set(&table, &err), TW_EINVAL);
		assert_string_equal(err.field, missing < 3 ? "allocator" :
				    "");
		assert_string_not_equal(err.message, "");
		assert_int_equal(tw_allocator_set(&table, NULL), TW_EINVAL);
	}
	tw_free(tw_malloc(1));
	assert_int_equal(faults.countdown, 100);
}

static void resizing_keeps_bytes_or_the_block(void **state)
{
	struct faults faults;
	char *mem, *grown;

	(void)state;
	faults_begin(&faults, 2);
	mem = tw_realloc(NULL, 4);
	assert_non_null(mem);
	assert_int_equal(faults.held, 1);
	memcpy(mem, "abc", 4);
	grown = tw_realloc(mem, 100);
	assert_string_equal(grown, "abc");
	assert_null(tw_realloc(grown, 1000));
	assert_string_equal(grown, "abc");
	/* of no size, yet a block: realloc(mem, 0) would free it */
	grown = tw_realloc(grown, 0);
	assert_non_null(grown);
	tw_free(grown);
	assert_true(faults_end(&faults));
	assert_int_equal(faults.held, 0);
}

static void products_are_checked_and_zeroed(void **state)
{
	static const unsigned char zeroes[15];
	struct faults faults;
	void *mem;

	(void)state;
	assert_null(tw_calloc(SIZE_MAX / 2, 3));
	assert_null(tw_calloc(3, SIZE_MAX / 2));
	mem = tw_malloc(sizeof(zeroes));
	memset(mem, 0xff, sizeof(zeroes));
	tw_free(mem);
	mem = tw_calloc(3, 5);
	assert_memory_equal(mem, zeroes, sizeof(zeroes));
	tw_free(mem);
	mem = tw_calloc(0, 5);
	assert_non_null(mem);
	tw_free(mem);
	mem = tw_malloc(0);
	assert_non_null(mem);
	tw_free(mem);
	assert_null(tw_strdup(NULL));
	faults_begin(&faults, 0);
	assert_null(tw_calloc(3, 5));
	assert_true(faults_end(&faults));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_allocator_answers),
		cmocka_unit_test(half_a_table_changes_nothing),
		cmocka_unit_test(resizing_keeps_bytes_or_the_block),
		cmocka_unit_test(products_are_checked_and_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
