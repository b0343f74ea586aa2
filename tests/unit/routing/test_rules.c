/* All of the numbers or none; and a chance that can be played again. */
#include "routing_fixture.h"

static void bad_rules_change_nothing(void **state)
{
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	rules.down_after = 9;
	rules.explore_ppm = 500001;
	assert_int_equal(tw_router_set_rules(d.router, &rules, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "explore_ppm");
	assert_int_equal(d.router->rules.down_after, 5);
	rules.explore_ppm = 0;
	rules.down_max_s = rules.down_s - 1;
	assert_int_equal(tw_router_set_rules(d.router, &rules, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "down_max_s");
	rules.down_max_s = rules.down_s;
	rules.measure = 3;
	assert_int_equal(tw_router_set_rules(d.router, &rules, &d.err),
			 TW_EINVAL);
	rules.measure = 1;
	assert_int_equal(tw_router_set_rules(d.router, &rules, &d.err),
			 TW_OK);
	assert_int_equal(d.router->rules.down_after, 9);
	assert_int_equal(tw_router_set_rules(NULL, &rules, &d.err),
			 TW_EINVAL);
	desk_close(&d);
}

static void chance_is_the_same_again(void **state)
{
	struct desk d, e;
	int low = 0;

	(void)state;
	desk_open(&d);
	desk_open(&e);
	for (int i = 0; i < 10000; ++i) {
		assert_int_equal(tw__chance(d.router, 3),
				 tw__chance(e.router, 3));
		low += tw__chance(d.router, 3) % 1000000 < 20000;
		++d.router->turn;
		++e.router->turn;
	}
	assert_in_range(low, 150, 250);
	assert_true(tw__chance(d.router, 3) != tw__chance(d.router, 4));
	e.router->rules.seed = 2;
	assert_true(tw__chance(d.router, 3) != tw__chance(e.router, 3));
	desk_close(&d);
	desk_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_rules_change_nothing),
		cmocka_unit_test(chance_is_the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
