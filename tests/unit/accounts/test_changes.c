/* The list of changes. */
#include "deployment_fixture.h"
#include "accounts/changes.h"

static void long_texts_are_cut_between_letters(void **state)
{
	struct tw_changes *changes = NULL;
	tw_change change = TW_CHANGE_INIT, out = TW_CHANGE_INIT;
	char text[600];
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xd0\x9a", 2);
	text[i] = '\0';
	assert_int_equal(tw__changes_new(&changes, NULL), TW_OK);
	assert_int_equal(tw__changes_add(changes, &change, text, NULL, NULL),
			 TW_OK);
	assert_int_equal(tw_changes_count(changes), 1);
	assert_int_equal(tw_changes_next(&out, changes, NULL), TW_OK);
	assert_int_equal(strlen(out.before), 254);
	assert_true(tw__utf8_is_valid(out.before, 254));
	assert_string_equal(out.after, "");
	assert_int_equal(tw_changes_next(&out, changes, NULL), TW_ITER_END);
	assert_int_equal(tw_changes_next(NULL, changes, NULL), TW_EINVAL);
	tw_changes_free(changes);
	tw_changes_free(NULL);
	assert_int_equal(tw_changes_count(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_texts_are_cut_between_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
