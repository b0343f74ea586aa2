/* Names: hostile ones are refused, thousands are found again. */
#include "host.h"

#include "distribution/names.h"

static void finds_what_was_put(void **state)
{
	static char text[3000][12];
	struct tw_names names = { 0 };
	uint32_t i;

	(void)state;
	assert_int_equal(tw__names_get(&names, "nobody"), 0);
	for (i = 0; i < 3000; ++i) {
		snprintf(text[i], sizeof(text[i]), "name-%u", i);
		assert_int_equal(tw__names_reserve(&names), TW_OK);
		tw__names_put(&names, text[i], i + 1);
	}
	for (i = 0; i < 3000; ++i)
		assert_int_equal(tw__names_get(&names, text[i]), i + 1);
	assert_int_equal(tw__names_get(&names, "name-3000"), 0);
	assert_int_equal(tw__names_get(&names, NULL), 0);
	tw__names_free(&names);
	assert_int_equal(tw__names_get(&names, "name-1"), 0);
}

static void refuses_bad_names(void **state)
{
	tw_error err = TW_ERROR_INIT;
	char longest[TW_NAME_MAX + 2];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[TW_NAME_MAX + 1] = '\0';
	assert_int_equal(tw__name_check("pool", NULL, &err), TW_EINVAL);
	assert_int_equal(tw__name_check("pool", "", &err), TW_EINVAL);
	assert_int_equal(tw__name_check("pool", longest, &err), TW_EINVAL);
	longest[TW_NAME_MAX] = '\0';
	assert_int_equal(tw__name_check("pool", longest, &err), TW_OK);
	assert_int_equal(tw__name_check("pool", "a\r\nb", &err), TW_EINVAL);
	assert_int_equal(tw__name_check("pool", "a\x7f", &err), TW_EINVAL);
	assert_int_equal(tw__name_check("pool", "\xff", &err), TW_EINVAL);
	assert_string_equal(err.field, "name");
	assert_int_equal(tw__name_check("pool", "Казань \"2\"", &err),
			 TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_put),
		cmocka_unit_test(refuses_bad_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
