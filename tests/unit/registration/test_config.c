/**
 * @file test_config.c  Options that are served and those that are not
 */
#include "fake.h"
#include "base/base.h"

static void refused(const tw_trunk_options *o, tw_status expect,
		    const char *field)
{
	tw_registration *reg = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_status status = tw_registration_new(&reg, o, NULL, &err);

	if (status != expect || strcmp(err.field, field))
		fail_msg("%s expected at \"%s\", got %s at \"%s\": %s",
			tw_status_name(expect), field,
			tw_status_name(status), err.field, err.message);
	assert_null(reg);
	assert_true(err.message[0] != '\0');
	assert_null(strchr(err.message, '\n'));
}

static void registrar(const char *text, tw_status expect)
{
	tw_trunk_options o = fake_options();
	tw_registration *reg = NULL;
	tw_error err = TW_ERROR_INIT;

	o.registrar = text;
	if (expect) {
		refused(&o, expect, "registrar");
		return;
	}
	if (tw_registration_new(&reg, &o, NULL, &err))
		fail_msg("%s: %s", text, err.message);
	tw_registration_free(reg);
}

static void test_registrar(void **state)
{
	char text[400];

	(void)state;
	registrar("sip:carrier.test", TW_OK);
	registrar("SIP:carrier.test:5080;Transport=TCP", TW_OK);
	registrar("sip:[2001:db8::1]:5060;transport=tls", TW_OK);
	registrar("sip:192.0.2.1", TW_OK);
	registrar(NULL, TW_EINVAL);
	registrar("", TW_EINVAL);
	registrar("sip:a\r\nX: y", TW_EINVAL);
	registrar("sip:a\"b", TW_EINVAL);
	registrar("sip:<a>", TW_EINVAL);
	registrar("sips:carrier.test", TW_EUNSUPPORTED);
	registrar("sip:carrier.test;transport=ws", TW_EUNSUPPORTED);
	registrar("sip:carrier.test;lr", TW_EUNSUPPORTED);
	registrar("sip:carrier.test;maddr=192.0.2.1", TW_EUNSUPPORTED);
	registrar("carrier.test", TW_EPARSE);
	registrar("tel:+7495", TW_EPARSE);
	registrar("sip:", TW_EPARSE);
	registrar("sip:;transport=udp", TW_EPARSE);
	registrar("sip:user@carrier.test", TW_EPARSE);
	registrar("sip:carrier.test?a=b", TW_EPARSE);
	registrar("sip:carrier.test:", TW_EPARSE);
	registrar("sip:carrier.test:0", TW_EPARSE);
	registrar("sip:carrier.test:65536", TW_EPARSE);
	registrar("sip:carrier.test:+5", TW_EPARSE);
	registrar("sip:carrier.test:5:6", TW_EPARSE);
	registrar("sip:2001:db8::1", TW_EPARSE);
	registrar("sip:[2001:db8::1", TW_EPARSE);
	registrar("sip:[2001:db8::1]5060", TW_EPARSE);
	registrar("sip:[carrier]", TW_EPARSE);
	registrar("sip:-a", TW_EPARSE);
	registrar("sip:a b", TW_EPARSE);
	registrar("sip:a_b.c-d", TW_OK);
	(void)snprintf(text, sizeof(text), "sip:%0300d", 0);
	registrar(text, TW_EINVAL);
}

/* Whatever was taken leaves the request, and the answer to a challenge, with
 * as many lines and quotes as plain options do. */
static void check_request(const tw_trunk_options *o, const char *local,
			  int byte)
{
	struct fake f;
	unsigned lines = 0, quotes = 0;

	fake_open_with(&f, o);
	assert_int_equal(tw_registration_set_local(f.reg, local, 5060, NULL),
		TW_OK);
	fake_start(&f);
	fake_answer(&f, "401 Unauthorized", o->realm ? "WWW-Authenticate: "
		"Digest realm=\"elsewhere\", nonce=\"n\"\r\n" : fake_401);
	for (const char *c = f.sent; *c; c++) {
		lines += *c == '\n';
		quotes += *c == '"';
		assert_true((*c >= 0x20 && *c < 0x7f) || *c == '\r' ||
			*c == '\n');
	}
	if (lines != (f.sends == 1 ? 12u : 13u) ||
	    quotes != (f.sends == 1 ? 0u : 12u))
		fail_msg("byte %d: %u lines, %u quotes", byte, lines, quotes);
	fake_close(&f);
}

/* Every byte in every text that a header will carry. */
static void test_injection(void **state)
{
	static const size_t field[] = {
		offsetof(tw_trunk_options, user),
		offsetof(tw_trunk_options, auth_user),
		offsetof(tw_trunk_options, realm),
		offsetof(tw_trunk_options, contact_user),
		offsetof(tw_trunk_options, domain),
		offsetof(tw_trunk_options, name),
		offsetof(tw_trunk_options, registrar),
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(field); i++) {
		for (int byte = 1; byte < 256; byte++) {
			tw_trunk_options o = fake_options();
			char text[16];
			const char *p = text;
			tw_registration *reg;

			(void)snprintf(text, sizeof(text), "%sa%cb",
				field[i] == offsetof(tw_trunk_options,
					registrar) ? "sip:" : "", byte);
			memcpy((char *)&o + field[i], &p, sizeof(p));
			if (tw_registration_new(&reg, &o, NULL, NULL)) {
				assert_false((byte >= 'a' && byte <= 'z') ||
					(byte >= '0' && byte <= '9'));
				continue;
			}
			tw_registration_free(reg);
			assert_true(byte >= 0x20 && byte < 0x7f &&
				!strchr("\"\\<>", byte));
			check_request(&o, "192.0.2.7", byte);
		}
	}
}

