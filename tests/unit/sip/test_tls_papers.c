/**
 * @file test_tls_papers.c  What is a CA, a list, a certificate and its key
 */
#include "certs.h"
#include "sip/tls_papers.h"

static const char list[] = "-----BEGIN X509 CRL-----\n"
	"not base64\n-----END X509 CRL-----\n";

static void give_crl(struct tw_sip_identity *identity, const char *text)
{
	memset(identity, 0, sizeof(*identity));
	identity->crl = text;
	identity->crl_size = strlen(text);
}

/* A list of this CA, as PEM. */
static void make_list(char *out, size_t size, const struct cert *ca)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL));
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(X509_CRL_set_version(crl, 1), 1);
	assert_int_equal(X509_CRL_set_issuer_name(crl,
		X509_get_subject_name(ca->x509)), 1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, now), 1);
	assert_int_equal(X509_CRL_set1_nextUpdate(crl, now), 1);
	assert_true(X509_CRL_sign(crl, ca->key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509_CRL(bio, crl), 1);
	cert_text(out, size, bio);
	X509_CRL_free(crl);
	ASN1_TIME_free(now);
}

static void test_lists(void **state)
{
	struct tw_sip_identity identity;
	STACK_OF(X509_CRL) *crls = NULL;
	tw_error err = TW_ERROR_INIT;
	char one[2048], two[4200];
	struct cert ca;

	(void)state;
	cert_make(&ca, &(struct cert_wish){ .common_name = "ca",
		.is_ca = true });
	make_list(one, sizeof(one), &ca);
	(void)snprintf(two, sizeof(two), "%sword\n%s", one, one);
	give_crl(&identity, two);
	assert_int_equal(tw__tls_read_crls(&crls, &identity, &err), TW_OK);
	assert_int_equal(sk_X509_CRL_num(crls), 2);
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	crls = NULL;
	for (size_t i = 0; i < 4; i++) {
		const char *const bad[] = { "x", "", list, ca.pem };

		give_crl(&identity, bad[i]);
		assert_int_equal(tw__tls_read_crls(&crls, &identity, &err),
			TW_EINVAL);
		assert_string_equal(err.field, "crl");
		assert_null(crls);
	}
	cert_free(&ca);
}

static void test_ours(void **state)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct tw_sip_identity identity;
	X509_STORE *system = NULL;
	tw_error err = TW_ERROR_INIT;
	struct cert a, b;

	(void)state;
	cert_make(&a, &(struct cert_wish){ .common_name = "a" });
	cert_make(&b, &(struct cert_wish){ .common_name = "b" });
	memset(&identity, 0, sizeof(identity));
	identity.cert = a.pem;
	identity.cert_size = strlen(a.pem);
	identity.key = b.key_pem;
	identity.key_size = strlen(b.key_pem);
	assert_int_equal(tw__tls_set_ours(ctx, &identity, &err), TW_EINVAL);
	assert_string_equal(err.field, "key");
	identity.key = a.key_pem;
	identity.key_size = strlen(a.key_pem);
	assert_int_equal(tw__tls_set_ours(ctx, &identity, &err), TW_OK);
	identity.ca = a.key_pem;
	identity.ca_size = strlen(a.key_pem);
	assert_int_equal(tw__tls_set_ca(ctx, &system, &identity, &err),
		TW_EINVAL);
	assert_string_equal(err.field, "ca");
	assert_null(system);
	identity.ca_size = 0;
	assert_int_equal(tw__tls_set_ca(ctx, &system, &identity, &err),
		TW_OK);
	assert_non_null(system);
	X509_STORE_free(system);
	SSL_CTX_free(ctx);
	cert_free(&a);
	cert_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
