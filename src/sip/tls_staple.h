/**
 * @file src/sip/tls_staple.h  What a server's CA says of it, stapled (OCSP)
 *
 * RFC 6066 section 8: a server brings its CA's signed word that its
 * certificate is not revoked, a few days old at most. It refuses to ask
 * anybody for one.
 */
#ifndef TW_SRC_SIP_TLS_STAPLE_H
#define TW_SRC_SIP_TLS_STAPLE_H

#include <stdbool.h>
#include <openssl/ssl.h>
#include "tls.h"

/* Whether the connection may go on, its chain being verified; else `end` says
 * why. must: not without that word. Without it only a word that says
 * "revoked" refuses: whoever could forge a bad one could leave it out. */
bool tw__staple_admits(struct tw_tls_end *end, SSL *ssl, bool must);

#endif
