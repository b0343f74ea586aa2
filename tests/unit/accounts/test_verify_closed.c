/* Whatever is done to a closed month past the library is told by its name. */
#include "accounts_fixture.h"
#include "accounts/verify_closed.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-09-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"b,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
	assert_int_equal(tw_period_close(NULL, f->store, "2026-09", NULL),
			 TW_OK);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
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

static tw_verdict ask(struct fixture *f)
{
	tw_verdict verdict = TW_VERDICT_INIT;
	tw_error err = TW_ERROR_INIT;
	struct tw__scan scan;

	if (tw__scan(&scan, f->store, &err) ||
	    tw__verify_closed(&verdict, &scan, &err))
		fail_msg("%s", err.message);
	tw__scan_free(&scan);
	return verdict;
}

/* Its triggers are dropped; a transaction holds it, to be rolled back. */
static void edit(struct fixture *f, const char *sql)
{
	static const char *const guards[] = { "posting_no_update",
		"posting_no_delete", "period_no_update", "period_no_delete",
		"period_proof_no_update", "period_proof_no_delete" };

	assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(guards); i++) {
		char drop[80];

		snprintf(drop, sizeof(drop), "DROP TRIGGER %s", guards[i]);
		assert_int_equal(run_sql(f, drop), TW_OK);
	}
	if (run_sql(f, sql))
		fail_msg("%s", sql);
}

static void what_was_edited(void **state)
{
	static const char *const all[][2] = {
		{ "UPDATE posting SET amount_nanos = 10 * amount_nanos, "
		  "net_nanos = 10 * net_nanos WHERE kind = 3",
		  "rents of 2026-09" },
		{ "DELETE FROM posting WHERE kind = 3 AND month = 202610",
		  "rents of 2026-10 are not as they were closed: 0 rows, 4 "
		  "then" },
		{ "UPDATE posting SET vat_nanos = 1 WHERE kind = 1",
		  "charges of calls of 2026-09" },
		{ "UPDATE posting SET who = 7 WHERE id = 1",
		  "charges of calls" },
		{ "DELETE FROM period", "2026-09 was closed and is open now" },
		{ "DELETE FROM period WHERE month = 202610",
		  "2026-10 was closed and is open now" },
		{ "UPDATE period SET closed_us = closed_us + 1",
		  "what was written down of its close is not as 2026-09" },
		{ "UPDATE period SET proved = 0", "2026-09 lacks" },
		{ "DELETE FROM period_proof", "2026-09 lacks" },
		{ "DELETE FROM period_proof WHERE part = 8",
		  "calls of 2026-09" },
		{ "UPDATE period_proof SET digest = digest + 1 "
		  "WHERE part = 3", "rents of 2026-09" },
		{ "UPDATE call_row SET content = content + 1",
		  "calls of 2026-09" },
		{ "UPDATE call_row SET call_id = 'b2' WHERE call_id = 'b'",
		  "calls of 2026-10 are not as they were closed: 1 rows, 1" },
		{ "UPDATE batch SET file_name = 'x'", "batches of 2026-09" },
		{ "UPDATE batch SET open_month = 202612",
		  "2026-11 was closed and is open now" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_verdict verdict = ask(f);

		assert_string_equal(verdict.detail, "2 closed months are as "
				    "they were closed");
		assert_int_equal(verdict.holds, 1);
		edit(f, all[i][0]);
		verdict = ask(f);
		if (verdict.holds || !strstr(verdict.detail, all[i][1]))
			fail_msg("%s: %s", all[i][0], verdict.detail);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
}

/* Both the rows and what is known of them: its own row holds the parts. */
static void parts_hold_together(void **state)
{
	struct fixture *f = *state;

	edit(f, "DELETE FROM posting WHERE kind = 3 AND month = 202610");
	assert_int_equal(run_sql(f, "DELETE FROM period_proof "
				 "WHERE month = 202610 AND part = 3"), TW_OK);
	assert_int_equal(ask(f).holds, 0);
	assert_non_null(strstr(ask(f).detail, "written down of its close"));
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

/* Of a store whose months were closed before closes wrote anything down. */
static void closed_by_an_older_one(void **state)
{
	struct fixture *f = *state;

	edit(f, "DELETE FROM period_proof WHERE month = 202609");
	assert_int_equal(run_sql(f, "UPDATE period SET proved = 0 "
				 "WHERE month = 202609"), TW_OK);
	assert_int_equal(ask(f).holds, 1);
	assert_string_equal(ask(f).detail, "1 closed months are as they were "
		"closed; not proved are 1, closed by an older trunkwise");
	/* but the newer one stays proved */
	assert_int_equal(run_sql(f, "DELETE FROM posting WHERE kind = 3"),
			 TW_OK);
	assert_non_null(strstr(ask(f).detail, "rents of 2026-10"));
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

static void after_the_close(void **state)
{
	struct fixture *f = *state;

	edit(f, "UPDATE posting SET id = id + 100 WHERE id = "
	     "(SELECT max(id) FROM posting)");
	assert_int_equal(ask(f).holds, 0);
	assert_non_null(strstr(ask(f).detail, "later than its close"));
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_was_edited), T(parts_hold_together),
		T(closed_by_an_older_one), T(after_the_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
