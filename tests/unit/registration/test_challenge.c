/**
 * @file test_challenge.c  Reading and choosing challenges
 */
#include "fake.h"
#include "registration/challenge.h"

struct round {
	struct tw_message msg;
	struct tw_challenge list[TW_CHALLENGES_MAX];
	size_t count;
};

static tw_status read_list(struct round *r, const char *headers)
{
	char text[8192];
	tw_status status;

	(void)snprintf(text, sizeof(text), "SIP/2.0 401 No\r\n"
		"v: SIP/2.0/UDP a\r\nf: <a:b>\r\nt: <a:b>\r\ni: c\r\n"
		"CSeq: 1 REGISTER\r\n%s\r\n", headers);
	assert_int_equal(tw__message_parse(&r->msg, text, strlen(text),
		NULL), TW_OK);
	status = tw__challenge_list(r->list, &r->count, &r->msg,
		TW_HEADER_WWW_AUTHENTICATE, NULL);
	if (status)
		tw__message_free(&r->msg);
	return status;
}

static void done(struct round *r)
{
	tw__message_free(&r->msg);
}

/* Which algorithm is chosen; 0: none, with its status in *status. */
static uint32_t chosen(const char *headers, const char *realm, uint32_t min,
		       tw_status *status)
{
	const struct tw_challenge_policy policy = { realm, min, 0 };
	const struct tw_challenge *c;
	uint32_t algorithm = 0;
	struct round r;

	assert_int_equal(read_list(&r, headers), TW_OK);
	*status = tw__challenge_choose(&c, r.list, r.count, &policy, NULL);
	if (!*status)
		algorithm = c->algorithm;
	done(&r);
	return algorithm;
}

#define W "WWW-Authenticate: "
#define D W "Digest realm=\"r\", nonce=\"n\""

static void test_read(void **state)
{
	struct round r;

	(void)state;
	assert_int_equal(read_list(&r, W "Digest realm=\"a, b \\\" c\",\r\n"
		" nonce = \"n=,\" , opaque=\"\",stale=true,qop=\"auth-int, "
		"AUTH\",algorithm=\"sha-256\", foo=bar\r\n"), TW_OK);
	assert_int_equal(r.count, 1);
	assert_true(tw__str_eq(r.list[0].realm, "a, b \\\" c"));
	assert_true(tw__str_eq(r.list[0].nonce, "n=,"));
	assert_true(r.list[0].has_opaque);
	assert_int_equal(r.list[0].opaque.l, 0);
	assert_true(r.list[0].stale);
	assert_true(r.list[0].qop_auth);
	assert_int_equal(r.list[0].algorithm, TW_DIGEST_SHA256);
	done(&r);
}

static void test_several(void **state)
{
	struct round r;

	(void)state;
	/* in one header and in several, other schemes between them */
	assert_int_equal(read_list(&r, W "Digest realm=\"1\", nonce=\"x\", "
		"Basic realm=\"2\", Negotiate, Bearer abc==, "
		"Digest realm=\"3\",nonce=\"y\"\r\n"
		"Subject: x\r\n" W "Digest nonce=\"z\", realm=\"4\"\r\n"),
		TW_OK);
	assert_int_equal(r.count, 6);
	assert_true(r.list[0].is_digest);
	assert_false(r.list[1].is_digest);
	assert_false(r.list[2].is_digest);
	assert_false(r.list[3].is_digest);
	assert_true(tw__str_eq(r.list[4].realm, "3"));
	assert_true(tw__str_eq(r.list[5].realm, "4"));
	done(&r);
}

static void refused(const char *headers)
{
	struct round r;

	if (read_list(&r, headers) != TW_EPARSE)
		fail_msg("taken: %s", headers);
}

static void test_malformed(void **state)
{
	char text[4096];
	size_t l = 0;

	(void)state;
	refused(W "realm=\"r\", nonce=\"n\"\r\n");
	refused(D "\r\n" W "realm=\"stray\"\r\n");
	refused(W "Digest realm\r\n");
	refused(W "Digest realm=\"a\"b\"\r\n");
	refused(W "Digest realm=a\\\r\n");
	refused(W "Digest realm=\"open\r\n");
	refused(W "\"Digest\" realm=\"r\"\r\n");
	(void)snprintf(text, sizeof(text), W "Digest realm=\"%0128d\"\r\n", 0);
	refused(text);
	(void)snprintf(text, sizeof(text), W "Digest nonce=\"%01024d\"\r\n",
		0);
	refused(text);
	for (unsigned i = 0; i <= TW_CHALLENGES_MAX; i++)
		l += (size_t)snprintf(text + l, sizeof(text) - l, D "\r\n");
	refused(text);
}

