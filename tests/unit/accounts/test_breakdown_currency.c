/* The company's currency is the first, whoever is met before. */
#include "breakdown_fixture.h"
#include "accounts/breakdown_currency.h"

static void test_places(void **state)
{
	static const char *const met[] = { "USD", "RUB", "EUR", "USD", "AMD" };
	static const int64_t places[] = { 2, 1, 3, 2, 4 };
	static const char *const sorted[] = { "RUB", "AMD", "EUR", "USD" };
	static const uint8_t before[] = { 0, 3, 2, 1 };
	struct tw__cut_currencies currencies = { { "RUB" }, 1 };
	uint8_t order[TW_CUT_CURRENCIES_MAX];
	tw_error err = TW_ERROR_INIT;
	int64_t place;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(tw__cut_currency(&place, &currencies, met[i],
						  &err), TW_OK);
		assert_int_equal(place, places[i]);
	}
	tw__cut_currencies_sort(order, &currencies);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(currencies.text[i], sorted[i]);
		assert_int_equal(order[i], before[i]);
	}
	assert_int_equal(currencies.count, 4);
	currencies.count = TW_CUT_CURRENCIES_MAX;
	assert_int_equal(tw__cut_currency(&place, &currencies, "GBP", &err),
			 TW_ERANGE);
}

/* Without a company's it is the first tariff's, else none. */
static void test_the_first(void **state)
{
	struct fixture *f = *state;
	struct tw__cut_currencies currencies = { 0 };
	struct tw__book book = { .currency = "EUR" };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__cut_currencies_begin(&currencies, &book,
						  f->store, &err), TW_OK);
	assert_string_equal(currencies.text[0], "EUR");
	book.currency[0] = '\0';
	assert_int_equal(tw__cut_currencies_begin(&currencies, &book,
						  f->store, &err), TW_OK);
	assert_string_equal(currencies.text[0], "");
	import_sheet(f, "dollars", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,1.50,USD,,,1,1,0,outbound,\n");
	assert_int_equal(tw__cut_currencies_begin(&currencies, &book,
						  f->store, &err), TW_OK);
	assert_string_equal(currencies.text[0], "USD");
	assert_int_equal(currencies.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places), FIXTURE_TEST(test_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
