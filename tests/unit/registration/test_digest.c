/**
 * @file test_digest.c  Authorization lines, against hashlib of Python
 *
 * The vectors were made by Python's hashlib with the user, realm, password
 * and nonce of RFC 7616 section 3.9.1 and a cnonce of 0xab bytes; the same
 * script gives the RFC's own response for its GET.
 */
#include "fake.h"
#include "registration/digest.h"

#define NONCE "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"

static void fill_ab(void *buf, size_t size, void *arg)
{
	(void)arg;
	memset(buf, 0xab, size);
}

static const tw_random random_ab = { sizeof(tw_random), fill_ab, NULL };
static const struct tw_digest_secret mufasa = { "Mufasa",
	"Circle of Life", 14, NULL, NULL, NULL };

static char *line(struct tw_credentials *c, struct tw_nonce_counts *counts)
{
	struct tw_buf out;

	tw__buf_init(&out);
	assert_int_equal(tw__credentials_write(&out, c, counts, &random_ab,
		&mufasa, "REGISTER", "sip:carrier.test", NULL), TW_OK);
	return tw__buf_take(&out);
}

static struct tw_challenge challenge(uint32_t algorithm, bool qop)
{
	struct tw_challenge c;

	memset(&c, 0, sizeof(c));
	c.is_digest = true;
	c.algorithm = algorithm;
	c.qop_offered = c.qop_auth = qop;
	c.realm = tw__str_of("http-auth@example.org");
	c.nonce = tw__str_of(NONCE);
	return c;
}

static void test_vectors(void **state)
{
	static const struct {
		uint32_t algorithm;
		bool qop;
		const char *name, *response;
	} v[] = {
		{ TW_DIGEST_MD5, false, "MD5",
		  "105949b1d23c9d8e840ba339a776b5e3" },
		{ TW_DIGEST_MD5, true, "MD5",
		  "75a5073d1ae00c92a51b6295794c4b1d" },
		{ TW_DIGEST_SHA256, false, "SHA-256", "472ae145af38c48f8e717"
		  "c94e19b065e3605b02fd421d61425de275de021655d" },
		{ TW_DIGEST_SHA256, true, "SHA-256", "492798ebf149dd873d12e8"
		  "e77505226a9e382439bc02c7a4d6e815e8b3eea183" },
		{ TW_DIGEST_SHA512_256, false, "SHA-512-256", "091449c61b83b"
		  "b8d241008b8f6330465e65baed24df23400b418b0f4680d0465" },
		{ TW_DIGEST_SHA512_256, true, "SHA-512-256", "add55c29982b66"
		  "81280afff8057eeaa9a259da1b9ad7f20f7391c0cacd1d9717" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(v); i++) {
		struct tw_challenge c = challenge(v[i].algorithm, v[i].qop);
		struct tw_credentials credentials = { 0 };
		struct tw_nonce_counts counts = { 0 };
		char expect[512], *got;

		assert_int_equal(tw__credentials_set(&credentials, &c, false,
			NULL), TW_OK);
		got = line(&credentials, &counts);
		(void)snprintf(expect, sizeof(expect), "Authorization: "
			"Digest username=\"Mufasa\", realm=\"http-auth@"
			"example.org\", nonce=\"" NONCE "\", uri=\"sip:"
			"carrier.test\", response=\"%s\", algorithm=%s%s",
			v[i].response, v[i].name, v[i].qop ? ", qop=auth, "
			"nc=00000001, cnonce=\"abababababababababababababab"
			"abab\"" : "");
		assert_string_equal(got, expect);
		tw_free(got);
		tw__credentials_free(&credentials);
		tw__nonce_counts_free(&counts);
	}
}

static void test_counts_grow(void **state)
{
	struct tw_challenge c = challenge(TW_DIGEST_MD5, true);
	struct tw_credentials a = { 0 }, b = { 0 };
	struct tw_nonce_counts counts = { 0 };
	char *got;

	(void)state;
	assert_int_equal(tw__credentials_set(&a, &c, false, NULL), TW_OK);
	c.nonce = tw__str_of("other");
	c.has_opaque = true;
	c.opaque = tw__str_of("o\\\"p");
	assert_int_equal(tw__credentials_set(&b, &c, true, NULL), TW_OK);
	for (int i = 1; i <= 20; i++) {
		char nc[20];

		got = line(&a, &counts);
		(void)snprintf(nc, sizeof(nc), "nc=%08x", i);
		assert_non_null(strstr(got, nc));
		tw_free(got);
		got = line(&b, &counts);
		assert_non_null(strstr(got, nc));
		assert_int_equal(strncmp(got, "Proxy-Authorization: ", 21),
			0);
		assert_non_null(strstr(got, ", opaque=\"o\\\"p\""));
		tw_free(got);
	}
	tw__credentials_free(&a);
	tw__credentials_free(&b);
	tw__nonce_counts_free(&counts);
}

/* The table is bounded; the nonce used last is the last to be forgotten. */
static void test_counts_forget(void **state)
{
	struct tw_nonce_counts counts = { 0 };
	struct tw_credentials c = { 0 };
	struct tw_challenge from = challenge(TW_DIGEST_MD5, true);
	char nonce[16], *got;

	(void)state;
	for (unsigned i = 0; i < 3 * TW_NONCE_COUNTS; i++) {
		(void)snprintf(nonce, sizeof(nonce), "n%u", i);
		from.nonce = tw__str_of(nonce);
		assert_int_equal(tw__credentials_set(&c, &from, false, NULL),
			TW_OK);
		tw_free(line(&c, &counts));
	}
	got = line(&c, &counts);
	assert_non_null(strstr(got, "nc=00000002"));
	tw_free(got);
	from.nonce = tw__str_of("n0");
	assert_int_equal(tw__credentials_set(&c, &from, false, NULL), TW_OK);
	got = line(&c, &counts);
	assert_non_null(strstr(got, "nc=00000001"));
	tw_free(got);
	tw__credentials_free(&c);
	tw__nonce_counts_free(&counts);
}

static void next_nonce(struct tw_credentials *c, const char *value)
{
	struct tw_message msg;
	char text[2048];

	(void)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n"
		"v: SIP/2.0/UDP a\r\nf: <a:b>\r\nt: <a:b>\r\ni: c\r\n"
		"CSeq: 1 REGISTER\r\nAuthentication-Info: %s\r\n\r\n", value);
	assert_int_equal(tw__message_parse(&msg, text, strlen(text), NULL),
		TW_OK);
	tw__credentials_next_nonce(c, &msg);
	tw__message_free(&msg);
}

static void test_next_nonce(void **state)
{
	struct tw_challenge from = challenge(TW_DIGEST_MD5, true);
	struct tw_credentials c = { 0 };
	char text[1200];

	(void)state;
	next_nonce(&c, "nextnonce=\"x\"");     /* nothing to replace */
	assert_null(c.realm);
	assert_int_equal(tw__credentials_set(&c, &from, false, NULL), TW_OK);
	next_nonce(&c, "rspauth=\"a\", nextnonce=\"new\", nc=00000001");
	assert_string_equal(c.nonce, "new");
	next_nonce(&c, "nextnonce=bare");
	next_nonce(&c, "nextnonce=\"\"");
	next_nonce(&c, "nextnonce=\"a\\\"");
	next_nonce(&c, "nextnonce");
	(void)snprintf(text, sizeof(text), "nextnonce=\"%01024d\"", 0);
	next_nonce(&c, text);
	assert_string_equal(c.nonce, "new");
	tw__credentials_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_counts_grow),
		cmocka_unit_test(test_counts_forget),
		cmocka_unit_test(test_next_nonce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
