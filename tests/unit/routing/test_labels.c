/* Names a router keeps: checked, and copied whole or not at all. */
#include "permits_fixture.h"

static void whole_or_not_at_all(void **state)
{
	const char *good[2] = { "Казань", "7843" };
	const char *bad[2] = { "Казань", "" };
	struct tw__labels labels = { NULL, 0 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__labels_copy(&labels, NULL, 0, 9, "to", &err),
			 TW_OK);
	assert_int_equal(tw__labels_copy(&labels, bad, 2, 9, "to", &err),
			 TW_EINVAL);
	assert_null(labels.name);
	assert_int_equal(tw__labels_copy(&labels, good, 2, 1, "to", &err),
			 TW_ERANGE);
	assert_int_equal(tw__labels_copy(&labels, NULL, 1, 9, "to", &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "to");
	assert_int_equal(tw__labels_copy(&labels, good, 2, 9, "to", &err),
			 TW_OK);
	assert_int_equal(labels.count, 2);
	assert_string_equal(labels.name[1], "7843");
	tw__labels_clear(&labels);
	assert_int_equal(labels.count, 0);
}

static void what_is_no_name(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__label_check("name", "ok", 2, &err), TW_OK);
	assert_int_equal(tw__label_check("name", "long", 3, &err), TW_EINVAL);
	assert_int_equal(tw__label_check("name", NULL, 3, &err), TW_EINVAL);
	assert_int_equal(tw__label_check("name", "\xff", 3, &err), TW_EINVAL);
	assert_int_equal(tw__label_check("name", "a\x7f", 3, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_or_not_at_all),
		cmocka_unit_test(what_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
