/* Which rate serves a day, and that none is ever changed. */
#include "accounts/exchange.h"
#include "base/calendar.h"
#include "usage_fixture.h"

static int64_t rate_at(struct fixture *f, int32_t day)
{
	struct tw__exchange rate = { 7, 7 };
	tw_error err = TW_ERROR_INIT;

	if (tw__exchange_at(&rate, f->store, "USD", "RUB",
			    tw__days_from_civil(2026, 10, day), &err))
		fail_msg("%s", err.message);
	return rate.rate_nanos;
}

static void the_latest_not_after(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(import_rates(f, "date,currency,to,rate\n"
		"2026-10-05,USD,RUB,92.5\n2026-10-07,USD,RUB,93\n"
		"2026-10-05,EUR,RUB,100\n").rows_stored, 3);
	assert_int_equal(rate_at(f, 4), 0);
	assert_int_equal(rate_at(f, 5), 92500000000);
	assert_int_equal(rate_at(f, 6), 92500000000);
	assert_int_equal(rate_at(f, 8), 93000000000);
}

static void rows_of_a_file(void **state)
{
	struct fixture *f = *state;
	tw_counts counts = import_rates(f, "Rate;To;Currency;Date;comment\r\n"
		"92.5;RUB;USD;2026-10-05;\r\n"
		"92.5;RUB;USD;2026-10-05;again\r\n");

	assert_int_equal(counts.rows_read, 2);
	assert_int_equal(counts.rows_stored, 1);
	assert_int_equal(counts.duplicates, 1);
	/* a file that contradicts itself stores nothing */
	counts = import_rates(f, "date,currency,to,rate\n"
		"2026-10-06,USD,RUB,1\n2026-10-06,USD,RUB,2\n"
		"2026-10-07,USD,RUB,3\nx,USD,RUB,3\n");
	assert_int_equal(counts.rows_read, 4);
	assert_int_equal(counts.conflicts, 1);
	assert_int_equal(counts.rows_rejected, 1);
	assert_int_equal(counts.rows_held, 2);
	assert_int_equal(counts.rows_stored, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM exchange_rate"),
			 1);
}

static void a_row_that_is_none(void **state)
{
	static const char *const rows[] = { "2026-02-30,USD,RUB,1",
		"2026-1-05,USD,RUB,1", "26-10-05,USD,RUB,1", ",USD,RUB,1",
		"2026-10-05,US,RUB,1", "2026-10-05,USD,rub,1",
		"2026-10-05,RUB,RUB,1", "2026-10-05,USD,RUB,",
		"2026-10-05,USD,RUB,0", "2026-10-05,USD,RUB,-1",
		"2026-10-05,USD,RUB,0.0000000001",
		"2026-10-05,USD,RUB,9999999999999", "2026-10-05",
		"2026-10-05,USD,RUB,1000000.000000001",
		"2026-10-05,USD,RUB,92,5" };
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		char text[128];

		snprintf(text, sizeof(text), "date,currency,to,rate\n%s\n",
			 rows[i]);
		if (import_rates(f, text).rows_rejected != 1)
			fail_msg("taken: %s", rows[i]);
	}
}

static void a_file_without_its_header(void **state)
{
	static const char *const texts[] = { "", "date,currency,rate\n",
		"date,currency,to,rate,rate\n", "date,currency,to,rate,x\n",
		"date,currency,to,rate,\"comment\n" };
	struct fixture *f = *state;
	tw_counts counts = TW_COUNTS_INIT;

	for (size_t i = 0; i < TW_ARRAY_COUNT(texts); i++)
		assert_int_equal(tw_exchange_import(&counts, NULL, f->store,
			texts[i], strlen(texts[i]), NULL), TW_EPARSE);
	assert_int_equal(tw_exchange_import(NULL, NULL, f->store, "", 0,
					    NULL), TW_EINVAL);
}

static void the_store_refuses_another(void **state)
{
	struct fixture *f = *state;

	import_rates(f, "date,currency,to,rate\n2026-10-05,USD,RUB,1\n");
	fixture_begin(f);
	assert_int_not_equal(run_sql(f, "UPDATE exchange_rate SET "
				     "rate_nanos = 2"), TW_OK);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	fixture_begin(f);
	assert_int_not_equal(run_sql(f, "DELETE FROM exchange_rate"), TW_OK);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(the_latest_not_after),
		FIXTURE_TEST(rows_of_a_file),
		FIXTURE_TEST(a_row_that_is_none),
		FIXTURE_TEST(a_file_without_its_header),
		FIXTURE_TEST(the_store_refuses_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
