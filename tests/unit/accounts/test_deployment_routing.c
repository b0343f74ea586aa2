/* [routing]: what the router would refuse is refused with its key. */
#include "deployment_fixture.h"

static const struct wrong wrongs[] = {
	{ { "routing.down_after", "i", "1001" }, "routing.down_after",
	  "write 0 to 1000", NO },
	{ { "routing.down_max_s", "i", "29" }, "routing.down_max_s",
	  "not in 30 to", NO },
	{ { "routing.rest_s", "i", "9" }, "routing.rest_max_s",
	  "not in 9 to", { "routing.rest_max_s", "i", "8" } },
	{ { "routing.probe_ppm", "i", "999" }, "routing.probe_ppm",
	  "write 1000 to 1000000", NO },
	{ { "routing.down_after", "i", "-1" }, "routing.down_after",
	  "write 0 to 1000", NO },
	{ { "routing.down_after", "d", "2.5" }, "routing.down_after",
	  "whole number", NO },
	{ { "routing.measure", "t", "heard" }, "routing.measure",
	  "answered reached", NO },
	{ { "routing.seed", "i", "1" }, "routing.seed", "no key", NO },
	{ { "routing[0].down_after", "i", "1" }, "routing[0].down_after",
	  "[routing]", NO },
	{ { "routing.prefixes[0]", "t", "+7843" }, "routing.prefixes",
	  "no beginning of a number", NO },
	{ { "routing.prefixes[0]", "t", "7843" }, "routing.prefixes",
	  "stands there twice", { "routing.prefixes[1]", "t", "7843" } },
	{ { "routing.prefixes", "e", "" }, "routing.prefixes",
	  "empty list", NO },
	{ { "routing.tier[0].tier", "i", "0" }, "routing.tier[0].policy",
	  "policy is required", NO },
	{ { "routing.tier[0].policy", "t", "percent" },
	  "routing.tier[0].tier", "tier is required", NO },
	{ { "routing.tier[0].policy", "t", "cheapest" },
	  "routing.tier[0].policy", "least_cost", NO },
	{ { "routing.code[0].class", "t", "user" }, "routing.code[0].sip",
	  "neither sip nor q850", NO },
	{ { "routing.code[0].class", "t", "answered" },
	  "routing.code[0].class", "user number", NO },
	{ { "routing.code[0].class", "t", "none" }, "routing.code[0].class",
	  "a code has to", { "routing.code[0].sip", "i", "480" } },
	{ { "routing.code[0].sip", "i", "200" }, "routing.code[0].sip",
	  "300 to 699", NO },
	{ { "routing.code[0].q850", "i", "128" }, "routing.code[0].q850",
	  "1 to 127", NO },
};

static void refused_with_key_and_mend(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

static void find(tw_deployment *d, tw_status code, const char *field,
		 const char *word)
{
	tw_error problem = TW_ERROR_INIT;

	for (uint32_t i = 0; !tw_deployment_problem(&problem, d, i, NULL);
	     i++) {
		if (problem.code == code && !strcmp(problem.field, field) &&
		    strstr(problem.message, word))
			return;
	}
	fail_msg("%s: not told: %s", field, word);
}

static void said_twice(void **state)
{
	static const struct pair twice[] = {
		{ "routing.tier[0].tier", "i", "0" },
		{ "routing.tier[0].policy", "t", "percent" },
		{ "routing.tier[1].tier", "i", "0" },
		{ "routing.tier[1].policy", "t", "quality" },
		{ "routing.code[0].sip", "i", "603" },
		{ "routing.code[0].class", "t", "carrier" },
		{ "routing.code[1].q850", "i", "31" },
		{ "routing.code[1].class", "t", "none" },
		{ "routing.code[2].sip", "i", "603" },
		{ "routing.code[2].class", "t", "user" },
	};
	tw_deployment *d = deployment_with(twice, TW_ARRAY_COUNT(twice));

	(void)state;
	assert_int_equal(tw_deployment_check(d, NULL), TW_EPARSE);
	find(d, TW_EEXIST, "routing.tier[1].tier", "tier 0 has its policy");
	find(d, TW_EEXIST, "routing.code[2].sip", "sip 603 has its class");
	tw_deployment_free(d);
}

static void a_tier_of_nobody_is_told(void **state)
{
	static const struct pair tier[] = {
		{ "routing.tier[0].tier", "i", "7" },
		{ "routing.tier[0].policy", "t", "percent" },
	};
	tw_deployment *d = deployment_with(tier, 2);

	(void)state;
	assert_int_equal(tw_deployment_check(d, NULL), TW_OK);
	find(d, TW_OK, "routing.tier[0].tier", "no trunk is of tier 7");
	tw_deployment_free(d);
}

/* Another number is a change of that one; none of them ends it all. */
static void applied_and_changed(void **state)
{
	static const struct pair first[] = {
		{ "routing.down_after", "i", "3" },
		{ "routing.tier[0].tier", "i", "0" },
		{ "routing.tier[0].policy", "t", "percent" },
	};
	static const struct pair then[] = {
		{ "routing.down_after", "i", "4" },
		{ "routing.tier[0].tier", "i", "0" },
		{ "routing.tier[0].policy", "t", "quality" },
	};
	tw_store *store = fixture_store(*state);

	apply(store, deployment_with(first, 3), AUTUMN);
	assert_int_equal(ask(store, "SELECT count(*) FROM routing"), 1);
	apply(store, deployment_with(first, 3), AUTUMN + DAY);
	assert_int_equal(ask(store, "SELECT count(*) FROM routing"), 1);
	apply(store, deployment_with(then, 3), AUTUMN + 2 * DAY);
	assert_int_equal(ask(store, "SELECT count(*) FROM routing"), 2);
	assert_int_equal(ask(store, "SELECT down_after FROM routing WHERE "
			     "valid_to = 9223372036854775807"), 4);
	assert_int_equal(ask(store, "SELECT count(*) FROM routing_tier"), 2);
	apply(store, deployment_with(NULL, 0), AUTUMN + 3 * DAY);
	assert_int_equal(ask(store, "SELECT count(*) FROM routing WHERE "
			     "valid_to = 9223372036854775807"), 0);
	assert_int_equal(ask(store, "SELECT count(*) FROM routing_tier WHERE "
			     "valid_to = 9223372036854775807"), 0);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_with_key_and_mend),
		cmocka_unit_test(said_twice),
		cmocka_unit_test(a_tier_of_nobody_is_told),
		TEST(applied_and_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
