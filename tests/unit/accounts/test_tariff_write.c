/* A tariff version into its tables. */
#include "tariff_fixture.h"
#include "../faults.h"

static void write_it(struct tw__new_version *v)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__tariff_version_write(v, &err))
		fail_msg("%s", err.message);
}

/* What nobody declared is entered over all times, as imported. */
static void undeclared(void **state)
{
	struct fixture *f = *state;
	struct tw__terms terms = odd_terms();
	struct tw__rates rates = two_rates();
	struct tw__new_version v = new_version(f, &terms, &rates);
	char sql[400];

	fixture_begin(f);
	write_it(&v);
	fixture_commit(f);
	assert_true(v.tariff && v.carrier && v.id && v.tariff != v.carrier);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM carrier c JOIN "
		 "entity e ON e.id = c.id WHERE c.id = %d AND c.name = "
		 "'volga' AND c.valid_from = -9223372036854775807 - 1 AND "
		 "c.valid_to = 9223372036854775807 AND e.kind = 'carrier' "
		 "AND e.origin = 'import'", (int)v.carrier);
	assert_int_equal(one_number(f, sql), 1);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM tariff t JOIN "
		 "entity e ON e.id = t.id WHERE t.id = %d AND t.name = "
		 "'volga-2026' AND t.carrier = %d AND t.currency = 'RUB' AND "
		 "t.zone = 'Asia/Tomsk' AND t.rounding IS NULL AND "
		 "t.decimals IS NULL AND e.kind = 'tariff'", (int)v.tariff,
		 (int)v.carrier);
	assert_int_equal(one_number(f, sql), 1);
	tw__rates_free(&rates);
}

static void declared(void **state)
{
	struct fixture *f = *state;
	struct tw__terms terms = odd_terms();
	struct tw__rates rates = two_rates();
	struct tw__new_version v = new_version(f, &terms, &rates);
	int64_t tariff, carrier;

	fixture_begin(f);
	write_it(&v);
	tariff = v.tariff;
	carrier = v.carrier;
	v.file_name = NULL;
	write_it(&v);
	fixture_commit(f);
	assert_int_equal(v.tariff, tariff);
	assert_int_equal(v.carrier, carrier);
	assert_int_equal(one_number(f, "SELECT count(*) FROM entity"), 2);
	assert_int_equal(one_number(f, "SELECT id FROM tariff_version WHERE "
				    "file_name = ''"), v.id);
	tw__rates_free(&rates);
}

static void every_column(void **state)
{
	struct fixture *f = *state;
	struct tw__terms terms = odd_terms();
	const tw_tariff_rules *rules = &terms.rules;
	struct tw__rates rates = two_rates();
	struct tw__new_version v = new_version(f, &terms, &rates);
	char sql[600];

	fixture_begin(f);
	write_it(&v);
	fixture_commit(f);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM tariff_version WHERE "
		 "id = %d AND tariff = %d AND carrier = %d AND valid_from = "
		 "500 AND made_us = 600 AND file_name = 'volga.csv' AND "
		 "sheet_hash = 'h' AND partial = 1 AND row_count = 2 AND "
		 "currency = 'RUB' AND zone = 'Asia/Tomsk' AND seconds = %u "
		 "AND rounding = %u AND decimals = 5 AND crossing = %u AND "
		 "vat = %u AND vat_percent = 20000000000 AND invoice_total "
		 "= %u", (int)v.id, (int)v.tariff, (int)v.carrier,
		 rules->seconds, rules->rounding, rules->crossing, rules->vat,
		 rules->invoice_total);
	assert_int_equal(one_number(f, sql), 1);
	/* a row of this sheet has the version itself as origin */
	assert_int_equal(one_number(f, "SELECT origin = version FROM "
		"tariff_rate WHERE position = 0 AND line = 2 AND status = 1 "
		"AND direction = 1 AND prefix = '7843' AND caller_prefix = "
		"'7916' AND destination = 'Kazan' AND price_nanos = 11 AND "
		"connect_fee_nanos = 12 AND first_inc_s = 13 AND next_inc_s "
		"= 14 AND valid_from = 15 AND valid_to = 16"), 1);
	assert_int_equal(one_number(f, "SELECT origin FROM tariff_rate WHERE "
		"position = 1 AND line = 9 AND status = 2"), 3);
	tw__rates_free(&rates);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct tw__terms terms = odd_terms();
	struct tw__rates rates = two_rates();
	struct faults faults;
	tw_status status = TW_ENOMEM;
	int64_t n;

	/* statements stay prepared, so that each turn gets further */
	for (n = 0; status; n++) {
		struct tw__new_version v = new_version(f, &terms, &rates);
		tw_error err = TW_ERROR_INIT;

		fixture_begin(f);
		faults_begin(&faults, n % 2);
		status = tw__tariff_version_write(&v, &err);
		(void)faults_end(&faults);
		assert_true(!status || status == TW_ENOMEM);
		assert_int_equal(err.code, status);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
	assert_true(n > 4);
	assert_int_equal(one_number(f, "SELECT count(*) FROM tariff_version"),
			 0);
	tw__rates_free(&rates);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(undeclared),
		FIXTURE_TEST(declared),
		FIXTURE_TEST(every_column),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
