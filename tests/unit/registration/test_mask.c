/**
 * @file test_mask.c  A password that a peer writes somewhere
 */
#include "asked.h"
#include <trunkwise/mask.h>
#include <trunkwise/sys/sip.h>
#include "../faults.h"

#define HA1 "0123456789abcdef0123456789abcdef"

static void shows(const tw_mask *mask, const char *in, uint32_t flags,
		  const char *wanted)
{
	char *out;

	assert_int_equal(tw_mask_text(&out, mask, in, strlen(in), flags,
		NULL), TW_OK);
	assert_string_equal(out, wanted);
	tw_free(out);
}

static tw_registration *with(tw_mask *mask, const char *password)
{
	tw_trunk_options o = fake_options();
	tw_registration *reg;

	o.password = password;
	o.password_size = strlen(password);
	assert_int_equal(tw_registration_new(&reg, &o, NULL, NULL), TW_OK);
	assert_int_equal(tw_registration_set_mask(reg, mask, NULL), TW_OK);
	return reg;
}

/* Wherever, whoever wrote it, and whatever else is hidden there. */
static void test_places(void **state)
{
	tw_registration *a, *b, *c;
	tw_mask *mask;

	(void)state;
	assert_int_equal(tw_mask_new(&mask, NULL), TW_OK);
	shows(mask, "SIP/2.0 403 s3cr3t", 0, "SIP/2.0 403 s3cr3t\n");
	a = with(mask, "s3cr3t");
	b = with(mask, "nonce");
	c = with(mask, "99887766");
	shows(mask, "SIP/2.0 403 not s3cr3t!\r\n"
		"X-Was-s3cr3t: \"s3cr3t\";p=s3cr3t\r\n"
		"Contact: <sip:s3cr3t:x@h;y=s3cr3t>\r\n"
		"WWW-Authenticate: Digest realm=\"s3cr3t\", s3cr3t=1, "
		"nonce=\"abc\"\r\n\r\nline s3cr3ts3cr3t, S3CR3T\r\n"
		"a=s3cr3", 0,
		"SIP/2.0 403 not ***!\n"
		"X-Was-***: \"***\";p=***\n"
		"Contact: <sip:***:***@h;y=***>\n"
		"WWW-Authenticate: Digest realm=\"***\", ***=***, "
		"***=\"***\"\n\nline ***, S3CR3T\na=s3cr3\n");
	shows(mask, "To: <sip:99887766@h>, 1234567890", TW_SIP_MASK_NUMBERS,
		"To: <sip:****@h>, ******7890\n");
	/* overlapping ones */
	shows(mask, "s3cr3t99887766nonce=1 s3cr3nonce", 0,
		"***=1 s3cr3***\n");
	assert_int_equal(tw_registration_set_mask(c, NULL, NULL), TW_OK);
	shows(mask, "99887766", 0, "99887766\n");
	tw_registration_free(c);
	tw_registration_free(a);
	shows(mask, "s3cr3t nonce", 0, "s3cr3t ***\n");
	tw_registration_free(b);
	shows(NULL, "nonce", 0, "nonce\n");
	tw_mask_free(mask);
	tw_mask_free(NULL);
}

static void test_clothes(void **state)
{
	static const char *const rows[][2] = {
		{ "p%40s\"w\\d/1", "***" },
		{ "x=p%40s%22w%5Cd%2f1;", "x=***;" },
		{ "%70%40%73%22%77%5c%64%2F%31", "***" },
		{ "\"p@s\\\"w\\\\d/1\"", "\"***\"" },
		{ "p@s\"w\\d%2", "p@s\"w\\d%2" },
		{ "p@s\"w\\d/", "p@s\"w\\d/" },
		/* trunk1:p@s"w\d/1 */
		{ "Basic dHJ1bmsxOnBAcyJ3XGQvMQ==", "Basic ***==" },
		/* of 1 and 2 bytes before it, and with letters before */
		{ "eHBAcyJ3XGQvMXg=", "***=" }, { "eXlwQHMid1xkLzF5", "***" },
		{ "aZcEBzIndcZC8x", "***" }, { "YcEBzIndcZC8x", "***" },
		{ "cEBzIndcZC8", "cEBzIndcZC8" },
	};
	tw_registration *reg;
	tw_mask *mask;

	(void)state;
	assert_int_equal(tw_mask_new(&mask, NULL), TW_OK);
	reg = with(mask, "p@s\"w\\d/1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char in[128], wanted[128];

		(void)snprintf(in, sizeof(in), "X: %s", rows[i][0]);
		(void)snprintf(wanted, sizeof(wanted), "X: %s\n",
			rows[i][1]);
		shows(mask, in, 0, wanted);
	}
	tw_registration_free(reg);
	tw_mask_free(mask);
}

/* Random passwords at random places among many others: never seen, and what
 * is around them always. */
static void test_many(void **state)
{
	enum { N = 3000 };
	static tw_registration *regs[N];
	static char passwords[N][24];
	tw_random random;
	tw_random_state seed;
	tw_mask *mask;

	(void)state;
	tw_random_seed(&random, &seed, 7);
	assert_int_equal(tw_mask_new(&mask, NULL), TW_OK);
	for (size_t i = 0; i < N; i++) {
		unsigned char raw[16];

		random.fill(raw, sizeof(raw), random.arg);
		for (size_t k = 0; k < 8u + raw[15] % 8; k++)
			passwords[i][k] = (char)('!' + raw[k] % 94);
		regs[i] = with(mask, passwords[i]);
	}
	for (size_t i = 0; i < N; i += 3) {
		char in[512];

		(void)snprintf(in, sizeof(in), "( %.23s )", passwords[i]);
		shows(mask, in, 0, "( *** )\n");
	}
	for (size_t i = 1; i < N; i += 2)
		tw_registration_free(regs[i]);
	for (size_t i = 0; i < N; i += 2) {
		char in[512];

		(void)snprintf(in, sizeof(in), "( %.23s )", passwords[i]);
		shows(mask, in, 0, "( *** )\n");
		tw_registration_free(regs[i]);
	}
	tw_mask_free(mask);
}

