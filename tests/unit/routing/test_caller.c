/* Which number a carrier is shown: the department's, the site's, any. */
#include "permits_fixture.h"

#include <stdio.h>

static void shows(struct desk *d, const tw_route_request *r,
		  const char *trunk, const char *number, uint32_t of)
{
	(void)decide(d, r);
	assert_string_equal(row_of(d, trunk)->caller, number);
	assert_int_equal(row_of(d, trunk)->caller_of, of);
}

static void the_departments_own_first(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", "kazan");
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "a", RUBLE, 0);
	carrier_of(&d, "b", 2 * RUBLE, 0);
	shows(&d, &r, "a", "", 0);
	assert_int_equal(own(&d, MOSCOW, "Moscow", "moscow", "a"), TW_OK);
	shows(&d, &r, "a", MOSCOW, TW_CALLER_COMPANY);
	shows(&d, &r, "b", "", 0);
	assert_int_equal(own(&d, "78432000003", NULL, "kazan", "a"), TW_OK);
	shows(&d, &r, "a", "78432000003", TW_CALLER_SITE);
	assert_int_equal(own(&d, KAZAN, "Kazan", "elsewhere", "a"), TW_OK);
	shows(&d, &r, "a", KAZAN, TW_CALLER_DEPARTMENT);
	/* another carrier never approved it */
	shows(&d, &r, "b", "", 0);
	r.site = r.department = NULL;
	shows(&d, &r, "a", MOSCOW, TW_CALLER_COMPANY);
	r.department = "";
	shows(&d, &r, "a", MOSCOW, TW_CALLER_COMPANY);
	desk_close(&d);
}

static void a_preferred_one_of_its_like_first(void **state)
{
	tw_route_number n = TW_ROUTE_NUMBER_INIT;
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	const char *carrier = "a";
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "a", RUBLE, 0);
	assert_int_equal(own(&d, KAZAN, "Kazan", NULL, "a"), TW_OK);
	assert_int_equal(own(&d, KAZAN2, "Kazan", NULL, "a"), TW_OK);
	shows(&d, &r, "a", KAZAN, TW_CALLER_DEPARTMENT);
	n.number = "78432000009";
	n.department = "Kazan";
	n.flags = TW_NUMBER_PREFERRED;
	n.carriers = &carrier;
	n.carrier_count = 1;
	assert_int_equal(tw_router_add_number(d.router, &n, &d.err), TW_OK);
	shows(&d, &r, "a", "78432000009", TW_CALLER_DEPARTMENT);
	n.number = "78432000008";
	assert_int_equal(tw_router_add_number(d.router, &n, &d.err), TW_OK);
	shows(&d, &r, "a", "78432000009", TW_CALLER_DEPARTMENT);
	/* another department has none of its own: the company's preferred */
	r.department = "Ufa";
	shows(&d, &r, "a", "78432000009", TW_CALLER_COMPANY);
	desk_close(&d);
}

/* Of a forwarded call: the number that was called, where it may be shown. */
static void the_request_prefers_where_it_may(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "a", RUBLE, 0);
	carrier_of(&d, "b", 2 * RUBLE, 0);
	assert_int_equal(own(&d, KAZAN, "Kazan", NULL, "a"), TW_OK);
	assert_int_equal(own(&d, KAZAN2, "Kazan", NULL, "b"), TW_OK);
	r.direction = TW_DIRECTION_FORWARD;
	r.preferred = KAZAN2;
	shows(&d, &r, "b", KAZAN2, TW_CALLER_PREFERRED);
	shows(&d, &r, "a", KAZAN, TW_CALLER_DEPARTMENT);
	r.preferred = "79160000000";         /* not ours */
	shows(&d, &r, "a", KAZAN, TW_CALLER_DEPARTMENT);
	/* a host that decides for itself is not corrected */
	r.caller = "79160000000";
	shows(&d, &r, "a", "79160000000", TW_CALLER_GIVEN);
	r.caller = "12345678901234567890123456789012";
	assert_int_equal(decide(&d, &r), TW_EINVAL);
	desk_close(&d);
}

static void without_a_number_sent_or_skipped(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "strict", RUBLE, TW_CARRIER_NEEDS_CALLER);
	carrier_of(&d, "lax", 2 * RUBLE, 0);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "lax", TW_OK);
	desk_row(&d, 1, "strict", TW_EREFUSED);
	assert_string_equal(d.row[1].reason,
			    "no number of ours is approved at strict");
	assert_int_equal(d.row[1].expected.nanos, RUBLE);
	assert_int_equal(own(&d, KAZAN, "Kazan", NULL, "strict"), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "strict", TW_OK);
	c.carrier = c.trunk = "new";
	c.deck = flat_deck("7", 1);
	c.flags = 2;
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "flags");
	tw_deck_free(c.deck);
	desk_close(&d);
}

