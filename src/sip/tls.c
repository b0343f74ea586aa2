/**
 * @file src/sip/tls.c  TLS under libre: who may answer, and how it ended
 *
 * libre 1.1.0 opens TLS connections for SIP and checks nothing; 2.0.1 and
 * 4.x check, each in its own way, and none tells why a handshake failed. So
 * all of it is done here, on the SSL_CTX below libre's struct tls and the
 * same on all versions: chain, name, server name indication, least version.
 *
 * Names are matched by RFC 5922 section 7.1: a sip: URI among the alternative
 * names, else a DNS name, and the common name only where there are none of
 * these. Against its section 7.2 a wildcard that stands for one whole label
 * is accepted, since carriers use them; a partial one is not.
 *
 * libre tells nobody that a connection is gone before the first response
 * came over it. OpenSSL does: ex_data is freed with each SSL, whatever ended
 * it, and also when TCP alone was refused, because libre makes the SSL first.
 */
#include <string.h>
#include <strings.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <trunkwise/sys/alloc.h>
#include "tls.h"
#include "tls_papers.h"
#include "tls_staple.h"
#include "tls_why.h"

enum { NAME_SIZE = 256, SPEAK_MS = 3000 };

struct tw_tls_hooks {
	int index;                     /* of ex_data of each SSL */
	X509_STORE *system;            /* NULL: not wanted yet */
};

struct tw_tls {
	struct tw_tls_hooks *hooks;
	struct tw_tls_owner owner;
	struct tls *re;
	SSL_CTX *ctx;                  /* of re */
	char name[NAME_SIZE];
	bool is_address;               /* the name is an IP address */
	bool verify;
	bool must_staple;
	STACK_OF(X509_CRL) *crls;      /* NULL: revocation is not looked at */
	const struct sa *opening;      /* NULL: not by us */
	struct list links;
	tw_time until;
};

/* One connection; lives as long as its SSL. */
struct link {
	struct le le;
	struct tw_tls *tls;
	SSL *ssl;
	bool ours;                     /* opened by us, to the address */
	bool fresh;                    /* in the send that is under way */
	bool up;
	bool asked;                    /* for a certificate of ours */
	bool heard;                    /* something within TLS */
	bool spoke;                    /* and it was SIP */
	struct tmr timer;              /* until it has to be */
	uint64_t begun;                /* libre's ms */
	struct tw_tls_end end;
};

/* Who opens a connection on this thread now, for as long as the call lasts:
 * other threads may make SSLs of their own meanwhile. */
static _Thread_local struct tw_tls *opener;

#ifdef TW_RE_TLS_SSL_CTX
/* 3.x and 4.x export it and declare it in a header that is not installed. */
struct ssl_ctx_st *tls_ssl_ctx(const struct tls *tls);
#endif

#ifdef TW_RE_TLS_METHOD_TLS
#define ANY_TLS TLS_METHOD_TLS
#else
#define ANY_TLS TLS_METHOD_SSLV23      /* the same under an older name */
#endif

static SSL_CTX *context_of(const struct tls *re)
{
#if defined(TW_RE_TLS_OPENSSL_CONTEXT)
	return tls_openssl_context(re);
#elif defined(TW_RE_TLS_SSL_CTX)
	return tls_ssl_ctx(re);
#else
	(void)re;
	return NULL;
#endif
}

static struct link *link_of(const SSL *ssl)
{
	const struct tw_tls *tls = SSL_CTX_get_app_data(
		SSL_get_SSL_CTX(ssl));

	return tls ? SSL_get_ex_data(ssl, tls->hooks->index) : NULL;
}

/* ---- whom to trust ---- */

/* "sip:carrier.test"; with a user it is somebody's, not the domain's. */
static bool is_sip_uri(const ASN1_STRING *uri)
{
	return ASN1_STRING_length(uri) > 4 && !strncasecmp("sip:",
		(const char *)ASN1_STRING_get0_data(uri), 4);
}

