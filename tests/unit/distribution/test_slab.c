/* Side by side: each at the beginning of a line, zeroed, never moved. */
#include "host.h"

#include "distribution/slab.h"

#define MANY 5000

struct thing {
	uint64_t words[12];    /* not a multiple of a line */
};

static void each_begins_a_line(void **state)
{
	static struct thing *thing[MANY];
	const struct thing zero = { { 0 } };
	struct tw_slab slab = { 0 };
	size_t i, j;

	(void)state;
	for (i = 0; i < MANY; ++i) {
		thing[i] = tw__slab_take(&slab, sizeof(zero));
		assert_non_null(thing[i]);
		assert_int_equal((uintptr_t)thing[i] % TW_LINE, 0);
		assert_memory_equal(thing[i], &zero, sizeof(zero));
		for (j = 0; j < 12; ++j)
			thing[i]->words[j] = 12 * i + j + 1;
	}
	for (i = 0; i < MANY; ++i) {
		for (j = 0; j < 12; ++j)
			assert_int_equal(thing[i]->words[j], 12 * i + j + 1);
	}
	assert_true(slab.block_count < 20);
	tw__slab_free(&slab);
	assert_int_equal(slab.block_count, 0);
}

static void what_is_given_back_is_taken_first(void **state)
{
	const struct thing zero = { { 0 } };
	struct thing *thing[5];
	struct tw_slab slab = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 5; ++i)
		thing[i] = tw__slab_take(&slab, sizeof(zero));
	memset(thing[1], 0xff, sizeof(zero));
	memset(thing[3], 0xff, sizeof(zero));
	tw__slab_give(&slab, thing[1]);
	tw__slab_give(&slab, thing[3]);
	assert_ptr_equal(tw__slab_take(&slab, sizeof(zero)), thing[3]);
	assert_ptr_equal(tw__slab_take(&slab, sizeof(zero)), thing[1]);
	assert_memory_equal(thing[1], &zero, sizeof(zero));
	assert_memory_equal(thing[3], &zero, sizeof(zero));
	tw__slab_free(&slab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_begins_a_line),
		cmocka_unit_test(what_is_given_back_is_taken_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
