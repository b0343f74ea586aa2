/**
 * @file test_way.c  Calls go to the target that holds the binding
 */
#include "fake.h"
#include "zone.h"
#include <trunkwise/binding.h>

static tw_trunk_way way_of(const struct fake *f)
{
	tw_trunk_way way = TW_TRUNK_WAY_INIT;

	assert_int_equal(tw_registration_way(&way, f->reg, NULL), TW_OK);
	return way;
}

static void test_address(void **state)
{
	tw_trunk_options o = fake_options();
	char *route = NULL;
	struct fake f;

	(void)state;
	o.registrar = "sip:127.0.0.1:5070;transport=tcp";
	o.domain = "carrier.test";
	fake_open_with(&f, &o);
	assert_string_equal(way_of(&f).host, "127.0.0.1");
	assert_int_equal(way_of(&f).port, 5070);
	assert_int_equal(way_of(&f).transport, TW_TRANSPORT_TCP);
	assert_string_equal(way_of(&f).uri, o.registrar);
	assert_int_equal(way_of(&f).flags, 0);
	assert_int_equal(tw_registration_route_set(&route, f.reg, NULL),
		TW_ENOTFOUND);
	fake_close(&f);
}

/* The second of two targets took the registration: a look-up would lead to
 * the first. */
static void test_name(void **state)
{
	static const tw_dns_record zone[] = {
		ZONE_SRV("_sip._udp.carrier.test", 10, 1, 5060, "a.test"),
		ZONE_SRV("_sip._udp.carrier.test", 20, 1, 5062, "b.test"),
		ZONE_A("a.test", "192.0.2.1"), ZONE_A("b.test", "192.0.2.2"),
	};
	tw_trunk_options o = fake_options();
	tw_trunk_way way = TW_TRUNK_WAY_INIT;
	struct fake f;

	(void)state;
	o.registrar = "sip:carrier.test";
	fake_open_with(&f, &o);
	ZONE_OF(&f, zone);
	assert_int_equal(tw_registration_way(&way, f.reg, NULL),
		TW_ENOTFOUND);
	fake_start(&f);
	assert_string_equal(f.to, "udp:192.0.2.1:5060");
	fake_answer(&f, "503 No", "");
	assert_string_equal(f.to, "udp:192.0.2.2:5062");
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	way = way_of(&f);
	assert_string_equal(way.host, "192.0.2.2");
	assert_int_equal(way.port, 5062);
	assert_int_equal(way.flags, TW_WAY_ELSEWHERE);
	assert_string_equal(way.uri, "sip:carrier.test");
	assert_string_equal(way.server_name, "carrier.test");
	fake_close(&f);
}

static void test_backup(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.registrar = "sip:192.0.2.1";
	o.backup = "sip:[2001:db8::1]:5070";
	fake_open_with(&f, &o);
	fake_start(&f);
	fake_answer(&f, "503 No", "");
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_string_equal(way_of(&f).uri, "sip:[2001:db8::1]:5070");
	assert_string_equal(way_of(&f).host, "2001:db8::1");
	assert_string_equal(way_of(&f).server_name, "2001:db8::1");
	assert_int_equal(way_of(&f).flags, 0);
	fake_close(&f);
}

static void test_proxy_and_routes(void **state)
{
	tw_trunk_options o = fake_options();
	char headers[1024], *route = NULL;
	struct fake f;

	(void)state;
	o.registrar = "sip:carrier.test";
	o.outbound_proxy = "sip:192.0.2.9:5080;transport=tcp";
	fake_open_with(&f, &o);
	fake_start(&f);
	assert_int_equal(tw_registration_route_set(&route, f.reg, NULL),
		TW_OK);
	assert_string_equal(route,
		"<sip:192.0.2.9:5080;transport=tcp;lr>");
	tw_free(route);
	(void)snprintf(headers, sizeof(headers), "%s"
		"Service-Route: <sip:core.test;lr>\r\n",
		fake_contact(&f, "300"));
	fake_answer(&f, "200 OK", headers);
	assert_int_equal(tw_registration_route_set(&route, f.reg, NULL),
		TW_OK);
	assert_string_equal(route, "<sip:192.0.2.9:5080;transport=tcp;lr>, "
		"<sip:core.test;lr>");
	tw_free(route);
	assert_string_equal(way_of(&f).uri, "sip:carrier.test");
	assert_string_equal(way_of(&f).host, "192.0.2.9");
	assert_int_equal(way_of(&f).flags, TW_WAY_ELSEWHERE);
	fake_stop(&f);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(tw_registration_route_set(&route, f.reg, NULL),
		TW_OK);
	assert_string_equal(route,
		"<sip:192.0.2.9:5080;transport=tcp;lr>");
	tw_free(route);
	fake_close(&f);
}

static void test_misuse(void **state)
{
	tw_trunk_way way = TW_TRUNK_WAY_INIT;
	char *route = NULL;
	struct fake f;

	(void)state;
	fake_open(&f);
	assert_int_equal(tw_registration_way(NULL, f.reg, NULL), TW_EINVAL);
	assert_int_equal(tw_registration_way(&way, NULL, NULL), TW_EINVAL);
	way.size = 0;
	assert_int_equal(tw_registration_way(&way, f.reg, NULL), TW_EINVAL);
	assert_int_equal(tw_registration_route_set(NULL, f.reg, NULL),
		TW_EINVAL);
	assert_int_equal(tw_registration_route_set(&route, NULL, NULL),
		TW_EINVAL);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_backup),
		cmocka_unit_test(test_proxy_and_routes),
		cmocka_unit_test(test_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