static bool uri_names(const ASN1_STRING *uri, const char *name)
{
	const char *text = (const char *)ASN1_STRING_get0_data(uri) + 4;
	size_t size = (size_t)ASN1_STRING_length(uri) - 4;

	return size == strlen(name) && !strncasecmp(text, name, size);
}

static bool is_for(X509 *cert, const struct tw_tls *tls)
{
	unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	bool uris = false, found = false;
	GENERAL_NAMES *names;

	if (tls->is_address)
		return X509_check_ip_asc(cert, tls->name, 0) == 1;
	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *one = sk_GENERAL_NAME_value(names, i);

		if (one->type != GEN_URI || !is_sip_uri(one->d.ia5))
			continue;
		uris = true;
		found |= uri_names(one->d.ia5, tls->name);
	}
	if (names)
		flags |= X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
	GENERAL_NAMES_free(names);
	if (uris)
		return found;
	return X509_check_host(cert, tls->name, 0, flags, NULL) == 1;
}

/* Every certificate of the chain needs a list of its issuer's, in force today:
 * a missing one may be missing because somebody took it away. */
static int verify_chain(X509_STORE_CTX *ctx, const struct tw_tls *tls)
{
	if (tls && tls->crls) {
		X509_STORE_CTX_set0_crls(ctx, tls->crls);
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_CRL_CHECK |
			X509_V_FLAG_CRL_CHECK_ALL);
	}
	return X509_verify_cert(ctx);
}

/* In place of OpenSSL's own, and not beside it as SSL_set_verify() has it:
 * that one libre sets anew for each connection. */
static int verify_h(X509_STORE_CTX *ctx, void *arg)
{
	struct link *link = link_of(X509_STORE_CTX_get_ex_data(ctx,
		SSL_get_ex_data_X509_STORE_CTX_idx()));
	X509 *cert = X509_STORE_CTX_get0_cert(ctx);

	(void)arg;
	if (link && !link->tls->verify)
		return 1;
	if (verify_chain(ctx, link ? link->tls : NULL) != 1) {
		if (link)
			tw__why_not_chain(&link->end, ctx, link->tls->crls);
		return 0;
	}
	if (link && is_for(cert, link->tls))
		return 1;
	if (link)
		tw__why_not_name(&link->end, cert, link->tls->name);
	X509_STORE_CTX_set_error(ctx, X509_V_ERR_HOSTNAME_MISMATCH);
	return 0;
}

/* Once the chain is verified, whether a word of the CA came or not. */
static int staple_h(SSL *ssl, void *arg)
{
	struct link *link = link_of(ssl);

	(void)arg;
	if (SSL_is_server(ssl))
		return SSL_TLSEXT_ERR_NOACK;
	return !link || tw__staple_admits(&link->end, ssl,
		link->tls->must_staple);
}

/* ---- what goes on ---- */

static tw_time time_of(const ASN1_TIME *when)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;

	if (!epoch || !ASN1_TIME_diff(&days, &seconds, epoch, when))
		days = seconds = 0;
	ASN1_TIME_free(epoch);
	return ((tw_time)days * 86400 + seconds) * 1000000;
}

static void info_h(const SSL *ssl, int where, int ret)
{
	struct link *link = link_of(ssl);
	const X509 *cert;

	if (!link)
		return;
	if ((where & SSL_CB_HANDSHAKE_START) && !link->up &&
	    !SSL_is_server(ssl) && !link->tls->is_address)
		(void)SSL_set_tlsext_host_name(link->ssl, link->tls->name);
	else if (where & SSL_CB_HANDSHAKE_DONE) {
		link->up = true;
		cert = SSL_get0_peer_certificate(ssl);
		if (cert)
			link->tls->until = time_of(X509_get0_notAfter(cert));
	}
	else if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT)
		tw__why_alert(&link->end, ret & 0xff);
	else if ((where & SSL_CB_EXIT) && ret <= 0)
		tw__why_error(&link->end, ERR_peek_last_error());
}

