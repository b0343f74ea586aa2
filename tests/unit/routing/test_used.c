/* What is left of bundles and how far tiers are make the cost of a call. */
#include "routing_fixture.h"

struct counter {
	int64_t bundle_left_s, used_s;
	tw_status status;
	uint32_t asked, freed;
	char department[32];
};

static tw_status counter_handler(tw_route_used *out,
				 const tw_rating_request *call,
				 const char *department, void *arg)
{
	struct counter *c = arg;

	assert_string_equal(call->number, "79990000000");
	assert_int_equal(call->answer, T2026);
	strcpy(c->department, department ? department : "");
	c->asked++;
	out->bundle_left_s = c->bundle_left_s;
	out->used_s = c->used_s;
	return c->status;
}

static void counter_free(void *arg)
{
	++((struct counter *)arg)->freed;
}

static void two_carriers(struct desk *d)
{
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	const tw_rate cheap = desk_rate("7", TW_NANOS, 60, 0);
	const tw_rate dear = desk_rate("7", 2 * TW_NANOS, 60, 0);

	desk_open(d);
	c.trunk = "cheap";
	c.carrier = "plain";
	desk_add(d, &c, "RUB", &cheap, 1);
	c.trunk = "dear";
	c.carrier = "bundled";
	desk_add(d, &c, "RUB", &dear, 1);
}

static void a_bundle_makes_a_dear_carrier_cheap(void **state)
{
	struct counter c = { .bundle_left_s = 90 };
	struct desk d;

	(void)state;
	two_carriers(&d);
	assert_int_equal(tw_router_set_used(d.router, "bundled",
		counter_handler, &c, counter_free, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "dear", TW_OK);
	assert_int_equal(d.row[0].expected.nanos, 0);
	assert_int_equal(d.row[0].bundle_s, 60);
	desk_row(&d, 1, "cheap", TW_OK);
	assert_int_equal(d.row[1].bundle_s, 0);
	/* what it lacks is paid: 90 of 180 s are left, two minutes cost 4 */
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 300), TW_OK);
	desk_row(&d, 0, "cheap", TW_OK);
	assert_int_equal(d.row[1].bundle_s, 90);
	/* by a histogram the mean */
	c.bundle_left_s = 0;
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "cheap", TW_OK);
	assert_int_equal(d.row[1].expected.nanos, 2 * TW_NANOS);
	assert_true(c.asked >= 3);
	desk_close(&d);
	assert_int_equal(c.freed, 1);
}

/* No counter is no bundle: the full price, and the call goes. */
static void a_counter_that_fails_costs_the_full_price(void **state)
{
	struct counter c = { .bundle_left_s = 90, .status = TW_ESTORE };
	struct desk d;

	(void)state;
	two_carriers(&d);
	assert_int_equal(tw_router_set_used(d.router, "bundled",
		counter_handler, &c, counter_free, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "cheap", TW_OK);
	assert_int_equal(d.row[1].expected.nanos, 2 * TW_NANOS);
	/* nor is one below zero */
	c.status = TW_OK;
	c.bundle_left_s = c.used_s = -5;
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	assert_int_equal(d.row[1].expected.nanos, 2 * TW_NANOS);
	desk_close(&d);
}

static void handlers_change_places(void **state)
{
	struct counter a = { 0 }, b = { .bundle_left_s = 60 };
	struct desk d;

	(void)state;
	two_carriers(&d);
	assert_int_equal(tw_router_set_used(d.router, "nobody",
		counter_handler, &a, counter_free, &d.err), TW_ENOTFOUND);
	assert_int_equal(tw_router_set_used(NULL, "bundled", NULL, NULL,
					    NULL, &d.err), TW_EINVAL);
	assert_int_equal(a.freed, 0);
	assert_int_equal(tw_router_set_used(d.router, "bundled",
		counter_handler, &a, counter_free, &d.err), TW_OK);
	assert_int_equal(tw_router_set_used(d.router, "bundled",
		counter_handler, &b, counter_free, &d.err), TW_OK);
	assert_int_equal(a.freed, 1);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	assert_int_equal(d.row[0].bundle_s, 60);
	assert_int_equal(tw_router_set_used(d.router, "bundled", NULL, NULL,
					    NULL, &d.err), TW_OK);
	assert_int_equal(b.freed, 1);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "cheap", TW_OK);
	desk_close(&d);
	assert_int_equal(a.freed + b.freed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_makes_a_dear_carrier_cheap),
		cmocka_unit_test(a_counter_that_fails_costs_the_full_price),
		cmocka_unit_test(handlers_change_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
