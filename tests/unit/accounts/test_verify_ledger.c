/* Entries that lack a side, a number or the same word on both sides. */
#include "accounts_fixture.h"
#include "accounts/verify_ledger.h"

static tw_verdict ask(struct fixture *f)
{
	tw_verdict verdict = TW_VERDICT_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw__verify_ledger(&verdict, f->store, &err))
		fail_msg("%s", err.message);
	return verdict;
}

static void what_was_edited(void **state)
{
	static const char *const all[][2] = {
		{ "UPDATE posting SET amount_nanos = amount_nanos + 1 "
		  "WHERE id = 2", "1 of 3 entries are not whole, first 1: not "
		  "summing to zero" },
		{ "UPDATE posting SET net_nanos = 0 WHERE id = 3",
		  "first 2: not summing" },
		{ "UPDATE posting SET vat_nanos = NULL WHERE id = 3",
		  "first 2: not summing" },
		{ "UPDATE posting SET currency = 'USD' WHERE id = 3",
		  "first 2: not summing" },
		{ "UPDATE posting SET amount_nanos = 9223372036854775807 "
		  "WHERE id IN (3, 4)", "first 2: not summing" },
		{ "DELETE FROM posting WHERE id = 4", "first 2: not summing" },
		{ "DELETE FROM posting WHERE entry = 2",
		  "1 of 3 entries are not whole, first 2: not there" },
		{ "UPDATE posting SET id = 9 WHERE id = 6",
		  "first 3: not in its place" },
		{ "UPDATE posting SET month = 202609 WHERE id = 5",
		  "first 3: two-faced" },
		{ "UPDATE posting SET of_month = 202609 WHERE id = 5",
		  "two-faced" },
		{ "UPDATE posting SET kind = 5 WHERE id = 5", "two-faced" },
		{ "UPDATE posting SET batch = 5 WHERE id = 5", "two-faced" },
		{ "UPDATE posting SET run = 5 WHERE id = 5", "two-faced" },
		{ "UPDATE posting SET subject = 0 WHERE id = 5",
		  "two-faced" },
		{ "UPDATE posting SET correction = 1 WHERE id = 5",
		  "two-faced" },
		{ "UPDATE posting SET who = 1 WHERE id = 5", "two-faced" },
		{ "UPDATE posting SET reference = 'x' WHERE id = 5",
		  "two-faced" },
		{ "UPDATE posting SET made_us = made_us - 1000001 "
		  "WHERE id = 5", "two-faced" },
		{ "UPDATE posting SET account_kind = 3 WHERE id = 5",
		  "two-faced" },
	};
	struct fixture *f = *state;

	assert_string_equal(ask(f).detail, "0 entries, each sums to zero");
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
	assert_int_equal(tw_ledger_accrue(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		assert_string_equal(ask(f).detail,
				    "3 entries, each sums to zero");
		assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
		assert_int_equal(run_sql(f, "DROP TRIGGER posting_no_update"),
				 TW_OK);
		assert_int_equal(run_sql(f, "DROP TRIGGER posting_no_delete"),
				 TW_OK);
		if (run_sql(f, all[i][0]))
			fail_msg("%s", all[i][0]);
		if (ask(f).holds || !strstr(ask(f).detail, all[i][1]))
			fail_msg("%s: %s", all[i][0], ask(f).detail);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
}

/* Each side was stamped by its own look at the clock once. */
static void of_an_older_one(void **state)
{
	struct fixture *f = *state;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw_ledger_accrue(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting a JOIN "
		"posting b USING (entry) WHERE a.made_us <> b.made_us"), 0);
	assert_int_equal(run_sql(f, "DROP TRIGGER posting_no_update"), TW_OK);
	assert_int_equal(run_sql(f, "UPDATE posting SET made_us = made_us "
				 "+ 12 WHERE id % 2 = 0"), TW_OK);
	assert_int_equal(run_sql(f, "UPDATE posting SET net_nanos = NULL, "
				 "vat_nanos = NULL"), TW_OK);
	assert_int_equal(ask(f).holds, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(what_was_edited),
		FIXTURE_TEST(of_an_older_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
