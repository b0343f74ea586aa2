/* tw_store_verify: a sound store holds; each kind of damage is named. */
#include "accounts_fixture.h"
#include "../faults.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	add_call(import, &cdr);
	cdr = call_of(f, id, "73472000002", "442071234567");
	add_call(import, &cdr);
	cdr.call_id = "";
	(void)tw_import_add(import, &cdr, NULL);
	end_import(import);
	assert_int_equal(tw_ledger_accrue(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

static void change(struct fixture *f, const char *sql)
{
	struct tw_stmt *stmt;
	tw_error err = TW_ERROR_INIT;

	if (tw__stmt_new(&stmt, f->store, sql, &err) ||
	    tw__run(stmt, &err))
		fail_msg("%s: %s", sql, err.message);
	tw__stmt_free(stmt);
}

static void damage(struct fixture *f, const char *trigger, const char *sql)
{
	if (!trigger)
		change(f, sql);
	else if (past_guard(f, trigger, sql))
		fail_msg("%s", sql);
}

/* Exactly these verdicts fail. */
static void only_fails(struct fixture *f, const char *names)
{
	tw_verdict verdicts[16];
	uint32_t count = 16;

	assert_int_equal(tw_store_verify(verdicts, &count, f->store, NULL),
			 TW_OK);
	for (uint32_t i = 0; i < count; i++) {
		bool named = strstr(names, verdicts[i].invariant);

		if (named == (verdicts[i].holds != 0))
			fail_msg("%s holds %u: %s", verdicts[i].invariant,
				 verdicts[i].holds, verdicts[i].detail);
		assert_true(strlen(verdicts[i].detail) > 0);
	}
}

static void test_sound(void **state)
{
	only_fails(*state, "");
}

static void test_empty_store(void **state)
{
	struct fixture empty;

	(void)state;
	fixture_open(&empty);
	only_fails(&empty, "");
	fixture_close(&empty);
}

static void test_posting_changed(void **state)
{
	damage(*state, "posting_no_update", "UPDATE posting "
	       "SET amount_nanos = amount_nanos + 1 WHERE id = 1");
	only_fails(*state, "ledger_sum_zero postings_equal_calls");
}

static void test_entry_gone(void **state)
{
	damage(*state, "posting_no_delete",
	       "DELETE FROM posting WHERE entry = 1");
	only_fails(*state, "ledger_sum_zero postings_equal_calls");
}

static void test_rent_gone(void **state)
{
	damage(*state, "posting_no_delete",
	       "DELETE FROM posting WHERE entry = 3");
	only_fails(*state, "rent_posted_equals_directory");
}

/* An open month is proved by both sides of its entries and the directory. */
static void test_net_of_one_side(void **state)
{
	damage(*state, "posting_no_update", "UPDATE posting SET net_nanos = "
	       "0, vat_nanos = 0 WHERE account_kind <> 1");
	only_fails(*state, "ledger_sum_zero");
}

static void test_rent_of_both_sides(void **state)
{
	damage(*state, "posting_no_update", "UPDATE posting SET amount_nanos "
	       "= 10 * amount_nanos, net_nanos = 10 * net_nanos "
	       "WHERE kind = 3");
	only_fails(*state, "rent_posted_equals_directory");
}

static void test_rollup_changed(void **state)
{
	damage(*state, NULL, "UPDATE rollup SET talk_us = talk_us + 1");
	only_fails(*state, "rollup_equals_calls");
}

static void test_rollup_gone(void **state)
{
	damage(*state, NULL, "DELETE FROM rollup");
	only_fails(*state, "rollup_equals_calls");
}

static void test_call_gone(void **state)
{
	damage(*state, "call_row_no_delete",
	       "DELETE FROM call_row WHERE cost IS NOT NULL");
	only_fails(*state, "postings_equal_calls rollup_equals_calls "
		   "counts_add_up");
}

static void test_cost_changed(void **state)
{
	damage(*state, NULL, "UPDATE call_row SET cost = 1 "
	       "WHERE cost IS NOT NULL");
	only_fails(*state, "postings_equal_calls rollup_equals_calls "
		   "charges_equal_rating");
}

static void test_state_without_reason(void **state)
{
	damage(*state, "traits_no_update", "UPDATE traits SET reason = 0 "
	       "WHERE rate_state = 3");
	only_fails(*state, "every_call_has_one_state");
}

static void test_charge_without_state(void **state)
{
	damage(*state, NULL, "UPDATE call_row SET cost = 0, vat = 0, "
	       "rate_row = 0, charged_s = 0 WHERE traits IN "
	       "(SELECT id FROM traits WHERE rate_state = 3)");
	only_fails(*state, "every_call_has_one_state");
}

/* The view has no such call. */
static void test_no_traits(void **state)
{
	damage(*state, NULL, "UPDATE call_row SET traits = 999 "
	       "WHERE cost IS NOT NULL");
	only_fails(*state, "postings_equal_calls rollup_equals_calls "
		   "references_exist");
}

/* Whoever loads them by their ids has no room for these. */
static void test_far_traits(void **state)
{
	damage(*state, NULL, "INSERT INTO traits SELECT 300000000, trunk, "
	       "carrier, department, number, 99, direction, status, "
	       "rate_state, reason, tariff_version, time_us, cost_nanos, "
	       "vat_nanos FROM traits LIMIT 1");
	only_fails(*state, "references_exist");
}

static void test_schema_changed(void **state)
{
	static const char *const odd[] = {
		"DROP TRIGGER posting_no_update", "DROP VIEW v_calls",
		"DROP INDEX batch_file", "CREATE TRIGGER mine AFTER INSERT "
		"ON posting BEGIN SELECT 1; END" };
	static const char *const own[] = {
		"CREATE VIEW a_mine AS SELECT 1", "CREATE TABLE z_mine (a)",
		"CREATE INDEX mine ON call_row (caller)" };
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(odd); i++) {
		assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
		change(f, odd[i]);
		only_fails(f, "schema_is_whole");
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
	for (size_t i = 0; i < TW_ARRAY_COUNT(own); i++)
		damage(f, NULL, own[i]);
	only_fails(f, "");
	damage(f, NULL, "DROP VIEW v_calls");
	damage(f, NULL, "CREATE VIEW v_calls AS SELECT 1 AS start_us");
	only_fails(f, "schema_is_whole");
}

static void test_counts_changed(void **state)
{
	damage(*state, NULL, "UPDATE batch SET duplicates = 7");
	only_fails(*state, "counts_add_up");
}

static void test_reference_gone(void **state)
{
	damage(*state, NULL, "DELETE FROM identity");
	only_fails(*state, "references_exist");
}

/* What is said of a record goes with it. */
static void test_word_of_no_call(void **state)
{
	damage(*state, NULL, "INSERT INTO call_alone (start_us, key, batch, "
	       "other, made_us, who) VALUES (1, 2, 3, 'pbx', 4, 0)");
	only_fails(*state, "references_exist");
}

static void test_role_of_no_call(void **state)
{
	damage(*state, NULL, "INSERT INTO call_role (start_us, key, batch, "
	       "role) SELECT start_us, key, batch + 1, 1 FROM call LIMIT 1");
	only_fails(*state, "references_exist");
}

static void test_too_little_room(void **state)
{
	struct fixture *f = *state;
	tw_verdict verdicts[2];
	uint32_t count = 2;

	assert_int_equal(tw_store_verify(verdicts, &count, f->store, NULL),
			 TW_ERANGE);
	assert_int_equal(count, 2);
}

/* Nobody may be told that all is well because memory ran out. */
static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		tw_verdict verdicts[64];
		uint32_t count = 64;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_store_verify(verdicts, &count, f->store, NULL);
		more = faults_end(&faults);
		/* a deck that can't be shrunk to fit is as good */
		assert_true(status == TW_OK || (more &&
			    status == TW_ENOMEM));
		for (uint32_t i = 0; !status && i < count; i++)
			assert_int_equal(verdicts[i].holds, 1);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sound), T(test_empty_store), T(test_posting_changed),
		T(test_entry_gone), T(test_rent_gone),
		T(test_net_of_one_side), T(test_rent_of_both_sides),
		T(test_rollup_changed), T(test_rollup_gone),
		T(test_call_gone), T(test_cost_changed),
		T(test_state_without_reason),
		T(test_charge_without_state), T(test_no_traits),
		T(test_schema_changed), T(test_far_traits),
		T(test_counts_changed),
		T(test_reference_gone), T(test_too_little_room),
		T(test_word_of_no_call), T(test_too_little_room),
		T(test_role_of_no_call), T(test_too_little_room),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
