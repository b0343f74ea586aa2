/* What is left to a call that a permission hinders. */
#include "permits_fixture.h"

static uint32_t ways(struct desk *d, tw_route_way *way,
		     const tw_route_request *r)
{
	uint32_t count = 8;

	way[0] = (tw_route_way)TW_ROUTE_WAY_INIT;
	assert_int_equal(tw_router_ways(way, &count, d->router, r, &d->err),
			 TW_OK);
	return count;
}

static void line(struct desk *d, const char *name, const char *site,
		 int64_t price)
{
	tw_route_landline l = TW_ROUTE_LANDLINE_INIT;

	l.name = name;
	l.site = site;
	l.number = "78432000077";
	l.carrier = price ? "city" : NULL;
	l.deck = price ? flat_deck("7843", price) : NULL;
	assert_int_equal(tw_router_add_landline(d->router, &l, &d->err),
			 TW_OK);
	tw_deck_free(l.deck);
}

static void each_with_the_cost_of_this_call(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", "kazan");
	tw_route_way way[8];
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "a", 3 * RUBLE, 0);
	carrier_of(&d, "b", 2 * RUBLE, 0);
	carrier_of(&d, "down", RUBLE, 0);
	assert_int_equal(tw_router_set_usable(d.router, "down", 0, T2026,
					      NULL), TW_OK);
	numbering_of(&d);
	assert_int_equal(own(&d, MOSCOW, "Moscow", "moscow", "a"), TW_OK);
	assert_int_equal(own(&d, KAZAN, "Kazan", "kazan", "b"), TW_OK);
	assert_int_equal(permission_of(&d, "kazan", "Казань", "Казань",
				       "local", TW_PERMIT_BLOCK), TW_OK);
	line(&d, "line", "kazan", RUBLE / 2);
	line(&d, "unpriced", "kazan", 0);
	line(&d, "far", "moscow", RUBLE);
	r.expected_us = 120 * TW_SECOND;
	assert_int_equal(ways(&d, way, &r), 3);
	assert_int_equal(way[0].kind, TW_WAY_LANDLINE);
	assert_string_equal(way[0].via, "line");
	assert_string_equal(way[0].caller, "78432000077");
	assert_string_equal(way[0].carrier, "city");
	assert_int_equal(way[0].expected.nanos, RUBLE);
	assert_int_equal(way[0].relation, TW_RELATION_SAME_CITY);
	assert_int_equal(way[1].kind, TW_WAY_CARRIER);
	assert_string_equal(way[1].via, "a");
	assert_string_equal(way[1].caller, MOSCOW);
	assert_int_equal(way[1].expected.nanos, 6 * RUBLE);
	assert_int_equal(way[1].relation, TW_RELATION_OTHER);
	/* last, because nobody knows what it costs: never free */
	assert_string_equal(way[2].via, "unpriced");
	assert_int_equal(way[2].verdict, TW_ENOPRICE);
	assert_string_equal(way[2].expected.currency, "");
	desk_close(&d);
}

static void another_number_over_the_same_trunk(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	tw_route_way way[8];
	uint32_t count = 8;
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "b", 2 * RUBLE, 0);
	numbering_of(&d);
	assert_int_equal(own(&d, KAZAN, "Kazan", "kazan", "b"), TW_OK);
	assert_int_equal(own(&d, KAZAN2, "Other", "kazan", "b"), TW_OK);
	assert_int_equal(permission_of(&d, "kazan", "Казань", "Казань",
				       "local", TW_PERMIT_AVOID), TW_OK);
	assert_int_equal(ways(&d, way, &r), 0);
	assert_int_equal(own(&d, MOSCOW, "Moscow", "moscow", "b"), TW_OK);
	assert_int_equal(ways(&d, way, &r), 1);
	assert_int_equal(way[0].kind, TW_WAY_NUMBER);
	assert_string_equal(way[0].caller, MOSCOW);
	assert_int_equal(way[0].expected.nanos, 2 * RUBLE);
	r.number = "112";
	assert_int_equal(ways(&d, way, &r), 0);
	r.number = "x";
	assert_int_equal(tw_router_ways(way, &count, d.router, &r, &d.err),
			 TW_EINVAL);
	assert_int_equal(tw_router_ways(way, NULL, d.router, &r, &d.err),
			 TW_EINVAL);
	desk_close(&d);
}

static void bad_lines_change_nothing(void **state)
{
	tw_route_landline l = TW_ROUTE_LANDLINE_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(tw_router_add_landline(d.router, &l, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "name");
	l.name = "line";
	l.site = "kazan";
	assert_int_equal(tw_router_add_landline(d.router, &l, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "number");
	l.number = KAZAN;
	l.exchange_nanos = -1;
	assert_int_equal(tw_router_add_landline(d.router, &l, &d.err),
			 TW_EINVAL);
	l.exchange_nanos = 0;
	assert_int_equal(tw_router_add_landline(d.router, &l, &d.err), TW_OK);
	assert_int_equal(tw_router_add_landline(d.router, &l, &d.err),
			 TW_EEXIST);
	assert_int_equal(d.router->lines.count, 1);
	desk_close(&d);
}

/* By hand, too, nobody is to call what is never permitted. */
static void a_line_is_no_way_to_what_is_never_permitted(void **state)
{
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;
	tw_route_request r = asked(CALLEE, "Kazan", "kazan");
	const char *to = "7843";
	tw_route_way way[8];
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "a", RUBLE, 0);
	line(&d, "line", "kazan", RUBLE);
	assert_int_equal(permission_of(&d, "lost", NULL, NULL, "lost",
				       TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(ways(&d, way, &r), 1);
	p.name = "dear";
	p.to = &to;
	p.to_count = 1;
	p.flags = TW_PERMIT_NEVER;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_OK);
	assert_int_equal(ways(&d, way, &r), 0);
	r.number = MOSCOW;
	assert_int_equal(ways(&d, way, &r), 1);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_with_the_cost_of_this_call),
		cmocka_unit_test(a_line_is_no_way_to_what_is_never_permitted),
		cmocka_unit_test(another_number_over_the_same_trunk),
		cmocka_unit_test(bad_lines_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
