/* What a closed month may live through leaves what was written of it. */
#include "accounts_fixture.h"
#include "accounts/ledger.h"
#include "accounts/proof.h"
#include "../faults.h"

#define HEAD "call_id,start,duration,caller,callee\n"

static void setup_calls(struct fixture *f)
{
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	import_text(f, "native", NULL, HEAD
		"a,2026-09-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"b,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"c,2026-11-05T10:00:00+03:00,60,78432000001,79161234567\n");
}

static int64_t rows_of(struct fixture *f, int64_t month, int64_t part)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "SELECT coalesce((SELECT row_count FROM "
		 "period_proof WHERE month = %d AND part = %d), 0)",
		 (int)month, (int)part);
	return one_number(f, sql);
}

static void must_close(struct fixture *f, const char *month)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_period_close(NULL, f->store, month, &err))
		fail_msg("%s: %s", month, err.message);
	must_verify(f);
}

/* The first close writes the months before it down too; the first of them has
 * what came before any was closed. */
static void what_is_written(void **state)
{
	struct fixture *f = *state;

	usual_tariff(f);
	setup_calls(f);
	must_close(f, "2026-10");
	for (int64_t month = 202609; month <= 202610; month++) {
		bool first = month == 202609;

		assert_int_equal(rows_of(f, month, TW_PROOF_CALLS), 1);
		assert_int_equal(rows_of(f, month, TW_POSTING_CALL), 2);
		assert_int_equal(rows_of(f, month, TW_POSTING_RENT), 4);
		assert_int_equal(rows_of(f, month, TW_PROOF_BATCHES), first);
		assert_int_equal(rows_of(f, month, TW_PROOF_UNDONE), 0);
		assert_int_equal(rows_of(f, month, TW_PROOF_PERIOD),
				 3 + first);
	}
	assert_int_not_equal(run_sql(f, "UPDATE period_proof SET digest = 0"),
			     TW_OK);
	assert_int_not_equal(run_sql(f, "DELETE FROM period_proof"), TW_OK);
}

/* Late calls, a batch taken back, calls rated anew, a number erased: all of
 * it belongs to the month that is open, and is proved once that is closed. */
static void what_may_happen(void **state)
{
	struct fixture *f = *state;
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_rerate rerate = TW_RERATE_INIT;
	tw_error err = TW_ERROR_INIT;

	setup_calls(f);
	must_close(f, "2026-09");
	must_close(f, "2026-10");
	import_text(f, "native", NULL, HEAD
		"l,2026-10-06T10:00:00+03:00,120,78432000001,79161234567\n"
		"m,2026-08-06T10:00:00+03:00,120,78432000001,79161234567\n");
	must_verify(f);
	usual_tariff(f);
	options.month = "2026-10";
	if (tw_cdr_rerate(&rerate, NULL, f->store, &options, &err))
		fail_msg("%s", err.message);
	assert_int_equal(rerate.changed, 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting "
		"WHERE run = 1 AND month = 202611 AND of_month <> 202610"),
		0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting "
		"WHERE run = 1"), 2);
	must_verify(f);
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store, "79161234567",
					  0, &err), TW_OK);
	must_verify(f);
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	must_verify(f);
	f->now = MOSCOW("2026-12-02T00:00:00");
	must_close(f, "2026-11");
	assert_int_equal(rows_of(f, 202611, TW_PROOF_CALLS), 3);
	assert_int_equal(rows_of(f, 202611, TW_PROOF_AMENDMENTS), 4);
	assert_int_equal(rows_of(f, 202611, TW_PROOF_RUNS), 1);
	/* three calls and the batch itself */
	assert_int_equal(rows_of(f, 202611, TW_PROOF_UNDONE), 4);
	assert_int_equal(tw_import_undo(f->store, 2, &err), TW_OK);
	must_verify(f);
}

/* A close that fails leaves the month open and nothing written. */
static void no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	usual_tariff(f);
	setup_calls(f);
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_period_close(NULL, f->store, "2026-10", NULL);
		more = faults_end(&faults);
		if (status)
			assert_int_equal(one_number(f, "SELECT (SELECT "
				"count(*) FROM period) + (SELECT count(*) "
				"FROM period_proof)"), 0);
		else
			break;
	}
	must_verify(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(what_is_written),
		FIXTURE_TEST(what_may_happen),
		FIXTURE_TEST(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
