/**
 * @file test_binding.c  Routes and identities last as long as the binding
 */
#include "fake.h"
#include <trunkwise/binding.h>

static void test_life(void **state)
{
	char headers[1024], *out = NULL;
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	assert_int_equal(tw_registration_service_route(&out, f.reg, NULL),
		TW_ENOTFOUND);
	fake_run(&f, tw_registration_deadline(f.reg));
	(void)snprintf(headers, sizeof(headers), "%s"
		"Service-Route: <sip:edge.test;lr>\r\n"
		"P-Associated-URI: <sip:+78432000001@carrier.test>\r\n",
		fake_contact(&f, "300"));
	fake_answer(&f, "200 OK", headers);
	assert_int_equal(tw_registration_service_route(&out, f.reg, NULL),
		TW_OK);
	assert_string_equal(out, "<sip:edge.test;lr>");
	tw_free(out);
	assert_int_equal(tw_registration_associated_uris(&out, f.reg, NULL),
		TW_OK);
	assert_string_equal(out, "sip:+78432000001@carrier.test");
	tw_free(out);
	/* RFC 3608 section 6: each 2xx says it anew */
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_int_equal(tw_registration_service_route(&out, f.reg, NULL),
		TW_ENOTFOUND);
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "200 OK", headers);
	assert_int_equal(tw_registration_service_route(&out, f.reg, NULL),
		TW_OK);
	tw_free(out);
	fake_stop(&f);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(tw_registration_service_route(&out, f.reg, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_registration_associated_uris(&out, f.reg, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_registration_service_route(NULL, f.reg, NULL),
		TW_EINVAL);
	assert_int_equal(tw_registration_associated_uris(&out, NULL, NULL),
		TW_EINVAL);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
