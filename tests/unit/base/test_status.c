/* Names of statuses, what may be tried again, and the version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/base.h"

static void names_are_distinct(void **state)
{
	(void)state;
	for (tw_status a = 0; a >= TW_ECANCELLED; a--) {
		assert_string_not_equal(tw_status_name(a), "TW_?");
		for (tw_status b = 0; b > a; b--)
			assert_string_not_equal(tw_status_name(a),
						tw_status_name(b));
	}
	assert_string_equal(tw_status_name(TW_ECANCELLED - 1), "TW_?");
	assert_string_equal(tw_status_name(1), "TW_?");
	assert_true(tw_status_is_retryable(TW_EBUSY));
	assert_false(tw_status_is_retryable(TW_EPARSE));
	assert_string_equal(tw_version(), "0.1.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_distinct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
