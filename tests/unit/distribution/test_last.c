/* Who answered whom: remembered, bounded, and never somebody else's. */
#include <stdlib.h>

#include "host.h"

static void the_latest_answer_is_kept(void **state)
{
	struct tw_member member[2];
	struct tw_last last = { 0 };

	(void)state;
	assert_null(tw__last_get(&last, 5));
	tw__last_put(&last, 5, &member[0]);
	assert_ptr_equal(tw__last_get(&last, 5), &member[0]);
	tw__last_put(&last, 5, &member[1]);
	assert_ptr_equal(tw__last_get(&last, 5), &member[1]);
	assert_null(tw__last_get(&last, 6));
	tw__last_put(&last, 0, &member[0]);   /* nobody in particular */
	assert_null(tw__last_get(&last, 0));
	tw__last_free(&last);
}

static void it_is_bounded(void **state)
{
	struct tw_member *member = calloc(64, sizeof(*member));
	struct tw_last last = { 0 };
	uint64_t key, known = 0;

	(void)state;
	for (key = 1; key <= 200000; ++key)
		tw__last_put(&last, key, &member[key % 64]);
	assert_int_equal(last.size, TW_LAST_MAX);
	assert_true(last.count <= last.size);
	for (key = 1; key <= 200000; ++key) {
		struct tw_member *m = tw__last_get(&last, key);

		if (!m)
			continue;
		assert_ptr_equal(m, &member[key % 64]);
		++known;
	}
	assert_int_equal(known, last.count);
	assert_true(known > TW_LAST_MAX * 9 / 10);
	tw__last_free(&last);
	free(member);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_answer_is_kept),
		cmocka_unit_test(it_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
