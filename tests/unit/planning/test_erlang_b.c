/* Erlang B by the table, its inverses by the definition, and its ends. */
#include "near.h"

static const struct {
	double load;
	uint32_t lines;
	double b;
} table[] = {
	{ 1,     1,   0.5000000000 }, { 3,  5,  0.1100543478 },
	{ 15,    15,  0.1803163991 }, { 1,  2,  0.2000000000 },
	{ 5,     5,   0.2848678213 }, { 20, 20, 0.1588919615 },
	{ 0.5,   2,   0.0769230769 }, { 5,  10, 0.0183845703 },
	{ 20,    30,  0.0084574983 }, { 2,  3,  0.2105263158 },
	{ 8,     10,  0.1216610643 }, { 50, 50, 0.1047874555 },
	{ 1.2,   3,   0.0897755611 }, { 10, 10, 0.2145823431 },
	{ 100,   100, 0.0757004527 }, { 10.8, 27, 0.0000149652 },
	{ 8.108, 15,  0.0099996319 }, { 100, 117, 0.0097900711 },
	/* published elsewhere */
	{ 10,    12,  0.1197391884 }, { 12.5, 15, 0.1004890851 },
};

static void agrees_with_the_table(void **state)
{
	double b;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(table); ++i) {
		assert_int_equal(tw_erlang_b(&b, table[i].load,
					     table[i].lines, NULL), TW_OK);
		NEAR(b, table[i].b, 0.6e-10);
	}
}

static void has_ends(void **state)
{
	double b;

	(void)state;
	assert_int_equal(tw_erlang_b(&b, 3, 0, NULL), TW_OK);
	assert_true(b == 1);
	assert_int_equal(tw_erlang_b(&b, 0, 0, NULL), TW_OK);
	assert_true(b == 1);       /* without a line nobody gets through */
	assert_int_equal(tw_erlang_b(&b, 0, 1, NULL), TW_OK);
	assert_true(b == 0);
	assert_int_equal(tw_erlang_b(&b, 1e-300, 1000000, NULL), TW_OK);
	assert_true(b == 0);
	/* the smallest doubles round to themselves: not its last word */
	assert_int_equal(tw_erlang_b(&b, 6e5, 1000000, NULL), TW_OK);
	assert_true(b == 0);
	assert_int_equal(tw_erlang_b(&b, 1e6, 1000000, NULL), TW_OK);
	NEAR(b, 7.976e-4, 1e-6);   /* sqrt(2 / (pi n)) */
	assert_int_equal(tw_erlang_b(&b, 1e6, 1, NULL), TW_OK);
	NEAR(b, 1e6 / 1000001, 1e-15);
}

static void lines_are_the_fewest(void **state)
{
	static const double loads[] = { 0, 0.01, 1, 8.108, 75, 900 };
	static const double losses[] = { 0.9, 0.5, 0.1, 0.01, 1e-4, 1e-12 };
	uint32_t lines;
	double b;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(loads); ++i) {
		for (j = 0; j < TW_ARRAY_COUNT(losses); ++j) {
			assert_int_equal(tw_erlang_b_lines(&lines, loads[i],
				losses[j], NULL), TW_OK);
			tw_erlang_b(&b, loads[i], lines, NULL);
			assert_true(b <= losses[j]);
			assert_true(lines > 0);
			tw_erlang_b(&b, loads[i], lines - 1, NULL);
			assert_true(b > losses[j]);
		}
	}
	tw_erlang_b_lines(&lines, 8.108, 0.01, NULL);
	assert_int_equal(lines, 15);
}

static void load_is_what_they_carry(void **state)
{
	static const uint32_t lines[] = { 1, 2, 15, 100, 5000, 1000000 };
	static const double losses[] = { 1e-9, 0.01, 0.5, 0.99, 0.999999 };
	double load, b;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(lines); ++i) {
		for (j = 0; j < TW_ARRAY_COUNT(losses); ++j) {
			assert_int_equal(tw_erlang_b_load(&load, lines[i],
				losses[j], NULL), TW_OK);
			b = tw__erlang_b(load, lines[i]);
			NEAR(b / losses[j], 1, 1e-8);
		}
	}
	tw_erlang_b_load(&load, 1, 0.5, NULL);
	NEAR(load, 1, 1e-12);
	tw_erlang_b_load(&load, 15, 0.01, NULL);
	NEAR(load, 8.108, 0.0005);
	assert_int_equal(tw_erlang_b_load(&load, 3, 1e-288, NULL), TW_OK);
	NEAR(load / 1e-96, cbrt(6), 1e-9);
}

static void refuses(void **state)
{
	uint32_t lines = 7;
	double b = 7;

	(void)state;
	REFUSED(TW_EINVAL, "load", tw_erlang_b(&b, -1, 3, err));
	REFUSED(TW_EINVAL, "load", tw_erlang_b(&b, NAN, 3, err));
	REFUSED(TW_ERANGE, "lines", tw_erlang_b(&b, 1, UINT32_MAX, err));
	REFUSED(TW_EINVAL, "", tw_erlang_b(NULL, 1, 3, err));
	REFUSED(TW_EINVAL, "loss", tw_erlang_b_lines(&lines, 1, 0, err));
	REFUSED(TW_EINVAL, "loss", tw_erlang_b_lines(&lines, 1, 1, err));
	REFUSED(TW_ERANGE, "load", tw_erlang_b_lines(&lines, 2e6, 0.1, err));
	REFUSED(TW_ERANGE, "", tw_erlang_b_lines(&lines, 1e6, 1e-9, err));
	REFUSED(TW_EINVAL, "", tw_erlang_b_lines(NULL, 1, 0.1, err));
	REFUSED(TW_EINVAL, "lines", tw_erlang_b_load(&b, 0, 0.1, err));
	REFUSED(TW_EINVAL, "loss", tw_erlang_b_load(&b, 3, NAN, err));
	REFUSED(TW_EINVAL, "", tw_erlang_b_load(NULL, 3, 0.1, err));
	assert_true(b == 7 && lines == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_table),
		cmocka_unit_test(has_ends),
		cmocka_unit_test(lines_are_the_fewest),
		cmocka_unit_test(load_is_what_they_carry),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
