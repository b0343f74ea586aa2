/* Rows of what was found different: in order, cut between letters. */
#include "twin.h"

#include "distribution/snapshot.h"

static void rows_in_order(void **state)
{
	struct tw_engine_changes *news = tw__news_new();
	tw_engine_change c = TW_ENGINE_CHANGE_INIT;
	char name[200];

	(void)state;
	assert_non_null(news);
	memset(name, 0, sizeof(name));
	while (strlen(name) < 190)
		strcat(name, "я");
	assert_int_equal(tw__news_add(news, TW_ENGINE_GONE, "target", "a",
				      "why"), TW_OK);
	assert_int_equal(tw__news_add(news, TW_ENGINE_NEW, "pool", name, ""),
			 TW_OK);
	assert_int_equal(tw_engine_changes_next(NULL, news, NULL), TW_EINVAL);
	assert_int_equal(tw_engine_changes_next(&c, news, NULL), TW_OK);
	assert_int_equal(c.change, TW_ENGINE_GONE);
	assert_string_equal(c.kind, "target");
	assert_string_equal(c.name, "a");
	assert_string_equal(c.detail, "why");
	assert_int_equal(c.size, sizeof(c));
	assert_int_equal(tw_engine_changes_next(&c, news, NULL), TW_OK);
	assert_int_equal(strlen(c.name), 126);
	assert_int_equal(tw_engine_changes_next(&c, news, NULL), TW_ITER_END);
	tw_engine_changes_free(news);
	tw_engine_changes_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