/* The same for the local address, the password, and the two texts that a
 * host gives with a challenge of its own request. */
static void test_injection_elsewhere(void **state)
{
	static const char refusal[] = "SIP/2.0 401 No\r\nVia: SIP/2.0/UDP a"
		"\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\nCall-ID: c\r\n"
		"CSeq: 1 a%cb\r\nWWW-Authenticate: Digest realm=\"r\", "
		"nonce=\"n\"\r\n\r\n";

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		tw_trunk_options o = fake_options();
		char text[4] = { 'a', (char)byte, 'b', '\0' }, *line;
		char response[sizeof(refusal)];
		struct fake f;
		int l;

		fake_open(&f);
		if (byte && !tw_registration_set_local(f.reg, text, 5060,
				NULL))
			check_request(&o, text, byte);
		l = snprintf(response, sizeof(response), refusal,
			byte ? byte : 'x');
		if (!tw_registration_authorize(&line, f.reg, text, "sip:u",
				response, (size_t)l, NULL)) {
			assert_null(strpbrk(line, "\r\n"));
			tw_free(line);
		}
		l = snprintf(response, sizeof(response), refusal, 'x');
		if (!tw_registration_authorize(&line, f.reg, "axb", text,
				response, (size_t)l, NULL)) {
			assert_null(strpbrk(line, "\r\n\\"));
			assert_non_null(strstr(line, byte ? text : "\"a\""));
			tw_free(line);
		}
		fake_close(&f);
		/* bytes of a password never go out, a line break or NUL is
		 * refused since no carrier gave one */
		o.password = text;
		o.password_size = 3;
		if (!byte || byte == '\r' || byte == '\n')
			refused(&o, TW_EINVAL, "password");
		else
			check_request(&o, "192.0.2.7", byte);
	}
}

static void test_numbers(void **state)
{
	tw_trunk_options o;

	(void)state;
	o = fake_options(); o.expires_s = 59;
	refused(&o, TW_EINVAL, "expires_s");
	o = fake_options(); o.expires_s = 86401;
	refused(&o, TW_EINVAL, "expires_s");
	o = fake_options(); o.digest_min = 0;
	refused(&o, TW_EINVAL, "digest_min");
	o = fake_options(); o.digest_min = 4;
	refused(&o, TW_EINVAL, "digest_min");
	o = fake_options(); o.retry_base_s = 4;
	refused(&o, TW_EINVAL, "retry_base_s");
	o = fake_options(); o.retry_max_s = 29;
	refused(&o, TW_EINVAL, "retry_max_s");
	o = fake_options(); o.retry_max_s = 3601;
	refused(&o, TW_EINVAL, "retry_max_s");
	o = fake_options(); o.refused_tries = 0;
	refused(&o, TW_EINVAL, "refused_tries");
	o = fake_options(); o.refused_tries = 11;
	refused(&o, TW_EINVAL, "refused_tries");
	o = fake_options(); o.refused_probe_s = 1;
	refused(&o, TW_EINVAL, "refused_probe_s");
	o = fake_options(); o.flags = 1u << 31;
	refused(&o, TW_EINVAL, "flags");
}

static void test_texts(void **state)
{
	char long_text[300];
	tw_trunk_options o;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	o = fake_options(); o.name = NULL;
	refused(&o, TW_EINVAL, "name");
	o = fake_options(); o.name = "";
	refused(&o, TW_EINVAL, "name");
	o = fake_options(); o.name = long_text + 235;
	refused(&o, TW_EINVAL, "name");
	o = fake_options(); o.user = NULL;
	refused(&o, TW_EINVAL, "user");
	o = fake_options(); o.user = long_text;
	refused(&o, TW_EINVAL, "user");
	o = fake_options(); o.auth_user = "a:b";
	refused(&o, TW_EINVAL, "auth_user");
	o = fake_options(); o.realm = long_text + 171;
	refused(&o, TW_EINVAL, "realm");
	o = fake_options(); o.contact_user = "a b";
	refused(&o, TW_EINVAL, "contact_user");
	o = fake_options(); o.domain = "a/b";
	refused(&o, TW_EINVAL, "domain");
	o = fake_options(); o.password = NULL;
	refused(&o, TW_EINVAL, "password");
	o = fake_options(); o.password = "a\r\nb"; o.password_size = 4;
	refused(&o, TW_EINVAL, "password");
	o = fake_options(); o.password_size = 1025;
	refused(&o, TW_EINVAL, "password");
}

/* An app of tomorrow with an option that we do not know. */
static void test_newer_caller(void **state)
{
	struct {
		tw_trunk_options o;
		char more[16];
	} big = { fake_options(), "" };
	tw_registration *reg;

	(void)state;
	big.o.size = sizeof(big);
	assert_int_equal(tw_registration_new(&reg, &big.o, NULL, NULL),
		TW_OK);
	tw_registration_free(reg);
	big.more[3] = 1;
	assert_int_equal(tw_registration_new(&reg, &big.o, NULL, NULL),
		TW_EVERSION);
}

static void test_domain(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	o.domain = "carrier.test";
	o.auth_user = "login";
	fake_open_with(&f, &o);
	fake_start(&f);
	assert_non_null(strstr(f.sent, "REGISTER sip:carrier.test SIP/2.0"));
	assert_string_equal(fake_header(&f, "To"),
		"<sip:trunk1@carrier.test>");
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"username=\"login\""));
	assert_non_null(strstr(fake_header(&f, "Authorization"),
		"uri=\"sip:carrier.test\""));
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registrar),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_injection_elsewhere),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_newer_caller),
		cmocka_unit_test(test_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
