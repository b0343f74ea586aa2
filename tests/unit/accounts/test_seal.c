/* Rows of sealed days, changed past the library: each is found and named. */
#include "accounts_fixture.h"
#include "accounts/seal.h"
#include "../faults.h"

static uint64_t seal(struct fixture *f)
{
	tw_error err = TW_ERROR_INIT;
	uint64_t days = 99;

	if (tw_period_seal(&days, f->store, &err))
		fail_msg("seal: %s", err.message);
	return days;
}

static void close_month(struct fixture *f, const char *month)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_period_close(NULL, f->store, month, &err))
		fail_msg("close: %s", err.message);
}

static void import_one(struct fixture *f, const char *id, const char *start)
{
	char text[200];

	snprintf(text, sizeof(text), "call_id,start,duration,caller,callee\n"
		 "%s,%s+03:00,60,78432000001,79161234567\n", id, start);
	import_text(f, "native", NULL, text);
}

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	f->now = MOSCOW("2026-12-15T12:00:00");
	want_two_cities(f);
	apply_at(f, "2026-10-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"12345678-9abc-def0-1234-56789abcdef0,"
		"2026-10-05T11:00:00+03:00,30,78432000001,79161234567\n"
		"c,2026-10-07T11:00:00+03:00,60,78432000001,442071234567\n"
		"d,2026-11-05T11:00:00+03:00,60,73472000002,79161234567\n");
	close_month(f, "2026-10");
	*state = f;
	return 0;
}

static tw_verdict verdict_of(struct fixture *f)
{
	tw_verdict verdicts[64];
	uint32_t count = 64;
	tw_error err = TW_ERROR_INIT;

	if (tw_store_verify(verdicts, &count, f->store, &err))
		fail_msg("verify: %s", err.message);
	for (uint32_t i = 0; i < count; i++) {
		if (!strcmp(verdicts[i].invariant, "sealed_days_stay"))
			return verdicts[i];
	}
	fail();
	return verdicts[0];
}

static void must_stay(struct fixture *f, const char *says)
{
	tw_verdict verdict = verdict_of(f);

	if (!verdict.holds || !strstr(verdict.detail, says))
		fail_msg("%s", verdict.detail);
}

/* In a transaction that is rolled back: `says` is in the verdict. */
static void forged(struct fixture *f, const char *table, const char *sql,
		   const char *says)
{
	char drop[160];
	tw_verdict verdict;

	fixture_begin(f);
	for (const char *const *what = (const char *const []){ "no_update",
	     "no_delete", NULL }; *what; what++) {
		snprintf(drop, sizeof(drop), "DROP TRIGGER IF EXISTS %s_%s",
			 table, *what);
		assert_int_equal(run_sql(f, drop), TW_OK);
	}
	assert_int_equal(run_sql(f, sql), TW_OK);
	assert_true(tw__changes(f->store) > 0);
	verdict = verdict_of(f);
	tw_store_rollback(f->store, NULL);
	if (verdict.holds || !strstr(verdict.detail, says))
		fail_msg("%s: %s", sql, verdict.detail);
}

static void days_of_a_month(void **state)
{
	struct fixture *f = *state;
	tw_listing *list;
	tw_listing_row row = TW_LISTING_ROW_INIT;

	must_stay(f, "no day is sealed");
	assert_int_equal(seal(f), 32);
	assert_int_equal(seal(f), 0);
	must_stay(f, "32 days");
	assert_int_equal(one_number(f, "SELECT row_count FROM seal "
				    "WHERE day = 20261005"), 2);
	/* calls, rents of two numbers */
	assert_int_equal(one_number(f, "SELECT row_count FROM seal "
				    "WHERE day = 20261000"), 6);
	close_month(f, "2026-11");
	assert_int_equal(seal(f), 31);
	must_stay(f, "63 days");
	assert_int_equal(tw_period_seals(&list, f->store, NULL), TW_OK);
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_OK);
	assert_string_equal(row.key, "2026-10");
	assert_int_equal(row.calls, 9);
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_OK);
	assert_string_equal(row.key, "2026-11");
	assert_int_equal(strlen(row.detail), 64);
	must_stay(f, row.detail);
	tw_listing_free(list);
	assert_int_equal(run_sql(f, "DELETE FROM seal"), TW_ESTORE);
	assert_int_equal(run_sql(f, "UPDATE seal SET who = 7"), TW_ESTORE);
	must_verify(f);
}

