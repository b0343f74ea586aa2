/**
 * @file test_prefix.c  Which addresses a list of peers means
 */
#include "fake.h"
#include "registration/prefix.h"
#include "base/base.h"

static bool have(const char *list, const char *address)
{
	uint8_t at[16];

	assert_true(tw__prefix_address(at, tw__str_of(address)));
	return tw__prefixes_have(list, at);
}

static void test_lists(void **state)
{
	static const char list[] = "192.0.2.10, 198.51.100.0/24\n"
		"2001:db8::/33 10.0.0.0/9";

	(void)state;
	assert_int_equal(tw__prefixes_check(list, "peers", NULL), TW_OK);
	assert_true(have(list, "192.0.2.10"));
	assert_false(have(list, "192.0.2.11"));
	assert_true(have(list, "198.51.100.0"));
	assert_true(have(list, "198.51.100.255"));
	assert_false(have(list, "198.51.101.0"));
	assert_true(have(list, "10.127.255.255"));
	assert_false(have(list, "10.128.0.0"));
	assert_true(have(list, "[2001:DB8:7fff::1]"));
	assert_false(have(list, "2001:db8:8000::1"));
	/* one address however it is written */
	assert_true(have(list, "::ffff:192.0.2.10"));
	assert_false(have(NULL, "192.0.2.10"));
	assert_false(have("", "192.0.2.10"));
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "carrier.test", "192.0.2.1/24",
		"192.0.2.0/33", "0.0.0.0/0", "::/0", "192.0.2", "192.0.2.0/",
		"192.0.2.0/-1", "2001:db8::/129", "192.0.2.256", "/24",
		"1.2.3.4 x", "2001:db8::1/32", "\xff" };
	tw_error err = TW_ERROR_INIT;
	char many[2048] = "";

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		if (tw__prefixes_check(bad[i], "peers", &err) != TW_EINVAL)
			fail_msg("\"%s\" passed", bad[i]);
		assert_string_equal(err.field, "peers");
	}
	for (unsigned i = 0; i < 65; i++)
		strcat(many, "192.0.2.1 ");
	assert_int_equal(tw__prefixes_check(many, "peers", NULL), TW_EINVAL);
	many[640] = '\0';
	assert_int_equal(tw__prefixes_check(many, "peers", NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
