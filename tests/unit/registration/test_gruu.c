/**
 * @file test_gruu.c  GRUUs as a registrar tells them, and what is none
 */
#include "fake.h"
#include <trunkwise/binding.h>

#define OURS "Contact: <sip:192.0.2.7:5060;bnc>;expires=120;"
#define URN "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
#define GRUU "sip:ssp.example.com;bnc;gr=" URN

static char long_uri[400];

static void open_with(struct fake *f, uint32_t flags, const char *contact)
{
	tw_trunk_options o = fake_options();

	o.flags = flags;
	fake_open_with(f, &o);
	fake_start(f);
	fake_answer(f, "200 OK", contact);
	assert_int_equal(fake_state(f), TW_TRUNK_REGISTERED);
}

/* As in RFC 6140 section 7.1.1. */
static void test_told(void **state)
{
	struct fake f;
	char *out = NULL;

	(void)state;
	open_with(&f, TW_TRUNK_GIN, "Contact: <sip:192.0.2.8;bnc>;"
		"pub-gruu=\"sip:a.test;bnc;gr=other\", "
		"<sip:192.0.2.7;bnc>;pub-gruu=\"" GRUU "\";"
		"+sip.instance=\"<" URN ">\";"
		"temp-gruu-cookie=\"AAB/c+9=\";expires=7200\r\n");
	assert_int_equal(tw_registration_public_gruu(&out, f.reg, NULL),
		TW_OK);
	assert_string_equal(out, GRUU);
	tw_free(out);
	assert_int_equal(tw_registration_gruu_cookie(&out, f.reg, NULL),
		TW_OK);
	assert_string_equal(out, "AAB/c+9=");
	tw_free(out);
	out = NULL;
	/* each 2xx says it anew, and with the binding it is gone */
	fake_run(&f, tw_registration_deadline(f.reg));
	fake_answer(&f, "200 OK", OURS "temp-gruu-cookie=xyz\r\n");
	assert_int_equal(tw_registration_public_gruu(&out, f.reg, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_registration_gruu_cookie(&out, f.reg, NULL),
		TW_OK);
	assert_string_equal(out, "xyz");
	tw_free(out);
	out = NULL;
	fake_stop(&f);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(tw_registration_gruu_cookie(&out, f.reg, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_registration_public_gruu(NULL, f.reg, NULL),
		TW_EINVAL);
	assert_int_equal(tw_registration_gruu_cookie(&out, NULL, NULL),
		TW_EINVAL);
	assert_null(out);
	fake_close(&f);
}

static void test_is_none(void **state)
{
	static const char *const lies[] = {
		OURS "pub-gruu=sip:a.test;bnc;gr=x\r\n",
		OURS "pub-gruu=\"sip:a.test;bnc\"\r\n",
		OURS "pub-gruu=\"sip:a.test;gr=x\"\r\n",
		OURS "pub-gruu=\"sip:u@a.test;bnc;gr=x\"\r\n",
		OURS "pub-gruu=\"tel:+7;bnc;gr=x\"\r\n",
		OURS "pub-gruu=\"sip:a.test;bnc;gr=x>,<sip:b\"\r\n",
		OURS "pub-gruu=\"sip:a.test;bnc;gr=a\\\"b\"\r\n",
		OURS "pub-gruu=\"\"\r\n", OURS "pub-gruu\r\n",
		OURS "temp-gruu-cookie=\"a b\"\r\n",
		OURS "temp-gruu-cookie=a_b\r\n",
		OURS "temp-gruu-cookie\r\n",
		/* somebody else's */
		"Contact: <sip:192.0.2.7:5060;bnc>;expires=120, "
		"<sip:u@192.0.2.7:5060>;pub-gruu=\"" GRUU "\"\r\n",
		long_uri };
	struct fake f;
	char *out = NULL;

	(void)state;
	snprintf(long_uri, sizeof(long_uri), OURS "pub-gruu=\"sip:a.test;"
		"bnc;gr=%0240d\"\r\n", 1);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		open_with(&f, TW_TRUNK_GIN, lies[i]);
		assert_int_equal(tw_registration_public_gruu(&out, f.reg,
			NULL), TW_ENOTFOUND);
		assert_int_equal(tw_registration_gruu_cookie(&out, f.reg,
			NULL), TW_ENOTFOUND);
		fake_close(&f);
	}
}

/* Who says who he is asks for one. */
static void test_asked_for(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.flags = TW_TRUNK_GIN;
	o.instance = URN;
	fake_open_with(&f, &o);
	fake_start(&f);
	assert_string_equal(fake_header(&f, "Contact"),
		"<sip:192.0.2.7:5060;bnc>;+sip.instance=\"<" URN ">\"");
	assert_string_equal(fake_header(&f, "Supported"), "path, gruu");
	fake_answer(&f, "200 OK", "Contact: <sip:192.0.2.7:5060;bnc>;"
		"+sip.instance=\"<" URN ">\";expires=70\r\n");
	assert_int_equal(fake_status(&f).expires_s, 70);
	fake_close(&f);
}

/* RFC 5627 without RFC 6140: a user, and no cookie. */
static void test_of_one_user(void **state)
{
	struct fake f;
	char *out = NULL, contact[400];

	(void)state;
	open_with(&f, 0, "");
	fake_run(&f, tw_registration_deadline(f.reg));
	(void)snprintf(contact, sizeof(contact), "Contact: "
		"<sip:%s@192.0.2.7:5060>;expires=300;temp-gruu-cookie=abc;"
		"pub-gruu=\"sip:u@a.test;gr=" URN "\"\r\n",
		fake_status(&f).contact_user);
	fake_answer(&f, "200 OK", contact);
	assert_int_equal(tw_registration_public_gruu(&out, f.reg, NULL),
		TW_OK);
	assert_string_equal(out, "sip:u@a.test;gr=" URN);
	tw_free(out);
	assert_int_equal(tw_registration_gruu_cookie(&out, f.reg, NULL),
		TW_ENOTFOUND);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_is_none),
		cmocka_unit_test(test_asked_for),
		cmocka_unit_test(test_of_one_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
