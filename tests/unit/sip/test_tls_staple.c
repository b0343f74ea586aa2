/**
 * @file test_tls_staple.c  What a CA's word on a certificate comes to
 *
 * A TLS server of the test staples what the row says, in TLS 1.2 and 1.3; the
 * client is a port with one peer.
 */
#include "server.h"
#include <openssl/ocsp.h>
#include "sip/inside.h"

#define MESSAGE "REGISTER sip:r SIP/2.0\r\nCall-ID: c\r\n\r\n"
#define HOUR 3600L
#define DAY (24 * HOUR)

enum what {
	NOTHING, GOOD, GOOD_SHA256, GOOD_ENDLESS, REVOKED, REVOKED_ENDLESS,
	UNKNOWN, OLD, OLD_ENDLESS, EARLY, STRANGERS, ANOTHERS, LATER,
	GARBAGE, WHAT_COUNT
};

struct bench {
	struct sip *sip;
	struct tw_sip_port *port;
	struct cert ca, other, cert, sibling;
	struct server server;
	unsigned ended, responses, refused;
	char reason[160];
	unsigned char *staple;
	int size;
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	struct bench *b = arg;

	(void)response;
	b->responses++;
	b->ended++;
	return true;
}

static void timer_h(void *arg)
{
	(void)arg;
}

static void lost_h(const struct tw_sip_loss *loss, void *arg)
{
	struct bench *b = arg;

	b->refused += loss->refused;
	b->ended++;
	(void)snprintf(b->reason, sizeof(b->reason), "%s", loss->reason);
}

static void stop_h(void *arg)
{
	(void)arg;
	re_cancel();
}

/* At most 5 s. */
static void run(const struct bench *b)
{
	struct tmr stop;

	tmr_init(&stop);
	for (int i = 0; i < 500 && !b->ended; i++) {
		tmr_start(&stop, 10, stop_h, NULL);
		assert_int_equal(re_main(NULL), 0);
	}
	assert_int_equal(b->ended, 1);
}

static int staple_h(SSL *ssl, void *arg)
{
	const struct bench *b = arg;
	unsigned char *copy;

	if (!b->size)
		return SSL_TLSEXT_ERR_NOACK;
	copy = OPENSSL_malloc((size_t)b->size);
	assert_non_null(copy);
	memcpy(copy, b->staple, (size_t)b->size);
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, b->size);
	return SSL_TLSEXT_ERR_OK;
}

static void open_bench(struct bench *b, bool asks, bool old_tls)
{
	const struct tw_sip_owner owner = { response_h, timer_h, lost_h, b,
		NULL, NULL };
	SSL_CTX *ctx;
	struct sa local;

	memset(b, 0, sizeof(*b));
	assert_int_equal(libre_init(), 0);
	assert_int_equal(sip_alloc(&b->sip, NULL, 16, 16, 16, "t", NULL,
		NULL), 0);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(sip_transp_add(b->sip, SIP_TRANSP_UDP, &local), 0);
	assert_int_equal(tw__sip_port_new(&b->port, b->sip, &owner, NULL),
		TW_OK);
	cert_make(&b->ca, &(struct cert_wish){ .common_name = "ca",
		.is_ca = true });
	cert_make(&b->other, &(struct cert_wish){ .common_name = "other",
		.is_ca = true });
	cert_make(&b->cert, &(struct cert_wish){ .common_name = "x",
		.names = "DNS:one.test", .issuer = &b->ca, .staple = asks });
	cert_make(&b->sibling, &(struct cert_wish){ .common_name = "y",
		.issuer = &b->ca });
	server_open(&b->server, &b->cert);
	ctx = server_context(b->server.tls);
	(void)SSL_CTX_set_tlsext_status_cb(ctx, staple_h);
	(void)SSL_CTX_set_tlsext_status_arg(ctx, b);
	if (old_tls)
		assert_int_equal(SSL_CTX_set_max_proto_version(ctx,
			TLS1_2_VERSION), 1);
}

static void close_bench(struct bench *b)
{
	tw__sip_port_free(b->port);
	server_close(&b->server);
	mem_deref(b->sip);
	cert_free(&b->ca);
	cert_free(&b->other);
	cert_free(&b->cert);
	cert_free(&b->sibling);
	OPENSSL_free(b->staple);
	libre_close();
	tmr_debug();
	mem_debug();
}

static void staple(struct bench *b, OCSP_BASICRESP *basic, int status)
{
	OCSP_RESPONSE *response = OCSP_response_create(status, basic);

	assert_non_null(response);
	b->size = i2d_OCSP_RESPONSE(response, &b->staple);
	assert_in_range(b->size, 1, 65536);
	OCSP_RESPONSE_free(response);
}

static long says_from(enum what what)
{
	switch (what) {
	case OLD:
		return -9 * HOUR;
	case EARLY:
		return HOUR;
	case GOOD_ENDLESS:
		return -6 * DAY;
	case OLD_ENDLESS:
		return -8 * DAY;
	case REVOKED_ENDLESS:
		return -900 * DAY;
	default:
		return -HOUR;
	}
}

