/**
 * @file test_identity.c  Only approved numbers, and nothing unescaped
 */
#include "fake.h"
#include <trunkwise/identity.h>
#include "base/base.h"

static const char *const approved[] = { "78432000001", "78432000002" };

static tw_identity_request request(void)
{
	tw_identity_request r = TW_IDENTITY_REQUEST_INIT;

	r.domain = "carrier.test";
	r.number = "78432000001";
	r.approved = approved;
	r.approved_count = 2;
	return r;
}

static tw_leg_identity made(const tw_identity_request *r)
{
	tw_leg_identity out = TW_LEG_IDENTITY_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_identity_make(&out, r, &err))
		fail_msg("%s: %s", err.field, err.message);
	return out;
}

static void test_own_calls(void **state)
{
	tw_identity_request r = request();
	tw_leg_identity out;

	(void)state;
	r.caller_name = "Showroom \xd0\x9a";
	out = made(&r);
	assert_string_equal(out.from_uri, "sip:+78432000001@carrier.test");
	assert_string_equal(out.from_name, "Showroom \xd0\x9a");
	assert_string_equal(out.headers, "");
	r.style = TW_IDENTITY_PAI;
	out = made(&r);
	assert_string_equal(out.headers, "P-Asserted-Identity: "
		"<sip:+78432000001@carrier.test>\r\n");
	/* hidden from the called one, known to the carrier */
	r.flags = TW_IDENTITY_PRIVATE;
	r.style = TW_IDENTITY_PPI;
	out = made(&r);
	assert_string_equal(out.from_uri,
		"sip:anonymous@anonymous.invalid");
	assert_string_equal(out.from_name, "Anonymous");
	assert_string_equal(out.headers, "P-Preferred-Identity: "
		"<sip:+78432000001@carrier.test>\r\nPrivacy: id\r\n");
	r.domain = "2001:db8::1";
	r.number = "78432000002";
	r.flags = 0;
	assert_string_equal(made(&r).from_uri,
		"sip:+78432000002@[2001:db8::1]");
}

static void test_not_approved(void **state)
{
	tw_identity_request r = request();
	tw_leg_identity out = TW_LEG_IDENTITY_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	r.number = "78432000003";
	assert_int_equal(tw_identity_make(&out, &r, &err), TW_EREFUSED);
	assert_string_equal(err.field, "number");
	assert_string_equal(out.from_uri, "");
	/* nobody approved is nobody, not everybody; prefixes are others */
	r = request();
	r.approved_count = 0;
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EREFUSED);
	r = request();
	r.number = "7843200000";
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EREFUSED);
	/* a forwarded caller does not lend us his number */
	r = request();
	r.flags = TW_IDENTITY_FORWARDED;
	r.forward = TW_FORWARD_DIVERSION;
	r.number = r.caller = "74950000000";
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EREFUSED);
}

static void test_forwarded(void **state)
{
	tw_identity_request r = request();
	tw_leg_identity out;

	(void)state;
	r.flags = TW_IDENTITY_FORWARDED;
	r.caller = "+79170000001";
	r.caller_name = "Ivan";
	out = made(&r);
	assert_string_equal(out.from_uri, "sip:+78432000001@carrier.test");
	assert_string_equal(out.from_name, "+79170000001");
	assert_string_equal(out.headers, "");
	r.forward = TW_FORWARD_DIVERSION;
	r.style = TW_IDENTITY_PAI;
	r.reason = "no-answer";
	out = made(&r);
	assert_string_equal(out.from_uri, "sip:+79170000001@carrier.test");
	assert_string_equal(out.from_name, "Ivan");
	assert_string_equal(out.headers, "P-Asserted-Identity: "
		"<sip:+78432000001@carrier.test>\r\nDiversion: "
		"<sip:+78432000001@carrier.test>;reason=no-answer;counter=1"
		"\r\n");
	/* who hid himself stays hidden, in each rule */
	r.flags |= TW_IDENTITY_PRIVATE;
	r.reason = NULL;
	out = made(&r);
	assert_string_equal(out.from_uri,
		"sip:anonymous@anonymous.invalid");
	assert_null(strstr(out.headers, "9170000001"));
	assert_non_null(strstr(out.headers, "Privacy: id\r\n"));
	assert_non_null(strstr(out.headers, ";reason=unknown;"));
	r.forward = TW_FORWARD_OWN;
	out = made(&r);
	assert_string_equal(out.from_uri, "sip:+78432000001@carrier.test");
	assert_string_equal(out.from_name, "");
}