/* The server wants a certificate; which one, the context knows. */
static int asked_h(SSL *ssl, void *arg)
{
	struct link *link = link_of(ssl);

	(void)arg;
	if (link)
		link->asked = !SSL_is_server(ssl);
	return 1;
}

/* libre waits without end for the rest of what it takes for a message. */
static void strange_h(void *arg)
{
	struct link *link = arg;
	struct tw_tls_end end = link->end;

	tw__why_strange(&end, NULL, 0);
	end.stands = true;
	link->heard = false;           /* the next request is another try */
	link->tls->owner.ended(&end, link->tls->owner.arg);
}

/* TLS 1.3 says the type of a record within it. */
static void record_h(int is_written, int version, int type, const void *data,
		     size_t size, SSL *ssl, void *arg)
{
	const int told = SSL_version(ssl) >= TLS1_3_VERSION ?
		SSL3_RT_INNER_CONTENT_TYPE : SSL3_RT_HEADER;
	struct link *link;

	(void)version;
	(void)arg;
	if (is_written || type != told || !size ||
	    *(const unsigned char *)data != SSL3_RT_APPLICATION_DATA)
		return;
	link = link_of(ssl);
	if (!link)
		return;
	if (link->ours && !link->heard && !link->spoke)
		tmr_start(&link->timer, SPEAK_MS, strange_h, link);
	link->heard = true;
}

/* Whose connection that is. Since OpenSSL 3.2 it does not know its context
 * yet when it is made; those that we open are known by who opens one, and
 * those that come to us have nothing verified. */
static struct tw_tls *owner_of(const SSL *ssl,
			       const struct tw_tls_hooks *hooks)
{
	SSL_CTX *ctx = ssl ? SSL_get_SSL_CTX(ssl) : NULL;
	struct tw_tls *tls;

	if (!ctx)
		tls = ssl ? opener : NULL;
	else
		tls = SSL_CTX_get_info_callback(ctx) == info_h ?
			SSL_CTX_get_app_data(ctx) : NULL;
	return tls && tls->hooks == hooks ? tls : NULL;
}

/* Called for each SSL of the process, on its thread: ours are told by their
 * context's own handler, and the port's by its hooks. */
static void new_h(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int index,
		  long argl, void *argp)
{
	struct tw_tls *tls = owner_of(parent, argp);
	struct link *link;

	(void)ptr;
	(void)argl;
	if (!tls)
		return;
	link = tw_calloc(1, sizeof(*link));
	/* one that is unknown is trusted by nobody: see verify_h() */
	if (!link || !CRYPTO_set_ex_data(ad, index, link)) {
		tw_free(link);
		return;
	}
	link->tls = tls;
	link->ssl = parent;
	link->begun = tmr_jiffies();
	tmr_init(&link->timer);
	if (tls->opening) {
		link->ours = link->fresh = true;
		link->end.address = *tls->opening;
	}
	list_append(&tls->links, &link->le, link);
}

static void free_h(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int index,
		   long argl, void *argp)
{
	struct link *link = ptr;

	(void)ad;
	(void)index;
	(void)argl;
	(void)argp;
	if (!link)
		return;
	list_unlink(&link->le);
	tmr_cancel(&link->timer);
	if (link->ours) {
		/* in TLS 1.3 a server judges our certificate when we think
		 * that all is done, and its last words are often lost */
		if (link->asked && link->up && !link->heard &&
		    SSL_version(parent) >= TLS1_3_VERSION)
			tw__why_certificate(&link->end);
		if (link->up && !link->spoke && link->heard)
			tw__why_strange(&link->end, NULL, 0);
		tw__why_closed(&link->end, link->up, link->spoke);
		link->tls->owner.ended(&link->end, link->tls->owner.arg);
	}
	tw_free(link);
}

