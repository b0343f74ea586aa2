/**
 * @file test_answer.c  Numbers of answers, read with suspicion
 */
#include "fake.h"
#include "registration/answer.h"

static const struct tw_binding ours = { "me", "192.0.2.7", 5062, NULL, 0 };

static void parse(struct tw_message *msg, const char *headers)
{
	char text[4096];

	(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n"
		"v: SIP/2.0/UDP a\r\nf: <a:b>\r\nt: <a:b>\r\ni: c\r\n"
		"CSeq: 1 REGISTER\r\n%s\r\n", headers);
	assert_int_equal(tw__message_parse(msg, text, strlen(text), NULL),
		TW_OK);
}

static uint32_t granted(const char *headers, uint32_t asked)
{
	struct tw_message msg;
	uint32_t n;

	parse(&msg, headers);
	n = tw__answer_granted(&msg, &ours, asked);
	tw__message_free(&msg);
	return n;
}

static void test_granted(void **state)
{
	(void)state;
	/* Contact, then header, then what was asked */
	assert_int_equal(granted("", 300), 300);
	assert_int_equal(granted("Expires: 90\r\n", 300), 90);
	assert_int_equal(granted("Contact: <sip:me@192.0.2.7:5062>;expires="
		"60\r\nExpires: 90\r\n", 300), 60);
	assert_int_equal(granted("m: <sip:me@192.0.2.7:5062>\r\n"
		"Expires: 90\r\n", 300), 90);
	/* never more than was asked */
	assert_int_equal(granted("Expires: 3600\r\n", 300), 300);
	assert_int_equal(granted("Expires: 4294967296\r\n", 300), 300);
	/* malformed is as good as missing */
	assert_int_equal(granted("Contact: <sip:me@192.0.2.7:5062>;expires="
		"-1\r\nExpires: 90\r\n", 300), 90);
	assert_int_equal(granted("Expires: soon\r\n", 300), 300);
	/* zero is a word, not a mistake */
	assert_int_equal(granted("Contact: <sip:me@192.0.2.7:5062>;expires="
		"0\r\nExpires: 90\r\n", 300), 0);
}

static void test_whose_contact(void **state)
{
	(void)state;
	/* other people's bindings in one header and in several */
	assert_int_equal(granted("Contact: <sip:you@192.0.2.7:5062>;expires="
		"5, \"Me, <sip:me@x>\" <sip:me@192.0.2.7:5062;x=1?y>;q=0.5;"
		"expires=200\r\nContact: sip:me2@192.0.2.7:5062;expires=7\r\n",
		300), 200);
	/* addr-spec form: the parameters are the header's */
	assert_int_equal(granted("Contact: sip:me@192.0.2.7:5062;expires=44"
		"\r\n", 300), 44);
	/* expires within the brackets is the URI's, not ours */
	assert_int_equal(granted("Contact: <sip:me@192.0.2.7:5062;expires=1>"
		"\r\nExpires: 100\r\n", 300), 100);
	/* rewritten by NAT: the token counts, the longest is the newest */
	assert_int_equal(granted("Contact: <sip:me@203.0.113.9:40001>;"
		"expires=3, <sip:me@203.0.113.9:40002>;expires=250\r\n", 300),
		250);
	/* an exact one before those */
	assert_int_equal(granted("Contact: <sip:me@203.0.113.9:40001>;"
		"expires=250, <sip:me@192.0.2.7:5062>;expires=60\r\n", 300),
		60);
	assert_int_equal(granted("Contact: <sip:192.0.2.7:5062>;expires=3\r\n"
		"Contact: *\r\nContact: \"unclosed <sip:me@192.0.2.7>\r\n"
		"Contact: <sip:me@192.0.2.7:99999>;expires=2\r\n"
		"Contact: <sip:me@[::1>;expires=2\r\n"
		"Contact: <tel:me>;expires=2\r\nContact: ;;;\r\n", 300), 300);
}

static void test_default_port(void **state)
{
	static const struct tw_binding v6 = { "me", "[2001:db8::1]", 5060,
		NULL, 0 };
	struct tw_message msg;

	(void)state;
	parse(&msg, "Contact: <sip:me@[2001:DB8::1]>;expires=33, "
		"<sip:me@[2001:db8::1]:5061>;expires=99\r\n");
	assert_int_equal(tw__answer_granted(&msg, &v6, 300), 33);
	tw__message_free(&msg);
}

static uint32_t number(uint32_t (*of)(const struct tw_message *msg),
		       const char *headers)
{
	struct tw_message msg;
	uint32_t n;

	parse(&msg, headers);
	n = of(&msg);
	tw__message_free(&msg);
	return n;
}

