/* Lines of a batch and those that are stored: whatever is new and whatever is
 * there, and in whatever runs, they add up. */
#include "accounts_fixture.h"
#include "accounts/rollup.h"

enum { LINES = 400 };

/* Lines [from, to) with 1 call and `cost` each, in no order of the table. */
static struct tw__rollup lines(int64_t from, int64_t to, int64_t cost)
{
	struct tw__rollup rollup = { 0 };
	struct tw__rollup_row *row;

	for (int64_t i = to - 1; i >= from; i--) {
		struct tw__rollup_key key = { 202610, 0, 1, 2, i, 3, 1, 4 };

		assert_int_equal(tw__rollup_row(&row, &rollup, &key, NULL),
				 TW_OK);
		/* nothing in it, as after a call that was taken back */
		if (i % 50 != 49)
			row->sums = (struct tw__sums){ 1, 2, 3, 4, 5, cost,
				7, 8 };
	}
	return rollup;
}

static void merge(struct fixture *f, int64_t from, int64_t to, int sign)
{
	struct tw__rollup rollup = lines(from, to, 6);
	tw_error err = TW_ERROR_INIT;

	if (tw__rollup_merge(f->store, &rollup, sign, &err))
		fail_msg("%s", err.message);
	tw__rollup_free(&rollup);
}

/* The table is what the model says, member by member. */
static void check(struct fixture *f, const int64_t times[LINES])
{
	int64_t filled = 0;

	for (int64_t i = 0; i < LINES; i++) {
		char sql[400];

		if (i % 50 == 49 || !times[i])
			continue;
		filled++;
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM rollup WHERE "
			 "number = %lld AND period = 202610 AND late = 0 AND "
			 "department = 1 AND carrier = 2 AND destination = 3 "
			 "AND direction = 1 AND currency = 4 AND calls = %lld "
			 "AND answered = 2 * calls AND missed = 3 * calls AND "
			 "unrated = 4 * calls AND talk_us = 5 * calls AND "
			 "cost_nanos = 6 * calls AND net_nanos = 7 * calls "
			 "AND vat_nanos = 8 * calls", (long long)i,
			 (long long)times[i]);
		assert_int_equal(one_number(f, sql), 1);
	}
	assert_int_equal(one_number(f, "SELECT count(*) FROM rollup"),
			 filled);
}

static void any_runs(void **state)
{
	/* from, to, sign */
	static const int64_t runs[][3] = { { 100, 180, 1 }, { 0, 400, 1 },
		{ 0, 400, 1 }, { 390, 400, -1 }, { 390, 400, -1 },
		{ 0, 1, -1 }, { 380, 400, 1 }, { 0, 400, -1 },
		{ 40, 140, 1 } };
	struct fixture *f = *state;
	int64_t times[LINES] = { 0 };

	fixture_begin(f);
	for (size_t i = 0; i < TW_ARRAY_COUNT(runs); i++) {
		merge(f, runs[i][0], runs[i][1], (int)runs[i][2]);
		for (int64_t k = runs[i][0]; k < runs[i][1]; k++)
			times[k] += runs[i][2];
		check(f, times);
	}
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

/* In the middle of a block that is new otherwise. */
static void a_sum_that_overflows(void **state)
{
	struct fixture *f = *state;
	struct tw__rollup one = lines(70, 71, INT64_MAX);
	struct tw__rollup all = lines(0, LINES, 1);
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	assert_int_equal(tw__rollup_merge(f->store, &one, 1, &err), TW_OK);
	assert_int_equal(tw__rollup_merge(f->store, &all, 1, &err),
			 TW_ERANGE);
	assert_non_null(strstr(err.message, "period 202610"));
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	tw__rollup_free(&one);
	tw__rollup_free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(any_runs), FIXTURE_TEST(a_sum_that_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
