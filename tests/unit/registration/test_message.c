/**
 * @file test_message.c  Well-formed, malformed and hostile responses
 */
#include "fake.h"
#include "registration/message.h"

#define MUST "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bKabc\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n" \
	"Call-ID: c1\r\nCSeq: 7 REGISTER\r\n"

static tw_status parse(struct tw_message *msg, const char *text)
{
	return tw__message_parse(msg, text, strlen(text), NULL);
}

static void refused(const char *text)
{
	struct tw_message msg;

	if (parse(&msg, text) != TW_EPARSE)
		fail_msg("taken: %s", text);
}

static void taken(const char *text)
{
	struct tw_message msg;
	tw_error err = TW_ERROR_INIT;

	if (tw__message_parse(&msg, text, strlen(text), &err))
		fail_msg("%s: %s", text, err.message);
	tw__message_free(&msg);
}

static void test_plain(void **state)
{
	struct tw_message msg;

	(void)state;
	assert_int_equal(parse(&msg, "SIP/2.0 200 All is well\r\n" MUST
		"Contact: <sip:x@y>;expires=60, <sip:z@y>\r\n"
		"m: <sip:w@y>\r\nContent-Length: 3\r\n\r\nabc"), TW_OK);
	assert_int_equal(msg.code, 200);
	assert_true(tw__str_eq(msg.reason, "All is well"));
	assert_true(tw__str_eq(msg.call_id, "c1"));
	assert_true(tw__str_eq(msg.branch, "z9hG4bKabc"));
	assert_true(tw__str_eq(msg.method, "REGISTER"));
	assert_int_equal(msg.cseq, 7);
	size_t at = 0;
	assert_non_null(tw__message_next(&msg, TW_HEADER_CONTACT, &at));
	assert_non_null(tw__message_next(&msg, TW_HEADER_CONTACT, &at));
	assert_null(tw__message_next(&msg, TW_HEADER_CONTACT, &at));
	tw__message_free(&msg);
}

static void test_forms(void **state)
{
	struct tw_message msg;

	(void)state;
	/* compact names, odd case, blanks before the colon, folding */
	assert_int_equal(parse(&msg, "SIP/2.0 100 \r\n"
		"V : SIP/2.0/UDP a;x=\",;\";\r\n branch=z9hG4bK1\r\n"
		"f:<sip:a@b>\r\nT:\t<sip:a@b>\r\nI: q\r\ncseq:\r\n"
		"\t1\r\n REGISTER\r\nl: 0\r\n\r\n"), TW_OK);
	assert_int_equal(msg.code, 100);
	assert_int_equal(msg.reason.l, 0);
	assert_true(tw__str_eq(msg.branch, "z9hG4bK1"));
	assert_int_equal(msg.cseq, 1);
	tw__message_free(&msg);
	/* several Vias in one header: the first counts */
	assert_int_equal(parse(&msg, "SIP/2.0 200 OK\r\n"
		"v: SIP/2.0/UDP a;branch=one, SIP/2.0/UDP b;branch=two\r\n"
		"f: <a:b>\r\nt: <a:b>\r\ni: q\r\nCSeq: 1 R\r\n\r\n"), TW_OK);
	assert_true(tw__str_eq(msg.branch, "one"));
	tw__message_free(&msg);
	taken("SIP/2.0 699 x\r\n" MUST "\r\n");
	taken("sip/2.0 200 \r\n" MUST "X-Any: \xd0\x96\r\n\r\n");
}

