/* Tiers, policies by name, priority and the longest code. */
#include "routing_fixture.h"

#define TO "78432000000"

static void names_go_both_ways(void **state)
{
	static const char *const names[] = { "least_cost", "priority",
		"percent", "least_load", "least_used", "longest_prefix" };
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(names); ++i) {
		assert_int_equal(tw_route_policy_find(&id, names[i], NULL),
				 TW_OK);
		assert_string_equal(tw_route_policy_name(id), names[i]);
	}
	assert_int_equal(tw_route_policy_find(&id, "luck", NULL),
			 TW_ENOTFOUND);
	assert_string_equal(tw_route_policy_name(0), "?");
}

static void priority_goes_before_cost(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "cheap", 20, "7", TW_NANOS);
	desk_simple(&d, "dear", 10, "7", 9 * TW_NANOS);
	desk_simple(&d, "fair", 10, "7", 2 * TW_NANOS);
	assert_int_equal(tw_router_set_policy(d.router, TW_ROUTE_EVERY_TIER,
		TW_ROUTE_PRIORITY, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "fair", TW_OK);
	desk_row(&d, 1, "dear", TW_OK);
	desk_row(&d, 2, "cheap", TW_OK);
	assert_string_equal(d.row[0].reason, "priority 10");
	assert_string_equal(d.row[1].reason,
			    "priority 10 too, after fair by cost or place");
	assert_string_equal(d.row[2].reason, "priority 20, after fair");
	assert_int_equal(d.row[0].policy, TW_ROUTE_PRIORITY);
	desk_close(&d);
}

/* Trap 30, the other way round: kept as a policy for those who want it. */
static void trap_30_longest_prefix_is_a_policy_of_its_own(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "cheap", 1, "7", TW_NANOS);
	desk_simple(&d, "long", 1, "7843", 9 * TW_NANOS);
	desk_simple(&d, "long too", 1, "7843", 8 * TW_NANOS);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "cheap", TW_OK);
	assert_int_equal(tw_router_set_policy(d.router, 0,
		TW_ROUTE_LONGEST_PREFIX, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "long too", TW_OK);
	desk_row(&d, 1, "long", TW_OK);
	desk_row(&d, 2, "cheap", TW_OK);
	assert_string_equal(d.row[0].reason, "longest code, 7843");
	assert_string_equal(d.row[2].reason,
			    "shorter code 7 than long too has");
	desk_close(&d);
}

static void add_in_tier(struct desk *d, const char *trunk, uint32_t tier,
			uint32_t priority, int64_t roubles)
{
	const tw_rate rate = desk_rate("7", roubles * TW_NANOS, 60, 0);
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;

	c.trunk = trunk;
	c.tier = tier;
	c.priority = priority;
	desk_add(d, &c, "RUB", &rate, 1);
}

/* Each tier by its own policy; a later one is never before an earlier. */
static void tiers_come_one_after_another(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	add_in_tier(&d, "far", 7, 1, 1);
	add_in_tier(&d, "dear", 2, 1, 9);
	add_in_tier(&d, "cheap", 2, 2, 5);
	add_in_tier(&d, "first", 5, 2, 8);
	add_in_tier(&d, "second", 5, 1, 9);
	assert_int_equal(tw_router_set_policy(d.router, 5,
		TW_ROUTE_PRIORITY, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "cheap", TW_OK);
	desk_row(&d, 1, "dear", TW_OK);
	desk_row(&d, 2, "second", TW_OK);
	desk_row(&d, 3, "first", TW_OK);
	desk_row(&d, 4, "far", TW_OK);
	assert_int_equal(d.row[2].tier, 5);
	assert_string_equal(d.row[4].reason, "least cost for this call");
	desk_close(&d);
}

static void bad_policies_are_refused(void **state)
{
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", 1);
	assert_int_equal(tw_router_set_policy(d.router, 0, 99, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "policy");
	for (uint32_t i = 1; i < 64; ++i)
		assert_int_equal(tw_router_set_policy(d.router, i,
			TW_ROUTE_PERCENT, &d.err), TW_OK);
	assert_int_equal(tw_router_set_policy(d.router, 64,
		TW_ROUTE_PERCENT, &d.err), TW_ERANGE);
	c.carrier = "carrier";
	c.trunk = "b";
	c.deck = d.router->carrier[0].deck;
	c.tier = 64;
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_ERANGE);
	c.tier = TW_ROUTE_EVERY_TIER;
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EINVAL);
	c.tier = 0;
	c.weight = 1000001;
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "weight");
	assert_int_equal(d.router->carrier_count, 1);
	desk_close(&d);
}

/* Where no cost decides, no currency stands in the way. */
static void currencies_matter_where_costs_do(void **state)
{
	const tw_rate rate = desk_rate("7", TW_NANOS, 60, 0);
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_carrier(&d, "usd", "USD", 5, &rate, 1);
	desk_carrier(&d, "rub", "RUB", 5, &rate, 1);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_ECONFLICT);
	assert_int_equal(tw_router_set_policy(d.router, TW_ROUTE_EVERY_TIER,
		TW_ROUTE_PRIORITY, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "usd", TW_OK);
	desk_row(&d, 1, "rub", TW_OK);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(priority_goes_before_cost),
		cmocka_unit_test(
			trap_30_longest_prefix_is_a_policy_of_its_own),
		cmocka_unit_test(tiers_come_one_after_another),
		cmocka_unit_test(bad_policies_are_refused),
		cmocka_unit_test(currencies_matter_where_costs_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
