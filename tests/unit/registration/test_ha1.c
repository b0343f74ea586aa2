/**
 * @file test_ha1.c  Hashed passwords, and that they answer like the password
 */
#include "fake.h"
#include "registration/ha1.h"
#include "registration/digest.h"

/* Of trunk1:carrier.test:secret, by Python's hashlib. */
#define MD5    "1e9d14380ffefdae91ddf346bdf2d531"
#define SHA256 "06aa9fdafa580eb88773695fbb82fe05" \
	"b86917958d086a7c403d83deefca1b13"
#define SHA512 "96f82263aa396a2d3b98b98d5751dc16" \
	"02550ebe51f1545077938c4f82d1ef76"

static void refused(const char *text)
{
	struct tw_ha1 *ha1 = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__ha1_read(&ha1, text, &err), TW_EINVAL);
	assert_null(ha1);
	assert_string_equal(err.field, "ha1");
	/* a mistyped secret is still most of one */
	assert_null(strstr(err.message, "0123"));
	assert_null(strstr(err.message, "secret"));
}

static void test_read(void **state)
{
	struct tw_ha1 *ha1;

	(void)state;
	assert_int_equal(tw__ha1_read(&ha1, "md5:0123456789ABCDEF"
		"0123456789abcdef", NULL), TW_OK);
	assert_int_equal(ha1->algorithms, 1u << TW_DIGEST_MD5);
	assert_string_equal(ha1->hex[TW_DIGEST_MD5],
		"0123456789abcdef0123456789abcdef");
	tw__ha1_free(ha1);
	assert_int_equal(tw__ha1_read(&ha1, "SHA-256:" SHA256 ",\r\n MD5:"
		MD5 "\n", NULL), TW_OK);
	assert_int_equal(ha1->algorithms, 1u << TW_DIGEST_MD5 |
		1u << TW_DIGEST_SHA256);
	tw__ha1_free(ha1);
	tw__ha1_free(NULL);
}

static void test_refuse(void **state)
{
	static const char digits[] = "0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef";
	char text[128];

	(void)state;
	refused("");
	refused(" ,\n");
	refused("secret");
	refused(digits);
	refused("MD5");
	refused("MD5:");
	refused("SHA-1:0123456789012345678901234567890123456789");
	refused("MD5-sess:0123456789abcdef0123456789abcdef");
	refused("MD5:0123456789abcdef0123456789abcde");
	refused("MD5:0123456789abcdef0123456789abcdef0");
	refused("MD5:0123456789abcdef0123456789abcdeg");
	refused("SHA-256:0123456789abcdef0123456789abcdef");
	refused("MD5:0123456789abcdef0123456789abcdef,"
		"MD5:0123456789abcdef0123456789abcdef");
	/* no byte but a hex digit goes in anywhere */
	for (int byte = 1; byte < 256; byte++) {
		if (strchr("0123456789abcdefABCDEF, \t\r\n", byte))
			continue;
		(void)snprintf(text, sizeof(text), "MD5:%.31s%c", digits,
			byte);
		refused(text);
		text[5] = (char)byte;
		text[35] = '0';
		refused(text);
	}
}

static const char *answer_of(struct fake *f, const tw_trunk_options *o,
			     const char *algorithm)
{
	char headers[256];

	fake_open_with(f, o);
	fake_start(f);
	(void)snprintf(headers, sizeof(headers), "WWW-Authenticate: Digest "
		"realm=\"carrier.test\", nonce=\"n\", algorithm=%s\r\n",
		algorithm);
	fake_answer(f, "401 No", headers);
	fake_close(f);
	return fake_header(f, "Authorization");
}

static void test_answers_like_the_password(void **state)
{
	static const char *const algorithm[] = { "MD5", "SHA-256",
		"SHA-512-256" };
	tw_trunk_options o = fake_options();
	char by_password[1024];
	struct fake f;

	(void)state;
	o.realm = "carrier.test";
	for (size_t i = 0; i < TW_ARRAY_COUNT(algorithm); i++) {
		o.ha1 = NULL;
		o.password = "secret";
		o.password_size = 6;
		(void)snprintf(by_password, sizeof(by_password), "%s",
			answer_of(&f, &o, algorithm[i]));
		assert_non_null(strstr(by_password, "response="));
		o.ha1 = "MD5:" MD5 ",SHA-256:" SHA256 ",SHA-512-256:" SHA512;
		o.password = NULL;
		o.password_size = 0;
		assert_string_equal(answer_of(&f, &o, algorithm[i]),
			by_password);
		assert_null(strstr(by_password, "secret"));
	}
	/* one hash, another algorithm asked: no answer, and the cause */
	o.ha1 = "MD5:" MD5;
	fake_open_with(&f, &o);
	fake_start(&f);
	fake_answer(&f, "401 No", "WWW-Authenticate: Digest realm=\"carrier."
		"test\", nonce=\"n\", algorithm=SHA-256\r\n");
	assert_int_equal(f.sends, 1);
	assert_int_equal(fake_state(&f), TW_TRUNK_REFUSED);
	assert_non_null(strstr(f.event.reason, "ha1"));
	fake_close(&f);
}

static void option_refused(const tw_trunk_options *o, const char *field)
{
	tw_registration *reg = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_registration_new(&reg, o, NULL, &err),
		TW_EINVAL);
	assert_null(reg);
	assert_string_equal(err.field, field);
}

static void test_options(void **state)
{
	tw_trunk_options o = fake_options();

	(void)state;
	o.ha1 = "MD5:" MD5;
	o.realm = "carrier.test";
	option_refused(&o, "ha1");            /* and a password */
	o.password_size = 0;
	o.realm = NULL;
	option_refused(&o, "realm");
	o.realm = "carrier.test";
	o.ha1 = "secret";
	option_refused(&o, "ha1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_answers_like_the_password),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
