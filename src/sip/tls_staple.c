/**
 * @file src/sip/tls_staple.c  What a server's CA says of it, stapled (OCSP)
 *
 * Decides what a stapled response is worth: it has to be signed by the CA of
 * the certificate or by whom that CA has named, to be about this certificate,
 * and of today. A certificate can ask for one itself (RFC 7633): then a
 * handshake without it is as one that somebody cut it out of.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include "tls_staple.h"
#include "tls_why.h"

/* Clocks differ, and a carrier's server fetches the next word late. One that
 * does not say until when it holds could be replayed for ever. */
enum { CLOCKS_S = 300, ENDLESS_S = 7 * 86400, STATUS_REQUEST = 5 };

#define MALFORMED "malformed"

/* What reads it says what is wrong with it; NULL: nothing. */
struct word {
	OCSP_RESPONSE *response;
	OCSP_BASICRESP *basic;
	X509 *cert, *issuer;                   /* borrowed */
	bool revoked;
	const ASN1_GENERALIZEDTIME *since;     /* in basic */
};

static bool asks_for_it(const X509 *cert)
{
	TLS_FEATURE *features = X509_get_ext_d2i(cert, NID_tlsfeature, NULL,
		NULL);
	bool found = false;

	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		found |= ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features,
			i)) == STATUS_REQUEST;
	TLS_FEATURE_free(features);
	return found;
}

static bool is_about(const OCSP_SINGLERESP *single, const struct word *word)
{
	const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(single);
	ASN1_OBJECT *digest = NULL;
	OCSP_CERTID *wanted;
	bool same;

	/* by the digest that the CA has chosen */
	if (!OCSP_id_get0_info(NULL, &digest, NULL, NULL,
			       (OCSP_CERTID *)id))
		return false;
	wanted = OCSP_cert_to_id(EVP_get_digestbyobj(digest), word->cert,
		word->issuer);
	same = wanted && !OCSP_id_cmp(wanted, id);
	OCSP_CERTID_free(wanted);
	return same;
}

static const char *read_single(struct word *word, OCSP_SINGLERESP *single)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *from = NULL, *until = NULL;
	int status = OCSP_single_get0_status(single, NULL, &revoked, &from,
		&until);

	word->revoked = status == V_OCSP_CERTSTATUS_REVOKED;
	ERR_clear_error();
	/* what was revoked once stays so */
	if (!OCSP_check_validity(from, until, CLOCKS_S, until ||
				 word->revoked ? -1 : ENDLESS_S))
		return ERR_GET_REASON(ERR_peek_last_error()) ==
			OCSP_R_STATUS_NOT_YET_VALID ? "not valid yet" :
			"out of date";
	word->since = revoked;
	return status == V_OCSP_CERTSTATUS_GOOD || word->revoked ? NULL :
		"of a CA that does not know it";
}

static const char *read_basic(struct word *word, SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	X509_STORE *store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));

	if (OCSP_basic_verify(word->basic, chain, store, 0) <= 0)
		return "not signed by its CA";
	for (int i = 0; i < OCSP_resp_count(word->basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(word->basic, i);

		if (is_about(single, word))
			return read_single(word, single);
	}
	return "about another certificate";
}

static const char *read_word(struct word *word, SSL *ssl,
			     const unsigned char *bytes, long size)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	const int depth = sk_X509_num(chain);

	if (depth <= 0)
		return MALFORMED;
	word->cert = sk_X509_value(chain, 0);
	word->issuer = sk_X509_value(chain, depth > 1 ? 1 : 0);
	word->response = d2i_OCSP_RESPONSE(NULL, &bytes, size);
	if (!word->response)
		return MALFORMED;
	if (OCSP_response_status(word->response) !=
	    OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return "of a CA that cannot tell now";
	word->basic = OCSP_response_get1_basic(word->response);
	return word->basic ? read_basic(word, ssl) : MALFORMED;
}

bool tw__staple_admits(struct tw_tls_end *end, SSL *ssl, bool must)
{
	const X509 *cert = SSL_get0_peer_certificate(ssl);
	struct word word = { NULL, NULL, NULL, NULL, false, NULL };
	unsigned char *bytes = NULL;
	long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
	bool asked = cert && asks_for_it(cert);
	const char *fault;

	if (!bytes || size <= 0) {
		if (must || asked)
			tw__why_no_staple(end, asked);
		return !must && !asked;
	}
	fault = read_word(&word, ssl, bytes, size);
	if (!fault && word.revoked)
		tw__why_revoked(end, cert, word.since);
	else if (fault && (must || asked))
		tw__why_bad_staple(end, fault);
	OCSP_BASICRESP_free(word.basic);
	OCSP_RESPONSE_free(word.response);
	ERR_clear_error();
	return fault ? !must && !asked : !word.revoked;
}
