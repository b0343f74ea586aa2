/* Why a trunk takes no call: caps of its own and of its carrier. */
#include "routing_fixture.h"

#define TO "79990000000"

static void a_carrier_has_a_cap_over_its_trunks(void **state)
{
	const tw_rate rate = desk_rate("7", 3 * TW_NANOS, 60, 0);
	tw_route_carrier other = TW_ROUTE_CARRIER_INIT;
	tw_route_call first;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", TW_NANOS);
	desk_simple(&d, "b", 1, "7", 2 * TW_NANOS);
	other.carrier = "second";
	other.trunk = "c";
	desk_add(&d, &other, "RUB", &rate, 1);
	assert_int_equal(tw_router_cap_carrier(d.router, "nobody", 1,
					       &d.err), TW_ENOTFOUND);
	assert_int_equal(tw_router_cap_carrier(d.router, "carrier", 2,
					       &d.err), TW_OK);
	first = desk_begin(&d, "a");
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_begin(&d, "b");
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "c", TW_OK);
	desk_row(&d, 1, "a", TW_EBUSY);
	assert_string_equal(d.row[1].reason, "skipped: 2 of 2 calls of "
			    "carrier in progress");
	desk_row(&d, 2, "b", TW_EBUSY);
	desk_end(&d, first);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_close(&d);
}

static void emergency_passes_every_cap(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 1, 1);
	assert_int_equal(tw_router_cap_carrier(d.router, "carrier", 1,
					       &d.err), TW_OK);
	desk_begin(&d, "a");
	for (int i = 0; i < 3; ++i)
		(void)desk_report(&d, desk_begin(&d, "a"), 403, T2026);
	(void)desk_report(&d, desk_begin(&d, "a"), 503, T2026);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_EBUSY);
	assert_int_equal(desk_ask(&d, "112", NULL, 60), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_carrier_has_a_cap_over_its_trunks),
		cmocka_unit_test(emergency_passes_every_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
