/* Identities, ends and notes: one statement each. */
#include "accounts_fixture.h"
#include "accounts/deployment_apply.h"
#include "../faults.h"

static void identities(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	uint64_t a = 0, b = 0, c = 99;

	fixture_begin(f);
	assert_int_equal(tw__entity_new(&a, f->store, "carrier", "import",
					&err), TW_OK);
	assert_int_equal(tw__entity_new(&b, f->store, "trunk", "deployment",
					&err), TW_OK);
	assert_true(a && b && a != b);
	/* an origin that apply would not know is refused by the schema */
	assert_int_equal(tw__entity_new(&c, f->store, "trunk", "guess",
					&err), TW_ESTORE);
	assert_int_equal(c, 99);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT id FROM entity WHERE kind = "
		"'carrier' AND origin = 'import'"), (int64_t)a);
	assert_int_equal(one_number(f, "SELECT id FROM entity WHERE kind = "
		"'trunk' AND origin = 'deployment'"), (int64_t)b);
}

/* One version ends, its neighbours and namesakes do not; and never again
 * later. */
static void ends(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	uint64_t id[2] = { 0, 0 };
	char sql[200];

	fixture_begin(f);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tw__entity_new(&id[i], f->store, "carrier",
						"deployment", &err), TW_OK);
		for (int from = 100; from <= 200; from += 100) {
			snprintf(sql, sizeof(sql), "INSERT INTO carrier (id, "
				 "valid_from, name) VALUES (%d, %d, 'c')",
				 (int)id[i], from);
			assert_int_equal(run_sql(f, sql), TW_OK);
		}
	}
	assert_int_equal(tw__version_end(f->store, "carrier", id[0], 200, 300,
					 &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM carrier WHERE "
				    "valid_to = 300"), 1);
	assert_int_equal(one_number(f, "SELECT id FROM carrier WHERE valid_to"
		" = 300 AND valid_from = 200"), (int64_t)id[0]);
	assert_int_equal(tw__version_end(f->store, "carrier", id[0], 200, 400,
					 &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "never reopened"));
	assert_int_equal(tw__version_end(f->store, "carrier", id[0], 200, 200,
					 &err), TW_ESTORE);
	assert_int_equal(tw__version_end(f->store, "no such table", id[0],
					 200, 300, &err), TW_ESTORE);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

static void notes(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	f->now = 12345;
	fixture_begin(f);
	assert_int_equal(tw__change_note(f->store, 678, "import", 9, &err),
			 TW_OK);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM directory_change"
		" WHERE made_us = 12345 AND at_us = 678 AND origin = "
		"'import' AND changes = 9"), 1);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	tw_status status = TW_ENOMEM;
	int64_t n;

	fixture_begin(f);
	for (n = 0; status == TW_ENOMEM; n++) {
		tw_error err = TW_ERROR_INIT;

		faults_begin(&faults, n);
		status = tw__version_end(f->store, "carrier", 1, 1, 2, &err);
		assert_int_equal(faults_end(&faults), status != TW_OK);
		assert_int_equal(err.code, status);
		if (status)
			assert_int_equal(faults.held, 0);
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 2);
	fixture_commit(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(identities),
		FIXTURE_TEST(ends),
		FIXTURE_TEST(notes),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
