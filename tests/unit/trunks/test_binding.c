/**
 * @file test_binding.c  What a trunk's registrar told, from any thread
 */
#include "loop.h"
#include <trunkwise/binding.h>
#include <trunkwise/sys/alloc.h>

static void test_attached(void **state)
{
	tw_trunk_way way = TW_TRUNK_WAY_INIT;
	struct loop loop;
	char *out = NULL;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	loop.headers = "Service-Route: <sip:a.test;lr>, <sip:b.test;lr>\r\n"
		"P-Associated-URI: <sip:1@a>, <sip:2@a>\r\n";
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_service_route(&out, trunk, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(tw_trunk_service_route(&out, trunk, NULL), TW_OK);
	assert_string_equal(out, "<sip:a.test;lr>, <sip:b.test;lr>");
	tw_free(out);
	assert_int_equal(tw_trunk_associated_uris(&out, trunk, NULL), TW_OK);
	assert_string_equal(out, "sip:1@a\nsip:2@a");
	tw_free(out);
	assert_int_equal(tw_trunk_service_route(&out, NULL, NULL),
		TW_EINVAL);
	assert_int_equal(tw_trunk_route_set(&out, trunk, NULL), TW_OK);
	assert_string_equal(out, "<sip:a.test;lr>, <sip:b.test;lr>");
	tw_free(out);
	assert_int_equal(tw_trunk_route_set(&out, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_trunk_way_get(&way, trunk, NULL), TW_OK);
	assert_string_equal(way.host, "127.0.0.1");
	assert_int_equal(tw_trunk_way_get(&way, NULL, NULL), TW_EINVAL);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_managed(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_trunk_way way = TW_TRUNK_WAY_INIT;
	char *out = NULL;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	assert_int_equal(tw_trunks_new_managed(&set, NULL, NULL), TW_OK);
	o.name = "a";
	o.user = "u";
	o.registrar = "sip:127.0.0.1:1";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	assert_int_equal(tw_trunk_service_route(&out, trunk, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_trunk_associated_uris(&out, trunk, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_trunk_route_set(&out, trunk, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_trunk_way_get(&way, trunk, NULL), TW_OK);
	assert_int_equal(way.port, 1);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attached),
		cmocka_unit_test(test_managed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
