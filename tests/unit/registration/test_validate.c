/**
 * @file test_validate.c  Which messages may be acted upon
 *
 * RFC 4475's and 5118's messages, each with its one verdict; what an inch of
 * change does to them; and each header with whatever a fuzzer of the year
 * 2002 would put there.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/clock.h>
#include <trunkwise/sys/sip.h>
#include "base/base.h"

#define TORTURE TW_SOURCE_DIR "/tests/integration/torture/"

#define VIA "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
#define FROM "From: <sip:a@b>;tag=1\r\n"
#define REST "To: <sip:c@d>\r\nCall-ID: x@y\r\nCSeq: 7 OPTIONS\r\n"
#define LINE "OPTIONS sip:c@d SIP/2.0\r\n"
#define MUST VIA FROM REST

static tw_sip_verdict check_with(const void *data, size_t size,
				 const tw_sip_options *options)
{
	tw_sip_verdict v = TW_SIP_VERDICT_INIT;
	/* exactly as large, for who watches over the ends */
	void *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, data, size);
	assert_int_equal(tw_sip_check(&v, copy, size, options, NULL), TW_OK);
	free(copy);
	assert_true(v.action >= TW_SIP_ACCEPT && v.action <= TW_SIP_DROP);
	assert_true((v.action == TW_SIP_ACCEPT) == !v.code);
	assert_true(!v.code == !v.reason[0]);
	assert_true(tw__text_is_header_safe(v.reason));
	assert_true(tw__text_is_header_safe(v.unsupported));
	if (v.flags & TW_SIP_RESPONSE)
		assert_int_not_equal(v.action, TW_SIP_ANSWER);
	return v;
}

static void expect_with(const char *text, uint32_t flags, uint32_t action,
			int32_t code)
{
	tw_sip_options o = TW_SIP_OPTIONS_INIT;
	tw_sip_verdict v;

	o.flags = flags;
	v = check_with(text, strlen(text), &o);
	if (v.action != action || v.code != code)
		fail_msg("action %u, %d %s, not %u, %d, to:\n%s", v.action,
			v.code, v.reason, action, code, text);
}

static void expect(const char *text, uint32_t action, int32_t code)
{
	expect_with(text, 0, action, code);
}

/* ---- torture ---- */

struct torture {
	const char *file;
	uint32_t action;
	int32_t code;
};

/* As a user agent that passes calls on. Where RFC 4475 leaves the choice to
 * mend or to refuse, this house refuses. */
