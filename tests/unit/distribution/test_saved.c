/* The tables of what is saved: inside of their structs, nothing twice. */
#include "twin.h"

#include "distribution/snapshot.h"

static void check(const struct tw_saved_table *t, size_t size)
{
	uint8_t *seen = calloc(size, 1);
	size_t i, j;

	assert_non_null(seen);
	for (i = 0; i < t->count; ++i) {
		const struct tw_saved *s = &t->saved[i];

		assert_true(s->at + s->bytes <= size);
		assert_true(s->bytes == 1 || s->bytes == 4 || s->bytes == 8);
		assert_int_equal(s->is == TW_IS_BOOL, s->bytes == 1);
		assert_true(s->is != TW_IS_TIME || s->bytes == 8);
		for (j = 0; j < s->bytes; ++j)
			assert_int_equal(seen[s->at + j]++, 0);
	}
	free(seen);
}

static void nothing_twice(void **state)
{
	(void)state;
	check(&tw__saved_engine, sizeof(struct tw_engine));
	check(&tw__saved_target, sizeof(struct tw_target));
	check(&tw__saved_member, sizeof(struct tw_member));
	check(&tw__saved_step, sizeof(struct tw_step));
	check(&tw__saved_call, sizeof(struct tw_call));
	check(&tw__saved_offer, sizeof(struct tw_offer));
	check(&tw__saved_row, sizeof(struct tw__event_row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
