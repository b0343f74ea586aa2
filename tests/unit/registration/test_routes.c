/**
 * @file test_routes.c  Service-Route and P-Associated-URI, bounded
 */
#include "fake.h"
#include "../faults.h"
#include "registration/routes.h"
#include "base/base.h"

static struct tw_routes take(const char *headers)
{
	struct tw_routes routes = { tw_strdup("old"), tw_strdup("old"),
		true };
	struct tw_message msg;
	char text[16384];

	(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n"
		"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nf: <sip:a@b>\r\n"
		"t: <sip:a@b>\r\ni: c\r\nCSeq: 1 REGISTER\r\n%s\r\n",
		headers);
	assert_int_equal(tw__message_parse(&msg, text, strlen(text), NULL),
		TW_OK);
	assert_int_equal(tw__routes_take(&routes, &msg, NULL), TW_OK);
	tw__message_free(&msg);
	return routes;
}

static void check(const char *headers, const char *service,
		  const char *associated)
{
	struct tw_routes routes = take(headers);

	if (service)
		assert_string_equal(routes.service, service);
	else
		assert_null(routes.service);
	if (associated)
		assert_string_equal(routes.associated, associated);
	else
		assert_null(routes.associated);
	tw__routes_free(&routes);
	assert_null(routes.service);
}

static void test_order(void **state)
{
	(void)state;
	check("", NULL, NULL);
	check("Service-Route: <sip:a.test;lr>,\"x, <y>\" <sip:b:5070;lr;x=1>"
		";p=1\r\nService-Route: <sips:c.test;lr=on>\r\n",
		"<sip:a.test;lr>, <sip:b:5070;lr;x=1>, <sips:c.test;lr=on>",
		NULL);
	check("p-associated-uri: \"A\" <sip:+78432000001@a.test>, "
		"<tel:+78432000002>,sip:u@h;x=1\r\n", NULL,
		"sip:+78432000001@a.test\ntel:+78432000002\nsip:u@h");
	/* the way to us is not a way from us */
	check("Path: <sip:p.test;lr>\r\nRecord-Route: <sip:q.test;lr>\r\n",
		NULL, NULL);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"<sip:a.test>",                  /* strict route */
		"<sip:a.test;lr>, <sip:b.test>", /* half a route is wrong */
		"<tel:+7843;lr>", "<http:a;lr>", "<sip:a b;lr>", "<sip:;lr",
		"\"open <sip:a;lr>", "<sip:a\\b;lr>", "<>", "<sip:\xff;lr>",
		"<sip:a;lr>, , <sip:b;lr>",
	};
	char text[4096];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "Service-Route: %s\r\n"
			"P-Associated-URI: <sip:u@h>\r\n", bad[i]);
		check(text, NULL, "sip:u@h");
	}
}

static void test_bounds(void **state)
{
	char text[8192], longest[256];
	size_t l = 0;

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		l += (size_t)snprintf(text + l, sizeof(text) - l,
			"Service-Route: <sip:h%u;lr>\r\n", i);
	check(text, "<sip:h0;lr>, <sip:h1;lr>, <sip:h2;lr>, <sip:h3;lr>, "
		"<sip:h4;lr>, <sip:h5;lr>, <sip:h6;lr>, <sip:h7;lr>", NULL);
	(void)snprintf(text + l, sizeof(text) - l,
		"Service-Route: <sip:h8;lr>\r\n");
	check(text, NULL, NULL);
	l = (size_t)snprintf(text, sizeof(text), "P-Associated-URI: <sip:%0*d"
		"@h>\r\n", 249, 0);
	(void)snprintf(longest, sizeof(longest), "%.255s", text + 19);
	check(text, NULL, longest);
	(void)snprintf(text, sizeof(text), "P-Associated-URI: <sip:%0*d@h>"
		"\r\n", 250, 0);
	check(text, NULL, NULL);
	for (unsigned i = l = 0; i < 33; i++)
		l += (size_t)snprintf(text + l, sizeof(text) - l,
			"P-Associated-URI: <sip:%u@h>\r\n", i);
	check(text, NULL, NULL);
}

static tw_status take_again(struct tw_routes *routes, int64_t fault)
{
	static const char text[] = "SIP/2.0 200 OK\r\n"
		"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nf: <sip:a@b>\r\n"
		"t: <sip:a@b>\r\ni: c\r\nCSeq: 1 REGISTER\r\n"
		"Service-Route: <sip:a.test;lr>\r\n"
		"P-Associated-URI: <sip:u@h>\r\n\r\n";
	struct tw_message msg;
	struct faults faults;
	tw_status status;

	assert_int_equal(tw__message_parse(&msg, text, strlen(text), NULL),
		TW_OK);
	faults_begin(&faults, fault);
	status = tw__routes_take(routes, &msg, NULL);
	(void)faults_end(&faults);
	tw__message_free(&msg);
	return status;
}

/* "It told none" would send calls past the carrier's edge. */
static void test_short_of_memory(void **state)
{
	struct tw_routes routes = { NULL, NULL, false };
	tw_error err = TW_ERROR_INIT;
	int64_t n = 0;

	(void)state;
	for (; take_again(&routes, n) != TW_OK; n++) {
		assert_int_equal(tw__routes_kept(&routes, &err), TW_ENOMEM);
		assert_non_null(strstr(err.message, "next refresh"));
	}
	assert_in_range(n, 2, 10);
	assert_int_equal(tw__routes_kept(&routes, NULL), TW_OK);
	assert_string_equal(routes.service, "<sip:a.test;lr>");
	assert_string_equal(routes.associated, "sip:u@h");
	tw__routes_free(&routes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_short_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
