/* Exact decimals: reading, rounding, writing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/decimal.h"
#include <trunkwise/sys/clock.h>

static int64_t parsed(const char *text)
{
	tw_error err = TW_ERROR_INIT;
	int64_t nanos = 0;

	assert_int_equal(tw_decimal_parse(&nanos, text, &err), TW_OK);
	return nanos;
}

static void reads_plain_decimals(void **state)
{
	(void)state;
	assert_true(parsed("12") == 12 * TW_NANOS);
	assert_true(parsed("-0.5") == -TW_NANOS / 2);
	assert_true(parsed("1234.567890123") == 1234567890123LL);
	assert_true(parsed("-0") == 0);
	assert_true(parsed("007.10") == 7100000000LL);
	assert_true(parsed("0.000000001") == 1);
	assert_true(parsed("9223372036.854775807") == INT64_MAX);
	assert_true(parsed("-9223372036.854775808") == INT64_MIN);
}

static void refuses_other_spellings(void **state)
{
	static const char *bad[] = {
		"", "-", "+1", ".5", "5.", "1,5", "1e3", " 1", "1 ", "--1",
		"1.0000000000", "1.-5", "0x10", "1_000", "nan", "inf",
		"1.2.3", "\xd9\xa1"
	};
	int64_t nanos = 77;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(tw_decimal_parse(&nanos, bad[i], &err),
				 TW_EPARSE);
		assert_non_null(strstr(err.message, "nine decimals"));
	}
	assert_int_equal(nanos, 77);
}

static void refuses_overflow(void **state)
{
	static const char *big[] = {
		"9223372036.854775808", "-9223372036.854775809", "9223372037",
		"10000000000", "99999999999999999999999999999999999999.5",
		"18446744073709551616"
	};
	int64_t nanos = 77;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(big); i++)
		assert_int_equal(tw_decimal_parse(&nanos, big[i], NULL),
				 TW_ERANGE);
	assert_int_equal(nanos, 77);
}

static void writes_exactly(void **state)
{
	tw_error err = TW_ERROR_INIT;
	char buf[32];

	(void)state;
	assert_int_equal(tw_decimal_format(buf, 32, INT64_MIN, 9, &err), 0);
	assert_string_equal(buf, "-9223372036.854775808");
	assert_int_equal(tw_decimal_format(buf, 32, -50000000, 2, &err), 0);
	assert_string_equal(buf, "-0.05");
	assert_int_equal(tw_decimal_format(buf, 32, TW_NANOS, 0, &err), 0);
	assert_string_equal(buf, "1");
	assert_int_equal(tw_decimal_format(buf, 32, 0, 2, &err), 0);
	assert_string_equal(buf, "0.00");
	assert_int_equal(tw_decimal_format(buf, 32, 1230000000,
					   TW_DECIMALS_SHORTEST, &err), 0);
	assert_string_equal(buf, "1.23");
	assert_int_equal(tw_decimal_format(buf, 32, -1,
					   TW_DECIMALS_SHORTEST, &err), 0);
	assert_string_equal(buf, "-0.000000001");
	assert_int_equal(tw_decimal_format(buf, 32, 5 * TW_NANOS,
					   TW_DECIMALS_SHORTEST, &err), 0);
	assert_string_equal(buf, "5");
}

static void refuses_to_lose_digits(void **state)
{
	char buf[32] = "kept";

	(void)state;
	assert_int_equal(tw_decimal_format(buf, 32, 1235000000, 2, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_decimal_format(buf, 32, 1, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_decimal_format(buf, 32, 1, 10, NULL), TW_EINVAL);
	assert_int_equal(tw_decimal_format(buf, 4, 1230000000, 2, NULL),
			 TW_EINVAL);
	assert_string_equal(buf, "kept");
	assert_int_equal(tw_decimal_format(buf, 5, 1230000000, 2, NULL),
			 TW_OK);
}

/* The table of the four modes, for ties and both sides of them. */
static void rounds_by_mode(void **state)
{
	static const struct {
		const char *in, *up, *down, *half_up, *half_even;
	} rows[] = {
		{ "0.125",   "0.13",  "0.12",  "0.13",  "0.12" },
		{ "0.135",   "0.14",  "0.13",  "0.14",  "0.14" },
		{ "-0.125", "-0.13", "-0.12", "-0.13", "-0.12" },
		{ "-0.135", "-0.14", "-0.13", "-0.14", "-0.14" },
		{ "0.1249999", "0.13", "0.12", "0.12",  "0.12" },
		{ "-0.1250001", "-0.13", "-0.12", "-0.13", "-0.13" },
		{ "0.001",   "0.01",  "0",     "0",     "0" },
		{ "-0.001", "-0.01",  "0",     "0",     "0" },
		{ "-0.005", "-0.01",  "0",    "-0.01",  "0" },
		{ "2.5",     "2.5",   "2.5",   "2.5",   "2.5" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		const char *want[] = { rows[i].up, rows[i].down,
				       rows[i].half_up, rows[i].half_even };

		for (uint32_t mode = 1; mode <= 4; mode++) {
			int64_t got = 0;

			assert_int_equal(tw_decimal_round(&got,
				parsed(rows[i].in), 2, mode, NULL), TW_OK);
			assert_true(got == parsed(want[mode - 1]));
		}
	}
}

static void rounding_at_the_edges(void **state)
{
	int64_t got = 77;

	(void)state;
	assert_int_equal(tw_decimal_round(&got, INT64_MAX, 2, TW_ROUND_UP,
					  NULL), TW_ERANGE);
	assert_int_equal(tw_decimal_round(&got, INT64_MIN, 0,
					  TW_ROUND_HALF_UP, NULL), TW_ERANGE);
	assert_int_equal(tw_decimal_round(&got, 1, 2, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_decimal_round(&got, 1, 2, 5, NULL), TW_EINVAL);
	assert_int_equal(tw_decimal_round(&got, 1, 10, 1, NULL), TW_EINVAL);
	assert_int_equal(got, 77);
	assert_int_equal(tw_decimal_round(&got, INT64_MIN, 9, TW_ROUND_UP,
					  NULL), TW_OK);
	assert_true(got == INT64_MIN);
	assert_int_equal(tw_decimal_round(&got, INT64_MIN, 2,
					  TW_ROUND_DOWN, NULL), TW_OK);
	assert_true(got == -9223372036850000000LL);
}

static void division_of_wide_values(void **state)
{
	tw__i128 big = (tw__i128)INT64_MAX * INT64_MAX;
	tw__i128 most = (tw__i128)(((unsigned __int128)1 << 127) - 1);

	(void)state;
	assert_true(tw__div_round(big, INT64_MAX, TW_ROUND_UP) == INT64_MAX);
	assert_true(tw__div_round(big + 1, INT64_MAX, TW_ROUND_UP) ==
		    (tw__i128)INT64_MAX + 1);
	/* ties where twice the rest would overflow 128 bits */
	assert_true(tw__div_round(most - 1, most, TW_ROUND_HALF_UP) == 1);
	assert_true(tw__div_round(most / 2, most, TW_ROUND_HALF_UP) == 0);
	assert_true(tw__div_round(-(most / 2) - 1, most,
				  TW_ROUND_HALF_EVEN) == -1);
	assert_true(tw__div_round(-3, 2, TW_ROUND_HALF_EVEN) == -2);
	assert_true(tw__div_round(-1, 2, TW_ROUND_HALF_EVEN) == 0);
}

static void narrowing_and_sums(void **state)
{
	int64_t out = 77;

	(void)state;
	assert_int_equal(tw__i128_narrow(&out, (tw__i128)INT64_MAX + 1,
					 NULL), TW_ERANGE);
	assert_int_equal(tw__i128_narrow(&out, (tw__i128)INT64_MIN - 1,
					 NULL), TW_ERANGE);
	assert_false(tw__add_i64(&out, INT64_MAX, 1));
	assert_false(tw__add_i64(&out, INT64_MIN, -1));
	assert_int_equal(out, 77);
	assert_true(tw__add_i64(&out, INT64_MAX, INT64_MIN));
	assert_int_equal(out, -1);
}

/* What is written is what was read, over the whole range. */
static void text_round_trip(void **state)
{
	tw_random_state seed;
	tw_random random;

	(void)state;
	tw_random_seed(&random, &seed, 20261005);
	for (int i = 0; i < 20000; i++) {
		char buf[32];
		int64_t n;
		uint8_t shift;

		random.fill(&n, sizeof(n), random.arg);
		random.fill(&shift, 1, random.arg);
		n >>= shift % 64;
		assert_int_equal(tw_decimal_format(buf, sizeof(buf), n,
				TW_DECIMALS_SHORTEST, NULL), TW_OK);
		assert_true(parsed(buf) == n);
		assert_int_equal(tw_decimal_format(buf, sizeof(buf), n, 9,
						   NULL), TW_OK);
		assert_true(parsed(buf) == n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_plain_decimals),
		cmocka_unit_test(refuses_other_spellings),
		cmocka_unit_test(refuses_overflow),
		cmocka_unit_test(writes_exactly),
		cmocka_unit_test(refuses_to_lose_digits),
		cmocka_unit_test(rounds_by_mode),
		cmocka_unit_test(rounding_at_the_edges),
		cmocka_unit_test(division_of_wide_values),
		cmocka_unit_test(narrowing_and_sums),
		cmocka_unit_test(text_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
