/**
 * @file test_papers.c  Options of TLS that stand together, and others
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>
#include <cmocka.h>
#include "registration/papers.h"

static void refused(const tw_trunk_options *o, bool tls, const char *field,
		    const char *words)
{
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__papers_check(o, tls, &err), TW_EINVAL);
	assert_string_equal(err.field, field);
	if (!strstr(err.message, words))
		fail_msg("\"%s\" lacks \"%s\"", err.message, words);
}

static void test_together(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	(void)state;
	assert_int_equal(tw__papers_check(&o, true, NULL), TW_OK);
	assert_int_equal(tw__papers_check(&o, false, NULL), TW_OK);
	o.cert = "c";
	o.cert_size = 1;
	refused(&o, true, "key", "give both");
	o.key = "k";
	o.key_size = 1;
	assert_int_equal(tw__papers_check(&o, true, NULL), TW_OK);
	o.cert_size = 0;
	refused(&o, true, "cert", "give both");
	o.key_size = 0;
	o.flags = TW_TRUNK_NO_VERIFY;
	assert_int_equal(tw__papers_check(&o, true, NULL), TW_OK);
	o.ca = "a";
	o.ca_size = 1;
	refused(&o, true, "ca", "nothing is verified");
	o.flags = 0;
	assert_int_equal(tw__papers_check(&o, true, NULL), TW_OK);
}

static void test_without_tls(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	(void)state;
	o.flags = TW_TRUNK_NO_VERIFY;
	refused(&o, false, "flags", ";transport=tls");
	o.flags = 0;
	o.ca = "a";
	o.ca_size = 1;
	refused(&o, false, "ca", ";transport=tls");
	o.ca_size = 0;
	o.cert = o.key = "c";
	o.cert_size = o.key_size = 1;
	refused(&o, false, "cert", ";transport=tls");
}

static void test_sizes(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	(void)state;
	o.ca_size = 1;                                 /* without bytes */
	refused(&o, true, "ca", "NULL with a size");
	o.ca = "a";
	o.ca_size = 1024 * 1024 + 1;
	refused(&o, true, "ca", "longer than");
	o.ca_size = 0;
	o.key_size = 5;
	refused(&o, true, "key", "NULL with a size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_without_tls),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
