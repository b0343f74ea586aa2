/* Places of records, and pairs of which one half is looked at. */
#include "accounts_fixture.h"
#include "accounts/join.h"

static struct tw__told told_of(tw_time start, int64_t key)
{
	return (struct tw__told){ start, key, 1, true, false };
}

static void finds_places(void **state)
{
	struct tw__told told[] = { told_of(5, -3), told_of(5, 9),
		told_of(7, 1) };
	struct tw__told_side side = { .told = told, .count = 3 };

	(void)state;
	assert_int_equal(tw__told_place(&side, 5, -3), 0);
	assert_int_equal(tw__told_place(&side, 5, 9), 1);
	assert_int_equal(tw__told_place(&side, 7, 1), 2);
	assert_true(tw__told_place(&side, 5, 1) == SIZE_MAX);
	assert_true(tw__told_place(&side, 8, 1) == SIZE_MAX);
	side.count = 0;
	assert_true(tw__told_place(&side, 5, 9) == SIZE_MAX);
}

/* Of (1, 1)-(2, 2), which both lists know, and of (3, 3)-(9, 9), of which
 * only one does: that record is another question's. Who was first may be the
 * second now. (4, 4)-(5, 5) are joined: twins. */
static void half_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct tw__told first[] = { told_of(2, 2), told_of(3, 3),
		told_of(5, 5) };
	struct tw__told second[] = { told_of(1, 1), told_of(4, 4) };
	struct tw__seen seen[2][3] = {
		{ { .start = 2 }, { .start = 3 }, { .start = 5 } },
		{ { .start = 1 }, { .start = 4 } } };
	struct tw__told_side sides[2] = {
		{ .told = first, .seen = seen[0], .count = 3 },
		{ .told = second, .seen = seen[1], .count = 2 } };
	struct tw__helds helds = { 0 };

	fixture_begin(f);
	assert_int_equal(run_sql(f, "INSERT INTO call_pair (first_us, "
		"first_key, first_batch, second_us, second_key, "
		"second_batch, run, state) VALUES (1, 1, 1, 2, 2, 1, 7, 2), "
		"(3, 3, 1, 9, 9, 1, 7, 2), (50, 50, 1, 60, 60, 1, 7, 2), "
		"(4, 4, 1, 5, 5, 1, 7, 1)"),
		TW_OK);
	assert_int_equal(tw__helds_load(&helds, sides, f->store, NULL),
			 TW_OK);
	fixture_commit(f);
	assert_int_equal(helds.count, 1);
	assert_int_equal(helds.rows[0].place[0], 0);
	assert_int_equal(helds.rows[0].place[1], 0);
	assert_int_equal(helds.rows[0].run, 7);
	assert_int_equal(sides[0].count, 2);
	assert_int_equal(sides[0].told[1].key, 5);
	assert_int_equal(sides[0].seen[1].twin, 2);
	assert_int_equal(sides[1].count, 2);
	assert_int_equal(sides[1].seen[1].twin, 2);
	assert_int_equal(sides[1].seen[0].twin, 0);
	tw__helds_free(&helds);
	/* nothing to part makes no run */
	assert_int_equal(tw__helds_part(&helds, f->store, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_places),
		FIXTURE_TEST(half_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