static void changed_rows_are_named(void **state)
{
	struct fixture *f = *state;

	seal(f);
	forged(f, "call_row", "UPDATE call_row SET cost = cost - 1 "
	       "WHERE call_id = 'a'", "call a (2026-10-05T10:00:00");
	forged(f, "call_row", "UPDATE call_row SET duration = 1 "
	       "WHERE call_id = 'a'", "call a (");
	forged(f, "call_row", "UPDATE call_row SET callee = caller "
	       "WHERE call_id = 'c'", "call c (2026-10-07T11:00:00");
	forged(f, "traits", "UPDATE traits SET department = 0", "call a (");
	forged(f, "call_row", "UPDATE call_row SET caller = callee "
	       "WHERE start_us = 1791187200000000",
	       "call 12345678-9abc-def0-1234-56789abcdef0 (");
	forged(f, "call_row", "UPDATE call_row SET call_id = 'x' "
	       "WHERE call_id = 'a'", "call x (");
	forged(f, "call_row", "UPDATE call_row SET start_us = start_us + 1 "
	       "WHERE call_id = 'a'", "call a (");
	forged(f, "call_row", "UPDATE call_row SET undone = batch "
	       "WHERE call_id = 'a'", "the undoing of call a (");
	forged(f, "call_row", "DELETE FROM call_row WHERE call_id = 'c'",
	       "row 1 of 2026-10-07 is gone");
	forged(f, "posting", "UPDATE posting SET account = 0 WHERE id = 1",
	       "posting 1 is not");
	forged(f, "posting", "UPDATE posting SET reference = 'x' "
	       "WHERE id = (SELECT max(id) FROM posting WHERE month = 202610)",
	       " is not as it was sealed; rows of 2026-10-00");
	forged(f, "posting", "DELETE FROM posting WHERE month = 202610 "
	       "AND id IN (1, 2)", "rows gone: 2");
	forged(f, "seal", "UPDATE seal SET hash = zeroblob(32) "
	       "WHERE day = 20261009", "the seal of 2026-10-09");
	forged(f, "seal", "DELETE FROM seal WHERE day = 20261009",
	       "20261009 has lost its seal");
	forged(f, "call_row", "UPDATE call_row "
	       "SET start_us = start_us + 86400000000 WHERE call_id = 'a'",
	       "row ");
	must_stay(f, "32 days");
}

/* What may happen to a closed month leaves its seal whole. */
static void life_goes_on(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_erasure erasure = TW_ERASURE_INIT;

	seal(f);
	import_one(f, "late", "2026-10-05T12:00:00");
	must_stay(f, "32 days");
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	must_stay(f, "32 days");
	import_one(f, "a", "2026-10-05T10:00:00");
	must_stay(f, "32 days");
	assert_int_equal(tw_import_undo(f->store, 3, &err), TW_OK);
	assert_int_equal(tw_privacy_erase(&erasure, NULL, f->store,
					  "79161234567", 0, &err), TW_OK);
	must_stay(f, "32 days");
	close_month(f, "2026-11");
	assert_int_equal(seal(f), 31);
	must_stay(f, "63 days");
	forged(f, "call_row", "UPDATE call_row SET marks = marks + 1 "
	       "WHERE call_id = 'late'", "call late (");
	forged(f, "batch", "UPDATE batch SET undone_month = 0 WHERE id = 3",
	       "the undoing of call a (");
	must_verify(f);
}

static void changed_amendments(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_rerate rerate = TW_RERATE_INIT;
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;

	seal(f);
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		"79,Russia mobile,2.50,RUB,2026-10-01,,1,1,0,outbound,\n"
		"44,Britain,9.00,RUB,2026-10-01,,1,1,0,outbound,\n");
	options.month = "2026-10";
	if (tw_cdr_rerate(&rerate, NULL, f->store, &options, &err))
		fail_msg("rerate: %s", err.message);
	assert_int_equal(rerate.changed, 3);
	must_stay(f, "32 days");
	close_month(f, "2026-11");
	seal(f);
	must_stay(f, "63 days");
	must_verify(f);
	forged(f, "amendment", "UPDATE amendment SET cost_nanos = 1 "
	       "WHERE side = 1 AND start_us = 1791183600000000",
	       "an amendment of call a (");
	forged(f, "amendment", "DELETE FROM amendment", "is ");
	forged(f, "call_row", "UPDATE call_row SET cost = 1 "
	       "WHERE call_id = 'a'", "call a (2026-10-05T10:00:00+03:00) "
	       "does not follow from its amendments");
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		fixture_begin(f);
		faults_begin(&faults, n);
		status = tw_period_seal(NULL, f->store, NULL);
		more = faults_end(&faults);
		tw_store_rollback(f->store, NULL);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
	seal(f);
	more = true;
	for (int64_t n = 0; more; n++) {
		tw_verdict verdict = TW_VERDICT_INIT;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__verify_seals(&verdict, f->store, NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(days_of_a_month), T(changed_rows_are_named),
		T(life_goes_on), T(changed_amendments),
		T(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
