/**
 * @file test_tls.c  Which certificates are good enough, and which keys
 */
#include <stdio.h>
#include "certs.h"
#include "context.h"
#include "sip/tls.h"

struct bench {
	struct cert ca, other_ca;
	struct tw_tls_hooks *hooks;
	unsigned ended;
	struct tw_tls_end end;
};

static void ended_h(const struct tw_tls_end *end, void *arg)
{
	struct bench *b = arg;

	b->ended++;
	b->end = *end;
}

static void open_bench(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	assert_int_equal(libre_init(), 0);
	assert_int_equal(tw__tls_hooks_new(&b->hooks, NULL), TW_OK);
	cert_make(&b->ca, &(struct cert_wish){ .common_name = "our ca",
		.is_ca = true });
	cert_make(&b->other_ca, &(struct cert_wish){ .common_name = "other",
		.is_ca = true });
}

static void close_bench(struct bench *b)
{
	tw__tls_hooks_free(b->hooks);
	cert_free(&b->ca);
	cert_free(&b->other_ca);
	libre_close();
	tmr_debug();
	mem_debug();
}

static struct tw_tls *tls_of(struct bench *b, const char *name)
{
	const struct tw_sip_identity identity = { .name = name,
		.ca = b->ca.pem, .ca_size = strlen(b->ca.pem),
		.verify = true };
	const struct tw_tls_owner owner = { ended_h, b };
	struct tw_tls *tls = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw__tls_new(&tls, b->hooks, &identity, &owner, &err))
		fail_msg("%s: %s", err.field, err.message);
	return tls;
}

/* Both ends in memory, without a socket: true when ours is content. */
static bool shake(struct bench *b, const char *name, const struct cert *cert,
		  int version)
{
	struct tw_tls *tls = tls_of(b, name);
	SSL_CTX *there = SSL_CTX_new(TLS_method());
	SSL *client, *server = SSL_new(there);
	struct sa to;
	BIO *one, *two;
	bool good;

	/* made as a connection is, and not one of ours to tell of */
	assert_int_equal(sa_set_str(&to, "127.0.0.1", 5061), 0);
	tw__tls_open_begin(tls, &to);
	client = SSL_new(server_context(tw__tls_re(tls)));
	tw__tls_open_end(tls, true);

	assert_int_equal(BIO_new_bio_pair(&one, 0, &two, 0), 1);
	SSL_set_bio(client, one, one);
	SSL_set_bio(server, two, two);
	SSL_set_security_level(server, 0);
	assert_int_equal(SSL_use_certificate(server, cert->x509), 1);
	assert_int_equal(SSL_use_PrivateKey(server, cert->key), 1);
	assert_int_equal(SSL_set_max_proto_version(server, version), 1);
	for (int i = 0; i < 4; i++) {
		(void)SSL_connect(client);
		(void)SSL_accept(server);
	}
	good = SSL_is_init_finished(client);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(there);
	tw__tls_free(tls);
	return good;
}

static bool good_for(struct bench *b, const char *name,
		     const struct cert_wish *wish)
{
	struct cert cert;
	bool good;

	cert_make(&cert, wish);
	good = shake(b, name, &cert, 0);
	cert_free(&cert);
	return good;
}

