/* Groups: one for each key, sums that never wrap. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "accounts/report_group.h"

static void test_each_key_is_one_group(void **state)
{
	struct tw__report_groups groups = { 0 };
	struct tw__report_key key = { 0 };
	struct tw__report_line line = { .calls = 1, .calls_cost = 5 };

	(void)state;
	assert_null(tw__report_groups_find(&groups, &key));
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5000; i++) {
			key = (struct tw__report_key){ .period = 202610,
				.number = i % 50, .contract = i / 50 };
			assert_int_equal(tw__report_groups_add(&groups, &key,
				&line, NULL), TW_OK);
		}
	}
	assert_int_equal(groups.count, 5000);
	for (int i = 0; i < 5000; i++) {
		key = (struct tw__report_key){ .period = 202610,
			.number = i % 50, .contract = i / 50 };
		assert_int_equal(tw__report_groups_find(&groups,
			&key)->line.calls, 3);
	}
	key.currency = 1;
	assert_null(tw__report_groups_find(&groups, &key));
	tw__report_groups_free(&groups);
	assert_null(tw__report_groups_find(&groups, &key));
}

static void test_a_sum_that_overflows_changes_nothing(void **state)
{
	struct tw__report_groups groups = { 0 };
	struct tw__report_key key = { 0 };
	struct tw__report_line line = { .calls = 1, .rent = INT64_MAX };
	int64_t total = 7;

	(void)state;
	assert_int_equal(tw__report_groups_add(&groups, &key, &line, NULL),
			 TW_OK);
	assert_int_equal(tw__report_groups_add(&groups, &key, &line, NULL),
			 TW_ERANGE);
	assert_int_equal(groups.rows[0].line.calls, 1);
	groups.rows[0].line.calls_cost = 1;
	assert_false(tw__report_line_total(&total, &groups.rows[0].line));
	tw__report_groups_free(&groups);
}

static void test_the_total_is_what_is_owed(void **state)
{
	struct tw__report_line line = { .rent = 1, .calls_cost = 20,
		.forwarded_cost = 300, .previous = 4000 };
	int64_t total;

	(void)state;
	assert_true(tw__report_line_total(&total, &line));
	assert_int_equal(total, 321);
	assert_false(tw__report_line_is_zero(&line));
	line = (struct tw__report_line){ 0 };
	assert_true(tw__report_line_is_zero(&line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_key_is_one_group),
		cmocka_unit_test(test_a_sum_that_overflows_changes_nothing),
		cmocka_unit_test(test_the_total_is_what_is_owed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
