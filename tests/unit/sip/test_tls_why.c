/**
 * @file test_tls_why.c  Causes in words: what they say, whom they blame
 */
#include "certs.h"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include "sip/tls_why.h"

static void starts(const struct tw_tls_end *end, bool refused,
		   const char *text)
{
	if (strncmp(end->reason, text, strlen(text)))
		fail_msg("\"%s\" does not start with \"%s\"", end->reason,
			text);
	assert_int_equal(end->refused, refused);
	/* no text is cut: its mend stands at its end */
	assert_true(strlen(end->reason) < sizeof(end->reason) - 1);
}

static void test_alerts(void **state)
{
	static const struct { int alert; bool refused; const char *text; }
	row[] = {
		{ TLS13_AD_CERTIFICATE_REQUIRED, true,
		  "the registrar wants a certificate of ours; give cert_" },
		{ SSL_AD_HANDSHAKE_FAILURE, true,
		  "the registrar refused the handshake (handshake failure)" },
		{ SSL_AD_ACCESS_DENIED, true, "the registrar refused the " },
		{ SSL_AD_UNKNOWN_CA, true,
		  "the registrar refused our certificate (unknown CA); is " },
		{ SSL_AD_CERTIFICATE_EXPIRED, true,
		  "the registrar refused our certificate (certificate exp" },
		{ SSL_AD_PROTOCOL_VERSION, true,
		  "the registrar speaks no TLS 1.2 or later" },
		{ SSL_AD_UNRECOGNIZED_NAME, true,
		  "the registrar does not go by the name" },
		{ SSL_AD_INTERNAL_ERROR, false,
		  "the registrar broke off TLS: internal error" },
		{ 255, false, "the registrar broke off TLS: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tw_tls_end end;

		memset(&end, 0, sizeof(end));
		tw__why_alert(&end, row[i].alert);
		starts(&end, row[i].refused, row[i].text);
	}
}

static void test_first_cause_stays(void **state)
{
	struct tw_tls_end end;

	(void)state;
	memset(&end, 0, sizeof(end));
	tw__why_alert(&end, SSL_AD_CLOSE_NOTIFY);
	assert_string_equal(end.reason, "");
	tw__why_error(&end, 0);
	assert_string_equal(end.reason, "");
	tw__why_error(&end, ERR_PACK(ERR_LIB_SSL, 0,
		SSL_R_WRONG_VERSION_NUMBER));
	starts(&end, true, "the registrar does not speak TLS on this port");
	tw__why_closed(&end, false, false);
	tw__why_alert(&end, SSL_AD_UNKNOWN_CA);
	starts(&end, true, "the registrar does not speak TLS on this port");
}

static void test_errors(void **state)
{
	struct tw_tls_end end;

	(void)state;
	memset(&end, 0, sizeof(end));
	tw__why_error(&end, ERR_PACK(ERR_LIB_SSL, 0,
		SSL_R_UNSUPPORTED_PROTOCOL));
	starts(&end, true, "the registrar speaks no TLS 1.2 or later");
	memset(&end, 0, sizeof(end));
	/* the same number of another part of OpenSSL is something else */
	tw__why_error(&end, ERR_PACK(ERR_LIB_X509, 0,
		SSL_R_UNSUPPORTED_PROTOCOL));
	starts(&end, false, "TLS failed: ");
	memset(&end, 0, sizeof(end));
	tw__why_closed(&end, false, false);
	starts(&end, false, "no TLS connection: refused, or closed before");
	memset(&end, 0, sizeof(end));
	tw__why_certificate(&end);
	starts(&end, false, "closed after the registrar had asked for a ");
	memset(&end, 0, sizeof(end));
	tw__why_closed(&end, true, true);
	starts(&end, false, "the connection was closed");
	memset(&end, 0, sizeof(end));
	tw__why_closed(&end, true, false);
	starts(&end, false, "it hangs up without an answer");
	memset(&end, 0, sizeof(end));
	tw__why_strange(&end, NULL, 0);
	starts(&end, false, "what answers there is not SIP");
	memset(&end, 0, sizeof(end));
	tw__why_strange(&end, "HTTP/1.1 400 \"\x1b\r\nServer: x", 26);
	starts(&end, false, "what answers there is not SIP: "
		"\"HTTP/1.1 400 ??\"");
}

static void test_names(void **state)
{
	static const struct { const char *cn, *names, *text; } row[] = {
		{ "x", "DNS:carrier.test,DNS:b.test",
		  "the certificate is for carrier.test, not for r.test; is " },
		{ "x", "URI:sip:carrier.test",
		  "the certificate is for sip:carrier.test, not for r.test" },
		{ "x", "IP:192.0.2.1",
		  "the certificate is for an IP address, not for r.test" },
		{ "only.in.cn", NULL,
		  "the certificate is for only.in.cn, not for r.test" },
		/* a stranger's text: no second log line, no end of it */
		{ "a\r\n\x1b[2J", NULL,
		  "the certificate is for a???[2J, not for r.test" },
	};
	struct tw_tls_end end;
	struct cert cert;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		memset(&end, 0, sizeof(end));
		cert_make(&cert, &(struct cert_wish){ .common_name =
			row[i].cn, .names = row[i].names });
		tw__why_not_name(&end, cert.x509, "r.test");
		starts(&end, true, row[i].text);
		cert_free(&cert);
	}
	memset(&end, 0, sizeof(end));
	cert_make(&cert, &(struct cert_wish){ .common_name = "x", .names =
		"DNS:a-name-of-a-carrier-that-goes-on-and-on-and-on-for-ever."
		"test" });
	tw__why_not_name(&end, cert.x509, "another-name-that-is-longer-than-"
		"any-carrier-would-want-to-print.test");
	starts(&end, true, "the certificate is for a-name-of-a-carrier");
	cert_free(&cert);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_first_cause_stays),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
