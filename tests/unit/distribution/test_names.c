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

static void admits_and_finds_by_kind(void **state)
{
	struct tw_names names = { 0 };
	tw_error err = TW_ERROR_INIT;
	uint32_t id = 7;

	(void)state;
	assert_int_equal(tw__names_find(&id, &names, "pool", "a", &err),
			 TW_ENOTFOUND);
	assert_string_equal(err.message, "no pool \"a\"");
	assert_int_equal(id, 7);
	assert_int_equal(tw__names_admit(&names, "pool", "a", &err), TW_OK);
	assert_int_equal(tw__names_reserve(&names), TW_OK);
	tw__names_put(&names, "a", 1);
	assert_int_equal(tw__names_find(&id, &names, "pool", "a", &err),
			 TW_OK);
	assert_int_equal(id, 1);
	assert_int_equal(tw__names_admit(&names, "pool", "a", &err),
			 TW_EEXIST);
	assert_string_equal(err.message, "pool \"a\" exists");
	assert_string_equal(err.field, "name");
	tw__names_free(&names);

	names.count = TW_THINGS_MAX;   /* a million puts say no more */
	assert_int_equal(tw__names_admit(&names, "plan", "b", &err),
			 TW_ERANGE);
	assert_string_equal(err.message, "more than 1000000 plans");
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
		cmocka_unit_test(admits_and_finds_by_kind),
		cmocka_unit_test(refuses_bad_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
