/* Ids that were made for a record which is not stored. */
#include "accounts_fixture.h"
#include "accounts/identity.h"
#include "../faults.h"

static void put(struct fixture *f, int64_t batch, tw_time start,
		int64_t caller, int64_t callee)
{
	char sql[400];

	snprintf(sql, sizeof(sql), "INSERT INTO call_row (start_us, key, "
		 "content, batch, marks, call_id, sequence, traits, duration, "
		 "caller, callee) VALUES (%lld, 1, 1, %lld, 0, 'x', 0, 1, 0, "
		 "%lld, %lld)",
		 (long long)start, (long long)batch, (long long)caller,
		 (long long)callee);
	assert_int_equal(run_sql(f, sql), TW_OK);
}

static int64_t newest(struct fixture *f)
{
	int64_t out = -1;

	assert_int_equal(tw__identity_newest(&out, f->store, NULL), TW_OK);
	return out;
}

static void only_new_and_unused(void **state)
{
	static const int64_t range[2] = { 100, 200 };
	struct fixture *f = *state;
	bool more = true;

	assert_int_equal(newest(f), 0);
	assert_int_equal(run_sql(f, "INSERT INTO identity (digits) VALUES "
		"('1'), ('2'), ('3'), ('4'), ('5'), ('6')"), TW_OK);
	put(f, 7, 100, 3, 0);
	put(f, 7, 200, 0, 5);
	put(f, 8, 150, 4, 4);
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		fixture_begin(f);
		faults_begin(&faults, n);
		status = tw__identity_prune(f->store, 1, 7, range, NULL);
		more = faults_end(&faults);
		fixture_commit(f);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
	/* 1 is older; 4 is another batch's, which made it itself */
	assert_int_equal(one_number(f, "SELECT count(*) * 1000 + sum(id) "
				    "FROM identity"), 3009);
	assert_int_equal(newest(f), 5);
	assert_int_equal(tw__identity_prune(f->store, 5, 7, range, NULL),
			 TW_OK);
	assert_int_equal(newest(f), 5);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { T(only_new_and_unused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
