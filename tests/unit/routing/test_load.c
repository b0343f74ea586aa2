/* Least load: free slots, used part, turns, and failures that weigh. */
#include "routing_fixture.h"

#define TO "79990000000"

static void most_free_slots_go_first(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "small", 1, 2);
	desk_share(&d, "large", 1, 10);
	desk_share(&d, "open", 1, 0);
	assert_int_equal(tw_router_set_policy(d.router, TW_ROUTE_EVERY_TIER,
		TW_ROUTE_LEAST_LOAD, NULL), TW_OK);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "open", TW_OK);
	desk_row(&d, 1, "large", TW_OK);
	desk_row(&d, 2, "small", TW_OK);
	assert_string_equal(d.row[0].reason, "least load: 0 calls");
	assert_string_equal(d.row[1].reason, "0 of 10 calls, after open");
	for (int i = 0; i < 9; ++i)
		desk_begin(&d, "large");
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 1, "small", TW_OK);
	desk_close(&d);
}

static void the_used_part_compares_large_with_small(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "small", 1, 3);
	desk_share(&d, "large", 1, 10);
	assert_int_equal(tw_router_set_policy(d.router, TW_ROUTE_EVERY_TIER,
		TW_ROUTE_LEAST_USED, NULL), TW_OK);
	desk_begin(&d, "small");                   /* 1/3 */
	for (int i = 0; i < 3; ++i)
		desk_begin(&d, "large");           /* 3/10 */
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "large", TW_OK);
	desk_begin(&d, "large");                   /* 4/10 */
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "small", TW_OK);
	desk_close(&d);
}

static void equal_ones_take_turns(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 1, 5);
	desk_share(&d, "b", 1, 5);
	desk_share(&d, "c", 1, 5);
	assert_int_equal(tw_router_set_policy(d.router, TW_ROUTE_EVERY_TIER,
		TW_ROUTE_LEAST_LOAD, NULL), TW_OK);
	for (int i = 0; i < 12; ++i)
		assert_string_equal(desk_next(&d), i % 3 == 0 ? "a" :
				    i % 3 == 1 ? "b" : "c");
	desk_close(&d);
}

/* Traps 9 and 35: dead and fast. Its calls are over at once, so that counted
 * alone they would send it everything. */
static void trap_09_a_dead_trunk_does_not_draw_all(void **state)
{
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	int64_t dead = 0;
	struct desk d;

	(void)state;
	desk_open(&d);
	rules.down_after = 0;      /* what health would find is put aside */
	assert_int_equal(tw_router_set_rules(d.router, &rules, NULL), TW_OK);
	desk_share(&d, "dead", 1, 30);
	desk_share(&d, "alive", 1, 30);
	assert_int_equal(tw_router_set_policy(d.router, TW_ROUTE_EVERY_TIER,
		TW_ROUTE_LEAST_LOAD, NULL), TW_OK);
	for (int i = 0; i < 5; ++i)
		(void)desk_begin(&d, "alive");     /* they talk on */
	for (int i = 0; i < 100; ++i) {
		tw_route_call call;

		assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
		call = desk_begin(&d, d.row[0].trunk);
		if (!strcmp(d.row[0].trunk, "dead")) {
			++dead;
			assert_int_equal(desk_report(&d, call, 500,
				T2026).next, TW_NEXT_TRUNK);
		}
		desk_end(&d, call);
	}
	assert_in_range(dead, 5, 6);     /* without the penalty: all 100 */
	assert_string_equal(d.row[1].reason,
		"0 of 30 calls, failures count too, after alive");
	/* half an hour later it is forgotten */
	assert_int_equal(tw__fading_at(&tw__router_trunk(d.router,
		"dead")->penalty, T2026 + 1800 * TW_SECOND, 60 * TW_SECOND),
		0);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_free_slots_go_first),
		cmocka_unit_test(the_used_part_compares_large_with_small),
		cmocka_unit_test(equal_ones_take_turns),
		cmocka_unit_test(trap_09_a_dead_trunk_does_not_draw_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
