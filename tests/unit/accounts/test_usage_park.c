/* Bundle seconds of a call that another record stands for go back, and are
 * taken again when it stands for itself. */
#include "accounts_fixture.h"
#include "accounts/usage_park.h"

static int64_t pot(struct fixture *f)
{
	return one_number(f, "SELECT seconds FROM bundle_pot");
}

static void there_and_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_sql(f, "INSERT INTO bundle_pot VALUES "
				 "(5, 1000, 90)"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO bundle_use (start_us, key, "
		"undone, batch, bundle, period_us, seconds) VALUES "
		"(7, 8, 0, 1, 5, 1000, 60), (9, 9, 0, 1, 5, 1000, 30)"),
		TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO charge_note (start_us, key, "
		"batch, bundle_s) VALUES (7, 8, 1, 60), (9, 9, 1, 30)"),
		TW_OK);
	fixture_begin(f);
	assert_int_equal(tw__usage_park(f->store, 7, 8, 3, NULL), TW_OK);
	assert_int_equal(pot(f), 30);
	assert_int_equal(one_number(f, "SELECT count(*) FROM charge_note "
				    "WHERE undone = -3"), 1);
	/* what has no note has nothing to give */
	assert_int_equal(tw__usage_park(f->store, 1, 1, 3, NULL), TW_OK);
	assert_int_equal(pot(f), 30);
	assert_int_equal(tw__usage_unpark(f->store, 7, 8, 4, NULL), TW_OK);
	assert_int_equal(pot(f), 30);
	assert_int_equal(tw__usage_unpark(f->store, 7, 8, 3, NULL), TW_OK);
	assert_int_equal(pot(f), 90);
	assert_int_equal(one_number(f, "SELECT count(*) FROM charge_note "
				    "WHERE undone = 0"), 2);
	assert_int_equal(tw__usage_by_run(f->store, 7, 8, 4, NULL), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM bundle_use u "
		"JOIN charge_note n USING (start_us, key) WHERE u.key = 8 "
		"AND u.run = 4 AND n.run = 4"), 1);
	assert_int_equal(one_number(f, "SELECT sum(run) FROM bundle_use"), 4);
	assert_int_equal(tw__usage_recount(f->store, NULL), TW_OK);
	fixture_commit(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { FIXTURE_TEST(there_and_back) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