static void test_choose(void **state)
{
	tw_status status;

	(void)state;
	assert_int_equal(chosen(D "\r\n", NULL, TW_DIGEST_MD5, &status),
		TW_DIGEST_MD5);
	/* topmost of the strong ones, wherever MD5 stands */
	assert_int_equal(chosen(D ",algorithm=MD5\r\n" D
		",algorithm=SHA-256\r\n" D ",algorithm=SHA-512-256\r\n",
		NULL, TW_DIGEST_MD5, &status), TW_DIGEST_SHA256);
	assert_int_equal(chosen(D ",algorithm=SHA-512-256\r\n" D
		",algorithm=SHA-256\r\n" D "\r\n", NULL, TW_DIGEST_MD5,
		&status), TW_DIGEST_SHA512_256);
	/* an unknown one on top hides nothing */
	assert_int_equal(chosen(D ",algorithm=SHA3-256\r\n" D
		",algorithm=MD5-sess\r\n" D ",algorithm=MD5\r\n", NULL,
		TW_DIGEST_MD5, &status), TW_DIGEST_MD5);
	assert_int_equal(chosen(D ",qop=\"auth-int\",algorithm=SHA-256\r\n" D
		",qop=\"auth\"\r\n", NULL, TW_DIGEST_MD5, &status),
		TW_DIGEST_MD5);
	assert_int_equal(chosen(W "Basic realm=\"r\"\r\n" D "\r\n", "r",
		TW_DIGEST_MD5, &status), TW_DIGEST_MD5);
	assert_int_equal(chosen(D ",algorithm=SHA-256\r\n" W "Digest "
		"realm=\"mine\",nonce=\"n\"\r\n", "mine", TW_DIGEST_MD5,
		&status), TW_DIGEST_MD5);
}

static void test_choose_none(void **state)
{
	tw_status status;

	(void)state;
	assert_int_equal(chosen(D "\r\n", "other", TW_DIGEST_MD5, &status),
		0);
	assert_int_equal(status, TW_EREFUSED);
	assert_int_equal(chosen(D "\r\n", "R", TW_DIGEST_MD5, &status), 0);
	assert_int_equal(status, TW_EREFUSED);
	assert_int_equal(chosen(D "\r\n", NULL, TW_DIGEST_SHA256, &status),
		0);
	assert_int_equal(status, TW_EUNSUPPORTED);
	assert_int_equal(chosen(D ",qop=\"auth-int\"\r\n", NULL,
		TW_DIGEST_MD5, &status), 0);
	assert_int_equal(status, TW_EUNSUPPORTED);
	assert_int_equal(chosen(W "Basic realm=\"r\"\r\n", NULL,
		TW_DIGEST_MD5, &status), 0);
	assert_int_equal(status, TW_EUNSUPPORTED);
	assert_int_equal(chosen("", NULL, TW_DIGEST_MD5, &status), 0);
	assert_int_equal(status, TW_EUNSUPPORTED);
	/* without a nonce or a realm there is nothing to hash */
	assert_int_equal(chosen(W "Digest realm=\"r\"\r\n", NULL,
		TW_DIGEST_MD5, &status), 0);
	assert_int_equal(chosen(W "Digest nonce=\"n\"\r\n", NULL,
		TW_DIGEST_MD5, &status), 0);
}

/* A trunk that has hashes of its password instead of it. */
static void test_choose_by_secret(void **state)
{
	struct tw_challenge_policy policy = { NULL, TW_DIGEST_MD5,
		1u << TW_DIGEST_MD5 };
	const struct tw_challenge *c;
	tw_error err = TW_ERROR_INIT;
	struct round r;

	(void)state;
	assert_int_equal(read_list(&r, D ", algorithm=SHA-512-256\r\n"
		D ", algorithm=SHA-256\r\n" D ", algorithm=MD5\r\n"),
		TW_OK);
	assert_int_equal(tw__challenge_choose(&c, r.list, r.count, &policy,
		&err), TW_OK);
	assert_int_equal(c->algorithm, TW_DIGEST_MD5);
	policy.algorithms = 1u << TW_DIGEST_SHA256 | 1u << TW_DIGEST_MD5;
	assert_int_equal(tw__challenge_choose(&c, r.list, r.count, &policy,
		&err), TW_OK);
	assert_int_equal(c->algorithm, TW_DIGEST_SHA256);
	done(&r);
	assert_int_equal(read_list(&r, D ", algorithm=SHA-512-256\r\n"),
		TW_OK);
	assert_int_equal(tw__challenge_choose(&c, r.list, r.count, &policy,
		&err), TW_EUNSUPPORTED);
	assert_string_equal(err.field, "ha1");
	done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_choose_none),
		cmocka_unit_test(test_choose_by_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
