/**
 * @file test_authorize.c  Challenges to the calls of a trunk
 */
#include "fake.h"

#define URI "sip:+74951234567@carrier.test"

struct call {
	const char *code, *method, *call_id, *header;
	unsigned cseq;
};

static const struct call invite = { "407 Proxy", "INVITE", "call-1",
	"Proxy-Authenticate: Digest realm=\"carrier.test\", nonce=\"c1\", "
	"qop=\"auth\", algorithm=SHA-256\r\n", 10 };

static tw_status authorize(struct fake *f, const struct call *call,
			   char **line)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), "SIP/2.0 %s\r\n"
		"v: SIP/2.0/UDP a\r\nf: <a:b>\r\nt: <a:b>;tag=1\r\ni: %s\r\n"
		"CSeq: %u %s\r\n%s\r\n", call->code, call->call_id,
		call->cseq, call->method, call->header);
	*line = NULL;
	return tw_registration_authorize(line, f->reg, call->method, URI,
		text, strlen(text), NULL);
}

static void answered(struct fake *f, const struct call *call,
		     const char *part)
{
	char *line;

	assert_int_equal(authorize(f, call, &line), TW_OK);
	if (!strstr(line, part))
		fail_msg("no %s in %s", part, line);
	assert_null(strpbrk(line, "\r\n"));
	tw_free(line);
}

static void refused(struct fake *f, const struct call *call, tw_status expect)
{
	char *line;

	assert_int_equal(authorize(f, call, &line), expect);
	assert_null(line);
}

static void test_invite(void **state)
{
	struct fake f;
	struct call call = invite;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	answered(&f, &call, "Proxy-Authorization: Digest username=\"trunk1\""
		", realm=\"carrier.test\", nonce=\"c1\", uri=\"" URI "\"");
	/* another call with the same nonce is no refusal; nc goes on */
	call.call_id = "call-2";
	answered(&f, &call, "nc=00000002");
	/* nor is a later request of the first call */
	call.call_id = "call-1";
	call.cseq = 12;
	answered(&f, &call, "nc=00000003");
	call.code = "401 No";
	call.header = fake_401;
	answered(&f, &call, "Authorization: Digest ");
	fake_close(&f);
}

/* The nonce that the REGISTER used: one count for both. */
static void test_shared_nonce(void **state)
{
	struct fake f;
	struct call call = invite;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	call.code = "401 No";
	call.header = fake_401;
	answered(&f, &call, "nonce=\"n1\"");
	call.cseq = 20;
	answered(&f, &call, "nc=00000003");
	fake_run(&f, tw_registration_deadline(f.reg));
	assert_non_null(strstr(f.sent, "nc=00000004"));
	fake_close(&f);
}

static void test_second_refusal(void **state)
{
	struct fake f;
	struct call call = invite;

	(void)state;
	fake_open(&f);
	answered(&f, &call, "nonce=\"c1\"");
	call.cseq++;
	refused(&f, &call, TW_EREFUSED);
	/* a new nonce changes nothing about a wrong password */
	call.header = "Proxy-Authenticate: Digest realm=\"carrier.test\", "
		"nonce=\"c2\", qop=\"auth\"\r\n";
	refused(&f, &call, TW_EREFUSED);
	/* stale is not a wrong password, but not for ever either */
	call.header = "Proxy-Authenticate: Digest realm=\"carrier.test\", "
		"nonce=\"c3\", qop=\"auth\", stale=true\r\n";
	for (int i = 0; i < 2; i++) {
		answered(&f, &call, "nonce=\"c3\"");
		call.cseq++;
	}
	refused(&f, &call, TW_EREFUSED);
	/* a registrar's question after the proxy's is another matter */
	call.code = "401 No";
	call.header = fake_401;
	answered(&f, &call, "Authorization: Digest ");
	fake_close(&f);
}

static void test_refusals(void **state)
{
	struct fake f;
	struct call call = invite;
	char *line = NULL;

	(void)state;
	fake_open(&f);
	fake_register(&f);
	call.header = "Proxy-Authenticate: Digest realm=\"evil.test\", "
		"nonce=\"c1\"\r\n";
	refused(&f, &call, TW_EREFUSED);
	call.header = "Proxy-Authenticate: Basic realm=\"carrier.test\"\r\n";
	refused(&f, &call, TW_EUNSUPPORTED);
	call.header = "";
	refused(&f, &call, TW_EUNSUPPORTED);
	call.header = invite.header;
	call.code = "486 Busy";
	refused(&f, &call, TW_EINVAL);
	/* the wrong header for the code */
	call.code = "401 No";
	refused(&f, &call, TW_EUNSUPPORTED);
	assert_int_equal(tw_registration_authorize(&line, f.reg, "INVITE",
		URI, "SIP/2.0 401", 11, NULL), TW_EPARSE);
	assert_int_equal(tw_registration_authorize(&line, f.reg, "IN VITE",
		URI, "x", 1, NULL), TW_EINVAL);
	assert_int_equal(tw_registration_authorize(&line, f.reg, "INVITE",
		"sip:a\"\r\nX: y", "x", 1, NULL), TW_EINVAL);
	assert_int_equal(tw_registration_authorize(&line, NULL, "INVITE",
		URI, "x", 1, NULL), TW_EINVAL);
	assert_null(line);
	fake_close(&f);
}

/* The answer must be to the method that the host says. */
static void test_method(void **state)
{
	struct fake f;
	char text[1024], *line = NULL;

	(void)state;
	fake_open(&f);
	(void)snprintf(text, sizeof(text), "SIP/2.0 401 No\r\n"
		"v: SIP/2.0/UDP a\r\nf: <a:b>\r\nt: <a:b>\r\ni: c\r\n"
		"CSeq: 1 BYE\r\n%s\r\n", fake_401);
	assert_int_equal(tw_registration_authorize(&line, f.reg, "INVITE",
		URI, text, strlen(text), NULL), TW_EINVAL);
	assert_int_equal(tw_registration_authorize(&line, f.reg, "BYE",
		URI, text, strlen(text), NULL), TW_OK);
	tw_free(line);
	/* the first realm that got an answer is the trunk's from now on */
	assert_string_equal(fake_status(&f).realm, "carrier.test");
	fake_close(&f);
}

/* More calls at once than the guard remembers: all get their answer. */
static void test_many_calls(void **state)
{
	struct fake f;
	struct call call = invite;
	char call_id[32];

	(void)state;
	fake_open(&f);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(call_id, sizeof(call_id), "call-%d", i);
		call.call_id = call_id;
		answered(&f, &call, "nonce=\"c1\"");
	}
	call.cseq++;
	refused(&f, &call, TW_EREFUSED);
	fake_close(&f);
}

static void test_no_password(void **state)
{
	struct fake f;
	tw_trunk_options o = fake_options();

	(void)state;
	o.password = NULL;
	o.password_size = 0;
	fake_open_with(&f, &o);
	refused(&f, &invite, TW_EUNSUPPORTED);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_invite),
		cmocka_unit_test(test_shared_nonce),
		cmocka_unit_test(test_second_refusal),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_method),
		cmocka_unit_test(test_many_calls),
		cmocka_unit_test(test_no_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
