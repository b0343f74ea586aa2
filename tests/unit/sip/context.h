/**
 * @file context.h  OpenSSL's context below libre's, on each libre
 */
#ifndef TW_TESTS_SIP_CONTEXT_H
#define TW_TESTS_SIP_CONTEXT_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <re.h>

#if defined(TW_RE_TLS_SSL_CTX) && !defined(TW_RE_TLS_OPENSSL_CONTEXT)
struct ssl_ctx_st *tls_ssl_ctx(const struct tls *tls);
#define server_context tls_ssl_ctx
#else
#define server_context tls_openssl_context
#endif
#ifdef TW_RE_TLS_METHOD_TLS
#define SERVER_METHOD TLS_METHOD_TLS
#else
#define SERVER_METHOD TLS_METHOD_SSLV23
#endif

#endif
