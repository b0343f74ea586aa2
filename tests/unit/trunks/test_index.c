/**
 * @file test_index.c  Chained tables under growth and removal
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "trunks/index.h"

enum { COUNT = 5000 };

static struct tw_index_node node[COUNT];
static char text[COUNT][16];

static void test_many(void **state)
{
	struct tw_index index;

	(void)state;
	memset(&index, 0, sizeof(index));
	assert_null(tw__index_find(&index, "x", 1));
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "t%d", i);
		node[i].text = text[i];
		node[i].owner = &node[i];
		assert_int_equal(tw__index_add(&index, &node[i]), TW_OK);
	}
	for (int i = 0; i < COUNT; i += 3)
		tw__index_remove(&index, &node[i]);
	for (int i = 0; i < COUNT; i++)
		assert_ptr_equal(tw__index_find(&index, text[i],
			strlen(text[i])), i % 3 ? &node[i] : NULL);
	/* the size counts, not the terminator */
	assert_ptr_equal(tw__index_find(&index, "t44449", 5), &node[4444]);
	assert_null(tw__index_find(&index, "t4", 0));
	for (int i = 0; i < COUNT; i++)
		if (i % 3)
			tw__index_remove(&index, &node[i]);
	assert_int_equal(index.count, 0);
	tw__index_free(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
