/* Erlang C by the table, its inverse by the definition. */
#include "near.h"

static const struct {
	double load;
	uint32_t servers;
	double hold_s, within_s, c, asa_s, level;
} table[] = {
	{ 1,   2,   180, 20, 0.3333333333, 60.0000, 0.701720 },
	{ 0.5, 2,   180, 20, 0.1000000000, 12.0000, 0.915352 },
	{ 2,   3,   180, 20, 0.4444444444, 80.0000, 0.602294 },
	{ 1.2, 3,   180, 20, 0.1411764706, 14.1176, 0.884414 },
	{ 5,   7,   180, 20, 0.3241499492, 29.1735, 0.740441 },
	{ 8,   10,  180, 20, 0.4091801508, 36.8262, 0.672354 },
	{ 10,  14,  240, 20, 0.1741319336, 10.4479, 0.875229 },
	{ 20,  24,  300, 20, 0.2980722998, 22.3554, 0.771698 },
	{ 100, 110, 300, 20, 0.2370075003, 7.1102,  0.878316 },
};

static tw_staffing staffing(double load, uint32_t servers)
{
	tw_staffing s = TW_STAFFING_INIT;

	s.load = load;
	s.servers = servers;
	return s;
}

static void agrees_with_the_table(void **state)
{
	tw_waiting w = TW_WAITING_INIT;
	uint32_t servers;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(table); ++i) {
		tw_staffing s = staffing(table[i].load, table[i].servers);

		s.hold_s = table[i].hold_s;
		s.within_s = table[i].within_s;
		assert_int_equal(tw_erlang_c(&w, &s, NULL), TW_OK);
		NEAR(w.wait_probability, table[i].c, 0.6e-10);
		NEAR(w.asa_s, table[i].asa_s, 0.6e-4);
		NEAR(w.service_level, table[i].level, 0.6e-6);
		NEAR(w.in_line, w.asa_s * s.load / s.hold_s, 1e-12);
		assert_true(w.abandonment == 0);
		assert_int_equal(w.size, sizeof(w));
		/* so many are the fewest for what they reach */
		assert_int_equal(tw_erlang_c_servers(&servers, &s,
			w.service_level - 1e-12, NULL), TW_OK);
		assert_int_equal(servers, s.servers);
		assert_int_equal(tw_erlang_c_servers(&servers, &s,
			w.service_level + 1e-12, NULL), TW_OK);
		assert_int_equal(servers, s.servers + 1);
	}
}

static void has_ends(void **state)
{
	tw_waiting w = TW_WAITING_INIT;
	tw_staffing s = staffing(0, 1);
	uint32_t servers;

	(void)state;
	assert_int_equal(tw_erlang_c(&w, &s, NULL), TW_OK);
	assert_true(w.wait_probability == 0 && w.asa_s == 0);
	assert_true(w.service_level == 1);
	assert_int_equal(tw_erlang_c_servers(&servers, &s, 0.8, NULL), TW_OK);
	assert_int_equal(servers, 1);
	/* one server: the chance to wait is the load */
	s = staffing(nextafter(1, 0), 1);
	assert_int_equal(tw_erlang_c(&w, &s, NULL), TW_OK);
	NEAR(w.wait_probability, 1, 1e-15);
	assert_true(isfinite(w.asa_s) && w.asa_s > 1e17);
	s = staffing(999000, 1000000);
	assert_int_equal(tw_erlang_c(&w, &s, NULL), TW_OK);
	assert_true(w.wait_probability > 0 && w.wait_probability < 1);
	s = staffing(990000, 0);
	assert_int_equal(tw_erlang_c_servers(&servers, &s, 0.99, NULL),
			 TW_OK);
	assert_true(servers > 990000 && servers < 995000);
}

static void refuses(void **state)
{
	tw_waiting w = TW_WAITING_INIT;
	tw_staffing s = staffing(8, 8);
	uint32_t servers = 7;
	tw_error why = TW_ERROR_INIT;

	(void)state;
	REFUSED(TW_EINVAL, "servers", tw_erlang_c(&w, &s, err));
	tw_erlang_c(&w, &s, &why);
	assert_non_null(strstr(why.message, "at least 9"));
	s.servers = 0;
	REFUSED(TW_EINVAL, "servers", tw_erlang_c(&w, &s, err));
	s.servers = 9;
	s.load = NAN;
	REFUSED(TW_EINVAL, "load", tw_erlang_c(&w, &s, err));
	s.load = 8;
	s.hold_s = 0;
	REFUSED(TW_EINVAL, "hold_s", tw_erlang_c(&w, &s, err));
	s.hold_s = 180;
	s.within_s = -1;
	REFUSED(TW_EINVAL, "within_s", tw_erlang_c(&w, &s, err));
	s.within_s = 20;
	REFUSED(TW_EINVAL, "", tw_erlang_c(NULL, &s, err));
	REFUSED(TW_EINVAL, "", tw_erlang_c(&w, NULL, err));
	REFUSED(TW_EINVAL, "service_level",
		tw_erlang_c_servers(&servers, &s, 1, err));
	REFUSED(TW_EINVAL, "", tw_erlang_c_servers(NULL, &s, 0.8, err));
	s.load = 1e6;
	REFUSED(TW_ERANGE, "", tw_erlang_c_servers(&servers, &s, 0.8, err));
	assert_true(w.asa_s == 0 && servers == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_table),
		cmocka_unit_test(has_ends),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
