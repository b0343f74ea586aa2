/* What is told of a trunk, for a caller of any release. */
#include "routing_fixture.h"

static void a_trunk_in_figures(void **state)
{
	tw_route_state s = TW_ROUTE_STATE_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 7, 2);
	desk_begin(&d, "a");
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026, NULL),
			 TW_OK);
	assert_string_equal(s.trunk, "a");
	assert_string_equal(s.carrier, "carrier");
	assert_int_equal(s.weight, 7);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.calls_max, 2);
	assert_int_equal(s.share_ppm, 1000000);
	assert_string_equal(s.reason, "");
	desk_begin(&d, "a");
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026, NULL),
			 TW_OK);
	assert_string_equal(s.reason, "skipped: 2 of 2 calls in progress");
	assert_int_equal(tw_router_state(&s, d.router, 1, T2026, NULL),
			 TW_ITER_END);
	s.size = 8;
	s.tier = 77;      /* behind what this caller knows */
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026, NULL),
			 TW_OK);
	assert_int_equal(s.size, 8);
	assert_int_equal(s.tier, 77);
	s.size = 0;
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026, NULL),
			 TW_EINVAL);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trunk_in_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