static void test_retry_after(void **state)
{
	(void)state;
	assert_int_equal(number(tw__answer_retry_after, ""), 0);
	assert_int_equal(number(tw__answer_retry_after,
		"Retry-After: 18\r\n"), 18);
	assert_int_equal(number(tw__answer_retry_after,
		"Retry-After: 18;duration=3\r\n"), 18);
	assert_int_equal(number(tw__answer_retry_after,
		"Retry-After: 18 (a, b)\r\n"), 18);
	assert_int_equal(number(tw__answer_retry_after,
		"Retry-After: 99999999999999999999\r\n"), 3600);
	assert_int_equal(number(tw__answer_retry_after,
		"Retry-After: -5\r\n"), 0);
	assert_int_equal(number(tw__answer_retry_after,
		"Retry-After: Fri, 26 Sep\r\n"), 0);
	assert_int_equal(number(tw__answer_retry_after,
		"Retry-After:\r\n"), 0);
}

static void test_min_expires(void **state)
{
	(void)state;
	assert_int_equal(number(tw__answer_min_expires, ""), 0);
	assert_int_equal(number(tw__answer_min_expires,
		"Min-Expires: 600\r\n"), 600);
	assert_int_equal(number(tw__answer_min_expires,
		"Min-Expires: 86400\r\n"), 86400);
	assert_int_equal(number(tw__answer_min_expires,
		"Min-Expires: 86401\r\n"), 0);
	assert_int_equal(number(tw__answer_min_expires,
		"Min-Expires: 4294967296\r\n"), 0);
	assert_int_equal(number(tw__answer_min_expires,
		"Min-Expires: x\r\n"), 0);
}

static bool keeps(const char *headers, const struct tw_binding *whose)
{
	struct tw_message msg;
	bool is;

	parse(&msg, headers);
	is = tw__answer_keeps(&msg, whose);
	tw__message_free(&msg);
	return is;
}

/* A 200 to an un-register that lists us all the same. */
static void test_keeps(void **state)
{
	static const struct tw_binding flow = { "me", "192.0.2.7", 5062,
		"urn:uuid:1", 1 };

	(void)state;
	assert_true(keeps("Contact: <sip:me@192.0.2.7:5062>;expires=300\r\n",
		&ours));
	assert_true(keeps("Contact: <sip:you@192.0.2.9>;expires=9, "
		"<sip:me@192.0.2.7:5062>;expires=1\r\n", &ours));
	/* some list what they took back; another host's is another's */
	assert_false(keeps("", &ours));
	assert_false(keeps("Contact: <sip:me@192.0.2.7:5062>;expires=0\r\n",
		&ours));
	assert_false(keeps("Contact: <sip:me@192.0.2.7:5062>\r\n"
		"Expires: 300\r\n", &ours));
	assert_false(keeps("Contact: <sip:me@192.0.2.8:5062>;expires=300\r\n",
		&ours));
	/* and another flow's another flow's */
	assert_true(keeps("Contact: <sip:me@192.0.2.7:5062>;expires=300;"
		"+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\n", &flow));
	assert_false(keeps("Contact: <sip:me@192.0.2.7:5062>;expires=300;"
		"+sip.instance=\"<urn:uuid:1>\";reg-id=2\r\n", &flow));
	assert_false(keeps("Contact: <sip:me@192.0.2.7:5062>;expires=300\r\n",
		&flow));
}

static void test_verdicts(void **state)
{
	(void)state;
	assert_int_equal(tw__answer_verdict(403), TW_VERDICT_REFUSED);
	assert_int_equal(tw__answer_verdict(404), TW_VERDICT_REFUSED);
	assert_int_equal(tw__answer_verdict(302), TW_VERDICT_REFUSED);
	assert_int_equal(tw__answer_verdict(603), TW_VERDICT_REFUSED);
	assert_int_equal(tw__answer_verdict(405), TW_VERDICT_FATAL);
	assert_int_equal(tw__answer_verdict(420), TW_VERDICT_FATAL);
	assert_int_equal(tw__answer_verdict(400), TW_VERDICT_TEMPORARY);
	assert_int_equal(tw__answer_verdict(480), TW_VERDICT_TEMPORARY);
	assert_int_equal(tw__answer_verdict(499), TW_VERDICT_TEMPORARY);
	assert_int_equal(tw__answer_verdict(503), TW_VERDICT_TEMPORARY);
	assert_int_equal(tw__answer_verdict(599), TW_VERDICT_TEMPORARY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_granted),
		cmocka_unit_test(test_whose_contact),
		cmocka_unit_test(test_default_port),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_min_expires),
		cmocka_unit_test(test_keeps),
		cmocka_unit_test(test_verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
