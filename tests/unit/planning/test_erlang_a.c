/* Erlang A by the table, by adding up and integrating without cleverness,
 * and near Erlang C where patience is long. */
#include "near.h"

static const struct {
	double per_minute;
	uint32_t servers;
	double wait, line, abandon, mean_min;
} table[] = {
	{ 2.0 / 3,  2,  0.55783672, 0.39303403, 0.29477552, 0.589551 },
	{ 1,        3,  0.53742444, 0.48978589, 0.24489295, 0.489786 },
	{ 10.0 / 3, 10, 0.49685275, 0.91642551, 0.13746383, 0.274928 },
	{ 50.0 / 3, 50, 0.47040621, 2.06635419, 0.06199063, 0.123981 },
};

static tw_staffing staffing(double load, uint32_t servers)
{
	tw_staffing s = TW_STAFFING_INIT;

	s.load = load;
	s.servers = servers;
	s.patience_s = 120;
	return s;
}

static tw_waiting of(const tw_staffing *s)
{
	tw_waiting w = TW_WAITING_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_erlang_a(&w, s, &err))
		fail_msg("%s: %s", err.field, err.message);
	return w;
}

static void agrees_with_the_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(table); ++i) {
		tw_staffing s = staffing(3 * table[i].per_minute,
					 table[i].servers);
		tw_waiting w = of(&s);

		NEAR(w.wait_probability, table[i].wait, 0.6e-8);
		NEAR(w.in_line, table[i].line, 0.6e-8);
		NEAR(w.abandonment, table[i].abandon, 0.6e-8);
		NEAR(w.asa_s / 60, table[i].mean_min, 0.6e-6);
	}
}

/* The service level, by Simpson over the density of the wait itself. */
static double level(const tw_staffing *s)
{
	enum { STEPS = 2000, STATES = 400 };
	double ratio = s->hold_s / s->patience_s, c = s->servers / ratio;
	double p = 1, all = 1 / tw__erlang_b(s->load, s->servers), sum;
	double in_time = all - 1, t, u, at, logs = 0;
	int k, i;

	for (k = 0; k < STATES; ++k) {
		if (k)
			all += p;
		/* density (c)_(k+1) / k! e^-ct (1 - e^-t)^k, times the chance
		 * that his own patience e^-t lasts */
		logs += k ? log((c + k) / k) : log(c);
		for (sum = 0, i = 0; i <= STEPS; ++i) {
			t = s->within_s / s->patience_s * i / STEPS;
			u = -expm1(-t);
			at = u > 0 || !k ? exp(logs - (c + 1) * t +
					       (k ? k * log(u) : 0)) : 0;
			sum += at * (i == 0 || i == STEPS ? 1 :
				     i & 1 ? 4 : 2);
		}
		in_time += p * sum * s->within_s / s->patience_s / STEPS / 3;
		p *= s->load / (s->servers + (k + 1) * ratio);
	}
	return in_time / all;
}

static void service_level_is_the_integral(void **state)
{
	static const double within[] = { 1, 20, 60, 400 };
	static const double patience[] = { 30, 120, 900 };
	tw_staffing s;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(within); ++i) {
		for (j = 0; j < TW_ARRAY_COUNT(patience); ++j) {
			s = staffing(5, 4);
			s.within_s = within[i];
			s.patience_s = patience[j];
			NEAR(of(&s).service_level, level(&s), 1e-9);
			s = staffing(12, 20);
			s.within_s = within[i];
			s.patience_s = patience[j];
			NEAR(of(&s).service_level, level(&s), 1e-9);
		}
	}
}

static void has_ends(void **state)
{
	tw_staffing s = staffing(10, 14);
	tw_waiting a, c = TW_WAITING_INIT;

	(void)state;
	s.hold_s = 240;
	s.patience_s = 1e9;                /* nearly Erlang C */
	assert_int_equal(tw_erlang_c(&c, &s, NULL), TW_OK);
	a = of(&s);
	NEAR(a.wait_probability, c.wait_probability, 1e-6);
	NEAR(a.asa_s, c.asa_s, 1e-4);
	NEAR(a.service_level, c.service_level, 1e-6);
	s.patience_s = 1e-6;               /* nearly Erlang B */
	a = of(&s);
	NEAR(a.abandonment, tw__erlang_b(10, 14), 1e-7);
	/* nobody has time: only who does not wait is answered */
	s.patience_s = 120;
	s.within_s = 0;
	a = of(&s);
	NEAR(a.service_level, 1 - a.wait_probability, 1e-14);
	/* all the time there is: only who gives up is not */
	s.within_s = 1e9;
	a = of(&s);
	NEAR(a.service_level, 1 - a.abandonment, 1e-14);
	s = staffing(0, 1);
	a = of(&s);
	assert_true(a.service_level == 1 && a.asa_s == 0);
}

