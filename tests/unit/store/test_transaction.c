/* Transactions: nesting, failure, what a checkpoint leaves. */
#include "store_fixture.h"

#define ADD "INSERT INTO entity (kind) VALUES ('x')"

static void begin_commit_rollback(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_commit(store, &err), TW_EINVAL);
	assert_int_equal(tw_store_rollback(store, &err), TW_EINVAL);
	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(tw_store_begin(store, &err), TW_EINVAL);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw_store_rollback(store, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw_store_commit(store, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 1);
	tw_store_free(store);
}

static void verbs_compose(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(tw__tx_enter(&tx, store, &err), TW_OK);
	assert_false(tx.own);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw__tx_leave(&tx, store, TW_OK, &err), TW_OK);
	assert_int_equal(tw_store_rollback(store, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);

	assert_int_equal(tw__tx_enter(&tx, store, &err), TW_OK);
	assert_true(tx.own);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw__tx_leave(&tx, store, TW_OK, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 1);
	tw_store_free(store);
}

/* Half of a failed verb must not be committed by the one around it. */
static void inner_failure_spoils_the_outer(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(tw__tx_enter(&tx, store, &err), TW_OK);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw__tx_leave(&tx, store, TW_EPARSE, &err),
			 TW_EPARSE);
	assert_int_equal(tw_store_commit(store, &err), TW_ECONFLICT);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(tw_store_commit(store, &err), TW_OK);
	tw_store_free(store);
}

static void free_rolls_back(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(run(store, ADD, &err), TW_OK);
	tw_store_free(store);
	store = fixture_store(*state);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	tw_store_free(store);
}

/* The log is emptied into the file as it grows, and restarts. */
static void log_stays_short(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f);
	tw_error err = TW_ERROR_INIT;
	char path[160];
	struct stat st;
	int i, j;

	for (i = 0; i < 60; i++) {
		assert_int_equal(tw_store_begin(store, &err), TW_OK);
		for (j = 0; j < 40; j++)
			assert_int_equal(run(store, "INSERT INTO entity (kind)"
				" VALUES (hex(zeroblob(2000)))", &err),
				TW_OK);
		assert_int_equal(tw_store_commit(store, &err), TW_OK);
	}
	snprintf(path, sizeof(path), "%s-wal", f->path);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 6 * 1024 * 1024);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 2400);
	tw_store_free(store);
}

static void write_waits_for_the_read_to_end(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;

	assert_int_equal(tw__read_enter(&tx, store, &err), TW_OK);
	assert_int_equal(tw_store_begin(store, &err), TW_EINVAL);
	tw__read_leave(&tx, store);
	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	/* Inside a transaction a read is part of it. */
	assert_int_equal(run(store, ADD, &err), TW_OK);
	assert_int_equal(tw__read_enter(&tx, store, &err), TW_OK);
	tw__read_leave(&tx, store);
	assert_int_equal(tw_store_commit(store, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 1);
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(begin_commit_rollback),
		TEST(verbs_compose),
		TEST(inner_failure_spoils_the_outer),
		TEST(free_rolls_back),
		TEST(log_stays_short),
		TEST(write_waits_for_the_read_to_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
