/* Terms of carriers and vendors, and what VAT they make of an amount. */
#include "accounts_fixture.h"
#include "accounts/ledger.h"
#include "accounts/rent_vat.h"
#include "../faults.h"

#define PERCENT(n) ((n) * TW_NANOS)
#define KOPECK (TW_NANOS / 100)

static void one_amount(void **state)
{
	static const struct {
		int64_t amount, net, vat;
		struct tw__vat terms;
	} cases[] = {
		{ RUB(120, 0), RUB(100, 0), RUB(20, 0),
		  { false, PERCENT(20) } },
		{ RUB(100, 0), RUB(100, 0), RUB(20, 0),
		  { true, PERCENT(20) } },
		{ RUB(100, 0), RUB(83, 33), RUB(16, 67),
		  { false, PERCENT(20) } },
		{ RUB(100, 0), RUB(81, 97), RUB(18, 3),
		  { false, PERCENT(22) } },
		{ RUB(0, 1), RUB(0, 1), 0, { false, PERCENT(20) } },
		{ RUB(0, 3), RUB(0, 2), RUB(0, 1), { false, PERCENT(20) } },
		{ RUB(100, 0), RUB(100, 0), 0, { false, 0 } },
		{ RUB(100, 0), RUB(100, 0), 0, { true, 0 } },
		{ -RUB(120, 0), -RUB(100, 0), -RUB(20, 0),
		  { false, PERCENT(20) } },
		{ RUB(2, 0), RUB(1, 0), RUB(1, 0),
		  { false, PERCENT(100) } },
	};
	int64_t net = 7, vat = 7;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		assert_int_equal(tw__vat_split(&net, &vat, cases[i].amount,
			&cases[i].terms, KOPECK, NULL), TW_OK);
		assert_int_equal(net, cases[i].net);
		assert_int_equal(vat, cases[i].vat);
	}
	/* more VAT on top than a sum can hold changes nothing */
	net = vat = 7;
	assert_int_equal(tw__vat_split(&net, &vat, INT64_MAX,
		&(struct tw__vat){ true, 200 * TW_NANOS }, KOPECK, &err),
		TW_ERANGE);
	assert_int_equal(net, 7);
	assert_int_equal(vat, 7);
}

static void newest_terms(void **state)
{
	static const struct tw__vat_own nothing = { false, false, false, 0 };
	static const struct tw__vat_own net = { true, true, false, 0 };
	static const struct tw__vat_own none = { false, false, true, 0 };
	struct fixture *f = *state;
	struct tw__vat_parties parties;
	struct tw__vat vat;
	int64_t id, vendor;

	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "vendor[0].name", "PBX");
	want(f, "vendor[0].vat", "net");
	want(f, "vendor[0].vat_percent", "20");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "carrier[0].vat_percent", "22");
	want(f, "vendor[0].name", "PBX");
	want(f, "vendor[0].vat", "net");
	want(f, "vendor[0].vat_percent", "20");
	apply_at(f, "2026-10-01T00:00:00+03:00");
	id = one_number(f, "SELECT max(id) FROM carrier");
	vendor = one_number(f, "SELECT max(id) FROM vendor");
	assert_int_equal(tw__vat_parties_load(&parties, f->store, NULL),
			 TW_OK);
	vat = tw__vat_of(&parties, TW_ACCOUNT_CARRIER, id,
			 MOSCOW("2026-09-30T23:59:59"), &nothing);
	assert_false(vat.net);
	assert_int_equal(vat.percent_nanos, 0);
	vat = tw__vat_of(&parties, TW_ACCOUNT_CARRIER, id,
			 MOSCOW("2026-10-01T00:00:00"), &nothing);
	assert_int_equal(vat.percent_nanos, PERCENT(22));
	vat = tw__vat_of(&parties, TW_ACCOUNT_CARRIER, id,
			 MOSCOW("2026-10-01T00:00:00"), &net);
	assert_true(vat.net);
	assert_int_equal(vat.percent_nanos, PERCENT(22));
	vat = tw__vat_of(&parties, TW_ACCOUNT_VENDOR, vendor,
			 MOSCOW("2026-10-01T00:00:00"), &nothing);
	assert_true(vat.net);
	assert_int_equal(vat.percent_nanos, PERCENT(20));
	/* 0 of its own is a percentage, not a gap */
	vat = tw__vat_of(&parties, TW_ACCOUNT_VENDOR, vendor,
			 MOSCOW("2026-10-01T00:00:00"), &none);
	assert_int_equal(vat.percent_nanos, 0);
	/* the same number is another party of the other kind */
	vat = tw__vat_of(&parties, TW_ACCOUNT_CARRIER, vendor,
			 MOSCOW("2026-10-01T00:00:00"), &nothing);
	assert_int_equal(vat.percent_nanos, 0);
	tw__vat_parties_free(&parties);
	assert_int_equal(parties.count, 0);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	int64_t n = 0;

	want_company(f);
	want(f, "vendor[0].name", "PBX");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	for (bool more = true; more; n++) {
		struct tw__vat_parties parties = { .count = 77 };
		tw_status status;

		faults_begin(&faults, n);
		status = tw__vat_parties_load(&parties, f->store, NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(parties.count, more ? 77 : 1);
		if (!more)
			tw__vat_parties_free(&parties);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(one_amount),
		FIXTURE_TEST(newest_terms),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