static void test_update_and_hash(void **state)
{
	tw_trunk_options o = fake_options();
	tw_registration *reg;
	tw_mask *mask;

	(void)state;
	assert_int_equal(tw_mask_new(&mask, NULL), TW_OK);
	reg = with(mask, "s3cr3t");
	o.password = "second";
	assert_int_equal(tw_registration_update(NULL, reg, &o, 0, NULL),
		TW_OK);
	shows(mask, "s3cr3t second", 0, "s3cr3t ***\n");
	o.password_size = 0;
	o.ha1 = "MD5:" HA1;
	o.realm = "carrier.test";
	assert_int_equal(tw_registration_update(NULL, reg, &o, 0, NULL),
		TW_OK);
	shows(mask, "second " HA1 " 0123456789ABCDEF0123456789abcdef", 0,
		"second *** ***\n");
	tw_registration_free(reg);
	tw_mask_free(mask);
}

/* What others tell of a trunk beside answers to REGISTER. */
static void test_reasons(void **state)
{
	tw_trunk_options o = asked_options();
	struct asked a;
	struct fake f;

	(void)state;
	asked_open(&a);
	asked_next(&a);
	(void)asked_answer(&a, "200 c2VjcmV0 secret%2c se%63ret", NULL);
	assert_string_equal(a.event.reason, "OPTIONS: 200 *** ***%2c ***");
	asked_next(&a);
	(void)asked_answer(&a, "500 "
		"a secret that begins before the eightieth byte of the phrase "
		"and ends behind it, secret", NULL);
	assert_null(strstr(asked_status(&a).reason, "sec"));
	asked_close(&a);

	/* of who is asked alike, and with other limits */
	{
		tw_qualify *like, *fresh;

		o.password = "third3";
		o.qualify_s = 90;
		asked_open(&a);
		assert_int_equal(tw_qualify_new(&fresh, &o, NULL, NULL),
			TW_OK);
		assert_int_equal(tw_qualify_take_limits(a.q, fresh), 1);
		assert_int_equal(tw_qualify_take_limits(a.q, fresh), 0);
		tw_qualify_free(fresh);
		assert_int_equal(tw_qualify_new_like(&like, a.q, NULL),
			TW_OK);
		tw_qualify_free(a.q);
		a.q = like;
		assert_int_equal(tw_qualify_set_local(a.q, "192.0.2.7", 5060,
			NULL), TW_OK);
		assert_int_equal(tw_qualify_start(a.q, a.now, NULL), TW_OK);
		asked_next(&a);
		(void)asked_answer(&a, "200 third3 secret", NULL);
		assert_string_equal(a.event.reason, "OPTIONS: 200 *** secret");
		asked_close(&a);
	}

	fake_open(&f);
	fake_start(&f);
	assert_int_equal(tw_registration_connection_lost(f.reg,
		TW_LOST_BROKEN, "what answers there is not SIP: \"secret\"",
		f.now, NULL), TW_OK);
	fake_drain(&f);
	assert_string_equal(f.event.reason, "what answers there is not SIP: "
		"\"***\"");
	fake_close(&f);

	o = fake_options();
	o.registrar = "sip:carrier.test";
	memset(&f, 0, sizeof(f));
	fake_open_with(&f, &o);
	f.dns_error = "TXT says secret";
	fake_start(&f);
	assert_null(strstr(f.event.reason, "secret"));
	assert_non_null(strstr(f.event.reason, "TXT says ***"));
	fake_close(&f);
}

static void test_arguments(void **state)
{
	struct faults faults;
	tw_registration *reg;
	tw_mask *mask;
	char *out;

	(void)state;
	assert_int_equal(tw_mask_new(NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_registration_set_mask(NULL, NULL, NULL),
		TW_EINVAL);
	for (unsigned i = 0; i < 2; i++) {
		faults_begin(&faults, i);
		assert_int_equal(tw_mask_new(&mask, NULL), TW_ENOMEM);
		assert_true(faults_end(&faults));
	}
	assert_int_equal(tw_mask_new(&mask, NULL), TW_OK);
	reg = with(NULL, "secret");
	assert_int_equal(tw_mask_text(&out, mask, NULL, 0, 0, NULL), TW_OK);
	tw_free(out);
	faults_begin(&faults, 0);
	assert_int_equal(tw_registration_set_mask(reg, mask, NULL),
		TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_int_equal(tw_registration_set_mask(reg, mask, NULL), TW_OK);
	assert_int_equal(tw_registration_set_mask(reg, mask, NULL), TW_OK);
	assert_int_equal(tw_mask_text(&out, mask, NULL, 1, 0, NULL),
		TW_EINVAL);
	/* nothing is shown where memory ends */
	for (unsigned i = 0; i < 2; i++) {
		faults_begin(&faults, i);
		assert_int_equal(tw_mask_text(&out, mask, "a secret", 8, 0,
			NULL), TW_ENOMEM);
		assert_true(faults_end(&faults));
	}
	tw_registration_free(reg);
	/* too short to be told from a word */
	reg = with(mask, "abc");
	shows(mask, "abc", 0, "abc\n");
	tw_registration_free(reg);
	tw_mask_free(mask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_clothes),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_update_and_hash),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
