/* One pass feeds three checks; what stops it is told by each of them. */
#include "accounts_fixture.h"
#include "accounts/verify_closed.h"
#include "accounts/verify_postings.h"
#include "../faults.h"

static void setup_calls(struct fixture *f)
{
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
}

static void what_it_holds(void **state)
{
	struct fixture *f = *state;
	struct tw__scan scan;

	setup_calls(f);
	assert_int_equal(tw__scan(&scan, f->store, NULL), TW_OK);
	assert_int_equal(scan.postings.count, 1);
	assert_int_equal(scan.postings.rows[0].sums.cost_nanos, RUB(1, 50));
	assert_int_equal(scan.rollup.count, 2);    /* month and day */
	assert_int_equal(scan.proof.count, 0);
	tw__scan_free(&scan);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	assert_int_equal(tw__scan(&scan, f->store, NULL), TW_OK);
	assert_int_equal(scan.proof.count, 2);
	assert_int_equal(scan.proof.months[1].parts[TW_PROOF_CALLS].rows, 1);
	tw__scan_free(&scan);
}

static void a_broken_store(void **state)
{
	tw_verdict verdict = TW_VERDICT_INIT;
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	struct tw__scan scan;

	setup_calls(f);
	assert_int_equal(run_sql(f, "INSERT INTO amendment_run VALUES "
		"(1, 'rerate', '', 1, 0, 0, 1)"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO amendment SELECT start_us, "
		"key, batch, 1, 0, 0, 0, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, "
		"NULL FROM call"), TW_OK);
	assert_int_equal(tw__scan(&scan, f->store, &err), TW_OK);
	assert_int_equal(tw__verify_postings(&verdict, &scan, &err),
			 TW_ESTORE);
	assert_non_null(strstr(err.message, "only one side"));
	assert_int_equal(tw__verify_closed(&verdict, &scan, &err), TW_ESTORE);
	tw__scan_free(&scan);
}

static void no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	setup_calls(f);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	for (int64_t n = 0; more; n++) {
		struct tw__scan scan;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__scan(&scan, f->store, NULL);
		more = faults_end(&faults);
		assert_true(status == TW_OK ||
			    (more && status == TW_ENOMEM));
		tw__scan_free(&scan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(what_it_holds),
		FIXTURE_TEST(a_broken_store),
		FIXTURE_TEST(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
