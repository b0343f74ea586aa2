/* Emergency numbers: the site's landline first, nothing in the way. */
#include "routing_fixture.h"

static void the_number_112_stands_by_itself(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_true(tw_router_is_emergency(d.router, "112"));
	assert_false(tw_router_is_emergency(d.router, "1120"));
	assert_false(tw_router_is_emergency(d.router, "11"));
	assert_false(tw_router_is_emergency(d.router, "101"));
	assert_false(tw_router_is_emergency(d.router, ""));
	assert_false(tw_router_is_emergency(d.router, NULL));
	assert_int_equal(tw_router_add_emergency_number(d.router, "101",
							NULL), TW_OK);
	assert_int_equal(tw_router_add_emergency_number(d.router, "112",
							NULL), TW_OK);
	assert_true(tw_router_is_emergency(d.router, "101"));
	assert_int_equal(tw_router_add_emergency_number(d.router, "+1",
							&d.err), TW_EINVAL);
	assert_int_equal(tw_router_add_emergency_number(d.router, "",
							&d.err), TW_EINVAL);
	assert_int_equal(tw_router_add_emergency_number(d.router,
		"1234567890123456", &d.err), TW_EINVAL);
	assert_int_equal(d.router->number_count, 1);
	desk_close(&d);
}

static void the_sites_way_out_comes_first(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "cheap", 100, "7", 1);
	desk_simple(&d, "preferred", 10, "7", TW_NANOS);
	desk_simple(&d, "backup", 200, "7", TW_NANOS);
	tw_router_add_emergency(d.router, "kazan", "kazan landline", NULL);
	tw_router_add_emergency(d.router, "ufa", "ufa landline", NULL);
	tw_router_add_emergency(d.router, "kazan", "backup", NULL);
	assert_int_equal(desk_ask(&d, "112", "kazan", 0), TW_OK);
	assert_int_equal(d.count, 4);
	desk_row(&d, 0, "kazan landline", TW_OK);
	desk_row(&d, 1, "backup", TW_OK);
	desk_row(&d, 2, "preferred", TW_OK);
	desk_row(&d, 3, "cheap", TW_OK);
	assert_int_equal(d.row[0].emergency, 1);
	assert_int_equal(d.row[3].emergency, 1);
	assert_string_equal(d.row[0].carrier, "");
	assert_string_equal(d.row[1].carrier, "carrier");
	assert_string_equal(d.row[0].expected.currency, "");
	/* without a site, or with one nobody knows: never refused */
	assert_int_equal(desk_ask(&d, "112", NULL, 0), TW_OK);
	assert_int_equal(d.count, 3);
	desk_row(&d, 0, "preferred", TW_OK);
	assert_int_equal(desk_ask(&d, "112", "omsk", 0), TW_OK);
	assert_int_equal(d.count, 3);
	desk_close(&d);
}

static void caps_prices_and_currencies_are_not_asked(void **state)
{
	const tw_rate usd = desk_rate("7", 1, 60, 0);
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "full", 1, "44", 1);   /* has no price for 112 */
	desk_carrier(&d, "usd", "USD", 2, &usd, 1);
	tw__router_trunk(d.router, "full")->calls_max = 1;
	desk_begin(&d, "full");
	assert_int_equal(desk_ask(&d, "112", NULL, 0), TW_OK);
	desk_row(&d, 0, "full", TW_OK);
	desk_row(&d, 1, "usd", TW_OK);
	assert_true(desk_begin(&d, "full").id);   /* over its cap, counted */
	desk_close(&d);
}

static void what_is_down_is_tried_last(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", 1);
	desk_simple(&d, "b", 2, "7", 1);
	tw_router_add_emergency(d.router, "kazan", "a", NULL);
	tw_router_set_usable(d.router, "a", 0, T2026, NULL);
	assert_int_equal(desk_ask(&d, "112", "kazan", 0), TW_OK);
	assert_int_equal(d.count, 2);
	desk_row(&d, 0, "b", TW_OK);
	desk_row(&d, 1, "a", TW_EBUSY);
	tw_router_set_usable(d.router, "b", 0, T2026, NULL);
	assert_int_equal(desk_ask(&d, "112", "kazan", 0), TW_EBUSY);
	assert_int_equal(d.count, 2);
	desk_row(&d, 0, "a", TW_EBUSY);
	desk_row(&d, 1, "b", TW_EBUSY);
	assert_non_null(strstr(d.err.message, "landline"));
	desk_close(&d);
}

static void bad_ways_out_are_refused(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(tw_router_add_emergency(d.router, "", "x", &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "site");
	assert_int_equal(tw_router_add_emergency(d.router, "x", NULL,
						 &d.err), TW_EINVAL);
	assert_int_equal(tw_router_add_emergency(d.router, "x", "a\nb",
						 &d.err), TW_EINVAL);
	assert_int_equal(tw_router_add_emergency(d.router, "x", "y", NULL),
			 TW_OK);
	assert_int_equal(tw_router_add_emergency(d.router, "x", "y",
						 &d.err), TW_EEXIST);
	assert_int_equal(d.router->way_count, 1);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_number_112_stands_by_itself),
		cmocka_unit_test(the_sites_way_out_comes_first),
		cmocka_unit_test(caps_prices_and_currencies_are_not_asked),
		cmocka_unit_test(what_is_down_is_tried_last),
		cmocka_unit_test(bad_ways_out_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
