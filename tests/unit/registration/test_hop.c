/**
 * @file test_hop.c  URIs of registrars, and what an IP address is
 */
#include "fake.h"
#include "registration/hop.h"

static void test_addresses(void **state)
{
	static const struct { const char *text; bool is, usable; } rows[] = {
		{ "192.0.2.1", true, true },
		{ "255.255.255.255", true, false },
		{ "0.0.0.0", true, false },
		{ "0.1.2.3", true, false },
		{ "224.0.0.1", true, false },
		{ "127.0.0.1", true, true },
		{ "192.0.2", false, false },
		{ "192.0.2.1.", false, false },
		{ "192.0.2.256", false, false },
		{ "192.0.2.01", false, false },
		{ "1.2.3.4.5", false, false },
		{ "1..2.3", false, false },
		{ " 1.2.3.4", false, false },
		{ "", false, false },
		{ "::", true, false },
		{ "::1", true, true },
		{ "0:0:0:0:0:0:0:0", true, false },
		{ "2001:db8::1", true, true },
		{ "2001:DB8:0:0:0:0:0:1", true, true },
		{ "fe80::1", true, true },
		{ "ff02::1", true, false },
		{ "FF02::1", true, false },
		{ "1::", true, true },
		{ "::ffff:192.0.2.1", true, true },
		{ "1:2:3:4:5:6:192.0.2.1", true, true },
		{ "1:2:3:4:5:6:7:192.0.2.1", false, false },
		{ "1:2:3:4:5:6:7", false, false },
		{ "1:2:3:4:5:6:7:8:9", false, false },
		{ "1:2:3:4:5:6:7:8", true, true },
		{ "1:2:3:4::5:6:7:8", false, false },
		{ "1::2::3", false, false },
		{ ":1:2", false, false },
		{ ":::", false, false },
		{ "1:", false, false },
		{ "12345::", false, false },
		{ "g::1", false, false },
		{ "fe80::1%eth0", false, false },
		{ "[::1]", false, false },
		{ "localhost", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tw_str text = tw__str_of(rows[i].text);

		if (tw__address_is(text) != rows[i].is ||
		    tw__address_is_usable(text) != rows[i].usable)
			fail_msg("\"%s\"", rows[i].text);
	}
}

static void test_reading(void **state)
{
	struct tw_hop hop = { NULL, NULL, 0, 0, false, false };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__hop_read(&hop, "sip:sip.carrier.test",
		"registrar", &err), TW_OK);
	assert_string_equal(hop.host, "sip.carrier.test");
	assert_int_equal(hop.port, 0);
	assert_int_equal(hop.transport, TW_TRANSPORT_UDP);
	assert_false(hop.transport_given);
	assert_false(hop.numeric);
	tw__hop_free(&hop);
	assert_int_equal(tw__hop_read(&hop, "sip:[2001:db8::1]:5061;"
		"transport=TLS", "registrar", &err), TW_OK);
	assert_string_equal(hop.host, "2001:db8::1");
	assert_string_equal(hop.wire, "[2001:db8::1]");
	assert_int_equal(hop.port, 5061);
	assert_int_equal(hop.transport, TW_TRANSPORT_TLS);
	assert_true(hop.transport_given);
	assert_true(hop.numeric);
	tw__hop_free(&hop);
	/* an address for us, a name for the registrar */
	assert_int_equal(tw__hop_read(&hop, "sip:LocalHost", "registrar",
		&err), TW_OK);
	assert_true(hop.numeric);
	assert_string_equal(hop.host, "127.0.0.1");
	assert_string_equal(hop.wire, "LocalHost");
	tw__hop_free(&hop);
	/* an address with a slip is not asked of DNS */
	assert_int_equal(tw__hop_read(&hop, "sip:192.0.2.300:5060", "backup",
		&err), TW_EPARSE);
	assert_string_equal(err.field, "backup");
	tw__hop_free(&hop);
	assert_int_equal(tw__hop_read(&hop, "sip:[1:2]", "backup", &err),
		TW_EPARSE);
	tw__hop_free(&hop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
