/* Cells of nested records by path. */
#include "record_fixture.h"

static void test_put(void **state)
{
	tw_cdr_map *map = map_of("percent=yes\nstart=a.b\nend=a.b\n"
				 "caller=c\n");
	struct record_leaves leaves;
	struct record_row row = { 0 };
	bool again = false;

	(void)state;
	tw__leaves_open(&leaves, map);
	assert_int_equal(tw__leaves_put(&leaves, TW_STR("A.B"),
					TW_STR(" x%20y "), &again), TW_OK);
	assert_int_equal(tw__leaves_put(&leaves, TW_STR("other"),
					TW_STR("z"), &again), TW_OK);
	tw__leaves_row(&row, &leaves);
	/* both fields that ask for it have it */
	assert_string_equal(row.value[0], "x y");
	assert_string_equal(row.value[1], "x y");
	assert_null(row.value[2]);
	assert_false(again);
	assert_int_equal(tw__leaves_put(&leaves, TW_STR("a.b"),
					TW_STR("2"), &again), TW_OK);
	assert_true(again);
	tw__leaves_row(&row, &leaves);
	assert_string_equal(row.value[0], "x y");
	/* a NUL does not hide what follows */
	assert_int_equal(tw__leaves_put(&leaves, TW_STR("c"),
					TW_STR("1%002"), NULL), TW_OK);
	tw__leaves_row(&row, &leaves);
	assert_string_equal(row.value[2], "1\x01" "2");
	tw__leaves_clear(&leaves);
	tw__leaves_row(&row, &leaves);
	assert_null(row.value[0]);
	tw__buf_free(&leaves.text);
	tw_cdr_map_free(map);
}

static void test_percent(void **state)
{
	static const struct { const char *text, *wanted; } all[] = {
		{ "%41%2b%2B", "A++" }, { "%4", "%4" }, { "%", "%" },
		{ "%zz%", "%zz%" }, { "100%", "100%" }, { "", "" },
		{ "%%41", "%A" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		char text[32];
		size_t n;

		strcpy(text, all[i].text);
		n = tw__percent_decode(text, strlen(text));
		text[n] = '\0';
		assert_string_equal(text, all[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
