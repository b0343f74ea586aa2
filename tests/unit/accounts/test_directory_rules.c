/* What a deployment tells its router to go by. */
#include "deployment_fixture.h"
#include "accounts/kinds.h"
#include "routing/router.h"

static tw_router *router_of(void **state, const struct pair *more,
			    size_t count)
{
	tw_error err = TW_ERROR_INIT;
	tw_router *router = NULL;
	tw_directory *d;
	tw_store *store;

	d = snapshot(&store, state, more, count);
	if (tw_directory_router(&router, d, store, &err))
		fail_msg("%s", err.message);
	tw_directory_free(d);
	tw_store_free(store);
	return router;
}

static void what_is_not_said_is_the_routers_own(void **state)
{
	tw_route_rules own = TW_ROUTE_RULES_INIT, r = TW_ROUTE_RULES_INIT;
	tw_router *router = router_of(state, NULL, 0);

	own.learn_calls = 200;
	assert_int_equal(tw_router_rules_read(&r, router, NULL), TW_OK);
	assert_memory_equal(&r, &own, sizeof(r));
	assert_int_equal(router->prefix_count, 0);
	tw_router_free(router);
}

static void all_of_it(void **state)
{
	static const struct pair more[] = {
		{ "routing.down_after", "i", "3" },
		{ "routing.measure", "t", "reached" },
		{ "routing.learn_calls", "i", "0" },
		{ "routing.down_s", "i", "700" },
		{ "routing.down_max_s", "i", "800" },
		{ "routing.prefixes[0]", "t", "7843" },
		{ "routing.prefixes[1]", "t", "7347" },
		{ "trunk[0].tier", "i", "1" },
		{ "company.routing", "t", "quality" },
		{ "routing.tier[0].tier", "i", "1" },
		{ "routing.tier[0].policy", "t", "percent" },
		{ "routing.code[0].sip", "i", "603" },
		{ "routing.code[0].class", "t", "carrier" },
		{ "routing.code[1].q850", "i", "31" },
		{ "routing.code[1].class", "t", "congestion" },
		{ "routing.code[2].q850", "i", "17" },
		{ "routing.code[2].class", "t", "none" },
	};
	tw_router *router = router_of(state, more, TW_ARRAY_COUNT(more));

	assert_int_equal(router->rules.down_after, 3);
	assert_int_equal(router->rules.measure, TW_QUALITY_REACHED);
	assert_int_equal(router->rules.learn_calls, 0);
	assert_int_equal(router->rules.down_max_s, 800);
	assert_int_equal(router->rules.suspect_after, 2);
	assert_int_equal(router->prefix_count, 2);
	assert_int_equal(tw__quality_index(router, "73471234567"), 2);
	assert_int_equal(tw__router_policy(router, 1), TW_ROUTE_PERCENT);
	assert_int_equal(tw__router_policy(router, 0), TW_ROUTE_QUALITY);
	assert_int_equal(router->sip_class[603], TW_CLASS_CARRIER);
	assert_int_equal(router->q850_class[31], TW_CLASS_CONGESTION);
	assert_int_equal(router->q850_class[17], 0);
	tw_router_free(router);
}

/* Each number of the header has a key, the seed alone has none. */
static void every_rule_has_its_key(void **state)
{
	const struct tw_kind *kind =
		&tw__kinds[tw__kind_find(TW_STR("routing"))];
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < kind->count; i++)
		count += tw__route_rule(&rules, kind->fields[i].name) != NULL;
	assert_int_equal(count, (offsetof(tw_route_rules, seed) -
				 offsetof(tw_route_rules, suspect_after)) /
			 sizeof(uint32_t));
	assert_null(tw__route_rule(&rules, "seed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_said_is_the_routers_own),
		TEST(all_of_it),
		cmocka_unit_test(every_rule_has_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
