/* Every built-in layout is a mapping that holds. */
#include "record_fixture.h"

static void test_all(void **state)
{
	uint32_t count = 0;

	(void)state;
	for (const char *name; (name = tw_cdr_preset(count)); count++) {
		tw_error err = TW_ERROR_INIT;
		tw_cdr_map *map;

		assert_true(tw__preset_is_known(name));
		if (!tw__record_preset_is_known(name))
			continue;
		assert_int_equal(tw_cdr_map_new(&map, NULL), TW_OK);
		if (tw_cdr_map_set(map, "preset", name, &err))
			fail_msg("%s: %s %s", name, err.field, err.message);
		/* what no record can be without */
		assert_true(map->first[RF_START] < map->first[RF_START + 1]);
		assert_true(map->first[RF_CALLEE] < map->first[RF_CALLEE + 1]
			    || map->first[RF_PARTY] < map->first[RF_PARTY +
								 1]);
		tw_cdr_map_free(map);
	}
	assert_true(count >= 19);
	assert_string_equal(tw_cdr_preset(0), "native");
	assert_null(tw_cdr_preset(count + 1));
	assert_false(tw__record_preset_is_known(NULL));
	assert_false(tw__record_preset_is_known("native"));
}

static void test_names(void **state)
{
	char name[TW_PRESET_NAME], other[TW_PRESET_NAME];
	tw_cdr_map *a = map_of("start=x\n"), *b = map_of("start=y\n");
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__preset_name(name, NULL, a, &err), TW_OK);
	assert_int_equal(tw__preset_name(other, "", b, &err), TW_OK);
	assert_memory_equal(name, "mapping-", 8);
	assert_string_not_equal(name, other);
	assert_int_equal(tw__preset_name(name, "native", a, &err),
			 TW_EINVAL);
	assert_int_equal(tw__preset_name(name, "excel", NULL, &err),
			 TW_EINVAL);
	assert_int_equal(tw__preset_name(name, NULL, NULL, &err), TW_OK);
	assert_string_equal(name, "");
	tw_cdr_map_free(a);
	tw_cdr_map_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
