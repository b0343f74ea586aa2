/**
 * @file test_request.c  The bytes of a REGISTER
 */
#include "fake.h"
#include "registration/machine.h"
#include "../faults.h"

static tw_status write_again(struct fake *f, tw_error *err)
{
	return tw__request_write(f->reg, err);
}

static const char *text_of(const struct fake *f)
{
	return f->reg->request.data;
}

/* RFC 3261 section 10.2, byte by byte. */
static void test_every_byte(void **state)
{
	char want[1024];
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	(void)snprintf(want, sizeof(want),
		"REGISTER sip:127.0.0.1:5070 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 192.0.2.7:5060;branch=%s;rport\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:trunk1@127.0.0.1>;tag=%s\r\n"
		"To: <sip:trunk1@127.0.0.1>\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %u REGISTER\r\n"
		"Contact: <sip:%s@192.0.2.7:5060>\r\n"
		"Expires: 300\r\n"
		"User-Agent: trunkwise/%s\r\n"
		"Content-Length: 0\r\n\r\n",
		f.reg->transaction.branch, f.reg->from_tag, f.reg->call_id,
		f.reg->cseq, f.reg->config.contact_user, tw_version());
	assert_string_equal(f.sent, want);
	assert_int_equal(strncmp(f.reg->transaction.branch, "z9hG4bK", 7),
		0);
	assert_true(f.reg->from_tag[0] && f.reg->call_id[0]);
	/* the same again, not one behind the other */
	assert_int_equal(write_again(&f, NULL), TW_OK);
	assert_string_equal(text_of(&f), want);
	fake_close(&f);
}

static void test_transports(void **state)
{
	static const struct { const char *registrar, *via, *contact; }
	rows[] = {
		{ "sip:192.0.2.9;transport=udp", "\r\nVia: SIP/2.0/UDP ",
		  ":5060>\r\n" },
		{ "sip:192.0.2.9;transport=tcp", "\r\nVia: SIP/2.0/TCP ",
		  ":5060;transport=tcp>\r\n" },
		{ "sip:192.0.2.9;transport=tls", "\r\nVia: SIP/2.0/TLS ",
		  ":5060;transport=tls>\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		tw_trunk_options o = fake_options();
		struct fake f;

		o.registrar = rows[i].registrar;
		fake_open_with(&f, &o);
		assert_int_equal(tw_registration_set_local(f.reg,
			"2001:db8::1", 5060, NULL), TW_OK);
		fake_start(&f);
		assert_non_null(strstr(f.sent, rows[i].via));
		assert_non_null(strstr(f.sent, rows[i].contact));
		/* an address of IPv6 stands in brackets, both times */
		assert_non_null(strstr(f.sent, " [2001:db8::1]:5060;branch"));
		assert_non_null(strstr(f.sent, "@[2001:db8::1]:5060"));
		fake_close(&f);
	}
}

static void test_taking_it_back(void **state)
{
	struct fake f;
	uint32_t cseq;
	char want[32];

	(void)state;
	fake_open(&f);
	fake_register(&f);
	cseq = f.reg->cseq;
	fake_stop(&f);
	assert_string_equal(fake_header(&f, "Expires"), "0");
	assert_non_null(strstr(f.sent, "\r\nContact: <sip:"));
	(void)snprintf(want, sizeof(want), "%u REGISTER", cseq + 1);
	assert_string_equal(fake_header(&f, "CSeq"), want);
	fake_close(&f);
}

/* Registrar and proxy may both have asked: one line each, before the end. */
static void test_both_credentials(void **state)
{
	const char *own, *proxy, *end;
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	assert_null(strstr(f.sent, "Authorization"));
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_answer(&f, "407 Proxy", "Proxy-Authenticate: Digest realm=\""
		"carrier.test\", nonce=\"p1\", qop=\"auth\"\r\n");
	own = strstr(f.sent, "\r\nAuthorization: Digest ");
	proxy = strstr(f.sent, "\r\nProxy-Authorization: Digest ");
	end = strstr(f.sent, "\r\nContent-Length: 0\r\n\r\n");
	assert_true(own && proxy && end && own < end && proxy < end);
	assert_string_equal(end, "\r\nContent-Length: 0\r\n\r\n");
	assert_non_null(strstr(own, "nonce=\"n1\""));
	assert_non_null(strstr(proxy, "nonce=\"p1\""));
	assert_non_null(strstr(own, "uri=\"sip:127.0.0.1:5070\""));
	assert_null(strstr(f.sent, "secret"));
	/* each writing counts its nonces on */
	assert_non_null(strstr(own, "nc=00000002"));
	assert_int_equal(write_again(&f, NULL), TW_OK);
	assert_non_null(strstr(text_of(&f), "nc=00000003"));
	fake_close(&f);
}

static void test_no_memory(void **state)
{
	struct faults faults;
	struct fake f;
	int64_t n = 0;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "401 Unauthorized", fake_401);
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		/* as of a first request: nothing is reserved */
		tw__buf_free(&f.reg->request);
		faults_begin(&faults, n);
		status = write_again(&f, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
	}
	assert_true(n > 2);
	/* a failure is over with the next request */
	assert_int_equal(write_again(&f, NULL), TW_OK);
	assert_non_null(strstr(text_of(&f), "\r\nAuthorization: "));
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_transports),
		cmocka_unit_test(test_taking_it_back),
		cmocka_unit_test(test_both_credentials),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
