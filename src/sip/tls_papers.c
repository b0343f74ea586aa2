/**
 * @file src/sip/tls_papers.c  What CAs, lists, certificates and keys hold
 *
 * Decides what of the bytes that a host gave is one, and says which of them
 * is not. It refuses to know who shows what to whom: tls.c does.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include "tls_papers.h"

/* OpenSSL would else ask at the terminal. */
static int no_password_h(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static X509 *read_cert(BIO *bio)
{
	return PEM_read_bio_X509(bio, NULL, no_password_h, NULL);
}

/* The paths that OpenSSL was built with, and not what SSL_CERT_FILE says:
 * libraries read no environment. Read once for all identities. */
static X509_STORE *system_store(X509_STORE **kept)
{
	if (*kept)
		return *kept;
	*kept = X509_STORE_new();
	if (*kept) {
		(void)X509_STORE_load_file(*kept,
			X509_get_default_cert_file());
		(void)X509_STORE_load_path(*kept,
			X509_get_default_cert_dir());
	}
	return *kept;
}

tw_status tw__tls_set_ca(SSL_CTX *ctx, X509_STORE **system,
			 const struct tw_sip_identity *identity,
			 tw_error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	unsigned count = 0;
	X509 *cert;
	BIO *bio;

	if (!identity->ca_size) {
		store = system_store(system);
		if (!store)
			return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
		SSL_CTX_set1_cert_store(ctx, store);
		return TW_OK;
	}
	bio = BIO_new_mem_buf(identity->ca, (int)identity->ca_size);
	while (bio && (cert = read_cert(bio))) {
		count += X509_STORE_add_cert(store, cert) == 1;
		X509_free(cert);
	}
	BIO_free(bio);
	return count ? TW_OK : tw__sip_fail(err, TW_EINVAL, "ca",
		"holds no certificate in PEM form "
		"(-----BEGIN CERTIFICATE-----)");
}

static tw_status set_cert(SSL_CTX *ctx,
			  const struct tw_sip_identity *identity,
			  tw_error *err)
{
	BIO *bio = BIO_new_mem_buf(identity->cert, (int)identity->cert_size);
	X509 *cert = bio ? read_cert(bio) : NULL;
	bool good = cert && SSL_CTX_use_certificate(ctx, cert) == 1;

	X509_free(cert);
	while (good && (cert = read_cert(bio))) {
		good = SSL_CTX_add1_chain_cert(ctx, cert) == 1;
		X509_free(cert);
	}
	BIO_free(bio);
	return good ? TW_OK : tw__sip_fail(err, TW_EINVAL, "cert",
		"is not a certificate chain in PEM form, ours first, or its "
		"key is too weak");
}

static tw_status set_key(SSL_CTX *ctx,
			 const struct tw_sip_identity *identity,
			 tw_error *err)
{
	BIO *bio = BIO_new_mem_buf(identity->key, (int)identity->key_size);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL,
		no_password_h, NULL) : NULL;
	bool good = key && SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
		SSL_CTX_check_private_key(ctx) == 1;
	bool read = key != NULL;

	EVP_PKEY_free(key);
	BIO_free(bio);
	if (good)
		return TW_OK;
	return tw__sip_fail(err, TW_EINVAL, "key", read ? "is not the key of "
		"the first certificate in cert" : "is not a private key in "
		"PEM form without a passphrase; \"openssl pkey\" takes one "
		"away");
}

tw_status tw__tls_set_ours(SSL_CTX *ctx,
			   const struct tw_sip_identity *identity,
			   tw_error *err)
{
	tw_status status = set_cert(ctx, identity, err);

	return status ? status : set_key(ctx, identity, err);
}

tw_status tw__tls_read_crls(STACK_OF(X509_CRL) **out,
			    const struct tw_sip_identity *identity,
			    tw_error *err)
{
	BIO *bio = BIO_new_mem_buf(identity->crl, (int)identity->crl_size);
	STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
	X509_CRL *crl = NULL;
	bool good = bio && crls;

	while (good && (crl = PEM_read_bio_X509_CRL(bio, NULL, no_password_h,
						    NULL)))
		good = sk_X509_CRL_push(crls, crl) > 0;
	if (!good) {
		X509_CRL_free(crl);
		sk_X509_CRL_pop_free(crls, X509_CRL_free);
		BIO_free(bio);
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	}
	BIO_free(bio);
	if (sk_X509_CRL_num(crls)) {
		*out = crls;
		return TW_OK;
	}
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	return tw__sip_fail(err, TW_EINVAL, "crl", "holds no revocation list "
		"in PEM form (-----BEGIN X509 CRL-----); \"openssl crl "
		"-inform DER\" makes one of a .crl file");
}
