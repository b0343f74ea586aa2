/* The list of changes, and the list of rejects beside it. */
#include "deployment_fixture.h"
#include "accounts/changes.h"
#include "accounts/rejects.h"

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

static void rejects_in_order(void **state)
{
	struct tw_rejects *rejects = tw__rejects_new();
	tw_reject reject = TW_REJECT_INIT;
	char longer[700];
	int i;

	(void)state;
	memset(longer, 'x', sizeof(longer));
	longer[699] = '\0';
	for (i = 0; i < 1000; i++)
		assert_int_equal(tw__rejects_add(rejects, i + 2, i % 2 ?
			"rate" : longer, "value %d is bad", i), TW_OK);
	assert_int_equal(tw__rejects_add(rejects, 5000, NULL, "%s", longer),
			 TW_OK);
	assert_int_equal(tw__rejects_count(rejects), 1001);
	for (i = 0; i < 1000; i++) {
		char want[32];

		assert_int_equal(tw_rejects_next(&reject, rejects, NULL),
				 TW_OK);
		snprintf(want, sizeof(want), "value %d is bad", i);
		assert_string_equal(reject.reason, want);
		assert_int_equal(reject.line, i + 2);
		assert_int_equal(strlen(reject.column), i % 2 ? 4 : 63);
	}
	assert_int_equal(tw_rejects_next(&reject, rejects, NULL), TW_OK);
	assert_int_equal(strlen(reject.reason), 255);
	assert_string_equal(reject.column, "");
	assert_int_equal(tw_rejects_next(&reject, rejects, NULL),
			 TW_ITER_END);
	tw_rejects_free(rejects);
	tw_rejects_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_texts_are_cut_between_letters),
		cmocka_unit_test(rejects_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
