/**
 * @file test_redact.c  What a trace shows of a message
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/sip.h>
#include "base/base.h"
#include "../faults.h"

static void shows_bytes(const void *in, size_t size, uint32_t flags,
			const char *wanted)
{
	char *out = NULL;
	void *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, in, size);
	assert_int_equal(tw_sip_mask(&out, copy, size, flags, NULL), TW_OK);
	free(copy);
	assert_string_equal(out, wanted);
	tw_free(out);
}

static void shows(const char *in, const char *wanted)
{
	shows_bytes(in, strlen(in), 0, wanted);
}

static void numbers(const char *in, const char *wanted)
{
	shows_bytes(in, strlen(in), TW_SIP_MASK_NUMBERS, wanted);
}

static void test_register(void **state)
{
	(void)state;
	shows("REGISTER sip:carrier.test SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
		"Authorization: Digest username=\"u\", realm=\"carrier.test\","
		" nonce=\"MARK1\", uri=\"sip:carrier.test\", "
		"response=\"MARK2\", algorithm=SHA-256, cnonce=\"MARK3\", "
		"opaque=\"MARK4\", qop=auth, nc=00000001\r\n"
		"Content-Length: 0\r\n\r\n",
		"REGISTER sip:carrier.test SIP/2.0\n"
		"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\n"
		"Authorization: Digest username=\"u\", realm=\"carrier.test\","
		" nonce=\"***\", uri=\"sip:carrier.test\", "
		"response=\"***\", algorithm=SHA-256, cnonce=\"***\", "
		"opaque=\"***\", qop=auth, nc=00000001\n"
		"Content-Length: 0\n\n");
	shows("SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest "
		"realm=\"r\", nonce=MARK, qop=\"auth,auth-int\", stale=true"
		"\r\n\r\n",
		"SIP/2.0 401 Unauthorized\nWWW-Authenticate: Digest "
		"realm=\"r\", nonce=***, qop=\"auth,auth-int\", stale=true"
		"\n\n");
	/* headers within a URI (RFC 3261 section 19.1.1) */
	shows("REFER sip:c SIP/2.0\r\nRefer-To: <sip:a@b?Proxy-Authorization="
		"Digest%20response%3DMARK&Call-ID=x>\r\n\r\n",
		"REFER sip:c SIP/2.0\nRefer-To: <sip:a@b?Proxy-Authorization="
		"***&Call-ID=x>\n\n");
	shows("SIP/2.0 200 OK\r\nAuthentication-Info: nextnonce=\"MARK\", "
		"qop=auth, rspauth=\"MARK\", cnonce=\"MARK\", nc=00000001"
		"\r\n\r\n",
		"SIP/2.0 200 OK\nAuthentication-Info: nextnonce=\"***\", "
		"qop=auth, rspauth=\"***\", cnonce=\"***\", nc=00000001"
		"\n\n");
}

/* Whatever is done to spelling, folding and order: no MARK comes out. */
static void test_nothing_leaks(void **state)
{
	static const char *const rows[] = {
		"X: 1\r\nAuthorization: Basic MARK\r\n",
		"X: 1\r\naUTHORIZATION\t :\r\n Digest\r\n response\r\n =\r\n "
			"\"MARK\"\r\n",
		"X: 1\r\nProxy-Authorization: Digest response=\"MARK",
		"X: 1\r\nAuthorization: Digest realm=\"x, response=MARK\r\n",
		"X: 1\r\nAuthorization: Digest realm=\"x\" response=MARK\r\n",
		"X: 1\r\nAuthorization: Digest unheard-of=MARK\r\n",
		"X: 1\r\nAuthorization: Digest MARK\r\n",
		"X: 1\r\nAuthorization:Digest response=MARK, response=MARK",
		"X: 1\nAuthorization: Digest response=\"MARK\"\n",
		"X: 1\r\nX-Debug: sent response = \"MARK\", nonce='MARK'\n",
		"X: 1\r\n\r\nAuthorization: Basic MARK\r\n",
		"X: 1\r\n\r\nyou sent cnonce=\"MARK\"\r\n",
		"X: 1\rAuthorization: Digest response=MARK\r\n",
		"X: 1\r\nX-Auth-Token: MARK\r\n", "X: 1\r\nCookie: MARK\r\n",
		"X: 1\r\nX-Secret: a\r\n MARK\r\n",
		"X: 1\r\nX-Password: MARK\r\n",
		"X: 1\r\nX: api_token=MARK\r\n",
		"X: 1\r\nX: https://h/?token=MARK&x=1\r\n",
		"INVITE sip:u:MARK@h SIP/2.0\r\n\r\n",
		"X: 1\r\nFrom: \"x\" <sips:u;a=1?b:MARK@h>;tag=1\r\n",
		"X: 1\r\nm:<SIP:u:MARK:MARK@h>,sip:u:MARK@h\r\n",
		"X: 1\r\n\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
			"inline:MARK|2^20|1:4\r\n",
		"X: 1\r\n\r\nA=CRYPTO:MARK\r\n",
		"X: 1\r\n\r\na=key-mgmt:mikey MARK\r\nk=clear:MARK\r\n"
			"a=ice-pwd:MARK\r\n",
		"X: 1\r\n\r\na=x:1 inline:MARK\r\n",
		"Authorization: Digest response=\"MARK\"",
		"\r\n\r\nAuthorization: Digest response=\"MARK\"",
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		char *out = NULL;

		assert_int_equal(tw_sip_mask(&out, rows[i], strlen(rows[i]),
			0, NULL), TW_OK);
		if (strstr(out, "MARK"))
			fail_msg("%zu: %s", i, out);
		assert_non_null(strstr(out, "***"));
		tw_free(out);
	}
}

