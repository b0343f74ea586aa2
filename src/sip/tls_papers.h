/**
 * @file src/sip/tls_papers.h  What CAs, lists, certificates and keys hold
 */
#ifndef TW_SRC_SIP_TLS_PAPERS_H
#define TW_SRC_SIP_TLS_PAPERS_H

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include "port.h"

/* Trusts the identity's CAs, or those of the system; *system keeps these for
 * all identities, NULL at first. */
tw_status tw__tls_set_ca(SSL_CTX *ctx, X509_STORE **system,
			 const struct tw_sip_identity *identity,
			 tw_error *err);

/* Shows the identity's certificate, its chain and has its key. */
tw_status tw__tls_set_ours(SSL_CTX *ctx,
			   const struct tw_sip_identity *identity,
			   tw_error *err);

/* New, one list at least; what follows the last one is passed over. */
tw_status tw__tls_read_crls(STACK_OF(X509_CRL) **out,
			    const struct tw_sip_identity *identity,
			    tw_error *err);

#endif
