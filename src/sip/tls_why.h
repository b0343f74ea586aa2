/**
 * @file src/sip/tls_why.h  Why a TLS connection came to nothing, in words
 *
 * Decides what a person is told and whether trying again at once could help.
 * It refuses to know whose connection it is. The first cause told stays: what
 * follows from it is noise.
 */
#ifndef TW_SRC_SIP_TLS_WHY_H
#define TW_SRC_SIP_TLS_WHY_H

#include <openssl/x509.h>
#include "tls.h"

/* The chain of certificates does not lead to a CA that is trusted, today, or
 * one of it is not known to be in force: crls, NULL where nobody looks. */
void tw__why_not_chain(struct tw_tls_end *end, X509_STORE_CTX *ctx,
		       STACK_OF(X509_CRL) *crls);
/* It does, but it is somebody else's. */
void tw__why_not_name(struct tw_tls_end *end, const X509 *cert,
		      const char *name);
/* So its CA says itself, since then. */
void tw__why_revoked(struct tw_tls_end *end, const X509 *cert,
		     const ASN1_TIME *since);
/* Its CA's word was asked for and did not come; asked: by the certificate
 * itself. It came, and has a fault. */
void tw__why_no_staple(struct tw_tls_end *end, bool asked);
void tw__why_bad_staple(struct tw_tls_end *end, const char *fault);
/* What the other side said last, RFC 8446 section 6. */
void tw__why_alert(struct tw_tls_end *end, int alert);
/* What OpenSSL said last, 0: nothing. */
void tw__why_error(struct tw_tls_end *end, unsigned long error);
/* It was asked for, and that was the end; nobody said that it was why. */
void tw__why_certificate(struct tw_tls_end *end);
/* Something came over it, and no SIP; it begins so, where that is known. */
void tw__why_strange(struct tw_tls_end *end, const void *data, size_t size);
/* spoke: SIP came over it. */
void tw__why_closed(struct tw_tls_end *end, bool up, bool spoke);

#endif