/* Overload: far from what a double holds, still a flow balance. */
static void overload_adds_up(void **state)
{
	tw_staffing s = staffing(3000, 1000);
	tw_waiting w;

	(void)state;
	w = of(&s);
	NEAR(w.abandonment, 2.0 / 3, 1e-9);
	NEAR(w.wait_probability, 1, 1e-12);
	/* who is answered waits ln 3 patiences, give or take some seconds */
	s.within_s = 120 * log(3) - 24;
	NEAR(of(&s).service_level, 0, 1e-3);
	s.within_s = 120 * log(3) + 24;
	NEAR(of(&s).service_level, 1.0 / 3, 1e-3);
	s = staffing(1000000, 900000);
	w = of(&s);
	NEAR(w.abandonment, 0.1, 1e-6);
	s = staffing(1000000, 1000000);
	w = of(&s);
	assert_true(w.wait_probability > 0.4 && w.wait_probability < 0.6);
	s = staffing(1e6, 1);
	s.patience_s = 1e9;
	REFUSED(TW_ERANGE, "patience_s", tw_erlang_a(&w, &s, err));
}

static void servers_are_the_fewest(void **state)
{
	static const double loads[] = { 0.3, 2, 10, 100, 2000 };
	static const double levels[] = { 0.2, 0.8, 0.95, 0.999 };
	static const double shares[] = { 0.3, 0.05, 0.001 };
	uint32_t servers;
	tw_staffing s;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(loads); ++i) {
		for (j = 0; j < TW_ARRAY_COUNT(levels); ++j) {
			s = staffing(loads[i], 0);
			assert_int_equal(tw_erlang_a_servers(&servers, &s,
				levels[j], 0, NULL), TW_OK);
			s.servers = servers;
			assert_true(of(&s).service_level >= levels[j]);
			if (!--s.servers)
				continue;
			assert_true(of(&s).service_level < levels[j]);
		}
		for (j = 0; j < TW_ARRAY_COUNT(shares); ++j) {
			s = staffing(loads[i], 0);
			assert_int_equal(tw_erlang_a_servers(&servers, &s,
				0, shares[j], NULL), TW_OK);
			s.servers = servers;
			assert_true(of(&s).abandonment <= shares[j]);
			if (!--s.servers)
				continue;
			assert_true(of(&s).abandonment > shares[j]);
		}
	}
	s = staffing(10, 0);
	assert_int_equal(tw_erlang_a_servers(&servers, &s, 0.2, 0.001, NULL),
			 TW_OK);
	s.servers = servers;
	assert_true(of(&s).abandonment <= 0.001);
}

static void refuses(void **state)
{
	tw_staffing s = staffing(8, 8);
	tw_waiting w = TW_WAITING_INIT;
	uint32_t servers = 7;

	(void)state;
	s.patience_s = 0;
	REFUSED(TW_EINVAL, "patience_s", tw_erlang_a(&w, &s, err));
	s.patience_s = NAN;
	REFUSED(TW_EINVAL, "patience_s", tw_erlang_a(&w, &s, err));
	s.patience_s = 1;
	s.servers = 0;
	REFUSED(TW_EINVAL, "servers", tw_erlang_a(&w, &s, err));
	REFUSED(TW_EINVAL, "service_level",
		tw_erlang_a_servers(&servers, &s, 0, 0, err));
	REFUSED(TW_EINVAL, "service_level",
		tw_erlang_a_servers(&servers, &s, 1.5, 0.1, err));
	REFUSED(TW_EINVAL, "abandonment",
		tw_erlang_a_servers(&servers, &s, 0, NAN, err));
	REFUSED(TW_EINVAL, "", tw_erlang_a_servers(NULL, &s, 0.8, 0, err));
	s.load = 1e6;
	REFUSED(TW_ERANGE, "", tw_erlang_a_servers(&servers, &s, 0.999999, 0,
						   err));
	assert_true(w.asa_s == 0 && servers == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_table),
		cmocka_unit_test(service_level_is_the_integral),
		cmocka_unit_test(has_ends),
		cmocka_unit_test(overload_adds_up),
		cmocka_unit_test(servers_are_the_fewest),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
