/* Under which contract an amount is owed. */
#include "accounts_fixture.h"
#include "accounts/ledger.h"
#include "accounts/report_contract.h"

#define CARRIER TW_ACCOUNT_CARRIER
#define VENDOR TW_ACCOUNT_VENDOR

static int64_t id_of(struct fixture *f, const char *table, const char *name)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "SELECT id FROM \"%s\" WHERE name = '%s'",
		 table, name);
	return one_number(f, sql);
}

static void want_contracts(struct fixture *f, const char *kazan)
{
	want_two_cities(f);
	want(f, "carrier[1].name", "second");
	want(f, "carrier[2].name", "bare");
	want(f, "vendor[0].name", "pbx");
	want(f, "contract[0].name", "only");
	want(f, "contract[0].carrier", "carrier");
	want(f, "contract[1].name", "second-a");
	want(f, "contract[1].carrier", "second");
	want(f, "contract[2].name", "second-b");
	want(f, "contract[2].carrier", "second");
	want(f, "contract[3].name", "three-sided");
	want(f, "contract[3].carrier", "second");
	want(f, "contract[3].vendor", "pbx");
	want(f, "contract[4].name", "nobody's");
	want(f, "number[0].contract", kazan);
	want(f, "number[1].contract", "nobody's");
	want(f, "number[2].number", "78432000003");
	want(f, "number[2].rented_through", "pbx");
	want(f, "number[2].contract", "three-sided");
}

static void load(struct tw__contracts *out, struct fixture *f,
		 const char *from, const char *to)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__contracts_load(out, f->store, at_time(from), at_time(to),
			       &err))
		fail_msg("%s", err.message);
}

static void test_whose_contract(void **state)
{
	struct fixture *f = *state;
	struct tw__contracts c = { 0 };
	int64_t carrier, second, pbx, bare, kazan, ufa, rented;

	want_contracts(f, "second-b");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	carrier = id_of(f, "carrier", "carrier");
	second = id_of(f, "carrier", "second");
	bare = id_of(f, "carrier", "bare");
	pbx = id_of(f, "vendor", "pbx");
	kazan = id_of(f, "number", "78432000001");
	ufa = id_of(f, "number", "73472000002");
	rented = id_of(f, "number", "78432000003");
	load(&c, f, "2026-10-01T00:00:00+03:00", "2026-11-01T00:00:00+03:00");
	/* the number's, when the call went over its carrier */
	assert_int_equal(tw__contract_of(&c, CARRIER, second, kazan),
			 id_of(f, "contract", "second-b"));
	/* a call of this number over another carrier is owed to that one */
	assert_int_equal(tw__contract_of(&c, CARRIER, carrier, kazan),
			 id_of(f, "contract", "only"));
	/* no carrier known: the number's */
	assert_int_equal(tw__contract_of(&c, CARRIER, 0, kazan),
			 id_of(f, "contract", "second-b"));
	assert_int_equal(tw__contract_of(&c, CARRIER, carrier, ufa),
			 one_number(f, "SELECT id FROM contract WHERE name "
				    "LIKE 'nobody%'"));
	/* several, and nothing says which */
	assert_int_equal(tw__contract_of(&c, CARRIER, second, 0), 0);
	assert_int_equal(tw__contract_of(&c, CARRIER, bare, 0), 0);
	assert_int_equal(tw__contract_of(&c, 0, 0, 0), 0);
	/* both sides of a contract of three */
	assert_int_equal(tw__contract_of(&c, VENDOR, pbx, rented),
			 id_of(f, "contract", "three-sided"));
	assert_int_equal(tw__contract_of(&c, CARRIER, second, rented),
			 id_of(f, "contract", "three-sided"));
	assert_int_equal(tw__contract_of(&c, VENDOR, pbx, 0),
			 id_of(f, "contract", "three-sided"));
	tw__contracts_free(&c);
}

/* One of two ended: from then on the other is the only one. */
static void test_contracts_in_force(void **state)
{
	struct fixture *f = *state;
	struct tw__contracts c = { 0 };
	int64_t second;

	want_company(f);
	want(f, "carrier[0].name", "second");
	want(f, "contract[0].name", "old");
	want(f, "contract[0].carrier", "second");
	want_as(f, "contract[0].to", TW_VALUE_DATE, "2026-10-15");
	want(f, "contract[1].name", "new");
	want(f, "contract[1].carrier", "second");
	want_as(f, "contract[1].from", TW_VALUE_DATE, "2026-10-15");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	second = id_of(f, "carrier", "second");
	load(&c, f, "2026-09-01T00:00:00+03:00", "2026-10-01T00:00:00+03:00");
	assert_int_equal(tw__contract_of(&c, CARRIER, second, 0),
			 id_of(f, "contract", "old"));
	tw__contracts_free(&c);
	load(&c, f, "2026-10-01T00:00:00+03:00", "2026-11-01T00:00:00+03:00");
	assert_int_equal(tw__contract_of(&c, CARRIER, second, 0), 0);
	tw__contracts_free(&c);
	load(&c, f, "2026-11-01T00:00:00+03:00", "2026-12-01T00:00:00+03:00");
	assert_int_equal(tw__contract_of(&c, CARRIER, second, 0),
			 id_of(f, "contract", "new"));
	tw__contracts_free(&c);
	/* before there was any */
	load(&c, f, "2026-07-01T00:00:00+03:00", "2026-08-01T00:00:00+03:00");
	assert_int_equal(c.count, 0);
	tw__contracts_free(&c);
}

static void test_a_number_moves(void **state)
{
	struct fixture *f = *state;
	struct tw__contracts c = { 0 };
	int64_t kazan;

	want_contracts(f, "second-b");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	want_contracts(f, "second-a");
	apply_at(f, "2026-10-20T00:00:00+03:00");
	kazan = id_of(f, "number", "78432000001");
	load(&c, f, "2026-09-01T00:00:00+03:00", "2026-10-01T00:00:00+03:00");
	assert_int_equal(tw__contract_of(&c, CARRIER, 0, kazan),
			 id_of(f, "contract", "second-b"));
	tw__contracts_free(&c);
	load(&c, f, "2026-10-01T00:00:00+03:00", "2026-11-01T00:00:00+03:00");
	assert_int_equal(tw__contract_of(&c, CARRIER, 0, kazan),
			 id_of(f, "contract", "second-a"));
	tw__contracts_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_whose_contract),
		FIXTURE_TEST(test_contracts_in_force),
		FIXTURE_TEST(test_a_number_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