static void test_names(void **state)
{
	static const struct { const char *name, *cn, *names; bool good; }
	row[] = {
		{ "r.carrier.test", "x", "DNS:r.carrier.test", true },
		{ "R.Carrier.TEST", "x", "DNS:r.carrier.test", true },
		{ "r.carrier.test.", "x", "DNS:r.carrier.test", true },
		{ "r.carrier.test", "x", "DNS:a.test,DNS:r.carrier.test",
		  true },
		{ "r.carrier.test", "x", "DNS:carrier.test", false },
		{ "carrier.test", "x", "DNS:r.carrier.test", false },
		/* a wildcard is one whole label */
		{ "r.carrier.test", "x", "DNS:*.carrier.test", true },
		{ "a.r.carrier.test", "x", "DNS:*.carrier.test", false },
		{ "carrier.test", "x", "DNS:*.carrier.test", false },
		{ "foo.carrier.test", "x", "DNS:f*.carrier.test", false },
		{ "foo.carrier.test", "x", "DNS:*o.carrier.test", false },
		{ "r.carrier.test", "x", "DNS:r.*.test", false },
		/* RFC 5922 section 7.1: a sip: URI wins, a user's is none */
		{ "carrier.test", "x", "URI:sip:carrier.test", true },
		{ "carrier.test", "x", "URI:SIP:Carrier.test", true },
		{ "carrier.test", "x", "URI:sip:carrier.test,DNS:b.test",
		  true },
		{ "b.test", "x", "URI:sip:carrier.test,DNS:b.test", false },
		{ "carrier.test", "x", "URI:sip:u@carrier.test", false },
		{ "carrier.test", "x", "URI:sip:acarrier.test", false },
		{ "carrier.test", "x", "URI:https://carrier.test,"
		  "DNS:carrier.test", true },
		/* the name of a target is not the name that was asked for */
		{ "carrier.test", "x", "DNS:_sips._tcp.carrier.test", false },
		/* the common name where there is nothing else */
		{ "carrier.test", "carrier.test", NULL, true },
		{ "carrier.test", "carrier.test", "DNS:b.test", false },
		{ "carrier.test", "carrier.test", "IP:127.0.0.1", false },
		{ "carrier.test", "carrier.test", "URI:sip:b.test", false },
		{ "carrier.test", "other.test", NULL, false },
		/* addresses by addresses only */
		{ "127.0.0.1", "x", "IP:127.0.0.1", true },
		{ "127.0.0.2", "x", "IP:127.0.0.1", false },
		{ "127.0.0.1", "x", "DNS:127.0.0.1", false },
		{ "127.0.0.1", "127.0.0.1", NULL, false },
		{ "2001:db8::1", "x", "IP:2001:db8:0::1", true },
		{ "2001:db8::2", "x", "IP:2001:db8::1", false },
	};
	struct bench b;

	(void)state;
	open_bench(&b);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		if (good_for(&b, row[i].name, &(struct cert_wish){
				.common_name = row[i].cn, .names =
				row[i].names, .issuer = &b.ca }) !=
		    row[i].good)
			fail_msg("%s by \"%s\", CN %s: %s", row[i].name,
				row[i].names ? row[i].names : "", row[i].cn,
				row[i].good ? "refused" : "accepted");
	/* nothing is told of connections that we did not open */
	assert_int_equal(b.ended, 0);
	close_bench(&b);
}

static void test_chains(void **state)
{
	struct cert_wish wish = { .common_name = "x", .names = "DNS:a.test" };
	struct cert between;
	struct bench b;

	(void)state;
	open_bench(&b);
	wish.issuer = &b.ca;
	assert_true(good_for(&b, "a.test", &wish));
	wish.from_days = -30;
	wish.to_days = -1;                             /* expired */
	assert_false(good_for(&b, "a.test", &wish));
	wish.from_days = 1;
	wish.to_days = 30;                             /* not yet valid */
	assert_false(good_for(&b, "a.test", &wish));
	wish.from_days = wish.to_days = 0;
	wish.issuer = &b.other_ca;                     /* of an unknown CA */
	assert_false(good_for(&b, "a.test", &wish));
	wish.issuer = NULL;                            /* of nobody */
	assert_false(good_for(&b, "a.test", &wish));
	/* a certificate that is no CA's signs nothing */
	cert_make(&between, &(struct cert_wish){ .common_name = "b",
		.names = "DNS:b.test", .issuer = &b.ca });
	wish.issuer = &between;
	assert_false(good_for(&b, "a.test", &wish));
	cert_free(&between);
	close_bench(&b);
}

static void test_versions(void **state)
{
	struct bench b;
	struct cert cert;

	(void)state;
	open_bench(&b);
	cert_make(&cert, &(struct cert_wish){ .common_name = "x",
		.names = "DNS:a.test", .issuer = &b.ca });
	assert_true(shake(&b, "a.test", &cert, TLS1_3_VERSION));
	assert_true(shake(&b, "a.test", &cert, TLS1_2_VERSION));
	assert_false(shake(&b, "a.test", &cert, TLS1_1_VERSION));
	assert_false(shake(&b, "a.test", &cert, TLS1_VERSION));
	cert_free(&cert);
	close_bench(&b);
}

static void refused(struct bench *b, const struct tw_sip_identity *identity,
		    const char *field, const char *words)
{
	const struct tw_tls_owner owner = { ended_h, b };
	tw_error err = TW_ERROR_INIT;
	struct tw_tls *tls = NULL;

	assert_int_equal(tw__tls_new(&tls, b->hooks, identity, &owner, &err),
		TW_EINVAL);
	assert_null(tls);
	assert_string_equal(err.field, field);
	if (!strstr(err.message, words))
		fail_msg("\"%s\" lacks \"%s\"", err.message, words);
	assert_int_equal(ERR_peek_error(), 0);
}