/* The caller's header goes on, as far as it is known words. */
static void test_privacy_is_kept(void **state)
{
	static const struct { const char *in, *kept; bool hides; } table[] = {
		{ "id", "id", true }, { "user;id", "user;id", true },
		{ "ID ; Critical", "id;critical", true },
		{ "header,session", "header;session", true },
		{ "none", "none", false }, { "none;id", "none;id", false },
		{ "history", "history", false },
		{ "id;id;id;x;yy;id", "id", true },
		{ "none;header;session;user;id;history;critical",
			"none;header;session;user;id;history;critical",
			false },
	};
	static const char *const nothing[] = { NULL, "", ";;", "idx", "i",
		"\r\nX: y", "\xd0\xb6", " \t, ;" };
	tw_identity_request r = request();
	char line[96];

	(void)state;
	r.flags = TW_IDENTITY_FORWARDED;
	r.forward = TW_FORWARD_DIVERSION;
	r.caller = "79170000001";
	for (size_t i = 0; i < TW_ARRAY_COUNT(table); i++) {
		r.privacy = table[i].in;
		assert_int_equal(tw_identity_hides(r.privacy),
			table[i].hides);
		assert_string_equal(made(&r).from_uri, table[i].hides ?
			"sip:anonymous@anonymous.invalid" :
			"sip:+79170000001@carrier.test");
		(void)snprintf(line, sizeof(line), "Privacy: %s\r\n",
			table[i].kept);
		assert_non_null(strstr(made(&r).headers, line));
	}
	for (size_t i = 0; i < TW_ARRAY_COUNT(nothing); i++) {
		r.privacy = nothing[i];
		assert_int_equal(tw_identity_hides(r.privacy), 0);
		assert_null(strstr(made(&r).headers, "Privacy"));
	}
	/* under the other rule as well, and of our own calls */
	r.privacy = "id";
	r.forward = TW_FORWARD_OWN;
	assert_string_equal(made(&r).from_name, "");
	assert_string_equal(made(&r).headers, "Privacy: id\r\n");
	r.flags = 0;
	assert_string_equal(made(&r).from_uri,
		"sip:anonymous@anonymous.invalid");
	/* anonymous by a number that is none: that hides too */
	r.flags = TW_IDENTITY_FORWARDED;
	r.forward = TW_FORWARD_DIVERSION;
	r.caller = "anonymous";
	r.privacy = "none";
	assert_non_null(strstr(made(&r).headers, "Privacy: id\r\n"));
}

/* What strangers write fails no call and passes nothing. */
static void test_strangers(void **state)
{
	static const char *const callers[] = { NULL, "", "anonymous",
		"+7917\r\nX: y", "7917@evil", "1234567890123456", "+",
		"<sip:a>", "7917;x=y", "++7917", "\xd0\xb6" };
	static const struct { const char *in, *out; } names[] = {
		{ "a\"b\\c<d>\r\nVia: x", "abcdVia: x" },
		{ "\xff\xfe", "" }, { "", "" }, { "\xd0\xb6", "\xd0\xb6" },
	};
	char name[200];
	tw_identity_request r = request();

	(void)state;
	r.flags = TW_IDENTITY_FORWARDED;
	for (size_t i = 0; i < TW_ARRAY_COUNT(callers); i++) {
		r.caller = callers[i];
		r.forward = TW_FORWARD_OWN;
		assert_string_equal(made(&r).from_name, "");
		r.forward = TW_FORWARD_DIVERSION;
		assert_string_equal(made(&r).from_uri,
			"sip:anonymous@anonymous.invalid");
	}
	r.caller = "79170000001";
	for (size_t i = 0; i < TW_ARRAY_COUNT(names); i++) {
		r.caller_name = names[i].in;
		assert_string_equal(made(&r).from_name, names[i].out);
	}
	/* cut within bounds, between letters */
	for (size_t i = 0; i < 198; i += 2)
		memcpy(name + i, "\xd0\xb6", 3);
	r.caller_name = name;
	assert_true(strlen(made(&r).from_name) <= 95);
	assert_int_equal(strlen(made(&r).from_name) % 2, 0);
}

static void test_arguments(void **state)
{
	static const struct { const char *field; size_t at; uint32_t value; }
	bad[] = {
		{ "flags", offsetof(tw_identity_request, flags), 4 },
		{ "style", offsetof(tw_identity_request, style), 0 },
		{ "style", offsetof(tw_identity_request, style), 4 },
		{ "forward", offsetof(tw_identity_request, forward), 0 },
		{ "forward", offsetof(tw_identity_request, forward), 3 },
	};
	tw_identity_request r;
	tw_leg_identity out = TW_LEG_IDENTITY_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		r = request();
		memcpy((char *)&r + bad[i].at, &bad[i].value, 4);
		assert_int_equal(tw_identity_make(&out, &r, &err), TW_EINVAL);
		assert_string_equal(err.field, bad[i].field);
	}
	r = request();
	r.domain = "a\r\nb";
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EINVAL);
	r.domain = NULL;
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EINVAL);
	r = request();
	r.number = "+7843";
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EINVAL);
	r = request();
	r.reason = "a b";
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EINVAL);
	r = request();
	r.approved = NULL;
	assert_int_equal(tw_identity_make(&out, &r, NULL), TW_EINVAL);
	assert_int_equal(tw_identity_make(&out, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_identity_make(NULL, &r, NULL), TW_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_calls),
		cmocka_unit_test(test_not_approved),
		cmocka_unit_test(test_forwarded),
		cmocka_unit_test(test_privacy_is_kept),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
