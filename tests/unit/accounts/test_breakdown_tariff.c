/* Currency, VAT and destination of a call's tariff version. */
#include "breakdown_fixture.h"
#include "accounts/breakdown_tariff.h"

static void test_versions(void **state)
{
	struct fixture *f = *state;
	struct tw__cut_currencies currencies = { { "EUR" }, 1 };
	struct tw__cut_tariffs tariffs = { .store = f->store,
		.currencies = &currencies };
	int64_t version = one_number(f, "SELECT max(id) FROM tariff_version");
	int64_t currency = -1, word = -1, same = -1;
	tw_error err = TW_ERROR_INIT;
	bool gross = true;
	char id[32];
	tw_import *import = begin_import(f, NULL, NULL);
	tw_cdr cdr = call_of(f, id, KAZAN, "78432999999");

	add_call(import, &cdr);
	end_import(import);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tw__cut_tariff(&currency, &gross, &tariffs,
						version, &err), TW_OK);
		assert_int_equal(currency, 2);
		assert_string_equal(currencies.text[1], "RUB");
		assert_false(gross);
	}
	assert_int_equal(tariffs.count, 1);
	/* the row that served the call, and one that no call has named yet */
	assert_int_equal(tw__cut_destination(&word, &tariffs, version,
		one_number(f, "SELECT max(rate_row) FROM call"), &err),
		TW_OK);
	assert_int_equal(word, one_number(f, "SELECT id FROM word WHERE "
					  "text = 'Kazan'"));
	assert_int_equal(tw__cut_destination(&same, &tariffs, version,
		one_number(f, "SELECT max(rate_row) FROM call"), &err),
		TW_OK);
	assert_int_equal(same, word);
	assert_int_equal(tw__cut_destination(&word, &tariffs, version,
					     1000, &err), TW_OK);
	assert_int_equal(word, 0);
	tw__cut_tariffs_free(&tariffs);
}

static void must_be(struct fixture *f, bool alike, bool gross, bool vat)
{
	struct tw__cut_currencies currencies = { { "EUR" }, 1 };
	struct tw__cut_tariffs tariffs = { .store = f->store,
		.currencies = &currencies };
	struct tw__cut_prices prices;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__cut_prices(&prices, &tariffs, &err), TW_OK);
	assert_int_equal(prices.are_alike, alike);
	assert_int_equal(prices.have_vat, vat);
	if (alike) {
		assert_int_equal(prices.gross, gross);
		assert_int_equal(prices.currency, 2);
		assert_string_equal(currencies.text[1], "RUB");
	}
}

static void declare(struct fixture *f, const char *at, const char *vat,
		    const char *percent)
{
	want_two_cities(f);
	want(f, "tariff[0].name", "carrier-2026");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", "RUB");
	want(f, "tariff[0].zone", "Europe/Moscow");
	want(f, "tariff[0].vat", vat);
	want(f, "tariff[0].vat_percent", percent);
	apply_at(f, at);
}

/* One more kind of price, and calls are asked for theirs. */
static void test_prices(void **state)
{
	struct fixture *f = *state;
	struct tw__cut_tariffs tariffs = { .store = f->store };
	struct tw__cut_prices prices;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__cut_prices(&prices, &tariffs, &err), TW_OK);
	assert_false(prices.are_alike);
	declare(f, "2026-01-01T00:00:00Z", "gross", "0");
	usual_tariff(f);
	must_be(f, true, true, false);
	declare(f, "2026-01-02T00:00:00Z", "gross", "20");
	usual_tariff(f);
	must_be(f, true, true, true);
	declare(f, "2026-01-03T00:00:00Z", "net", "20");
	usual_tariff(f);
	must_be(f, false, false, true);
}

static void test_two_currencies(void **state)
{
	struct fixture *f = *state;

	must_be(f, true, false, false);
	import_sheet(f, "dollars", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,1.50,USD,,,1,1,0,outbound,\n");
	must_be(f, false, false, false);
}

static void test_damage(void **state)
{
	struct fixture *f = *state;
	struct tw__cut_currencies currencies = { { "RUB" }, 1 };
	struct tw__cut_tariffs tariffs = { .store = f->store,
		.currencies = &currencies };
	int64_t version = one_number(f, "SELECT max(id) FROM tariff_version");
	int64_t currency, word;
	tw_error err = TW_ERROR_INIT;
	bool gross;

	assert_int_equal(tw__cut_tariff(&currency, &gross, &tariffs, 99,
					&err), TW_ESTORE);
	assert_int_equal(tw__cut_destination(&word, &tariffs, version, -1,
					     NULL), TW_OK);
	assert_int_equal(word, 0);
	assert_int_equal(tw__cut_destination(&word, &tariffs, version, -2,
					     &err), TW_ESTORE);
	assert_int_equal(tw__cut_destination(&word, &tariffs, version,
					     INT64_MAX, &err), TW_ESTORE);
	currencies.count = TW_CUT_CURRENCIES_MAX;
	memset(currencies.text, 0, sizeof(currencies.text));
	tw__cut_tariffs_free(&tariffs);
	assert_int_equal(tw__cut_tariff(&currency, &gross, &tariffs, version,
					&err), TW_ERANGE);
	tw__cut_tariffs_free(&tariffs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRAFFIC_TEST(test_versions), FIXTURE_TEST(test_prices),
		TRAFFIC_TEST(test_two_currencies), TRAFFIC_TEST(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
