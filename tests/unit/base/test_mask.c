/* What is left of a number that is shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <trunkwise/privacy.h>

static void masks(void **state)
{
	static const char *const both[][2] = {
		{ "79161234567", "7916***4567" },
		{ "+79161234567", "+791***4567" },
		{ "1234567890123456789012345678901", "1234***8901" },
		{ "12345678901234567890123456789012", "***" },
		{ "1234567890", "123***890" }, { "12345", "1***5" },
		{ "1234", "***" }, { "112", "***" }, { "1", "***" },
		{ "", "***" }, { "anonymous", "***" },
		{ "sip:bob@example.org", "***" },
	};
	char out[12];

	(void)state;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		assert_int_equal(tw_number_mask(out, sizeof(out), both[i][0],
						NULL), TW_OK);
		assert_string_equal(out, both[i][1]);
	}
}

static void wrong_use(void **state)
{
	char out[12] = "as it was";

	(void)state;
	assert_int_equal(tw_number_mask(out, 11, "79161234567", NULL),
			 TW_EINVAL);
	assert_int_equal(tw_number_mask(out, 0, "", NULL), TW_EINVAL);
	assert_int_equal(tw_number_mask(NULL, 12, "1", NULL), TW_EINVAL);
	assert_int_equal(tw_number_mask(out, 12, NULL, NULL), TW_EINVAL);
	assert_string_equal(out, "as it was");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks), cmocka_unit_test(wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
