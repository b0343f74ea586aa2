/* Postings that no call made are found, and those of another month. */
#include "accounts_fixture.h"
#include "accounts/verify_postings.h"

static void setup_calls(struct fixture *f)
{
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
}

static tw_verdict ask(struct fixture *f)
{
	tw_verdict verdict = TW_VERDICT_INIT;
	tw_error err = TW_ERROR_INIT;
	struct tw__scan scan;

	if (tw__scan(&scan, f->store, &err) ||
	    tw__verify_postings(&verdict, &scan, &err))
		fail_msg("%s", err.message);
	tw__scan_free(&scan);
	return verdict;
}

static void change(struct fixture *f, const char *sql)
{
	assert_int_equal(run_sql(f, "DROP TRIGGER IF EXISTS "
				 "posting_no_update"), TW_OK);
	assert_int_equal(run_sql(f, sql), TW_OK);
}

static void what_was_changed(void **state)
{
	static const char *const all[][2] = {
		{ "UPDATE posting SET month = 202609",
		  "UPDATE posting SET month = 202610" },
		{ "UPDATE posting SET vat_nanos = vat_nanos + "
		  "CASE account_kind WHEN 1 THEN 1 ELSE -1 END",
		  "UPDATE posting SET vat_nanos = vat_nanos - "
		  "CASE account_kind WHEN 1 THEN 1 ELSE -1 END" },
		{ "UPDATE posting SET batch = 0, run = 1",
		  "UPDATE posting SET batch = 1, run = 0" },
		{ "UPDATE posting SET kind = 2",
		  "UPDATE posting SET kind = 1" },
		{ "UPDATE batch SET open_month = 202611",
		  "UPDATE batch SET open_month = 0" },
	};
	struct fixture *f = *state;

	setup_calls(f);
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		assert_int_equal(ask(f).holds, 1);
		change(f, all[i][0]);
		assert_int_equal(ask(f).holds, 0);
		assert_non_null(strstr(ask(f).detail, "differ from"));
		change(f, all[i][1]);
	}
	/* of before schema 6 */
	change(f, "UPDATE posting SET vat_nanos = NULL, net_nanos = NULL");
	assert_int_equal(ask(f).holds, 1);
	change(f, "UPDATE posting SET amount_nanos = amount_nanos + 1 "
	       "WHERE account_kind = 1");
	assert_int_equal(ask(f).holds, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(what_was_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
