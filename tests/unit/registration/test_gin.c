/**
 * @file test_gin.c  One registration for all numbers of a trunk (RFC 6140)
 */
#include "fake.h"

static const char lists[] =
	"Contact: <sip:192.0.2.7:5060;bnc>;expires=120\r\n";

static void open_gin(struct fake *f)
{
	tw_trunk_options o = fake_options();

	o.flags = TW_TRUNK_GIN;
	fake_open_with(f, &o);
	fake_start(f);
}

static void test_registers(void **state)
{
	struct fake f;

	(void)state;
	open_gin(&f);
	assert_string_equal(fake_header(&f, "Contact"),
		"<sip:192.0.2.7:5060;bnc>");
	assert_string_equal(fake_header(&f, "Require"), "gin");
	assert_string_equal(fake_header(&f, "Proxy-Require"), "gin");
	assert_string_equal(fake_header(&f, "Supported"), "path");
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_string_equal(fake_header(&f, "Require"), "gin");
	fake_answer(&f, "200 OK", lists);
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_int_equal(fake_status(&f).expires_s, 120);
	fake_stop(&f);
	assert_string_equal(fake_header(&f, "Expires"), "0");
	assert_string_equal(fake_header(&f, "Contact"),
		"<sip:192.0.2.7:5060;bnc>");
	assert_string_equal(fake_header(&f, "Require"), "gin");
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_state(&f), TW_TRUNK_IDLE);
	fake_close(&f);
}

static void test_over_tcp(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.flags = TW_TRUNK_GIN;
	o.registrar = "sip:127.0.0.1:5070;transport=tcp";
	fake_open_with(&f, &o);
	fake_start(&f);
	assert_string_equal(fake_header(&f, "Contact"),
		"<sip:192.0.2.7:5060;bnc;transport=tcp>");
	fake_answer(&f, "200 OK", "Contact: \"x\" "
		"<sip:192.0.2.7;transport=tcp;bnc;x=y>;expires=90\r\n");
	assert_int_equal(fake_status(&f).expires_s, 90);
	fake_close(&f);
}

/* Ours among other boxes of the same company, and ordinary ones. */
static void test_others(void **state)
{
	struct fake f;

	(void)state;
	open_gin(&f);
	fake_answer(&f, "200 OK", "Contact: <sip:192.0.2.8;bnc>;expires=70, "
		"<sip:192.0.2.7:5060>;expires=71, "
		"<sip:u@192.0.2.7:5060;bnc>;expires=72, "
		"<sip:192.0.2.7:5060;bnc>;expires=80\r\n");
	assert_int_equal(fake_state(&f), TW_TRUNK_REGISTERED);
	assert_int_equal(fake_status(&f).expires_s, 80);
	fake_close(&f);
}

/* Who ignores Require has bound an address, and no number rings there. */
static void test_ignored(void **state)
{
	static const char *const contacts[] = { "",
		"Contact: <sip:192.0.2.7:5060>;expires=300\r\n",
		"Contact: <sip:u@192.0.2.7:5060;bnc>;expires=300\r\n",
		"Contact: <sip:192.0.2.7:5060;bncx>;expires=300\r\n",
		"Contact: <sip:192.0.2.7:5060>;bnc;expires=300\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(contacts) / sizeof(contacts[0]); i++) {
		struct fake f;

		open_gin(&f);
		fake_answer(&f, "200 OK", contacts[i]);
		assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
		assert_non_null(strstr(fake_status(&f).reason,
			"ignores GIN"));
		fake_close(&f);
	}
}

static void test_not_supported(void **state)
{
	struct fake f;

	(void)state;
	open_gin(&f);
	fake_answer(&f, "420 Bad Extension", "Unsupported: gin\r\n");
	assert_int_equal(fake_state(&f), TW_TRUNK_FATAL);
	assert_non_null(strstr(fake_status(&f).reason,
		"does not support GIN"));
	fake_close(&f);
}

static void test_nat(void **state)
{
	tw_trunk_options o = fake_options();
	char text[1024], *via;
	struct fake f;

	(void)state;
	o.flags = TW_TRUNK_GIN | TW_TRUNK_NAT_CONTACT;
	fake_open_with(&f, &o);
	fake_start(&f);
	(void)fake_answer_text(text, sizeof(text), &f, "200 OK", lists);
	via = strstr(text, ";rport");
	assert_non_null(via);
	memmove(via + 36, via + 6, strlen(via + 6) + 1);
	memcpy(via, ";rport=4444;received=203.0.113.9;z=z", 36);
	assert_int_equal(fake_receive(&f, text), TW_OK);
	fake_run(&f, f.now + SECONDS(6));
	assert_string_equal(fake_header(&f, "Contact"),
		"<sip:203.0.113.9:4444;bnc>");
	assert_non_null(strstr(f.sent, "\r\nContact: "
		"<sip:192.0.2.7:5060;bnc>;expires=0\r\n"));
	fake_close(&f);
}

static void test_options(void **state)
{
	tw_trunk_options o = fake_options();
	tw_registration *reg = NULL;
	tw_error err = TW_ERROR_INIT;
	uint32_t change = 9;
	struct fake f;

	(void)state;
	o.flags = TW_TRUNK_GIN;
	o.contact_user = "me";
	assert_int_equal(tw_registration_new(&reg, &o, NULL, &err),
		TW_EINVAL);
	assert_string_equal(err.field, "contact_user");
	o.contact_user = NULL;
	o.flags |= TW_TRUNK_STATIC;
	assert_int_equal(tw_registration_new(&reg, &o, NULL, &err),
		TW_EINVAL);
	o.flags = 64;
	assert_int_equal(tw_registration_new(&reg, &o, NULL, &err),
		TW_EINVAL);
	/* it is another binding than that of one user */
	fake_open(&f);
	fake_register(&f);
	o = fake_options();
	o.flags = TW_TRUNK_GIN;
	assert_int_equal(tw_registration_update(&change, f.reg, &o, f.now,
		NULL), TW_OK);
	assert_int_equal(change, TW_CHANGE_BINDING);
	o.flags = TW_TRUNK_STUN;
	assert_int_equal(tw_registration_update(&change, f.reg, &o, f.now,
		NULL), TW_OK);
	assert_int_equal(change, TW_CHANGE_APPLIED);
	assert_int_equal(tw_registration_keepalive_s(f.reg), 29);
	assert_int_equal(tw_registration_keeps_by_stun(f.reg), 1);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_over_tcp),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_not_supported),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
