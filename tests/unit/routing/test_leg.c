/* A call over one carrier: places are asked for once. */
#include "permits_fixture.h"

static tw_status count_find(void *arg, tw_place *out, const char *digits)
{
	++*(int *)arg;
	strcpy(out->region, "Татарстан");
	strcpy(out->city, !strncmp(digits, "7843", 4) ? "Казань" : "Елабуга");
	return TW_OK;
}

static void places_are_asked_for_once(void **state)
{
	int found = 0;
	const tw_numbering_lookup lookup = { sizeof(lookup), 0, count_find,
		&found };
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	struct tw__asking asking;
	struct tw__leg leg;
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(own(&d, KAZAN, "Kazan", NULL, "a"), TW_OK);
	assert_int_equal(tw_router_set_numbering(d.router, NULL, &lookup,
						 NULL), TW_OK);
	assert_int_equal(permission_of(&d, "p", "Казань", "Казань", NULL,
				       TW_PERMIT_BLOCK), TW_OK);
	tw__asking_begin(&asking, d.router, &r);
	tw__leg_of(&leg, &asking, "a");
	assert_string_equal(leg.caller.number, KAZAN);
	assert_int_equal(leg.relation, TW_RELATION_SAME_CITY);
	assert_int_equal(leg.permit.otherwise, TW_PERMIT_BLOCK);
	assert_int_equal(leg.permit.lack, TW_LACK_NONE);
	assert_int_equal(found, 4);          /* 2 places, 2 for the relation */
	tw__leg_of(&leg, &asking, "a");
	assert_int_equal(found, 4);
	tw__leg_of(&leg, &asking, "b");      /* nothing to show there */
	assert_null(leg.caller.number);
	assert_int_equal(leg.relation, TW_RELATION_ANY);
	assert_int_equal(leg.permit.otherwise, 0);
	assert_int_equal(found, 4);
	desk_close(&d);
}

static void the_shown_number_makes_the_price(void **state)
{
	tw_rate rates[2] = { desk_rate("7", 3 * RUBLE, 60, 0),
			     desk_rate("7", RUBLE, 60, 0) };
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	struct desk d;

	(void)state;
	rates[1].relation = TW_RELATION_SAME_CITY;
	desk_open(&d);
	desk_carrier(&d, "main", "RUB", 1, rates, 2);
	numbering_of(&d);
	assert_int_equal(own(&d, MOSCOW, "Moscow", NULL, "carrier"), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	assert_int_equal(d.row[0].expected.nanos, 3 * RUBLE);
	assert_int_equal(own(&d, KAZAN, "Kazan", NULL, "carrier"), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	assert_int_equal(d.row[0].expected.nanos, RUBLE);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_asked_for_once),
		cmocka_unit_test(the_shown_number_makes_the_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