static void test_malformed(void **state)
{
	(void)state;
	refused("");
	refused("SIP/2.0 ");
	refused("REGISTER sip:a SIP/2.0\r\n" MUST "\r\n");
	refused("SIP/2.0 200\r\n" MUST "\r\n");
	refused("SIP/2.0 20 OK\r\n" MUST "\r\n");
	refused("SIP/2.0 099 OK\r\n" MUST "\r\n");
	refused("SIP/2.0 700 OK\r\n" MUST "\r\n");
	refused("SIP/2.0 +20 OK\r\n" MUST "\r\n");
	refused("SIP/2.0 4294967301 x\r\n" MUST "\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST);                /* no empty line */
	refused("SIP/2.0 200 OK\n" MUST "\r\n");             /* bare LF */
	refused("SIP/2.0 200 OK\r\n" MUST "X: a\rb\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "X: a\nb\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "X: \x01\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "no colon\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST ": nameless\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "a b: c\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "Call-ID: c2\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "i: c2\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "Content-Length: 1\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "Content-Length: -1\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "l: 0\r\nl: 0\r\n\r\n");
	refused("SIP/2.0 200 OK\r\n" MUST "Expires: 1\r\nExpires: 2\r\n\r\n");
}

static void test_mandatory(void **state)
{
	static const char *const line[] = {
		"Via: SIP/2.0/UDP a;branch=b\r\n", "From: <a:b>\r\n",
		"To: <a:b>\r\n", "Call-ID: c\r\n", "CSeq: 1 REGISTER\r\n",
	};
	char text[512];

	(void)state;
	for (size_t missing = 0; missing <= TW_ARRAY_COUNT(line); missing++) {
		(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n");
		for (size_t i = 0; i < TW_ARRAY_COUNT(line); i++)
			if (i != missing)
				strcat(text, line[i]);
		strcat(text, "\r\n");
		if (missing == TW_ARRAY_COUNT(line))
			taken(text);
		else
			refused(text);
	}
}

static void test_cseq(void **state)
{
	static const char *const bad[] = { "", "REGISTER", "1", "1 ",
		"1REGISTER", "-1 REGISTER", "2147483648 REGISTER",
		"36893488147419103232 REGISTER", "1 REG ISTER", "1 \"x\"" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n"
			"v: SIP/2.0/UDP a\r\nf: <a:b>\r\nt: <a:b>\r\ni: c\r\n"
			"CSeq: %s\r\n\r\n", bad[i]);
		refused(text);
	}
}

static void test_limits(void **state)
{
	static char text[80000];
	struct tw_message msg;
	size_t l;

	(void)state;
	l = (size_t)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n" MUST);
	for (size_t i = 5; i < TW_MESSAGE_HEADERS_MAX; i++)
		l += (size_t)snprintf(text + l, sizeof(text) - l, "X: y\r\n");
	(void)snprintf(text + l, sizeof(text) - l, "\r\n");
	taken(text);
	(void)snprintf(text + l, sizeof(text) - l, "X: y\r\n\r\n");
	refused(text);

	(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n" MUST
		"X: %08000d\r\n\r\n", 0);
	taken(text);
	(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n" MUST
		"X: %09000d\r\n\r\n", 0);
	refused(text);

	memset(text, 'x', sizeof(text));
	l = (size_t)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n" MUST
		"\r\n");
	text[l] = 'x';
	assert_int_equal(tw__message_parse(&msg, text, TW_MESSAGE_SIZE_MAX,
		NULL), TW_OK);
	tw__message_free(&msg);
	assert_int_equal(tw__message_parse(&msg, text,
		TW_MESSAGE_SIZE_MAX + 1, NULL), TW_EPARSE);
}

/* Every truncation and every byte set to something hostile: no crash, and
 * the sanitizers watch. */
static void test_mutations(void **state)
{
	static const char good[] = "SIP/2.0 401 No\r\n" MUST
		"WWW-Authenticate: Digest realm=\"a\\\"b\", nonce=\"c\"\r\n"
		"Contact: \"<\" <sip:a@[::1]:5060;x>;expires=3\r\n\r\n";
	static const char bytes[] = { 0, '\r', '\n', '"', '<', '\\', ':', 0x7f,
		(char)0xff };
	struct tw_message msg;
	char *copy;

	(void)state;
	for (size_t l = 0; l < sizeof(good) - 1; l++) {
		copy = malloc(l ? l : 1);
		assert_non_null(copy);
		memcpy(copy, good, l);
		assert_int_equal(tw__message_parse(&msg, copy, l, NULL),
			TW_EPARSE);
		free(copy);
	}
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		for (size_t b = 0; b < sizeof(bytes); b++) {
			copy = malloc(sizeof(good) - 1);
			assert_non_null(copy);
			memcpy(copy, good, sizeof(good) - 1);
			copy[i] = bytes[b];
			if (!tw__message_parse(&msg, copy, sizeof(good) - 1,
					       NULL))
				tw__message_free(&msg);
			free(copy);
		}
	}
}

static void test_split(void **state)
{
	struct tw_str rest = tw__str_of("a, \"b,c\\\",\" ,<d,e>;f , g");
	struct tw_str part, value;

	(void)state;
	assert_true(tw__text_split(&part, &rest, ','));
	assert_true(tw__str_eq(part, "a"));
	assert_true(tw__text_split(&part, &rest, ','));
	assert_true(tw__str_eq(part, "\"b,c\\\",\""));
	assert_true(tw__text_split(&part, &rest, ','));
	assert_true(tw__str_eq(part, "<d,e>;f"));
	assert_true(tw__text_split(&part, &rest, ','));
	assert_true(tw__str_eq(part, "g"));
	assert_false(tw__text_split(&part, &rest, ','));

	assert_true(tw__text_param(&value, tw__str_of("q=1;Expires = 5;lr"),
		"expires"));
	assert_true(tw__str_eq(value, "5"));
	assert_true(tw__text_param(&value, tw__str_of("q=1;lr"), "LR"));
	assert_int_equal(value.l, 0);
	assert_false(tw__text_param(&value, tw__str_of("q=\";a=1\""), "a"));
}

static void test_seconds(void **state)
{
	uint32_t n = 1;

	(void)state;
	assert_true(tw__text_seconds(&n, tw__str_of("0")));
	assert_int_equal(n, 0);
	assert_true(tw__text_seconds(&n, tw__str_of("4294967295")));
	assert_int_equal(n, UINT32_MAX);
	assert_true(tw__text_seconds(&n, tw__str_of("4294967296")));
	assert_int_equal(n, UINT32_MAX);
	assert_true(tw__text_seconds(&n, tw__str_of(
		"99999999999999999999999999999999999999")));
	assert_int_equal(n, UINT32_MAX);
	assert_false(tw__text_seconds(&n, tw__str_of("-1")));
	assert_false(tw__text_seconds(&n, tw__str_of("")));
	assert_false(tw__text_seconds(&n, tw__str_of("1.5")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_mandatory),
		cmocka_unit_test(test_cseq),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
