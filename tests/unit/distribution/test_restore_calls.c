/* Foreign bytes, with a digest that is right. */
#include "twin.h"

#include "base/hash.h"

/* With a digest that is right: whatever is taken must be sound, and must
 * run. */
static void foreign_bytes_with_a_digest(void **state)
{
	tw_engine *from = twin_busy(5);
	const int rounds = getenv("TW_TEST_LONG") ? 200000 : 1200;
	int taken = 0, round;
	struct twin t = { .random = 99 };
	uint8_t *bytes, *copy;
	size_t size;

	(void)state;
	bytes = twin_snapshot(from, &size);
	copy = tw_malloc(size);
	for (round = 0; round < rounds; ++round) {
		tw_engine *to = twin_build(5, false);
		uint32_t flips = 1 + twin_draw(&t, 3);

		memcpy(copy, bytes, size);
		while (flips--)
			copy[20 + twin_draw(&t, (uint32_t)size - 52)] ^=
				(uint8_t)(1u << twin_draw(&t, 8));
		tw__sha256(copy + size - 32, copy, size - 32);
		if (!tw_engine_restore(NULL, to, copy, size, NULL)) {
			++taken;
			(void)tw_engine_tick(to, T0 + 86400 * TW_SECOND,
					     NULL);
			(void)tw_engine_tick(to, T0 + 999 * 86400 *
					     TW_SECOND, NULL);
		}
		tw_engine_free(to);
	}
	assert_true(taken > rounds / 20 && taken < rounds);
	tw_free(copy);
	tw_free(bytes);
	tw_engine_free(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_bytes_with_a_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