static const struct torture torture[] = {
	{ "rfc4475/wsinv", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/intmeth", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/esc01", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/escnull", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/esc02", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/lwsdisp", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/longreq", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/dblreq", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/semiuri", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/transports", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/mpart01", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/unreason", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/noreason", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/badinv01", TW_SIP_ANSWER, 400 },
	{ "rfc4475/clerr", TW_SIP_ANSWER, 400 },
	{ "rfc4475/ncl", TW_SIP_ANSWER, 400 },
	{ "rfc4475/scalar02", TW_SIP_ANSWER, 400 },
	{ "rfc4475/scalarlg", TW_SIP_DROP, 400 },
	{ "rfc4475/quotbal", TW_SIP_ANSWER, 400 },
	{ "rfc4475/ltgtruri", TW_SIP_ANSWER, 400 },
	{ "rfc4475/lwsruri", TW_SIP_ANSWER, 400 },
	{ "rfc4475/lwsstart", TW_SIP_ANSWER, 400 },
	{ "rfc4475/trws", TW_SIP_ANSWER, 400 },
	{ "rfc4475/escruri", TW_SIP_ANSWER, 400 },
	{ "rfc4475/baddate", TW_SIP_ACCEPT, 0 },     /* Date is not used */
	{ "rfc4475/regbadct", TW_SIP_ANSWER, 400 },
	{ "rfc4475/badaspec", TW_SIP_ANSWER, 400 },
	{ "rfc4475/baddn", TW_SIP_ANSWER, 400 },
	{ "rfc4475/badvers", TW_SIP_ANSWER, 505 },
	{ "rfc4475/mismatch01", TW_SIP_ANSWER, 400 },
	{ "rfc4475/mismatch02", TW_SIP_ANSWER, 400 },
	{ "rfc4475/bigcode", TW_SIP_DROP, 400 },
	{ "rfc4475/badbranch", TW_SIP_ANSWER, 400 },
	{ "rfc4475/insuf", TW_SIP_ANSWER, 400 },
	{ "rfc4475/unkscm", TW_SIP_ANSWER, 416 },
	{ "rfc4475/novelsc", TW_SIP_ANSWER, 416 },
	{ "rfc4475/unksm2", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/bext01", TW_SIP_ANSWER, 420 },
	{ "rfc4475/invut", TW_SIP_ACCEPT, 0 },       /* 415 is the host's */
	{ "rfc4475/regaut01", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/multi01", TW_SIP_ANSWER, 400 },
	{ "rfc4475/mcl01", TW_SIP_ANSWER, 400 },
	{ "rfc4475/bcast", TW_SIP_DROP, 400 },
	{ "rfc4475/zeromf", TW_SIP_ANSWER, 483 },
	{ "rfc4475/cparam01", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/cparam02", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/regescrt", TW_SIP_ACCEPT, 0 },
	{ "rfc4475/sdp01", TW_SIP_ACCEPT, 0 },       /* 406 is the host's */
	{ "rfc4475/inv2543", TW_SIP_ANSWER, 400 },   /* no From tag */
	{ "rfc5118/ipv6-good", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/ipv6-bad", TW_SIP_ANSWER, 400 },
	{ "rfc5118/port-ambiguous", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/port-unambiguous", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/via-received-param-with-delim", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/via-received-param-no-delim", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/ipv6-in-sdp", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/mult-ip-in-header", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/mult-ip-in-sdp", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/ipv4-mapped-ipv6", TW_SIP_ACCEPT, 0 },
	{ "rfc5118/ipv6-bug-abnf-3-colons", TW_SIP_ANSWER, 400 },
	{ "rfc5118/ipv6-correct-abnf-2-colons", TW_SIP_ACCEPT, 0 },
};

static const tw_sip_options forwarding = { sizeof(tw_sip_options),
	TW_SIP_FORWARDING, NULL, 0, 0, 0, 0, 0 };

static size_t load(char *out, size_t size, const char *name)
{
	char path[1024];
	FILE *file;
	size_t l;

	(void)snprintf(path, sizeof(path), TORTURE "%s.dat", name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s", path);
	l = fread(out, 1, size, file);
	assert_true(l > 0 && l < size);
	fclose(file);
	return l;
}

static void test_torture(void **state)
{
	char data[8192];

	(void)state;
	assert_int_equal(TW_ARRAY_COUNT(torture), 61);
	for (size_t i = 0; i < TW_ARRAY_COUNT(torture); i++) {
		const struct torture *t = &torture[i];
		size_t l = load(data, sizeof(data), t->file);
		tw_sip_verdict v = check_with(data, l, &forwarding);

		if (v.action != t->action || v.code != t->code)
			fail_msg("%s: action %u, %d %s", t->file, v.action,
				v.code, v.reason);
	}
}

/* No message of the set gets its verdict for another fault than its own. */
static void test_torture_reasons(void **state)
{
	static const struct { const char *file, *reason; } is[] = {
		{ "rfc4475/badinv01", "Malformed Via" },
		{ "rfc4475/clerr", "Bad Content-Length" },
		{ "rfc4475/ncl", "Bad Content-Length" },
		{ "rfc4475/scalar02", "CSeq Out Of Range" },
		{ "rfc4475/scalarlg", "CSeq Out Of Range" },
		{ "rfc4475/quotbal", "Malformed To" },
		{ "rfc4475/ltgtruri", "Malformed Request-URI" },
		{ "rfc4475/lwsruri", "Malformed Request-URI" },
		{ "rfc4475/lwsstart", "Malformed Request-URI" },
		{ "rfc4475/trws", "Malformed Request Line" },
		{ "rfc4475/escruri", "Headers In Request-URI" },
		{ "rfc4475/regbadct", "Malformed Contact" },
		{ "rfc4475/badaspec", "Malformed To" },
		{ "rfc4475/baddn", "Malformed From" },
		{ "rfc4475/mismatch01", "CSeq Of Another Method" },
		{ "rfc4475/mismatch02", "CSeq Of Another Method" },
		{ "rfc4475/bigcode", "Malformed Status Line" },
		{ "rfc4475/badbranch", "Missing Transaction Identifier" },
		{ "rfc4475/insuf", "Missing From" },
		{ "rfc4475/multi01", "Second CSeq" },
		{ "rfc4475/mcl01", "Second Content-Length" },
		{ "rfc4475/bcast", "Several Vias In Response" },
		{ "rfc4475/inv2543", "Missing From Tag" },
		{ "rfc5118/ipv6-bad", "Malformed Request-URI" },
		{ "rfc5118/ipv6-bug-abnf-3-colons",
			"Malformed Request-URI" },
	};
	char data[8192];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(is); i++) {
		size_t l = load(data, sizeof(data), is[i].file);
		tw_sip_verdict v = check_with(data, l, &forwarding);

		if (strcmp(v.reason, is[i].reason))
			fail_msg("%s: %s", is[i].file, v.reason);
	}
}

static void test_torture_details(void **state)
{
	char data[8192];
	tw_sip_options o = TW_SIP_OPTIONS_INIT;
	size_t l = load(data, sizeof(data), "rfc4475/bext01");
	tw_sip_verdict v = check_with(data, l, NULL);

	(void)state;
	/* a user agent ignores Proxy-Require: RFC 3261 section 20.29 */
	assert_string_equal(v.unsupported,
		"nothingSupportsThis, nothingSupportsThisEither");
	o.supported = "nothingsupportsthiseither";
	v = check_with(data, l, &o);
	assert_string_equal(v.unsupported, "nothingSupportsThis");
	o.supported = "x, nothingsupportsthiseither , NothingSupportsThis";
	v = check_with(data, l, &o);
	assert_int_equal(v.action, TW_SIP_ACCEPT);

	l = load(data, sizeof(data), "rfc4475/intmeth");
	v = check_with(data, l, NULL);
	assert_string_equal(v.method,
		"!interesting-Method0123456789_*+`.%indeed'~");

	/* by TCP the connection has lost its place, and what follows
	 * Content-Length is another message: then nothing is behind it */
	o.supported = NULL;
	o.flags = TW_SIP_STREAM;
	l = load(data, sizeof(data), "rfc4475/ncl");
	assert_true(check_with(data, l, &o).flags & TW_SIP_CLOSE);
	l = load(data, sizeof(data), "rfc4475/mcl01");
	assert_true(check_with(data, l, &o).flags & TW_SIP_CLOSE);
	l = load(data, sizeof(data), "rfc4475/inv2543");
	assert_true(check_with(data, l, &o).flags & TW_SIP_CLOSE);
	l = load(data, sizeof(data), "rfc4475/zeromf");
	v = check_with(data, l, &o);
	assert_int_equal(v.action, TW_SIP_ACCEPT);   /* we are its end */
	assert_false(v.flags & TW_SIP_CLOSE);
}

/* Whatever is cut off, the rest is no message; but for a body that was not
 * announced or trailing bytes. */
static void test_truncations(void **state)
{
	char data[8192];
	size_t cases = 0;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(torture); i++) {
		size_t l = load(data, sizeof(data), torture[i].file);

		for (size_t cut = 0; cut < l; cut++) {
			const char *end = cut > 3 ? memmem(data, cut,
				"\r\n\r\n", 4) : NULL;
			tw_sip_verdict v = check_with(data, cut,
				&forwarding);

			if (!end && v.action == TW_SIP_ACCEPT)
				fail_msg("%s cut to %zu: taken",
					torture[i].file, cut);
			cases++;
		}
	}
	assert_true(cases > 25000);
}

/* Twice the same question, twice the same answer; and never one for a
 * response. What flips nothing that anybody reads may pass. */
static void test_flips(void **state)
{
	const int rounds = getenv("TW_TEST_LONG") ? 20000 : 300;
	char data[8192];
	tw_random random;
	tw_random_state seed;

	(void)state;
	tw_random_seed(&random, &seed, 4475);
	for (size_t i = 0; i < TW_ARRAY_COUNT(torture); i++) {
		size_t l = load(data, sizeof(data), torture[i].file);

		for (int n = 0; n < rounds; n++) {
			char copy[8192];
			uint32_t bits[3];
			tw_sip_verdict one, two;

			memcpy(copy, data, l);
			random.fill(bits, sizeof(bits), random.arg);
			for (uint32_t k = 0; k <= bits[0] % 4; k++) {
				copy[bits[1] % l] = (char)bits[2];
				random.fill(bits, sizeof(bits), random.arg);
			}
			one = check_with(copy, l, NULL);
			two = check_with(copy, l, NULL);
			assert_memory_equal(&one, &two, sizeof(one));
		}
	}
}

/* ---- each header with everything ---- */

static const char *const names[] = { "Via", "v", "From", "To", "Call-ID",
	"CSeq", "Max-Forwards", "Contact", "Route", "Record-Route", "Require",
	"Content-Length", "l", "Content-Type", "Expires", "Authorization",
	"Proxy-Authorization", "Allow", "Supported", "Accept", "Date",
	"Subject", "User-Agent", "Retry-After", "Warning",
	"P-Asserted-Identity", "Diversion", "X-Any" };

struct filling { const char *text; size_t repeat; };

static const struct filling fillings[] = {
	{ "", 1 }, { " ", 1 }, { "a", 10000 }, { "a", 30000 }, { "a", 60000 },
	{ "a", 65536 }, { "%n", 1 }, { "%n", 50 }, { "%s%s%s", 200 },
	{ "%d", 4000 }, { "%.99999999d", 1 }, { "%", 1 }, { "%0", 1 },
	{ "%00", 100 }, { "\xff", 1 }, { "\xff\xfe\xfd", 5000 },
	{ "\xc0\xaf", 20 }, { "\xed\xa0\x80", 20 }, { "\xf4\x90\x80\x80", 9 },
	{ "\xd0\xbf", 4000 }, { "0", 1 }, { "-1", 1 }, { "+1", 1 },
	{ "00000000000000000000000000000001", 1 }, { "127", 1 }, { "128", 1 },
	{ "255", 1 }, { "256", 1 }, { "32767", 1 }, { "32768", 1 },
	{ "65535", 1 }, { "65536", 1 }, { "2147483647", 1 },
	{ "2147483648", 1 }, { "4294967295", 1 }, { "4294967296", 1 },
	{ "4294967301", 1 }, { "9223372036854775807", 1 },
	{ "9223372036854775808", 1 }, { "18446744073709551615", 1 },
	{ "18446744073709551616", 1 }, { "36893488147419103232", 1 },
	{ "9", 4000 }, { "0x10", 1 }, { "1e9", 1 }, { "2147483648 OPTIONS",
	1 }, { "0 OPTIONS", 1 }, { "7 INVITE", 1 }, { "7OPTIONS", 1 },
	{ "\"", 1 }, { "\"", 999 }, { "\"\\", 1 }, { "\\", 4000 }, { "<", 1 },
	{ ">", 1 }, { "<>", 1 }, { "<", 6000 }, { "<sip:", 1 }, { "[", 1 },
	{ "[", 4000 }, { "]", 1 }, { "[:::]", 1 }, { ":", 4000 }, { ";", 1 },
	{ ";", 6000 }, { ",", 1 }, { ",", 6000 }, { "=", 1 }, { ";=;", 1 },
	{ ";a", 2000 }, { ";a=b", 2000 }, { "a,", 3000 }, { "@", 1 },
	{ "@", 4000 }, { "?", 1 }, { "/", 4000 }, { "../", 2000 },
	{ "<sip:a@b>", 1 }, { "<sip:a@b>,", 700 }, { "sip:a@b,", 900 },
	{ "<sip:a@[::1]>;tag=x", 1 }, { "<sip:a@[::1>;tag=x", 1 },
	{ "\"a\" <sip:a@b>;tag=", 1 }, { "sip:", 2000 }, { "*", 1 },
	{ "SIP/2.0/UDP a;branch=z9hG4bK2", 1 },
	{ "SIP/2.0/UDP a;branch=z9hG4bK2,", 250 },
	{ "SIP/2.0/UDP a:65536", 1 }, { "SIP/2.0/UDP [::1", 1 },
	{ "SIP/2.0/", 1 }, { "SIP/2.0/UDP", 1 }, { "\r\n ", 1 },
	{ "\r\n ", 2000 }, { "\r\n\t x", 1 }, { "\r", 1 }, { "\n", 1 },
	{ "\n X-Evil: 1", 1 }, { "\rX-Evil: 1", 1 }, { "\t", 4000 },
	{ "\x01", 1 }, { "\x1b[2J", 1 }, { "\x7f", 1 }, { "Digest ", 1 },
	{ "Digest username=\"", 1 }, { "Digest ,,,=,", 1 },
	{ "$(reboot)", 1 }, { "`reboot`", 1 }, { "' OR 1=1 --", 1 },
};

/* NUL is no text. */
static size_t fill(char *out, const struct filling *f)
{
	size_t l = strlen(f->text), n = 0;

	for (size_t i = 0; i < f->repeat; i++, n += l)
		memcpy(out + n, f->text, l);
	return n;
}

static void one_case(const char *line, const char *name, const char *value,
		     size_t l, bool instead)
{
	static const char *const lines[] = { VIA, FROM, "To: <sip:c@d>\r\n",
		"Call-ID: x@y\r\n", "CSeq: 7 OPTIONS\r\n",
		"Max-Forwards: 70\r\n", "Content-Length: 0\r\n" };
	static char text[80000];
	size_t n = (size_t)snprintf(text, 200, "%s", line);

	for (size_t i = 0; i < TW_ARRAY_COUNT(lines); i++) {
		size_t k = strlen(name);

		if (instead && !strncmp(lines[i], name, k) &&
		    lines[i][k] == ':')
			continue;
		memcpy(text + n, lines[i], strlen(lines[i]));
		n += strlen(lines[i]);
	}
	n += (size_t)snprintf(text + n, 100, "%s: ", name);
	memcpy(text + n, value, l);
	n += l;
	memcpy(text + n, "\r\n\r\n", 4);
	(void)check_with(text, n + 4, NULL);
}

static void test_protos(void **state)
{
	static const char *const lines[] = { LINE, "SIP/2.0 200 OK\r\n" };
	static char value[70000];
	size_t cases = 0;

	(void)state;
	for (size_t n = 0; n < TW_ARRAY_COUNT(names); n++) {
		for (size_t f = 0; f < TW_ARRAY_COUNT(fillings); f++) {
			size_t l = fill(value, &fillings[f]);

			for (int k = 0; k < 4; k++, cases++)
				one_case(lines[k & 1], names[n], value, l,
					k & 2);
		}
		one_case(LINE, names[n], "a\0b", 3, true);
		one_case(LINE, names[n], "\0", 1, true);
		one_case(LINE, names[n], "\"a\\\0b\"", 6, true);
		cases += 3;
	}
	/* and in the first line */
	for (size_t f = 0; f < TW_ARRAY_COUNT(fillings); f++) {
		static char text[80000];
		static const char *const forms[] = { "%s sip:a@b SIP/2.0",
			"OPTIONS %s SIP/2.0", "OPTIONS sip:%s SIP/2.0",
			"OPTIONS sip:%s@b SIP/2.0", "OPTIONS sip:a@%s SIP/2.0",
			"OPTIONS sip:a@b:%s SIP/2.0", "OPTIONS sip:a@b %s",
			"OPTIONS sip:a@b SIP/%s", "SIP/2.0 %s OK",
			"SIP/2.0 200 %s", "SIP/%s 200 OK" };

		value[fill(value, &fillings[f])] = '\0';
		for (size_t i = 0; i < TW_ARRAY_COUNT(forms); i++, cases++) {
			const char *at = strstr(forms[i], "%s");
			int l = snprintf(text, sizeof(text),
				"%.*s%s%s\r\n" MUST "\r\n",
				(int)(at - forms[i]), forms[i], value, at + 2);

			(void)check_with(text, (size_t)l, NULL);
		}
	}
	assert_true(cases >= 5000);
}

/* ---- rules ---- */

static void test_requests(void **state)
{
	(void)state;
	expect(LINE MUST "\r\n", TW_SIP_ACCEPT, 0);
	expect("\r\n\r\n" LINE MUST "\r\n", TW_SIP_ACCEPT, 0);
	expect(LINE MUST "Content-Length: 2\r\n\r\nab", TW_SIP_ACCEPT, 0);
	expect(LINE MUST "Content-Length: 2\r\n\r\nabc", TW_SIP_ACCEPT, 0);
	expect(LINE MUST "Content-Length: 2\r\n\r\na", TW_SIP_ANSWER, 400);
	expect(LINE MUST "Content-Length: -1\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "Content-Length:\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "l: 0\r\nContent-Length: 0\r\n\r\n", TW_SIP_ANSWER,
		400);
	expect(LINE MUST "Max-Forwards: 255\r\n\r\n", TW_SIP_ACCEPT, 0);
	expect(LINE MUST "Max-Forwards: 256\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "Max-Forwards: x\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "Max-Forwards: 0\r\n\r\n", TW_SIP_ACCEPT, 0);
	expect_with(LINE MUST "Max-Forwards: 0\r\n\r\n", TW_SIP_FORWARDING,
		TW_SIP_ANSWER, 483);
	expect_with(LINE MUST "\r\n", TW_SIP_STREAM, TW_SIP_ANSWER, 400);
	expect_with(LINE MUST "l: 0\r\n\r\n", TW_SIP_STREAM, TW_SIP_ACCEPT,
		0);
	expect(LINE MUST "Contact: *\r\n\r\n", TW_SIP_ACCEPT, 0);
	expect(LINE MUST "m: <sip:a@b>, \"x\" <sip:c@d>;q=1\r\n\r\n",
		TW_SIP_ACCEPT, 0);
	expect(LINE MUST "m: <sip:a@b>,\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "X: \x01\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "X: a\nY: b\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "X: a\rY: b\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "no colon\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST ": x\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST, TW_SIP_ANSWER, 400);
	expect("INVITE sip:c@d SIP/2.0\r\n" MUST "\r\n", TW_SIP_ANSWER, 400);
	expect("OPTIONS sips:c@d SIP/2.0\r\n" MUST "\r\n", TW_SIP_ANSWER,
		416);
	expect_with("OPTIONS sips:c@d SIP/2.0\r\n" MUST "\r\n", TW_SIP_SIPS,
		TW_SIP_ACCEPT, 0);
	expect("OPTIONS tel:+7843 SIP/2.0\r\n" MUST "\r\n", TW_SIP_ANSWER,
		416);
	expect_with("OPTIONS tel:+7843 SIP/2.0\r\n" MUST "\r\n", TW_SIP_TEL,
		TW_SIP_ACCEPT, 0);
	expect("OPTIONS sip:c@d SIP/3.0\r\n" MUST "\r\n", TW_SIP_ANSWER,
		505);
	expect("OPTIONS sip:c@d sip/2.0\r\n" MUST "\r\n", TW_SIP_ACCEPT, 0);
}

/* What must not, or cannot, be answered. */
static void test_silence(void **state)
{
	(void)state;
	expect("", TW_SIP_DROP, 400);
	expect("\r\n\r\n", TW_SIP_DROP, 400);
	expect("x", TW_SIP_DROP, 400);
	expect("GET / HTTP/1.1\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("OPTIONS sip:c@d\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("SIP/2.0\r\n" MUST "\r\n", TW_SIP_DROP, 505);
	expect(LINE FROM REST "\r\n", TW_SIP_DROP, 400);
	expect(LINE "Via: garbage\r\n" FROM REST "\r\n", TW_SIP_DROP, 400);
	expect("ACK sip:c@d SIP/2.0\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("ACK nowhere SIP/2.0\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("ACK sip:c@d SIP/2.0\r\n" VIA FROM "To: <sip:c@d>\r\n"
		"Call-ID: x\r\nCSeq: 7 ACK\r\nRequire: x\r\n\r\n",
		TW_SIP_ACCEPT, 0);
	expect("CANCEL sip:c@d SIP/2.0\r\n" VIA FROM "To: <sip:c@d>\r\n"
		"Call-ID: x\r\nCSeq: 7 CANCEL\r\nRequire: x\r\n\r\n",
		TW_SIP_ACCEPT, 0);
}

static void test_responses(void **state)
{
	(void)state;
	expect("SIP/2.0 200 OK\r\n" MUST "\r\n", TW_SIP_ACCEPT, 0);
	expect("SIP/2.0 200 \r\n" MUST "\r\n", TW_SIP_ACCEPT, 0);
	expect("SIP/2.0 200\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("SIP/2.0 099 x\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("SIP/2.0 700 x\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("SIP/2.0 4294967301 x\r\n" MUST "\r\n", TW_SIP_DROP, 400);
	expect("SIP/3.0 200 x\r\n" MUST "\r\n", TW_SIP_DROP, 505);
	expect("SIP/2.0 200 OK\r\n" VIA MUST "\r\n", TW_SIP_DROP, 400);
	expect("SIP/2.0 200 OK\r\n" VIA FROM "To: x\r\nCall-ID: x\r\n"
		"CSeq: 1 REGISTER\r\nExpires: soon\r\nContact: ,;\r\n\r\n",
		TW_SIP_ACCEPT, 0);   /* what registrars write, and no harm */
	expect("SIP/2.0 200 OK\r\n" VIA FROM "To: x\r\nCall-ID: x\r\n"
		"CSeq: 2147483648 REGISTER\r\n\r\n", TW_SIP_DROP, 400);
	expect("SIP/2.0 200 OK\r\n" MUST "l: 5\r\n\r\n", TW_SIP_DROP, 400);
}

static void test_missing(void **state)
{
	static const char *const lines[] = { VIA, FROM, "To: <sip:c@d>\r\n",
		"Call-ID: x@y\r\n", "CSeq: 7 OPTIONS\r\n" };
	char text[1024];

	(void)state;
	for (size_t missing = 0; missing < TW_ARRAY_COUNT(lines); missing++) {
		(void)snprintf(text, sizeof(text), LINE);
		for (size_t i = 0; i < TW_ARRAY_COUNT(lines); i++)
			if (i != missing)
				strcat(text, lines[i]);
		strcat(text, "\r\n");
		expect(text, missing ? TW_SIP_ANSWER : TW_SIP_DROP, 400);
	}
	for (size_t twice = 1; twice < TW_ARRAY_COUNT(lines); twice++) {
		(void)snprintf(text, sizeof(text), LINE MUST "%s\r\n",
			lines[twice]);
		expect(text, TW_SIP_ANSWER, 400);
	}
}

static void test_limits(void **state)
{
	tw_sip_options o = TW_SIP_OPTIONS_INIT;
	const char *text = LINE MUST "X: 12345678901234567890123456789\r\n"
		"\r\n";
	const char *vias = LINE VIA MUST "\r\n";

	(void)state;
	o.message_max = (uint32_t)strlen(text);
	assert_int_equal(check_with(text, strlen(text), &o).code, 0);
	o.message_max--;
	assert_int_equal(check_with(text, strlen(text), &o).code, 513);
	assert_int_equal(check_with(text, strlen(text), &o).action,
		TW_SIP_ANSWER);
	o.message_max = 0;
	o.header_max = 41;                         /* of its Via line */
	assert_int_equal(check_with(text, strlen(text), &o).code, 513);
	o.header_max = 42;
	assert_int_equal(check_with(text, strlen(text), &o).code, 0);
	o.headers_max = 5;
	assert_int_equal(check_with(text, strlen(text), &o).code, 513);
	o.headers_max = 6;
	assert_int_equal(check_with(text, strlen(text), &o).code, 0);
	o.uri_max = 6;
	assert_int_equal(check_with(text, strlen(text), &o).code, 414);
	o.uri_max = 7;
	assert_int_equal(check_with(text, strlen(text), &o).code, 0);
	o.vias_max = 1;
	assert_int_equal(check_with(vias, strlen(vias), &o).code, 400);
	o.vias_max = 2;
	assert_int_equal(check_with(vias, strlen(vias), &o).code, 0);
}

static void test_reflector(void **state)
{
	const char *text = LINE "v: SIP/2.0/UDP a ;\r\n MADDR = 192.0.2.9\r\n"
		FROM REST "\r\n";

	(void)state;
	assert_true(check_with(text, strlen(text), NULL).flags &
		TW_SIP_ELSEWHERE);
	text = LINE VIA "v: SIP/2.0/UDP a;maddr=b\r\n" FROM REST "\r\n";
	assert_false(check_with(text, strlen(text), NULL).flags &
		TW_SIP_ELSEWHERE);
}

/* As many as fit, each whole. */
static void test_unsupported(void **state)
{
	char text[2048];
	tw_sip_verdict v;
	int l = snprintf(text, sizeof(text), LINE MUST "Require: first");

	(void)state;
	for (int i = 0; i < 30; i++)
		l += snprintf(text + l, sizeof(text) - (size_t)l,
			",\r\n option%02d", i);
	l += snprintf(text + l, sizeof(text) - (size_t)l, "\r\n\r\n");
	v = check_with(text, (size_t)l, NULL);
	assert_int_equal(v.code, 420);
	assert_int_equal(strncmp(v.unsupported, "first, option00, ", 17), 0);
	assert_int_equal(strlen(v.unsupported) % 10, 5);
	expect(LINE MUST "Require: a b\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "Require: a,\r\n\r\n", TW_SIP_ANSWER, 400);
	expect(LINE MUST "Require:\r\n\r\n", TW_SIP_ANSWER, 400);
}

static void test_arguments(void **state)
{
	tw_sip_verdict v = TW_SIP_VERDICT_INIT;
	tw_sip_options o = TW_SIP_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	struct { tw_sip_verdict v; char more[8]; } newer;

	(void)state;
	assert_int_equal(tw_sip_check(NULL, "", 0, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_sip_check(&v, NULL, 1, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_sip_check(&v, NULL, 0, NULL, NULL), TW_OK);
	v.size = 0;
	assert_int_equal(tw_sip_check(&v, "", 0, NULL, NULL), TW_EINVAL);
	v.size = 16;                               /* an older host's */
	memset(v.method, 'x', sizeof(v.method));
	assert_int_equal(tw_sip_check(&v, LINE MUST "\r\n",
		strlen(LINE MUST "\r\n"), NULL, NULL), TW_OK);
	assert_int_equal(v.action, TW_SIP_ACCEPT);
	assert_int_equal(v.method[0], 'x');
	memset(&newer, 'x', sizeof(newer));
	newer.v.size = sizeof(newer);
	assert_int_equal(tw_sip_check(&newer.v, "", 0, NULL, NULL), TW_OK);
	assert_int_equal(newer.more[0], 'x');
	assert_int_equal(newer.v.size, sizeof(newer));
	o.flags = 1u << 31;
	assert_int_equal(tw_sip_check(&v, "", 0, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "flags");
	o.flags = 0;
	o.message_max = 65536;
	assert_int_equal(tw_sip_check(&v, "", 0, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "message_max");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_torture),
		cmocka_unit_test(test_torture_reasons),
		cmocka_unit_test(test_torture_details),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_protos),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_reflector),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
