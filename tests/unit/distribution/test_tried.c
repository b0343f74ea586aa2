/* Who was tried: few or many, and forgotten at once. */
#include "host.h"

static void add(struct tw_tried *tried, uint32_t slot)
{
	assert_int_equal(tw__tried_reserve(tried, 1), TW_OK);
	tw__tried_add(tried, slot);
}

static void finds_what_was_added(void **state)
{
	static const uint32_t sizes[] = { 1, 16, 17, 33, 5000, 3, 64 };
	struct tw_tried tried = { 0 };
	size_t turn;
	uint32_t i;

	(void)state;
	assert_false(tw__tried_has(&tried, 0));
	for (turn = 0; turn < TW_ARRAY_COUNT(sizes); ++turn) {
		for (i = 0; i < sizes[turn]; ++i)
			add(&tried, 7 * i);
		for (i = 0; i < sizes[turn] + 20; ++i) {
			assert_int_equal(tw__tried_has(&tried, 7 * i),
					 i < sizes[turn]);
			assert_false(tw__tried_has(&tried, 7 * i + 1));
		}
		tw__tried_clear(&tried);
		assert_false(tw__tried_has(&tried, 0));
	}
	tw__tried_free(&tried);
}

/* A step that tries one is not slowed by one that tried thousands. */
static void a_small_step_after_a_large_one_is_small(void **state)
{
	struct tw_tried tried = { 0 };
	uint32_t i;

	(void)state;
	for (i = 0; i < 5000; ++i)
		add(&tried, i);
	assert_true(tried.table_size >= 10000);
	tw__tried_clear(&tried);
	for (i = 0; i < 17; ++i)
		add(&tried, i);
	assert_int_equal(tried.table_size, 64);
	tw__tried_free(&tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(a_small_step_after_a_large_one_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