tw_status tw__tls_hooks_new(struct tw_tls_hooks **out, tw_error *err)
{
	struct tw_tls_hooks *hooks = tw_calloc(1, sizeof(*hooks));

	if (!hooks)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	hooks->index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, hooks,
		new_h, NULL, free_h);
	if (hooks->index < 0) {
		tw_free(hooks);
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	}
	*out = hooks;
	return TW_OK;
}

void tw__tls_hooks_free(struct tw_tls_hooks *hooks)
{
	if (!hooks)
		return;
	(void)CRYPTO_free_ex_index(CRYPTO_EX_INDEX_SSL, hooks->index);
	X509_STORE_free(hooks->system);
	tw_free(hooks);
}

/* ---- an identity ---- */

static tw_status configure(struct tw_tls *tls,
			   const struct tw_sip_identity *identity,
			   tw_error *err)
{
	SSL_CTX *ctx = tls->ctx;
	tw_status status;

	/* a server, where a carrier calls back, must see a certificate too */
	SSL_CTX_set_verify(ctx, tls->verify ? SSL_VERIFY_PEER |
		SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify_h, NULL);
	SSL_CTX_set_app_data(ctx, tls);
	SSL_CTX_set_info_callback(ctx, info_h);
	SSL_CTX_set_cert_cb(ctx, asked_h, NULL);
	SSL_CTX_set_msg_callback(ctx, record_h);
	/* no session is taken up again: each handshake shows certificates */
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
		SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
	if (!SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION))
		return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
			"this OpenSSL has no TLS 1.2");
#ifdef TW_RE_TLS_VERIFY
	if (!tls->verify)
		tls_disable_verify_server(tls->re);
#endif
	if (tls->verify) {
		(void)SSL_CTX_set_tlsext_status_type(ctx,
			TLSEXT_STATUSTYPE_ocsp);
		(void)SSL_CTX_set_tlsext_status_cb(ctx, staple_h);
	}
	status = tls->verify ? tw__tls_set_ca(ctx, &tls->hooks->system,
		identity, err) : TW_OK;
	if (!status && identity->crl_size)
		status = tw__tls_read_crls(&tls->crls, identity, err);
	if (!status && identity->cert_size)
		status = tw__tls_set_ours(ctx, identity, err);
	ERR_clear_error();
	return status;
}

tw_status tw__tls_new(struct tw_tls **out, struct tw_tls_hooks *hooks,
		      const struct tw_sip_identity *identity,
		      const struct tw_tls_owner *owner, tw_error *err)
{
	struct tw_tls *tls = tw_calloc(1, sizeof(*tls));
	size_t size = strlen(identity->name);
	tw_status status;
	struct sa address;

	if (!tls)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	tls->hooks = hooks;
	tls->owner = *owner;
	tls->verify = identity->verify;
	tls->must_staple = identity->must_staple;
	/* config.c refuses longer ones; a last dot is DNS's, not TLS's */
	(void)snprintf(tls->name, sizeof(tls->name), "%s", identity->name);
	if (size > 1 && size < NAME_SIZE && tls->name[size - 1] == '.')
		tls->name[size - 1] = '\0';
	tls->is_address = !sa_set_str(&address, tls->name, 0);
	if (tls_alloc(&tls->re, ANY_TLS, NULL, NULL)) {
		tw_free(tls);
		return tw__sip_fail(err, TW_ENOMEM, "", "no TLS context");
	}
	tls->ctx = context_of(tls->re);
	status = tls->ctx ? configure(tls, identity, err) :
		tw__sip_fail(err, TW_EUNSUPPORTED, "registrar", "this build "
			"of libre lends no OpenSSL context, so that nothing "
			"could be verified; use another libre");
	if (status)
		tw__tls_free(tls);
	else
		*out = tls;
	return status;
}

