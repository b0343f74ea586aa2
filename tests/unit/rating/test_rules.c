/* Words of a [[tariff]] table and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/base.h"
#include <trunkwise/tariff.h>

static tw_tariff_rules rules;

static int reset(void **state)
{
	(void)state;
	rules = (tw_tariff_rules)TW_TARIFF_RULES_INIT;
	return 0;
}

static void set(const char *key, const char *value)
{
	assert_int_equal(tw_tariff_rules_set(&rules, key, value, NULL),
			 TW_OK);
}

static void refuse(const char *key, const char *value)
{
	tw_tariff_rules before = rules;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_tariff_rules_set(&rules, key, value, &err),
			 TW_EPARSE);
	assert_string_equal(err.field, key);
	assert_memory_equal(&rules, &before, sizeof(rules));
}

static void test_words(void **state)
{
	(void)state;
	set("seconds", "floor");
	assert_int_equal(rules.seconds, TW_SECONDS_FLOOR);
	set("seconds", "nearest");
	assert_int_equal(rules.seconds, TW_SECONDS_NEAREST);
	set("seconds", "ceil");
	assert_int_equal(rules.seconds, TW_SECONDS_CEIL);
	set("rounding", "up");
	assert_int_equal(rules.rounding, TW_ROUND_UP);
	set("rounding", "down");
	assert_int_equal(rules.rounding, TW_ROUND_DOWN);
	set("rounding", "half_even");
	assert_int_equal(rules.rounding, TW_ROUND_HALF_EVEN);
	set("rounding", "half_up");
	assert_int_equal(rules.rounding, TW_ROUND_HALF_UP);
	set("crossing", "per_second");
	assert_int_equal(rules.crossing, TW_CROSSING_PER_SECOND);
	set("crossing", "call_start");
	assert_int_equal(rules.crossing, TW_CROSSING_CALL_START);
	set("crossing", "increment_start");
	assert_int_equal(rules.crossing, TW_CROSSING_INCREMENT_START);
	set("vat", "gross");
	assert_int_equal(rules.vat, TW_VAT_GROSS);
	set("vat", "net");
	assert_int_equal(rules.vat, TW_VAT_NET);
	set("invoice_total", "rounded_sum");
	assert_int_equal(rules.invoice_total, TW_INVOICE_ROUNDED_SUM);
	set("invoice_total", "sum_of_rounded");
	assert_int_equal(rules.invoice_total, TW_INVOICE_SUM_OF_ROUNDED);
}

static void test_values(void **state)
{
	(void)state;
	set("decimals", "0");
	assert_int_equal(rules.decimals, 0);
	set("decimals", "9");
	assert_int_equal(rules.decimals, 9);
	set("vat_percent", "20");
	assert_int_equal(rules.vat_percent_nanos, 20 * TW_NANOS);
	set("vat_percent", "7.7");
	assert_int_equal(rules.vat_percent_nanos, 7700000000);
	set("vat_percent", "100");
	set("currency", "KWD");
	assert_string_equal(rules.currency, "KWD");
	set("zone", "Asia/Yekaterinburg");
	assert_string_equal(rules.zone, "Asia/Yekaterinburg");
	/* of what is stated all digits count */
	set("decimals", "2");
	set("stated_by", "zadarma");
	assert_string_equal(rules.stated_by, "zadarma");
	assert_int_equal(rules.decimals, 9);
	set("stated_by", "");
}

static void test_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "seconds", "" }, { "seconds", "CEIL" },
		{ "rounding", "half up" }, { "rounding", "bankers" },
		{ "crossing", "increment" }, { "vat", "20" },
		{ "invoice_total", "sum" }, { "decimals", "" },
		{ "decimals", "10" }, { "decimals", "-1" },
		{ "decimals", "2.0" }, { "vat_percent", "" },
		{ "vat_percent", "-1" }, { "vat_percent", "100.000000001" },
		{ "vat_percent", "20%" }, { "vat_percent", "0,2" },
		{ "currency", "" }, { "currency", "RU" },
		{ "currency", "RUBL" }, { "currency", "rub" },
		{ "zone", "" },
		{ "zone", "Europe/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaa" },
		{ "stated_by", "a\tb" }, { "stated_by", "\xff" },
		{ "stated_by", "0123456789012345678901234567890123456789"
		  "012345678901234567890123" },
	};
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++)
		refuse(bad[i][0], bad[i][1]);
	assert_int_equal(tw_tariff_rules_set(&rules, "rounding", "x", &err),
			 TW_EPARSE);
	assert_non_null(strstr(err.message,
			       "up, down, half_up, half_even"));
	assert_int_equal(tw_tariff_rules_set(&rules, "sheet", "x", &err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_tariff_rules_set(NULL, "vat", "net", NULL),
			 TW_EINVAL);
	assert_int_equal(tw_tariff_rules_set(&rules, NULL, "net", NULL),
			 TW_EINVAL);
	assert_int_equal(tw_tariff_rules_set(&rules, "vat", NULL, NULL),
			 TW_EINVAL);
	rules.size = 8;
	assert_int_equal(tw_tariff_rules_set(&rules, "vat", "net", NULL),
			 TW_EINVAL);
}

static void test_directions(void **state)
{
	static const char *const names[] = { "any", "outbound", "inbound",
		"forward", "internal" };
	uint32_t direction = 99;

	(void)state;
	for (uint32_t d = 0; d < TW_ARRAY_COUNT(names); d++) {
		assert_int_equal(tw_direction_parse(&direction, names[d],
						    NULL), TW_OK);
		assert_int_equal(direction, d);
		assert_string_equal(tw_direction_name(d), names[d]);
	}
	direction = 99;
	assert_int_equal(tw_direction_parse(&direction, "out", NULL),
			 TW_EPARSE);
	assert_int_equal(tw_direction_parse(&direction, NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(direction, 99);
	assert_string_equal(tw_direction_name(5), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_words, reset),
		cmocka_unit_test_setup(test_values, reset),
		cmocka_unit_test_setup(test_refused, reset),
		cmocka_unit_test(test_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