/* What one looks for in a trace is still there. */
static void test_harmless(void **state)
{
	static const char text[] = "INVITE sip:a;x=1?y@[::1]:5060;lr SIP/2.0\n"
		"Call-ID: a:b@c\n"
		"From: \"A: b\" <sip:+79161234567@h:5060>;t=1\n"
		"Contact: <sip:h:5060>, <sip:a@b>\nX: key=1 author=2\n"
		"Subject:\nAllow: INVITE\nP-Early-Media: x\n"
		"\nv=0\no=- 1 1 IN IP4 h\na=rtpmap:8 PCMA/8000\n"
		"a=fingerprint:sha-256 AB:CD\n";

	(void)state;
	shows(text, text);
	shows("a: b\r\n c\r\n\r\n", "a: b\n c\n\n");
	shows("", "");
	shows("\r\n\r\n", "\n\n");
}

static void test_terminals(void **state)
{
	(void)state;
	shows_bytes("a: \0\x1b[2J\x7f\t\xd0\x9f\r", 12, 0,
		"a: \\x00\\x1b[2J\\x7f\t\xd0\x9f\n");
	shows("a: \xc2\x9b x", "a: \\xc2\\x9b x\n");
	shows("a: \xc2\xa0 x", "a: \xc2\xa0 x\n");
	/* cp1251, so that no terminal is confused */
	shows("a: \xcf\xf0 b", "a: \\xcf\\xf0 b\n");
	shows("a: b\rc\n", "a: b\\x0dc\n");
}

static void test_numbers(void **state)
{
	(void)state;
	numbers("INVITE sip:+79161234567@192.168.100.200:65535 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK79161234567\r\n"
		"From: \"+7 (916) 123-45-67\" <sip:89161234567@h>;tag=1\r\n"
		"Call-ID: 79161234567@h\r\nCSeq: 139122385 INVITE\r\n"
		"Authorization: Digest username=\"79161234567\", nc=00000001"
		"\r\nDate: Sat, 15 Oct 2005 04:44:56 GMT\r\n"
		"Diversion: <tel:+7-916-123-45-67>\r\nExpires: 3600\r\n\r\n"
		"o=79161234567 1 1 IN IP4 h\r\nm=audio 1234567 RTP/AVP 0\r\n",
		"INVITE sip:+*******4567@192.168.100.200:65535 SIP/2.0\n"
		"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK79161234567\n"
		"From: \"+* (***) ***-45-67\" <sip:*******4567@h>;tag=1\n"
		"Call-ID: 79161234567@h\nCSeq: 139122385 INVITE\n"
		"Authorization: Digest username=\"*******4567\", nc=00000001"
		"\nDate: Sat, 15 Oct 2005 04:44:56 GMT\n"
		"Diversion: <tel:+*-***-***-45-67>\nExpires: 3600\n\n"
		"o=*********67 1 1 IN IP4 h\nm=audio 1234567 RTP/AVP 0\n");
	numbers("To: <sip:123456@h>\r\n", "To: <sip:123456@h>\n");
	numbers("To: <sip:1234567@h>\r\n", "To: <sip:***4567@h>\n");
}

static void test_arguments(void **state)
{
	tw_error err = TW_ERROR_INIT;
	char *out = NULL;

	(void)state;
	assert_int_equal(tw_sip_mask(NULL, "", 0, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_sip_mask(&out, NULL, 1, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_sip_mask(&out, "", 0, 2, &err), TW_EINVAL);
	assert_string_equal(err.field, "flags");
	assert_null(out);
	assert_int_equal(tw_sip_mask(&out, NULL, 0, 0, NULL), TW_OK);
	tw_free(out);
}

static void test_no_memory(void **state)
{
	static const char text[] = "a: b\r\nAuthorization: Digest "
		"response=\"0123456789012345678901234567890123456789\"\r\n";
	char *out = NULL;

	(void)state;
	for (int n = 0;; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_sip_mask(&out, text, strlen(text), 0, NULL);
		if (!faults_end(&faults)) {
			assert_int_equal(status, TW_OK);
			assert_true(n > 1);
			break;
		}
		assert_int_equal(status, TW_ENOMEM);
		assert_null(out);
	}
	tw_free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_register),
		cmocka_unit_test(test_nothing_leaks),
		cmocka_unit_test(test_harmless),
		cmocka_unit_test(test_terminals),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
