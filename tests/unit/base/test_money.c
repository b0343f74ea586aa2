/* Amounts with a currency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"
#include <trunkwise/money.h>

static void reads_amount_and_code(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_money m;

	(void)state;
	assert_int_equal(tw_money_parse(&m, "-1.5", "RUB", &err), TW_OK);
	assert_true(m.nanos == -1500000000LL);
	assert_string_equal(m.currency, "RUB");
}

static void refuses_bad_codes_and_amounts(void **state)
{
	static const char *codes[] = { "", "RU", "rub", "RUBL", "R B",
				       "\xd0\xa0\xd0" };
	tw_money m = { 7, "EUR" };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(codes); i++)
		assert_int_equal(tw_money_parse(&m, "1", codes[i], NULL),
				 TW_EPARSE);
	assert_int_equal(tw_money_parse(&m, "1,5", "RUB", NULL), TW_EPARSE);
	assert_int_equal(tw_money_parse(&m, "1e12", "RUB", NULL), TW_EPARSE);
	assert_int_equal(tw_money_parse(&m, "10000000000", "RUB", NULL),
			 TW_ERANGE);
	assert_true(m.nanos == 7);
	assert_string_equal(m.currency, "EUR");
}

static void sums_never_wrap_or_mix(void **state)
{
	tw_money a = { INT64_MAX, "RUB" }, b = { 1, "RUB" };
	tw_money c = { 1, "USD" }, out = { 7, "EUR" };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_money_add(&out, &a, &b, &err), TW_ERANGE);
	assert_int_equal(tw_money_add(&out, &b, &c, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "RUB and USD"));
	assert_true(out.nanos == 7);
	b.nanos = -1;
	assert_int_equal(tw_money_add(&a, &a, &b, &err), TW_OK);
	assert_true(a.nanos == INT64_MAX - 1);
}

static void minor_units(void **state)
{
	static const struct { const char *code; uint32_t want; } rows[] = {
		{ "RUB", 2 }, { "JPY", 0 }, { "KWD", 3 }, { "CLF", 4 },
		{ "XPF", 0 }, { "ZWG", 2 }, { "AED", 2 }, { "TND", 3 },
		{ "UYW", 4 }, { "KZT", 2 },
	};
	tw_error err = TW_ERROR_INIT;
	uint32_t decimals = 9;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		assert_int_equal(tw_currency_decimals(&decimals, rows[i].code,
						      &err), TW_OK);
		assert_int_equal(decimals, rows[i].want);
	}
	assert_int_equal(tw_currency_decimals(&decimals, "XXX", &err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_currency_decimals(&decimals, "UB ", &err),
			 TW_EPARSE);
	assert_string_equal(err.field, "currency");
}

static void rounding_names(void **state)
{
	uint32_t mode = 9;

	(void)state;
	assert_int_equal(tw_rounding_parse(&mode, "half_even", NULL), TW_OK);
	assert_int_equal(mode, TW_ROUND_HALF_EVEN);
	assert_int_equal(tw_rounding_parse(&mode, "up", NULL), TW_OK);
	assert_int_equal(mode, TW_ROUND_UP);
	assert_int_equal(tw_rounding_parse(&mode, "Half_up", NULL),
			 TW_EPARSE);
	assert_int_equal(mode, TW_ROUND_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_amount_and_code),
		cmocka_unit_test(refuses_bad_codes_and_amounts),
		cmocka_unit_test(sums_never_wrap_or_mix),
		cmocka_unit_test(minor_units),
		cmocka_unit_test(rounding_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
