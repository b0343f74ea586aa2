/* The table of policies, by name and by number. */
#include "host.h"

static void names_and_numbers_agree(void **state)
{
	static const char *const name[] = {
		"all", "linear", "round_robin", "longest_idle", "sticky",
		"random", "weighted", "weighted_random", "fewest_calls",
		"least_talk", "least_occupied", "ring_n", "progressive"
	};
	uint32_t i, id = 0;

	(void)state;
	for (i = 0; i < 13; ++i) {
		assert_int_equal(tw_policy_parse(&id, name[i], NULL), TW_OK);
		assert_int_equal(id, i + 1);
		assert_string_equal(tw__policy_by_id(id)->name, name[i]);
	}
	assert_null(tw__policy_by_id(0));
	assert_null(tw__policy_by_id(14));
}

static void unknown_names_change_nothing(void **state)
{
	tw_error err = TW_ERROR_INIT;
	uint32_t id = 77;

	(void)state;
	assert_int_equal(tw_policy_parse(&id, "ringall", &err),
			 TW_ENOTFOUND);
	assert_non_null(strstr(err.message, "round_robin"));
	assert_int_equal(tw_policy_parse(&id, "ALL", &err), TW_ENOTFOUND);
	assert_int_equal(tw_policy_parse(&id, NULL, &err), TW_EINVAL);
	assert_int_equal(id, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers_agree),
		cmocka_unit_test(unknown_names_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
