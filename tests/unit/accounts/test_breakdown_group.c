/* Keys that are the same and keys that are not; sums that do not fit. */
#include "breakdown_fixture.h"
#include "accounts/breakdown_group.h"

static const uint8_t as_met[] = { 0, 1, 2, 3, 4, 5 };

static void test_same_keys(void **state)
{
	struct tw__cut_groups groups = { .parts = 3 };
	const struct tw__cut_sums one = { .calls = 1, .cost = 3 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	/* more than the first table holds, each of them three times */
	for (int round = 0; round < 3; round++) {
		for (int64_t i = 0; i < 5000; i++) {
			/* what stands behind the parts is nobody's */
			int64_t part[TW_CUT_PARTS] = { i % 100, i / 100, 1,
				round };

			assert_int_equal(tw__cut_groups_add(&groups, part,
				&one, &err), TW_OK);
		}
	}
	/* some wait until the end */
	assert_in_range(groups.count, 4900, 5000);
	assert_int_equal(tw__cut_groups_settle(&groups, as_met, 1, &err),
			 TW_OK);
	assert_int_equal(groups.count, 5000);
	for (size_t i = 0; i < groups.count; i++) {
		assert_int_equal(groups.rows[i].part[0], i % 100);
		assert_int_equal(groups.rows[i].part[1], i / 100);
		assert_int_equal(groups.rows[i].part[3], 0);
		assert_int_equal(groups.rows[i].sums.calls, 3);
		assert_int_equal(groups.rows[i].sums.cost, 9);
	}
	tw__cut_groups_free(&groups);
	assert_null(groups.rows);
}

static void test_limits(void **state)
{
	struct tw__cut_groups groups = { .parts = 1 };
	struct tw__cut_sums sums = { .calls = 1, .vat = INT64_MIN };
	const int64_t part[TW_CUT_PARTS] = { 7 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__cut_groups_add(&groups, part, &sums, &err),
			 TW_OK);
	assert_int_equal(tw__cut_groups_add(&groups, part, &sums, &err),
			 TW_ERANGE);
	/* nothing of the second one was added */
	assert_int_equal(groups.rows[0].sums.calls, 1);
	tw__cut_groups_free(&groups);

	groups = (struct tw__cut_groups){ .parts = 1,
		.count = TW_BREAKDOWN_ROWS_MAX };
	for (int i = 1; i < TW_CUT_WAITING; i++)
		assert_int_equal(tw__cut_groups_add(&groups, part, &sums,
						    &err), TW_OK);
	assert_int_equal(tw__cut_groups_add(&groups, part, &sums, &err),
			 TW_ERANGE);
	assert_string_equal(err.field, "by");
}

/* Groups that say nothing go; currencies get the places that they are given,
 * the company's first. */
static void test_settled(void **state)
{
	static const struct { int64_t part[2], calls; } rows[] = {
		{ { 5, 2 }, 0 }, { { 5, 1 }, 1 }, { { 5, 3 }, 1 },
		{ { 6, 1 }, 0 }, { { 7, 1 }, 0 }, { { 7, 2 }, 1 } };
	static const int64_t kept[][2] = { { 5, 1 }, { 5, 2 }, { 7, 3 } };
	static const uint8_t order[] = { 0, 2, 1 };
	struct tw__cut_groups groups = { .parts = 2 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		const struct tw__cut_sums sums = { .calls = rows[i].calls };
		int64_t part[TW_CUT_PARTS] = { rows[i].part[0],
			rows[i].part[1] };

		assert_int_equal(tw__cut_groups_add(&groups, part, &sums,
						    &err), TW_OK);
	}
	assert_int_equal(tw__cut_groups_settle(&groups, order, 3, &err),
			 TW_OK);
	assert_int_equal(groups.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(groups.rows[i].part[0], kept[i][0]);
		assert_int_equal(groups.rows[i].part[1], kept[i][1]);
		assert_int_equal(groups.rows[i].sums.calls, 1);
	}
	tw__cut_groups_free(&groups);
}

static int64_t order_of(const int64_t *a, const int64_t *b)
{
	for (int i = 0; i < 3; i++) {
		if (a[i] != b[i])
			return a[i] - b[i];
	}
	return 0;
}

static void test_order(void **state)
{
	struct tw__cut_groups groups = { .parts = 3 };
	const size_t counts[TW_CUT_PARTS] = { 5, 1000, 7 };
	const struct tw__cut_sums one = { .calls = 1 };
	tw_error err = TW_ERROR_INIT;
	uint32_t *places, seed = 1;

	(void)state;
	for (size_t i = 0; i < 3000; i++) {
		int64_t part[TW_CUT_PARTS];

		seed = seed * 1664525 + 1013904223;
		part[0] = seed >> 8 & 3;
		part[1] = (seed >> 12) % 1000;
		part[2] = 1 + (seed >> 24) % 6;
		assert_int_equal(tw__cut_groups_add(&groups, part, &one,
						    &err), TW_OK);
	}
	assert_int_equal(tw__cut_groups_settle(&groups, as_met, 6, &err),
			 TW_OK);
	assert_int_equal(tw__cut_groups_sort(&places, &groups, counts, &err),
			 TW_OK);
	for (size_t i = 1; i < groups.count; i++)
		assert_true(order_of(groups.rows[places[i - 1]].part,
					 groups.rows[places[i]].part) < 0);
	tw_free(places);
	tw__cut_groups_free(&groups);
	/* none at all */
	assert_int_equal(tw__cut_groups_sort(&places, &groups, counts, &err),
			 TW_OK);
	tw_free(places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_keys),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_settled),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
