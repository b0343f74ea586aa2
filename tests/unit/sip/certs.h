/**
 * @file certs.h  Certificates made on the spot, and who issued them
 */
#ifndef TW_TESTS_SIP_CERTS_H
#define TW_TESTS_SIP_CERTS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <stdbool.h>
#include <time.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <cmocka.h>

struct cert {
	X509 *x509;
	EVP_PKEY *key;
	char pem[4096], key_pem[1024];
};

struct cert_wish {
	const char *common_name;
	const char *names;             /* "DNS:a.test,IP:127.0.0.1", NULL */
	const struct cert *issuer;     /* NULL: itself */
	int from_days, to_days;        /* from now; both 0: -1 .. 30 */
	bool is_ca;
	bool staple;                   /* it wants an OCSP response */
};

static void cert_text(char *out, size_t size, BIO *bio)
{
	int n = BIO_read(bio, out, (int)size - 1);

	assert_in_range(n, 1, size - 2);
	out[n] = '\0';
	BIO_free(bio);
}

static void cert_extend(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(x509, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void cert_make(struct cert *out, const struct cert_wish *wish)
{
	const struct cert *issuer = wish->issuer ? wish->issuer : out;
	bool usual = !wish->from_days && !wish->to_days;
	X509 *x509 = X509_new();
	BIO *bio;

	out->key = EVP_EC_gen("P-256");
	out->x509 = x509;
	assert_non_null(out->key);
	assert_int_equal(X509_set_version(x509, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509),
		(long)(time(NULL) + (intptr_t)out % 100000)), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(
		x509), "CN", MBSTRING_UTF8, (const unsigned char *)
		wish->common_name, -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(x509, X509_get_subject_name(
		issuer->x509)), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509),
		86400L * (usual ? -1 : wish->from_days)));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509),
		86400L * (usual ? 30 : wish->to_days)));
	assert_int_equal(X509_set_pubkey(x509, out->key), 1);
	cert_extend(x509, issuer->x509, NID_basic_constraints, wish->is_ca ?
		"critical,CA:TRUE" : "CA:FALSE");
	if (wish->names)
		cert_extend(x509, issuer->x509, NID_subject_alt_name,
			wish->names);
	if (wish->staple)
		cert_extend(x509, issuer->x509, NID_tlsfeature,
			"status_request");
	assert_true(X509_sign(x509, issuer->key, EVP_sha256()) > 0);
	bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
	cert_text(out->pem, sizeof(out->pem), bio);
	bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_PrivateKey(bio, out->key, NULL, NULL,
		0, NULL, NULL), 1);
	cert_text(out->key_pem, sizeof(out->key_pem), bio);
}

static void cert_free(struct cert *cert)
{
	X509_free(cert->x509);
	EVP_PKEY_free(cert->key);
}

#endif