/* Help is sent to where the number is, and calls back. */
static void in_need_the_sites_number_first(void **state)
{
	tw_route_landline l = TW_ROUTE_LANDLINE_INIT;
	tw_route_request r = asked("112", "Kazan", "kazan");
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "a", RUBLE, TW_CARRIER_NEEDS_CALLER);
	carrier_of(&d, "b", RUBLE, TW_CARRIER_NEEDS_CALLER);
	l.name = "line";
	l.site = "kazan";
	l.number = "78435000000";
	assert_int_equal(tw_router_add_landline(d.router, &l, &d.err), TW_OK);
	assert_int_equal(tw_router_add_emergency(d.router, "kazan", "line",
						 &d.err), TW_OK);
	assert_int_equal(own(&d, MOSCOW, "Kazan", "moscow", "a"), TW_OK);
	assert_int_equal(own(&d, KAZAN, "Other", "kazan", "a"), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	assert_int_equal(d.count, 3);
	assert_string_equal(d.row[0].trunk, "line");
	assert_string_equal(d.row[0].caller, "78435000000");
	assert_int_equal(d.row[0].caller_of, TW_CALLER_LINE);
	assert_string_equal(d.row[1].caller, KAZAN);
	assert_int_equal(d.row[1].caller_of, TW_CALLER_SITE);
	/* no number there is no reason to be silent */
	assert_string_equal(d.row[2].trunk, "b");
	assert_string_equal(d.row[2].caller, "");
	assert_int_equal(d.row[2].verdict, TW_OK);
	desk_close(&d);
}

static void bad_numbers_change_nothing(void **state)
{
	tw_route_number n = TW_ROUTE_NUMBER_INIT;
	const char *none[1] = { "" };
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(own(&d, KAZAN, NULL, NULL, "a"), TW_OK);
	assert_int_equal(own(&d, KAZAN, NULL, NULL, "b"), TW_EEXIST);
	assert_int_equal(own(&d, "+7843", NULL, NULL, "a"), TW_EINVAL);
	assert_string_equal(d.err.field, "number");
	assert_int_equal(own(&d, "1234567890123456", NULL, NULL, "a"),
			 TW_EINVAL);
	n.number = KAZAN2;
	n.carriers = none;
	n.carrier_count = 1;
	assert_int_equal(tw_router_add_number(d.router, &n, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "carriers");
	n.carriers = NULL;
	assert_int_equal(tw_router_add_number(d.router, &n, &d.err),
			 TW_EINVAL);
	n.carrier_count = 0;
	n.flags = 2;
	assert_int_equal(tw_router_add_number(d.router, &n, &d.err),
			 TW_EINVAL);
	assert_int_equal(tw_router_add_number(NULL, &n, &d.err), TW_EINVAL);
	assert_int_equal(tw_router_add_number(d.router, NULL, &d.err),
			 TW_EINVAL);
	assert_int_equal(d.router->callers.count, 1);
	desk_close(&d);
}

/* The table grows, and each number is still found. */
static void many_departments(void **state)
{
	char number[16], department[16];
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "a", RUBLE, 0);
	for (int i = 0; i < 3000; ++i) {
		snprintf(number, sizeof(number), "7843%07d", i);
		snprintf(department, sizeof(department), "d%d", i);
		assert_int_equal(own(&d, number, department, NULL, "a"),
				 TW_OK);
	}
	for (int i = 0; i < 3000; i += 7) {
		tw_route_request r = asked(CALLEE, department, NULL);

		snprintf(number, sizeof(number), "7843%07d", i);
		snprintf(department, sizeof(department), "d%d", i);
		shows(&d, &r, "a", number, TW_CALLER_DEPARTMENT);
	}
	assert_true(d.router->callers.key_count * 2 <=
		    d.router->callers.key_room);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_departments_own_first),
		cmocka_unit_test(a_preferred_one_of_its_like_first),
		cmocka_unit_test(the_request_prefers_where_it_may),
		cmocka_unit_test(without_a_number_sent_or_skipped),
		cmocka_unit_test(in_need_the_sites_number_first),
		cmocka_unit_test(bad_numbers_change_nothing),
		cmocka_unit_test(many_departments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