static void test_refused_files(void **state)
{
	struct tw_sip_identity i = { .name = "a.test", .verify = true };
	char chain[8192];
	struct bench b;

	(void)state;
	open_bench(&b);
	i.ca = "rubbish";
	i.ca_size = 7;
	refused(&b, &i, "ca", "PEM");
	i.ca = b.ca.key_pem;                           /* a key is no CA */
	i.ca_size = strlen(b.ca.key_pem);
	refused(&b, &i, "ca", "BEGIN CERTIFICATE");
	i.ca_size = 0;
	i.cert = "rubbish";
	i.cert_size = 7;
	i.key = b.ca.key_pem;
	i.key_size = strlen(b.ca.key_pem);
	refused(&b, &i, "cert", "ours first");
	i.cert = b.ca.pem;
	i.cert_size = strlen(b.ca.pem);
	i.key = "x";
	i.key_size = 1;
	refused(&b, &i, "key", "without a passphrase");
	i.key = b.other_ca.key_pem;
	i.key_size = strlen(b.other_ca.key_pem);
	refused(&b, &i, "key", "first certificate");
	/* our own must stand first, or the key would not fit */
	(void)snprintf(chain, sizeof(chain), "%s%s", b.other_ca.pem,
		b.ca.pem);
	i.cert = chain;
	i.cert_size = strlen(chain);
	i.key = b.ca.key_pem;
	i.key_size = strlen(b.ca.key_pem);
	refused(&b, &i, "key", "first certificate");
	close_bench(&b);
}

/* A key under a passphrase: refused, and nobody is asked for it. */
static void test_passphrase(void **state)
{
	struct tw_sip_identity i = { .name = "a.test", .verify = true };
	char pem[4096];
	struct bench b;
	BIO *bio;

	(void)state;
	open_bench(&b);
	bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, b.ca.key,
		EVP_aes_128_cbc(), "secret", 6, NULL, NULL), 1);
	cert_text(pem, sizeof(pem), bio);
	i.cert = b.ca.pem;
	i.cert_size = strlen(b.ca.pem);
	i.key = pem;
	i.key_size = strlen(pem);
	refused(&b, &i, "key", "openssl pkey");
	close_bench(&b);
}

static void test_digest(void **state)
{
	const struct tw_sip_identity row[] = {
		{ .name = "a", .verify = true },
		{ .name = "a", .verify = false },
		{ .name = "b", .verify = true },
		{ .name = "a", .ca = "x", .ca_size = 1, .verify = true },
		{ .name = "a", .cert = "x", .cert_size = 1, .verify = true },
		{ .name = "a", .key = "x", .key_size = 1, .verify = true },
		{ .name = "ax", .verify = true },
	};
	uint8_t one[TW_TLS_DIGEST], two[TW_TLS_DIGEST];
	const size_t n = sizeof(row) / sizeof(*row);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(tw__tls_digest(one, &row[i], NULL), TW_OK);
		for (size_t j = 0; j < n; j++) {
			assert_int_equal(tw__tls_digest(two, &row[j], NULL),
				TW_OK);
			assert_int_equal(!memcmp(one, two, sizeof(one)),
				i == j);
		}
	}
}

/* Contexts of others in the process are none of ours. */
static void test_strangers(void **state)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	struct bench b, c;
	SSL *ssl;

	(void)state;
	open_bench(&b);
	open_bench(&c);
	ssl = SSL_new(ctx);
	assert_non_null(ssl);
	SSL_free(ssl);
	close_bench(&c);
	ssl = SSL_new(ctx);
	assert_non_null(ssl);
	close_bench(&b);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	assert_int_equal(b.ended + c.ended, 0);
}

/* Somebody holds a connection beyond the identity: nobody is told. */
static void test_held_beyond(void **state)
{
	struct tw_tls *tls;
	struct bench b;
	struct sa to;
	SSL *ssl;

	(void)state;
	open_bench(&b);
	tls = tls_of(&b, "a.test");
	assert_int_equal(sa_set_str(&to, "192.0.2.1", 5061), 0);
	tw__tls_open_begin(tls, &to);
	ssl = SSL_new(server_context(tw__tls_re(tls)));
	tw__tls_open_end(tls, false);
	tw__tls_free(tls);
	SSL_free(ssl);
	assert_int_equal(b.ended, 0);
	/* opened in vain: the caller knows by the call's own error */
	tls = tls_of(&b, "a.test");
	tw__tls_open_begin(tls, &to);
	ssl = SSL_new(server_context(tw__tls_re(tls)));
	tw__tls_open_end(tls, true);
	SSL_free(ssl);
	assert_int_equal(b.ended, 0);
	tw__tls_open_begin(tls, &to);
	ssl = SSL_new(server_context(tw__tls_re(tls)));
	tw__tls_open_end(tls, false);
	SSL_free(ssl);
	assert_int_equal(b.ended, 1);
	assert_true(sa_cmp(&b.end.address, &to, SA_ALL));
	tw__tls_free(tls);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_passphrase),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_held_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
