/* Sums, means and costs of one call. */
#include "traffic_fixture.h"
#include "accounts/traffic_groups.h"

static void test_groups(void **state)
{
	static const int64_t keys[] = { 5, 1, 9, 5, 3, 1 };
	struct tw__traffic_groups groups = { 0 };
	struct tw__traffic_group *group;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(tw__traffic_group(&group, &groups, keys[i],
						   &err), TW_OK);
		group->missed++;
	}
	assert_int_equal(groups.count, 4);
	assert_int_equal(groups.rows[0].missed, 2);
	assert_int_equal(groups.rows[1].key, 3);
	assert_int_equal(groups.rows[2].missed, 2);
	assert_int_equal(groups.rows[3].key, 9);
	tw__traffic_groups_free(&groups);
}

static void test_means(void **state)
{
	struct tw__traffic_group group = { .answered = 3, .callers = 5,
		.first_time = 2, .wait_us = 5, .rent_nanos = RUB(1, 0),
		.charges_nanos = RUB(0, 1) };
	tw_traffic_row row = TW_TRAFFIC_ROW_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__traffic_row(&row, &group, "RUB", &err), TW_OK);
	assert_int_equal(row.wait_mean_us, 2);
	assert_int_equal(row.abandon_mean_us, 0);
	assert_int_equal(row.repeat, 3);
	assert_int_equal(row.per_answered.nanos, RUB(0, 34));
	assert_int_equal(row.per_first.nanos, RUB(0, 51));
	group.rent_nanos = INT64_MAX;
	assert_int_equal(tw__traffic_row(&row, &group, "RUB", &err),
			 TW_ERANGE);
	assert_int_equal(tw__traffic_group_add(&group, &group, &err),
			 TW_ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups), cmocka_unit_test(test_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