static void sign(struct bench *b, enum what what)
{
	const bool is_revoked = what == REVOKED || what == REVOKED_ENDLESS;
	const bool endless = what == GOOD_ENDLESS || what == OLD_ENDLESS ||
		what == REVOKED_ENDLESS;
	const struct cert *signer = what == STRANGERS ? &b->other : &b->ca;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(what == GOOD_SHA256 ? EVP_sha256() :
		EVP_sha1(), what == ANOTHERS ? b->sibling.x509 : b->cert.x509,
		b->ca.x509);
	long from = says_from(what);
	ASN1_TIME *this = X509_gmtime_adj(NULL, from);
	ASN1_TIME *next = endless ? NULL : X509_gmtime_adj(NULL, from +
		8 * HOUR);
	ASN1_TIME *revoked = ASN1_TIME_new();

	assert_int_equal(ASN1_TIME_set_string_X509(revoked,
		"20261001120000Z"), 1);
	assert_non_null(OCSP_basic_add1_status(basic, id, is_revoked ?
		V_OCSP_CERTSTATUS_REVOKED : what == UNKNOWN ?
		V_OCSP_CERTSTATUS_UNKNOWN : V_OCSP_CERTSTATUS_GOOD,
		OCSP_REVOKED_STATUS_KEYCOMPROMISE, is_revoked ? revoked :
		NULL, this, next));
	assert_int_equal(OCSP_basic_sign(basic, signer->x509, signer->key,
		EVP_sha256(), NULL, 0), 1);
	staple(b, basic, OCSP_RESPONSE_STATUS_SUCCESSFUL);
	ASN1_TIME_free(this);
	ASN1_TIME_free(next);
	ASN1_TIME_free(revoked);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
}

static void prepare(struct bench *b, enum what what)
{
	if (what == GARBAGE) {
		b->staple = (unsigned char *)OPENSSL_strdup("garbage");
		b->size = 7;
	}
	else if (what == LATER)
		staple(b, NULL, OCSP_RESPONSE_STATUS_TRYLATER);
	else if (what != NOTHING)
		sign(b, what);
}

/* What came of one connection: NULL, an answer. */
static void connects(struct bench *b, bool must, bool verify,
		     const char *reason)
{
	struct tw_sip_identity identity = { .ca = b->ca.pem,
		.ca_size = verify ? strlen(b->ca.pem) : 0, .verify = verify,
		.must_staple = must };
	struct tw_sip_papers *papers = NULL;
	struct tw_sip_tls *tls = NULL;
	struct tw_sip_peer *peer = NULL;

	assert_int_equal(tw__sip_papers_new(&papers, b->port, &identity,
		NULL), TW_OK);
	assert_int_equal(tw__sip_tls_new(&tls, papers, "one.test", NULL),
		TW_OK);
	assert_int_equal(tw__sip_peer_new_tls(&peer, tls, "127.0.0.1",
		b->server.port, NULL), TW_OK);
	assert_int_equal(tw__sip_send(peer, MESSAGE, strlen(MESSAGE)),
		TW_OK);
	run(b);
	if (reason && !strstr(b->reason, reason))
		fail_msg("%s, not %s", b->reason, reason);
	if (!reason)
		assert_string_equal(b->reason, "");
	assert_int_equal(b->responses, !reason);
	assert_int_equal(b->refused, reason != NULL);
	assert_int_equal(b->server.messages, !reason);
	tw__sip_peer_free(peer);
	tw__sip_tls_free(tls);
	tw__sip_papers_free(papers);
}

static const char *const wrong[WHAT_COUNT] = {
	[NOTHING] = "no word of its CA came with the certificate",
	[REVOKED] = "the certificate was revoked on 2026-10-01 by \"ca\"",
	[UNKNOWN] = "is of a CA that does not know it",
	[REVOKED_ENDLESS] = "the certificate was revoked on 2026-10-01",
	[OLD] = "is out of date",
	[OLD_ENDLESS] = "is out of date",
	[EARLY] = "is not valid yet",
	[STRANGERS] = "is not signed by its CA",
	[ANOTHERS] = "is about another certificate",
	[LATER] = "is of a CA that cannot tell now",
	[GARBAGE] = "is malformed",
};

static void each(bool must, bool asks)
{
	for (int what = 0; what < WHAT_COUNT; what++) {
		for (int old_tls = 0; old_tls < 2; old_tls++) {
			struct bench b;

			open_bench(&b, asks, old_tls);
			prepare(&b, (enum what)what);
			connects(&b, must, true, !must && !asks &&
				what != REVOKED &&
				what != REVOKED_ENDLESS ? NULL : asks &&
				what == NOTHING ? "wants its CA's word" :
				wrong[what]);
			close_bench(&b);
		}
	}
}

static void test_wanted(void **state)
{
	(void)state;
	each(true, false);
}

/* Nothing is missed, but a word that says revoked is heard. */
static void test_not_wanted(void **state)
{
	(void)state;
	each(false, false);
}

/* RFC 7633: by the certificate itself. */
static void test_asked_for_by_the_certificate(void **state)
{
	(void)state;
	each(false, true);
}

static void test_nobody_verifies(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, false, false);
	prepare(&b, REVOKED);
	connects(&b, false, false, NULL);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_not_wanted),
		cmocka_unit_test(test_asked_for_by_the_certificate),
		cmocka_unit_test(test_nobody_verifies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