void tw__tls_free(struct tw_tls *tls)
{
	if (!tls)
		return;
	/* a host may still hold a connection by a message of it */
	while (tls->links.head) {
		struct link *link = tls->links.head->data;

		(void)SSL_set_ex_data(link->ssl, tls->hooks->index, NULL);
		list_unlink(&link->le);
		tmr_cancel(&link->timer);
		tw_free(link);
	}
	if (tls->ctx)
		SSL_CTX_set_app_data(tls->ctx, NULL);
	(void)mem_deref(tls->re);
	sk_X509_CRL_pop_free(tls->crls, X509_CRL_free);
	tw_free(tls);
}

struct tls *tw__tls_re(const struct tw_tls *tls)
{
	return tls->re;
}

tw_status tw__tls_digest(uint8_t out[TW_TLS_DIGEST],
			 const struct tw_sip_identity *identity,
			 tw_error *err)
{
	const struct { const void *data; size_t size; } part[] = {
		{ identity->name, strlen(identity->name) },
		{ identity->ca, identity->ca_size },
		{ identity->crl, identity->crl_size },
		{ identity->cert, identity->cert_size },
		{ identity->key, identity->key_size },
		{ identity->verify ? "y" : "n", 1 },
		{ identity->must_staple ? "y" : "n", 1 },
	};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);

	/* with sizes between, no two lists of parts run into each other */
	for (size_t i = 0; good && i < sizeof(part) / sizeof(*part); i++)
		good = EVP_DigestUpdate(ctx, &part[i].size,
				sizeof(part[i].size)) &&
			EVP_DigestUpdate(ctx, part[i].data, part[i].size);
	good = good && EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	return good ? TW_OK : tw__sip_fail(err, TW_ENOMEM, "", "no memory");
}

void tw__tls_wipe(void *data, size_t size)
{
	OPENSSL_cleanse(data, size);
}

void tw__tls_open_begin(struct tw_tls *tls, const struct sa *address)
{
	tls->opening = address;
	opener = tls;
}

void tw__tls_open_end(struct tw_tls *tls, bool failed)
{
	struct le *le;

	tls->opening = NULL;
	opener = NULL;
	for (le = tls->links.head; le; le = le->next) {
		struct link *link = le->data;

		link->ours &= !(link->fresh && failed);
		link->fresh = false;
	}
}

void tw__tls_spoke(struct tw_tls *tls, const struct sa *address)
{
	struct le *le;

	for (le = tls->links.head; le; le = le->next) {
		struct link *link = le->data;

		if (link->spoke || !link->ours ||
		    !sa_cmp(&link->end.address, address, SA_ALL))
			continue;
		link->spoke = true;
		link->end.reason[0] = '\0';    /* of what was strange */
		tmr_cancel(&link->timer);
	}
}

void tw__tls_strange(struct tw_tls *tls, const struct sa *address,
		     const void *data, size_t size)
{
	struct le *le;

	for (le = tls->links.head; le; le = le->next) {
		struct link *link = le->data;

		if (link->spoke || !link->ours ||
		    !sa_cmp(&link->end.address, address, SA_ALL))
			continue;
		tw__why_strange(&link->end, data, size);
		tmr_start(&link->timer, 0, strange_h, link);
	}
}

bool tw__tls_has(const struct tw_tls *tls, const struct sa *address)
{
	struct le *le;

	for (le = tls->links.head; le; le = le->next) {
		const struct link *link = le->data;

		if (link->ours && sa_cmp(&link->end.address, address, SA_ALL))
			return true;
	}
	return false;
}

bool tw__tls_is_stuck(const struct tw_tls *tls, const struct sa *address,
		      uint64_t ms)
{
	uint64_t now = tmr_jiffies();
	bool stuck = false;
	struct le *le;

	for (le = tls->links.head; le; le = le->next) {
		const struct link *link = le->data;

		if (link->up)
			return false;
		stuck |= link->ours && now >= link->begun + ms &&
			sa_cmp(&link->end.address, address, SA_ALL);
	}
	return stuck;
}

tw_time tw__tls_until(const struct tw_tls *tls)
{
	return tls->until;
}
